//! The page that a person reads first: what it says to type, typed as it stands.

use std::process::Command;
use std::time::Duration;

use crate::harness::programs::{output, text};
use crate::harness::{CABINET, CARDIOLOGIE, Demo, Imap, NADIA, eventually};

/// The commands of the page, without its prose: they stand six columns in.
fn commands(page: &str) -> String {
    let tries = page.split("Trois choses à essayer").nth(1).expect("three things to try");
    let typed = tries.lines().filter(|line| line.starts_with("      ")).map(|line| line.split("      #").next().unwrap_or(line));
    typed.collect::<Vec<_>>().join("\n")
}

#[test]
fn what_the_page_says_to_type_works_as_it_stands() {
    let demo = Demo::start();
    let page = std::fs::read_to_string(demo.path("page.txt")).expect("the page");
    for said in ["Nadia SUREAU", "pli.mssante.test", "voisin.mssante.test", "swaks", "mbsync", "curl"] {
        assert!(page.contains(said), "{said} is not on\n{page}");
    }
    let script = demo.path("typed.sh");
    std::fs::write(&script, commands(&page)).expect("a script");
    let out = output(Command::new("bash").arg("-e").arg(&script));
    let said = text(&out);
    assert!(out.status.success(), "{said}\n{}", commands(&page));
    assert!(said.contains("message.sent") && said.contains(NADIA), "the journal names her: {said}");
    assert!(said.contains("Bonjour du voisin."), "curl showed the letter: {said}");
    assert!(std::fs::read_dir(demo.path("try/mail/INBOX")).is_ok_and(|folder| folder.count() > 0), "mbsync mirrored it");
    let mut cardiology = Imap::enter(&demo, "peer", CARDIOLOGIE, "P09");
    cardiology.command("SELECT INBOX").ok();
    let answer = eventually("her answer at the neighbour's", Duration::from_secs(30), || {
        cardiology.command("NOOP").ok();
        cardiology.messages().pop()
    });
    assert!(String::from_utf8_lossy(&answer.1).contains(&format!("From: <{CABINET}>")));
}
