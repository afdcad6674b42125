//! A right withdrawn, or ended, while its holder is connected.

use std::time::Duration;

use crate::harness::letters::letter;
use crate::harness::{CABINET, CARDIOLOGIE, Demo, Imap, LUCIE, NADIA, Smtp};

/// Proves: PSC-39, DEL-02, LPS-31.
#[test]
fn a_secretary_whose_delegation_is_withdrawn_while_she_waits_is_shown_the_door_within_five_seconds() {
    let demo = Demo::start();
    let mut secretary = Imap::enter(&demo, "operator", CABINET, "P04");
    secretary.command("SELECT INBOX").ok();
    secretary.idle();
    demo.json(&["delegation", "end", "--mailbox", CABINET, "--person", NADIA, "--by", "899790000014", "--reason", "fin de contrat"]);
    let told = secretary.told(Duration::from_secs(5), |line| line.starts_with("* BYE"));
    assert_eq!(told.as_deref(), Some("* BYE L'acces a cette boite a pris fin"));
}

/// Proves: DEL-08, PSC-39.
#[test]
fn a_replacement_is_shown_the_door_at_the_second_her_delegation_ends() {
    let demo = Demo::start();
    let mut replacement = Imap::enter(&demo, "operator", CABINET, "P03");
    replacement.command("SELECT INBOX").ok();
    replacement.idle();
    // In steps shorter than the four hours a session may last: it is the right that must end it.
    demo.json(&["delegation", "add", "--mailbox", CABINET, "--person", LUCIE, "--until", &in_an_hour(&demo)]);
    demo.advance(Duration::from_secs(3_000));
    assert_eq!(replacement.told(Duration::from_secs(2), |line| line.starts_with("* BYE")), None, "ten minutes are left");
    demo.advance(Duration::from_secs(601));
    let told = replacement.told(Duration::from_secs(5), |line| line.starts_with("* BYE"));
    assert_eq!(told.as_deref(), Some("* BYE L'acces a cette boite a pris fin"));
}

fn in_an_hour(demo: &Demo) -> String {
    let lines = demo.json(&["journal", "show", "--mailbox", CABINET]);
    let last = lines.as_array().and_then(|lines| lines.last()).expect("her login").clone();
    rules::Moment::parse(last["at"].as_str().expect("a time")).expect("a moment").plus(Duration::from_secs(3_600)).to_string()
}

/// Proves: PSC-39, LPS-31.
#[test]
fn a_right_withdrawn_between_mail_and_data_sends_nothing() {
    let demo = Demo::start();
    let mut secretary = Smtp::enter(&demo, "operator", CABINET, "P04");
    secretary.command(&format!("MAIL FROM:<{CABINET}>")).is(250);
    secretary.command(&format!("RCPT TO:<{CARDIOLOGIE}>")).is(250);
    secretary.command("DATA").is(354);
    demo.json(&["delegation", "end", "--mailbox", CABINET, "--person", NADIA]);
    secretary.lines.send(&letter(CABINET, CARDIOLOGIE, "trop-tard"));
    secretary.lines.send(b".\r\n");
    let refused = secretary.reply().is(421);
    assert_eq!(refused.text, "4.7.0 L'acces a pris fin");
    assert_eq!(demo.json(&["queue", "list"]), serde_json::json!([]), "nothing was queued");
}

/// Proves: DEL-09.
#[test]
fn a_secretary_who_leaves_one_practice_of_two_keeps_the_other() {
    let demo = Demo::start();
    let other = "karim.aubepin.valserein@pli.mssante.test";
    let mut valserein = Imap::enter(&demo, "operator", other, "P04");
    demo.json(&["register", "situation", "end", "--person", NADIA, "--situation", "9900000005"]);
    valserein.command("SELECT INBOX").ok();
    Imap::enter(&demo, "operator", other, "P04");
}

/// Proves: CAB-06, DEL-02.
#[test]
fn a_delegate_cannot_delegate_and_a_cotitulaire_can_but_names_no_cotitulaire() {
    let demo = Demo::start();
    let zoe = "899790000089";
    let refused = demo.pli(&["delegation", "add", "--mailbox", CABINET, "--person", zoe, "--by", NADIA]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("NOT_MANAGER"), "{refused:?}");
    let added = demo.json(&["delegation", "add", "--mailbox", CABINET, "--person", zoe, "--by", "899790000022"]);
    assert!(added["people"].as_array().is_some_and(|people| people.iter().any(|p| p["idnat"] == zoe && p["capacity"] == "delegataire")));
    let refused = demo.pli(&["cotitulaire", "add", "--mailbox", CABINET, "--person", LUCIE, "--by", "899790000022"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("NOT_OWNER"), "{refused:?}");
}
