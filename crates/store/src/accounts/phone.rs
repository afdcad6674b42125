//! A request on somebody's telephone (CIBA): one at a time per person and per browser, three per person in ten minutes.
//!
//! Requirements: PSC-34. The provider's request number is sealed; the browser is kept hashed. It asks nothing of the provider by itself.

use std::time::Duration;

use rules::telephone::{WINDOW, may_ring};
use rules::{IdNat, Moment};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::secrets::{hash, place};
use crate::door::OPERATOR;
use crate::engine::{Tx, params};
use crate::words::{from_json, json, parse};
use crate::{Error, Result, Store};

/// What a provider that answers `slow_down` wants between two questions, on top (CIBA core 1.0 §11).
const SLOWER: i64 = 5;

/// A request that the provider accepted.
#[derive(Clone, Debug)]
pub struct PhoneRequest {
    /// The browser's own secret, raw; kept hashed.
    pub browser: String,
    pub person: IdNat,
    /// The number to compare, shown on the screen and on the telephone.
    pub number: String,
    /// `MOBILE` or `CARD`.
    pub channel: String,
    pub auth_req_id: SecretString,
    pub expires: Moment,
    /// Seconds between two questions to the provider.
    pub interval: u32,
    pub return_to: String,
}

/// A request that waits for its person.
#[derive(Clone, Debug)]
pub struct Ringing {
    pub id: i64,
    pub request: PhoneRequest,
    /// The interval has passed: the caller asks the provider now, and nobody else does.
    pub due: bool,
}

/// What is sealed of a request.
#[derive(Serialize, Deserialize)]
struct Sealed {
    number: String,
    channel: String,
    auth_req_id: String,
    return_to: String,
}

impl Store {
    /// Before the provider is asked: may this person's telephone ring once more? Counts the request; an older one of the same person or
    /// browser is dropped. [`rules::Refusal::TooManyAttempts`] at the fourth in ten minutes.
    pub async fn reserve_phone_request(&self, person: &IdNat, browser: &str, now: Moment) -> Result<()> {
        self.context.note(now);
        self.write((person.clone(), hash(browser), now), |tx, (person, browser, now)| {
            Box::pin(async move { reserve(tx, person, browser, *now).await.map(|_| ()) })
        })
        .await
    }

    /// Keeps a request that the provider accepted; counts it itself when it was not reserved.
    pub async fn keep_phone_request(&self, request: PhoneRequest, now: Moment) -> Result<i64> {
        self.context.note(now);
        self.write((request, now), |tx, (request, now)| Box::pin(keep(tx, request, *now))).await
    }

    /// The request, for the browser that made it, while it is alive. Only one caller an interval is told that it is due.
    pub async fn phone_request(&self, id: i64, browser: &str, now: Moment) -> Result<Option<Ringing>> {
        self.context.note(now);
        let args = (id, browser.to_owned(), now);
        self.write(args, |tx, (id, browser, now)| Box::pin(ringing(tx, *id, browser, *now))).await
    }

    /// The provider wants to be asked less often: five more seconds between two questions.
    pub async fn phone_slow_down(&self, id: i64) -> Result<()> {
        self.write(id, |tx, id| {
            Box::pin(
                async move { tx.exec("UPDATE phone_request SET step = step + $1 WHERE id = $2", params![SLOWER, *id]).await.map(|_| ()) },
            )
        })
        .await
    }

    /// The page was left, or the request answered.
    pub async fn drop_phone_request(&self, id: i64, browser: &str) -> Result<()> {
        self.write((id, hash(browser)), |tx, (id, browser)| {
            Box::pin(async move {
                let sql = "UPDATE phone_request SET open = 0, sealed = NULL WHERE id = $1 AND browser_hash = $2";
                tx.exec(sql, params![*id, browser]).await.map(|_| ())
            })
        })
        .await
    }
}

async fn reserve(tx: &mut Tx<'_>, person: &IdNat, browser: &[u8; 32], now: Moment) -> Result<i64> {
    // Two browsers asking for one person at the same instant are counted one after the other.
    tx.hold(OPERATOR).await?;
    tx.exec("DELETE FROM phone_request WHERE created <= $1", params![now.minus(WINDOW)]).await?;
    let mut row = tx.one("SELECT COUNT(*) FROM phone_request WHERE person = $1", params![person.as_str()]).await?;
    may_ring(row.take::<i64>()?.unsigned_abs()).map_err(Error::Refused)?;
    let sql = "UPDATE phone_request SET open = 0, sealed = NULL WHERE open = 1 AND (person = $1 OR browser_hash = $2)";
    tx.exec(sql, params![person.as_str(), browser]).await?;
    let sql = "INSERT INTO phone_request (browser_hash, person, created, open, expires, step, polled)
               VALUES ($1, $2, $3, 1, $4, 0, $5) RETURNING id";
    tx.one(sql, params![browser, person.as_str(), now, now, now]).await?.take()
}

async fn keep(tx: &mut Tx<'_>, request: &PhoneRequest, now: Moment) -> Result<i64> {
    let browser = hash(&request.browser);
    tx.hold(OPERATOR).await?;
    let sql = "SELECT id FROM phone_request WHERE open = 1 AND sealed IS NULL AND person = $1 AND browser_hash = $2 ORDER BY id DESC";
    let id = match tx.row(sql, params![request.person.as_str(), &browser]).await? {
        Some(mut reserved) => reserved.take()?,
        None => reserve(tx, &request.person, &browser, now).await?,
    };
    let sealed = Sealed {
        number: request.number.clone(),
        channel: request.channel.clone(),
        auth_req_id: request.auth_req_id.expose_secret().to_owned(),
        return_to: request.return_to.clone(),
    };
    let sealed = tx.seal("phone request", place(&browser), &SecretString::from(json(&sealed)?)).await?;
    let sql = "UPDATE phone_request SET expires = $1, step = $2, polled = $3, sealed = $4 WHERE id = $5";
    tx.exec(sql, params![request.expires, request.interval, now, &sealed, id]).await?;
    Ok(id)
}

async fn ringing(tx: &mut Tx<'_>, id: i64, browser: &str, now: Moment) -> Result<Option<Ringing>> {
    let hashed = hash(browser);
    let sql = "SELECT person, expires, step, polled, sealed FROM phone_request
               WHERE id = $1 AND browser_hash = $2 AND open = 1 AND sealed IS NOT NULL FOR UPDATE";
    let Some(mut row) = tx.row(sql, params![id, &hashed]).await? else { return Ok(None) };
    let (person, expires, step): (String, Moment, u32) = (row.take()?, row.take()?, row.take()?);
    let (polled, sealed): (Moment, Vec<u8>) = (row.take()?, row.take()?);
    if expires <= now {
        return Ok(None);
    }
    let due = now >= polled.plus(Duration::from_secs(step.into()));
    if due {
        tx.exec("UPDATE phone_request SET polled = $1 WHERE id = $2", params![now, id]).await?;
    }
    let kept: Sealed = from_json(tx.unseal("phone request", place(&hashed), &sealed).await?.expose_secret())?;
    let request = PhoneRequest {
        browser: browser.to_owned(),
        person: parse(&person)?,
        number: kept.number,
        channel: kept.channel,
        auth_req_id: SecretString::from(kept.auth_req_id),
        expires,
        interval: step,
        return_to: kept.return_to,
    };
    Ok(Some(Ringing { id, request, due }))
}
