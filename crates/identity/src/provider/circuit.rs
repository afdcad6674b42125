//! After five failures in a row PSC is left alone for ten seconds; then one call tries, and decides for all.
//!
//! Requirements: PSC-23. Time is the injected clock's: the circuit decides, so it may not use a timer.

use std::time::Duration;

use parking_lot::Mutex;
use rules::Moment;

const FAILURES: u32 = 5;
const OPEN_FOR: Duration = Duration::from_secs(10);

#[derive(Default)]
pub(crate) struct Circuit {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    failures: u32,
    open_until: Option<Moment>,
    /// A call is trying PSC after an opening.
    probing: bool,
    failing_since: Option<Moment>,
}

/// Leave to call PSC. Dropped without a word (the caller went away), it decides nothing.
pub(crate) struct Pass<'a> {
    circuit: &'a Circuit,
    probe: bool,
}

impl Circuit {
    /// `None` while PSC is left alone.
    pub fn enter(&self, now: Moment) -> Option<Pass<'_>> {
        let mut state = self.state.lock();
        let probe = match state.open_until {
            None => false,
            Some(until) if now < until || state.probing => return None,
            Some(_) => true,
        };
        state.probing |= probe;
        Some(Pass { circuit: self, probe })
    }

    /// Calls are not even tried at this moment.
    pub fn is_open(&self, now: Moment) -> bool {
        self.state.lock().open_until.is_some_and(|until| now < until)
    }

    /// Since when calls fail, the last one included.
    pub fn failing_since(&self) -> Option<Moment> {
        self.state.lock().failing_since
    }
}

impl Pass<'_> {
    pub fn succeeded(self) {
        *self.circuit.state.lock() = State::default();
    }

    pub fn failed(self, now: Moment) {
        let mut state = self.circuit.state.lock();
        state.failures = state.failures.saturating_add(1);
        state.failing_since.get_or_insert(now);
        if state.failures >= FAILURES {
            state.open_until = Some(now.plus(OPEN_FOR));
        }
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if self.probe {
            self.circuit.state.lock().probing = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> Moment {
        Moment::from_secs(1_800_000_000 + secs)
    }

    fn fail(circuit: &Circuit, now: Moment) {
        circuit.enter(now).expect("closed").failed(now);
    }

    /// Proves: PSC-23.
    #[test]
    fn five_failures_in_a_row_open_it_for_ten_seconds_then_one_call_tries() {
        let circuit = Circuit::default();
        (0..5).for_each(|n| fail(&circuit, at(n)));
        assert!(circuit.enter(at(13)).is_none());
        let probe = circuit.enter(at(14)).expect("the probe");
        assert!(circuit.enter(at(14)).is_none(), "one probe at a time");
        probe.succeeded();
        assert!(circuit.enter(at(14)).is_some());
        assert_eq!(circuit.failing_since(), None);
    }

    /// Proves: PSC-23.
    #[test]
    fn a_probe_that_fails_opens_it_again_and_one_that_vanishes_leaves_the_place() {
        let circuit = Circuit::default();
        (0..5).for_each(|_| fail(&circuit, at(0)));
        drop(circuit.enter(at(10)).expect("the probe"));
        circuit.enter(at(10)).expect("the next probe").failed(at(10));
        assert!(circuit.enter(at(19)).is_none());
        assert!(circuit.enter(at(20)).is_some());
        assert_eq!(circuit.failing_since(), Some(at(0)));
    }

    #[test]
    fn a_success_between_failures_starts_the_count_anew() {
        let circuit = Circuit::default();
        (0..4).for_each(|_| fail(&circuit, at(0)));
        circuit.enter(at(0)).expect("closed").succeeded();
        (0..4).for_each(|_| fail(&circuit, at(0)));
        assert!(circuit.enter(at(0)).is_some());
    }
}
