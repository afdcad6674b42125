//! Structures with their own login, and their people (LOC-): webmail of ORG mailboxes only.
//!
//! | file | does |
//! |---|---|
//! | `structures` | switched on for a structure, by a written commitment |
//! | `people` | created, found, ended, linked |
//! | `means` | enrolled: password, one-time codes, passkeys, the structure's own provider |
//! | `login` | a login recorded: failures, locks, steps used once |
//! | `rows` | an account as it stands; who may change it |
//! | `review` | 90 days without login; every six months the list is confirmed |
//!
//! Requirements: LOC-01, LOC-02, LOC-03, LOC-06, LOC-07, LOC-08. Decisions are `rules::local`.

mod login;
mod means;
mod people;
mod review;
mod rows;
mod structures;

use rules::local::LocalState;
use rules::{IdNat, Moment};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

pub use login::{LocalLogin, Recorded};
pub use means::Enrolment;
pub use review::{Reminder, Review};

/// What a structure wrote before its login was switched on (LOC-02).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commitment {
    /// SHA-256 of the signed document, hexadecimal.
    pub document_sha256: String,
    /// The factors it commits to: `oidc`, `webauthn`, `totp`.
    pub factors: Vec<String>,
    pub review_date: Moment,
}

/// The structure's own OIDC provider.
#[derive(Clone, Debug)]
pub struct LocalOidc {
    pub issuer: String,
    pub client_id: String,
    /// Sealed at rest.
    pub secret: SecretString,
    pub acr_strong: Vec<String>,
    pub amr_strong: Vec<String>,
    /// Claim that holds the internal id, when people are not bound one by one.
    pub id_claim: Option<String>,
}

/// A structure whose people may sign in by its own means.
#[derive(Clone, Debug)]
pub struct LocalStructure {
    /// `1`+FINESS EG.
    pub structure: String,
    pub enabled: bool,
    pub commitment: Option<Commitment>,
    /// 1 to 5 people of Pro Santé Connect.
    pub gestionnaires: Vec<IdNat>,
    pub oidc: Option<LocalOidc>,
}

/// Somebody to create, by a gestionnaire.
#[derive(Clone, Debug)]
pub struct NewLocalAccount {
    /// `3990000028/SEC0042`: never used before, never renamed.
    pub person: IdNat,
    pub family: String,
    pub given: String,
    pub function: String,
    /// Professional.
    pub email: String,
    /// What she types; unique at this operator.
    pub login: String,
    pub begins: Moment,
    pub ends: Option<Moment>,
}

/// Somebody known to one structure only.
#[derive(Clone, Debug)]
pub struct LocalAccount {
    pub person: IdNat,
    pub structure: String,
    pub family: String,
    pub given: String,
    pub function: String,
    pub email: String,
    pub login: String,
    pub begins: Moment,
    pub ends: Option<Moment>,
    pub created: Moment,
    /// PHC string (Argon2id).
    pub password: Option<SecretString>,
    /// As `identity::local::totp` wrote it; sealed at rest.
    pub totp: Option<SecretString>,
    /// Last one-time step used.
    pub totp_step: Option<u64>,
    /// As `identity::webauthn` made them.
    pub passkeys: Vec<serde_json::Value>,
    /// (`iss`, `sub`) at the structure's own provider.
    pub bound: Option<(String, String)>,
    pub recovery_codes_left: u32,
    /// Failures in a row.
    pub failures: u32,
    pub locked_until: Option<Moment>,
    /// Ten failures in a day: a gestionnaire must unlock.
    pub blocked: bool,
    pub enrolled: Option<Moment>,
    pub last_login: Option<Moment>,
    /// By a gestionnaire, in the review of every six months.
    pub confirmed: Moment,
    pub suspended: Option<Moment>,
    pub linked_rpps: Option<IdNat>,
    /// At the moment it was asked for.
    pub state: LocalState,
}

/// How an account is found.
#[derive(Clone, Copy, Debug)]
pub enum LocalKey<'a> {
    Person(&'a IdNat),
    Login(&'a str),
    Bound { issuer: &'a str, subject: &'a str },
}
