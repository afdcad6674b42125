//! Movements: the only source of who may enter (architecture, invariant 3). Append-only; the present is a fold.
//!
//! Requirements: CAB-06, CAB-08, CAB-12, DEL-03, DEL-08. A movement is never edited: what is wrong is undone by another one.
//!
//! | file | says |
//! |---|---|
//! | `fold` | who stands in the mailbox at a moment, and what became of past rights |
//! | `decide` | may this movement be made? |

mod decide;
mod fold;

pub use decide::{
    Mandate, add_cotitulaire, add_responsable, by_staff, close, delegate, end_delegation, hand_over, not_during_vacancy,
    remove_cotitulaire, remove_responsable, resume, suspend,
};
pub use fold::{Right, Spell, Standing, standing};

use serde::{Deserialize, Serialize};

use crate::author::Author;
use crate::ids::IdNat;
use crate::time::Moment;

/// One movement, as it was written. Never edited, never deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement {
    /// 1, 2, 3… in the mailbox.
    pub seq: i64,
    pub at: Moment,
    pub by: Author,
    pub change: Change,
    /// Why, in the words of the person who did it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// The declarant's attestation of entitlement and secrecy (CAB-15, DEL-14).
    #[serde(default)]
    pub attested: bool,
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// The mailbox begins. `owner`: holder of a PER, owner of a CAB, none for ORG and APP.
    Opened {
        #[serde(default)]
        owner: Option<IdNat>,
    },
    ResponsableAdded {
        person: IdNat,
    },
    ResponsableRemoved {
        person: IdNat,
    },
    CotitulaireAdded {
        person: IdNat,
    },
    CotitulaireRemoved {
        person: IdNat,
    },
    /// A delegation; a second one of the same person replaces the first. Both ends optional; `until` is the first moment without the right.
    Delegated {
        person: IdNat,
        #[serde(default)]
        from: Option<Moment>,
        #[serde(default)]
        until: Option<Moment>,
    },
    DelegationEnded {
        person: IdNat,
    },
    /// The attachment moved to a new owner, who consented (CAB-12).
    HandedOver {
        to: IdNat,
    },
    Suspended,
    Resumed,
    Closing,
    Closed,
}
