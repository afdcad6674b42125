//! What plays the outside world on a laptop and in tests: never reached by `pli serve` in production (SIM-02).
//!
//! | file | plays |
//! |---|---|
//! | `psc` | Pro Santé Connect over real HTTP: login page, phones, tokens, introspection, faults on demand |
//! | `idp` | a structure's own login (OpenID Connect), strong or weak |
//! | `outbox`, `relay` | private e-mail and SMS, caught |
//! | `personas` | the invented people, their places, their mailboxes |
//! | `letters` | synthetic French medical mail |
//! | `xoauth2` | the line an LPS sends to enter a mailbox |
//! | `keys`, `pages` | published test keys; the frame of the simulators' pages |

pub mod idp;
mod keys;
pub mod letters;
pub mod outbox;
mod pages;
pub mod personas;
pub mod psc;
pub mod relay;
pub mod xoauth2;

pub use idp::StructureIdp;
pub use letters::{Letter, Letters};
pub use outbox::{Outbox, Outgoing};
pub use personas::Personas;
pub use psc::PscSim;
pub use xoauth2::{oauthbearer, xoauth2};
