//! A movement written: its event is queued for every webhook that wants it, in the same transaction. Requirements: ENR-51.
