//! A request that a program sends twice is carried out once: its answer is kept 24 hours under the key that the program gave.
//!
//! Answers may hold letters: they are sealed. A request that died half-way stays busy until [`Store::idempotent_dropped`] or the end of
//! its 24 hours: better asked again by a person than carried out twice.

use std::time::Duration;

use rules::Moment;

use crate::{Result, Store};

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
    pub async fn idempotent(&self, actor: &str, key: &str, request_sha256: [u8; 32], now: Moment) -> Result<Begin> {
        let _ = (actor, key, request_sha256, now);
        todo!()
    }

    /// Keeps the answer.
    pub async fn idempotent_done(&self, actor: &str, key: &str, status: u16, body: Vec<u8>, now: Moment) -> Result<()> {
        let _ = (actor, key, status, body, now);
        todo!()
    }

    /// The request failed before it did anything: the key may be used again.
    pub async fn idempotent_dropped(&self, actor: &str, key: &str) -> Result<()> {
        let _ = (actor, key);
        todo!()
    }
}
