//! What a try means: delivered, tried again later, or given up; and when "later" is.
//!
//! trust-space §11. Requirements: TRU-32, TRU-39, TRU-40. Pure decisions: no network, no store, the clock's moment is given.

use std::sync::Arc;
use std::time::Duration;

use rules::{Entropy, Moment, Refusal};
use serde_json::{Value, json};
use store::queue::Queued;

use crate::Limits;
use crate::command::notify;

const MINUTE: Duration = Duration::from_secs(60);
/// After these, hourly, a tenth more or less so that a peer coming back is not met by everything at once.
const FIRST_RETRIES: [Duration; 5] = [MINUTE, MINUTE.saturating_mul(5), MINUTE.saturating_mul(15), MINUTE.saturating_mul(30), HOUR];
const HOUR: Duration = MINUTE.saturating_mul(60);

/// Whom we talked to, for the journal (TRU-39).
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    pub(super) host: Option<String>,
    pub(super) dn: Option<String>,
    pub(super) tls: Option<String>,
}

/// What an attempt failed of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It will not pass by itself: a report at once.
    Permanent,
    /// Network, 4xx, ours.
    Temporary,
    /// Certificate, DN, no STARTTLS: tried again for a shorter time, and somebody is told at the first.
    Trust,
}

/// One failed try, for one recipient.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) kind: Kind,
    /// Enhanced status if it ends here, e.g. `5.7.1`.
    pub(super) status: String,
    /// Cause, ASCII: the reply of the peer, or our words.
    pub(super) cause: String,
    /// The cause is the peer's own reply.
    pub(super) replied: bool,
    /// Our refusal, when it is one: its French sentence goes to the sender.
    pub(super) refusal: Option<Box<Refusal>>,
    pub(super) seen: Arc<Seen>,
}

impl Failure {
    pub(super) fn of(kind: Kind, status: &str, cause: impl Into<String>) -> Self {
        let cause = crate::wire::printable(&cause.into());
        Self { kind, status: status.to_owned(), cause, replied: false, refusal: None, seen: Arc::default() }
    }

    /// What went wrong on the way; it ends as "undelivered for too long".
    pub(super) fn network(cause: impl Into<String>) -> Self {
        Self::of(Kind::Temporary, "5.4.7", cause)
    }

    /// Our own refusal to hand mail over, or to file it. Stale data of ours will pass, a certificate may be repaired, the rest will not.
    pub(super) fn refused(why: Refusal) -> Self {
        let reply = why.smtp();
        let kind = match why {
            Refusal::TlsAbsent | Refusal::TlsExpired | Refusal::TlsRevoked | Refusal::TlsForeign | Refusal::ListDn => Kind::Trust,
            _ if why.is_temporary() => Kind::Temporary,
            _ => Kind::Permanent,
        };
        let status = if kind == Kind::Temporary { "5.4.7" } else { reply.enhanced };
        let cause = format!("{} {} [{}]", reply.enhanced, reply.english, why.code());
        Self { refusal: Some(Box::new(why)), ..Self::of(kind, status, cause) }
    }

    /// The server offers no TLS: its mail waits, and never goes in clear (TRU-31).
    pub(super) fn no_tls(cause: impl Into<String>) -> Self {
        Self::of(Kind::Trust, "5.7.10", cause)
    }

    pub(super) fn by(mut self, seen: &Arc<Seen>) -> Self {
        self.seen = Arc::clone(seen);
        self
    }

    /// Facts of the journal line.
    pub(super) fn facts(&self) -> Value {
        facts(&self.seen, &self.cause)
    }
}

/// Facts of a try: host, DN, TLS, reply (TRU-39).
pub(super) fn facts(seen: &Seen, reply: &str) -> Value {
    json!({ "host": seen.host, "dn": seen.dn, "tls": seen.tls, "reply": reply })
}

/// What to do after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    Retry(Moment),
    GiveUp,
}

/// Permanent failures end at once, the others when their time is over; the last try is made exactly then.
pub(super) fn then(row: &Queued, kind: Kind, now: Moment, limits: &Limits, entropy: &Entropy) -> Then {
    let deadline = match kind {
        Kind::Permanent => return Then::GiveUp,
        Kind::Temporary => row.expires,
        Kind::Trust => row.expires.min(row.accepted.plus(limits.expire_trust)),
    };
    if now >= deadline { Then::GiveUp } else { Then::Retry(now.plus(pause(row.attempts, entropy)).min(deadline)) }
}

/// Pause after a try; `before`: tries made before it.
fn pause(before: u32, entropy: &Entropy) -> Duration {
    let early = usize::try_from(before).ok().and_then(|n| FIRST_RETRIES.get(n));
    early.copied().unwrap_or_else(|| {
        let [chance] = entropy.bytes::<1>();
        HOUR - HOUR / 10 + HOUR / 5 * u32::from(chance) / 255
    })
}

/// The sender wants to hear of a failure, unless it said otherwise (RFC 3461 §4.1).
pub(super) fn wants_failure(row: &Queued) -> bool {
    row.notify.is_none_or(|bits| bits & notify::FAILURE != 0)
}

pub(super) fn wants_success(row: &Queued) -> bool {
    row.notify.is_some_and(|bits| bits & notify::SUCCESS != 0)
}

/// A "delayed" report is due: long enough, not told yet, not declined.
pub(super) fn delay_to_tell(row: &Queued, now: Moment, limits: &Limits) -> bool {
    !row.delay_told
        && row.sender.is_some()
        && row.notify.is_none_or(|bits| bits & notify::DELAY != 0)
        && now.since(row.accepted) >= limits.delay_warning
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rules::{Address, Author};
    use store::queue::{QueueId, QueueState};

    use super::*;

    const START: Moment = Moment::from_secs(1_795_300_000);

    fn limits() -> Limits {
        Limits {
            inbound_bytes: 52_428_800,
            submission_bytes: 36_700_160,
            recipients: 100,
            connections_per_peer: 20,
            expire: HOUR * 48,
            expire_trust: HOUR * 4,
            delay_warning: HOUR * 4,
        }
    }

    fn row(attempts: u32) -> Queued {
        Queued {
            id: QueueId(1),
            state: QueueState::Waiting,
            mailbox: None,
            sender: Some(Address::parse("cabinet.des-lilas@pli.mssante.test").expect("an address")),
            recipient: Address::parse("cardiologie@voisin.mssante.test").expect("an address"),
            author: Author::task("courier"),
            message: 1,
            message_id: "a@pli.mssante.test".into(),
            size: 100,
            notify: None,
            original: None,
            envelope_id: None,
            return_full: false,
            accepted: START,
            expires: START.plus(HOUR * 48),
            attempts,
            next: START,
            last: None,
            delay_told: false,
            transaction: "01KAX8".into(),
        }
    }

    /// Tries until it is given up; the moment of each.
    fn life(kind: Kind) -> Vec<Duration> {
        let entropy = Entropy::seeded(3);
        let (mut now, mut tries) = (START, vec![]);
        loop {
            tries.push(now.since(START));
            match then(&row(tries.len() as u32 - 1), kind, now, &limits(), &entropy) {
                Then::Retry(next) => now = next,
                Then::GiveUp => return tries,
            }
        }
    }

    /// Proves: TRU-39.
    #[test]
    fn a_silent_server_is_tried_for_48_hours_on_the_schedule() {
        let tries = life(Kind::Temporary);
        let minutes: Vec<_> = tries[..6].iter().map(|at| at.as_secs() / 60).collect();
        assert_eq!(minutes, [0, 1, 6, 21, 51, 111]);
        assert_eq!(tries.last(), Some(&(HOUR * 48)));
        let hourly = |pair: &[Duration]| (54..=66).contains(&((pair[1] - pair[0]).as_secs() / 60));
        assert!(tries[5..tries.len() - 1].windows(2).all(hourly), "{tries:?}");
    }

    /// Proves: TRU-32, TRU-39.
    #[test]
    fn a_failure_of_trust_is_given_up_after_four_hours_and_a_refusal_at_once() {
        assert_eq!(life(Kind::Trust).last(), Some(&(HOUR * 4)));
        assert_eq!(life(Kind::Permanent), [Duration::ZERO]);
    }

    /// Proves: TRU-31, TRU-32.
    #[test]
    fn each_verdict_of_trust_ends_with_its_own_status() {
        for (why, kind, status) in [
            (Refusal::TlsExpired, Kind::Trust, "5.7.5"),
            (Refusal::TlsRevoked, Kind::Trust, "5.7.5"),
            (Refusal::TlsForeign, Kind::Trust, "5.7.5"),
            (Refusal::TlsAbsent, Kind::Trust, "5.7.5"),
            (Refusal::ListDn, Kind::Trust, "5.7.1"),
            (Refusal::ListAbsent, Kind::Permanent, "5.7.1"),
            (Refusal::CrlStale, Kind::Temporary, "5.4.7"),
            (Refusal::UnknownMailbox, Kind::Permanent, "5.1.1"),
        ] {
            let failure = Failure::refused(why);
            assert_eq!((failure.kind, failure.status.as_str()), (kind, status), "{}", failure.cause);
        }
        assert_eq!(Failure::no_tls("no STARTTLS").status, "5.7.10");
    }

    /// Proves: TRU-40.
    #[test]
    fn a_delay_is_told_once_after_four_hours_and_only_to_who_wants_it() {
        let late = START.plus(HOUR * 4);
        assert!(delay_to_tell(&row(5), late, &limits()));
        assert!(!delay_to_tell(&row(5), late.minus(MINUTE), &limits()));
        assert!(!delay_to_tell(&Queued { delay_told: true, ..row(5) }, late, &limits()));
        assert!(!delay_to_tell(&Queued { notify: Some(notify::FAILURE), ..row(5) }, late, &limits()));
        assert!(!delay_to_tell(&Queued { sender: None, ..row(5) }, late, &limits()));
    }

    proptest! {
        #[test]
        fn a_row_is_never_tried_after_its_time_nor_twice_at_once(attempts in 0u32..60, late in 0u64..172_800, seed in any::<u64>()) {
            let now = START.plus(Duration::from_secs(late));
            for kind in [Kind::Temporary, Kind::Trust] {
                match then(&row(attempts), kind, now, &limits(), &Entropy::seeded(seed)) {
                    Then::Retry(next) => prop_assert!(next > now && next <= START.plus(HOUR * 48)),
                    Then::GiveUp => prop_assert!(kind == Kind::Trust && late >= 4 * 3600),
                }
            }
        }
    }
}
