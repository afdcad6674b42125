//! Local people: created by a gestionnaire, found, linked, ended. Requirements: LOC-03, LOC-06, LOC-08, DEL-11.

use rules::journal::{Act, Entry};
use rules::movement::{Change, Right, standing};
use rules::notice::Notice;
use rules::register::{Activity, Exercise, Person, Situation};
use rules::{Author, Channel, IdNat, Moment, Refusal, local};
use serde_json::{Value, json};

use super::rows::{Body, Column};
use super::{LocalAccount, LocalKey, NewLocalAccount};
use crate::accounts::passkeys::Holder;
use crate::accounts::sessions::Who;
use crate::door::OPERATOR;
use crate::engine::{Tx, params};
use crate::mailboxes::movements::{Made, write_movement};
use crate::register::put_person;
use crate::words::json as word;
use crate::{Error, Result, Store};

impl Store {
    /// Creates somebody, with her place in the register. `code`: SHA-256 of the enrolment code that is handed over (24 h, once), as
    /// `identity::local::codes::hash` makes it. `author` must be a gestionnaire of the structure, or staff.
    pub async fn create_local_account(&self, new: NewLocalAccount, code: [u8; 32], author: Author, now: Moment) -> Result<LocalAccount> {
        self.context.note(now);
        self.write((new, code, author, now), |tx, (new, code, author, now)| Box::pin(create(tx, new, code, author, *now))).await
    }

    pub async fn local_account(&self, key: LocalKey<'_>, now: Moment) -> Result<Option<LocalAccount>> {
        if let LocalKey::Bound { issuer, subject } = key {
            let args = (issuer.to_owned(), subject.to_owned(), now);
            return self.read_facts(args, |tx, (issuer, subject, now)| Box::pin(tx.bound_account(issuer, subject, *now))).await;
        }
        let (column, value) = match key {
            LocalKey::Person(person) => (Column::Person, person.as_str()),
            LocalKey::Login(login) | LocalKey::Bound { issuer: login, .. } => (Column::Login, login),
        };
        let found =
            self.read_facts((column, value.to_owned(), now), |tx, (column, value, now)| Box::pin(tx.local_accounts(*column, value, *now)));
        Ok(found.await?.pop())
    }

    /// The people of a structure, ended ones too, by login.
    pub async fn local_accounts(&self, structure: &str, now: Moment) -> Result<Vec<LocalAccount>> {
        let args = (structure.to_owned(), now);
        self.read_facts(args, |tx, (structure, now)| Box::pin(tx.local_accounts(Column::Structure, structure, *now))).await
    }

    /// A new enrolment code: every means she had is forgotten (LOC-06), her sessions end.
    pub async fn reset_local_account(&self, person: &IdNat, code: [u8; 32], author: Author, now: Moment) -> Result<LocalAccount> {
        self.context.note(now);
        let args = (person.clone(), code, author, now);
        self.write(args, |tx, (person, code, author, now)| Box::pin(reset(tx, person, code, author, *now))).await
    }

    /// Another end, to come; `None`: no end known. Her situation in the register follows. Never for somebody who is gone.
    pub async fn extend_local_account(&self, person: &IdNat, ends: Option<Moment>, author: Author, now: Moment) -> Result<LocalAccount> {
        self.context.note(now);
        let args = (person.clone(), ends, author, now);
        self.write(args, |tx, (person, ends, author, now)| Box::pin(extend(tx, person, *ends, author, *now))).await
    }

    /// She left: her situation and her delegations end now, her sessions with them.
    pub async fn end_local_account(&self, person: &IdNat, author: Author, now: Moment) -> Result<LocalAccount> {
        self.context.note(now);
        self.write((person.clone(), author, now), |tx, (person, author, now)| Box::pin(end(tx, person, author, *now))).await
    }

    /// She has an RPPS number now: the two are linked, history keeps both.
    pub async fn link_local_account(&self, person: &IdNat, rpps: &IdNat, author: Author, now: Moment) -> Result<LocalAccount> {
        self.context.note(now);
        let args = (person.clone(), rpps.clone(), author, now);
        self.write(args, |tx, (person, rpps, author, now)| Box::pin(link(tx, person, rpps, author, *now))).await
    }
}

async fn create(tx: &mut Tx<'_>, new: &NewLocalAccount, code: &[u8; 32], author: &Author, now: Moment) -> Result<LocalAccount> {
    let structure = new.person.employer().ok_or(Error::Refused(Refusal::NotEligible))?;
    tx.managed(&structure, author).await?;
    local::belongs(&new.person, &structure).map_err(Error::Refused)?;
    if new.ends.is_some_and(|ends| ends <= new.begins || ends <= now) {
        return Err(Error::Refused(Refusal::BadPeriod));
    }
    let body = Body { family: new.family.clone(), given: new.given.clone(), function: new.function.clone(), email: new.email.clone() };
    let sql = "INSERT INTO local_account (person, structure, login, body, begins, ends, created, failures, confirmed, reminders, settled)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0) ON CONFLICT DO NOTHING";
    let (failures, body) = (word(&local::Failures::default())?, word(&body)?);
    let values = params![new.person.as_str(), &structure, &new.login, &body, new.begins, new.ends, now, &failures, now];
    if tx.exec(sql, values).await? == 0 {
        // Her number was used before, be it by somebody who is gone, or the login is another's (LOC-03).
        return Err(Error::Exists("local account"));
    }
    let mut person = tx.person(&new.person).await?.unwrap_or_else(|| Person {
        idnat: new.person.clone(),
        family: new.family.clone(),
        given: new.given.clone(),
        civility: String::new(),
        aliases: Vec::new(),
        struck_off: None,
        exercises: Vec::new(),
    });
    place(&mut person, &structure, new.begins, new.ends, now);
    put_person(tx, &person, author, now).await?;
    give_code(tx, &new.person, code, now).await?;
    tx.journal(OPERATOR, &line(Act::LocalCreated, &new.person, author, json!({ "ends": new.ends.map(|at| at.to_string()) }), now)).await?;
    tx.known_account(&new.person, now).await
}

/// Her place in the structure, as the register knows it: one situation of service, from the first day to the last.
fn place(person: &mut Person, structure: &str, begin: Moment, end: Option<Moment>, now: Moment) {
    if person.works_at(structure, now) {
        set_end(person, structure, end, now);
        return;
    }
    let situation = Situation {
        id: format!("{}-{}", person.idnat, begin.secs()),
        structure: Some(structure.to_owned()),
        role: String::new(),
        mode: "S".to_owned(),
        activity: Activity::default(),
        begin,
        end,
    };
    person.exercises.push(Exercise { category: "C".to_owned(), situations: vec![situation], ..Exercise::default() });
}

/// Another end for the situations that are not over.
fn set_end(person: &mut Person, structure: &str, end: Option<Moment>, now: Moment) {
    let there = person.exercises.iter_mut().flat_map(|exercise| &mut exercise.situations);
    for situation in there.filter(|one| one.structure.as_deref() == Some(structure) && one.end.is_none_or(|over| now < over)) {
        situation.end = end;
    }
}

async fn give_code(tx: &mut Tx<'_>, person: &IdNat, code: &[u8; 32], now: Moment) -> Result<()> {
    tx.exec("DELETE FROM local_code WHERE person = $1 OR ends <= $2", params![person.as_str(), now]).await?;
    let sql = "INSERT INTO local_code (code_hash, person, ends) VALUES ($1, $2, $3)";
    tx.exec(sql, params![code, person.as_str(), now.plus(local::CODE)]).await.map(|_| ())
}

async fn reset(tx: &mut Tx<'_>, person: &IdNat, code: &[u8; 32], author: &Author, now: Moment) -> Result<LocalAccount> {
    let account = tx.managed_person(person, author, now).await?;
    not_ended(&account, now)?;
    let sql = "UPDATE local_account SET password = NULL, totp = NULL, totp_step = NULL, enrolled = NULL, failures = $1 WHERE person = $2";
    tx.exec(sql, params![&word(&local::Failures::default())?, person.as_str()]).await?;
    tx.exec("DELETE FROM local_recovery WHERE person = $1", params![person.as_str()]).await?;
    tx.forget_passkeys(&Holder::Local(person.clone())).await?;
    give_code(tx, person, code, now).await?;
    tx.journal(OPERATOR, &line(Act::LocalReset, person, author, Value::Null, now)).await?;
    tx.end_all_sessions(&Who::Local(person.clone()), author, now).await?;
    let structure = tx.structure(&account.structure).await?.map_or(account.structure, |place| place.name);
    let by = tx.called(author).await?;
    let notice = Notice::AccountReset { person: format!("{} {}", account.given, account.family), structure, by };
    tx.notify(&account.email, &notice, now).await?;
    tx.notify_responsables(person, &notice, now).await?;
    tx.known_account(person, now).await
}

async fn extend(tx: &mut Tx<'_>, person: &IdNat, ends: Option<Moment>, author: &Author, now: Moment) -> Result<LocalAccount> {
    let account = tx.managed_person(person, author, now).await?;
    not_ended(&account, now)?;
    if ends.is_some_and(|ends| ends <= account.begins || ends <= now) {
        return Err(Error::Refused(Refusal::BadPeriod));
    }
    tx.exec("UPDATE local_account SET ends = $1 WHERE person = $2", params![ends, person.as_str()]).await?;
    let mut known = tx.person(person).await?.ok_or(Error::Refused(Refusal::PersonUnknown))?;
    set_end(&mut known, &account.structure, ends, now);
    put_person(tx, &known, author, now).await?;
    let facts = json!({ "ends": ends.map(|at| at.to_string()) });
    tx.journal(OPERATOR, &line(Act::LocalExtended, person, author, facts, now)).await?;
    tx.known_account(person, now).await
}

async fn end(tx: &mut Tx<'_>, person: &IdNat, author: &Author, now: Moment) -> Result<LocalAccount> {
    let account = tx.managed_person(person, author, now).await?;
    not_ended(&account, now)?;
    tx.exec("UPDATE local_account SET ends = $1 WHERE person = $2", params![now, person.as_str()]).await?;
    let mut known = tx.person(person).await?.ok_or(Error::Refused(Refusal::PersonUnknown))?;
    set_end(&mut known, &account.structure, Some(now), now);
    put_person(tx, &known, author, now).await?;
    tx.journal(OPERATOR, &line(Act::LocalEnded, person, author, Value::Null, now)).await?;
    settle(tx, person, author, now).await?;
    tx.known_account(person, now).await
}

/// What follows from the end of an account: its delegations, its sessions, its code.
pub(super) async fn settle(tx: &mut Tx<'_>, person: &IdNat, author: &Author, now: Moment) -> Result<()> {
    tx.exec("UPDATE local_account SET settled = 1 WHERE person = $1", params![person.as_str()]).await?;
    tx.exec("DELETE FROM local_code WHERE person = $1", params![person.as_str()]).await?;
    tx.end_all_sessions(&Who::Local(person.clone()), author, now).await?;
    let sql = "SELECT mailbox FROM movement_person WHERE person = $1 ORDER BY mailbox";
    for mut row in tx.rows(sql, params![person.as_str()]).await? {
        let id = rules::mailbox::MailboxId(row.take()?);
        tx.hold(id).await?;
        let mailbox = tx.mailbox(id).await?;
        let right = standing(&mailbox.movements, now).right_of(person);
        let still = matches!(right, Right::Held { capacity, .. } | Right::NotBegun { capacity, .. } if capacity == rules::access::Capacity::Delegataire);
        if still {
            let change = Change::DelegationEnded { person: person.clone() };
            let made = Made { change: &change, reason: None, attested: false, author, channel: Channel::System, now };
            write_movement(tx, id, &made).await?;
        }
    }
    Ok(())
}

async fn link(tx: &mut Tx<'_>, person: &IdNat, rpps: &IdNat, author: &Author, now: Moment) -> Result<LocalAccount> {
    tx.managed_person(person, author, now).await?;
    let known = tx.person(rpps).await?.filter(|known| known.idnat.is_national());
    let known = known.ok_or(Error::Refused(Refusal::PersonUnknown))?.idnat;
    let sql = "UPDATE local_account SET linked_rpps = $1 WHERE person = $2 AND linked_rpps IS NULL";
    if tx.exec(sql, params![known.as_str(), person.as_str()]).await? == 0 {
        return Err(Error::Exists("link"));
    }
    tx.journal(OPERATOR, &line(Act::LocalLinked, person, author, json!({ "rpps": known }), now)).await?;
    tx.known_account(person, now).await
}

fn not_ended(account: &LocalAccount, now: Moment) -> Result<()> {
    if account.ends.is_some_and(|ends| ends <= now) { Err(Error::NotAllowed("the account has ended")) } else { Ok(()) }
}

pub(super) fn line(act: Act, person: &IdNat, author: &Author, facts: Value, at: Moment) -> Entry {
    Entry { at, author: author.clone(), act, object: person.to_string(), channel: Channel::System, facts }
}
