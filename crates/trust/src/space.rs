//! The trust space in force: an immutable snapshot (list, anchors, CRL), swapped whole (TRU-12).

use std::path::PathBuf;
use std::sync::Arc;

use rules::{Clock, Domain, Moment, Refusal};
use rustls_pki_types::CertificateDer;

use crate::peer::Peer;

/// Files and settings of the trust space.
#[derive(Clone, Debug)]
pub struct Config {
    /// Anchors and intermediates (PEM), IGC-Santé or the sandbox's.
    pub anchors: PathBuf,
    pub intermediates: Option<PathBuf>,
    /// CRL files (PEM or DER), re-read on `reload`.
    pub crls: Vec<PathBuf>,
    /// Where the accepted list and the files received are kept (TRU-03).
    pub state_dir: PathBuf,
    /// CN of the list's signers, e.g. `alb.mssante.fr`.
    pub signers: Vec<String>,
    /// CN of the issuer of the signer, e.g. `AC IGC-SANTE ELEMENTAIRE ORGANISATIONS`.
    pub signer_issuer: String,
    /// Our own (domain, DN text) pairs, TRU-10 and TRU-14.
    pub own: Vec<(Domain, String)>,
}

/// The trust space. Cheap to clone.
#[derive(Clone)]
pub struct TrustSpace {}

/// Why a list or a CRL was refused.
#[derive(Debug, thiserror::Error)]
pub enum ListRefusal {
    /// Codes of TRU-38: `LB-SIG-ABSENTE`, `LB-XML`, `LB-ANCIENNE`…
    #[error("{code}: {detail}")]
    Refused { code: &'static str, detail: String },
    #[error("io: {0}")]
    Io(#[from] std::io::Error),
}

/// What a loading did.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub unchanged: bool,
    /// Held for approval (TRU-10): the old one stays in force.
    pub held: Option<String>,
    pub generated: Moment,
    pub entries: usize,
    pub domains: usize,
    pub set_aside: Vec<String>,
    pub added: usize,
    pub removed: Vec<Domain>,
}

impl TrustSpace {
    /// Opens the trust space and re-verifies the stored list, if there is one (TRU-12).
    pub fn open(config: Config, clock: Clock) -> Result<Self, ListRefusal> {
        let _ = (config, clock);
        todo!()
    }

    /// Verifies and installs a list. `allow_older` needs a reason (journalled by the caller), TRU-09.
    pub fn load(&self, bytes: &[u8], source: &str, allow_older: bool) -> Result<Loaded, ListRefusal> {
        let _ = (bytes, source, allow_older);
        todo!()
    }

    /// Re-reads anchors and CRLs, and swaps the snapshot.
    pub fn reload(&self) -> Result<(), ListRefusal> {
        todo!()
    }

    /// The snapshot in force; a transaction keeps the one it began with.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        todo!()
    }
}

/// List, anchors and CRLs at one moment.
pub struct Snapshot {}

impl Snapshot {
    /// The list is there and was verified less than 14 days ago (TRU-11): else `Refusal::ListStale`.
    pub fn fresh(&self, now: Moment) -> Result<(), Refusal> {
        let _ = now;
        todo!()
    }

    /// Judges a presented chain, leaf first: `TlsAbsent` (empty), `TlsForeign`, `TlsExpired`, `TlsRevoked`, `CrlStale`.
    pub fn judge(&self, chain: &[CertificateDer<'_>], now: Moment) -> Result<Peer, Refusal> {
        let _ = (chain, now);
        todo!()
    }

    /// May this operator speak for (or be handed mail for) that domain? `ListAbsent` or `ListDn` (TRU-25, TRU-32).
    pub fn speaks_for(&self, peer: &Peer, domain: &Domain) -> Result<(), Refusal> {
        let _ = (peer, domain);
        todo!()
    }

    /// The operator belongs to at least one listed domain (`MAIL FROM:<>`, TRU-25): `ListDn` otherwise. Gives one of them (the first by name).
    pub fn any_domain_of(&self, peer: &Peer) -> Result<Domain, Refusal> {
        let _ = peer;
        todo!()
    }

    pub fn lists(&self, domain: &Domain) -> bool {
        let _ = domain;
        todo!()
    }
}
