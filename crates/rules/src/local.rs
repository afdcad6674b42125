//! Accounts of a structure's own login: their states, their locks, their review.
//!
//! Requirements: LOC-01, LOC-03, LOC-07, LOC-08. Whether factors are right is `identity`'s; here, what follows from it.

use serde::{Deserialize, Serialize};

use crate::time::Moment;

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
    pub ends: Option<Moment>,
    pub enrolled: Option<Moment>,
    pub suspended: Option<Moment>,
    pub failures: Failures,
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
