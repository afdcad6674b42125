//! A structure's own login: off until the operator switches it on, after a written commitment. Requirements: LOC-01, LOC-02.

use rules::{Author, Moment};

use super::LocalStructure;
use crate::{Result, Store};

impl Store {
    /// Switches on, changes or switches off. Enabled asks for a FINESS, a commitment to come and one to five gestionnaires known by PSC.
    /// Switched off: every session of its people ends.
    pub async fn put_local_structure(&self, structure: LocalStructure, author: Author, now: Moment) -> Result<()> {
        let _ = (structure, author, now);
        todo!()
    }

    pub async fn local_structure(&self, id: &str) -> Result<Option<LocalStructure>> {
        let _ = id;
        todo!()
    }

    pub async fn local_structures(&self) -> Result<Vec<LocalStructure>> {
        todo!()
    }
}
