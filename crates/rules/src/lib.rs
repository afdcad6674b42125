//! Decisions of Pli: pure functions over facts. No I/O, no async, no SQL, no clock, no randomness.
//!
//! | file | decides |
//! |---|---|
//! | `access` | who may open a mailbox, and with which rights ([`access::open`] is the only way in) |
//! | `movement` | what a sequence of movements means at a given moment |
//! | `mailbox` | the four kinds, their states, their names |
//! | `mail` | may this peer hand us that message; may this access send it |
//! | `register`, `eligibility` | who is a professional today, and in which capacity one may act |
//! | `terms` | which terms of use were accepted |
//! | `telephone` | how often a sign-in may ring |
//! | `journal`, `usage` | what a line of history is; the figures as a fold over it |
//! | `publish` | what the directory shows of a mailbox |
//! | `notice` | letters that the operator writes by itself |
//! | `nomenclature` | what the codes of the national tables are called |
//! | `words` | words as they are compared: no accents, no case |
//! | `ids`, `time`, `author` | parse-only identifiers, moments and the clock given by `pli`, authors |
//! | `staff`, `local` | roles of the operator's people and scopes of tokens; accounts of a structure's own login |
//! | `refusal` | every refusal: stable code, replies, French sentence, requirement |

pub mod access;
pub mod author;
pub mod eligibility;
pub mod ids;
pub mod journal;
pub mod local;
pub mod mail;
pub mod mailbox;
pub mod movement;
pub mod nomenclature;
pub mod notice;
pub mod publish;
pub mod refusal;
pub mod register;
pub mod staff;
pub mod telephone;
pub mod terms;
pub mod time;
pub mod usage;
pub mod words;

pub use author::{Author, Channel};
pub use ids::{Address, Domain, IdNat};
pub use refusal::Refusal;
pub use time::{Clock, Entropy, Moment};
