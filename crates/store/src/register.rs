//! Register: persons and structures. Every change bumps the revision of each mailbox where the person appears.

use rules::register::{Person, Structure};
use rules::{Author, IdNat, Moment};

use crate::{Result, Store};

impl Store {
    /// Adds or replaces a person; journalled in the register's chain.
    pub async fn put_person(&self, person: &Person, author: Author, now: Moment) -> Result<()> {
        let _ = (person, author, now);
        todo!()
    }

    /// By national number or by alias.
    pub async fn person(&self, idnat: &IdNat) -> Result<Option<Person>> {
        let _ = idnat;
        todo!()
    }

    pub async fn put_structure(&self, structure: &Structure, author: Author, now: Moment) -> Result<()> {
        let _ = (structure, author, now);
        todo!()
    }

    pub async fn structure(&self, id: &str) -> Result<Option<Structure>> {
        let _ = id;
        todo!()
    }
}
