//! The room of a mailbox from the command line: created by the rules, handed over by both sides, left, closed and reopened.

use serde_json::{Value, json};

use crate::harness::{CABINET, CLAIRE, Demo, Imap, NADIA};

const KARIM: &str = "899790000022";

/// The code of the refusal that a command ends with.
fn refused(demo: &Demo, arguments: &[&str]) -> String {
    let out = demo.pli(arguments);
    assert_eq!(out.status.code(), Some(1), "{arguments:?}: {}", String::from_utf8_lossy(&out.stdout));
    let told = String::from_utf8_lossy(&out.stderr).into_owned();
    let code = told.trim_end().rsplit_once('[').and_then(|(_, code)| code.strip_suffix(']'));
    code.unwrap_or_else(|| panic!("no code in {told}")).to_owned()
}

fn person<'a>(shown: &'a Value, idnat: &str) -> &'a Value {
    let people = shown["people"].as_array().expect("an array");
    people.iter().find(|person| person["idnat"] == idnat).unwrap_or(&Value::Null)
}

/// Proves: CAB-12, CAB-05, CAB-17.
#[test]
fn a_cabinet_is_offered_by_its_owner_and_taken_by_another() {
    let demo = Demo::start();
    let hand = ["mailbox", "handover", CABINET, "--to", KARIM];
    assert_eq!(refused(&demo, &[&hand[..], &["--take"]].concat()), "NO_OFFER");
    assert_eq!(refused(&demo, &hand), "REASON_REQUIRED", "the operator acts on evidence alone");
    let offered = demo.json(&[&hand[..], &["--by", CLAIRE]].concat());
    assert_eq!((&offered["offer"]["to"], &person(&offered, CLAIRE)["capacity"]), (&json!(KARIM), &json!("owner")));
    let declined = demo.json(&[&hand[..], &["--drop", "--by", KARIM]].concat());
    assert_eq!(declined["offer"], Value::Null);
    demo.json(&[&hand[..], &["--by", CLAIRE]].concat());
    let taken = demo.json(&[&hand[..], &["--take"]].concat());
    assert_eq!((&taken["bearer"], &taken["offer"]), (&json!(KARIM), &Value::Null));
    assert_eq!((&person(&taken, KARIM)["capacity"], person(&taken, CLAIRE)), (&json!("owner"), &Value::Null));
    let back = ["mailbox", "handover", CABINET, "--to", CLAIRE, "--reason", "erreur reconnue par les deux, courrier du 21"];
    assert_eq!(demo.json(&back)["bearer"], CLAIRE);
}

/// Proves: CAB-13, DEL-02.
#[test]
fn a_cabinet_is_left_closed_and_reopened() {
    let demo = Demo::start();
    let left = demo.json(&["delegation", "end", "--mailbox", CABINET, "--person", NADIA, "--by", NADIA]);
    assert_eq!(person(&left, NADIA), &Value::Null);
    assert_eq!(refused(&demo, &["mailbox", "close", CABINET, "--by", KARIM]), "NOT_OWNER");
    assert_eq!(demo.json(&["mailbox", "close", CABINET, "--by", CLAIRE])["state"], "EN_CLOTURE");
    assert_eq!(refused(&demo, &["mailbox", "close", CABINET, "--by", CLAIRE]), "ALREADY_CLOSING");
    assert_eq!(demo.json(&["mailbox", "reopen", CABINET, "--by", CLAIRE])["state"], "ACTIVE");
    assert_eq!(refused(&demo, &["mailbox", "suspend", CABINET]), "REASON_REQUIRED");
    assert_eq!(demo.json(&["mailbox", "suspend", CABINET, "--reason", "incident 12"])["state"], "SUSPENDUE");
    assert_eq!(demo.json(&["mailbox", "resume", CABINET])["state"], "ACTIVE");
}

/// Proves: BAL-01, BAL-06, CAB-03, CAB-04.
#[test]
fn each_kind_of_mailbox_is_created_by_its_own_rules() {
    let demo = Demo::start();
    let create = |address: &str, kind: &str, more: &[&str]| -> Vec<String> {
        let words = [&["mailbox", "create", address, "--kind", kind][..], more].concat();
        words.into_iter().map(str::to_owned).collect()
    };
    let run = |words: Vec<String>| demo.json(&words.iter().map(String::as_str).collect::<Vec<_>>());
    let refuse = |words: Vec<String>| refused(&demo, &words.iter().map(String::as_str).collect::<Vec<_>>());
    let org = run(create("accueil@pli.mssante.test", "ORG", &["--structure", "990000028", "--responsable", "899790000097"]));
    assert_eq!((&org["bearer"], &person(&org, "899790000097")["capacity"]), (&json!("1990000028"), &json!("responsable")));
    let dn = "CN=labo.ch-valclair.test,OU=1990000028,O=CH VALCLAIR,C=FR";
    let app = run(create("labo_auto@pli.mssante.test", "APP", &["--structure", "1990000028", "--certificate", dn]));
    assert!(app["certificates"].as_array().is_some_and(|names| names.len() == 1), "{app}");
    let listed = demo.json(&["mailbox", "certificate", "remove", "labo_auto@pli.mssante.test", "--dn", dn]);
    assert_eq!(listed, json!([]));
    let in_hospital = ["--owner", "899790000071", "--structure", "990000044"];
    assert_eq!(refuse(create("cabinet.du-pont@pli.mssante.test", "CAB", &in_hospital)), "STRUCTURE_HAS_FINESS");
    let there = ["--owner", CLAIRE, "--structure", "499790000014017"];
    assert_eq!(refuse(create("cabinet.dr-tilleul@pli.mssante.test", "CAB", &there)), "NAME_NOT_ALLOWED");
    assert_eq!(run(create("cabinet.de-la-place@pli.mssante.test", "CAB", &there))["kind"], "CAB");
    let found = demo.json(&["register", "person", "show", CLAIRE]);
    let situation = found["situations"][0]["id"].as_str().expect("a situation").to_owned();
    let per = run(create("c.tilleul@pli.mssante.test", "PER", &["--owner", CLAIRE, "--situation", &situation]));
    assert_eq!(per["situation"], json!(situation));
    assert_eq!(refuse(create("c.autre@pli.mssante.test", "PER", &["--owner", CLAIRE, "--situation", "0"])), "NOT_ELIGIBLE");
}

/// Proves: BAL-06.
#[test]
fn the_register_is_searched_and_technical_numbers_stay_inside() {
    let demo = Demo::start();
    let found = demo.json(&["register", "search", "sureau", "nad"]);
    assert_eq!((&found[0]["idnat"], &found[0]["occupation"]), (&json!(NADIA), &json!("secrétaire médicale")));
    assert_eq!(demo.json(&["register", "search", "99790000048"])[0]["idnat"], NADIA);
    let places = demo.json(&["register", "search", "--structure", "990000028"]);
    assert_eq!(places[0]["finess"], "990000028");
    let shown = demo.json(&["register", "person", "show", NADIA]);
    assert!(
        shown["mailboxes"].as_array().is_some_and(|mailboxes| mailboxes.iter().any(|mailbox| mailbox["address"] == CABINET)),
        "{shown}"
    );
    let text = String::from_utf8(demo.pli(&["register", "person", "show", NADIA]).stdout).expect("UTF-8");
    assert!(text.contains("Nadia SUREAU") && !text.contains("499790000014017"), "{text}");
}

/// Proves: CGU-01, CGU-02, CGU-03.
#[test]
fn a_new_version_of_the_terms_is_published_and_asked_of_everybody() {
    let demo = Demo::start();
    let before = demo.json(&["terms", "show"]);
    let text = before["text"].as_str().expect("the shipped text");
    for said in ["secret", "Qui répond de quoi", "propriétaire", "responsable du traitement"] {
        assert!(text.contains(said), "the shipped terms say « {said} »: {text}");
    }
    let file = demo.path("cgu-nouvelles.md");
    std::fs::write(&file, "# Conditions\n\nDe nouveaux mots.\n").expect("written");
    let publish = ["terms", "publish", "--version", "2026-99", "--file", file.to_str().expect("UTF-8")];
    assert_eq!(demo.json(&publish)["version"], "2026-99");
    assert_eq!(refused(&demo, &publish), "EXISTE");
    assert_eq!(refused(&demo, &["mailbox", "close", CABINET, "--by", CLAIRE]), "TERMS_NOT_ACCEPTED");
    assert_eq!(demo.json(&["terms", "accept", "--person", CLAIRE])["version"], "2026-99");
    let history = demo.json(&["terms", "show", "--person", CLAIRE]);
    assert_eq!(history.as_array().map(Vec::len), Some(2), "{history}");
    assert_eq!(demo.json(&["mailbox", "close", CABINET, "--by", CLAIRE])["state"], "EN_CLOTURE");
}

/// Proves: BAL-01, DEL-01, STF-02.
#[test]
fn staff_names_and_withdraws_who_answers_for_a_services_mailbox() {
    let demo = Demo::start();
    let mailbox = "secretariat.cardiologie@pli.mssante.test";
    let order = |verb: &str, at: &str| {
        demo.pli(&["responsable", verb, "--mailbox", at, "--person", KARIM, "--staff", "m.houx", "--reason", "intérim", "--json"])
    };
    assert!(order("add", mailbox).status.success());
    assert!(String::from_utf8_lossy(&order("add", mailbox).stderr).contains("ALREADY_THERE"));
    assert_eq!(order("add", CABINET).status.code(), Some(1), "a cabinet has an owner");
    Imap::enter(&demo, "operator", mailbox, "P02");
    assert!(order("end", mailbox).status.success());
    let movements = demo.json(&["journal", "show", "--mailbox", mailbox]);
    let last = movements.as_array().and_then(|lines| lines.last()).expect("a line").clone();
    assert_eq!((&last["act"], &last["author"]["id"]), (&json!("movement.responsable_removed"), &json!("m.houx")));
}
