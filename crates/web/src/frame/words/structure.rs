//! Words of `structure`.
