//! Stop, start, stop, start: the demo goes on where it was.

use std::time::Duration;

use crate::harness::letters::{as_sent, letter};
use crate::harness::{CABINET, CARDIOLOGIE, Demo, Imap, Smtp, eventually};

/// Proves: TRU-12, TRU-39.
#[test]
fn two_restarts_lose_nothing_and_end_within_five_seconds_even_with_people_waiting() {
    let mut demo = Demo::start();
    let first = letter(CARDIOLOGIE, CABINET, "restart-1");
    let neighbour = demo.identity("voisin");
    let mut peer = Smtp::operator(&demo, "operator", Some(&neighbour));
    peer.deliver(CARDIOLOGIE, &[CABINET], &first).expect("a reply").is(250);
    let mut secretary = Imap::enter(&demo, "operator", CABINET, "P04");
    let selected = uid_validity(&mut secretary);
    secretary.idle();

    demo.advance(Duration::from_secs(86_400));
    let before = demo.json(&["mailbox", "list"]);
    assert!(demo.stop().success(), "SIGTERM ends it with 0");
    assert!(secretary.told(Duration::from_secs(1), |line| line.starts_with("* BYE")).is_some(), "who waits is told");
    assert!(!demo.path("demo.json").exists(), "scripts do not find a demo that is over");

    demo.launch();
    assert_eq!(demo.json(&["mailbox", "list"]), before);
    let mut secretary = Imap::enter(&demo, "operator", CABINET, "P04");
    assert_eq!(uid_validity(&mut secretary), selected);
    assert!(as_sent(&secretary.messages()[0].1, &first).is_some());
    // A message accepted just before the end leaves after it.
    demo.json(&["queue", "list"]);
    let second = letter(CABINET, CARDIOLOGIE, "restart-2");
    let mut submission = Smtp::enter(&demo, "operator", CABINET, "P04");
    submission.deliver(CABINET, &[CARDIOLOGIE], &second).expect("a reply").is(250);
    assert!(demo.stop().success());

    demo.launch();
    // The neighbour may have closed its doors first: then the letter waits for its second try, a minute later.
    demo.advance(Duration::from_secs(90));
    let mut cardiology = Imap::enter(&demo, "peer", CARDIOLOGIE, "P09");
    cardiology.command("SELECT INBOX").ok();
    let arrived = eventually("the message sent before the stop", Duration::from_secs(20), || {
        cardiology.command("NOOP").ok();
        cardiology.messages().pop()
    });
    assert!(as_sent(&arrived.1, &second).is_some());
    assert_eq!(cardiology.messages().len(), 1, "once");
    for operator in ["pli.mssante.test", "voisin.mssante.test"] {
        assert_eq!(demo.json(&["journal", "verify", "--operator", operator])["ok"], true);
    }
}

fn uid_validity(imap: &mut Imap) -> String {
    let selected = imap.command("SELECT INBOX").ok();
    let line = selected.untagged.iter().find(|line| line.text.contains("UIDVALIDITY")).expect("UIDVALIDITY");
    line.text.clone()
}

#[test]
fn a_demo_that_begins_anew_has_forgotten() {
    let mut demo = Demo::with(&["--fresh"]);
    let neighbour = demo.identity("voisin");
    let sent = letter(CARDIOLOGIE, CABINET, "fresh");
    Smtp::operator(&demo, "operator", Some(&neighbour)).deliver(CARDIOLOGIE, &[CABINET], &sent).expect("a reply").is(250);
    assert!(demo.stop().success());
    demo.launch();
    let mut secretary = Imap::enter(&demo, "operator", CABINET, "P04");
    secretary.command("SELECT INBOX").ok();
    assert!(secretary.messages().is_empty());
}
