//! Enrolment: by a code handed over, used once, a person gets her means. Requirements: LOC-05, LOC-06.

use rules::{Author, IdNat, Moment};
use secrecy::SecretString;
use serde_json::Value;

use super::LocalAccount;
use crate::{Result, Store};

/// The means somebody chose. Each replaces what she had of the same kind, except a passkey, which is added.
#[derive(Clone, Debug)]
pub enum Enrolment {
    /// PHC string, secret of the one-time codes (its step is already used when `step` says so), hashes of recovery codes.
    PasswordAndTotp {
        password: SecretString,
        totp: SecretString,
        step: Option<u64>,
        recovery: Vec<[u8; 32]>,
    },
    Passkey(Value),
}

impl Store {
    /// Whom a living enrolment code (its hash) enrols.
    pub async fn local_account_by_code(&self, code: [u8; 32], now: Moment) -> Result<Option<LocalAccount>> {
        let _ = (code, now);
        todo!()
    }

    /// Uses the code up, and keeps the means. Refused when the code is unknown, used or older than 24 hours.
    pub async fn enrol_local(&self, code: [u8; 32], enrolment: Enrolment, now: Moment) -> Result<LocalAccount> {
        let _ = (code, enrolment, now);
        todo!()
    }

    /// Adds or changes a means of somebody who is signed in.
    pub async fn change_local_means(&self, person: &IdNat, enrolment: Enrolment, now: Moment) -> Result<LocalAccount> {
        let _ = (person, enrolment, now);
        todo!()
    }

    /// A gestionnaire binds her to (`iss`, `sub`) at the structure's own provider; `None` unbinds.
    pub async fn bind_local_account(
        &self,
        person: &IdNat,
        bound: Option<(String, String)>,
        author: Author,
        now: Moment,
    ) -> Result<LocalAccount> {
        let _ = (person, bound, author, now);
        todo!()
    }
}
