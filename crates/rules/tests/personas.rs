//! The invented people of the sandbox, judged by the register: who may own, co-hold, be lent a mailbox, and which cabinet may be opened.

mod house;
mod people;

use people::{at, person, structure};
use rules::access::Capacity;
use rules::mailbox::{Kind, NamingRule, Wanted, may_create};
use rules::{Address, Refusal};

/// Columns: owner, cotitulaire, délégataire; then whether a cabinet of her own practice may be opened.
const EXPECTED: [(&str, [bool; 3], Result<(), Refusal>); 11] = [
    ("P01", [true, true, true], Ok(())),
    ("P02", [true, true, true], Ok(())),
    ("P03", [true, true, true], Err(Refusal::NotEligible)),
    ("P04", [false, false, true], Err(Refusal::NotEligible)),
    ("P05", [false, false, true], Err(Refusal::NotEligible)),
    ("P06", [true, true, true], Ok(())),
    ("P07", [true, true, true], Err(Refusal::StructureHasFiness)),
    ("P08", [true, true, true], Err(Refusal::StructureHasFiness)),
    ("P09", [true, true, true], Err(Refusal::StructureHasFiness)),
    ("P11", [true, true, true], Ok(())),
    ("P12", [false, false, false], Err(Refusal::NotEligible)),
];

/// Proves: PSC-19, DEL-01, CAB-07, REG-07.
#[test]
fn each_persona_may_act_in_the_capacities_her_professions_and_roles_give_her() {
    for (key, expected, _) in EXPECTED {
        let held = person(key).capacities(at("2026-11-21T22:00:00Z"));
        let columns = [Capacity::Owner, Capacity::Cotitulaire, Capacity::Delegataire].map(|capacity| held.of(capacity).is_some());
        assert_eq!(columns, expected, "{key}");
    }
}

/// Proves: CAB-03, CAB-05.
#[test]
fn a_cabinet_is_opened_only_by_its_own_liberal_professional_and_only_without_finess() {
    let address = Address::parse("cabinet.du-marche@pli.mssante.test").unwrap();
    for (key, _, expected) in EXPECTED {
        let owner = person(key);
        let place = owner.exercises.iter().flat_map(|e| &e.situations).find_map(|s| s.structure.as_deref()).map(structure);
        let wanted = Wanted { address: &address, kind: Kind::Cab, owner: Some(&owner), structure: place.as_ref(), situation: None };
        assert_eq!(may_create(&wanted, &NamingRule::default(), at("2026-11-21T22:00:00Z")), expected, "{key}");
    }
}

/// Proves: CAB-05.
#[test]
fn a_practice_can_only_be_opened_by_somebody_who_practises_there() {
    let (address, owner, elsewhere) =
        (Address::parse("cabinet.du-port@pli.mssante.test").unwrap(), person("P01"), structure("499790000063014"));
    let wanted = Wanted { address: &address, kind: Kind::Cab, owner: Some(&owner), structure: Some(&elsewhere), situation: None };
    assert_eq!(may_create(&wanted, &NamingRule::default(), at("2026-11-21T22:00:00Z")), Err(Refusal::NotEligible));
}

/// Proves: BAL-01, TRU-52.
#[test]
fn a_personal_mailbox_hangs_on_a_professional_and_an_organisation_mailbox_on_a_structure() {
    let now = at("2026-11-21T22:00:00Z");
    let (address, hospital, doctor, secretary, local) =
        (Address::parse("x.y@pli.mssante.test").unwrap(), structure("1990000028"), person("P09"), person("P04"), person("P10"));
    let may = |kind, owner, structure| {
        may_create(&Wanted { address: &address, kind, owner, structure, situation: None }, &NamingRule::default(), now)
    };
    assert_eq!(may(Kind::Per, Some(&doctor), None), Ok(()));
    assert_eq!(may(Kind::Per, Some(&secretary), None), Err(Refusal::NotEligible));
    assert_eq!(may(Kind::Per, Some(&local), None), Err(Refusal::NotEligible));
    assert_eq!(may(Kind::Per, None, None), Err(Refusal::PersonUnknown));
    assert_eq!(may(Kind::Org, None, Some(&hospital)), Ok(()));
    assert_eq!(may(Kind::App, None, Some(&hospital)), Ok(()));
    assert_eq!(may(Kind::Org, None, None), Err(Refusal::NotEligible));
    assert_eq!(may(Kind::Org, Some(&doctor), Some(&hospital)), Err(Refusal::NotForThisKind));
}

/// Proves: DEL-09, REG-03.
#[test]
fn a_secretary_of_two_practices_who_leaves_one_keeps_the_other_until_its_own_end() {
    let mut nadia = person("P04");
    nadia.exercises[0].situations[0].end = Some(at("2026-11-30T23:00:00Z"));
    let lent = |person: &rules::register::Person, now| person.capacities(at(now)).of(Capacity::Delegataire);
    assert_eq!(lent(&nadia, "2026-12-24T00:00:00Z").and_then(|l| l.until()), None);
    assert!(lent(&nadia, "2026-12-24T00:00:00Z").is_some());
    nadia.exercises[0].situations[1].end = Some(at("2026-12-31T23:00:00Z"));
    assert_eq!(lent(&nadia, "2026-11-21T22:00:00Z").and_then(|l| l.until()), Some(at("2026-12-31T23:00:00Z")));
    assert_eq!(lent(&nadia, "2026-12-31T23:00:00Z"), None, "over at the second it says");
}

/// Proves: REG-02, PSC-19.
#[test]
fn somebody_with_two_professions_may_do_what_either_allows() {
    let (mut nadia, nurse) = (person("P04"), person("P06"));
    assert_eq!(nadia.capacities(at("2026-11-21T22:00:00Z")).of(Capacity::Owner), None);
    nadia.exercises.extend(nurse.exercises);
    let end = at("2027-03-01T00:00:00Z");
    nadia.exercises[1].situations[0].end = Some(end);
    let held = nadia.capacities(at("2026-11-21T22:00:00Z"));
    assert_eq!(held.of(Capacity::Owner).and_then(|owner| owner.until()), Some(end), "the second ends as a nurse");
    assert_eq!(held.of(Capacity::Delegataire).and_then(|lent| lent.until()), None, "the first goes on as a secretary");
}

/// Proves: PSC-19.
#[test]
fn a_struck_off_doctor_is_admissible_until_that_very_moment() {
    let mut marc = person("P12");
    marc.exercises[0].situations[0].end = None;
    let off = marc.struck_off.expect("P12 is struck off");
    assert_eq!(marc.admissible(off.minus(std::time::Duration::from_micros(1))), Ok(()));
    assert_eq!(marc.admissible(off), Err(Refusal::PersonNotEntitled));
}

/// Proves: PSC-19, DEL-09.
#[test]
fn of_an_announced_end_of_situation_and_an_announced_striking_off_the_first_counts() {
    let mut karim = person("P02");
    karim.exercises[0].situations.truncate(1);
    let (off, end) = (at("2026-12-15T00:00:00Z"), at("2026-12-31T00:00:00Z"));
    let until = |person: &rules::register::Person| person.capacities(at("2026-11-21T22:00:00Z")).of(Capacity::Owner).unwrap().until();
    karim.exercises[0].situations[0].end = Some(end);
    assert_eq!(until(&karim), Some(end));
    karim.struck_off = Some(off);
    assert_eq!(until(&karim), Some(off));
    karim.exercises[0].situations[0].end = Some(at("2026-12-01T00:00:00Z"));
    assert_eq!(until(&karim), Some(at("2026-12-01T00:00:00Z")));
}

/// Proves: DEL-11.
#[test]
fn somebody_known_to_one_structure_only_has_no_capacity_of_her_own() {
    let denis = person("P10");
    assert!(!denis.capacities(at("2026-11-21T22:00:00Z")).any());
    assert_eq!(denis.admissible(at("2026-11-21T22:00:00Z")), Ok(()), "her structure lends her its ORG mailboxes");
    assert!(denis.admissible(at("2019-01-01T00:00:00Z")).is_err(), "not before she worked there");
}

/// Proves: PSC-B, PSC-D. Secretaries, assistants, users of title, professionals: a right rests on the register and on a movement; by which
/// means somebody signed in, card or telephone, is asked by no rule.
#[test]
fn no_population_needs_a_card_to_be_let_in() {
    let now = house::now();
    for key in ["P02", "P03", "P04", "P05", "P08", "P11"] {
        let mut cabinet = house::cabinet();
        let person = person(key);
        house::moved(&mut cabinet, now, rules::movement::Change::Delegated { person: person.idnat.clone(), from: None, until: None });
        assert!(house::enter(&cabinet, &person, now).is_ok(), "{key}");
    }
}
