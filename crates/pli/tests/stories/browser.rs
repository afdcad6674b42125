//! Stories in a real browser: Debian's chromium driven by the scripts of `tests/browser`, on a desk and on a phone, with and without
//! JavaScript. Each looks at every page it crosses with axe-core; none may have a violation.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::harness::{CABINET, Demo};

/// Runs one script against a demo; what it says is shown when it fails.
fn tell(demo: &Demo, script: &str, more: &[&str]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    assert!(
        folder.join("node_modules/playwright-core").exists(),
        "the browser stories need `npm ci` in {}: ./dev test does it",
        folder.display()
    );
    let told = Command::new("node").arg(folder.join(script)).arg(demo.dir()).args(more).current_dir(&folder).stdin(Stdio::null()).output();
    let told = told.expect("node runs");
    let words = format!("{}\n{}", String::from_utf8_lossy(&told.stdout), String::from_utf8_lossy(&told.stderr));
    assert!(told.status.success(), "{script}\n{words}");
}

const HUGO: &str = "899790000055";

/// Proves: CAB-07, CAB-10, CAB-14, CAB-15, DEL-01, DEL-02, DEL-04, DEL-05, DEL-06, DEL-08, DEL-13, DEL-14, CGU-01, CGU-02, PSC-A, PSC-B, PSC-D, PSC-39, PSC-40.
#[test]
fn an_owner_lends_the_mailbox_from_a_phone_and_it_ends_by_itself_on_imap_and_on_the_web() {
    let demo = Demo::start();
    // He is among the demo's people: taken out, so that he is somebody new.
    demo.json(&["delegation", "end", "--mailbox", CABINET, "--person", HUGO]);
    tell(&demo, "delegation.mjs", &[]);
    demo.json(&["journal", "verify"]);
}

/// Proves: PSC-C, PSC-33, PSC-34.
#[test]
fn two_people_share_a_desk_by_their_telephones_and_it_always_says_who_is_there() {
    tell(&Demo::start(), "shared_desk.mjs", &[]);
}

/// Proves: CAB-10, CAB-16, DEL-06, IND-A.
#[test]
fn a_secretary_reads_answers_finds_and_files_letters_and_sees_them_arrive() {
    tell(&Demo::with(&["--fill-mailbox", &format!("{CABINET}:60:3")]), "letters.mjs", &[]);
}

/// Proves: CAB-01, CAB-02, CAB-03, CAB-04, CAB-05, CAB-12, CAB-13, CAB-20.
#[test]
fn a_practice_opens_its_mailbox_hands_it_over_closes_it_and_thinks_better_of_it() {
    tell(&Demo::start(), "cabinet.mjs", &[]);
}

/// Proves: DEL-11, LOC-01, LOC-05, LOC-06.
#[test]
fn a_hospitals_secretary_enters_by_her_establishments_own_login_and_opens_one_mailbox() {
    tell(&Demo::start(), "hospital.mjs", &[]);
}

/// Proves: STF-01, STF-02, STF-03, STF-04, BAL-01.
#[test]
fn the_operators_desk_opens_with_a_passkey_and_never_shows_a_letter() {
    let demo = Demo::start();
    let made = demo.json(&["staff", "invite", "--login", "m.houx", "--name", "Maude HOUX", "--role", "mailbox", "--role", "security"]);
    tell(&demo, "desk.mjs", &[made["link"].as_str().expect("a link")]);
}

/// Proves: PSC-A, PSC-10, IND-A, IND-60, IND-62.
#[test]
fn everything_works_without_javascript_in_the_dark_and_in_english() {
    tell(&Demo::with(&["--fill-mailbox", &format!("{CABINET}:20:3")]), "plain.mjs", &[]);
}

/// Proves: PSC-A, IND-62, STF-03. Whatever links lead to is looked at, as five sorts of people see it.
#[test]
fn every_page_that_links_lead_to_fits_a_telephone_and_can_be_read_by_anybody() {
    let demo = Demo::with(&["--fill-mailbox", &format!("{CABINET}:60:3")]);
    let made = demo.json(&["staff", "invite", "--login", "m.houx", "--name", "Maude HOUX", "--role", "mailbox", "--role", "security"]);
    tell(&demo, "tour.mjs", &[made["link"].as_str().expect("a link")]);
}

/// Proves: CAB-06, DEL-02, DEL-13.
#[test]
fn an_owner_lends_the_mailbox_by_the_keyboard_alone() {
    tell(&Demo::start(), "keyboard.mjs", &[]);
}
