//! Letters that the operator writes by itself: into mailboxes of the trust space, and by the relay of ordinary e-mail.

use std::time::Duration;

use serde_json::Value;

use crate::harness::{CABINET, Demo, Imap, eventually, http};

const KARIM: &str = "karim.aubepin@pli.mssante.test";
const ANNE: &str = "anne.alisier@pli.mssante.test";
const DENIS: &str = "3990000028/SEC0042";
const SOON: Duration = Duration::from_secs(10);

/// The letters of an inbox, once there is one.
fn letters(demo: &Demo, mailbox: &str, persona: &str) -> Vec<String> {
    let mut imap = Imap::enter(demo, "operator", mailbox, persona);
    eventually("a letter", SOON, || {
        imap.command("SELECT INBOX").ok();
        let letters: Vec<_> = imap.messages().into_iter().map(|(_, bytes)| String::from_utf8(bytes).expect("a letter in UTF-8")).collect();
        (!letters.is_empty()).then_some(letters)
    })
}

fn outbox(demo: &Demo, to: &str) -> Vec<Value> {
    let facts: Value = serde_json::from_slice(&std::fs::read(demo.path("demo.json")).expect("demo.json")).expect("JSON");
    let page = facts["psc"]["outbox"].as_str().expect("the outbox's address");
    let caught = http::call("GET", &format!("{page}?to={to}"), &[("Accept", "application/json")], None);
    caught.as_array().expect("a list").clone()
}

/// Proves: DEL-03, CAB-06.
#[test]
fn a_doctor_finds_in_her_own_mailbox_that_she_was_lent_another() {
    let demo = Demo::start();
    let lent = ["delegation", "add", "--mailbox", "cabinet.infirmier-du-port@pli.mssante.test", "--person", "899790000022"];
    demo.json(&[&lent[..], &["--by", "899790000063"]].concat());
    let letters = letters(&demo, KARIM, "P02");
    assert_eq!(letters.len(), 1, "of the personas' own past nobody is told: {letters:?}");
    let letter = &letters[0];
    for part in ["Auto-Submitted: auto-generated\r\n", "<ne-pas-repondre@pli.mssante.test>", "Marthe GENEVRIER vous confie la bo"] {
        assert!(letter.contains(part), "{part}: {letter}");
    }
    assert_eq!(demo.pli(&["journal", "verify"]).status.code(), Some(0));
}

/// Proves: LOC-06, SIM-06.
#[test]
fn a_reset_account_is_told_to_its_holder_and_to_who_answers_for_the_mailbox_without_the_code() {
    let demo = Demo::start();
    let reset = demo.json(&["local", "account", "reset", DENIS, "--by", "899790000097"]);
    let code = reset["code"].as_str().expect("the code, shown once");
    let caught = eventually("the e-mail", SOON, || outbox(&demo, "d.erable@ch-valclair.test").pop());
    assert_eq!((caught["kind"].as_str(), caught["subject"].as_str()), (Some("email"), Some("Un compte a été réinitialisé")));
    let text = caught["text"].as_str().expect("a text");
    assert!(text.contains("Anne ALISIER a réinitialisé le compte de Denis ERABLE") && !text.contains(code), "{text}");
    let letters = letters(&demo, ANNE, "P09");
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert!(!letters[0].contains(code));
    assert_eq!(outbox(&demo, ANNE), Vec::<Value>::new(), "what is inside the trust space stays inside");
    let kept = demo.log();
    assert!(!kept.contains("erable@ch-valclair") && !kept.contains(CABINET), "no address in the log");
}
