//! Movements: the only source of who may enter (architecture, invariant 3). Append-only; the present is a fold.
//!
//! Requirements: CAB-06, CAB-08, CAB-12, DEL-03, DEL-08. A movement is never edited: what is wrong is undone by another one.
//!
//! | file | says |
//! |---|---|
//! | `change` | what a movement changes, about whom, and how the journal calls it |
//! | `fold` | who stands in the mailbox at a moment, and what became of past rights |
//! | `asked` | whichever change a person of the mailbox asks: its decider |
//! | `decide` | may this person be let in, or taken out? |
//! | `handing` | a hand-over: offered by one, taken by the other |
//! | `life` | suspension, closing, and their undoing |
//! | `vacancy` | the owner gone or about to go, and what people are warned of |
//! | `word` | what the author must say with the movement: attestation, evidence |

mod asked;
mod change;
mod decide;
mod fold;
mod handing;
mod life;
pub mod vacancy;
mod word;

pub use asked::by_person;
pub use change::Change;
pub use decide::{
    Mandate, accept, add_cotitulaire, add_responsable, by_staff, delegate, end_delegation, remove_cotitulaire, remove_responsable, renounce,
};
pub use fold::{Offer, Right, Spell, Standing, standing};
pub use handing::{drop_hand_over, hand_over, offer_hand_over, take_over};
pub use life::{close, close_for_good, reopen, resume, suspend};
pub use vacancy::not_during_vacancy;
pub use word::{attestation, evidence};

use serde::{Deserialize, Serialize};

use crate::author::Author;
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
