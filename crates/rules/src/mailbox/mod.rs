//! A mailbox as a fact: its kind, bearer, state and movements.
//!
//! Requirements: BAL-01, CAB-01, CAB-20. Who may enter is not written here: it is folded from the movements ([`crate::movement`]).
//! Names at creation: `name`, told while one types: `advice`; who may have which mailbox: `create`; certificates of machines: `machine`.

mod advice;
mod create;
mod machine;
mod name;

pub use advice::Advice;
pub use create::{Wanted, may_create};
pub use machine::{certificate_of_bearer, may_enter_certificate};
pub use name::NamingRule;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::ids::{Address, IdNat};
use crate::movement::Movement;
use crate::time::Moment;

/// Row number of a mailbox; also the number of its journal chain. 0 is the register's chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MailboxId(pub i64);

/// The four kinds (BAL-01). Address and kind never change (TRU-51).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Kind {
    Per,
    Org,
    App,
    Cab,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Per => "PER",
            Self::Org => "ORG",
            Self::App => "APP",
            Self::Cab => "CAB",
        }
    }
}

/// Life of a mailbox (trust-space §16). `Close` keeps the address for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    Demandee,
    Active,
    Suspendue,
    EnCloture,
    Close,
}

/// From the closing to the tombstone: read-only, with export, and an undo (TRU-55).
pub const GRACE: Duration = Duration::from_secs(30 * 86_400);

/// Whom the directory attaches the mailbox to (trust-space §15).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Bearer {
    /// PER: the holder; CAB: the owner.
    Person {
        idnat: IdNat,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        situation: Option<String>,
    },
    /// ORG and APP: a structure, by its IdNat_Struct (`1`+FINESS, `3`+SIRET).
    Structure { structure: String },
}

/// A mailbox with the whole of its movements: what [`crate::access::open`] decides on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Mailbox {
    pub id: MailboxId,
    pub address: Address,
    pub kind: Kind,
    pub bearer: Bearer,
    /// What people call it, e.g. `Cabinet médical des Lilas`.
    pub label: String,
    /// CAB: structure id of the practice, e.g. `499790000014017`.
    pub structure: Option<String>,
    pub created: Moment,
    /// Bumped by every movement, and by every change of the register or of the terms that touches one of its people.
    pub revision: i64,
    pub movements: Vec<Movement>,
}
