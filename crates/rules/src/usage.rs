//! Usage figures: a fold over the journal (architecture, invariant 6). Requirements: IND-A, IND-C, IND-01..IND-06.
