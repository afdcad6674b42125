//! A login recorded: failures counted, locks, one-time steps and recovery codes used once. Requirements: LOC-05, LOC-07.

use rules::{Author, IdNat, Moment};

use crate::{Result, Store};

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
    /// Records a login and decides: a locked account refuses right factors too.
    pub async fn record_local_login(&self, person: &IdNat, login: LocalLogin, now: Moment) -> Result<Recorded> {
        let _ = (person, login, now);
        todo!()
    }

    /// A gestionnaire unlocks (failures forgotten), and lifts a suspension.
    pub async fn unlock_local_account(&self, person: &IdNat, author: Author, now: Moment) -> Result<()> {
        let _ = (person, author, now);
        todo!()
    }

    /// A gestionnaire shuts somebody out; her sessions end.
    pub async fn lock_local_account(&self, person: &IdNat, author: Author, now: Moment) -> Result<()> {
        let _ = (person, author, now);
        todo!()
    }
}
