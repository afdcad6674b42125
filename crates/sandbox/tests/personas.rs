//! The file of personas: what is accepted, what each corruption is told, what it becomes.

use rules::mailbox::Kind;
use rules::{Domain, IdNat, Moment};
use sandbox::personas::{BadPersonas, Personas};

const SHIPPED: &str = include_str!("../personas.json");

fn corrupted(from: &str, to: &str) -> BadPersonas {
    assert!(SHIPPED.contains(from), "the corruption must apply");
    Personas::read(&SHIPPED.replacen(from, to, 1)).expect_err("a corrupted file is refused")
}

fn key(id: &str, what: &'static str) -> BadPersonas {
    BadPersonas::Key { id: id.to_owned(), what }
}

fn idnat(text: &str) -> IdNat {
    IdNat::parse(text).expect("a fixture")
}

fn start() -> Moment {
    Moment::parse("2026-11-21T22:00:00Z").expect("a fixture")
}

/// Proves: SIM-11.
#[test]
fn the_shipped_file_holds_fourteen_personas_and_passes_every_check() {
    let personas = Personas::shipped();
    assert_eq!(personas.all().len(), 14);
    assert_eq!(personas.find("p04").map(Personas::name).as_deref(), Some("Nadia SUREAU"));
    assert_eq!(personas.find("nadia.sureau").map(|p| p.id.as_str()), Some("P04"));
    assert_eq!(personas.find("899790000048").map(|p| p.id.as_str()), Some("P04"));
    assert!(personas.find("").is_none(), "citizens have no IdNat, and nothing is found by it");
}

/// Proves: SIM-12.
#[test]
fn a_wrong_rpps_key_is_refused() {
    assert_eq!(corrupted(r#""rpps": "99790000014""#, r#""rpps": "99790000015""#), key("P01", "RPPS"));
}

/// Proves: SIM-12.
#[test]
fn an_idnat_that_is_not_eight_and_the_rpps_is_refused() {
    assert_eq!(corrupted(r#""idnat": "899790000014""#, r#""idnat": "899790000022""#), key("P01", "RPPS"));
}

/// Proves: SIM-12.
#[test]
fn a_wrong_finess_key_is_refused() {
    assert_eq!(corrupted(r#""finess_ej": "990000010""#, r#""finess_ej": "990000011""#), key("S01", "FINESS"));
}

/// Proves: SIM-12.
#[test]
fn a_wrong_rpps_rang_key_is_refused() {
    assert_eq!(corrupted(r#""rpps_rang": "99790000014017""#, r#""rpps_rang": "99790000014018""#), key("S03", "RPPS-rang"));
}

/// Proves: SIM-12.
#[test]
fn a_wrong_ins_key_is_refused() {
    assert_eq!(corrupted(r#""matricule": "279035121518989""#, r#""matricule": "279035121518988""#), key("P13", "INS"));
}

/// Proves: SIM-12.
#[test]
fn a_doubled_id_is_refused_wherever_it_stands() {
    assert_eq!(corrupted(r#""id": "P02""#, r#""id": "P01""#), BadPersonas::Doubled("P01".into()));
    assert_eq!(corrupted("karim.aubepin", "claire.tilleul"), BadPersonas::Doubled("claire.tilleul".into()));
    assert_eq!(corrupted(r#""situation_id": "9900000002""#, r#""situation_id": "9900000001""#), BadPersonas::Doubled("9900000001".into()));
    let twice = corrupted(r#""address": "karim.aubepin@"#, r#""address": "claire.tilleul@"#);
    assert_eq!(twice, BadPersonas::Doubled("claire.tilleul@pli.mssante.test".into()));
}

/// Proves: SIM-12.
#[test]
fn a_reference_to_nobody_or_nowhere_is_refused() {
    let dangling = |from: &str, to: &str| BadPersonas::Dangling { from: from.into(), to: to.into() };
    assert_eq!(corrupted(r#""structure": "S03""#, r#""structure": "S99""#), dangling("9900000001", "S99"));
    assert_eq!(
        corrupted(r#""employeur_idnat": "899790000014""#, r#""employeur_idnat": "899790000999""#),
        dangling("9900000005", "899790000999")
    );
    assert_eq!(corrupted(r#""who": "P02""#, r#""who": "P99""#), dangling("cabinet.des-lilas@pli.mssante.test", "P99"));
    assert_eq!(corrupted(r#""bearer": "S02""#, r#""bearer": "P02""#), dangling("pharmacie.fontaine@pli.mssante.test", "P02"));
    assert_eq!(corrupted(r#""represents": ["P14"]"#, r#""represents": ["P15"]"#), dangling("P13", "P15"));
}

/// Proves: SIM-12.
#[test]
fn unreadable_dates_offsets_and_versions_are_refused() {
    assert_eq!(corrupted(r#""debut": "2009-01-05""#, r#""debut": "2009-13-05""#), BadPersonas::Form("9900000001".into()));
    assert_eq!(
        corrupted(r#""until_offset": "P12D""#, r#""until_offset": "bientôt""#),
        BadPersonas::Form("cabinet.des-lilas@pli.mssante.test".into())
    );
    assert_eq!(corrupted(r#""version": 1"#, r#""version": 2"#), BadPersonas::Version(2));
    assert!(matches!(Personas::read("{"), Err(BadPersonas::Json(_))));
}

#[test]
fn the_register_knows_the_professionals_with_their_dates_in_paris() {
    let persons = Personas::shipped().persons();
    assert_eq!(persons.len(), 11, "P10 has no RPPS, P13 and P14 are citizens");
    let bouleau = persons.iter().find(|p| p.idnat == idnat("899790000121")).expect("P12");
    assert_eq!(bouleau.struck_off, Moment::parse("2026-06-29T22:00:00Z"));
    let sureau = persons.iter().find(|p| p.idnat == idnat("899790000048")).expect("P04");
    assert_eq!(sureau.name(), "Nadia SUREAU");
    let situations = &sureau.exercises[0].situations;
    assert_eq!(situations.iter().map(|s| s.role.as_str()).collect::<Vec<_>>(), ["331", "331"]);
    assert_eq!(situations[0].structure.as_deref(), Some("499790000014017"));
    let genevrier = persons.iter().find(|p| p.idnat == idnat("899790000063")).expect("P06");
    assert_eq!(genevrier.aliases, [idnat("0996000014")]);
    let structures = Personas::shipped().structures();
    assert_eq!(structures.len(), 7);
    assert_eq!(structures.iter().find(|s| s.id == "1990000028").and_then(|s| s.finess.as_deref()), Some("990000028"));
    assert!(structures.iter().find(|s| s.id == "499790000014017").is_some_and(|s| s.finess.is_none()));
}

#[test]
fn the_cabinet_is_planned_with_its_people_and_their_periods() {
    let personas = Personas::shipped();
    let ours = Domain::parse("pli.mssante.test").expect("a fixture");
    let planned = personas.mailboxes(&ours, start());
    assert_eq!(planned.len(), 12, "the thirteenth belongs to the other operator");
    let cabinet = planned.iter().find(|m| m.address.local() == "cabinet.des-lilas").expect("the cabinet");
    assert_eq!((cabinet.kind, cabinet.label.as_str()), (Kind::Cab, "Cabinet médical des Lilas"));
    assert_eq!(cabinet.owner, Some(idnat("899790000014")));
    assert_eq!(cabinet.structure.as_deref(), Some("499790000014017"));
    assert_eq!(cabinet.cotitulaires.len(), 1);
    let replacement = cabinet.delegataires.iter().find(|g| g.person == idnat("899790000030")).expect("P03");
    assert_eq!(replacement.from, Moment::parse("2026-11-19T22:00:00Z"));
    assert_eq!(replacement.until, Moment::parse("2026-12-03T22:00:00Z"));
    assert!(planned.iter().find(|m| m.address.local() == "marc.bouleau").is_some_and(|m| m.suspended));
    let cardiology = planned.iter().find(|m| m.address.local() == "secretariat.cardiologie").expect("the ORG mailbox");
    assert!(cardiology.delegataires.is_empty(), "P10 has only a local login");
    let local = personas.local_delegations(&ours, start());
    assert_eq!(local.len(), 1);
    assert_eq!((local[0].0.local(), local[0].1.person.as_str()), ("secretariat.cardiologie", "3990000028/SEC0042"));
    let peer = personas.mailboxes(&Domain::parse("voisin.mssante.test").expect("a fixture"), start());
    assert_eq!(peer.len(), 1);
}

#[test]
fn the_assistant_is_the_only_one_who_has_not_accepted_the_terms() {
    let personas = Personas::shipped();
    let ours = Domain::parse("pli.mssante.test").expect("a fixture");
    let accepted = personas.accepted_terms(&ours, start());
    assert!(!accepted.contains(&idnat("899790000055")));
    assert!(accepted.contains(&idnat("899790000048")) && accepted.contains(&idnat("899790000014")));
    assert_eq!(personas.roles(personas.find("P05").expect("P05")), ["delegataire of cabinet.des-lilas@pli.mssante.test"]);
}
