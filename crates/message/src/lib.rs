//! Bytes of a message: what is parsed once at arrival, what our own messages look like. Pure: no I/O, no clock.

pub mod dsn;
pub mod glance;
pub mod header;
pub mod trace;

pub use glance::Glance;
