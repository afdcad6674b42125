//! A login under way in one browser: `state`, `nonce`, verifier; ten minutes, once. And the challenges of passkeys, in the same way.
//!
//! Requirements: PSC-05, LOC-05. `state` and the browser's cookie are kept hashed, `nonce` and verifier sealed.

use std::time::Duration;

use rules::Moment;
use secrecy::SecretString;
use serde_json::Value;

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

impl Store {
    /// Keeps an attempt for ten minutes.
    pub async fn keep_attempt(&self, attempt: Attempt, now: Moment) -> Result<()> {
        let _ = (attempt, now);
        todo!()
    }

    /// Gives an attempt back, once, to the browser that began it, within ten minutes.
    pub async fn take_attempt(&self, state: &str, cookie: &str, now: Moment) -> Result<Option<Attempt>> {
        let _ = (state, cookie, now);
        todo!()
    }

    /// Keeps the challenge of a passkey for one browser; an earlier one with the same purpose is forgotten.
    pub async fn keep_challenge(&self, cookie: &str, purpose: &str, challenge: Value, expires: Moment, now: Moment) -> Result<()> {
        let _ = (cookie, purpose, challenge, expires, now);
        todo!()
    }

    /// Gives the challenge back, once.
    pub async fn take_challenge(&self, cookie: &str, purpose: &str, now: Moment) -> Result<Option<Value>> {
        let _ = (cookie, purpose, now);
        todo!()
    }
}
