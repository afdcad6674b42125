//! Words of `access`.
