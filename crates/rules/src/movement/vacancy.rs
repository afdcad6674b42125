//! A cabinet whose owner is gone, or about to go: who is let in meanwhile, and what its people are warned of.
//!
//! Requirements: CAB-05, CAB-17, CAB-18, CAB-19, TRU-53. The mailbox stays readable throughout: only the door (`access`) shuts anybody out.

use std::time::Duration;

use crate::access::Capacity;
use crate::eligibility;
use crate::mailbox::{Kind, Mailbox, State};
use crate::movement::decide::Decision;
use crate::movement::{Change, standing};
use crate::refusal::Refusal;
use crate::register::{Person, Structure};
use crate::time::Moment;

/// An owner is led to a hand-over this long before the practice ends (CAB-19).
pub const NOTICE: Duration = Duration::from_secs(90 * 86_400);

/// Days without owner on which the people of a cabinet are reminded, and after which it is suspended (TRU-53, CAB-17).
pub const REMINDERS: [u8; 3] = [30, 60, 80];
const PATIENCE: Duration = Duration::from_secs(90 * 86_400);

/// What the length of a vacancy asks for today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    Nothing,
    /// The reminder of that day; those before it were sent, or their day is past.
    Remind {
        day: u8,
        suspended: Moment,
    },
    Suspend,
}

/// `since`: when the owner was first seen to be gone; `told`: day of the last reminder, 0 before the first.
pub fn due(since: Moment, told: u8, now: Moment) -> Due {
    let gone = now.since(since);
    if gone >= PATIENCE {
        return Due::Suspend;
    }
    let day = REMINDERS.into_iter().rev().find(|day| gone >= Duration::from_secs(u64::from(*day) * 86_400));
    match day.filter(|day| *day > told) {
        Some(day) => Due::Remind { day, suspended: since.plus(PATIENCE) },
        None => Due::Nothing,
    }
}

/// Something the people of a mailbox are told before it hurts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warning {
    /// The owner was struck off, died, or no longer practises there: nobody new is let in before a hand-over (CAB-17).
    OwnerGone,
    /// By what the register says, the owner's practice ends at that moment: hand over or close before it (CAB-19).
    OwnerLeaving { at: Moment },
    /// The practice has a FINESS number now: an ORG mailbox is the way (CAB-18).
    StructureHasFiness,
}

/// While the owner of a cabinet is gone, nobody new is let in: the hand-over comes first. The others stay.
pub fn not_during_vacancy(mailbox: &Mailbox, owner: Option<&Person>, change: &Change, now: Moment) -> Decision {
    let new = matches!(change, Change::CotitulaireAdded { .. } | Change::Delegated { .. });
    if mailbox.kind == Kind::Cab && new && last_day(mailbox, owner, now).is_none() { Err(Refusal::OwnerGone) } else { Ok(()) }
}

/// What the people of a cabinet are told today, the gravest first. Other kinds have no owner to lose; a closed mailbox has no future.
///
/// `owner`: the owner of now, from the register; `structure`: the practice, if the register knows it.
pub fn warnings(mailbox: &Mailbox, owner: Option<&Person>, structure: Option<&Structure>, now: Moment) -> Vec<Warning> {
    let living = matches!(standing(&mailbox.movements, now).state(), State::Active | State::Suspendue);
    if mailbox.kind != Kind::Cab || !living {
        return Vec::new();
    }
    let mut told = Vec::new();
    let closed = structure.and_then(|structure| structure.closed);
    match (last_day(mailbox, owner, now), closed) {
        (None, _) => told.push(Warning::OwnerGone),
        (Some(_), Some(closed)) if closed <= now => told.push(Warning::OwnerGone),
        (Some(end), closed) => {
            let first = [end, closed].into_iter().flatten().min();
            told.extend(first.filter(|at| *at <= now.plus(NOTICE)).map(|at| Warning::OwnerLeaving { at }));
        }
    }
    if structure.is_some_and(|structure| structure.finess.is_some() || structure.id.starts_with('1')) {
        told.push(Warning::StructureHasFiness);
    }
    told
}

/// Until when the owner practises by what the register says: `None` gone already, `Some(None)` no end known.
fn last_day(mailbox: &Mailbox, owner: Option<&Person>, now: Moment) -> Option<Option<Moment>> {
    let owner = owner?;
    let entitled = eligibility::entitled(mailbox, owner, Capacity::Owner, now)?;
    let there = match mailbox.structure.as_deref() {
        Some(practice) if !owner.practises_freely_at(practice, now) => return None,
        Some(practice) => owner.service_at(practice, now).and_then(crate::register::Lasting::until),
        None => None,
    };
    Some([entitled.until(), there].into_iter().flatten().min())
}
