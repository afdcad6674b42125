//! What leaves the house of who enters a mailbox: nothing. The national file, the pages and the API, before and after colleagues join.

use serde_json::{Value, json};

use crate::harness::{CABINET, CLAIRE, Demo, LUCIE, NADIA, http};

/// The text of the national file, out of its archive.
fn extraction(demo: &Demo, name: &str) -> String {
    let dir = demo.path(name);
    std::fs::create_dir_all(&dir).expect("a folder");
    let out = demo.pli(&["directory", "extract", "--out", dir.to_str().expect("a path"), "--operator", "pli.mssante.test"]);
    assert!(out.status.success(), "{out:?}");
    let archive = std::fs::read_dir(&dir).expect("a folder").next().expect("an archive").expect("a file").path();
    let text = std::process::Command::new("python3")
        .args(["-c", "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); sys.stdout.buffer.write(z.read(z.namelist()[0]))"])
        .arg(&archive)
        .output()
        .expect("python3");
    assert!(text.status.success(), "{text:?}");
    String::from_utf8(text.stdout).expect("UTF-8")
}

/// Proves: CAB-11, CAB-21, DEL-07, ANN-10, ANN-52.
#[test]
fn the_national_file_is_the_same_to_the_byte_before_and_after_colleagues_and_delegates_join() {
    let demo = Demo::start();
    let before = extraction(&demo, "before");
    let lines: Vec<&str> = before.lines().collect();
    assert_eq!(lines[0].split('|').count(), 31);
    let cabinet: Vec<&str> = lines.iter().find(|line| line.contains(CABINET)).expect("the cabinet is published").split('|').collect();
    assert_eq!((cabinet[0], cabinet[4]), ("CAB", CLAIRE), "on its owner's card");
    for technical in ["99790000014017", "499790000014017", "R990003"] {
        assert!(!before.contains(technical), "a technical number is shown nowhere");
    }
    assert!(!before.contains(NADIA) && !before.contains("899790000055"), "délégataires are on no line");

    let web = demo.facts["operator"]["api"].as_str().expect("the API").to_owned();
    let bearer = format!("Bearer {}", demo.token_of("P01"));
    let post = |path: &str, body: Value| {
        http::call("POST", &format!("{web}/mailboxes/{CABINET}/{path}"), &[("Authorization", &bearer)], Some(&body))
    };
    post("delegations", json!({"person": "899790000089", "attested": true}));
    demo.json(&["delegation", "end", "--mailbox", CABINET, "--person", LUCIE]);
    post("cotitulaires", json!({"person": LUCIE, "attested": true}));
    let people = demo.json(&["mailbox", "show", CABINET]);
    assert_eq!(people["people"].as_array().map(Vec::len), Some(6), "{people}");
    assert_eq!(extraction(&demo, "after"), before);

    demo.json(&["mailbox", "handover", CABINET, "--to", "899790000022", "--reason", "pièces reçues"]);
    let handed = extraction(&demo, "handed");
    let cabinet = handed.lines().find(|line| line.contains(CABINET)).expect("still published");
    assert_eq!(cabinet.split('|').nth(4), Some("899790000022"), "and on the new owner's, once handed over");
}

/// Proves: CAB-08, DEL-03, CAB-13, TRU-51.
#[test]
fn the_history_of_a_mailbox_outlives_it() {
    let demo = Demo::start();
    demo.json(&["cotitulaire", "add", "--mailbox", CABINET, "--person", "899790000063", "--by", CLAIRE]);
    demo.json(&[
        "cotitulaire",
        "end",
        "--mailbox",
        CABINET,
        "--person",
        "899790000063",
        "--by",
        CLAIRE,
        "--reason",
        "fin de collaboration",
    ]);
    demo.json(&["mailbox", "close", CABINET, "--reason", "départ"]);
    demo.advance(std::time::Duration::from_secs(31 * 86_400));
    crate::harness::eventually("the closing to be over", std::time::Duration::from_secs(60), || {
        (demo.json(&["mailbox", "show", CABINET])["state"] == "CLOSE").then_some(())
    });
    let token = demo.facts["operator"]["admin_token"].as_str().expect("a token").to_owned();
    let url = format!("{}/mailboxes/{CABINET}/movements", demo.facts["operator"]["api"].as_str().expect("the API"));
    let history = http::call("GET", &url, &[("Authorization", &format!("Bearer {token}"))], None);
    let items = history["items"].as_array().expect("movements");
    let of = |kind: &str| items.iter().filter(|one| one["type"] == kind && one["person"] == "899790000063").count();
    assert_eq!((of("movement.cotitulaire_added"), of("movement.cotitulaire_removed")), (1, 1), "{history}");
    let ended = items.iter().find(|one| one["type"] == "movement.cotitulaire_removed").expect("it stands");
    assert_eq!((&ended["by"]["id"], &ended["reason"]), (&json!(CLAIRE), &json!("fin de collaboration")), "by whom, and why");
    let taken = demo.pli(&["mailbox", "create", CABINET, "--kind", "CAB", "--owner", CLAIRE, "--structure", "499790000014017"]);
    assert_eq!(taken.status.code(), Some(1), "its address is never given again");
}
