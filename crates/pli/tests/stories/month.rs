//! A month's files: each use for the person who acted, kinds apart, from a row back to its acts.

use crate::harness::letters::letter;
use crate::harness::{CABINET, CARDIOLOGIE, CLAIRE, Demo, Imap, NADIA, Smtp};

/// Proves: IND-A, IND-B, IND-C, IND-D, IND-50, IND-51.
#[test]
fn the_files_of_a_month_name_who_acted_tell_kinds_apart_and_can_be_traced_to_their_acts() {
    let demo = Demo::start();
    let anne = "anne.alisier@pli.mssante.test";
    let send = |mailbox: &str, persona: &str, id: &str| {
        let mut out = Smtp::enter(&demo, "operator", mailbox, persona);
        out.deliver(mailbox, &[CARDIOLOGIE], &letter(mailbox, CARDIOLOGIE, id)).expect("a reply").is(250);
    };
    send(CABINET, "P04", "by-the-secretary");
    send(CABINET, "P02", "by-the-colleague");
    send(anne, "P09", "by-a-hospital-doctor");
    Imap::enter(&demo, "operator", CABINET, "P04").command("SELECT INBOX").ok();

    let dir = demo.path("figures");
    let month = demo.json(&["indicators"])["month"].as_str().expect("a month").to_owned();
    let early = demo.pli(&["indicators", "compute", "--month", &month, "--out", dir.to_str().expect("a path")]);
    assert!(!early.status.success(), "a month that is not over has no files yet");
    demo.advance(std::time::Duration::from_secs(40 * 86_400));
    let folder = dir.to_str().expect("a path");
    let computed = demo.pli(&["indicators", "compute", "--month", &month, "--out", folder]);
    assert!(computed.status.success(), "{computed:?}");
    let verify = || demo.pli(&["indicators", "verify", folder]);
    let verified = verify();
    assert!(verified.status.success(), "{verified:?}");
    let exchanges = std::fs::read_dir(&dir)
        .expect("files")
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .find(|path| path.to_string_lossy().contains("_echanges_"))
        .expect("the file of exchanges");
    let text = std::fs::read_to_string(&exchanges).expect("text");
    let mut lines = text.lines().map(|line| line.split(';').collect::<Vec<_>>());
    let head = lines.next().expect("a header");
    let column = |name: &str| head.iter().position(|one| *one == name).unwrap_or_else(|| panic!("no column {name}"));
    let sent: Vec<Vec<&str>> = lines.filter(|row| row[column("sens")] == "EMIS").collect();
    let of = |address: &str| sent.iter().filter(|row| row[column("adresse_boite")] == address).collect::<Vec<_>>();
    let authors: Vec<&str> = of(CABINET).iter().map(|row| row[column("id_acteur")]).collect();
    assert_eq!(authors, ["899790000022", NADIA], "the authors, by their national numbers; never {CLAIRE}");
    assert!(of(CABINET).iter().all(|row| row[column("type_boite")] == "CAB" && row[column("id_structure")].is_empty()));
    assert_eq!(
        of(anne).first().map(|row| (row[column("type_boite")], row[column("id_structure")])),
        Some(("PER", "1990000028")),
        "in which structure"
    );

    // One changed figure is found.
    let tampered = text.replacen(";1;", ";9;", 1);
    assert_ne!(tampered, text);
    std::fs::write(&exchanges, tampered).expect("written");
    assert!(!verify().status.success(), "a changed file is told");
}
