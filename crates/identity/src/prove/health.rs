//! How the dependency on PSC is doing, for `/health` and for the figures of operation.
//!
//! Requirements: PSC-24. Degraded never makes Pli itself unready: open sessions go on.

use std::sync::atomic::{AtomicU64, Ordering};

use rules::Moment;

use super::introspection::Outcome;

/// State of the dependency on PSC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// False when calls fail now, or when PSC's document is refused.
    pub ok: bool,
    pub since: Option<Moment>,
    /// In English, for an administrator.
    pub reason: Option<&'static str>,
}

/// Introspections since the start, by result (`pli_psc_introspection_total{result}`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Introspections {
    pub active: u64,
    pub inactive: u64,
    pub mismatch: u64,
    pub unavailable: u64,
    pub credentials: u64,
}

#[derive(Default)]
pub(super) struct Counters {
    by_outcome: [AtomicU64; 5],
}

impl Counters {
    pub fn count(&self, outcome: Outcome) {
        self.by_outcome[outcome as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub fn read(&self) -> Introspections {
        let of = |outcome: Outcome| self.by_outcome[outcome as usize].load(Ordering::Relaxed);
        Introspections {
            active: of(Outcome::Active),
            inactive: of(Outcome::Inactive),
            mismatch: of(Outcome::Mismatch),
            unavailable: of(Outcome::Unavailable),
            credentials: of(Outcome::Credentials),
        }
    }
}
