//! A laboratory on a bench: certificates, a list, a clock that is moved by hand, a trust space that holds them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use rules::{Clock, Domain, Moment};
use tempfile::TempDir;
use trust::TrustSpace;
use trust::list::Entry;
use trust::pki::{AUTHORITY, Lab, Leaf, SIGNER};
use trust::space::{Config, ListRefusal, Loaded};

pub const HOUR: Duration = Duration::from_secs(3_600);
pub const DAY: Duration = Duration::from_secs(86_400);

/// Saturday 21 November 2026, 22:00 UTC: the moment at which every test begins.
pub fn start() -> Moment {
    Moment::parse("2026-11-21T22:00:00Z").expect("a date")
}

pub fn domain(name: &str) -> Domain {
    Domain::parse(name).expect("a domain")
}

pub fn ours() -> Domain {
    domain("pli.mssante.test")
}

pub fn neighbour() -> Domain {
    domain("voisin.mssante.test")
}

/// The laboratory of all tests. RSA keys take seconds in a debug build: the first test to need them stores them.
pub fn lab() -> Lab {
    let operators = [ours(), neighbour()];
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("trust-lab-1");
    if !kept.exists() {
        let fresh = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder beside the build");
        let made = Lab::create(&operators, &neighbour(), start()).expect("a laboratory");
        made.save(fresh.path()).expect("the laboratory is stored");
        // Two tests may come here at once: the first to rename wins, the other's work is dropped with its folder.
        let won = std::fs::rename(fresh.path(), &kept).is_ok();
        assert!(won || kept.exists(), "the laboratory could not be stored");
    }
    Lab::load(&operators, &kept).expect("the laboratory is read back")
}

pub struct Bench {
    pub lab: Lab,
    pub dir: TempDir,
    pub space: TrustSpace,
    micros: Arc<AtomicI64>,
}

impl Bench {
    /// A trust space with authorities and a fresh revocation list, and no white list yet.
    pub fn bare() -> Self {
        let lab = lab();
        let dir = TempDir::new().expect("a folder");
        std::fs::write(dir.path().join("ca.pem"), &lab.ca.cert_pem).expect("anchor");
        std::fs::write(dir.path().join("ca.crl"), lab.crl(start()).expect("CRL")).expect("CRL");
        let micros = Arc::new(AtomicI64::new(start().micros()));
        let space = open(&lab, dir.path(), &micros).expect("a trust space");
        Self { lab, dir, space, micros }
    }

    /// The same, with the list of the two operators in force.
    pub fn new() -> Self {
        let bench = Self::bare();
        bench.load(&bench.entries()).expect("the first list is accepted");
        bench
    }

    pub fn entries(&self) -> Vec<Entry> {
        self.lab.entries(start()).expect("entries")
    }

    pub fn now(&self) -> Moment {
        Moment::from_micros(self.micros.load(Ordering::SeqCst))
    }

    pub fn advance(&self, by: Duration) {
        self.micros.fetch_add(i64::try_from(by.as_micros()).expect("a short time"), Ordering::SeqCst);
    }

    /// Signs these entries as of now, and loads them.
    pub fn load(&self, entries: &[Entry]) -> Result<Loaded, ListRefusal> {
        self.space.load(&self.signed(entries), "test", false)
    }

    pub fn signed(&self, entries: &[Entry]) -> Vec<u8> {
        self.lab.list(entries, self.now()).expect("a signed list")
    }

    /// Publishes another revocation list and reloads.
    pub fn publish_crl(&self, revoked: &[&Leaf], lasts: Duration) {
        std::fs::write(self.crl(), self.lab.crl_with(revoked, self.now(), lasts).expect("CRL")).expect("CRL");
        self.space.reload().expect("the new revocation list is good");
    }

    pub fn crl(&self) -> PathBuf {
        self.dir.path().join("ca.crl")
    }

    /// Another process opens the same folder, at the same moment.
    pub fn restart(&self) -> TrustSpace {
        open(&self.lab, self.dir.path(), &self.micros).expect("a trust space")
    }
}

fn open(lab: &Lab, dir: &Path, micros: &Arc<AtomicI64>) -> Result<TrustSpace, ListRefusal> {
    let clock = Arc::clone(micros);
    let own = lab.operators[&ours()].declared().expect("our own DN");
    let config = Config {
        anchors: dir.join("ca.pem"),
        intermediates: None,
        crls: vec![dir.join("ca.crl")],
        state_dir: dir.join("state"),
        signers: vec![SIGNER.to_owned()],
        signer_issuer: AUTHORITY.to_owned(),
        own: vec![(ours(), own)],
    };
    TrustSpace::open(config, Clock::new(move || Moment::from_micros(clock.load(Ordering::SeqCst))))
}

/// The stable code of a refusal.
pub fn code(outcome: Result<Loaded, ListRefusal>) -> &'static str {
    match outcome {
        Ok(loaded) => panic!("it was accepted: {loaded:?}"),
        Err(ListRefusal::Refused { code, .. }) => code,
        Err(ListRefusal::Io(error)) => panic!("{error}"),
    }
}
