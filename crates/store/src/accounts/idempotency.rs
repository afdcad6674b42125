//! A request that a program sends twice is carried out once: its answer is kept 24 hours under the key that the program gave.
//!
//! Answers may hold letters: they are sealed. A request that died half-way stays busy until [`Store::idempotent_dropped`] or the end of
//! its 24 hours: better asked again by a person than carried out twice.

use std::time::Duration;

use rules::Moment;

use super::secrets::{hash, place};
use crate::door::OPERATOR;
use crate::engine::{Tx, params};
use crate::{Error, Result, Store};

/// How long an answer is kept.
pub const KEPT: Duration = Duration::from_secs(24 * 3600);

/// What to do with a request that carries a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begin {
    /// Carry it out, then say [`Store::idempotent_done`] (or `idempotent_dropped` if nothing was done).
    New,
    /// It was carried out: this is the answer.
    Replay { status: u16, body: Vec<u8> },
    /// The key was used for another request.
    Conflict,
    /// The same request is being carried out.
    Busy,
}

impl Store {
    /// Asks for a key of `actor`'s (a token, a session) before the request is carried out. Of several at the same instant, one is told `New`.
    pub async fn idempotent(&self, actor: &str, key: &str, request_sha256: [u8; 32], now: Moment) -> Result<Begin> {
        self.context.note(now);
        let args = (actor.to_owned(), key.to_owned(), request_sha256, now);
        self.write(args, |tx, (actor, key, request, now)| Box::pin(begin(tx, actor, key, request, *now))).await
    }

    /// Keeps the answer.
    pub async fn idempotent_done(&self, actor: &str, key: &str, status: u16, body: Vec<u8>, now: Moment) -> Result<()> {
        self.context.note(now);
        let args = (actor.to_owned(), key.to_owned(), status, body);
        self.write(args, |tx, (actor, key, status, body)| {
            Box::pin(async move {
                let sealed = tx.key(OPERATOR).await?.seal("answer", row_of(actor, key), body)?;
                let sql = "UPDATE idempotency SET status = $1, body = $2 WHERE actor = $3 AND word = $4";
                tx.exec(sql, params![i64::from(*status), &sealed, actor, key]).await.map(|_| ())
            })
        })
        .await
    }

    /// The request failed before it did anything: the key may be used again.
    pub async fn idempotent_dropped(&self, actor: &str, key: &str) -> Result<()> {
        self.write((actor.to_owned(), key.to_owned()), |tx, (actor, key)| {
            Box::pin(async move {
                let sql = "DELETE FROM idempotency WHERE actor = $1 AND word = $2 AND status IS NULL";
                tx.exec(sql, params![actor, key]).await.map(|_| ())
            })
        })
        .await
    }
}

async fn begin(tx: &mut Tx<'_>, actor: &str, key: &str, request: &[u8; 32], now: Moment) -> Result<Begin> {
    tx.exec("DELETE FROM idempotency WHERE at <= $1", params![now.minus(KEPT)]).await?;
    let sql = "INSERT INTO idempotency (actor, word, request, at) VALUES ($1, $2, $3, $4) ON CONFLICT (actor, word) DO NOTHING";
    if tx.exec(sql, params![actor, key, request, now]).await? == 1 {
        return Ok(Begin::New);
    }
    let sql = "SELECT request, status, body FROM idempotency WHERE actor = $1 AND word = $2";
    // Gone between the two statements: dropped by whoever held it. The program asks again.
    let Some(mut row) = tx.row(sql, params![actor, key]).await? else { return Ok(Begin::Busy) };
    let (known, status, body): (Vec<u8>, Option<i64>, Option<Vec<u8>>) = (row.take()?, row.take()?, row.take()?);
    if known != request {
        return Ok(Begin::Conflict);
    }
    let (Some(status), Some(body)) = (status, body) else { return Ok(Begin::Busy) };
    let status = u16::try_from(status).map_err(|_| Error::Internal("a kept answer has no status".to_owned()))?;
    let body = tx.key(OPERATOR).await?.open("answer", row_of(actor, key), &body)?;
    Ok(Begin::Replay { status, body })
}

fn row_of(actor: &str, key: &str) -> i64 {
    place(&hash(&format!("{actor}\n{key}")))
}
