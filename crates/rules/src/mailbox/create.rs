//! Who may have which mailbox.
//!
//! Requirements: CAB-01, CAB-03, CAB-04, CAB-05, BAL-01, TRU-52. Decides on facts of the register; writes nothing, and does not know
//! whether the address is free.

use crate::access::Capacity;
use crate::eligibility;
use crate::ids::Address;
use crate::mailbox::{Kind, NamingRule};
use crate::refusal::Refusal;
use crate::register::{Person, Structure};
use crate::time::Moment;

/// A mailbox somebody asks for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    pub address: &'a Address,
    pub kind: Kind,
    /// Holder of a PER, owner of a CAB.
    pub owner: Option<&'a Person>,
    /// Practice of a CAB, bearer of an ORG or an APP.
    pub structure: Option<&'a Structure>,
    /// PER that hangs on its holder in one exercise: the id of that situation (BAL-01).
    pub situation: Option<&'a str>,
}

/// May this mailbox be created now? The name is judged last: a better name would not help somebody who may not have the mailbox.
pub fn may_create(wanted: &Wanted<'_>, rule: &NamingRule, now: Moment) -> Result<(), Refusal> {
    if wanted.structure.is_some_and(|s| s.closed.is_some_and(|closed| closed <= now)) {
        return Err(Refusal::NotEligible);
    }
    match wanted.kind {
        Kind::Per => {
            holder(wanted, now)?;
            in_exercise(wanted, now)?;
        }
        Kind::Cab => cabinet(wanted, now)?,
        Kind::Org | Kind::App => borne_by_structure(wanted)?,
    }
    rule.check(wanted.kind, wanted.address, wanted.owner.as_slice())
}

/// A PER mailbox always has a holder with a national number (TRU-52).
fn holder(wanted: &Wanted<'_>, now: Moment) -> Result<(), Refusal> {
    let holder = wanted.owner.ok_or(Refusal::PersonUnknown)?;
    let entitled = holder.idnat.is_national() && holder.capacities(now).of(Capacity::Owner).is_some();
    if entitled { Ok(()) } else { Err(Refusal::NotEligible) }
}

/// The situation a PER hangs on is the holder's, and is active.
fn in_exercise(wanted: &Wanted<'_>, now: Moment) -> Result<(), Refusal> {
    let hers = |id: &str| wanted.owner.is_some_and(|owner| eligibility::in_situation(owner, id, now).is_some());
    if wanted.situation.is_none_or(hers) { Ok(()) } else { Err(Refusal::NotEligible) }
}

/// One owner, authorised professional in liberal practice (CAB-05), in a practice without FINESS number (CAB-03).
fn cabinet(wanted: &Wanted<'_>, now: Moment) -> Result<(), Refusal> {
    holder(wanted, now)?;
    let practice = wanted.structure.ok_or(Refusal::NotEligible)?;
    if practice.finess.is_some() || practice.id.starts_with('1') {
        return Err(Refusal::StructureHasFiness);
    }
    if wanted.owner.is_some_and(|owner| owner.practises_freely_at(&practice.id, now)) { Ok(()) } else { Err(Refusal::NotEligible) }
}

/// ORG and APP hang on a structure known by FINESS or SIRET, never on a person.
fn borne_by_structure(wanted: &Wanted<'_>) -> Result<(), Refusal> {
    let known = wanted.structure.is_some_and(|s| s.id.starts_with(['1', '3']));
    match (known, wanted.owner) {
        (true, None) => Ok(()),
        (true, Some(_)) => Err(Refusal::NotForThisKind),
        (false, _) => Err(Refusal::NotEligible),
    }
}
