//! The state of the trust space, for the desk and the command line. Requirements: TRU-11, TRU-13, TRU-36. Shows no contact of the list.

use rules::Moment;

use super::snapshot::{Freshness, Snapshot};
use super::state::{Held, State, Verdict};

/// What an administrator sees.
#[derive(Clone, Debug)]
pub struct Status {
    /// Date of the list in force; `None`: no list.
    pub generated: Option<Moment>,
    pub verified_at: Option<Moment>,
    pub freshness: Freshness,
    pub sha256: Option<String>,
    /// Common name of its signer, and when its certificate ends.
    pub signer: Option<(String, Moment)>,
    pub entries: usize,
    pub domains: usize,
    /// Entries set aside (TRU-04).
    pub set_aside: Vec<String>,
    /// The last file received and what became of it (TRU-03).
    pub last: Option<Verdict>,
    /// A list that waits for a person (TRU-10).
    pub held: Option<Held>,
    pub crls: Vec<CrlStatus>,
}

/// One revocation list in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrlStatus {
    pub issuer: String,
    pub this_update: Moment,
    pub next_update: Moment,
    pub revoked: usize,
    /// Past its `nextUpdate`: peers are told to come back later (TRU-36).
    pub expired: bool,
}

impl Status {
    pub(super) fn of(snapshot: &Snapshot, state: &State, now: Moment) -> Self {
        let list = snapshot.list.as_deref();
        let crls = snapshot.authorities.crls.iter().map(|crl| CrlStatus {
            issuer: crl.issuer.clone(),
            this_update: crl.this_update,
            next_update: crl.next_update,
            revoked: crl.revoked,
            expired: now > crl.next_update,
        });
        Self {
            generated: list.map(|l| l.generated),
            verified_at: snapshot.verified_at,
            freshness: snapshot.freshness(now),
            sha256: list.map(|l| l.sha256.clone()),
            signer: list.map(|l| (l.signed.signer.clone(), l.signed.until)),
            entries: list.map_or(0, |l| l.entries.len()),
            domains: list.map_or(0, |l| l.domains()),
            set_aside: list.map(|l| l.aside.iter().map(ToString::to_string).collect()).unwrap_or_default(),
            last: state.last().cloned(),
            held: state.held().cloned(),
            crls: crls.collect(),
        }
    }
}
