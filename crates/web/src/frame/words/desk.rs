//! Words of `desk`.
