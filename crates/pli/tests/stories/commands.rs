//! What scripts rely on: shapes, exit codes, one document on stdout, running or not.

use serde_json::{Value, json};

use crate::harness::letters::letter;
use crate::harness::{CABINET, CARDIOLOGIE, CLAIRE, Demo, NADIA, Smtp};

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[test]
fn demo_json_tells_where_everything_is_and_nothing_that_is_not_there() {
    let demo = Demo::start();
    let facts = &demo.facts;
    assert_eq!((&facts["version"], &facts["pid"]), (&json!(1), &json!(demo.pid())));
    assert_eq!(facts["operator"]["domain"], "pli.mssante.test");
    assert_eq!(facts["peer"]["server_name"], "mss.voisin.mssante.test");
    for door in ["smtp", "submission", "submissions", "imap", "imaps"] {
        assert_eq!(keys(&facts["operator"][door]), ["host", "port"], "{door}");
        assert_eq!(demo.port("peer", door), demo.port("operator", door) + 100, "{door}");
    }
    for absent in ["citizens", "franceconnect"] {
        assert!(facts.get(absent).is_none(), "{absent} is not built");
    }
    for operator in ["operator", "peer"] {
        let web = facts[operator]["web"].as_str().expect("its pages");
        assert_eq!(facts[operator]["api"], json!(format!("{web}/api/v1")));
        assert!(facts[operator]["admin_token"].as_str().is_some_and(|token| token.starts_with("pli_")));
    }
    for told in ["phone", "outbox", "login_page"] {
        assert!(facts["psc"][told].as_str().is_some_and(|at| at.starts_with("http://127.0.0.1:")), "{told}");
    }
    assert!(facts["structure_idp"]["issuer"].as_str().is_some_and(|issuer| issuer.ends_with("/realms/ch-valclair")));
    let machine = &facts["app_client"];
    assert_eq!(
        (&machine["mailbox"], &machine["server_name"]),
        (&json!("cardiologie_auto@pli.mssante.test"), &json!("app.mss.pli.mssante.test"))
    );
    for file in [
        ["app_client", "cert"],
        ["app_client", "key"],
        ["pki", "ca"],
        ["pki", "crl"],
        ["pki", "whitelist"],
        ["peer", "client_cert"],
        ["peer", "client_key"],
    ] {
        assert!(demo.told(&file).exists(), "{file:?}");
    }
    for bad in ["expired", "revoked", "other_ca", "wrong_dn"] {
        assert!(demo.told(&["pki", "bad", bad, "cert"]).exists() && demo.told(&["pki", "bad", bad, "key"]).exists(), "{bad}");
    }
    let cabinet = facts["mailboxes"].as_array().expect("an array").iter().find(|m| m["address"] == CABINET).expect("the cabinet").clone();
    assert_eq!((&cabinet["kind"], &cabinet["owner"]), (&json!("CAB"), &json!(CLAIRE)));
    assert_eq!(cabinet["cotitulaires"], json!(["899790000022"]));
    assert!(cabinet["delegataires"].as_array().is_some_and(|d| d.contains(&json!(NADIA))));
    let nadia = facts["personas"].as_array().expect("an array").iter().find(|p| p["key"] == "P04").expect("P04").clone();
    assert_eq!((&nadia["slug"], &nadia["idnat"], &nadia["name"]), (&json!("nadia.sureau"), &json!(NADIA), &json!("Nadia SUREAU")));
}

#[test]
fn a_command_gives_the_same_answer_through_the_running_process_and_alone() {
    let mut demo = Demo::start();
    let questions: [&[&str]; 5] = [
        &["mailbox", "list"],
        &["mailbox", "show", CABINET],
        &["delegation", "list", CABINET],
        &["journal", "show", "--mailbox", CABINET],
        &["queue", "list", "--operator", "voisin.mssante.test"],
    ];
    let running: Vec<Value> = questions.iter().map(|question| demo.json(question)).collect();
    assert!(demo.stop().success());
    let alone: Vec<Value> = questions.iter().map(|question| demo.json(question)).collect();
    assert_eq!(running, alone);
}

#[test]
fn the_shapes_are_those_of_the_contract() {
    let demo = Demo::start();
    let voisin = demo.identity("voisin");
    let mut peer = Smtp::operator(&demo, "operator", Some(&voisin));
    peer.deliver(CARDIOLOGIE, &[CABINET], &letter(CARDIOLOGIE, CABINET, "shape")).expect("a reply").is(250);

    let shown = demo.json(&["mailbox", "show", CABINET]);
    assert_eq!(
        (&shown["address"], &shown["kind"], &shown["state"], &shown["bearer"]),
        (&json!(CABINET), &json!("CAB"), &json!("ACTIVE"), &json!(CLAIRE))
    );
    for person in shown["people"].as_array().expect("an array") {
        let promised = ["accepted", "by", "capacity", "given", "idnat", "last_use", "name", "occupation", "since", "terms", "until"];
        assert_eq!(keys(person), promised);
    }
    let of =
        |idnat: &str| shown["people"].as_array().and_then(|people| people.iter().find(|p| p["idnat"] == idnat)).cloned().expect("there");
    assert_eq!(
        (&of(NADIA)["capacity"], &of(NADIA)["terms"], &of(NADIA)["until"]),
        (&json!("delegataire"), &json!("accepted"), &Value::Null)
    );
    assert_eq!(of("899790000055")["terms"], "pending");
    let delegations = demo.json(&["delegation", "list", CABINET]);
    assert!(delegations.as_array().is_some_and(|d| d.iter().all(|p| p["capacity"] == "delegataire") && d.len() == 3), "{delegations}");

    let lines = demo.json(&["journal", "show", "--mailbox", CABINET]);
    let received = lines.as_array().expect("an array").iter().find(|line| line["act"] == "message.received").expect("the letter").clone();
    for key in ["seq", "at", "mailbox", "author", "act", "object", "channel", "hash"] {
        assert!(!received[key].is_null(), "{key}: {received}");
    }
    assert_eq!(received["author"], json!({"type": "peer", "id": "voisin.mssante.test"}));
    let at = received["at"].as_str().expect("a time");
    assert!(at.len() == 27 && at.ends_with('Z'), "six decimals, UTC: {at}");
    let since = demo.json(&["journal", "show", "--mailbox", CABINET, "--since", at]);
    assert!(since.as_array().is_some_and(|lines| !lines.is_empty() && lines.iter().all(|line| line["at"].as_str() >= Some(at))));

    let figures = demo.json(&["indicators"]);
    for key in ["month", "connexions", "echanges", "boites"] {
        assert!(figures.get(key).is_some(), "{key}");
    }
    assert_eq!(demo.json(&["indicators", "--month", "2026-01"])["month"], "2026-01");
    assert_eq!(demo.json(&["check"])["ok"], true);
    assert_eq!(demo.json(&["whitelist", "show"])["domains"], 2);
}

#[test]
fn the_exit_code_says_whose_fault_it_is() {
    let demo = Demo::start();
    let code = |arguments: &[&str]| {
        let out = demo.pli(arguments);
        assert!(out.stdout.is_empty(), "errors go to stderr");
        assert!(!out.stderr.is_empty());
        out.status.code()
    };
    assert_eq!(code(&["mailbox", "show", "personne@pli.mssante.test"]), Some(1));
    assert_eq!(code(&["delegation", "add", "--mailbox", CABINET, "--person", "899790000071", "--until", "2020-01-01"]), Some(1));
    assert_eq!(code(&["delegation", "add"]), Some(2));
    assert_eq!(code(&["mailbox", "show", "x@ailleurs.mssante.test"]), Some(2));
    assert_eq!(code(&["indicators", "--month", "novembre"]), Some(2));
    let empty = tempfile::tempdir().expect("a folder");
    let out = std::process::Command::new(env!("CARGO_BIN_EXE_pli")).args(["check", "--dir"]).arg(empty.path()).output().expect("pli runs");
    assert_eq!(out.status.code(), Some(78), "{out:?}");
    let second = std::process::Command::new(env!("CARGO_BIN_EXE_pli"))
        .args(["demo", "--quiet", "--dir"])
        .arg(demo.dir())
        .output()
        .expect("pli runs");
    assert_eq!(second.status.code(), Some(1), "one process a folder: {second:?}");
}

/// Proves: SIM-08.
#[test]
fn a_vendor_gets_a_token_or_the_line_made_of_it() {
    let demo = Demo::start();
    let line = |arguments: &[&str]| String::from_utf8(demo.pli(arguments).stdout).expect("text").trim_end().to_owned();
    let token = line(&["sim", "token", "--persona", "P04"]);
    assert_eq!(token.split('.').count(), 3, "{token}");
    let sasl = line(&["sim", "token", "--persona", "nadia.sureau", "--xoauth2", CABINET]);
    let mut imap = crate::harness::Imap::connect(&demo, "operator");
    imap.command(&format!("AUTHENTICATE XOAUTH2 {sasl}")).ok();
}

/// Proves: TRU-06, TRU-10, TRU-13, TRU-20.
#[test]
fn a_list_of_the_real_ones_size_is_made_verified_and_held_because_ours_is_not_in_it() {
    let demo = Demo::start();
    let file = demo.path("synth.xml");
    let path = file.to_str().expect("a path");
    // Younger than the demo's own list, whatever the second.
    let started = rules::Moment::parse(demo.facts["started"].as_str().expect("a start")).expect("a moment");
    let generated = started.plus(std::time::Duration::from_secs(60)).to_string();
    let made = demo.json(&["whitelist", "synth", "--seed", "7", "--generated", &generated, "--out", path]);
    assert_eq!(made["entries"], 6_494);
    assert_eq!(demo.json(&["whitelist", "verify", path])["domains"], 4_944);
    let held = demo.pli(&["whitelist", "load", path]);
    assert_eq!(held.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&held.stderr).contains("LB-REDUITE"), "{held:?}");
    assert_eq!(demo.json(&["whitelist", "show"])["domains"], 2, "the old one stays in force");
    demo.json(&["whitelist", "approve", "--reason", "essai"]);
    assert_eq!(demo.json(&["whitelist", "show"])["domains"], 4_944);
    let lines = demo.json(&["journal", "show"]);
    let acts: Vec<&str> = lines.as_array().expect("an array").iter().filter_map(|line| line["act"].as_str()).collect();
    let held_then_accepted = acts.windows(2).any(|pair| pair == ["list.refused", "list.accepted"]);
    assert!(held_then_accepted, "{acts:?}");
}

#[test]
fn bulk_mailboxes_are_entered_by_their_synthetic_owners() {
    let demo = Demo::with(&["--bulk-mailboxes", "3", "--fill-mailbox", "u0001@pli.mssante.test:12:5"]);
    let token = demo.token(json!({"mailbox": "u0001@pli.mssante.test", "ttl_s": 600}));
    let mut imap = crate::harness::Imap::connect(&demo, "operator");
    imap.command(&format!("AUTHENTICATE XOAUTH2 {}", sandbox::xoauth2("u0001@pli.mssante.test", &token))).ok();
    imap.command("SELECT INBOX").ok();
    assert_eq!(imap.messages().len(), 12);
    let bulk = |row: &&Value| row["address"].as_str().is_some_and(|address| address.starts_with("u0"));
    assert_eq!(demo.facts["mailboxes"].as_array().expect("an array").iter().filter(bulk).count(), 3);
}
