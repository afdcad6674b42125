//! Which person is this? Pro Santé Connect, a structure's own provider, local factors; SASL messages; throttling.
//!
//! | file | answers |
//! |---|---|
//! | `prove` | whose is this access token, if anybody's? (API LPS) |
//! | `oidc` | who signed in with a browser, or approved on a telephone? |
//! | `bound` | is the token used with the certificate it is bound to? |
//! | `local` | is it her password, her one-time code, her paper code? |
//! | `webauthn` | is it her passkey? |
//! | `sasl`, `external` | what did the client say, and how is a refusal announced? which mailbox does a machine name? |
//! | `throttle` | how often has this failed? |
//!
//! It ends with a proved person; what that person may open is decided by `rules::access::open` only.

pub mod bound;
pub mod external;
pub mod local;
pub mod oidc;
pub mod prove;
mod provider;
pub mod sasl;
pub mod throttle;
pub mod webauthn;

pub use prove::{Proof, Psc, PscConfig};
