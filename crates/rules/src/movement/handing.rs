//! A cabinet changes owner: offered by the one, taken by the other, or dropped by either.
//!
//! Requirements: CAB-05, CAB-12, CAB-17, CAB-19. Nothing moves before the one who was asked consents; the offer gives her no right.

use crate::access::{Capacity, OwnerRights};
use crate::ids::IdNat;
use crate::mailbox::{Kind, Mailbox, State};
use crate::movement::decide::{Decision, eligible, not_yet, only};
use crate::movement::{Mandate, Standing, standing};
use crate::refusal::Refusal;
use crate::register::Person;
use crate::time::Moment;

/// The owner asks somebody who could own this cabinet to take it. Another offer takes the place of the one that waits.
pub fn offer_hand_over(by: &Mandate<OwnerRights>, mailbox: &Mailbox, to: &Person, now: Moment) -> Decision {
    let standing = standing(&mailbox.movements, now);
    by.confirm_owner(mailbox, &standing)?;
    may_own(mailbox, &standing, to, now)?;
    if standing.offer().is_some_and(|offer| offer.to == to.idnat) { Err(Refusal::AlreadyThere) } else { Ok(()) }
}

/// The owner withdraws the offer, or the one who was asked declines it.
pub fn drop_hand_over(mailbox: &Mailbox, by: &IdNat, now: Moment) -> Decision {
    let standing = standing(&mailbox.movements, now);
    let offer = standing.offer().ok_or(Refusal::NoOffer)?;
    if offer.to == *by || standing.owner() == Some(by) { Ok(()) } else { Err(Refusal::NotOwner) }
}

/// The one who was asked consents, and becomes the owner: she is judged again, for the register may have moved since the offer.
pub fn take_over(mailbox: &Mailbox, to: &Person, now: Moment) -> Decision {
    let standing = standing(&mailbox.movements, now);
    if standing.offer().is_none_or(|offer| offer.to != to.idnat) {
        return Err(Refusal::NoOffer);
    }
    may_own(mailbox, &standing, to, now)
}

/// The operator's staff hands a cabinet over itself, with evidence (CAB-17): the owner is gone and cannot offer any more.
pub fn hand_over(mailbox: &Mailbox, to: &Person, now: Moment) -> Decision {
    may_own(mailbox, &standing(&mailbox.movements, now), to, now)
}

/// She could have opened this cabinet herself (CAB-05). It also works while the mailbox is suspended: handing over is how a cabinet without
/// owner comes back.
fn may_own(mailbox: &Mailbox, standing: &Standing, to: &Person, now: Moment) -> Decision {
    only(mailbox, &[Kind::Cab])?;
    if !matches!(standing.state(), State::Active | State::Suspendue) {
        return Err(Refusal::NotForThisKind);
    }
    not_yet(standing, &to.idnat, &[Capacity::Owner])?;
    eligible(mailbox, to, Capacity::Owner, now)?;
    let practice = mailbox.structure.as_deref();
    if practice.is_some_and(|structure| !to.practises_freely_at(structure, now)) { Err(Refusal::NotEligible) } else { Ok(()) }
}
