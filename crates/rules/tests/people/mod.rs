//! The invented people and places of the sandbox, in the shape `rules` reads; shared by the tests of this folder.

#![allow(dead_code, reason = "each test binary uses its own part")]

use rules::Moment;
use rules::ids::IdNat;
use rules::register::{Exercise, Person, Situation, Structure};

pub fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap_or_else(|| panic!("{text} is not a moment"))
}

/// key, IdNat, given, family, profession, [(structure, role, mode, begin)]
type Line = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str, &'static str, &'static str)],
);

const LILAS: &str = "499790000014017";
const VALSEREIN: &str = "499790000022028";
const HOSPITAL: &str = "1990000028";
const PHARMACY: &str = "1990000044";

const PEOPLE: [Line; 12] = [
    ("P01", "899790000014", "Claire", "TILLEUL", "10", &[(LILAS, "", "L", "2009-01-05")]),
    ("P02", "899790000022", "Karim", "AUBEPIN", "10", &[(LILAS, "", "L", "2014-09-01"), (VALSEREIN, "", "L", "2019-02-04")]),
    ("P03", "899790000030", "Lucie", "FRENE LAUZE", "10", &[("", "", "L", "2023-10-02")]),
    ("P04", "899790000048", "Nadia", "SUREAU", "", &[(LILAS, "331", "S", "2022-03-01"), (VALSEREIN, "331", "S", "2024-01-08")]),
    ("P05", "899790000055", "Hugo", "CORMIER", "", &[(LILAS, "332", "S", "2026-11-02")]),
    ("P06", "899790000063", "Marthe", "GENEVRIER", "60", &[("499790000063014", "", "L", "2012-05-02")]),
    ("P07", "899790000071", "Paul", "CEDRE", "21", &[(PHARMACY, "", "L", "1998-07-01")]),
    ("P08", "899790000089", "Zoe", "MURIER", "", &[(PHARMACY, "317", "S", "2025-09-01")]),
    ("P09", "899790000097", "Anne", "ALISIER", "10", &[(HOSPITAL, "", "S", "2005-11-01")]),
    ("P10", "3990000028/SEC0042", "Denis", "ERABLE", "", &[(HOSPITAL, "", "S", "2020-01-06")]),
    ("P11", "899790000113", "Jeanne", "SORBIER", "93", &[("499790000113017", "", "L", "2016-01-04")]),
    ("P12", "899790000121", "Marc", "BOULEAU", "10", &[("499790000121010", "", "L", "1990-01-02")]),
];

pub fn person(key: &str) -> Person {
    let (_, idnat, given, family, profession, places) = *PEOPLE.iter().find(|p| p.0 == key).unwrap_or_else(|| panic!("no persona {key}"));
    let situations = places.iter().enumerate().map(|(index, (structure, role, mode, begin))| Situation {
        id: format!("99{index:08}"),
        structure: (!structure.is_empty()).then(|| (*structure).to_owned()),
        role: (*role).to_owned(),
        mode: (*mode).to_owned(),
        begin: at(&format!("{begin}T00:00:00Z")),
        end: None,
        activity: Default::default(),
    });
    let exercise =
        Exercise { profession: profession.to_owned(), category: "C".to_owned(), situations: situations.collect(), ..Exercise::default() };
    let mut person = Person {
        idnat: IdNat::parse(idnat).expect("a persona's number"),
        family: family.to_owned(),
        given: given.to_owned(),
        civility: String::new(),
        aliases: vec![],
        struck_off: None,
        exercises: vec![exercise],
    };
    if key == "P12" {
        let off = at("2026-06-29T22:00:00Z");
        person.struck_off = Some(off);
        person.exercises[0].situations[0].end = Some(off);
    }
    person
}

pub fn structure(id: &str) -> Structure {
    Structure {
        id: id.to_owned(),
        name: "LIEU INVENTE".to_owned(),
        finess: id.strip_prefix('1').map(str::to_owned),
        ..Structure::default()
    }
}
