//! A practice over time: its owner about to leave, a FINESS number obtained, several exercises with different délégataires, the operator's
//! own table of who may be let in.

use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::json;

use crate::harness::{CABINET, CLAIRE, Demo, Imap, NADIA, eventually};

const ZOE: &str = "899790000089";

/// The room of the cabinet as its owner reads it.
fn room(demo: &Demo) -> String {
    let jar = demo.path("cookies");
    let web = demo.facts["operator"]["web"].as_str().expect("the pages");
    let curl = |arguments: &[&str]| {
        let out = Command::new("curl").args(["--silent", "-c"]).arg(&jar).arg("-b").arg(&jar).args(arguments).stdin(Stdio::null()).output();
        String::from_utf8_lossy(&out.expect("curl").stdout).into_owned()
    };
    let authorize = curl(&["-o", "/dev/null", "-w", "%{redirect_url}", &format!("{web}/connexion/psc?vers=/boites")]);
    let back = demo.sim("POST", "login", Some(&json!({"persona": "P01", "authorize": authorize})));
    curl(&["-L", "-o", "/dev/null", back["redirect"].as_str().expect("a way back")]);
    let page = curl(&[&format!("{web}/boites/{CABINET}/acces")]);
    assert!(page.contains("Cabinet médical des Lilas"), "{page}");
    page
}

/// Proves: CAB-19.
#[test]
fn an_owner_whose_practice_is_about_to_end_is_led_to_hand_the_mailbox_over_or_close_it() {
    let demo = Demo::start();
    assert!(
        !room(&demo).contains("/acces/transmettre\">Transmettre la boîte</a>") || !room(&demo).contains("prend fin"),
        "nothing to say yet"
    );
    let lines = demo.json(&["journal", "show", "--mailbox", CABINET]);
    let now = rules::Moment::parse(lines.as_array().and_then(|lines| lines.last()).expect("her visit")["at"].as_str().expect("a time"));
    let soon = now.expect("a moment").plus(Duration::from_secs(40 * 86_400)).to_string();
    demo.json(&["register", "situation", "end", "--person", CLAIRE, "--situation", "9900000001", "--at", &soon]);
    let page = room(&demo);
    assert!(page.contains("notice warn"), "she is warned: {page}");
    assert!(page.contains("/acces/transmettre") && page.contains("/acces/fermer"), "and led to one or the other");
}

/// Proves: CAB-18, CAB-03.
#[test]
fn a_practice_that_obtains_a_finess_number_is_told_of_the_organisational_way() {
    let demo = Demo::start();
    assert!(!room(&demo).contains("FINESS"));
    demo.json(&["register", "structure", "CABINET MEDICAL DES LILAS", "--finess", "990000051"]);
    assert!(room(&demo).contains("FINESS"), "its owner is warned");
    let refused = demo.pli(&[
        "mailbox",
        "create",
        "cabinet.des-lilas-bis@pli.mssante.test",
        "--kind",
        "CAB",
        "--owner",
        CLAIRE,
        "--structure",
        "499790000014017",
    ]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("STRUCTURE_HAS_FINESS"), "{refused:?}");
}

/// Proves: BAL-04, DEL-10, PSC-E.
#[test]
fn delegates_of_one_exercise_see_nothing_of_the_other() {
    let demo = Demo::start();
    Imap::enter(&demo, "operator", "karim.aubepin.valserein@pli.mssante.test", "P04");
    let mut other = Imap::connect(&demo, "operator");
    let line = sandbox::xoauth2("karim.aubepin@pli.mssante.test", &demo.token_of("P04"));
    let tag = other.begin(&format!("AUTHENTICATE XOAUTH2 {line}"));
    let challenge = other.lines.next().expect("a challenge");
    assert!(challenge.starts_with("+ "), "{challenge}");
    other.lines.line("");
    let refused = other.finish(&tag);
    assert_eq!(refused.tagged, "NO [AUTHORIZATIONFAILED] Pas d'acces a cette boite", "his other mailbox, with a perfect token");
    let mine = demo.json(&["register", "person", "show", NADIA]);
    let addresses: Vec<&str> = mine["mailboxes"].as_array().expect("hers").iter().filter_map(|one| one["address"].as_str()).collect();
    assert!(addresses.contains(&CABINET) && !addresses.contains(&"karim.aubepin@pli.mssante.test"), "{addresses:?}");
}

/// Proves: DEL-12.
#[test]
fn who_may_be_let_in_is_the_operators_table_not_code() {
    let mut demo = Demo::start();
    demo.json(&["delegation", "add", "--mailbox", CABINET, "--person", ZOE, "--by", CLAIRE]);
    demo.json(&["delegation", "end", "--mailbox", CABINET, "--person", ZOE, "--by", CLAIRE]);
    assert!(demo.stop().success());
    let home = demo.path("operator");
    let table = "table;code;columns;standing;ground\nG15;10;OCD;settled;essai\nR85;331;D;settled;essai\n";
    std::fs::write(home.join("eligibilite.csv"), table).expect("a table");
    let config = std::fs::read_to_string(home.join("pli.toml")).expect("a configuration");
    std::fs::write(home.join("pli.toml"), format!("eligibility_file = \"eligibilite.csv\"\n{config}")).expect("a configuration");
    let log = std::fs::File::create(home.join("log")).expect("a log");
    let mut serve = Command::new(env!("CARGO_BIN_EXE_pli"));
    let mut server =
        serve.args(["serve", "--dir"]).arg(&home).env("PLI_LOG", "info").stdout(Stdio::null()).stderr(log).spawn().expect("pli runs");
    let ready = || std::fs::read_to_string(home.join("log")).unwrap_or_default().contains("ready").then_some(());
    eventually("the server is ready", Duration::from_secs(20), ready);
    let refused = Command::new(env!("CARGO_BIN_EXE_pli"))
        .args(["delegation", "add", "--mailbox", CABINET, "--person", ZOE, "--by", CLAIRE, "--dir"])
        .arg(&home)
        .output()
        .expect("pli runs");
    let _ = server.kill();
    let _ = server.wait();
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("NOT_ELIGIBLE"), "{refused:?}");
}
