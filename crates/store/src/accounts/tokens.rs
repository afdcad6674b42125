//! API tokens: shown once, kept hashed, with scopes and an end; their last use is visible.
//!
//! Requirements: STF-04. A person's token never reaches beyond her own rights: the API opens mailboxes with her name as any other door does.

use std::time::Duration;

use rules::journal::{Act, Entry};
use rules::{Author, Channel, IdNat, Moment, Refusal, staff};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::secrets::{draw, hash};
use crate::door::OPERATOR;
use crate::engine::{Row, Tx, params};
use crate::words::{from_json, json as word};
use crate::{Error, Result, Store};

/// What every token begins with, so that one that leaked is recognised.
const PREFIX: &str = "pli_";
/// A use is written at most this often.
const STEP: Duration = Duration::from_secs(60);

/// In whose name a token acts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "id", rename_all = "lowercase")]
pub enum TokenOwner {
    Person(IdNat),
    Operator,
}

/// A token to make.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// What it is for, in the words of whoever asked: « sauvegarde », « logiciel du cabinet ».
    pub name: String,
    pub owner: TokenOwner,
    /// Words of [`rules::staff::SCOPES`].
    pub scopes: Vec<String>,
    /// First moment at which it opens nothing.
    pub ends: Moment,
}

/// A token as it may be shown: everything but itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TokenInfo {
    pub id: i64,
    pub name: String,
    pub owner: TokenOwner,
    pub scopes: Vec<String>,
    pub created: Moment,
    pub by: Author,
    pub ends: Moment,
    /// To the minute.
    pub last_used: Option<Moment>,
    pub revoked: Option<Moment>,
}

impl TokenInfo {
    /// It was given that scope.
    pub fn may(&self, scope: &str) -> bool {
        self.scopes.iter().any(|held| held == scope)
    }
}

impl Store {
    /// Draws a token: `pli_` and 43 characters. Refused: an end that is not to come, an unknown scope, none, or one that a person's token
    /// cannot have.
    pub async fn make_api_token(&self, new: NewToken, author: Author, now: Moment) -> Result<(TokenInfo, SecretString)> {
        self.context.note(now);
        if new.ends <= now {
            return Err(Error::Refused(Refusal::BadPeriod));
        }
        let allowed: &[&str] = match &new.owner {
            TokenOwner::Person(_) => &staff::PERSONAL_SCOPES,
            TokenOwner::Operator => &staff::SCOPES,
        };
        if new.scopes.is_empty() || !new.scopes.iter().all(|scope| allowed.contains(&scope.as_str())) {
            return Err(Error::NotAllowed("these scopes, for this owner"));
        }
        let secret = format!("{PREFIX}{}", draw(&self.context.entropy));
        let args = (new, hash(&secret), author, now);
        let info = self.write(args, |tx, (new, secret, author, now)| Box::pin(make(tx, new, secret, author, *now))).await?;
        Ok((info, SecretString::from(secret)))
    }

    /// The token behind a secret, when it is alive; notes its use, at most once a minute.
    pub async fn api_token(&self, secret: &str, now: Moment) -> Result<Option<TokenInfo>> {
        self.context.note(now);
        if !secret.starts_with(PREFIX) {
            return Ok(None);
        }
        let found = self.read_facts(hash(secret), |tx, secret| {
            Box::pin(async move {
                let sql = format!("SELECT {COLUMNS} FROM api_token WHERE token_hash = $1");
                tx.row(&sql, params![secret]).await?.map(info_of).transpose()
            })
        });
        let Some(mut info) = found.await?.filter(|info| info.revoked.is_none() && now < info.ends) else { return Ok(None) };
        if info.last_used.is_none_or(|last| now.since(last) >= STEP) {
            info.last_used = Some(now);
            let used = self.write((info.id, now), |tx, (id, now)| {
                Box::pin(async move {
                    let sql = "UPDATE api_token SET last_used = $1 WHERE id = $2 AND revoked IS NULL";
                    tx.exec(sql, params![*now, *id]).await
                })
            });
            if used.await? == 0 {
                return Ok(None);
            }
        }
        Ok(Some(info))
    }

    /// All of them, ended and revoked ones too, newest first.
    pub async fn api_tokens(&self) -> Result<Vec<TokenInfo>> {
        self.read_facts((), |tx, ()| {
            Box::pin(async move {
                let sql = format!("SELECT {COLUMNS} FROM api_token ORDER BY id DESC");
                tx.rows(&sql, &[]).await?.into_iter().map(info_of).collect()
            })
        })
        .await
    }

    /// From now on it opens nothing. A token already revoked stays as it is.
    pub async fn revoke_api_token(&self, id: i64, author: Author, now: Moment) -> Result<TokenInfo> {
        self.context.note(now);
        self.write((id, author, now), |tx, (id, author, now)| Box::pin(revoke(tx, *id, author, *now))).await
    }
}

/// Columns in the order `info_of` takes them.
const COLUMNS: &str = "id, name, owner, scopes, created, author, ends, last_used, revoked";

fn info_of(mut row: Row) -> Result<TokenInfo> {
    Ok(TokenInfo {
        id: row.take()?,
        name: row.take()?,
        owner: from_json(&row.take::<String>()?)?,
        scopes: from_json(&row.take::<String>()?)?,
        created: row.take()?,
        by: from_json(&row.take::<String>()?)?,
        ends: row.take()?,
        last_used: row.take()?,
        revoked: row.take()?,
    })
}

async fn make(tx: &mut Tx<'_>, new: &NewToken, secret: &[u8; 32], author: &Author, now: Moment) -> Result<TokenInfo> {
    if let TokenOwner::Person(person) = &new.owner
        && tx.person(person).await?.is_none()
    {
        return Err(Error::Refused(Refusal::PersonUnknown));
    }
    let sql = format!(
        "INSERT INTO api_token (token_hash, name, owner, scopes, created, author, ends) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING {COLUMNS}"
    );
    let (owner, scopes, by) = (word(&new.owner)?, word(&new.scopes)?, word(author)?);
    let info = info_of(tx.one(&sql, params![secret, &new.name, &owner, &scopes, now, &by, new.ends]).await?)?;
    let facts = json!({ "name": info.name, "owner": info.owner, "scopes": info.scopes, "ends": info.ends.to_string() });
    tx.journal(OPERATOR, &line(Act::TokenCreated, info.id, author, facts, now)).await?;
    Ok(info)
}

async fn revoke(tx: &mut Tx<'_>, id: i64, author: &Author, now: Moment) -> Result<TokenInfo> {
    let changed = tx.exec("UPDATE api_token SET revoked = $1 WHERE id = $2 AND revoked IS NULL", params![now, id]).await? == 1;
    let sql = format!("SELECT {COLUMNS} FROM api_token WHERE id = $1");
    let info = info_of(tx.row(&sql, params![id]).await?.ok_or(Error::NotFound("token"))?)?;
    if changed {
        tx.journal(OPERATOR, &line(Act::TokenRevoked, id, author, json!({ "name": info.name }), now)).await?;
    }
    Ok(info)
}

fn line(act: Act, id: i64, author: &Author, facts: serde_json::Value, at: Moment) -> Entry {
    Entry { at, author: author.clone(), act, object: id.to_string(), channel: Channel::System, facts }
}
