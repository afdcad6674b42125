//! A login under way in one browser: `state`, `nonce`, verifier; ten minutes, once. And the challenges of passkeys, in the same way.
//!
//! Requirements: PSC-05, LOC-05. `state` and the browser's cookie are kept hashed, `nonce` and verifier sealed.

use std::time::Duration;

use rules::Moment;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::secrets::{hash, place};
use crate::engine::{Tx, params};
use crate::words::{from_json, json};
use crate::{Result, Store};

/// How long somebody may take at the provider.
pub const LIFE: Duration = Duration::from_secs(10 * 60);

/// A login that began.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub state: String,
    /// The browser's own secret, raw; kept hashed.
    pub cookie: String,
    pub nonce: String,
    pub verifier: SecretString,
    pub redirect_uri: String,
    /// Path on this site to go back to.
    pub return_to: String,
    /// The caller's own word: `login`, `relogin`…
    pub purpose: String,
    pub issuer: String,
}

/// What is sealed of an attempt.
#[derive(Serialize, Deserialize)]
struct Sealed {
    nonce: String,
    verifier: String,
    redirect_uri: String,
    return_to: String,
    purpose: String,
    issuer: String,
}

impl Store {
    /// Keeps an attempt for ten minutes.
    pub async fn keep_attempt(&self, attempt: Attempt, now: Moment) -> Result<()> {
        self.context.note(now);
        self.write((attempt, now), |tx, (attempt, now)| Box::pin(keep(tx, attempt, *now))).await
    }

    /// Gives an attempt back, once, to the browser that began it, within ten minutes.
    pub async fn take_attempt(&self, state: &str, cookie: &str, now: Moment) -> Result<Option<Attempt>> {
        self.context.note(now);
        let args = (state.to_owned(), cookie.to_owned(), now);
        self.write(args, |tx, (state, cookie, now)| Box::pin(take(tx, state, cookie, *now))).await
    }

    /// Keeps the challenge of a passkey for one browser; an earlier one with the same purpose is forgotten.
    pub async fn keep_challenge(&self, cookie: &str, purpose: &str, challenge: Value, expires: Moment, now: Moment) -> Result<()> {
        self.context.note(now);
        let args = (hash(cookie), purpose.to_owned(), challenge, expires, now);
        self.write(args, |tx, (cookie, purpose, challenge, expires, now)| {
            Box::pin(async move {
                tx.exec("DELETE FROM login_challenge WHERE ends <= $1", params![*now]).await?;
                let sealed = tx.seal("challenge", place(cookie), &SecretString::from(challenge.to_string())).await?;
                let sql = "INSERT INTO login_challenge (cookie_hash, purpose, ends, sealed) VALUES ($1, $2, $3, $4)
                           ON CONFLICT (cookie_hash, purpose) DO UPDATE SET ends = excluded.ends, sealed = excluded.sealed";
                tx.exec(sql, params![cookie, purpose, *expires, &sealed]).await.map(|_| ())
            })
        })
        .await
    }

    /// Gives the challenge back, once.
    pub async fn take_challenge(&self, cookie: &str, purpose: &str, now: Moment) -> Result<Option<Value>> {
        self.context.note(now);
        self.write((hash(cookie), purpose.to_owned(), now), |tx, (cookie, purpose, now)| {
            Box::pin(async move {
                let sql = "DELETE FROM login_challenge WHERE cookie_hash = $1 AND purpose = $2 RETURNING ends, sealed";
                let Some(mut row) = tx.row(sql, params![cookie, purpose]).await? else { return Ok(None) };
                let (ends, sealed): (Moment, Vec<u8>) = (row.take()?, row.take()?);
                if ends <= *now {
                    return Ok(None);
                }
                from_json(tx.unseal("challenge", place(cookie), &sealed).await?.expose_secret()).map(Some)
            })
        })
        .await
    }
}

async fn keep(tx: &mut Tx<'_>, attempt: &Attempt, now: Moment) -> Result<()> {
    tx.exec("DELETE FROM login_attempt WHERE ends <= $1", params![now]).await?;
    let sealed = Sealed {
        nonce: attempt.nonce.clone(),
        verifier: attempt.verifier.expose_secret().to_owned(),
        redirect_uri: attempt.redirect_uri.clone(),
        return_to: attempt.return_to.clone(),
        purpose: attempt.purpose.clone(),
        issuer: attempt.issuer.clone(),
    };
    let state = hash(&attempt.state);
    let sealed = tx.seal("attempt", place(&state), &SecretString::from(json(&sealed)?)).await?;
    let sql = "INSERT INTO login_attempt (state_hash, cookie_hash, ends, sealed) VALUES ($1, $2, $3, $4)";
    tx.exec(sql, params![&state, &hash(&attempt.cookie), now.plus(LIFE), &sealed]).await.map(|_| ())
}

async fn take(tx: &mut Tx<'_>, state: &str, cookie: &str, now: Moment) -> Result<Option<Attempt>> {
    let place_of = hash(state);
    // Whoever knows the state alone cannot spend somebody else's attempt.
    let sql = "DELETE FROM login_attempt WHERE state_hash = $1 AND cookie_hash = $2 RETURNING ends, sealed";
    let Some(mut row) = tx.row(sql, params![&place_of, &hash(cookie)]).await? else { return Ok(None) };
    let (ends, sealed): (Moment, Vec<u8>) = (row.take()?, row.take()?);
    if ends <= now {
        return Ok(None);
    }
    let kept: Sealed = from_json(tx.unseal("attempt", place(&place_of), &sealed).await?.expose_secret())?;
    Ok(Some(Attempt {
        state: state.to_owned(),
        cookie: cookie.to_owned(),
        nonce: kept.nonce,
        verifier: SecretString::from(kept.verifier),
        redirect_uri: kept.redirect_uri,
        return_to: kept.return_to,
        purpose: kept.purpose,
        issuer: kept.issuer,
    }))
}
