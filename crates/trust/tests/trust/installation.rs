//! A verified list takes the place of the old one, or does not: dates, guard rails, freshness, restart, what is kept.

use std::time::Duration;

use rules::Refusal;
use trust::Dn;
use trust::list::Entry;
use trust::space::Freshness;

use crate::bench::{Bench, DAY, HOUR, code, domain, neighbour, ours, start};

/// The bench's entries and some more, so that one may disappear without a guard rail.
fn many(bench: &Bench, count: usize) -> Vec<Entry> {
    let mut entries = bench.entries();
    entries.extend(
        (0..count).map(|n| Entry::new(&format!("d{n}.mssante.test"), &format!("CN=mss.d{n}.example,OU=1990000{n:03},O=D,C=FR"), start())),
    );
    entries
}

/// Proves: TRU-09.
#[test]
fn an_older_list_is_refused_unless_an_administrator_forces_it() {
    let bench = Bench::new();
    let old = bench.lab.list(&many(&bench, 3), start().minus(DAY)).expect("a signed list");
    assert_eq!(code(bench.space.load(&old, "test", false)), "LB-ANCIENNE");
    assert!(!bench.space.snapshot().lists(&domain("d0.mssante.test")));
    let loaded = bench.space.load(&old, "by hand", true).expect("forced");
    assert_eq!((loaded.added, loaded.generated), (3, start().minus(DAY)));
    assert!(bench.space.snapshot().lists(&domain("d0.mssante.test")));
}

/// Proves: TRU-09.
#[test]
fn the_same_list_again_is_unchanged_and_another_of_the_same_date_is_refused() {
    let bench = Bench::new();
    let same = bench.lab.list(&bench.entries(), start()).expect("a signed list");
    bench.advance(HOUR);
    let loaded = bench.space.load(&same, "test", false).expect("unchanged");
    assert!(loaded.unchanged && loaded.removed.is_empty() && loaded.added == 0, "{loaded:?}");
    assert_eq!(bench.space.status().verified_at, Some(bench.now()), "the verification counts (TRU-11)");
    let other = bench.lab.list(&many(&bench, 1), start()).expect("a signed list");
    assert_eq!(code(bench.space.load(&other, "test", false)), "LB-ANCIENNE");
    assert_eq!(code(bench.space.load(&other, "test", true)), "LB-ANCIENNE", "even by force: two lists of one date are an incident");
}

/// Proves: TRU-09.
#[test]
fn a_list_from_the_future_is_refused() {
    let bench = Bench::new();
    let tomorrow = bench.lab.list(&bench.entries(), start().plus(DAY + HOUR)).expect("a signed list");
    assert_eq!(code(bench.space.load(&tomorrow, "test", false)), "LB-FUTURE");
    let tonight = bench.lab.list(&bench.entries(), start().plus(DAY - HOUR)).expect("a signed list");
    bench.space.load(&tonight, "test", false).expect("a clock may be a little late");
}

/// Proves: TRU-10.
#[test]
fn a_list_that_shrank_waits_for_a_person() {
    let bench = Bench::bare();
    bench.load(&many(&bench, 8)).expect("ten domains");
    bench.advance(HOUR);
    let loaded = bench.load(&many(&bench, 6)).expect("eight domains of ten are enough");
    assert_eq!((loaded.held, loaded.removed.len()), (None, 2));
    bench.advance(HOUR);
    let loaded = bench.load(&many(&bench, 4)).expect("it is not refused, but held");
    assert!(loaded.held.as_ref().is_some_and(|why| why.starts_with("LB-REDUITE")), "{loaded:?}");
    assert!(bench.space.snapshot().lists(&domain("d5.mssante.test")), "the old one stays in force");
    assert_eq!(bench.space.status().held.expect("it is held").reason, "6 domains instead of 8");
    assert!(bench.restart().status().held.is_some(), "a restart does not forget it");

    let loaded = bench.space.approve().expect("a person looked at it");
    assert_eq!(loaded.removed, [domain("d4.mssante.test"), domain("d5.mssante.test")]);
    assert!(!bench.space.snapshot().lists(&domain("d5.mssante.test")));
    assert_eq!(bench.space.status().held, None);
    assert_eq!(code(bench.space.approve()), "LB-REDUITE", "nothing is held any more");
}

/// Proves: TRU-10.
#[test]
fn a_list_that_lost_our_own_domain_waits_for_a_person() {
    let bench = Bench::bare();
    bench.load(&many(&bench, 8)).expect("ten domains");
    bench.advance(HOUR);
    let mut entries = many(&bench, 8);
    entries.retain(|entry| entry.name != ours().as_str());
    let loaded = bench.load(&entries).expect("held");
    assert!(loaded.held.is_some_and(|why| why.starts_with("LB-REDUITE") && why.contains("pli.mssante.test")));
    let mut entries = many(&bench, 8);
    for entry in entries.iter_mut().filter(|entry| entry.name == ours().as_str()) {
        entry.dn = "CN=mss.autre.example,OU=1990000001,O=AUTRE,C=FR".to_owned();
    }
    let loaded = bench.load(&entries).expect("held");
    assert!(loaded.held.is_some(), "our domain is there, but with another certificate");
    bench.advance(HOUR);
    let loaded = bench.load(&many(&bench, 8)).expect("accepted");
    assert_eq!((loaded.held, bench.space.status().held), (None, None), "a good list overtakes the one that is held");
}

/// Proves: TRU-13.
#[test]
fn a_loading_tells_what_it_changed() {
    let bench = Bench::bare();
    let first = bench.load(&many(&bench, 8)).expect("a list");
    assert_eq!((first.added, first.domains, first.entries), (10, 10, 10));
    bench.advance(HOUR);
    let mut entries = many(&bench, 10);
    entries.retain(|entry| entry.name != "d0.mssante.test");
    entries.push(Entry::new("d1.mssante.test", "CN=mss.d1-bis.example,OU=1990000001,O=D,C=FR", start()));
    let second = bench.load(&entries).expect("a list");
    assert_eq!((second.added, second.removed, second.changed), (2, vec![domain("d0.mssante.test")], vec![domain("d1.mssante.test")]));
    assert_eq!((second.domains, second.entries), (11, 12));
}

/// Proves: TRU-06, TRU-13.
#[test]
fn a_rehearsal_says_what_a_list_would_change_and_changes_nothing() {
    let bench = Bench::new();
    bench.advance(HOUR);
    let list = bench.signed(&many(&bench, 3));
    assert_eq!(bench.space.rehearse(&list).expect("a good list").added, 3);
    assert_eq!(code(bench.space.rehearse(&list[..list.len() - 40])), "LB-XML");
    assert!(!bench.space.snapshot().lists(&domain("d0.mssante.test")));
    assert_eq!(bench.space.status().verified_at, Some(start()));
}

/// Proves: TRU-11.
#[test]
fn freshness_is_the_time_since_the_last_good_verification() {
    let bench = Bench::bare();
    assert_eq!(bench.space.snapshot().fresh(start()), Err(Refusal::ListStale), "no list at all");
    bench.load(&bench.entries()).expect("a list");
    let at = |age: Duration| bench.space.snapshot().freshness(start().plus(age));
    assert_eq!(at(HOUR * 23), Freshness::Fresh);
    assert_eq!(at(HOUR * 24), Freshness::Late);
    assert_eq!(at(HOUR * 48), Freshness::Alarm);
    assert_eq!(bench.space.snapshot().fresh(start().plus(DAY * 14 - HOUR)), Ok(()));
    assert_eq!(bench.space.snapshot().fresh(start().plus(DAY * 14)), Err(Refusal::ListStale));

    bench.advance(DAY * 14);
    bench.publish_crl(&[], DAY * 30);
    assert_eq!(code(bench.space.load(b"<html/>", "test", false)), "LB-XML");
    assert_eq!(bench.space.snapshot().fresh(bench.now()), Err(Refusal::ListStale), "a refused file proves nothing");
    let confirmed = bench.space.confirm("304 Not Modified").expect("the publisher says it has not changed");
    assert!(confirmed.unchanged);
    assert_eq!(bench.space.snapshot().fresh(bench.now()), Ok(()));
}

/// Proves: TRU-12.
#[test]
fn a_restart_verifies_the_stored_list_again_and_keeps_its_age() {
    let bench = Bench::new();
    bench.advance(DAY * 3);
    let again = bench.restart();
    assert!(again.snapshot().lists(&neighbour()));
    assert_eq!(again.status().verified_at, Some(start()));
    assert_eq!(again.snapshot().freshness(bench.now()), Freshness::Alarm);

    let file = bench.dir.path().join("state/received").join(format!("{}.xml", again.status().sha256.expect("a list")));
    let text = std::fs::read_to_string(&file).expect("the stored list").replace("voisin.mssante.test", "intrus.mssante.test");
    std::fs::write(&file, text).expect("somebody tampers with it");
    let tampered = bench.restart();
    assert!(!tampered.snapshot().lists(&domain("intrus.mssante.test")), "it is not believed");
    assert_eq!(tampered.snapshot().fresh(bench.now()), Err(Refusal::ListStale), "and mail between operators waits");
    let good = bench.signed(&bench.entries());
    tampered.load(&good, "test", false).expect("until a good list comes");
    assert_eq!(tampered.snapshot().fresh(bench.now()), Ok(()));
}

/// Proves: TRU-12.
#[test]
fn a_transaction_keeps_the_snapshot_it_began_with() {
    let bench = Bench::bare();
    bench.load(&many(&bench, 8)).expect("a list");
    let begun = bench.space.snapshot();
    bench.advance(HOUR);
    bench.load(&many(&bench, 7)).expect("another list");
    assert!(begun.lists(&domain("d7.mssante.test")));
    assert!(!bench.space.snapshot().lists(&domain("d7.mssante.test")));
}

/// Proves: TRU-03.
#[test]
fn every_file_received_is_kept_with_its_verdict() {
    let bench = Bench::new();
    assert_eq!(code(bench.space.load(b"<html/>", "https://espacedeconfiance.mssante.test/", false)), "LB-XML");
    let last = bench.space.status().last.expect("a verdict");
    assert_eq!((last.code.as_str(), last.bytes, last.at), ("LB-XML", 7, start()));
    assert_eq!(last.source, "https://espacedeconfiance.mssante.test/");
    let received = bench.dir.path().join("state/received");
    assert_eq!(std::fs::read(received.join(format!("{}.xml", last.sha256))).expect("the refused file"), b"<html/>");
    let index = std::fs::read_to_string(received.join("index.jsonl")).expect("the index");
    assert_eq!(index.lines().count(), 2, "{index}");
    assert!(index.contains("LB-ACCEPTEE"), "{index}");
    assert_eq!(bench.restart().status().last, Some(last), "a restart knows the last verdict");

    bench.advance(DAY * 91);
    bench.publish_crl(&[], DAY);
    bench.load(&bench.entries()).expect("a list");
    let files = std::fs::read_dir(&received).expect("the folder").count();
    assert_eq!(files, 3, "after 90 days the refused file is gone, both accepted ones are there, with the index");
}

/// Proves: TRU-03.
#[test]
fn an_index_cut_by_a_crash_loses_its_last_line_only() {
    let bench = Bench::new();
    let index = bench.dir.path().join("state/received/index.jsonl");
    let mut text = std::fs::read_to_string(&index).expect("the index");
    text.push_str("{\"at\":17");
    std::fs::write(&index, text).expect("a torn line");
    let again = bench.restart();
    assert_eq!(again.status().last.expect("the line before").code, "LB-ACCEPTEE");
    assert_eq!(code(again.load(b"<html/>", "test", false)), "LB-XML");
    assert_eq!(bench.restart().status().last.expect("the new line").code, "LB-XML");
}

/// Proves: TRU-14, TRU-15, TRU-19.
#[test]
fn the_snapshot_answers_for_each_domain() {
    let bench = Bench::bare();
    let mut entries = bench.entries();
    entries.push(Entry::new("voisin.mssante.test", "CN=mss.bis.example,OU=399900000100019,O=BIS,C=FR", start()));
    entries.push(entries[0].clone());
    bench.load(&entries).expect("a list");
    let snapshot = bench.space.snapshot();
    assert_eq!(snapshot.dns_of(&neighbour()).len(), 2);
    assert_eq!(snapshot.dns_of(&ours()).len(), 1, "an exact duplicate counts once");
    assert_eq!(snapshot.entries().count(), 4, "but it is shown");
    let second = snapshot.entries().find(|e| e.dn.starts_with("CN=mss.bis.example")).expect("the second certificate");
    assert_eq!(second.structure, Some("399900000100019"));
    assert!(!snapshot.lists(&domain("sous.voisin.mssante.test")), "a domain says nothing of those under it");
    assert!(!snapshot.lists(&domain("mssante.test")));
    let own = Dn::parse(&bench.lab.operators[&ours()].declared().expect("our DN")).expect("our DN");
    assert!(snapshot.declares(&ours(), &own));
    assert!(!snapshot.declares(&neighbour(), &own), "then that domain is not opened on port 25");
    let status = bench.space.status();
    assert_eq!((status.entries, status.domains, status.generated), (4, 2, Some(start())));
    assert_eq!(status.signer.expect("a signer").0, "alb.mssante.test");
}
