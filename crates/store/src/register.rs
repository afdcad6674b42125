//! Register: persons and structures. Every change bumps the revision of each mailbox where the person appears.
//!
//! Requirements: BAL-06, REG-01, REG-03, PSC-39 (a person struck off is shown out of every open session).

use rules::journal::{Act, Entry};
use rules::mailbox::MailboxId;
use rules::register::{Person, Structure};
use rules::{Author, Channel, IdNat, Moment};

pub(crate) mod search;

use crate::door::OPERATOR;
use crate::engine::{Tx, params};
use crate::{Result, Store, words};

impl Store {
    /// Adds or replaces a person; journalled in the register's chain.
    pub async fn put_person(&self, person: &Person, author: Author, now: Moment) -> Result<()> {
        self.context.note(now);
        let args = (person.clone(), author, now);
        self.write(args, |tx, args| Box::pin(put_person(tx, &args.0, &args.1, args.2))).await
    }

    /// By national number or by alias.
    pub async fn person(&self, idnat: &IdNat) -> Result<Option<Person>> {
        self.read_facts(idnat.clone(), |tx, idnat| Box::pin(tx.person(idnat))).await
    }

    pub async fn put_structure(&self, structure: &Structure, author: Author, now: Moment) -> Result<()> {
        self.context.note(now);
        let args = (structure.clone(), author, now);
        self.write(args, |tx, args| Box::pin(put_structure(tx, &args.0, &args.1, args.2))).await
    }

    /// By FINESS or SIRET number, or by the id of the registry (BAL-06).
    pub async fn find_structure(&self, number: &str) -> Result<Option<Structure>> {
        self.read_facts(number.to_owned(), |tx, number| Box::pin(tx.find_structure(number))).await
    }

    pub async fn structure(&self, id: &str) -> Result<Option<Structure>> {
        self.read_facts(id.to_owned(), |tx, id| Box::pin(tx.structure(id))).await
    }
}

pub(crate) async fn put_person(tx: &mut Tx<'_>, person: &Person, author: &Author, now: Moment) -> Result<()> {
    let body = words::json(person)?;
    let sql = "INSERT INTO person (idnat, body, changed) VALUES ($1, $2, $3)
               ON CONFLICT (idnat) DO UPDATE SET body = excluded.body, changed = excluded.changed";
    tx.exec(sql, params![person.idnat.as_str(), &body, now]).await?;
    tx.exec("DELETE FROM person_alias WHERE idnat = $1", params![person.idnat.as_str()]).await?;
    for alias in &person.aliases {
        let sql = "INSERT INTO person_alias (alias, idnat) VALUES ($1, $2) ON CONFLICT (alias) DO UPDATE SET idnat = excluded.idnat";
        tx.exec(sql, params![alias.as_str(), person.idnat.as_str()]).await?;
    }
    search::words_of_person(tx, person).await?;
    tx.move_mailboxes_of(&person.idnat).await?;
    tx.journal(OPERATOR, &line(Act::PersonChanged, person.idnat.to_string(), author, now)).await
}

async fn put_structure(tx: &mut Tx<'_>, structure: &Structure, author: &Author, now: Moment) -> Result<()> {
    let body = words::json(structure)?;
    let sql = "INSERT INTO structure (id, body, changed) VALUES ($1, $2, $3)
               ON CONFLICT (id) DO UPDATE SET body = excluded.body, changed = excluded.changed";
    tx.exec(sql, params![&structure.id, &body, now]).await?;
    search::words_of_structure(tx, structure).await?;
    tx.journal(OPERATOR, &line(Act::StructureChanged, structure.id.clone(), author, now)).await
}

fn line(act: Act, object: String, author: &Author, at: Moment) -> Entry {
    Entry { at, author: author.clone(), act, object, channel: Channel::System, facts: serde_json::Value::Null }
}

impl Tx<'_> {
    pub(crate) async fn structure(&mut self, id: &str) -> Result<Option<Structure>> {
        let row = self.row("SELECT body FROM structure WHERE id = $1", params![id]).await?;
        row.map(|mut row| words::from_json(&row.take::<String>()?)).transpose()
    }

    /// By the id of the registry, or by FINESS or SIRET number, spaces allowed.
    pub(crate) async fn find_structure(&mut self, number: &str) -> Result<Option<Structure>> {
        let number: String = number.chars().filter(|c| !c.is_whitespace()).collect();
        if let Some(structure) = self.structure(&number).await? {
            return Ok(Some(structure));
        }
        for structure in search::structures_with(self, &number).await? {
            let known = |other: &Option<String>| other.as_deref().is_some_and(|other| other.eq_ignore_ascii_case(&number));
            if known(&structure.finess)
                || known(&structure.siret)
                || (structure.id.len() > 9 && structure.id[1..].eq_ignore_ascii_case(&number))
            {
                return Ok(Some(structure));
            }
        }
        Ok(None)
    }

    /// Something about this person changed: the sessions of every mailbox that names her are decided anew.
    pub(crate) async fn move_mailboxes_of(&mut self, person: &IdNat) -> Result<()> {
        let sql = "SELECT mailbox FROM movement_person WHERE person = $1 ORDER BY mailbox";
        for mut row in self.rows(sql, params![person.as_str()]).await? {
            let mailbox = MailboxId(row.take()?);
            let held = self.hold(mailbox).await?;
            held.bump_revision();
            let revision = held.revision;
            self.effects.moved.push((mailbox, revision));
        }
        Ok(())
    }
}
