//! Local people: created by a gestionnaire, found, linked, ended. Requirements: LOC-03, LOC-06, LOC-08.

use rules::{Author, IdNat, Moment};

use super::{LocalAccount, LocalKey, NewLocalAccount};
use crate::{Result, Store};

impl Store {
    /// Creates somebody, with her place in the register. `code`: SHA-256 of the enrolment code that is handed over (24 h, once), as
    /// `identity::local::codes::hash` makes it. `author` must be a gestionnaire of the structure, or staff.
    pub async fn create_local_account(&self, new: NewLocalAccount, code: [u8; 32], author: Author, now: Moment) -> Result<LocalAccount> {
        let _ = (new, code, author, now);
        todo!()
    }

    pub async fn local_account(&self, key: LocalKey<'_>, now: Moment) -> Result<Option<LocalAccount>> {
        let _ = (key, now);
        todo!()
    }

    /// The people of a structure, ended ones too, by name.
    pub async fn local_accounts(&self, structure: &str, now: Moment) -> Result<Vec<LocalAccount>> {
        let _ = (structure, now);
        todo!()
    }

    /// A new enrolment code: every means she had is forgotten (LOC-06, « Reset »).
    pub async fn reset_local_account(&self, person: &IdNat, code: [u8; 32], author: Author, now: Moment) -> Result<LocalAccount> {
        let _ = (person, code, author, now);
        todo!()
    }

    /// Another end, to come; `None`: no end known.
    pub async fn extend_local_account(&self, person: &IdNat, ends: Option<Moment>, author: Author, now: Moment) -> Result<LocalAccount> {
        let _ = (person, ends, author, now);
        todo!()
    }

    /// She left: her situation and her delegations end now, her sessions with them.
    pub async fn end_local_account(&self, person: &IdNat, author: Author, now: Moment) -> Result<LocalAccount> {
        let _ = (person, author, now);
        todo!()
    }

    /// She has an RPPS number now: the two are linked, history keeps both.
    pub async fn link_local_account(&self, person: &IdNat, rpps: &IdNat, author: Author, now: Moment) -> Result<LocalAccount> {
        let _ = (person, rpps, author, now);
        todo!()
    }
}
