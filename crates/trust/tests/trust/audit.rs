//! The eight audit scenarios of the ANS at the level of judgement: nine rows, two directions, before and after a hot reload.
//!
//! `sans-tls-audit` ends before any certificate is shown; its rows are the dialogues of the `smtp` room. Here: no chain, no peer.

use rules::{Domain, Refusal};
use rustls_pki_types::CertificateDer;
use trust::list::Entry;
use trust::pki::{Lab, Leaf, Request, Subject};
use trust::{Snapshot, tls};

use crate::bench::{Bench, DAY, HOUR, domain, neighbour, ours, start};
use crate::handshake::shake;

fn audit(name: &str) -> Domain {
    domain(&format!("{name}.espacedeconfiance.mssante.test"))
}

/// One row: the domain, what the peer shows, what must come of it (the code of the refusal).
struct Row {
    name: &'static str,
    leaf: Leaf,
    expected: Result<(), &'static str>,
}

/// The certificates of the audit; `(a)` bears the listed CN with another organisation, `(b)` is listed but resembles neither domain nor host.
fn rows(lab: &Lab) -> Vec<Row> {
    let own = lab.operators[&neighbour()].clone();
    let listed = Subject::operator(&neighbour());
    let issue = |subject: Subject| lab.ca.issue(&Request::operator(subject, Vec::new(), start())).expect("a certificate");
    let impostor = issue(Subject { organisation: "AUTRE ORGANISATION".to_owned(), unit: "399900000900019".to_owned(), ..listed.clone() });
    let unlike = issue(Subject { common_name: "bus.example".to_owned(), ..listed });
    let row = |name, leaf: &Leaf, expected| Row { name, leaf: leaf.clone(), expected };
    vec![
        row("cert-valide-audit", &own, Ok(())),
        row("cert-expire-audit", &lab.bad.expired, Err("TLS-EXPIRE")),
        row("cert-revoque-audit", &lab.bad.revoked, Err("TLS-REVOQUE")),
        row("cert-non-igc-audit", &lab.bad.other_ca, Err("TLS-NON-IGC")),
        row("cert-no-match-audit", &lab.bad.wrong_dn, Err("LB-DN")),
        row("cert-cn-diff-dn-audit", &impostor, Err("LB-DN")),
        row("cert-cn-diff-dn-audit", &unlike, Ok(())),
        row("tests-operateur", &own, Ok(())),
    ]
}

/// The audit domains, each declared with the neighbour's DN; one with that of the tool's ordinary server too (TRU-15).
fn entries(bench: &Bench, rows: &[Row]) -> Vec<Entry> {
    let declared = bench.lab.operators[&neighbour()].declared().expect("a DN");
    let mut entries = bench.entries();
    for name in rows.iter().map(|row| row.name).collect::<std::collections::BTreeSet<_>>() {
        entries.push(Entry::new(audit(name).as_str(), &declared, start()));
    }
    let unlike = rows[6].leaf.declared().expect("a DN");
    entries.push(Entry::new(audit("cert-cn-diff-dn-audit").as_str(), &unlike, start()));
    entries
}

fn verdict(bench: &Bench, snapshot: &Snapshot, shown: &[CertificateDer<'_>], domain: &Domain) -> Result<(), &'static str> {
    let peer = snapshot.judge(shown, bench.now()).map_err(|refusal| refusal.code())?;
    snapshot.speaks_for(&peer, domain).map_err(|refusal| refusal.code())
}

/// Both directions of every row, through real handshakes.
fn both_directions(bench: &Bench, rows: &[Row], when: &str) {
    let own = bench.lab.operators[&ours()].identity();
    let our_server = tls::operator_server(&own).expect("our server");
    let our_client = tls::operator_client(&own).expect("our client");
    let snapshot = bench.space.snapshot();
    for row in rows {
        let theirs = row.leaf.identity();
        let arriving = shake(tls::operator_client(&theirs).expect("their client"), our_server.clone()).expect("the handshake always ends");
        assert_eq!(verdict(bench, &snapshot, &arriving.seen_by_server, &audit(row.name)), row.expected, "{} sends to us, {when}", row.name);
        let leaving = shake(our_client.clone(), tls::operator_server(&theirs).expect("their server")).expect("the handshake always ends");
        assert_eq!(verdict(bench, &snapshot, &leaving.seen_by_client, &audit(row.name)), row.expected, "we send to {}, {when}", row.name);
        assert_eq!(leaving.seen_by_server, bench.lab.operators[&ours()].chain().expect("our chain"), "and we show our certificate");
    }
}

/// Proves: TRU-21, TRU-24, TRU-25, TRU-32.
#[test]
fn the_audit_scenarios_pass_in_both_directions_before_and_after_a_hot_reload() {
    let bench = Bench::bare();
    let rows = rows(&bench.lab);
    bench.load(&entries(&bench, &rows)).expect("the audit's list");
    both_directions(&bench, &rows, "after a fresh start");
    bench.advance(HOUR);
    bench.publish_crl(&[], DAY);
    bench.load(&entries(&bench, &rows)).expect("the same list, signed again");
    both_directions(&bench, &rows, "after a hot reload");
}

/// Proves: TRU-24.
#[test]
fn a_peer_without_certificate_ends_the_handshake_and_is_nobody() {
    let bench = Bench::new();
    // The ordinary client of the handshake asks for the neighbour's host name.
    let our_server = tls::operator_server(&bench.lab.operators[&neighbour()].identity()).expect("a server");
    let bare = tls::people_client(bench.lab.ca.cert_pem.as_bytes()).expect("a client without certificate");
    let arriving = shake(bare, our_server).expect("the handshake ends");
    assert!(arriving.seen_by_server.is_empty());
    assert_eq!(bench.space.snapshot().judge(&arriving.seen_by_server, start()), Err(Refusal::TlsAbsent));
    assert_eq!(bench.space.snapshot().judge(&[CertificateDer::from(vec![1, 2, 3])], start()), Err(Refusal::TlsForeign));
}

/// Proves: TRU-24.
#[test]
fn a_strangers_expired_certificate_is_called_a_strangers() {
    let bench = Bench::new();
    let expired = Request { not_after: start().minus(DAY), ..Request::operator(Subject::operator(&neighbour()), Vec::new(), start()) };
    let foreign = bench.lab.foreign_ca.issue(&expired).expect("a certificate");
    assert_eq!(bench.space.snapshot().judge(&foreign.chain().expect("a chain"), start()), Err(Refusal::TlsForeign));
    let early = Request { not_before: start().plus(DAY), ..Request::operator(Subject::operator(&neighbour()), Vec::new(), start()) };
    let early = bench.lab.ca.issue(&early).expect("a certificate");
    assert_eq!(bench.space.snapshot().judge(&early.chain().expect("a chain"), start()), Err(Refusal::TlsExpired), "not yet valid");
}

/// Proves: TRU-16, TRU-25.
#[test]
fn a_peer_is_entitled_by_its_whole_name_to_each_domain_that_declares_it() {
    let bench = Bench::new();
    let snapshot = bench.space.snapshot();
    let chain = bench.lab.operators[&neighbour()].chain().expect("a chain");
    let peer = snapshot.judge(&chain, start()).expect("a good peer");
    assert_eq!(peer.subject, bench.lab.operators[&neighbour()].declared().expect("its DN"));
    assert_eq!(snapshot.speaks_for(&peer, &neighbour()), Ok(()));
    assert_eq!(snapshot.speaks_for(&peer, &ours()), Err(Refusal::ListDn));
    assert_eq!(snapshot.speaks_for(&peer, &domain("inconnu.mssante.test")), Err(Refusal::ListAbsent));
    assert_eq!(snapshot.any_domain_of(&peer), Ok(neighbour()));
    let stranger = snapshot.judge(&bench.lab.bad.wrong_dn.chain().expect("a chain"), start()).expect("its certificate is good");
    assert_eq!(snapshot.any_domain_of(&stranger), Err(Refusal::ListDn));
    // A renewed certificate bears the same subject, and goes on working.
    let renewed = bench.lab.ca.issue(&Request::operator(Subject::operator(&neighbour()), Vec::new(), start())).expect("a certificate");
    let renewed = snapshot.judge(&renewed.chain().expect("a chain"), start()).expect("a good peer");
    assert_eq!(snapshot.speaks_for(&renewed, &neighbour()), Ok(()));
}
