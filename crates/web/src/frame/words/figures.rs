//! Words of `figures`.
