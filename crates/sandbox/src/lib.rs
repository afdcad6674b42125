//! What plays the outside world on a laptop and in tests: never reached by `pli serve` in production (SIM-02).
//!
//! | file | plays |
//! |---|---|
//! | `psc` | Pro Santé Connect over real HTTP: login page, tokens, introspection, faults on demand |
//! | `personas` | the invented people, their places, their mailboxes |
//! | `letters` | synthetic French medical mail |
//! | `xoauth2` | the line an LPS sends to enter a mailbox |

pub mod letters;
pub mod personas;
pub mod psc;
pub mod xoauth2;

pub use letters::{Letter, Letters};
pub use personas::Personas;
pub use psc::PscSim;
pub use xoauth2::{oauthbearer, xoauth2};
