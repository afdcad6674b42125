//! Mailboxes, their movements, who enters.
//!
//! | file | does |
//! |---|---|
//! | `create` | a mailbox begins, with its key and its standard folders |
//! | `movements` | one movement is written after `rules` said yes on the facts of the same transaction |
//! | `enter`, `last_use` | the door: in, renewed, rechecked; when each person was last there |
//! | `consult`, `mine` | what is asked of mailboxes without entering them: by address, by person |
//! | `closing`, `destroy`, `vacancy` | what time alone does: to mailboxes being closed, to what they held, to cabinets without owner |
//! | `terms` | the terms of use: their texts, who accepted them |
//! | `certificates`, `machine` | which certificates open an APP mailbox; a machine at the door |

mod certificates;
mod closing;
mod consult;
pub(crate) mod create;
mod destroy;
mod enter;
mod last_use;
mod machine;
mod mine;
pub(crate) mod movements;
pub(crate) mod terms;
mod vacancy;

use std::net::IpAddr;

use rules::access::Capacity;
use rules::mailbox::{Bearer, Kind, Mailbox, State};
use rules::movement::{Change, Right};
use rules::{Address, Author, Channel, IdNat, Moment};

pub use certificates::{Certificate, NewCertificate};
pub use machine::MachineKnock;
pub use terms::{Acceptance, Accepted, Published, Text};

/// A mailbox to create. The standard folders are made with it (LPS-41).
///
/// Persons may be named by an alias (ADELI), structures by FINESS or SIRET number (BAL-06): what is written is what the register calls them.
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

/// One person of a mailbox as it stands now, for its room and for `mailbox show`.
#[derive(Clone, Debug)]
pub struct Standing {
    pub person: IdNat,
    pub name: String,
    pub capacity: Capacity,
    pub since: Moment,
    pub until: Option<Moment>,
    pub terms_accepted: bool,
    /// She took up what she was given (first visit), or owns the mailbox.
    pub accepted: bool,
    pub last_use: Option<(Moment, Channel)>,
    /// When the right was given, which may be before it begins.
    pub given: Moment,
    pub by: Author,
    /// What she does today, in words: « secrétaire médicale »; none when the register says nothing.
    pub occupation: Option<String>,
}

/// One mailbox as one person sees it in her list.
#[derive(Clone, Debug)]
pub struct Mine {
    /// With its movements.
    pub mailbox: Mailbox,
    pub state: State,
    /// Held now, announced, or ended within thirty days; `Never` for somebody who is only asked to take the cabinet over.
    pub right: Right,
    /// For somebody who is only asked to take it over: owner, which she would be.
    pub capacity: Capacity,
    pub since: Moment,
    /// The first end known, by the movements or by the register.
    pub until: Option<Moment>,
    /// Unseen messages of INBOX; 0 for somebody who may not look.
    pub unseen: u32,
    pub accepted: bool,
    /// This person's.
    pub last_use: Option<Moment>,
    pub offer_to_me: bool,
}
