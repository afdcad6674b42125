//! A month written, written again, corrected, verified, in a store of its own.

use std::path::Path;

use rules::mailbox::{Bearer, Kind, NamingRule};
use rules::register::{Exercise, Person, Situation};
use rules::usage::{Format, Manifest, Month};
use rules::{Address, Author, Channel, Entropy, IdNat, Moment};
use serde_json::Value;
use store::mailboxes::{Knock, NewMailbox};
use store::{Blobs, Config, Engine, Store};
use tempfile::TempDir;

use super::edition::{Asked, write};
use super::verify::verify;
use crate::failure::{Failure, Outcome};

const OWNER: &str = "899790000022";
const MAILBOX: &str = "karim.aubepin@pli.mssante.test";

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

/// Karim has a mailbox and comes once in October.
async fn house(dir: &TempDir) -> Store {
    let config = Config {
        engine: Engine::Sqlite { path: dir.path().join("pli.sqlite") },
        blobs: Blobs::Local { dir: dir.path().join("blobs") },
        kek: [3; 32],
        terms_version: "2026-01".to_owned(),
        terms_text: "Conditions d'essai".to_owned(),
        terms_since: Moment::from_micros(0),
        terms_url: "https://pli.example/cgu".to_owned(),
        naming: NamingRule::default(),
    };
    let store = Store::open(config, Entropy::seeded(5)).await.unwrap();
    let (idnat, staff, begin) = (IdNat::parse(OWNER).unwrap(), Author::staff("essai"), at("2026-10-01T08:00:00Z"));
    let situation = Situation {
        id: "9900000002".to_owned(),
        structure: None,
        role: String::new(),
        mode: "L".to_owned(),
        begin: at("2020-01-01T00:00:00Z"),
        end: None,
        activity: Default::default(),
    };
    let person = Person {
        idnat: idnat.clone(),
        family: "AUBEPIN".to_owned(),
        given: "Karim".to_owned(),
        civility: "M".to_owned(),
        aliases: vec![IdNat::parse("0991234567").unwrap()],
        struck_off: None,
        exercises: vec![Exercise { profession: "10".to_owned(), situations: vec![situation], ..Exercise::default() }],
    };
    store.put_person(&person, staff.clone(), begin).await.unwrap();
    let accepted = store::mailboxes::Acceptance::of("2026-01", Channel::Webmail);
    store.accept_terms(&idnat, accepted, Author::Person { id: idnat.clone(), capacity: None }, begin).await.unwrap();
    let new = NewMailbox {
        address: Address::parse(MAILBOX).unwrap(),
        kind: Kind::Per,
        bearer: Bearer::Person { idnat, situation: None },
        label: "Karim AUBEPIN".to_owned(),
        structure: None,
        first: vec![],
    };
    store.import_mailbox(new, staff, Channel::System, begin).await.unwrap();
    come(&store, at("2026-10-05T08:00:00Z")).await;
    store
}

async fn come(store: &Store, now: Moment) {
    let knock = Knock {
        address: Address::parse(MAILBOX).unwrap(),
        person: IdNat::parse(OWNER).unwrap(),
        channel: Channel::Imap,
        azp: "lps-demo".to_owned(),
        acr: "eidas1".to_owned(),
        auth_mode: "CARD".to_owned(),
        ip: None,
    };
    store.enter(knock, now).await.unwrap();
}

async fn compute(store: &Store, dir: &Path, edition: u32, reason: Option<&str>, now: &str) -> Outcome<Value> {
    let month = Month::parse("2026-10").unwrap();
    let asked = Asked { operator: "pli", month, dir, edition, reason, format: Format::default(), now: at(now) };
    write(store, &asked).await
}

fn code(outcome: Outcome<Value>) -> String {
    match outcome {
        Err(Failure::Refused { code, .. }) => code,
        Err(Failure::Usage { .. }) => "usage".to_owned(),
        other => panic!("not refused: {other:?}"),
    }
}

async fn faults(store: &Store, dir: &Path) -> Vec<String> {
    let told = verify(store, dir, &Format::default(), at("2026-11-20T00:00:00Z")).await.unwrap();
    let faults: Vec<String> = told["faults"].as_array().unwrap().iter().map(|fault| fault.as_str().unwrap().to_owned()).collect();
    assert_eq!(told["ok"], faults.is_empty());
    faults
}

/// Proves: IND-07, IND-50, IND-51.
#[tokio::test]
async fn a_month_is_written_once_and_written_again_it_stays_as_it_is() {
    let (home, out) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let store = house(&home).await;
    assert_eq!(code(compute(&store, out.path(), 1, None, "2026-10-31T22:00:00Z").await), "usage", "the month is not over");
    let first = compute(&store, out.path(), 1, None, "2026-11-02T02:00:00Z").await.unwrap();
    assert_eq!((&first["unchanged"], &first["manifest"]), (&false.into(), &"pli_2026-10_manifeste_v1.json".into()));
    let text = std::fs::read_to_string(out.path().join("pli_2026-10_connexions_v1.csv")).unwrap();
    assert!(text.contains(";PROFESSIONNEL;899790000022;IMAP;TITULAIRE;1;1;2026-10-05;2026-10-05;O;0;lps-demo;"), "{text}");
    let manifest = std::fs::read_to_string(out.path().join("pli_2026-10_manifeste_v1.json")).unwrap();
    let read: Manifest = serde_json::from_str(&manifest).unwrap();
    assert_eq!(read.identites_liees.len(), 1, "his old number is linked to the new one");
    let again = compute(&store, out.path(), 1, None, "2026-11-09T02:00:00Z").await.unwrap();
    assert_eq!(again["unchanged"], true);
    assert_eq!(std::fs::read_to_string(out.path().join("pli_2026-10_manifeste_v1.json")).unwrap(), manifest, "not even the time");
    assert!(faults(&store, out.path()).await.is_empty());
}

/// Proves: IND-52.
#[tokio::test]
async fn a_late_act_makes_a_new_edition_with_its_reason_and_leaves_the_first_as_it_was() {
    let (home, out) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let store = house(&home).await;
    compute(&store, out.path(), 1, None, "2026-11-02T02:00:00Z").await.unwrap();
    come(&store, at("2026-10-20T08:00:00Z")).await;
    assert_eq!(code(compute(&store, out.path(), 1, None, "2026-11-03T02:00:00Z").await), "EDITION-EXISTE");
    assert_eq!(code(compute(&store, out.path(), 2, None, "2026-11-03T02:00:00Z").await), "usage", "a correction says why");
    assert_eq!(code(compute(&store, out.path(), 3, Some("import tardif"), "2026-11-03T02:00:00Z").await), "EDITION-ABSENTE");
    let first = std::fs::read(out.path().join("pli_2026-10_connexions_v1.csv")).unwrap();
    compute(&store, out.path(), 2, Some("import tardif"), "2026-11-03T02:00:00Z").await.unwrap();
    assert_eq!(std::fs::read(out.path().join("pli_2026-10_connexions_v1.csv")).unwrap(), first);
    let manifest: Manifest =
        serde_json::from_str(&std::fs::read_to_string(out.path().join("pli_2026-10_manifeste_v2.json")).unwrap()).unwrap();
    assert_eq!((manifest.edition, manifest.motif.as_deref()), (2, Some("import tardif")));
    let keys: Vec<_> = manifest.corrige.unwrap().into_iter().map(|c| format!("{}: {}", c.fichier.name(), c.cle)).collect();
    let mailbox = "2026-10;pli.mssante.test;karim.aubepin@pli.mssante.test";
    let visit = format!("connexions: {mailbox};PER;899790000022;PROFESSIONNEL;899790000022;IMAP;TITULAIRE");
    assert_eq!(keys, [visit, format!("boites: {mailbox}")], "his visits, and when the mailbox was last opened");
    assert!(faults(&store, out.path()).await.is_empty(), "the first edition keeps its hash, the last one is the journal's");
}

/// Proves: IND-51.
#[tokio::test]
async fn one_changed_byte_is_found_in_any_file_and_so_is_a_journal_that_says_otherwise() {
    let (home, out) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let store = house(&home).await;
    assert!(verify(&store, out.path(), &Format::default(), at("2026-11-20T00:00:00Z")).await.is_err(), "nothing to verify");
    compute(&store, out.path(), 1, None, "2026-11-02T02:00:00Z").await.unwrap();
    for name in ["pli_2026-10_connexions_v1.csv", "pli_2026-10_echanges_v1.csv", "pli_2026-10_boites_v1.csv"] {
        let path = out.path().join(name);
        let whole = std::fs::read(&path).unwrap();
        let mut bytes = whole.clone();
        let last = bytes.len() - 2;
        bytes[last] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        let found = faults(&store, out.path()).await;
        assert!(found.len() == 2 && found.iter().all(|fault| fault.contains(name)), "{name}: {found:?}");
        std::fs::remove_file(&path).unwrap();
        assert!(faults(&store, out.path()).await.iter().any(|fault| fault.contains("absent")), "{name}");
        std::fs::write(&path, &whole).unwrap();
    }
    assert!(faults(&store, out.path()).await.is_empty());
    come(&store, at("2026-10-20T08:00:00Z")).await;
    let found = faults(&store, out.path()).await;
    assert!(found.iter().any(|fault| fault.contains("la ligne 2 diffère")), "an act of October that came later: {found:?}");
}

/// Proves: IND-20.
#[test]
fn the_files_are_called_after_the_operator_s_own_domain() {
    let name = |text| super::short_name(&rules::Domain::parse(text).unwrap());
    assert_eq!(name("pli.mssante.test"), "pli");
    assert_eq!(name("x.mssante.test"), "operateur");
    assert_eq!(name("un-tres-long-nom-d-hopital.mssante.test"), "un-tres-long-nom-d-h");
}
