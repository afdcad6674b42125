//! A login recorded: failures counted, locks, one-time steps and recovery codes used once. Requirements: LOC-05, LOC-07.

use rules::journal::Act;
use rules::local::{Facts, Failures, LocalState};
use rules::{Author, IdNat, Moment};
use serde_json::{Value, json};

use super::people::line;
use crate::accounts::sessions::Who;
use crate::door::OPERATOR;
use crate::engine::{Tx, params};
use crate::words::json as word;
use crate::{Error, Result, Store};

/// What the caller found when it checked the factors.
#[derive(Clone, Debug)]
pub enum LocalLogin {
    Failed,
    /// Password right, and this step of the one-time codes.
    Totp {
        step: u64,
    },
    /// Password right, and a recovery code (its hash).
    Recovery {
        code: [u8; 32],
    },
    /// A passkey, or the structure's own provider.
    Strong,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// She is in.
    Accepted,
    /// Wrong factors, or a step or a code used before.
    Failed,
    /// Too many failures in a row: until then nothing is tried.
    Locked { until: Moment },
    /// Ten failures in a day: a gestionnaire must unlock.
    Blocked,
    /// Suspended, ended, not begun, or the structure's login is off.
    Closed,
}

impl Store {
    /// Records a login and decides: a locked account refuses right factors too. Nothing is counted against an account that is closed.
    pub async fn record_local_login(&self, person: &IdNat, login: LocalLogin, now: Moment) -> Result<Recorded> {
        self.context.note(now);
        let args = (person.clone(), login, now);
        self.write(args, |tx, (person, login, now)| Box::pin(record(tx, person, login, *now))).await
    }

    /// A gestionnaire unlocks (failures forgotten), and lifts a suspension: who does it confirms that she still works there.
    pub async fn unlock_local_account(&self, person: &IdNat, author: Author, now: Moment) -> Result<()> {
        self.context.note(now);
        let args = (person.clone(), author, now);
        self.write(args, |tx, (person, author, now)| Box::pin(unlock(tx, person, author, *now))).await
    }

    /// A gestionnaire shuts somebody out; her sessions end.
    pub async fn lock_local_account(&self, person: &IdNat, author: Author, now: Moment) -> Result<()> {
        self.context.note(now);
        let args = (person.clone(), author, now);
        self.write(args, |tx, (person, author, now)| {
            Box::pin(async move {
                tx.managed_person(person, author, *now).await?;
                tx.suspend_local(person, "gestionnaire", author, *now).await
            })
        })
        .await
    }
}

async fn record(tx: &mut Tx<'_>, person: &IdNat, login: &LocalLogin, now: Moment) -> Result<Recorded> {
    let Some((facts, structure)) = tx.local_facts(person).await? else { return Ok(Recorded::Closed) };
    if !tx.structure_enabled(&structure).await? {
        return Ok(Recorded::Closed);
    }
    match facts.state(now) {
        LocalState::Active => {}
        LocalState::Locked => return Ok(Recorded::Locked { until: facts.failures.locked_until.unwrap_or(now) }),
        LocalState::Blocked => return Ok(Recorded::Blocked),
        LocalState::NotBegun | LocalState::Invited | LocalState::Suspended | LocalState::Ended => return Ok(Recorded::Closed),
    }
    let right = match login {
        LocalLogin::Failed => false,
        LocalLogin::Strong => true,
        LocalLogin::Totp { step } => {
            let step = i64::try_from(*step).map_err(|_| Error::Internal("a step beyond all time".to_owned()))?;
            let sql = "UPDATE local_account SET totp_step = $1 WHERE person = $2 AND (totp_step IS NULL OR totp_step < $1)";
            tx.exec(sql, params![step, person.as_str()]).await? == 1
        }
        LocalLogin::Recovery { code } => {
            let sql = "DELETE FROM local_recovery WHERE person = $1 AND code_hash = $2";
            tx.exec(sql, params![person.as_str(), code]).await? == 1
        }
    };
    if right {
        let sql = "UPDATE local_account SET failures = $1, last_login = $2 WHERE person = $3";
        tx.exec(sql, params![&word(&facts.failures.after_success())?, now, person.as_str()]).await?;
        return Ok(Recorded::Accepted);
    }
    failed(tx, person, &facts, now).await
}

async fn failed(tx: &mut Tx<'_>, person: &IdNat, facts: &Facts, now: Moment) -> Result<Recorded> {
    let failures = facts.failures.after_failure(now);
    let sql = "UPDATE local_account SET failures = $1 WHERE person = $2";
    tx.exec(sql, params![&word(&failures)?, person.as_str()]).await?;
    let recorded = match (failures.blocked, failures.locked_until.filter(|until| now < *until)) {
        (true, _) => Recorded::Blocked,
        (false, Some(until)) => Recorded::Locked { until },
        (false, None) => return Ok(Recorded::Failed),
    };
    let facts = json!({ "blocked": failures.blocked, "until": failures.locked_until.map(|at| at.to_string()) });
    tx.journal(OPERATOR, &line(Act::LocalLocked, person, &Author::task("local-login"), facts, now)).await?;
    Ok(recorded)
}

async fn unlock(tx: &mut Tx<'_>, person: &IdNat, author: &Author, now: Moment) -> Result<()> {
    tx.managed_person(person, author, now).await?;
    let sql = "UPDATE local_account SET failures = $1, suspended = NULL, lifted = $2, confirmed = $2, reminders = 0, reminded = NULL
               WHERE person = $3";
    tx.exec(sql, params![&word(&Failures::default())?, now, person.as_str()]).await?;
    tx.journal(OPERATOR, &line(Act::LocalUnlocked, person, author, Value::Null, now)).await
}

impl Tx<'_> {
    /// Nobody comes in until a gestionnaire lifts it; open sessions end.
    pub(super) async fn suspend_local(&mut self, person: &IdNat, cause: &str, author: &Author, now: Moment) -> Result<()> {
        let sql = "UPDATE local_account SET suspended = $1 WHERE person = $2 AND suspended IS NULL";
        if self.exec(sql, params![now, person.as_str()]).await? == 0 {
            return Ok(());
        }
        self.journal(OPERATOR, &line(Act::LocalSuspended, person, author, json!({ "cause": cause }), now)).await?;
        self.end_all_sessions(&Who::Local(person.clone()), author, now).await
    }
}
