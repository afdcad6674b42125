//! The invented people as the register knows them: what they do, in words, and where.

use rules::{IdNat, Moment};
use sandbox::Personas;

fn occupations(number: &str, at: &str) -> Vec<String> {
    let person = Personas::shipped().persons().into_iter().find(|p| p.idnat == IdNat::parse(number).unwrap()).unwrap();
    let told = person.occupations(Moment::parse(at).unwrap());
    told.into_iter().map(|o| format!("{}, {}, {}", o.label, o.mode, o.structure.unwrap_or("-"))).collect()
}

/// Proves: REG-02.
#[test]
fn everybody_is_called_by_the_words_of_her_trade_once_a_place() {
    let now = "2026-11-21T22:00:00Z";
    assert_eq!(occupations("899790000014", now), ["médecin généraliste, L, 499790000014017"]);
    assert_eq!(occupations("899790000030", now), ["médecin généraliste, L, -"], "a replacement has no place");
    let secretary = ["secrétaire médicale, S, 499790000014017", "secrétaire médicale, S, 499790000022028"];
    assert_eq!(occupations("899790000048", now), secretary);
    assert_eq!(occupations("899790000055", now), ["assistant médical, S, 499790000014017"]);
    assert_eq!(occupations("899790000063", now), ["infirmière, L, 499790000063014"]);
    assert_eq!(occupations("899790000089", now), ["préparatrice en pharmacie, S, 1990000044"]);
    assert_eq!(occupations("899790000097", now), ["cardiologue, S, 1990000028"]);
    assert_eq!(occupations("899790000113", now), ["psychologue, L, 499790000113017"]);
    assert!(occupations("899790000121", now).is_empty(), "struck off");
    assert_eq!(occupations("899790000121", "2026-01-01T00:00:00Z"), ["médecin généraliste, L, 499790000121010"]);
    assert!(occupations("899790000055", "2026-11-01T00:00:00Z").is_empty(), "not yet hired");
}

/// Proves: REG-08.
#[test]
fn a_place_without_a_finess_number_can_still_be_described() {
    let structures = Personas::shipped().structures();
    let cabinet = structures.iter().find(|s| s.id == "499790000014017").unwrap();
    assert_eq!((cabinet.finess.as_deref(), cabinet.sector.as_str(), cabinet.address.town()), (None, "SA08", "VALCLAIR"));
    assert_eq!((cabinet.address.number.as_str(), cabinet.address.street.as_str()), ("4", "DES LILAS"));
    let hospital = structures.iter().find(|s| s.id == "1990000028").unwrap();
    assert_eq!((hospital.finess_ej.as_deref(), hospital.phone.as_deref()), (Some("990000010"), Some("+33261910001")));
}
