//! Which person is this? Pro Santé Connect as relying party for access tokens (PSC-21), SASL messages, throttling.
//!
//! | file | answers |
//! |---|---|
//! | `prove` | whose is this token, if anybody's? |
//! | `sasl` | what did the client say, and how is a refusal announced? |
//! | `throttle` | how often has this failed? |
//!
//! It ends with a proved person; what that person may open is decided by `rules::access::open` only.

pub mod prove;
pub mod sasl;
pub mod throttle;

pub use prove::{Proof, Psc, PscConfig};
