//! What the author must say with a movement: the word of who lets somebody in or becomes the owner, the evidence of staff who acts for others.
//!
//! Requirements: CAB-15, CAB-17, CGU-03, DEL-14, TRU-55. Looks at the words alone; whether the movement may be made is decided elsewhere.

use crate::author::Author;
use crate::movement::Change;
use crate::refusal::Refusal;

/// A person who lets somebody in attests that she is entitled and bound by medical secrecy (CAB-15, DEL-14); one who becomes the owner
/// agrees to the owner's contract (CGU-03). Staff and tasks do not stand for anybody: they write what was said to them elsewhere.
pub fn attestation(change: &Change, author: &Author, attested: bool) -> Result<(), Refusal> {
    if attested || author.person().is_none() {
        return Ok(());
    }
    match change {
        Change::Opened { .. } | Change::HandedOver { .. } => Err(Refusal::ContractNotAccepted),
        change if change.lets_in() => Err(Refusal::NotAttested),
        _ => Ok(()),
    }
}

/// Staff who decides in the place of the people of a mailbox says on what evidence (CAB-17, TRU-55).
pub fn evidence(change: &Change, author: &Author, reason: Option<&str>) -> Result<(), Refusal> {
    let in_their_place = matches!(change, Change::HandedOver { .. } | Change::Suspended | Change::Closing | Change::Closed);
    let said = reason.is_some_and(|reason| !reason.trim().is_empty());
    if in_their_place && matches!(author, Author::Staff { .. }) && !said { Err(Refusal::ReasonRequired) } else { Ok(()) }
}
