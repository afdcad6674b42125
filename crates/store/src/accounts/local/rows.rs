//! An account as it stands in its row; who may change it; whether its sessions may go on. Requirements: LOC-02, LOC-03, LOC-08.

use rules::local::{Facts, Failures};
use rules::{Author, IdNat, Moment, Refusal, local};
use serde::{Deserialize, Serialize};

use super::{LocalAccount, LocalStructure, structures};
use crate::accounts::passkeys::Holder;
use crate::accounts::secrets::{hash, place};
use crate::engine::{Row, Tx, params};
use crate::words::{from_json, parse};
use crate::{Error, Result};

/// What people read of an account, kept as one JSON column.
#[derive(Serialize, Deserialize)]
pub(super) struct Body {
    pub(super) family: String,
    pub(super) given: String,
    pub(super) function: String,
    pub(super) email: String,
}

/// Columns in the order `account_of` takes them.
const COLUMNS: &str = "person, structure, login, body, begins, ends, created, password, totp, totp_step, bound_issuer, bound_subject,
    failures, enrolled, last_login, confirmed, suspended, linked_rpps,
    (SELECT COUNT(*) FROM local_recovery r WHERE r.person = local_account.person)";

impl Tx<'_> {
    /// Accounts by a condition on one value, by login.
    pub(super) async fn local_accounts(&mut self, column: Column, value: &str, now: Moment) -> Result<Vec<LocalAccount>> {
        let condition = match column {
            Column::Person => "person",
            Column::Login => "login",
            Column::Structure => "structure",
        };
        let sql = format!("SELECT {COLUMNS} FROM local_account WHERE {condition} = $1 ORDER BY login");
        let mut accounts = Vec::new();
        for row in self.rows(&sql, params![value]).await? {
            accounts.push(self.account_of(row, now).await?);
        }
        Ok(accounts)
    }

    pub(super) async fn bound_account(&mut self, issuer: &str, subject: &str, now: Moment) -> Result<Option<LocalAccount>> {
        let sql = format!("SELECT {COLUMNS} FROM local_account WHERE bound_issuer = $1 AND bound_subject = $2");
        match self.row(&sql, params![issuer, subject]).await? {
            Some(row) => self.account_of(row, now).await.map(Some),
            None => Ok(None),
        }
    }

    /// Where somebody known to one structure only is written to.
    pub(crate) async fn local_email(&mut self, person: &IdNat) -> Result<Option<String>> {
        let row = self.row("SELECT body FROM local_account WHERE person = $1", params![person.as_str()]).await?;
        row.map(|mut row| Ok(from_json::<Body>(&row.take::<String>()?)?.email)).transpose()
    }

    pub(super) async fn known_account(&mut self, person: &IdNat, now: Moment) -> Result<LocalAccount> {
        let found = self.local_accounts(Column::Person, person.as_str(), now).await?.pop();
        found.ok_or(Error::NotFound("local account"))
    }

    async fn account_of(&mut self, mut row: Row, now: Moment) -> Result<LocalAccount> {
        let person: IdNat = parse(&row.take::<String>()?)?;
        let (structure, login): (String, String) = (row.take()?, row.take()?);
        let body: Body = from_json(&row.take::<String>()?)?;
        let (begins, ends, created) = (row.take()?, row.take()?, row.take()?);
        let password = row.take::<Option<String>>()?.map(Into::into);
        let totp = match row.take::<Option<Vec<u8>>>()? {
            Some(sealed) => Some(self.unseal("one-time codes", place(&hash(person.as_str())), &sealed).await?),
            None => None,
        };
        let totp_step = row.take::<Option<i64>>()?.map(i64::unsigned_abs);
        let bound = row.take::<Option<String>>()?.zip(row.take::<Option<String>>()?);
        let failures: Failures = from_json(&row.take::<String>()?)?;
        let (enrolled, last_login, confirmed, suspended) = (row.take()?, row.take()?, row.take()?, row.take()?);
        let linked_rpps = row.take::<Option<String>>()?.as_deref().map(parse).transpose()?;
        let recovery_codes_left = row.take()?;
        let facts = Facts { begins, ends, enrolled, suspended, failures: failures.clone() };
        Ok(LocalAccount {
            passkeys: self.passkeys(&Holder::Local(person.clone())).await?,
            state: facts.state(now),
            person,
            structure,
            family: body.family,
            given: body.given,
            function: body.function,
            email: body.email,
            login,
            begins,
            ends,
            created,
            password,
            totp,
            totp_step,
            bound,
            recovery_codes_left,
            failures: failures.run,
            locked_until: failures.locked_until,
            blocked: failures.blocked,
            enrolled,
            last_login,
            confirmed,
            suspended,
            linked_rpps,
        })
    }

    /// The facts that decide of an account, locked until the end of the transaction; and its structure.
    pub(super) async fn local_facts(&mut self, person: &IdNat) -> Result<Option<(Facts, String)>> {
        let lock = if self.writes() { " FOR UPDATE" } else { "" };
        let sql = format!("SELECT begins, ends, enrolled, suspended, failures, structure FROM local_account WHERE person = $1{lock}");
        let Some(mut row) = self.row(&sql, params![person.as_str()]).await? else { return Ok(None) };
        let (begins, ends, enrolled, suspended) = (row.take()?, row.take()?, row.take()?, row.take()?);
        let failures = from_json(&row.take::<String>()?)?;
        Ok(Some((Facts { begins, ends, enrolled, suspended, failures }, row.take()?)))
    }

    /// May the sessions of this person go on? Her account is open, and her structure's login is on.
    pub(in crate::accounts) async fn local_open(&mut self, person: &IdNat, now: Moment) -> Result<bool> {
        let Some((facts, structure)) = self.local_facts(person).await? else { return Ok(false) };
        Ok(facts.keeps_sessions(now) && self.structure_enabled(&structure).await?)
    }

    pub(super) async fn structure_enabled(&mut self, structure: &str) -> Result<bool> {
        let sql = "SELECT structure FROM local_structure WHERE structure = $1 AND enabled = 1";
        Ok(self.row(sql, params![structure]).await?.is_some())
    }

    /// The structure, when its login is on and `author` manages its accounts.
    pub(super) async fn managed(&mut self, structure: &str, author: &Author) -> Result<LocalStructure> {
        let found = structures::find(self, structure).await?.filter(|found| found.enabled);
        let found = found.ok_or(Error::Refused(Refusal::CommitmentRequired))?;
        local::manages(author, &found.gestionnaires).map_err(Error::Refused)?;
        Ok(found)
    }

    /// As [`Self::managed`], by one of the structure's people.
    pub(super) async fn managed_person(&mut self, person: &IdNat, author: &Author, now: Moment) -> Result<LocalAccount> {
        let account = self.known_account(person, now).await?;
        self.managed(&account.structure, author).await?;
        Ok(account)
    }
}

/// What accounts are found by.
#[derive(Clone, Copy)]
pub(super) enum Column {
    Person,
    Login,
    Structure,
}
