//! Accounts of a structure's own login: their states, their locks, their review.
//!
//! Requirements: LOC-01, LOC-02, LOC-03, LOC-07, LOC-08. Whether factors are right is `identity`'s; here, what follows from it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::ids::{IdNat, IdNatForm};
use crate::refusal::Refusal;
use crate::register::Structure;
use crate::time::Moment;

/// Failures in a row before a lock, and how long it lasts (LOC-07).
pub const RUN: u32 = 5;
pub const LOCK: Duration = Duration::from_secs(15 * 60);
/// Failures in a day before a gestionnaire must unlock (LOC-07).
pub const DAILY: usize = 10;
const DAY: Duration = Duration::from_secs(24 * 3600);
/// An account that nobody uses is suspended after this time (LOC-08).
pub const UNUSED: Duration = Duration::from_secs(90 * 24 * 3600);
/// The list is confirmed this often: six months (LOC-08).
pub const REVIEW: Duration = Duration::from_secs(183 * 24 * 3600);
/// Between a reminder and the next step.
pub const PATIENCE: Duration = Duration::from_secs(14 * 24 * 3600);
/// An enrolment code lives this long (LOC-06).
pub const CODE: Duration = Duration::from_secs(24 * 3600);
/// People of Pro Santé Connect who manage the accounts of a structure, at most (LOC-02).
pub const GESTIONNAIRES: usize = 5;

/// What an account is at a given moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LocalState {
    /// Its first day is to come.
    NotBegun,
    /// Waits for its person to enrol.
    Invited,
    Active,
    /// Too many failures in a row; passes by itself.
    Locked,
    /// Ten failures in a day: a gestionnaire must unlock.
    Blocked,
    /// Not used, not confirmed, or shut by a gestionnaire.
    Suspended,
    /// Never again.
    Ended,
}

/// Facts an account's state is computed from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    pub begins: Moment,
    /// First moment at which it is over.
    pub ends: Option<Moment>,
    pub enrolled: Option<Moment>,
    pub suspended: Option<Moment>,
    pub failures: Failures,
}

impl Facts {
    /// What ends an account goes before what suspends it, and that before what locks it.
    pub fn state(&self, now: Moment) -> LocalState {
        if self.ends.is_some_and(|ends| ends <= now) {
            LocalState::Ended
        } else if self.suspended.is_some() {
            LocalState::Suspended
        } else if now < self.begins {
            LocalState::NotBegun
        } else if self.failures.blocked {
            LocalState::Blocked
        } else if self.failures.locked_until.is_some_and(|until| now < until) {
            LocalState::Locked
        } else if self.enrolled.is_none() {
            LocalState::Invited
        } else {
            LocalState::Active
        }
    }

    /// A session already open goes on: failures of somebody else at the door do not throw her out.
    pub fn keeps_sessions(&self, now: Moment) -> bool {
        !matches!(self.state(now), LocalState::Ended | LocalState::Suspended | LocalState::NotBegun)
    }
}

/// Failed logins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failures {
    /// In a row, since the last success or lock.
    pub run: u32,
    /// Those of the last 24 hours, oldest first.
    pub recent: Vec<Moment>,
    pub locked_until: Option<Moment>,
    pub blocked: bool,
}

impl Failures {
    /// One more failure. A success does not clear the day's count: whoever guesses between two logins of the person is counted on.
    #[must_use]
    pub fn after_failure(&self, now: Moment) -> Self {
        let mut recent: Vec<Moment> = self.recent.iter().copied().filter(|at| now.since(*at) < DAY).collect();
        recent.push(now);
        let run = self.run + 1;
        let locked = run >= RUN;
        Self {
            run: if locked { 0 } else { run },
            blocked: self.blocked || recent.len() >= DAILY,
            recent,
            locked_until: if locked { Some(now.plus(LOCK)) } else { self.locked_until },
        }
    }

    /// Right factors, on an account that was not locked.
    #[must_use]
    pub fn after_success(&self) -> Self {
        Self { run: 0, locked_until: None, ..self.clone() }
    }
}

/// What the daily review does with one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Keep,
    /// First or second reminder to the gestionnaires.
    Remind(u8),
    /// Nobody used it for 90 days.
    Unused,
    /// Nobody confirmed it after two reminders.
    Unconfirmed,
}

/// When an account was last used, and how its confirmation stands.
#[derive(Clone, Copy, Debug)]
pub struct Use {
    /// Last login; before the first, the moment it could be used.
    pub last: Moment,
    pub confirmed: Moment,
    /// Reminders sent since, and the last of them.
    pub reminders: u8,
    pub reminded: Option<Moment>,
}

/// The review of an account that is neither ended nor suspended.
pub fn review(account: &Use, now: Moment) -> Step {
    if now.since(account.last) >= UNUSED {
        return Step::Unused;
    }
    if now.since(account.confirmed) < REVIEW {
        return Step::Keep;
    }
    let patient = account.reminded.is_some_and(|at| now.since(at) < PATIENCE);
    match account.reminders {
        _ if patient => Step::Keep,
        0 => Step::Remind(1),
        1 => Step::Remind(2),
        _ => Step::Unconfirmed,
    }
}

/// May this structure have its own login? It has a FINESS, a written commitment whose review is to come, one to five gestionnaires with
/// numbers of their own (LOC-01, LOC-02).
pub fn may_enable(structure: Option<&Structure>, review_date: Option<Moment>, gestionnaires: &[IdNat], now: Moment) -> Result<(), Refusal> {
    let place = structure.is_some_and(|s| s.finess.is_some() && s.closed.is_none_or(|closed| now < closed));
    let committed = review_date.is_some_and(|date| now < date);
    let managed = (1..=GESTIONNAIRES).contains(&gestionnaires.len()) && gestionnaires.iter().all(IdNat::is_national);
    if place && committed && managed { Ok(()) } else { Err(Refusal::CommitmentRequired) }
}

/// A local person is one by her number, and this structure's (LOC-03).
pub fn belongs(person: &IdNat, structure: &str) -> Result<(), Refusal> {
    match person.form() {
        IdNatForm::Local { structure: employer } if employer == structure => Ok(()),
        _ => Err(Refusal::NotEligible),
    }
}

/// Who manages the accounts of a structure: its gestionnaires, and staff in their place (LOC-02, LOC-06).
pub fn manages(author: &crate::Author, gestionnaires: &[IdNat]) -> Result<(), Refusal> {
    match author {
        crate::Author::Person { id, .. } if gestionnaires.contains(id) => Ok(()),
        crate::Author::Staff { .. } => Ok(()),
        _ => Err(Refusal::NotGestionnaire),
    }
}
