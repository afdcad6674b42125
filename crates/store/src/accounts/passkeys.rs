//! Passkeys of staff and of local people: whose key it is, and its counter. Requirements: STF-01, LOC-05.

use rules::{IdNat, Moment};
use serde_json::Value;

use crate::{Result, Store};

/// Whose passkey it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    Staff(String),
    Local(IdNat),
}

impl Store {
    /// Who holds the key with this credential id (base64url).
    pub async fn passkey_holder(&self, credential: &str) -> Result<Option<Holder>> {
        let _ = credential;
        todo!()
    }

    /// Keeps the counter of a key that was proved, and when; refused (`LoginFailed`-like: [`rules::Refusal::TokenInvalid`]) when another login has gone past it.
    pub async fn update_passkey_counter(&self, credential: &str, counter: u32, now: Moment) -> Result<()> {
        let _ = (credential, counter, now);
        todo!()
    }

    /// The keys of somebody, as `identity::webauthn` made them, counters up to date.
    pub async fn passkeys_of(&self, holder: &Holder) -> Result<Vec<Value>> {
        let _ = holder;
        todo!()
    }

    /// Removes one of somebody's keys; false when she has no such key.
    pub async fn remove_passkey(&self, holder: &Holder, credential: &str, now: Moment) -> Result<bool> {
        let _ = (holder, credential, now);
        todo!()
    }
}
