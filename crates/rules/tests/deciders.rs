//! Who may make which movement, and on whom.

mod house;
mod people;

use house::{cabinet, cardiology, enter, lent, moved, now, personal};
use people::{at, person};
use rules::Refusal;
use rules::mailbox::Mailbox;
use rules::movement::{self, Change, Mandate, by_staff};

fn manager(mailbox: &Mailbox, key: &str) -> Result<Mandate<rules::access::ManagerRights>, Refusal> {
    enter(mailbox, &person(key), now())?.manager_rights().map(Mandate::Held)
}

fn owner(mailbox: &Mailbox, key: &str) -> Result<Mandate<rules::access::OwnerRights>, Refusal> {
    enter(mailbox, &person(key), now())?.owner_rights().map(Mandate::Held)
}

/// Proves: CAB-06, DEL-02.
#[test]
fn the_owner_alone_has_the_owners_rights_and_a_delegate_manages_nobody() {
    let cabinet = cabinet();
    assert!(owner(&cabinet, "P01").is_ok() && manager(&cabinet, "P01").is_ok());
    assert_eq!(owner(&cabinet, "P02").unwrap_err(), Refusal::NotOwner);
    assert!(manager(&cabinet, "P02").is_ok(), "a cotitulaire manages délégataires");
    assert_eq!(owner(&cabinet, "P04").unwrap_err(), Refusal::NotOwner);
    assert_eq!(manager(&cabinet, "P04").unwrap_err(), Refusal::NotManager);
    assert!(manager(&cardiology(), "P09").is_ok(), "a responsable manages the délégataires of her ORG");
    assert!(manager(&personal(4, "P11"), "P11").is_ok(), "a holder those of her PER");
}

/// Proves: CAB-06, CAB-07.
#[test]
fn a_cotitulaire_is_an_authorised_professional_declared_once_by_the_owner() {
    let cabinet = cabinet();
    let by = owner(&cabinet, "P01").unwrap();
    let declare = |key| movement::add_cotitulaire(&by, &cabinet, &person(key), now());
    assert_eq!(declare("P06"), Ok(()), "a nurse");
    assert_eq!(declare("P03"), Ok(()), "somebody lent the mailbox may become cotitulaire");
    assert_eq!(declare("P04"), Err(Refusal::NotEligible), "a secretary");
    assert_eq!(declare("P10"), Err(Refusal::NotEligible), "no national number");
    assert_eq!(declare("P12"), Err(Refusal::NotEligible), "struck off");
    assert_eq!(declare("P02"), Err(Refusal::AlreadyThere));
    assert_eq!(declare("P01"), Err(Refusal::AlreadyThere), "the owner herself");
    assert_eq!(movement::remove_cotitulaire(&by, &cabinet, &person("P02").idnat, now()), Ok(()));
    assert_eq!(movement::remove_cotitulaire(&by, &cabinet, &person("P06").idnat, now()), Err(Refusal::NotThere));
}

/// Proves: CAB-07. Their number is not limited.
#[test]
fn a_hundredth_cotitulaire_is_declared_like_the_first() {
    let mut cabinet = cabinet();
    for n in 0..99 {
        let idnat = rules::IdNat::parse(&format!("8{:011}", 10_000_000_000_u64 + n)).unwrap();
        moved(&mut cabinet, now(), Change::CotitulaireAdded { person: idnat });
    }
    let by = owner(&cabinet, "P01").unwrap();
    assert_eq!(movement::add_cotitulaire(&by, &cabinet, &person("P06"), now()), Ok(()));
}

/// Proves: DEL-01, DEL-04, DEL-08, CAB-14.
#[test]
fn a_mailbox_is_lent_to_professionals_secretaries_and_assistants_for_a_period_that_makes_sense() {
    let cabinet = cabinet();
    let by = manager(&cabinet, "P02").unwrap();
    let lend =
        |key, from: Option<&str>, until: Option<&str>| movement::delegate(&by, &cabinet, &person(key), from.map(at), until.map(at), now());
    for key in ["P11", "P04", "P05", "P08"] {
        assert_eq!(lend(key, None, None), Ok(()), "{key}");
    }
    assert_eq!(lend("P03", None, Some("2026-12-31T23:00:00Z")), Ok(()), "dates of a delegation can be changed");
    assert_eq!(lend("P11", Some("2026-12-24T08:00:00Z"), Some("2026-12-24T08:00:00Z")), Err(Refusal::BadPeriod), "empty");
    assert_eq!(lend("P11", None, Some("2026-11-21T22:00:00Z")), Err(Refusal::BadPeriod), "over already");
    assert_eq!(lend("P01", None, None), Err(Refusal::AlreadyThere), "the owner");
    assert_eq!(lend("P12", None, None), Err(Refusal::NotEligible), "struck off");
}

/// Proves: DEL-13. Nothing is asked but who: no date, no reason, no form beyond the attestation.
#[test]
fn the_shortest_delegation_is_a_name_and_an_attestation() {
    let cabinet = cabinet();
    let by = manager(&cabinet, "P01").unwrap();
    assert_eq!(movement::delegate(&by, &cabinet, &person("P11"), None, None, now()), Ok(()));
    let change = rules::movement::Change::Delegated { person: person("P11").idnat, from: None, until: None };
    let claire = rules::Author::Person { id: person("P01").idnat, capacity: Some(rules::access::Capacity::Owner) };
    assert_eq!(movement::attestation(&change, &claire, true), Ok(()));
    assert_eq!(movement::evidence(&change, &claire, None), Ok(()));
}

/// Proves: DEL-08, DEL-09. A contract that begins with the delegation can be announced.
#[test]
fn a_replacement_who_starts_later_can_be_announced_but_not_let_in_before() {
    let cabinet = cabinet();
    let by = manager(&cabinet, "P01").unwrap();
    let mut replacement = person("P04");
    replacement.exercises[0].situations.truncate(1);
    replacement.exercises[0].situations[0].begin = at("2026-12-01T08:00:00Z");
    let lend = |from: &str| movement::delegate(&by, &cabinet, &replacement, Some(at(from)), None, now());
    assert_eq!(lend("2026-12-01T08:00:00Z"), Ok(()));
    assert_eq!(lend("2026-11-30T08:00:00Z"), Err(Refusal::NotEligible));
}

/// Proves: DEL-11.
#[test]
fn a_cabinet_or_personal_mailbox_is_lent_to_national_numbers_only_an_organisation_also_to_its_own_staff() {
    let lend = |mailbox: &Mailbox, key| movement::delegate(&Mandate::Staff, mailbox, &person(key), None, None, now());
    assert_eq!(lend(&cardiology(), "P10"), Ok(()));
    assert_eq!(lend(&cabinet(), "P10"), Err(Refusal::NotEligible));
    assert_eq!(lend(&personal(4, "P09"), "P10"), Err(Refusal::NotEligible));
    let mut adeli = person("P06");
    adeli.idnat = rules::IdNat::parse("0996000014").unwrap();
    let by_adeli = |mailbox: &Mailbox| movement::delegate(&Mandate::Staff, mailbox, &adeli, None, None, now());
    assert_eq!((by_adeli(&cardiology()), by_adeli(&cabinet())), (Ok(()), Err(Refusal::NotEligible)));
}

/// Proves: DEL-02, DEL-03.
#[test]
fn a_delegation_is_ended_by_a_manager_begun_or_not() {
    let mut cabinet = cabinet();
    moved(&mut cabinet, now(), lent("P11", Some("2026-12-24T08:00:00Z"), None));
    let by = manager(&cabinet, "P01").unwrap();
    let end = |key| movement::end_delegation(&by, &cabinet, &person(key).idnat, now());
    assert_eq!((end("P04"), end("P11")), (Ok(()), Ok(())));
    assert_eq!(end("P06"), Err(Refusal::NotThere));
    assert_eq!(end("P02"), Err(Refusal::NotThere), "a cotitulaire is not a délégataire");
}

/// Proves: CAB-06, DEL-02. A right in hand is not proof that it is still held.
#[test]
fn rights_kept_from_an_earlier_access_decide_nothing_once_they_are_lost() {
    let mut cabinet = cabinet();
    let (as_manager, as_owner) = (manager(&cabinet, "P02").unwrap(), owner(&cabinet, "P01").unwrap());
    moved(&mut cabinet, now(), Change::CotitulaireRemoved { person: person("P02").idnat });
    assert_eq!(movement::delegate(&as_manager, &cabinet, &person("P11"), None, None, now()), Err(Refusal::NotManager));
    moved(&mut cabinet, now(), Change::HandedOver { to: person("P02").idnat });
    assert_eq!(movement::add_cotitulaire(&as_owner, &cabinet, &person("P06"), now()), Err(Refusal::NotOwner));
    let other = personal(4, "P11");
    let elsewhere = manager(&other, "P11").unwrap();
    assert_eq!(movement::delegate(&elsewhere, &cabinet, &person("P11"), None, None, now()), Err(Refusal::NotManager), "another mailbox");
}

/// Proves: CAB-05, CAB-17.
#[test]
fn staff_hands_a_cabinet_over_to_somebody_who_could_have_opened_it() {
    let mut cabinet = cabinet();
    let hand = |mailbox: &Mailbox, key| movement::hand_over(mailbox, &person(key), now());
    assert_eq!(hand(&cabinet, "P02"), Ok(()));
    assert_eq!(hand(&cabinet, "P06"), Err(Refusal::NotEligible), "practises elsewhere");
    assert_eq!(hand(&cabinet, "P04"), Err(Refusal::NotEligible), "a secretary");
    assert_eq!(hand(&cabinet, "P01"), Err(Refusal::AlreadyThere));
    moved(&mut cabinet, now(), Change::Suspended);
    assert_eq!(hand(&cabinet, "P02"), Ok(()), "also while it is suspended");
    assert_eq!(hand(&personal(4, "P11"), "P02"), Err(Refusal::NotForThisKind));
}

/// Proves: CAB-13, TRU-55.
#[test]
fn the_owner_closes_the_cabinet_and_nothing_is_given_in_it_any_more() {
    let mut cabinet = cabinet();
    let by = owner(&cabinet, "P01").unwrap();
    assert_eq!(movement::close(&by, &cabinet, now()), Ok(()));
    moved(&mut cabinet, now(), Change::Closing);
    assert_eq!(movement::close(&by, &cabinet, now()), Err(Refusal::AlreadyClosing));
    assert_eq!(movement::add_cotitulaire(&by, &cabinet, &person("P06"), now()), Err(Refusal::NotForThisKind));
    assert_eq!(movement::end_delegation(&Mandate::Staff, &cabinet, &person("P04").idnat, now()), Ok(()), "but rights can be taken away");
    let hospital = cardiology();
    assert_eq!(movement::close(&owner(&hospital, "P09").unwrap(), &hospital, now()), Ok(()), "a responsable closes an ORG");
}

/// Proves: CAB-06, DEL-01, BAL-01.
#[test]
fn each_kind_has_its_own_people() {
    let (per, org) = (personal(4, "P11"), cardiology());
    let staff = |mailbox: &Mailbox, change: Change, key| by_staff(mailbox, &change, Some(&person(key)), now());
    let whom = |key| person(key).idnat;
    assert_eq!(staff(&per, Change::CotitulaireAdded { person: whom("P02") }, "P02"), Err(Refusal::NotForThisKind));
    assert_eq!(staff(&org, Change::CotitulaireAdded { person: whom("P02") }, "P02"), Err(Refusal::NotForThisKind));
    assert_eq!(staff(&org, Change::ResponsableAdded { person: whom("P02") }, "P02"), Ok(()));
    assert_eq!(staff(&org, Change::ResponsableAdded { person: whom("P10") }, "P10"), Err(Refusal::NotEligible));
    assert_eq!(staff(&cabinet(), Change::ResponsableAdded { person: whom("P02") }, "P02"), Err(Refusal::NotForThisKind));
    assert_eq!(staff(&org, Change::ResponsableRemoved { person: whom("P09") }, "P09"), Ok(()));
    let app = house::mailbox(6, "cardio_auto@pli.mssante.test", rules::mailbox::Kind::App, org.bearer.clone(), None);
    assert_eq!(staff(&app, lent("P04", None, None), "P04"), Err(Refusal::NotForThisKind), "a machine's mailbox is not lent");
}

/// Proves: TRU-53, TRU-51.
#[test]
fn staff_suspends_resumes_and_never_opens_twice_or_decides_on_an_unknown_person() {
    let mut cabinet = cabinet();
    let staff = |mailbox: &Mailbox, change: &Change| by_staff(mailbox, change, None, now());
    assert_eq!(staff(&cabinet, &Change::Resumed), Err(Refusal::NotForThisKind));
    assert_eq!(staff(&cabinet, &Change::Suspended), Ok(()));
    assert_eq!(staff(&cabinet, &Change::Opened { owner: None }), Err(Refusal::AddressTaken));
    assert_eq!(staff(&cabinet, &lent("P04", None, None)), Err(Refusal::PersonUnknown));
    moved(&mut cabinet, now(), Change::Suspended);
    assert_eq!(staff(&cabinet, &Change::Suspended), Err(Refusal::MailboxSuspended));
    assert_eq!(staff(&cabinet, &Change::Resumed), Ok(()));
    assert_eq!(by_staff(&cabinet, &lent("P11", None, None), Some(&person("P11")), now()), Err(Refusal::MailboxSuspended));
    moved(&mut cabinet, now(), Change::Closed);
    assert_eq!(staff(&cabinet, &Change::Resumed), Err(Refusal::NotForThisKind));
    assert_eq!(staff(&cabinet, &Change::Closed), Err(Refusal::NotForThisKind));
}
