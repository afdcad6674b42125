//! Passkeys of staff and of local people: whose key it is, and its counter. Requirements: STF-01, LOC-05.
//!
//! A passkey is kept as `identity::webauthn` wrote it; `id` and `counter` are the only parts known here. It proves nothing by itself.

use rules::{IdNat, Moment, Refusal};
use serde_json::Value;

use crate::engine::{Tx, params};
use crate::words::{from_json, parse};
use crate::{Error, Result, Store};

/// Whose passkey it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    Staff(String),
    Local(IdNat),
}

impl Holder {
    fn word(&self) -> String {
        match self {
            Self::Staff(login) => format!("staff:{login}"),
            Self::Local(person) => format!("local:{person}"),
        }
    }

    fn parse(word: &str) -> Result<Self> {
        match word.split_once(':') {
            Some(("staff", login)) => Ok(Self::Staff(login.to_owned())),
            Some(("local", person)) => Ok(Self::Local(parse(person)?)),
            _ => Err(Error::Internal(format!("unknown holder {word:?} in a column"))),
        }
    }
}

impl Store {
    /// Who holds the key with this credential id (base64url).
    pub async fn passkey_holder(&self, credential: &str) -> Result<Option<Holder>> {
        self.read_facts(credential.to_owned(), |tx, credential| {
            Box::pin(async move {
                let row = tx.row("SELECT holder FROM passkey WHERE credential = $1", params![credential]).await?;
                row.map(|mut row| Holder::parse(&row.take::<String>()?)).transpose()
            })
        })
        .await
    }

    /// Keeps the counter of a key that was just proved. Of two logins with one counter, the second is [`Refusal::LoginFailed`]: a copied key.
    /// Keys that do not count stay at 0.
    pub async fn update_passkey_counter(&self, credential: &str, counter: u32, now: Moment) -> Result<()> {
        self.context.note(now);
        self.write((credential.to_owned(), counter, now), |tx, (credential, counter, now)| {
            Box::pin(async move {
                let sql =
                    "UPDATE passkey SET counter = $1, last_used = $2 WHERE credential = $3 AND (counter < $1 OR (counter = 0 AND $1 = 0))";
                match tx.exec(sql, params![*counter, *now, credential]).await? {
                    0 => Err(Error::Refused(Refusal::LoginFailed)),
                    _ => Ok(()),
                }
            })
        })
        .await
    }

    /// The keys of somebody, as `identity::webauthn` made them, counters up to date.
    pub async fn passkeys_of(&self, holder: &Holder) -> Result<Vec<Value>> {
        self.read_facts(holder.clone(), |tx, holder| Box::pin(tx.passkeys(holder))).await
    }

    /// Removes one of somebody's keys; false when she has no such key.
    pub async fn remove_passkey(&self, holder: &Holder, credential: &str, now: Moment) -> Result<bool> {
        self.context.note(now);
        self.write((holder.word(), credential.to_owned()), |tx, (holder, credential)| {
            Box::pin(async move {
                let sql = "DELETE FROM passkey WHERE holder = $1 AND credential = $2";
                Ok(tx.exec(sql, params![holder, credential]).await? == 1)
            })
        })
        .await
    }
}

impl Tx<'_> {
    pub(super) async fn add_passkey(&mut self, holder: &Holder, passkey: &Value, now: Moment) -> Result<()> {
        let credential = passkey.get("id").and_then(Value::as_str).ok_or(Error::NotFound("id of the passkey"))?;
        let counter = passkey.get("counter").and_then(Value::as_i64).unwrap_or(0);
        let sql = "INSERT INTO passkey (credential, holder, body, counter, added) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (credential) DO NOTHING";
        let (holder, body) = (holder.word(), passkey.to_string());
        if self.exec(sql, params![credential, &holder, &body, counter, now]).await? == 0 { Err(Error::Exists("passkey")) } else { Ok(()) }
    }

    pub(super) async fn passkeys(&mut self, holder: &Holder) -> Result<Vec<Value>> {
        let sql = "SELECT body, counter FROM passkey WHERE holder = $1 ORDER BY added, credential";
        let rows = self.rows(sql, params![&holder.word()]).await?;
        rows.into_iter()
            .map(|mut row| {
                let mut passkey: Value = from_json(&row.take::<String>()?)?;
                passkey["counter"] = row.take::<i64>()?.into();
                Ok(passkey)
            })
            .collect()
    }

    pub(super) async fn forget_passkeys(&mut self, holder: &Holder) -> Result<()> {
        self.exec("DELETE FROM passkey WHERE holder = $1", params![&holder.word()]).await.map(|_| ())
    }
}
