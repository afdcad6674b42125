//! Enrolment: by a code handed over, used once, a person gets her means. Requirements: LOC-05, LOC-06.

use rules::journal::Act;
use rules::{Author, IdNat, Moment, Refusal};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::LocalAccount;
use super::people::line;
use crate::accounts::passkeys::Holder;
use crate::accounts::secrets::{hash, place};
use crate::door::OPERATOR;
use crate::engine::{Tx, params};
use crate::words::parse;
use crate::{Error, Result, Store};

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
        self.read_facts((code, now), |tx, (code, now)| {
            Box::pin(async move {
                let sql = "SELECT person FROM local_code WHERE code_hash = $1 AND ends > $2";
                match tx.row(sql, params![code, *now]).await? {
                    Some(mut row) => tx.known_account(&parse(&row.take::<String>()?)?, *now).await.map(Some),
                    None => Ok(None),
                }
            })
        })
        .await
    }

    /// Uses the code up, and keeps the means. [`Refusal::CodeSpent`] when the code is unknown, used or older than 24 hours.
    pub async fn enrol_local(&self, code: [u8; 32], enrolment: Enrolment, now: Moment) -> Result<LocalAccount> {
        self.context.note(now);
        self.write((code, enrolment, now), |tx, (code, enrolment, now)| Box::pin(enrol(tx, code, enrolment, *now))).await
    }

    /// Adds or changes a means of somebody who is signed in.
    pub async fn change_local_means(&self, person: &IdNat, enrolment: Enrolment, now: Moment) -> Result<LocalAccount> {
        self.context.note(now);
        let args = (person.clone(), enrolment, now);
        self.write(args, |tx, (person, enrolment, now)| Box::pin(keep(tx, person, enrolment, *now))).await
    }

    /// A gestionnaire binds her to (`iss`, `sub`) at the structure's own provider; `None` unbinds.
    pub async fn bind_local_account(
        &self,
        person: &IdNat,
        bound: Option<(String, String)>,
        author: Author,
        now: Moment,
    ) -> Result<LocalAccount> {
        self.context.note(now);
        let args = (person.clone(), bound, author, now);
        self.write(args, |tx, (person, bound, author, now)| Box::pin(bind(tx, person, bound.as_ref(), author, *now))).await
    }
}

async fn enrol(tx: &mut Tx<'_>, code: &[u8; 32], enrolment: &Enrolment, now: Moment) -> Result<LocalAccount> {
    let spent = || Error::Refused(Refusal::CodeSpent);
    let sql = "DELETE FROM local_code WHERE code_hash = $1 AND ends > $2 RETURNING person";
    let mut row = tx.row(sql, params![code, now]).await?.ok_or_else(spent)?;
    let person: IdNat = parse(&row.take::<String>()?)?;
    keep(tx, &person, enrolment, now).await
}

async fn keep(tx: &mut Tx<'_>, person: &IdNat, enrolment: &Enrolment, now: Moment) -> Result<LocalAccount> {
    if !tx.local_open(person, now).await? {
        return Err(Error::NotAllowed("the account is not open"));
    }
    let means = match enrolment {
        Enrolment::PasswordAndTotp { password, totp, step, recovery } => {
            let sealed = tx.seal("one-time codes", place(&hash(person.as_str())), totp).await?;
            let step = step.and_then(|step| i64::try_from(step).ok());
            let sql = "UPDATE local_account SET password = $1, totp = $2, totp_step = $3 WHERE person = $4";
            tx.exec(sql, params![password.expose_secret(), &sealed, step, person.as_str()]).await?;
            tx.exec("DELETE FROM local_recovery WHERE person = $1", params![person.as_str()]).await?;
            for code in recovery {
                let sql = "INSERT INTO local_recovery (person, code_hash) VALUES ($1, $2)";
                tx.exec(sql, params![person.as_str(), code]).await?;
            }
            "totp"
        }
        Enrolment::Passkey(passkey) => {
            tx.add_passkey(&Holder::Local(person.clone()), passkey, now).await?;
            "webauthn"
        }
    };
    tx.exec("UPDATE local_account SET enrolled = $1 WHERE person = $2 AND enrolled IS NULL", params![now, person.as_str()]).await?;
    let author = Author::Person { id: person.clone(), capacity: None };
    tx.journal(OPERATOR, &line(Act::LocalEnrolled, person, &author, json!({ "means": means }), now)).await?;
    tx.known_account(person, now).await
}

async fn bind(tx: &mut Tx<'_>, person: &IdNat, bound: Option<&(String, String)>, author: &Author, now: Moment) -> Result<LocalAccount> {
    tx.managed_person(person, author, now).await?;
    let (issuer, subject) = (bound.map(|b| b.0.as_str()), bound.map(|b| b.1.as_str()));
    if let (Some(issuer), Some(subject)) = (issuer, subject)
        && tx.bound_account(issuer, subject, now).await?.is_some_and(|other| other.person != *person)
    {
        return Err(Error::Exists("binding"));
    }
    // Somebody whom her structure proves has her means already: no code is needed.
    let sql = "UPDATE local_account SET bound_issuer = $1, bound_subject = $2, enrolled = COALESCE(enrolled, $3) WHERE person = $4";
    tx.exec(sql, params![issuer, subject, issuer.map(|_| now), person.as_str()]).await?;
    tx.journal(OPERATOR, &line(Act::LocalBound, person, author, json!({ "bound": issuer }), now)).await?;
    tx.known_account(person, now).await
}
