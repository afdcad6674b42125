//! Any change asked by a person who is in the mailbox: each change has one decider, whichever page or program asks.
//!
//! Requirements: CAB-06, CAB-12, CAB-13, DEL-02. What a person does about herself (accept, leave) needs no more than her own right.

use crate::access::Access;
use crate::mailbox::Mailbox;
use crate::movement::Change;
use crate::movement::decide::{Decision, Mandate, accept, add_cotitulaire, delegate, end_delegation, remove_cotitulaire, renounce};
use crate::movement::handing::{drop_hand_over, offer_hand_over};
use crate::movement::life::{close, reopen};
use crate::refusal::Refusal;
use crate::register::Person;
use crate::time::Moment;

/// May the holder of this access make this change? `person` is the one it is about, from the register.
///
/// Taking a cabinet over is not here: the one who takes it needs no access to it ([`super::take_over`]).
pub fn by_person(access: &Access, mailbox: &Mailbox, change: &Change, person: Option<&Person>, now: Moment) -> Decision {
    let known = || person.ok_or(Refusal::PersonUnknown);
    let owner = || access.owner_rights().map(Mandate::Held);
    let manager = || access.manager_rights().map(Mandate::Held);
    match change {
        Change::CotitulaireRemoved { person } | Change::DelegationEnded { person } if Some(person) == access.person() => {
            renounce(mailbox, person, now)
        }
        Change::Accepted { person } if Some(person) == access.person() => accept(mailbox, person, now),
        Change::CotitulaireAdded { .. } => add_cotitulaire(&owner()?, mailbox, known()?, now),
        Change::CotitulaireRemoved { person } => remove_cotitulaire(&owner()?, mailbox, person, now),
        Change::Delegated { from, until, .. } => delegate(&manager()?, mailbox, known()?, *from, *until, now),
        Change::DelegationEnded { person } => end_delegation(&manager()?, mailbox, person, now),
        Change::HandOverOffered { .. } => offer_hand_over(&owner()?, mailbox, known()?, now),
        Change::HandOverDropped { .. } => drop_hand_over(mailbox, access.person().ok_or(Refusal::NotOwner)?, now),
        Change::Closing => close(&owner()?, mailbox, now),
        Change::Resumed => reopen(&owner()?, mailbox, now),
        Change::Opened { .. }
        | Change::Accepted { .. }
        | Change::ResponsableAdded { .. }
        | Change::ResponsableRemoved { .. }
        | Change::HandedOver { .. }
        | Change::Suspended
        | Change::Closed => Err(Refusal::NotOwner),
    }
}
