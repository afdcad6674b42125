//! The white list: format, signature, entries (trust-space §2, §3).
