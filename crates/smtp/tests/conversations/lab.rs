//! One laboratory of certificates for all tests of this crate: made once, then read (RSA keys are slow to make).

use std::path::PathBuf;
use std::sync::Arc;

use rules::{Domain, Moment};
use trust::list::Entry;
use trust::pki::{AUTHORITY, Lab, Leaf, SIGNER};

/// The name under which machines come.
pub const APP: &str = "app.mss.pli.mssante.test";

/// The moment at which every test begins.
pub fn start() -> Moment {
    Moment::parse("2026-11-21T22:00:00Z").expect("a moment")
}

pub fn domain(text: &str) -> Domain {
    Domain::parse(text).expect("a domain")
}

pub fn ours() -> Domain {
    domain("pli.mssante.test")
}

pub fn peer() -> Domain {
    domain("voisin.mssante.test")
}

/// Which certificate a client, or a server, shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    Good,
    Expired,
    Revoked,
    OtherCa,
    WrongDn,
    None,
}

impl Shown {
    pub fn named(name: &str) -> Self {
        match name {
            "good" => Self::Good,
            "expired" => Self::Expired,
            "revoked" => Self::Revoked,
            "other-ca" => Self::OtherCa,
            "wrong-dn" => Self::WrongDn,
            "none" => Self::None,
            other => panic!("no certificate is called {other}"),
        }
    }

    /// The peer's certificate with that fault; `None` when none is shown.
    pub fn leaf(self, lab: &Lab) -> Option<&Leaf> {
        match self {
            Self::Good => lab.operators.get(&peer()),
            Self::Expired => Some(&lab.bad.expired),
            Self::Revoked => Some(&lab.bad.revoked),
            Self::OtherCa => Some(&lab.bad.other_ca),
            Self::WrongDn => Some(&lab.bad.wrong_dn),
            Self::None => None,
        }
    }
}

/// The laboratory, from the disk when a test already made it.
pub fn lab() -> Arc<Lab> {
    let operators = [ours(), peer()];
    let kept = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("smtp-lab-1");
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

/// The white list of the tests: both operators, a second domain of the peer, a domain nobody here serves.
pub fn list(lab: &Lab, at: Moment) -> Vec<u8> {
    list_of(lab, &entries(lab), at)
}

pub fn entries(lab: &Lab) -> Vec<Entry> {
    let mut entries = lab.entries(start()).expect("entries");
    let peers = lab.operators[&peer()].declared().expect("a DN");
    entries.push(Entry::new("clinique.voisin.mssante.test", &peers, start()));
    entries.push(Entry::new("lointain.mssante.test", "CN=mss.lointain.mssante.test,OU=1990000999,O=LOINTAIN,ST=Nord (59),C=FR", start()));
    entries
}

pub fn list_of(lab: &Lab, entries: &[Entry], at: Moment) -> Vec<u8> {
    lab.list(entries, at).expect("a signed list")
}

/// Settings of the trust space of one operator, in `dir`.
pub fn trust_config(lab: &Lab, dir: &std::path::Path) -> trust::space::Config {
    let anchors = dir.join("ca.pem");
    let crl = dir.join("liste.crl");
    std::fs::write(&anchors, &lab.ca.cert_pem).expect("written");
    std::fs::write(&crl, lab.crl(start()).expect("a revocation list")).expect("written");
    trust::space::Config {
        anchors,
        intermediates: None,
        crls: vec![crl],
        state_dir: dir.join("trust"),
        signers: vec![SIGNER.to_owned()],
        signer_issuer: AUTHORITY.to_owned(),
        own: Vec::new(),
    }
}
