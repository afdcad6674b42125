//! Words of `letters`.
