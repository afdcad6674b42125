//! Step 4: what PSC said of a token, for a minute at most, in memory, by its SHA-256. One question at a time a token.
//!
//! Requirements: PSC-22. Rights and terms are never here; a transport error is never kept; nothing survives the process.

use std::collections::HashMap;
use std::time::Duration;

use parking_lot::Mutex;
use rules::Moment;
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use super::introspection::Verdict;
use crate::provider::Unavailable;

const POSITIVE: Duration = Duration::from_secs(60);
const NEGATIVE: Duration = Duration::from_secs(10);
const ENTRIES: usize = 10_000;

/// SHA-256 of a token: the only trace of it that is kept.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct TokenHash([u8; 32]);

impl TokenHash {
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }

    /// For logs (PSC-12).
    pub fn short(&self) -> String {
        hex::encode(&self.0[..8])
    }
}

pub(super) type Answer = Result<Verdict, Unavailable>;
/// Where the answer under way will appear.
pub(super) type Awaited = watch::Receiver<Option<Answer>>;

enum Slot {
    Known { verdict: Verdict, until: Moment, used: u64 },
    Asked(Awaited),
}

/// What to do about a token.
pub(super) enum Turn {
    Known(Verdict),
    /// Somebody asks already.
    Wait(Awaited),
    /// Ask, and tell the others.
    Ask(watch::Sender<Option<Answer>>, Awaited),
}

#[derive(Default)]
pub(super) struct Cache {
    slots: Mutex<Slots>,
}

#[derive(Default)]
struct Slots {
    by_token: HashMap<TokenHash, Slot>,
    uses: u64,
}

impl Cache {
    pub fn turn(&self, token: TokenHash, now: Moment) -> Turn {
        let mut slots = self.slots.lock();
        slots.uses += 1;
        let uses = slots.uses;
        match slots.by_token.get_mut(&token) {
            Some(Slot::Known { verdict, until, used }) if now < *until => {
                *used = uses;
                return Turn::Known(verdict.clone());
            }
            // A question whose asker vanished is asked again.
            Some(Slot::Asked(awaited)) if awaited.has_changed().is_ok() => return Turn::Wait(awaited.clone()),
            _ => {}
        }
        slots.make_room(now);
        let (tell, awaited) = watch::channel(None);
        slots.by_token.insert(token, Slot::Asked(awaited.clone()));
        Turn::Ask(tell, awaited)
    }

    /// Keeps an answer for its time, and tells those who wait. `exp` of the token, seconds.
    ///
    /// Requirements: PSC-22.
    pub fn settle(&self, token: TokenHash, answer: Answer, exp: i64, now: Moment, tell: &watch::Sender<Option<Answer>>) {
        let mut slots = self.slots.lock();
        slots.by_token.remove(&token);
        if let Ok(verdict) = &answer {
            let until = match verdict {
                Verdict::Active(_) => now.plus(POSITIVE).min(Moment::from_secs(exp.clamp(0, i64::from(u32::MAX)))),
                Verdict::Inactive => now.plus(NEGATIVE),
            };
            if now < until {
                let used = slots.uses;
                slots.by_token.insert(token, Slot::Known { verdict: verdict.clone(), until, used });
            }
        }
        drop(slots);
        tell.send_replace(Some(answer));
    }

    /// Forgets every token of a session that PSC says is over (back-channel logout).
    pub fn forget_session(&self, sid: &str) {
        let of_session =
            |slot: &Slot| matches!(slot, Slot::Known { verdict: Verdict::Active(known), .. } if known.sid.as_deref() == Some(sid));
        self.slots.lock().by_token.retain(|_, slot| !of_session(slot));
    }
}

impl Slots {
    /// At the limit: drops what is over, then the quarter that was used longest ago.
    fn make_room(&mut self, now: Moment) {
        if self.by_token.len() < ENTRIES {
            return;
        }
        self.by_token.retain(|_, slot| !matches!(slot, Slot::Known { until, .. } if now >= *until));
        if self.by_token.len() < ENTRIES {
            return;
        }
        let used = |slot: &Slot| if let Slot::Known { used, .. } = slot { Some(*used) } else { None };
        let mut uses: Vec<u64> = self.by_token.values().filter_map(used).collect();
        if uses.is_empty() {
            return;
        }
        let quarter = uses.len() / 4;
        let (_, last_dropped, _) = uses.select_nth_unstable(quarter);
        let last_dropped = *last_dropped;
        self.by_token.retain(|_, slot| used(slot).is_none_or(|used| used > last_dropped));
    }
}

#[cfg(test)]
mod tests {
    use super::super::introspection::Known;
    use super::*;

    fn at(secs: i64) -> Moment {
        Moment::from_secs(1_800_000_000 + secs)
    }

    fn active(sid: &str) -> Answer {
        Ok(Verdict::Active(Known { sid: Some(sid.to_owned()), ..Known::default() }))
    }

    fn put(cache: &Cache, token: &str, answer: Answer, exp: i64, now: Moment) {
        let Turn::Ask(tell, _) = cache.turn(TokenHash::of(token), now) else { panic!("nobody asked yet") };
        cache.settle(TokenHash::of(token), answer, at(exp).secs(), now, &tell);
    }

    fn known(cache: &Cache, token: &str, now: Moment) -> bool {
        match cache.turn(TokenHash::of(token), now) {
            Turn::Known(_) => true,
            // The question is dropped at once, as by a caller that goes away.
            Turn::Wait(_) | Turn::Ask(..) => false,
        }
    }

    /// Proves: PSC-22.
    #[test]
    fn a_yes_holds_a_minute_or_to_the_end_of_the_token_and_a_no_ten_seconds() {
        let cache = Cache::default();
        put(&cache, "long", active("s"), 120, at(0));
        put(&cache, "short", active("s"), 20, at(0));
        put(&cache, "no", Ok(Verdict::Inactive), 120, at(0));
        for (token, last) in [("long", 60), ("short", 20), ("no", 10)] {
            assert!(known(&cache, token, at(last - 1)), "{token}");
            assert!(!known(&cache, token, at(last)), "{token}");
        }
    }

    /// Proves: PSC-22.
    #[test]
    fn an_outage_is_never_kept() {
        let cache = Cache::default();
        put(&cache, "t", Err(Unavailable), 120, at(0));
        assert!(!known(&cache, "t", at(0)));
    }

    /// Proves: PSC-22.
    #[test]
    fn a_session_that_is_over_is_forgotten_and_no_other() {
        let cache = Cache::default();
        put(&cache, "a", active("over"), 120, at(0));
        put(&cache, "b", active("lives"), 120, at(0));
        cache.forget_session("over");
        assert!(!known(&cache, "a", at(0)));
        assert!(known(&cache, "b", at(0)));
    }

    /// Proves: PSC-22.
    #[test]
    fn ten_thousand_entries_are_the_most_and_those_in_use_stay() {
        let cache = Cache::default();
        put(&cache, "favourite", active("s"), 120, at(0));
        for n in 0..3 * ENTRIES {
            put(&cache, &n.to_string(), active("s"), 120, at(0));
            assert!(known(&cache, "favourite", at(0)), "after {n}");
        }
        assert!(cache.slots.lock().by_token.len() <= ENTRIES);
    }

    #[test]
    fn a_second_asker_waits_and_an_asker_that_vanishes_is_replaced() {
        let cache = Cache::default();
        let Turn::Ask(tell, _awaited) = cache.turn(TokenHash::of("t"), at(0)) else { panic!("first") };
        assert!(matches!(cache.turn(TokenHash::of("t"), at(0)), Turn::Wait(_)));
        drop(tell);
        assert!(matches!(cache.turn(TokenHash::of("t"), at(0)), Turn::Ask(..)));
    }
}
