//! The trust space of the house: a laboratory authority and a white list with two operators, made once for all tests of the crate.

use std::path::{Path, PathBuf};

use rules::{Clock, Domain};
use trust::TrustSpace;
use trust::pki::{AUTHORITY, Lab, SIGNER};

pub fn trust(dir: &Path, clock: &Clock) -> TrustSpace {
    let (lab, now) = (lab(clock), clock.now());
    let (anchors, crl) = (dir.join("ca.pem"), dir.join("liste.crl"));
    std::fs::write(&anchors, &lab.ca.cert_pem).expect("written");
    std::fs::write(&crl, lab.crl(now).expect("a revocation list")).expect("written");
    let config = trust::space::Config {
        anchors,
        intermediates: None,
        crls: vec![crl],
        state_dir: dir.join("trust"),
        signers: vec![SIGNER.to_owned()],
        signer_issuer: AUTHORITY.to_owned(),
        own: Vec::new(),
    };
    let trust = TrustSpace::open(config, clock.clone()).expect("a trust space");
    let list = lab.list(&lab.entries(now).expect("entries"), now).expect("a signed list");
    trust.load(&list, "essai", false).expect("the list");
    trust
}

fn lab(clock: &Clock) -> Lab {
    let domain = |text: &str| Domain::parse(text).expect("a domain");
    let (ours, peer) = (super::domain(), domain("voisin.mssante.test"));
    let operators = [ours, peer.clone()];
    let kept = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("web-lab-1");
    if let Ok(lab) = Lab::load(&operators, &kept) {
        return lab;
    }
    let lab = Lab::create(&operators, &peer, clock.now()).expect("a laboratory");
    let fresh = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let place = fresh.path().join("lab");
    lab.save(&place).expect("stored");
    // Another test may have been faster: its laboratory is then the one that is read.
    if std::fs::rename(&place, &kept).is_err() {
        return Lab::load(&operators, &kept).expect("the laboratory of another test");
    }
    lab
}
