//! What happens in the room of a mailbox: a hand-over by both sides, leaving, accepting, closing with an undo, vacancy, attestation.

mod house;
mod people;

use std::time::Duration;

use house::{LILAS, cabinet, cardiology, enter, lent, moved, now};
use people::{at, person, structure};
use rules::access::{Capacity, OwnerRights, channel_allows};
use rules::eligibility;
use rules::mailbox::{Bearer, GRACE, Kind, Mailbox};
use rules::movement::vacancy::{Warning, warnings};
use rules::movement::{self, Change, Mandate, attestation, by_staff, evidence, not_during_vacancy};
use rules::{Author, Channel, Refusal};

const MICRO: Duration = Duration::from_micros(1);

fn owner(mailbox: &Mailbox, key: &str) -> Mandate<OwnerRights> {
    Mandate::Held(enter(mailbox, &person(key), now()).unwrap().owner_rights().unwrap())
}

fn herself(key: &str) -> Author {
    Author::Person { id: person(key).idnat, capacity: None }
}

/// Proves: CAB-12, CAB-05.
#[test]
fn a_cabinet_changes_owner_when_one_offers_and_the_other_takes() {
    let mut cabinet = cabinet();
    let claire = owner(&cabinet, "P01");
    let offer = |mailbox: &Mailbox, key| movement::offer_hand_over(&claire, mailbox, &person(key), now());
    let take = |mailbox: &Mailbox, key| movement::take_over(mailbox, &person(key), now());
    assert_eq!(take(&cabinet, "P02"), Err(Refusal::NoOffer), "nobody takes what was not offered");
    assert_eq!(offer(&cabinet, "P06"), Err(Refusal::NotEligible), "a nurse of another practice could not own it");
    assert_eq!(offer(&cabinet, "P04"), Err(Refusal::NotEligible), "a secretary");
    assert_eq!(offer(&cabinet, "P01"), Err(Refusal::AlreadyThere), "herself");
    assert_eq!(offer(&cardiology(), "P02"), Err(Refusal::NotOwner), "another mailbox");
    assert_eq!(offer(&cabinet, "P02"), Ok(()));
    moved(&mut cabinet, now(), Change::HandOverOffered { to: person("P02").idnat });
    assert_eq!(offer(&cabinet, "P02"), Err(Refusal::AlreadyThere), "she is asked already");
    assert_eq!(take(&cabinet, "P03"), Err(Refusal::NoOffer), "the offer is not hers");
    assert_eq!(take(&cabinet, "P02"), Ok(()));
    moved(&mut cabinet, now(), Change::HandedOver { to: person("P02").idnat });
    assert_eq!(enter(&cabinet, &person("P02"), now()).unwrap().capacity(), Some(Capacity::Owner));
    assert!(matches!(enter(&cabinet, &person("P01"), now()).unwrap_err(), Refusal::RightEnded { .. }), "the former owner is out");
    assert_eq!(offer(&cabinet, "P03"), Err(Refusal::NotOwner), "and her old right decides nothing");
}

/// Proves: CAB-12.
#[test]
fn the_register_is_read_again_when_the_offer_is_taken() {
    let mut cabinet = cabinet();
    moved(&mut cabinet, now(), Change::HandOverOffered { to: person("P02").idnat });
    let mut karim = person("P02");
    karim.exercises[0].situations[0].end = Some(now());
    assert_eq!(movement::take_over(&cabinet, &karim, now()), Err(Refusal::NotEligible), "he left the practice meanwhile");
    moved(&mut cabinet, now(), Change::Suspended);
    assert_eq!(movement::take_over(&cabinet, &person("P02"), now()), Ok(()), "a suspended cabinet comes back by its hand-over");
}

/// Proves: CAB-12. Withdrawn by one, declined by the other, by nobody else.
#[test]
fn an_offer_is_dropped_by_either_side_and_by_nobody_else() {
    let mut cabinet = cabinet();
    let drop = |mailbox: &Mailbox, key| movement::drop_hand_over(mailbox, &person(key).idnat, now());
    assert_eq!(drop(&cabinet, "P01"), Err(Refusal::NoOffer));
    moved(&mut cabinet, now(), Change::HandOverOffered { to: person("P02").idnat });
    assert_eq!((drop(&cabinet, "P01"), drop(&cabinet, "P02")), (Ok(()), Ok(())));
    assert_eq!((drop(&cabinet, "P03"), drop(&cabinet, "P04")), (Err(Refusal::NotOwner), Err(Refusal::NotOwner)));
}

/// Proves: CAB-06, DEL-02. Nobody is kept in a mailbox; the owner hands over or closes.
#[test]
fn a_cotitulaire_or_a_delegate_leaves_by_herself_and_the_owner_does_not() {
    let mut cabinet = cabinet();
    moved(&mut cabinet, now(), lent("P11", Some("2026-12-24T08:00:00Z"), None));
    let leave = |key| movement::renounce(&cabinet, &person(key).idnat, now());
    assert_eq!((leave("P02"), leave("P04"), leave("P11")), (Ok(()), Ok(()), Ok(())), "announced ones too");
    assert_eq!(leave("P01"), Err(Refusal::OwnerStays));
    assert_eq!(leave("P06"), Err(Refusal::NotThere));
}

/// Proves: CAB-08. The record of a first visit, made once, by somebody who is in.
#[test]
fn a_first_visit_is_recorded_once_for_somebody_who_is_in_and_by_nobody_in_her_place() {
    let mut cabinet = cabinet();
    moved(&mut cabinet, now(), lent("P11", Some("2026-12-24T08:00:00Z"), None));
    let accept = |mailbox: &Mailbox, key| movement::accept(mailbox, &person(key).idnat, now());
    assert_eq!(accept(&cabinet, "P04"), Ok(()));
    assert_eq!(accept(&cabinet, "P11"), Err(Refusal::NotThere), "hers has not begun");
    assert_eq!(accept(&cabinet, "P06"), Err(Refusal::NotThere));
    assert_eq!(accept(&cabinet, "P01"), Err(Refusal::AlreadyThere), "an owner asked for the mailbox");
    moved(&mut cabinet, now(), Change::Accepted { person: person("P04").idnat });
    assert_eq!(accept(&cabinet, "P04"), Err(Refusal::AlreadyThere));
    let by_others = by_staff(&cabinet, &Change::Accepted { person: person("P05").idnat }, Some(&person("P05")), now());
    assert_eq!(by_others, Err(Refusal::NotForThisKind));
}

/// Proves: CAB-13, TRU-55.
#[test]
fn a_closing_can_be_undone_for_thirty_days_and_not_a_microsecond_longer() {
    let mut cabinet = cabinet();
    let claire = owner(&cabinet, "P01");
    assert_eq!(movement::reopen(&claire, &cabinet, now()), Err(Refusal::NotForThisKind), "it is open");
    moved(&mut cabinet, now(), Change::Closing);
    let over = now().plus(GRACE);
    let (reopen, finish) = (|at| movement::reopen(&claire, &cabinet, at), |at| movement::close_for_good(&cabinet, at));
    assert_eq!((reopen(over.minus(MICRO)), finish(over.minus(MICRO))), (Ok(()), Err(Refusal::NotForThisKind)));
    assert_eq!((reopen(over), finish(over)), (Err(Refusal::MailboxClosed), Ok(())));
    let mut open_again = cabinet.clone();
    moved(&mut open_again, now(), Change::Resumed);
    assert_eq!(movement::close_for_good(&open_again, over), Err(Refusal::NotForThisKind));
    let hospital = cardiology();
    assert_eq!(movement::reopen(&claire, &hospital, now()), Err(Refusal::NotOwner));
}

/// Proves: CAB-15, DEL-14.
#[test]
fn whoever_lets_somebody_in_attests_it_and_whoever_takes_a_right_away_need_not() {
    let lend = lent("P04", None, None);
    let add = Change::CotitulaireAdded { person: person("P02").idnat };
    for change in [&lend, &add, &Change::ResponsableAdded { person: person("P09").idnat }] {
        assert_eq!(attestation(change, &herself("P01"), false), Err(Refusal::NotAttested));
        assert_eq!(attestation(change, &herself("P01"), true), Ok(()));
        assert_eq!(attestation(change, &Author::staff("m.houx"), false), Ok(()), "staff writes what was attested elsewhere");
    }
    for change in
        [Change::DelegationEnded { person: person("P04").idnat }, Change::HandOverOffered { to: person("P02").idnat }, Change::Closing]
    {
        assert_eq!(attestation(&change, &herself("P01"), false), Ok(()));
    }
}

/// Proves: CGU-03, CAB-05.
#[test]
fn whoever_becomes_the_owner_agrees_to_the_contract_first() {
    let (opened, taken) = (Change::Opened { owner: Some(person("P01").idnat) }, Change::HandedOver { to: person("P02").idnat });
    for (change, herself) in [(opened, herself("P01")), (taken, herself("P02"))] {
        assert_eq!(attestation(&change, &herself, false), Err(Refusal::ContractNotAccepted));
        assert_eq!(attestation(&change, &herself, true), Ok(()));
        assert_eq!(attestation(&change, &Author::staff("m.houx"), false), Ok(()), "staff keeps the signed contract elsewhere");
    }
}

/// Proves: CAB-17, TRU-55.
#[test]
fn staff_that_acts_in_the_place_of_people_says_on_what_evidence() {
    let hand = Change::HandedOver { to: person("P02").idnat };
    for change in [&hand, &Change::Closing, &Change::Suspended, &Change::Closed] {
        for nothing in [None, Some(""), Some("  ")] {
            assert_eq!(evidence(change, &Author::staff("m.houx"), nothing), Err(Refusal::ReasonRequired));
        }
        assert_eq!(evidence(change, &Author::staff("m.houx"), Some("acte de décès du 3 novembre")), Ok(()));
        assert_eq!(evidence(change, &herself("P02"), None), Ok(()), "people act for themselves");
    }
    assert_eq!(evidence(&lent("P04", None, None), &Author::staff("m.houx"), None), Ok(()));
}

/// Proves: CAB-17. Struck off, or gone from the practice: the mailbox lives on without anybody new until the hand-over.
#[test]
fn nobody_new_enters_a_cabinet_whose_owner_left_the_practice() {
    let (cabinet, claire) = (cabinet(), person("P01"));
    let mut gone = claire.clone();
    gone.exercises[0].situations[0].structure = Some("499790000063014".to_owned());
    let new = |owner: Option<&rules::register::Person>, change: &Change| not_during_vacancy(&cabinet, owner, change, now());
    let lend = lent("P11", None, None);
    assert_eq!(
        (new(Some(&claire), &lend), new(Some(&gone), &lend), new(None, &lend)),
        (Ok(()), Err(Refusal::OwnerGone), Err(Refusal::OwnerGone))
    );
    let kept =
        [Change::DelegationEnded { person: person("P04").idnat }, Change::HandOverOffered { to: person("P02").idnat }, Change::Closing];
    for change in kept {
        assert_eq!(new(Some(&gone), &change), Ok(()), "{change:?}");
    }
    let told = warnings(&cabinet, Some(&gone), None, now());
    assert_eq!(told, [Warning::OwnerGone]);
    let practice = structure(LILAS);
    assert_eq!(warnings(&cabinet, Some(&claire), Some(&practice), now()), []);
}

/// Proves: CAB-19.
#[test]
fn an_owner_whose_practice_is_about_to_end_is_led_to_a_hand_over_in_time() {
    let cabinet = cabinet();
    let told = |days: u64| {
        let mut claire = person("P01");
        let end = now().plus(Duration::from_secs(days * 86_400));
        claire.exercises[0].situations[0].end = Some(end);
        (warnings(&cabinet, Some(&claire), None, now()), end)
    };
    let (soon, end) = told(90);
    assert_eq!(soon, [Warning::OwnerLeaving { at: end }]);
    assert_eq!(told(91).0, []);
    let mut off = person("P01");
    off.struck_off = Some(now().plus(Duration::from_secs(86_400)));
    let warned = warnings(&cabinet, Some(&off), None, now());
    assert_eq!(warned, off.struck_off.map(|at| Warning::OwnerLeaving { at }).into_iter().collect::<Vec<_>>());
    let mut closing = structure(LILAS);
    closing.closed = Some(end);
    assert_eq!(warnings(&cabinet, Some(&person("P01")), Some(&closing), now()), [Warning::OwnerLeaving { at: end }], "the practice closes");
    let mut closed = cabinet.clone();
    moved(&mut closed, now(), Change::Closing);
    assert_eq!(warnings(&closed, None, None, now()), [], "it is being closed: nothing to hand over");
}

/// Proves: CAB-18.
#[test]
fn a_practice_that_gets_a_finess_number_is_told_to_its_owner() {
    let (cabinet, mut practice) = (cabinet(), structure(LILAS));
    practice.finess = Some("990000028".to_owned());
    assert_eq!(warnings(&cabinet, Some(&person("P01")), Some(&practice), now()), [Warning::StructureHasFiness]);
    assert_eq!(warnings(&cardiology(), None, Some(&structure("1990000028")), now()), [], "an ORG mailbox is the way already");
}

/// Proves: CAB-07, DEL-01. What a page shows at once agrees with the decider.
#[test]
fn eligibility_shown_at_once_is_the_one_that_is_decided() {
    let (cabinet, hospital) = (cabinet(), cardiology());
    for key in ["P01", "P02", "P03", "P04", "P05", "P06", "P07", "P08", "P09", "P10", "P11", "P12"] {
        let who = person(key);
        let shown = eligibility::judge(&cabinet, &who, Capacity::Cotitulaire, now());
        assert_eq!(shown, movement::add_cotitulaire(&Mandate::Staff, &cabinet, &who, now()), "{key} cotitulaire");
        let shown = eligibility::judge(&cabinet, &who, Capacity::Owner, now());
        assert_eq!(shown, movement::hand_over(&cabinet, &who, now()), "{key} owner");
        let shown = eligibility::judge(&hospital, &who, Capacity::Responsable, now());
        assert_eq!(shown, movement::add_responsable(&hospital, &who, now()), "{key} responsable");
        let shown = eligibility::judge(&cabinet, &who, Capacity::Delegataire, now());
        let decided = movement::delegate(&Mandate::Staff, &cabinet, &who, None, None, now());
        let again = matches!(key, "P03" | "P04" | "P05");
        assert_eq!(shown, if again { Err(Refusal::AlreadyThere) } else { decided }, "{key} délégataire: a page tells it is lent already");
    }
    assert_eq!(eligibility::judge(&hospital, &person("P02"), Capacity::Cotitulaire, now()), Err(Refusal::NotForThisKind));
}

/// Proves: BAL-01, BAL-04, DEL-10. One mailbox an exercise: it ends with that exercise, and the other goes on.
#[test]
fn a_personal_mailbox_that_hangs_on_one_exercise_ends_with_it() {
    let mut karim = person("P02");
    let [lilas, valserein] = &mut karim.exercises[0].situations[..] else { panic!("two places") };
    let end = now().plus(Duration::from_secs(86_400));
    lilas.end = Some(end);
    let ids = [lilas.id.clone(), valserein.id.clone()];
    let mailbox = |id: i64, situation: &str| {
        let bearer = Bearer::Person { idnat: person("P02").idnat, situation: Some(situation.to_owned()) };
        let mut mailbox = house::mailbox(id, "karim.aubepin@pli.mssante.test", Kind::Per, bearer, None);
        moved(&mut mailbox, now(), lent("P04", None, None));
        mailbox
    };
    let [one, other] = [mailbox(20, &ids[0]), mailbox(21, &ids[1])];
    assert_eq!(enter(&one, &karim, now()).unwrap().until(), Some(end));
    assert_eq!(enter(&one, &karim, end).unwrap_err(), Refusal::PersonNotEntitled);
    assert_eq!(enter(&other, &karim, end).unwrap().until(), None);
    assert!(enter(&other, &person("P04"), end).is_ok(), "her right in each is its own");
    assert_eq!(enter(&mailbox(22, "another"), &karim, now()).unwrap_err(), Refusal::PersonNotEntitled);
}

/// Proves: LOC-05, PSC-A. The one exception to Pro Santé Connect stays on the pages.
#[test]
fn somebody_known_to_one_structure_only_uses_the_pages_and_no_software() {
    let (denis, claire) = (person("P10").idnat, person("P01").idnat);
    for channel in [Channel::Imap, Channel::Smtp, Channel::Api] {
        assert_eq!(channel_allows(&denis, channel), Err(Refusal::LocalWebmailOnly));
        assert_eq!(channel_allows(&claire, channel), Ok(()));
    }
    assert_eq!(channel_allows(&denis, Channel::Webmail), Ok(()));
}

/// Proves: CAB-20, CAB-01.
#[test]
fn the_fourth_kind_is_called_cabinet_and_nothing_else() {
    assert_eq!(Kind::Cab.as_str(), "CAB");
    let said: String = Refusal::every().iter().map(Refusal::french).collect();
    assert!(said.contains("cabinet") && !said.to_lowercase().contains("collecti"), "never « collective »");
    let kinds = ["PER", "ORG", "APP", "CAB"].map(|word| serde_json::from_value::<Kind>(word.into()).is_ok());
    assert_eq!(kinds, [true; 4]);
    assert!(serde_json::from_value::<Kind>("COL".into()).is_err());
}

/// Proves: CAB-19, CAB-13. Both ways out of an ending practice work until its last moment.
#[test]
fn an_owner_who_is_about_to_leave_can_still_hand_over_or_close() {
    let cabinet = cabinet();
    let mut claire = person("P01");
    let end = at("2026-12-31T23:00:00Z");
    claire.exercises[0].situations[0].end = Some(end);
    let access = enter(&cabinet, &claire, end.minus(MICRO)).unwrap();
    let by = Mandate::Held(access.owner_rights().unwrap());
    assert_eq!(movement::offer_hand_over(&by, &cabinet, &person("P02"), end.minus(MICRO)), Ok(()));
    assert_eq!(movement::close(&by, &cabinet, end.minus(MICRO)), Ok(()));
    assert_eq!(enter(&cabinet, &claire, end).unwrap_err(), Refusal::PersonNotEntitled);
}

/// Proves: CAB-17, TRU-53.
#[test]
fn a_cabinet_without_owner_is_reminded_three_times_and_suspended_after_ninety_days() {
    use rules::movement::vacancy::{Due, due};
    let day = |n: u64| now().plus(Duration::from_secs(n * 86_400));
    let (mut told, mut story) = (0, Vec::new());
    for n in 0..=90 {
        match due(now(), told, day(n)) {
            Due::Nothing => {}
            Due::Remind { day: which, suspended } => {
                assert_eq!(suspended, day(90));
                told = which;
                story.push((n, which));
            }
            Due::Suspend => story.push((n, 0)),
        }
    }
    assert_eq!(story, [(30, 30), (60, 60), (80, 80), (90, 0)]);
    assert_eq!(due(now(), 0, day(85)), Due::Remind { day: 80, suspended: day(90) }, "days that nobody looked at are not made up for");
}
