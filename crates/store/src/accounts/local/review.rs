//! Accounts that nobody uses or nobody confirms are suspended. Requirements: LOC-08.

use rules::{Author, IdNat, Moment};

use crate::{Result, Store};

/// What the review of today did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Review {
    /// Suspended now: 90 days without login, or not confirmed after two reminders.
    pub suspended: Vec<IdNat>,
    /// To send to the gestionnaires now.
    pub reminders: Vec<Reminder>,
}

/// A structure whose list must be confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminder {
    pub structure: String,
    pub gestionnaires: Vec<IdNat>,
    /// First or second.
    pub number: u8,
    pub people: Vec<IdNat>,
    /// Suspended at this moment if nobody confirms.
    pub deadline: Moment,
}

impl Store {
    /// A gestionnaire confirms that these people still work there.
    pub async fn confirm_local_accounts(&self, structure: &str, people: Vec<IdNat>, author: Author, now: Moment) -> Result<()> {
        let _ = (structure, people, author, now);
        todo!()
    }

    /// The daily job. Each reminder is returned once.
    pub async fn local_review(&self, now: Moment) -> Result<Review> {
        let _ = now;
        todo!()
    }
}
