//! What the directory shows of a mailbox, and that nothing done among its people changes it.

mod house;
mod people;

use house::{cabinet, cardiology, lent, moved, now, personal};
use people::{at, person};
use proptest::prelude::*;
use rules::mailbox::{Bearer, Kind, Mailbox};
use rules::movement::Change;
use rules::publish::{BearerFacts, Card, Carrier, Number, Registered, card, owner_of, place_of};
use rules::register::{Person, Situation, Structure};
use rules::{IdNat, Moment};

const HOSPITAL: &str = "1990000028";

fn place(id: &str) -> Structure {
    let mut place = people::structure(id);
    place.rpps_rang = id.strip_prefix('4').map(str::to_owned);
    place.address.line = "35999 VALCLAIR".to_owned();
    place
}

/// The card as a shell makes it: the owner of the moment, and the place the mailbox names.
fn shown(mailbox: &Mailbox, now: Moment) -> Option<Card> {
    shown_of(mailbox, now, |_| {})
}

fn shown_of(mailbox: &Mailbox, now: Moment, meanwhile: impl Fn(&mut Person)) -> Option<Card> {
    let keys = ["P01", "P02", "P03", "P04", "P06", "P07", "P09", "P11", "P12"];
    let owner = owner_of(mailbox, now).map(|idnat| {
        let mut owner = keys.iter().map(|key| person(key)).find(|p| p.idnat == idnat).expect("a persona owns it");
        meanwhile(&mut owner);
        owner
    });
    let place = place_of(mailbox, owner.as_ref()).map(place);
    let bearer = match &owner {
        Some(person) => Registered::Person { person, place: place.as_ref() },
        None => Registered::Structure(place.as_ref()?),
    };
    card(mailbox, BearerFacts { bearer, red_list: false }, now)
}

/// Proves: CAB-01, CAB-11, CAB-21, BAL-03.
#[test]
fn a_cabinet_is_shown_under_its_owner_with_its_place_and_no_number_of_it() {
    let card = shown(&cabinet(), now()).expect("shown");
    assert_eq!((card.kind, card.number()), (Kind::Cab, None));
    assert_eq!(card.professional().map(|p| p.idnat.as_str()), Some("899790000014"));
    assert_eq!(card.place().map(|place| place.address.town()), Some("35999 VALCLAIR"));
    let text = format!("{card:?}");
    assert!(!text.contains(house::LILAS) && !text.contains("99790000014017"), "the RPPS-rang is in {text}");
    for other in ["899790000022", "899790000030", "899790000048", "899790000055"] {
        assert!(!text.contains(other), "{other} is on the owner's card");
    }
}

/// Proves: CAB-12, CAB-11.
#[test]
fn a_hand_over_moves_the_cabinet_to_the_card_of_its_new_owner() {
    let mut mailbox = cabinet();
    let given = now();
    moved(&mut mailbox, given, Change::HandedOver { to: person("P02").idnat });
    let owner = |at| shown(&mailbox, at).and_then(|card| Some(card.professional()?.idnat.to_string()));
    assert_eq!(owner(given.minus(std::time::Duration::from_micros(1))).as_deref(), Some("899790000014"));
    assert_eq!(owner(given).as_deref(), Some("899790000022"));
    let before = person("P01");
    let facts = BearerFacts { bearer: Registered::Person { person: &before, place: None }, red_list: false };
    assert_eq!(card(&mailbox, facts, given), None, "the facts of who owned it before show nothing");
}

/// Proves: BAL-01, BAL-03.
#[test]
fn a_personal_mailbox_hangs_on_the_person_or_on_one_exercise_with_its_structure() {
    let mailbox = personal(5, "P09");
    assert!(matches!(shown(&mailbox, now()).unwrap().carrier, Carrier::Person(_)));
    let mut hanging = mailbox;
    hanging.bearer = Bearer::Person { idnat: person("P09").idnat, situation: Some("9900000000".to_owned()) };
    let card = shown(&hanging, now()).unwrap();
    assert_eq!(card.number(), Some(&Number::Finess("990000028".to_owned())));
    assert_eq!(card.description, None, "a PER is called by its holder");
    let Carrier::Exercise { post, .. } = card.carrier else { panic!("not on the exercise") };
    assert_eq!((post.situation.as_str(), post.mode.as_str()), ("9900000000", "S"));
}

/// Proves: CAB-21, REG-08.
#[test]
fn a_practice_known_by_its_rpps_rang_lends_its_name_and_no_number() {
    let mut mailbox = personal(5, "P01");
    mailbox.bearer = Bearer::Person { idnat: person("P01").idnat, situation: Some("9900000000".to_owned()) };
    let card = shown(&mailbox, now()).unwrap();
    assert_eq!((card.number(), card.place().is_some()), (None, true));
    assert!(!format!("{card:?}").contains("99790000014017"));
}

/// Proves: ANN-10, ANN-12.
#[test]
fn responsables_and_delegataires_of_a_service_are_not_on_the_card_of_its_structure() {
    let card = shown(&cardiology(), now()).unwrap();
    assert_eq!(card.number(), Some(&Number::Finess("990000028".to_owned())));
    let text = format!("{card:?}");
    assert!(!text.contains("899790000097") && !text.contains("SEC0042") && !text.contains("ALISIER"), "{text}");
}

/// Proves: ANN-11.
#[test]
fn the_red_list_is_shown_nowhere() {
    let (owner, practice) = (person("P01"), place(house::LILAS));
    let bearer = Registered::Person { person: &owner, place: Some(&practice) };
    assert!(card(&cabinet(), BearerFacts { bearer, red_list: false }, now()).is_some());
    assert_eq!(card(&cabinet(), BearerFacts { bearer, red_list: true }, now()), None);
    let hospital = place(HOSPITAL);
    let bearer = Registered::Structure(&hospital);
    assert!(card(&cardiology(), BearerFacts { bearer, red_list: false }, now()).is_some());
    assert_eq!(card(&cardiology(), BearerFacts { bearer, red_list: true }, now()), None);
}

/// Proves: ANN-13, TRU-55.
#[test]
fn a_mailbox_that_is_not_open_or_whose_bearer_is_gone_is_not_shown() {
    for change in [Change::Suspended, Change::Closing, Change::Closed] {
        let mut mailbox = cabinet();
        moved(&mut mailbox, now(), change.clone());
        assert_eq!(shown(&mailbox, now()), None, "{change:?}");
    }
    assert_eq!(shown(&cabinet(), at("2026-01-01T00:00:00Z")), None, "not opened yet");
    assert_eq!(shown(&personal(5, "P12"), now()), None, "struck off");
    let without = |person: &mut Person| person.exercises.clear();
    assert_eq!(shown_of(&cabinet(), now(), without), None, "no exercise");
    let over = |person: &mut Person| person.exercises[0].situations[0].end = Some(now());
    assert_eq!(shown_of(&cabinet(), now(), over), None, "the exercise is over");
    let mut structure = place(HOSPITAL);
    structure.closed = Some(now());
    let facts = BearerFacts { bearer: Registered::Structure(&structure), red_list: false };
    assert_eq!(card(&cardiology(), facts, now()), None, "the structure closed");
}

/// Proves: ANN-13.
#[test]
fn a_situation_that_begins_later_is_not_shown_before_it_does() {
    let begin = at("2027-01-01T00:00:00Z");
    let later = |person: &mut Person| person.exercises[0].situations[0].begin = begin;
    let mut mailbox = personal(5, "P09");
    mailbox.bearer = Bearer::Person { idnat: person("P09").idnat, situation: Some("9900000000".to_owned()) };
    assert_eq!(shown_of(&mailbox, now(), later), None);
    assert!(shown_of(&mailbox, begin, later).is_some());
    // Beside an active exercise, one to come adds nothing to the card either.
    let beside = |person: &mut Person| {
        let coming = Situation { id: "x".to_owned(), begin, ..person.exercises[0].situations[0].clone() };
        person.exercises[0].situations.push(coming);
    };
    mailbox.bearer = Bearer::Person { idnat: person("P09").idnat, situation: None };
    assert_eq!(shown_of(&mailbox, now(), beside), shown(&mailbox, now()));
}

/// A bearer's structure without FINESS or SIRET cannot bear an ORG mailbox in the directory.
#[test]
fn a_structure_without_a_public_number_bears_nothing() {
    let mut mailbox = cardiology();
    mailbox.bearer = Bearer::Structure { structure: house::LILAS.to_owned() };
    assert_eq!(shown(&mailbox, now()), None);
}

/// What may happen among the people of a mailbox without its owner or its state changing.
fn any_movement() -> impl Strategy<Value = (i64, Change)> {
    let who = prop::sample::select(vec!["P02", "P03", "P04", "P05", "P06", "P08", "P10"]).prop_map(|key| person(key).idnat);
    let when = -40_000_000_i64..40_000_000;
    let bounds = (prop::option::of(when.clone()), prop::option::of(when.clone()));
    let later = |seconds: Option<i64>| seconds.map(|s| Moment::from_secs(now().secs() + s));
    let change = (who, 0..6, bounds).prop_map(move |(person, which, (from, until)): (IdNat, i32, _)| match which {
        0 => Change::CotitulaireAdded { person },
        1 => Change::CotitulaireRemoved { person },
        2 => Change::ResponsableAdded { person },
        3 => Change::ResponsableRemoved { person },
        4 => Change::Delegated { person, from: later(from), until: later(until) },
        _ => Change::DelegationEnded { person },
    });
    (when, change)
}

proptest! {
    /// Proves: CAB-11, DEL-07, ANN-10.
    #[test]
    fn movements_of_cotitulaires_delegataires_and_responsables_never_change_a_card(
        movements in prop::collection::vec(any_movement(), 0..20),
        offset in 0_i64..40_000_000,
    ) {
        let at = Moment::from_secs(now().secs() + offset);
        for mailbox in [cabinet(), cardiology(), personal(5, "P01"), personal(6, "P09")] {
            let mut busy = mailbox.clone();
            for (when, change) in &movements {
                moved(&mut busy, Moment::from_secs(now().secs() + when), change.clone());
            }
            prop_assert_eq!(shown(&mailbox, at), shown(&busy, at));
        }
    }
}

#[test]
fn a_delegation_lent_before_the_mailbox_was_opened_is_no_exception() {
    let mut mailbox = cabinet();
    let before = shown(&mailbox, now());
    moved(&mut mailbox, at("2020-01-01T00:00:00Z"), lent("P04", None, None));
    assert_eq!(shown(&mailbox, now()), before);
}
