//! Any sequence of movements gives each person exactly the right that an independent oracle gives, at any moment.

mod oracle;
mod people;

use people::{at, person};
use proptest::prelude::*;
use rules::access::Capacity;
use rules::mailbox::State;
use rules::movement::{Change, Movement, Right, standing};
use rules::{Author, IdNat, Moment};

const NAMES: [&str; 5] = ["P01", "P02", "P03", "P04", "P05"];

fn idnat(name: &str) -> IdNat {
    person(name).idnat
}

fn written(changes: impl IntoIterator<Item = (Moment, Change)>) -> Vec<Movement> {
    let by = Author::staff("exploitation");
    let movement = |(index, (at, change))| Movement { seq: index as i64 + 1, at, by: by.clone(), change, reason: None, attested: false };
    changes.into_iter().enumerate().map(movement).collect()
}

/// Any change at all, sensible or not, about few people and few dates so that they meet.
fn any_change() -> impl Strategy<Value = Change> {
    let who = || prop::sample::select(NAMES.to_vec()).prop_map(idnat);
    let when = || prop::option::of((0_i64..40).prop_map(Moment::from_secs));
    prop_oneof![
        1 => prop::option::of(who()).prop_map(|owner| Change::Opened { owner }),
        2 => who().prop_map(|to| Change::HandedOver { to }),
        2 => who().prop_map(|person| Change::ResponsableAdded { person }),
        2 => who().prop_map(|person| Change::ResponsableRemoved { person }),
        3 => who().prop_map(|person| Change::CotitulaireAdded { person }),
        3 => who().prop_map(|person| Change::CotitulaireRemoved { person }),
        6 => (who(), when(), when()).prop_map(|(person, from, until)| Change::Delegated { person, from, until }),
        3 => who().prop_map(|person| Change::DelegationEnded { person }),
        2 => who().prop_map(|person| Change::Accepted { person }),
        2 => who().prop_map(|to| Change::HandOverOffered { to }),
        1 => who().prop_map(|to| Change::HandOverDropped { to }),
        1 => prop::sample::select(vec![Change::Suspended, Change::Resumed, Change::Closing, Change::Closed]),
    ]
}

/// Movements in the order of time, several at one moment allowed.
fn any_history() -> impl Strategy<Value = Vec<Movement>> {
    prop::collection::vec((0_i64..4, any_change()), 0..24).prop_map(|steps| {
        let mut now = 0;
        written(steps.into_iter().map(|(pause, change)| {
            now += pause;
            (Moment::from_secs(now), change)
        }))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Proves: CAB-06, CAB-12, DEL-08, IND-05.
    #[test]
    fn each_person_has_exactly_the_right_that_the_oracle_gives_at_any_moment(history in any_history()) {
        for now in oracle::moments(&history) {
            let standing = standing(&history, now);
            for name in NAMES {
                let person = idnat(name);
                let held = match standing.right_of(&person) {
                    Right::Held { capacity, .. } => Some(capacity),
                    Right::Never | Right::NotBegun { .. } | Right::Ended { .. } => None,
                };
                prop_assert_eq!(held, oracle::capacity(&history, &person, now), "{} at {}", name, now);
            }
        }
    }

    /// Proves: CAB-12, CAB-08. What waits for an answer, and who took up what she was given, as the oracle rereads it.
    #[test]
    fn offers_and_first_visits_are_those_that_the_oracle_finds(history in any_history()) {
        for now in oracle::moments(&history) {
            let standing = standing(&history, now);
            prop_assert_eq!(standing.offer().map(|offer| &offer.to), oracle::offer(&history, now), "at {}", now);
            for name in NAMES {
                let person = idnat(name);
                prop_assert_eq!(standing.accepted(&person), oracle::accepted(&history, &person, now), "{} at {}", name, now);
            }
        }
    }

    /// Proves: DEL-10. Word between people (offers, first visits) never gives or takes a right.
    #[test]
    fn the_same_history_without_offers_and_first_visits_gives_the_same_rights(history in any_history()) {
        let talk = |change: &Change| {
            matches!(change, Change::Accepted { .. } | Change::HandOverOffered { .. } | Change::HandOverDropped { .. })
        };
        let silent: Vec<Movement> = history.iter().filter(|m| !talk(&m.change)).cloned().collect();
        for now in oracle::moments(&history) {
            for name in NAMES {
                let person = idnat(name);
                prop_assert_eq!(standing(&history, now).right_of(&person), standing(&silent, now).right_of(&person));
            }
        }
    }

    /// Proves: CAB-08, DEL-03. A past moment never changes its meaning, whatever is written after it.
    #[test]
    fn what_is_written_later_never_changes_the_past(history in any_history(), cut in 0_usize..24) {
        let cut = cut.min(history.len());
        let Some(before) = history.get(cut).map(|m| m.at.minus(std::time::Duration::from_micros(1))) else { return Ok(()) };
        for name in NAMES {
            let person = idnat(name);
            prop_assert_eq!(standing(&history[..cut], before).right_of(&person), standing(&history, before).right_of(&person));
        }
    }

    /// Proves: DEL-08, PSC-39. `until` may be believed: up to it, and with no further movement, the person still holds the capacity.
    #[test]
    fn an_announced_end_is_neither_early_nor_late(history in any_history()) {
        let last = history.last().map_or(Moment::from_secs(0), |m| m.at);
        let now = standing(&history, last);
        for name in NAMES {
            let person = idnat(name);
            if let Right::Held { capacity, until: Some(until) } = now.right_of(&person) {
                let before = until.minus(std::time::Duration::from_micros(1)).max(last);
                prop_assert_eq!(oracle::capacity(&history, &person, before), Some(capacity), "{} loses it early", name);
                prop_assert_ne!(oracle::capacity(&history, &person, until), Some(capacity), "{} keeps it late", name);
            }
        }
    }

    /// Proves: PSC-25, DEL-08. Who is told an end had a right just before it, and has none since.
    #[test]
    fn an_end_is_told_only_to_somebody_who_had_a_right_and_at_its_true_date(history in any_history()) {
        for now in oracle::moments(&history) {
            let standing = standing(&history, now);
            for name in NAMES {
                let person = idnat(name);
                match standing.right_of(&person) {
                    Right::Ended { at, .. } => {
                        let before = at.minus(std::time::Duration::from_micros(1));
                        prop_assert!(at <= now && oracle::capacity(&history, &person, now).is_none());
                        // Ended in the same second in which it was given: it covers no earlier moment to ask about.
                        let told = history.iter().filter(|m| m.at <= before).count();
                        prop_assert!(told == 0 || oracle::moments(&history).iter().any(|m| *m < at && oracle::capacity(&history, &person, *m).is_some()));
                    }
                    Right::Never => {
                        let had = oracle::moments(&history).into_iter().any(|m| m <= now && oracle::capacity(&history, &person, m).is_some());
                        prop_assert!(!had, "{} had a right and is told there never was one", name);
                    }
                    Right::Held { .. } | Right::NotBegun { .. } => {}
                }
            }
        }
    }
}

/// Proves: CAB-12, CAB-08.
#[test]
fn after_a_hand_over_the_new_owner_owns_and_the_former_one_is_out() {
    let (claire, karim) = (idnat("P01"), idnat("P02"));
    let history = written([
        (at("2026-01-01T00:00:00Z"), Change::Opened { owner: Some(claire.clone()) }),
        (at("2026-06-01T00:00:00Z"), Change::HandedOver { to: karim.clone() }),
    ]);
    let after = standing(&history, at("2026-07-01T00:00:00Z"));
    assert_eq!(after.owner(), Some(&karim));
    assert_eq!(after.right_of(&claire), Right::Ended { capacity: Capacity::Owner, at: at("2026-06-01T00:00:00Z") });
    assert_eq!(standing(&history, at("2026-05-01T00:00:00Z")).owner(), Some(&claire), "the past stays told");
}

/// Proves: DEL-08.
#[test]
fn a_second_delegation_replaces_the_first() {
    let lucie = idnat("P03");
    let lend = |from, until| Change::Delegated { person: lucie.clone(), from, until };
    let history = written([
        (at("2026-01-01T00:00:00Z"), Change::Opened { owner: None }),
        (at("2026-01-02T00:00:00Z"), lend(None, None)),
        (at("2026-01-03T00:00:00Z"), lend(Some(at("2026-02-01T00:00:00Z")), Some(at("2026-03-01T00:00:00Z")))),
    ]);
    let right = |now| standing(&history, at(now)).right_of(&lucie);
    assert_eq!(right("2026-01-02T12:00:00Z"), Right::Held { capacity: Capacity::Delegataire, until: None });
    assert_eq!(right("2026-01-03T12:00:00Z"), Right::NotBegun { capacity: Capacity::Delegataire, from: at("2026-02-01T00:00:00Z") });
    assert_eq!(right("2026-02-01T00:00:00Z"), Right::Held { capacity: Capacity::Delegataire, until: Some(at("2026-03-01T00:00:00Z")) });
    assert_eq!(right("2026-03-01T00:00:00Z"), Right::Ended { capacity: Capacity::Delegataire, at: at("2026-03-01T00:00:00Z") });
}

/// Proves: DEL-03, PSC-25.
#[test]
fn a_delegation_withdrawn_before_it_began_was_never_a_right() {
    let lucie = idnat("P03");
    let history = written([
        (at("2026-01-01T00:00:00Z"), Change::Opened { owner: None }),
        (at("2026-01-02T00:00:00Z"), Change::Delegated { person: lucie.clone(), from: Some(at("2026-02-01T00:00:00Z")), until: None }),
        (at("2026-01-03T00:00:00Z"), Change::DelegationEnded { person: lucie.clone() }),
    ]);
    let after = standing(&history, at("2026-02-02T00:00:00Z"));
    assert_eq!(after.right_of(&lucie), Right::Never);
    assert_eq!(after.spells().len(), 1, "and the history still tells it");
}

/// Proves: DEL-08. Somebody with several capacities falls back on the one that is left.
#[test]
fn a_withdrawn_cotitulaire_who_was_lent_the_mailbox_keeps_what_was_lent() {
    let karim = idnat("P02");
    let history = written([
        (at("2026-01-01T00:00:00Z"), Change::Delegated { person: karim.clone(), from: None, until: None }),
        (at("2026-01-02T00:00:00Z"), Change::CotitulaireAdded { person: karim.clone() }),
        (at("2026-01-03T00:00:00Z"), Change::CotitulaireRemoved { person: karim.clone() }),
    ]);
    let capacity = |now| oracle::capacity(&history, &karim, at(now));
    assert_eq!(capacity("2026-01-02T00:00:00Z"), Some(Capacity::Cotitulaire));
    assert_eq!(capacity("2026-01-03T00:00:00Z"), Some(Capacity::Delegataire));
    let people = standing(&history, at("2026-01-02T12:00:00Z"));
    assert_eq!(people.people().len(), 1, "one line a person");
    assert_eq!(people.people()[0].capacity, Capacity::Cotitulaire);
}

/// Proves: TRU-51, CAB-13.
#[test]
fn a_closed_mailbox_stays_closed_and_says_since_when_it_is_in_a_state() {
    let day = |n: i64| Moment::from_secs(n * 86_400);
    let history = written([
        (day(0), Change::Opened { owner: None }),
        (day(1), Change::Suspended),
        (day(2), Change::Suspended),
        (day(3), Change::Resumed),
        (day(4), Change::Closing),
        (day(5), Change::Closed),
        (day(6), Change::Resumed),
    ]);
    let state = |n| (standing(&history, day(n)).state(), standing(&history, day(n)).state_since());
    assert_eq!(state(-1).0, State::Demandee);
    assert_eq!(state(2), (State::Suspendue, day(1)), "suspended once, since the first day");
    assert_eq!(state(3), (State::Active, day(3)));
    assert_eq!(state(4), (State::EnCloture, day(4)));
    assert_eq!(state(7), (State::Close, day(5)));
}

/// Proves: CAB-12. Nothing moves before the one who was asked consents.
#[test]
fn an_offer_gives_no_right_and_ends_with_its_answer() {
    let (claire, karim) = (idnat("P01"), idnat("P02"));
    let day = |n: i64| Moment::from_secs(n * 86_400);
    let offered = Change::HandOverOffered { to: karim.clone() };
    let opened = Change::Opened { owner: Some(claire.clone()) };
    let after = |answer: Option<Change>| {
        let steps = [(day(0), opened.clone()), (day(1), offered.clone())].into_iter().chain(answer.map(|answer| (day(2), answer)));
        standing(&written(steps), day(3))
    };
    let waiting = after(None);
    assert_eq!(waiting.offer().map(|offer| (&offer.to, offer.at)), Some((&karim, day(1))));
    assert_eq!((waiting.owner(), waiting.right_of(&karim)), (Some(&claire), Right::Never));
    assert_eq!(after(Some(Change::HandOverDropped { to: karim.clone() })).offer(), None);
    assert!(after(Some(Change::HandOverDropped { to: idnat("P03") })).offer().is_some(), "somebody else's answer");
    let taken = after(Some(Change::HandedOver { to: karim.clone() }));
    assert_eq!((taken.owner(), taken.offer()), (Some(&karim), None));
    assert_eq!(after(Some(Change::Closing)).offer(), None);
    let other = after(Some(Change::HandOverOffered { to: idnat("P03") }));
    assert_eq!(other.offer().map(|offer| &offer.to), Some(&idnat("P03")), "a second offer takes the place of the first");
}

/// Proves: CAB-08, DEL-03. Whoever comes back is invited anew; new dates of a delegation are no new invitation.
#[test]
fn taking_up_a_right_counts_until_somebody_has_left() {
    let lucie = idnat("P03");
    let day = |n: i64| Moment::from_secs(n * 86_400);
    let lend = |until| Change::Delegated { person: lucie.clone(), from: None, until };
    let history = written([
        (day(0), Change::Opened { owner: Some(idnat("P01")) }),
        (day(1), lend(Some(day(10)))),
        (day(2), Change::Accepted { person: lucie.clone() }),
        (day(3), lend(Some(day(5)))),
        (day(6), lend(None)),
    ]);
    let accepted = |now| standing(&history, now).accepted(&lucie);
    assert_eq!([1, 2, 3, 4, 6].map(|n| accepted(day(n))), [false, true, true, true, false]);
    assert!(standing(&history, day(1)).accepted(&idnat("P01")), "the owner asked for the mailbox");
    let given = standing(&history, day(7)).spells().last().map(|spell| spell.by.clone());
    assert_eq!(given, Some(Author::staff("exploitation")), "who gave it is told");
}
