//! Mailboxes, their movements, who enters.
//!
//! | file | does |
//! |---|---|
//! | `create` | a mailbox begins, with its key and its standard folders |
//! | `movements` | one movement is written after `rules` said yes on the facts of the same transaction |
//! | `enter` | the door: in, renewed, rechecked |
//! | `consult` | what is asked of mailboxes without entering them |

mod consult;
pub(crate) mod create;
mod enter;
mod movements;
mod terms;

use std::net::IpAddr;

use rules::mailbox::{Bearer, Kind};
use rules::movement::Change;
use rules::{Address, Channel, IdNat, Moment};

/// A mailbox to create. The standard folders are made with it (LPS-41).
#[derive(Clone, Debug)]
pub struct NewMailbox {
    pub address: Address,
    pub kind: Kind,
    pub bearer: Bearer,
    pub label: String,
    pub structure: Option<String>,
    /// Movements that follow `Opened` at once (responsables of an ORG…).
    pub first: Vec<Change>,
}

/// Somebody proved who they are and asks to enter.
#[derive(Clone, Debug)]
pub struct Knock {
    pub address: Address,
    pub person: IdNat,
    pub channel: Channel,
    /// Of the proof: client software, level, means. For the journal and the figures.
    pub azp: String,
    pub acr: String,
    pub auth_mode: String,
    pub ip: Option<IpAddr>,
}

/// One person of a mailbox as it stands now, for `mailbox show`.
#[derive(Clone, Debug)]
pub struct Standing {
    pub person: IdNat,
    pub name: String,
    pub capacity: rules::access::Capacity,
    pub since: Moment,
    pub until: Option<Moment>,
    pub terms_accepted: bool,
}
