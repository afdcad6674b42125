//! The door: who enters, in which capacity, until when, and why not.

mod house;
mod people;

use std::time::Duration;

use house::{cabinet, cardiology, enter, lent, moved, now, personal, terms};
use people::{at, person};
use proptest::prelude::*;
use rules::access::{Capacity, open};
use rules::mail;
use rules::movement::Change;
use rules::{Author, Refusal};

const MICRO: Duration = Duration::from_micros(1);

/// Proves: CAB-09, CAB-10, CAB-14, DEL-05, DEL-06, IND-05.
#[test]
fn owner_cotitulaire_and_delegataires_enter_the_cabinet_each_in_her_own_name_and_send_from_it() {
    let cabinet = cabinet();
    for (key, capacity) in
        [("P01", Capacity::Owner), ("P02", Capacity::Cotitulaire), ("P03", Capacity::Delegataire), ("P04", Capacity::Delegataire)]
    {
        let access = enter(&cabinet, &person(key), now()).unwrap_or_else(|refusal| panic!("{key}: {refusal}"));
        assert_eq!(access.capacity(), Some(capacity), "{key}");
        assert_eq!(access.author(), Author::Person { id: person(key).idnat, capacity: Some(capacity) });
        assert_eq!((access.address(), access.revision()), (&cabinet.address, cabinet.revision));
        assert_eq!(mail::outgoing(&access, Some(&cabinet.address)), Ok(()), "{key}");
        assert_eq!(mail::outgoing(&access, Some(&person_mailbox_address())), Err(Refusal::SenderNotMailbox), "{key}");
    }
}

fn person_mailbox_address() -> rules::Address {
    personal(2, "P01").address
}

/// Proves: PSC-E, PSC-25.
#[test]
fn a_stranger_learns_nothing_not_even_that_her_terms_or_her_profession_are_missing() {
    let mut cabinet = cabinet();
    for key in ["P11", "P12", "P10"] {
        assert_eq!(open(&cabinet, &person(key), &terms(false), now()).unwrap_err(), Refusal::NoRight, "{key}");
    }
    moved(&mut cabinet, now(), Change::Suspended);
    assert_eq!(open(&cabinet, &person("P11"), &terms(false), now()).unwrap_err(), Refusal::NoRight);
}

/// Proves: DEL-08.
#[test]
fn a_delegate_whose_contract_ended_is_shown_the_door() {
    let (cabinet, lucie, end) = (cabinet(), person("P03"), at("2026-12-03T22:00:00Z"));
    let access = enter(&cabinet, &lucie, end.minus(MICRO)).expect("the last microsecond is hers");
    assert_eq!(access.until(), Some(end));
    assert!(access.holds_at(end.minus(MICRO)) && !access.holds_at(end));
    assert_eq!(enter(&cabinet, &lucie, end).unwrap_err(), Refusal::RightEnded { at: end });
}

/// Proves: DEL-08.
#[test]
fn a_delegate_who_comes_early_is_told_the_day() {
    let mut cabinet = cabinet();
    moved(&mut cabinet, now(), lent("P11", Some("2026-12-24T08:00:00Z"), Some("2026-12-31T23:00:00Z")));
    let begins = at("2026-12-24T08:00:00Z");
    assert_eq!(enter(&cabinet, &person("P11"), begins.minus(MICRO)).unwrap_err(), Refusal::RightNotBegun { from: begins });
    assert!(enter(&cabinet, &person("P11"), begins).is_ok());
}

/// Proves: DEL-09, REG-03.
#[test]
fn the_end_of_the_role_in_the_registry_ends_the_access_whatever_the_delegation_says() {
    let (cabinet, mut hugo, end) = (cabinet(), person("P05"), at("2026-11-30T23:00:00Z"));
    hugo.exercises[0].situations[0].end = Some(end);
    assert_eq!(enter(&cabinet, &hugo, now()).unwrap().until(), Some(end));
    assert_eq!(enter(&cabinet, &hugo, end).unwrap_err(), Refusal::PersonNotEntitled);
}

/// Proves: PSC-19, PSC-E.
#[test]
fn a_struck_off_doctor_does_not_enter_even_the_mailbox_that_is_his_own() {
    let marc = person("P12");
    assert_eq!(enter(&personal(4, "P12"), &marc, now()).unwrap_err(), Refusal::PersonNotEntitled);
    let mut leaving = person("P02");
    leaving.struck_off = Some(at("2026-12-31T23:00:00Z"));
    assert_eq!(enter(&cabinet(), &leaving, now()).unwrap().until(), leaving.struck_off, "announced: the session ends with it");
}

/// Proves: CAB-17. The cabinet whose owner is gone stays open to its cotitulaires and délégataires; nobody new is let in.
#[test]
fn a_cabinet_whose_owner_was_struck_off_stays_readable_for_the_others() {
    let (cabinet, mut claire) = (cabinet(), person("P01"));
    claire.struck_off = Some(at("2026-11-20T00:00:00Z"));
    assert_eq!(enter(&cabinet, &claire, now()).unwrap_err(), Refusal::PersonNotEntitled);
    assert!(enter(&cabinet, &person("P02"), now()).is_ok());
    assert!(enter(&cabinet, &person("P04"), now()).is_ok());
    let lend = rules::movement::Change::Delegated { person: person("P03").idnat, from: None, until: None };
    let vacancy = |owner: &rules::register::Person| rules::movement::not_during_vacancy(&cabinet, Some(owner), &lend, now());
    assert_eq!((vacancy(&claire), vacancy(&person("P01"))), (Err(Refusal::OwnerGone), Ok(())));
}

/// Proves: CGU-01, CGU-02, CGU-03. The texts are the operator's, and versioned.
#[test]
fn nobody_enters_before_accepting_the_terms_in_force_and_everybody_gets_the_link() {
    let (cabinet, mut newer) = (cabinet(), terms(true));
    let link = |version: &str| Refusal::TermsNotAccepted { url: terms(false).url, version: version.to_owned() };
    for key in ["P01", "P02", "P04"] {
        assert_eq!(open(&cabinet, &person(key), &terms(false), now()).unwrap_err(), link("2026-01"), "{key}");
    }
    newer.current = "2026-11".to_owned();
    assert_eq!(open(&cabinet, &person("P04"), &newer, now()).unwrap_err(), link("2026-11"), "a new version asks again");
}

/// Proves: TRU-53, TRU-55.
#[test]
fn a_suspended_mailbox_is_shut_to_its_people_and_one_being_closed_is_read_but_sends_no_more() {
    let mut cabinet = cabinet();
    moved(&mut cabinet, now(), Change::Suspended);
    assert_eq!(enter(&cabinet, &person("P01"), now()).unwrap_err(), Refusal::MailboxSuspended);
    moved(&mut cabinet, now(), Change::Closing);
    let access = enter(&cabinet, &person("P01"), now()).expect("read-only while it closes");
    assert_eq!(mail::outgoing(&access, Some(&cabinet.address)), Err(Refusal::MailboxClosed));
    moved(&mut cabinet, now(), Change::Closed);
    assert_eq!(enter(&cabinet, &person("P01"), now()).unwrap_err(), Refusal::NoRight);
}

/// Proves: PSC-25. The right is judged before the terms, the terms before the mailbox.
#[test]
fn of_several_causes_the_first_in_the_published_order_is_told() {
    let mut cabinet = cabinet();
    moved(&mut cabinet, now(), Change::Suspended);
    let ended = at("2026-12-03T22:00:00Z");
    assert_eq!(open(&cabinet, &person("P03"), &terms(false), ended).unwrap_err(), Refusal::RightEnded { at: ended });
    assert!(matches!(open(&cabinet, &person("P04"), &terms(false), now()), Err(Refusal::TermsNotAccepted { .. })));
    assert!(matches!(open(&cabinet, &person("P04"), &terms(true), now()), Err(Refusal::MailboxSuspended)));
}

/// Proves: DEL-11, LOC-01.
#[test]
fn somebody_known_to_one_structure_only_enters_its_organisation_mailbox_and_nothing_else() {
    let denis = person("P10");
    assert_eq!(enter(&cardiology(), &denis, now()).unwrap().capacity(), Some(Capacity::Delegataire));
    let (mut cabinet, mut per) = (cabinet(), personal(5, "P09"));
    for mailbox in [&mut cabinet, &mut per] {
        moved(mailbox, now(), lent("P10", None, None));
        assert_eq!(enter(mailbox, &denis, now()).unwrap_err(), Refusal::PersonNotEntitled, "{}", mailbox.address);
    }
    let mut elsewhere = cardiology();
    elsewhere.bearer = rules::mailbox::Bearer::Structure { structure: "1990000044".to_owned() };
    assert_eq!(enter(&elsewhere, &denis, now()).unwrap_err(), Refusal::PersonNotEntitled, "another structure");
    let mut gone = denis.clone();
    gone.exercises[0].situations[0].end = Some(now());
    assert_eq!(enter(&cardiology(), &gone, now()).unwrap_err(), Refusal::PersonNotEntitled, "she no longer works there");
}

/// Proves: LPS-50, PSC-31, TRU-41.
#[test]
fn a_message_leaves_from_the_opened_mailbox_alone() {
    let cabinet = cabinet();
    let (access, other) = (enter(&cabinet, &person("P04"), now()).unwrap(), person_mailbox_address());
    assert_eq!(mail::outgoing(&access, None), Err(Refusal::SenderNotMailbox));
    assert_eq!(mail::header_from(&access, std::slice::from_ref(&cabinet.address)), Ok(()));
    assert_eq!(mail::header_from(&access, &[cabinet.address.clone(), other.clone()]), Err(Refusal::SenderNotMailbox));
    assert_eq!(mail::header_from(&access, &[]), Err(Refusal::SenderNotMailbox));
    assert_eq!(mail::outgoing_report(&access, std::slice::from_ref(&cabinet.address)), Ok(()));
    assert_eq!(mail::outgoing_report(&access, &[other]), Err(Refusal::SenderNotMailbox));
}

proptest! {
    /// Proves: DEL-10, BAL-04, CAB-16. Whatever somebody has elsewhere gives nothing here.
    #[test]
    fn a_capacity_never_comes_from_another_mailbox(grants in prop::collection::vec((0_usize..3, 0_usize..5, 0_usize..3), 0..12)) {
        let keys = ["P01", "P02", "P03", "P04", "P06"];
        let mut mailboxes = [personal(10, "P07"), personal(11, "P09"), cabinet()];
        mailboxes[2].movements.truncate(1);
        let mut given = std::collections::BTreeSet::from([(2, 0, Capacity::Owner)]);
        for (place, who, what) in grants {
            let person = person(keys[who]).idnat;
            let (change, capacity) = match what {
                0 => (Change::CotitulaireAdded { person }, Capacity::Cotitulaire),
                1 => (Change::ResponsableAdded { person }, Capacity::Responsable),
                _ => (Change::Delegated { person, from: None, until: None }, Capacity::Delegataire),
            };
            moved(&mut mailboxes[place], now(), change);
            given.insert((place, who, capacity));
        }
        for (place, mailbox) in mailboxes.iter().enumerate() {
            for (who, key) in keys.iter().enumerate() {
                let expected = given.iter().filter(|(p, w, _)| (*p, *w) == (place, who)).map(|(_, _, capacity)| *capacity).max();
                let found = enter(mailbox, &person(key), now());
                match expected {
                    None => prop_assert_eq!(found.unwrap_err(), Refusal::NoRight),
                    Some(capacity) if *key == "P04" && capacity != Capacity::Delegataire => {
                        prop_assert_eq!(found.unwrap_err(), Refusal::PersonNotEntitled, "a secretary is a délégataire at most")
                    }
                    Some(capacity) => prop_assert_eq!(found.unwrap().capacity(), Some(capacity)),
                }
            }
        }
    }
}
