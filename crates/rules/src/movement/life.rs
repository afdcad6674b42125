//! The life of a mailbox: suspended, resumed, closing for thirty days, closed for ever.
//!
//! Requirements: CAB-13, TRU-51, TRU-53, TRU-55. Says when each step may be taken; who may still read meanwhile is the door's to say.

use crate::access::OwnerRights;
use crate::mailbox::{GRACE, Mailbox, State};
use crate::movement::decide::{Decision, active};
use crate::movement::{Mandate, standing};
use crate::refusal::Refusal;
use crate::time::Moment;

/// The owner (a responsable for ORG and APP) closes the mailbox: read-only for thirty days, then a tombstone (CAB-13, TRU-55).
pub fn close(by: &Mandate<OwnerRights>, mailbox: &Mailbox, now: Moment) -> Decision {
    let standing = standing(&mailbox.movements, now);
    by.confirm_owner(mailbox, &standing)?;
    match standing.state() {
        State::Active | State::Suspendue => Ok(()),
        State::EnCloture => Err(Refusal::AlreadyClosing),
        State::Demandee | State::Close => Err(Refusal::NotForThisKind),
    }
}

/// The owner thinks better of it during the thirty days; the movement is `Resumed`.
pub fn reopen(by: &Mandate<OwnerRights>, mailbox: &Mailbox, now: Moment) -> Decision {
    let standing = standing(&mailbox.movements, now);
    by.confirm_owner(mailbox, &standing)?;
    match standing.state() {
        State::EnCloture if now < standing.state_since().plus(GRACE) => Ok(()),
        State::EnCloture | State::Close => Err(Refusal::MailboxClosed),
        State::Demandee | State::Active | State::Suspendue => Err(Refusal::NotForThisKind),
    }
}

/// The thirty days are over: the address becomes a tombstone (TRU-51). Nobody asks; a task looks at the date.
pub fn close_for_good(mailbox: &Mailbox, now: Moment) -> Decision {
    let standing = standing(&mailbox.movements, now);
    let over = standing.state() == State::EnCloture && standing.state_since().plus(GRACE) <= now;
    if over { Ok(()) } else { Err(Refusal::NotForThisKind) }
}

/// Staff suspends a mailbox (TRU-53).
pub fn suspend(mailbox: &Mailbox, now: Moment) -> Decision {
    active(&standing(&mailbox.movements, now))
}

/// Staff lifts a suspension, or stops a closing before the end.
pub fn resume(mailbox: &Mailbox, now: Moment) -> Decision {
    match standing(&mailbox.movements, now).state() {
        State::Suspendue | State::EnCloture => Ok(()),
        State::Demandee | State::Active | State::Close => Err(Refusal::NotForThisKind),
    }
}
