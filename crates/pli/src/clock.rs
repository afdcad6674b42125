//! The clock and the randomness of the process: the only file of Pli that touches either.
//!
//! Everybody else gets a `rules::Clock` and a `rules::Entropy`. In the sandbox the clock can be moved forward; in production its offset is always zero.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rules::{Clock, Entropy, Moment};

/// The system's time plus an offset, shared by the whole process. Cheap to clone.
#[derive(Clone, Default)]
pub struct ProcessClock {
    offset_micros: Arc<AtomicI64>,
}

impl ProcessClock {
    /// A clock that starts `offset` microseconds away from the system's: a demo that was moved goes on where it was.
    pub fn with_offset(offset: i64) -> Self {
        Self { offset_micros: Arc::new(AtomicI64::new(offset)) }
    }

    /// Moves the clock of everybody forward. There is no way back: a journal does not go back in time.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.offset_micros.fetch_add(by, Ordering::SeqCst);
    }

    /// Microseconds between this clock and the system's.
    pub fn offset(&self) -> i64 {
        self.offset_micros.load(Ordering::SeqCst)
    }

    /// The clock as everybody else sees it.
    pub fn shared(&self) -> Clock {
        let offset = Arc::clone(&self.offset_micros);
        Clock::new(move || Moment::from_micros(system_micros().saturating_add(offset.load(Ordering::SeqCst))))
    }
}

#[allow(clippy::disallowed_methods)] // This is the one place (architecture, invariant 8).
fn system_micros() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// Randomness of the operating system.
#[allow(clippy::disallowed_methods)] // This is the one place (architecture, invariant 8).
pub fn entropy() -> Entropy {
    Entropy::new(|out| aws_lc_rs::rand::fill(out).expect("the operating system gives randomness, or nothing here can be trusted"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moved_clock_is_moved_for_all_who_hold_it() {
        let clock = ProcessClock::default();
        let seen = clock.shared();
        let before = seen.now();
        clock.advance(Duration::from_secs(86_400));
        assert!(seen.now().since(before) >= Duration::from_secs(86_400));
        assert_eq!(clock.offset(), 86_400_000_000);
    }

    #[test]
    fn two_draws_differ() {
        let entropy = entropy();
        assert_ne!(entropy.bytes::<16>(), entropy.bytes::<16>());
    }
}
