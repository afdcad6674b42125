//! Replies of userinfo, one trap each; people and places are invented.

use proptest::prelude::*;
use rules::Moment;
use rules::register::Person;
use serde_json::{Value, json};

use super::*;
use crate::prove::Preset;
use crate::prove::person::named_by;

macro_rules! reply {
    ($name:literal) => {
        serde_json::from_str::<Map<String, Value>>(include_str!(concat!("../../../tests/fixtures/userinfo/", $name, ".json"))).expect($name)
    };
}

const NOW: Moment = Moment::from_secs(1_800_000_000);

fn read(reply: &Map<String, Value>) -> UserInfo {
    UserInfo::read(reply)
}

fn places(told: &UserInfo) -> Vec<&str> {
    told.structures().collect()
}

/// Proves: PSC-14.
#[test]
fn a_complete_reply_is_read_whole() {
    let told = read(&reply!("complet"));
    assert_eq!((told.given.as_str(), told.family.as_str(), told.civility.as_str()), ("Claire", "TILLEUL", "MME"));
    let exercise = &told.exercises[0];
    assert_eq!((exercise.profession.as_str(), exercise.category.as_str(), exercise.skill.as_str()), ("10", "C", "SM53"));
    let activity = &exercise.activities[0];
    assert_eq!((activity.mode.as_str(), activity.sector.as_str(), activity.genre.as_str()), ("L", "SA08", "GENR01"));
    assert_eq!(activity.structures, ["499790000014017"]);
    assert_eq!(activity.authorities, ["CNOM"], "said three times");
    assert!(!told.broken_practice && told.unknown.is_empty());
}

/// Proves: PSC-14.
#[test]
fn several_activities_roles_and_professions_are_all_there() {
    assert_eq!(places(&read(&reply!("deux_activites"))), ["499790000014017", "499790000022010"]);
    let secretary = read(&reply!("role_331_deux_employeurs"));
    assert_eq!(secretary.exercises[0].profession, "");
    assert!(secretary.exercises[0].activities.iter().all(|a| a.role == "331" && a.authorities == ["ENREG"]));
    let two = read(&reply!("deux_professions"));
    assert_eq!(two.exercises.iter().map(|e| e.profession.as_str()).collect::<Vec<_>>(), ["10", "21"]);
    assert!(places(&read(&reply!("sans_structure"))).is_empty());
    assert_eq!(read(&reply!("etudiant")).exercises[0].category, "E");
}

/// Proves: PSC-14.
#[test]
fn a_place_is_named_by_finess_by_siret_and_by_letters() {
    let hospital = read(&reply!("hopital_finess"));
    assert_eq!(places(&hospital), ["1990000028"]);
    assert_eq!(hospital.exercises[0].activities[0].legal_structure, "1990000010", "no capital E in its key");
    let chemist = read(&reply!("officine"));
    assert_eq!((places(&chemist), chemist.exercises[0].activities[0].section.as_str()), (vec!["1990000044"], "A"));
    assert_eq!(places(&read(&reply!("finess_lettres"))), ["110B000018"]);
    assert_eq!(places(&read(&reply!("adeli"))), ["399900001100018"]);
}

/// Proves: PSC-14, PSC-17.
#[test]
fn what_is_sparse_old_unknown_or_broken_still_names_its_person() {
    for (reply, idnat) in [
        (reply!("clairseme"), "899790000121"),
        (reply!("ancienne_civilite"), "899790000014"),
        (reply!("toplevel_vide"), "899790000014"),
        (reply!("cles_inconnues"), "899790000014"),
        (reply!("refpro_casse"), "899790000014"),
        (reply!("adeli"), "0996000014"),
        (reply!("ans_id"), "ANS20260000000001"),
    ] {
        let told = read(&reply);
        assert_eq!(named_by(&names(&reply), Preset::Sim).map(|id| id.to_string()), Ok(idnat.to_owned()));
        assert!(!told.civility.is_empty(), "{idnat}");
    }
    assert!(named_by(&names(&reply!("ans_id")), Preset::Prod).is_err());
    assert!(read(&reply!("refpro_casse")).broken_practice);
    assert_eq!(read(&reply!("cles_inconnues")).unknown.keys().collect::<Vec<_>>(), ["cleInconnue"]);
    let sparse = read(&reply!("clairseme"));
    assert!(sparse.exercises.is_empty() && !sparse.broken_practice);
}

fn registered(situations: &Value) -> Person {
    let person = json!({
        "idnat": "899790000014", "family": "Tilleul", "given": "CLAIRE Anne",
        "exercises": [{"profession": "10", "category": "C", "situations": situations}],
    });
    serde_json::from_value(person).expect("a person")
}

fn situation(structure: &str) -> Value {
    json!({"id": "1", "structure": structure, "role": "", "mode": "L", "begin": 0})
}

/// Proves: PSC-15.
#[test]
fn nothing_is_kept_of_the_fields_that_describe_one_activity_at_the_top() {
    let mut other = reply!("complet");
    for key in ["Secteur_Activite", "SubjectOrganization", "SubjectOrganizationID"] {
        other.insert(key.into(), "F990000028".into());
    }
    other.insert("SubjectRole".into(), json!(["40^1.2.250.1.213.1.1.5.5"]));
    assert_eq!(read(&other), read(&reply!("complet")), "whatever they say, the same is understood");
}

/// Proves: PSC-15, PSC-16.
#[test]
fn what_psc_and_the_register_do_not_both_say_is_listed_and_only_news_refresh_the_card() {
    let told = read(&reply!("complet"));
    let same = registered(&json!([situation("499790000014017")]));
    assert_eq!(told.differences(&same, NOW), [], "case, accents and further first names do not count");
    assert!(!told.newer_than(&same, NOW));

    let elsewhere = registered(&json!([situation("499790000022010")]));
    let differences = told.differences(&elsewhere, NOW);
    assert!(matches!(&differences[..], [Difference::Activity { .. }, Difference::Situation { .. }]), "{differences:?}");
    assert!(told.newer_than(&elsewhere, NOW));

    let more = registered(&json!([situation("499790000014017"), situation("1990000028")]));
    assert_eq!(told.differences(&more, NOW), [Difference::Situation { structure: "1990000028".into(), role: String::new() }]);
    assert!(!told.newer_than(&more, NOW), "the register knows more: the register wins");

    let chemist = read(&reply!("deux_professions"));
    let differences = chemist.differences(&same, NOW);
    assert!(differences.contains(&Difference::Profession { psc: "21".into() }));
    assert!(differences.contains(&Difference::FamilyName { psc: "AUBEPIN".into(), register: "Tilleul".into() }));
    assert_eq!(
        read(&reply!("clairseme")).differences(&same, NOW).len(),
        2,
        "two names, and nothing about a practice that it does not show"
    );
}

proptest! {
    /// Proves: PSC-14.
    #[test]
    fn nothing_in_a_reply_makes_the_reader_fail(key in "[a-zA-Z]{1,20}", text in any::<String>(), depth in 0_usize..4) {
        let mut odd = Value::from(text);
        for _ in 0..depth {
            odd = json!([odd, {"activities": odd, "exercices": odd}]);
        }
        let mut broken = reply!("complet");
        for name in [key.as_str(), "SubjectRefPro", "otherIds", "given_name"] {
            broken.insert(name.to_owned(), odd.clone());
            let told = UserInfo::read(&broken);
            let _ = (names(&broken), told.differences(&registered(&json!([])), NOW));
        }
    }
}
