//! One laboratory of certificates for all tests of this crate: made once, then read (RSA keys are slow to make).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rules::{Clock, Domain, Moment};
use trust::TrustSpace;
use trust::pki::{AUTHORITY, Lab, SIGNER};

pub fn domain(text: &str) -> Domain {
    Domain::parse(text).expect("a domain")
}

pub fn ours() -> Domain {
    domain("pli.mssante.test")
}

/// The bad certificates carry this one's name, so that only their fault is at work.
pub fn peer() -> Domain {
    domain("voisin.mssante.test")
}

fn start() -> Moment {
    Moment::parse(super::CURTAIN).expect("a moment")
}

/// The laboratory, from the disk when a test already made it.
pub fn lab() -> Arc<Lab> {
    let operators = [ours(), peer()];
    let kept = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("imap-lab-1");
    if let Ok(lab) = Lab::load(&operators, &kept) {
        return Arc::new(lab);
    }
    let lab = Lab::create(&operators, &peer(), start()).expect("a laboratory");
    let fresh = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let place = fresh.path().join("lab");
    lab.save(&place).expect("stored");
    // Another test may have been faster: its laboratory is then the one that is read.
    if std::fs::rename(&place, &kept).is_err() {
        return Arc::new(Lab::load(&operators, &kept).expect("the laboratory of another test"));
    }
    Arc::new(lab)
}

/// The trust space of the operator on stage, its files in `dir`.
pub fn trust(dir: &Path, clock: &Clock) -> TrustSpace {
    let lab = lab();
    std::fs::create_dir_all(dir).expect("a folder");
    let (anchors, crl) = (dir.join("ca.pem"), dir.join("liste.crl"));
    std::fs::write(&anchors, &lab.ca.cert_pem).expect("written");
    std::fs::write(&crl, lab.crl(start()).expect("a revocation list")).expect("written");
    let config = trust::space::Config {
        anchors,
        intermediates: None,
        crls: vec![crl],
        state_dir: dir.join("trust"),
        signers: vec![SIGNER.to_owned()],
        signer_issuer: AUTHORITY.to_owned(),
        own: Vec::new(),
    };
    TrustSpace::open(config, clock.clone()).expect("a trust space")
}
