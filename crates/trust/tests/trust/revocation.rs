//! Revocation lists: hot reload, age, wrong signatures; and chains whose intermediates are missing.

use rules::Refusal;
use trust::Presented;
use trust::TrustSpace;
use trust::pki::{AUTHORITY, Authority, Purpose, Request, Subject};
use trust::space::{Config, ListRefusal};

use crate::bench::{Bench, DAY, HOUR, neighbour, start};

fn neighbours(bench: &Bench) -> Vec<rustls_pki_types::CertificateDer<'static>> {
    bench.lab.operators[&neighbour()].chain().expect("a chain")
}

/// Proves: TRU-36.
#[test]
fn a_revocation_list_is_swapped_while_sessions_go_on() {
    let bench = Bench::new();
    let chain = neighbours(&bench);
    let begun = bench.space.snapshot();
    begun.judge(&chain, bench.now()).expect("good so far");
    bench.publish_crl(&[&bench.lab.operators[&neighbour()]], DAY);
    assert_eq!(bench.space.snapshot().judge(&chain, bench.now()), Err(Refusal::TlsRevoked));
    assert!(begun.judge(&chain, bench.now()).is_ok(), "a transaction that began before ends as it began");
    assert!(bench.space.snapshot().lists(&neighbour()), "the list stayed in force");
    let status = bench.space.status();
    assert_eq!((status.crls.len(), status.crls[0].revoked, status.crls[0].issuer.as_str()), (1, 2, AUTHORITY));
}

/// Proves: TRU-36.
#[test]
fn a_revocation_list_past_its_date_is_a_temporary_failure_never_a_pass() {
    let bench = Bench::new();
    let chain = neighbours(&bench);
    bench.advance(DAY * 7 + HOUR);
    let refusal = bench.space.snapshot().judge(&chain, bench.now()).expect_err("nobody can know");
    assert_eq!(refusal, Refusal::CrlStale);
    assert!(bench.space.status().crls[0].expired);
    bench.publish_crl(&[], DAY);
    bench.space.snapshot().judge(&chain, bench.now()).expect("a fresh list, and all is well");
}

/// Proves: TRU-35.
#[test]
fn without_a_revocation_list_nobody_passes() {
    let bench = Bench::new();
    std::fs::write(bench.crl(), bench.lab.foreign_ca.crl(&[], start(), DAY).expect("CRL")).expect("CRL");
    let config = |crls| Config {
        anchors: bench.dir.path().join("ca.pem"),
        intermediates: None,
        crls,
        state_dir: bench.dir.path().join("other"),
        signers: Vec::new(),
        signer_issuer: String::new(),
        own: Vec::new(),
    };
    let clock = rules::Clock::new(start);
    let none = TrustSpace::open(config(Vec::new()), clock).expect("it opens");
    assert_eq!(none.snapshot().judge(&neighbours(&bench), start()), Err(Refusal::CrlStale));
    assert_eq!(
        none.snapshot().judge(&bench.lab.bad.other_ca.chain().expect("a chain"), start()),
        Err(Refusal::TlsForeign),
        "a stranger stays one"
    );
}

/// Proves: TRU-36.
#[test]
fn a_revocation_list_that_is_not_the_authoritys_is_refused_and_the_old_one_stays() {
    let bench = Bench::new();
    let namesake = Authority::anchor(AUTHORITY, start()).expect("an authority");
    let good = std::fs::read(bench.crl()).expect("the list in force");
    let mut torn = good.clone();
    torn.truncate(good.len() - 10);
    let mut changed = good.clone();
    let middle = good.len() / 2;
    changed[middle] ^= 1;
    let foreign = bench.lab.foreign_ca.crl(&[], start(), DAY).expect("CRL");
    let forged = namesake.crl(&[], start(), DAY).expect("CRL");
    for (bad, why) in [
        (foreign, "none of the configured"),
        (forged, "wrong signature"),
        (torn, "not a revocation list"),
        (b"x".to_vec(), "not a revocation"),
    ] {
        std::fs::write(bench.crl(), bad).expect("CRL");
        match bench.space.reload() {
            Err(ListRefusal::Refused { code: "CRL-REFUSEE", detail }) => assert!(detail.contains(why), "{detail}"),
            other => panic!("{why}: {other:?}"),
        }
    }
    std::fs::write(bench.crl(), changed).expect("CRL");
    assert!(bench.space.reload().is_err());
    std::fs::remove_file(bench.crl()).expect("removed");
    assert!(matches!(bench.space.reload(), Err(ListRefusal::Io(_))));
    bench.space.snapshot().judge(&neighbours(&bench), bench.now()).expect("the old list is still in force");
}

/// A trust space whose operators are certified by an intermediate.
struct TwoLevels {
    dir: tempfile::TempDir,
    root: Authority,
    issuing: Authority,
}

impl TwoLevels {
    fn new() -> Self {
        let root = Authority::anchor("AC RACINE IGC-SANTE (LABO)", start()).expect("a root");
        let issuing = root.intermediate(AUTHORITY, start()).expect("an intermediate");
        let dir = tempfile::TempDir::new().expect("a folder");
        std::fs::write(dir.path().join("bundle.pem"), format!("{}{}", issuing.cert_pem, root.cert_pem)).expect("bundle");
        std::fs::write(dir.path().join("root.pem"), &root.cert_pem).expect("root");
        std::fs::write(dir.path().join("issuing.crl"), issuing.crl(&[], start(), DAY).expect("CRL")).expect("CRL");
        Self { dir, root, issuing }
    }

    fn open(&self, anchors: &str, crls: &[&str]) -> TrustSpace {
        let path = |name: &str| self.dir.path().join(name);
        let config = Config {
            anchors: path(anchors),
            intermediates: None,
            crls: crls.iter().map(|name| path(name)).collect(),
            state_dir: path("state"),
            signers: Vec::new(),
            signer_issuer: String::new(),
            own: Vec::new(),
        };
        TrustSpace::open(config, rules::Clock::new(start)).expect("a trust space")
    }
}

/// Proves: TRU-34.
#[test]
fn a_peer_that_forgets_its_intermediate_is_known_all_the_same() {
    let levels = TwoLevels::new();
    let leaf = levels.issuing.issue(&Request::operator(Subject::operator(&neighbour()), Vec::new(), start())).expect("a certificate");
    let chain = leaf.chain().expect("a chain");
    assert_eq!(chain.len(), 2, "an operator sends its intermediates");
    let space = levels.open("bundle.pem", &["issuing.crl"]);
    space.snapshot().judge(&chain, start()).expect("the whole chain");
    let peer = space.snapshot().judge(&chain[..1], start()).expect("the leaf alone: the intermediate is configured");
    assert_eq!(peer.cn, "mss.voisin.mssante.test");
}

/// Proves: TRU-35.
#[test]
fn a_revoked_intermediate_takes_its_operators_with_it() {
    let levels = TwoLevels::new();
    let leaf = levels.issuing.issue(&Request::operator(Subject::operator(&neighbour()), Vec::new(), start())).expect("a certificate");
    let issuing = trust::pki::Leaf { cert_pem: levels.issuing.cert_pem.clone(), key_pem: String::new() };
    let crl = levels.root.crl(&[issuing.serial().expect("a serial")], start(), DAY).expect("CRL");
    std::fs::write(levels.dir.path().join("root.crl"), crl).expect("CRL");
    let space = levels.open("bundle.pem", &["issuing.crl", "root.crl"]);
    assert_eq!(space.snapshot().judge(&leaf.chain().expect("a chain"), start()), Err(Refusal::TlsRevoked));
}

/// Proves: TRU-34.
#[test]
fn a_certificate_for_servers_or_clients_or_without_usage_passes_and_no_other() {
    let bench = Bench::new();
    let request = Request::operator(Subject::operator(&neighbour()), Vec::new(), start());
    let verdict = |purpose| {
        let leaf = bench.lab.ca.issue(&Request { purpose, ..request.clone() }).expect("a certificate");
        bench.space.snapshot().judge(&leaf.chain().expect("a chain"), start()).map(|peer| peer.cn)
    };
    assert!(verdict(Purpose::Machine).is_ok());
    assert!(verdict(Purpose::Bare).is_ok());
    assert_eq!(verdict(Purpose::Stranger), Err(Refusal::TlsForeign));
}

/// Proves: LPS-20.
#[test]
fn a_machine_shows_a_certificate_for_clients_and_is_judged_again_while_it_stays() {
    let bench = Bench::new();
    let request = Request::operator(Subject::operator(&neighbour()), Vec::new(), start());
    let issue = |purpose| bench.lab.ca.issue(&Request { purpose, ..request.clone() }).expect("a certificate");
    let verdict = |purpose| bench.space.snapshot().judge_machine(&issue(purpose).chain().expect("a chain"), start());
    assert!([Purpose::Machine, Purpose::Operator, Purpose::Bare].into_iter().all(|purpose| verdict(purpose).is_ok()));
    for other in [Purpose::Stranger, Purpose::ListSigner] {
        assert_eq!(verdict(other), Err(Refusal::TlsForeign), "{other:?}");
    }
    assert_eq!(Presented::new(None).machine(&bench.space, start()), Err(Refusal::TlsAbsent));

    let mut shown = Presented::new(Some(&bench.lab.app.chain().expect("a chain")));
    assert_eq!(shown.machine(&bench.space, start()).map(|machine| machine.dn.cn().to_owned()), Ok("cardiologie_auto".to_owned()));
    let much_later = start().plus(DAY * 4_000);
    assert!(shown.machine(&bench.space, much_later).is_err(), "neither certificate nor list is good for ever");
    assert!(shown.machine(&bench.space, start()).is_ok(), "a clock that is put back is believed");
}
