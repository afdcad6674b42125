//! The trust space in force: an immutable snapshot (list, anchors, CRL), swapped whole.
//!
//! Requirements: TRU-03, TRU-06, TRU-09 to TRU-13, TRU-36. The files of `state_dir` are written here and nowhere else; nothing is fetched here.

mod guard;
mod rehearse;
mod snapshot;
mod state;
mod status;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use aws_lc_rs::digest;
use rules::{Clock, Domain, Moment};

pub use self::snapshot::{Freshness, Snapshot, Summary};
pub use self::state::{Held, Verdict};
pub use self::status::{CrlStatus, Status};

use self::guard::Decision;
use self::snapshot::WhiteList;
use self::state::{InForce, State};
use crate::authorities::Authorities;
use crate::dn::Dn;
use crate::list::{self, Expected, Fault};

/// Files and settings of the trust space.
#[derive(Clone, Debug)]
pub struct Config {
    /// Anchors and intermediates (PEM, DER or PKCS#7), IGC-Santé or the sandbox's.
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
pub struct TrustSpace {
    inner: Arc<Inner>,
}

struct Inner {
    config: Config,
    own: Vec<(Domain, Dn)>,
    clock: Clock,
    current: ArcSwap<Snapshot>,
    /// Held while a list or the authorities change, so that two changes never undo each other.
    state: Mutex<State>,
}

/// Why a list or a CRL was refused.
#[derive(Debug, thiserror::Error)]
pub enum ListRefusal {
    /// Codes of TRU-38: `LB-SIG-ABSENTE`, `LB-XML`, `LB-ANCIENNE`… and `CRL-REFUSEE`.
    #[error("{code}: {detail}")]
    Refused { code: &'static str, detail: String },
    #[error("io: {0}")]
    Io(#[from] std::io::Error),
}

impl From<Fault> for ListRefusal {
    fn from(fault: Fault) -> Self {
        Self::Refused { code: fault.code, detail: fault.detail }
    }
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
    /// Domains that were not there before.
    pub added: usize,
    /// Domains that are there no more.
    pub removed: Vec<Domain>,
    /// Domains whose DNs are no longer the same.
    pub changed: Vec<Domain>,
}

impl TrustSpace {
    /// Opens the trust space and re-verifies the stored list, if there is one (TRU-12).
    ///
    /// A stored list that no longer verifies is not in force: mail between operators waits (`ListStale`) until a good one is loaded.
    pub fn open(config: Config, clock: Clock) -> Result<Self, ListRefusal> {
        let own = config.own.iter().map(|(domain, text)| own_dn(domain, text)).collect::<Result<Vec<_>, _>>()?;
        let authorities = Arc::new(Authorities::read(&config)?);
        let state = State::open(&config.state_dir)?;
        let list = stored(&config, &authorities, &state);
        let verified_at = list.as_ref().and(state.in_force()).map(|f| f.verified_at);
        let current = ArcSwap::from_pointee(Snapshot { list, verified_at, authorities });
        Ok(Self { inner: Arc::new(Inner { config, own, clock, current, state: Mutex::new(state) }) })
    }

    /// Verifies and installs a list. `allow_older` needs a reason (journalled by the caller), TRU-09.
    ///
    /// Whatever the outcome, the file is kept with its verdict (TRU-03), and the list in force stays unless the new one is installed.
    pub fn load(&self, bytes: &[u8], source: &str, allow_older: bool) -> Result<Loaded, ListRefusal> {
        let mut state = self.lock();
        let now = self.inner.clock.now();
        let sha256 = fingerprint(bytes);
        let verdict = |code: &str, detail: &str| Verdict::new(now, source, &sha256, bytes.len(), code, detail);
        let before = self.snapshot();
        let outcome = verify(&self.inner.config, &before.authorities, bytes, now)
            .and_then(|new| guard::decide(before.list.as_deref(), &new, &self.inner.own, now, allow_older).map(|decision| (new, decision)));
        let (new, decision) = match outcome {
            Ok(both) => both,
            Err(fault) => {
                tracing::error!(code = fault.code, detail = %fault.detail, source, "white list refused");
                state.received(bytes, verdict(fault.code, &fault.detail), now)?;
                return Err(fault.into());
            }
        };
        let mut loaded = guard::difference(before.list.as_deref(), &new);
        match decision {
            Decision::Unchanged => {
                state.received(bytes, verdict("LB-INCHANGEE", ""), now)?;
                loaded.unchanged = true;
                self.keep(&mut state, before.list.clone(), InForce::new(&sha256, source, now, new.generated))?;
            }
            Decision::Hold(reason) => {
                tracing::error!(code = list::SHRUNK, detail = %reason, source, "white list held for approval");
                state.received(bytes, verdict(list::SHRUNK, &reason), now)?;
                state.hold(Held { sha256, source: source.to_owned(), at: now, reason: reason.clone(), allow_older })?;
                loaded.held = Some(format!("{}: {reason}", list::SHRUNK));
            }
            Decision::Install => {
                state.received(bytes, verdict(state::ACCEPTED, ""), now)?;
                self.install(&mut state, new, InForce::new(&sha256, source, now, loaded.generated))?;
            }
        }
        Ok(loaded)
    }

    /// Installs the list that is held: a person looked at it (TRU-10). It is verified again first.
    pub fn approve(&self) -> Result<Loaded, ListRefusal> {
        let mut state = self.lock();
        let now = self.inner.clock.now();
        let held = state.held().cloned().ok_or_else(|| Fault::new(list::SHRUNK, "no list is held"))?;
        let bytes = state.bytes(&held.sha256)?;
        let before = self.snapshot();
        let new = verify(&self.inner.config, &before.authorities, &bytes, now)?;
        guard::dates(before.list.as_deref(), &new, now, held.allow_older)?;
        let loaded = guard::difference(before.list.as_deref(), &new);
        state.received(&bytes, Verdict::new(now, &held.source, &held.sha256, bytes.len(), state::ACCEPTED, "approved"), now)?;
        self.install(&mut state, new, InForce::new(&held.sha256, &held.source, now, loaded.generated))?;
        Ok(loaded)
    }

    /// The publisher says that its list has not changed (HTTP 304): verifies the one in force again, as of now (TRU-11).
    pub fn confirm(&self, source: &str) -> Result<Loaded, ListRefusal> {
        let bytes = {
            let state = self.lock();
            let in_force = state.in_force().ok_or_else(|| Fault::new(list::XML, "no list in force"))?;
            state.bytes(&in_force.sha256)?
        };
        self.load(&bytes, source, false)
    }

    /// Re-reads anchors and CRLs, and swaps the snapshot. On an error the old ones stay in force (TRU-36).
    pub fn reload(&self) -> Result<(), ListRefusal> {
        let _state = self.lock();
        let authorities = Arc::new(Authorities::read(&self.inner.config)?);
        let before = self.snapshot();
        self.inner.current.store(Arc::new(Snapshot { list: before.list.clone(), verified_at: before.verified_at, authorities }));
        Ok(())
    }

    /// The snapshot in force; a transaction keeps the one it began with.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.inner.current.load_full()
    }

    /// What the desk and `pli whitelist show` say.
    pub fn status(&self) -> Status {
        let state = self.lock();
        Status::of(&self.snapshot(), &state, self.inner.clock.now())
    }

    fn install(&self, state: &mut State, new: WhiteList, in_force: InForce) -> Result<(), ListRefusal> {
        if new.unusual > 0 {
            tracing::warn!(domains = new.unusual, "domains under an unusual suffix are kept: the signature decides");
        }
        self.keep(state, Some(Arc::new(new)), in_force)
    }

    /// First on disk, then in force: a crash between the two loses nothing.
    fn keep(&self, state: &mut State, list: Option<Arc<WhiteList>>, in_force: InForce) -> Result<(), ListRefusal> {
        let verified_at = Some(in_force.verified_at);
        state.install(in_force)?;
        let authorities = Arc::clone(&self.snapshot().authorities);
        self.inner.current.store(Arc::new(Snapshot { list, verified_at, authorities }));
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A thread that panicked left the files as they were: each is replaced whole.
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The whole of TRU-06: one tree, its signature, then its entries.
fn verify(config: &Config, authorities: &Authorities, bytes: &[u8], at: Moment) -> Result<WhiteList, Fault> {
    let tree = list::xml::parse(bytes)?;
    let expected = Expected { authorities, signers: &config.signers, issuer: &config.signer_issuer, at };
    let signed = list::check(&tree, &expected)?;
    Ok(WhiteList::new(list::read(&tree)?, signed, fingerprint(bytes)))
}

/// The stored list, verified again as of the moment it was last verified (TRU-12).
fn stored(config: &Config, authorities: &Authorities, state: &State) -> Option<Arc<WhiteList>> {
    let in_force = state.in_force()?;
    let verified = state
        .bytes(&in_force.sha256)
        .map_err(|e| Fault::new(list::XML, e.to_string()))
        .and_then(|bytes| verify(config, authorities, &bytes, in_force.verified_at));
    match verified {
        Ok(list) => Some(Arc::new(list)),
        Err(fault) => {
            tracing::error!(code = fault.code, detail = %fault.detail, "the stored white list no longer verifies");
            None
        }
    }
}

fn own_dn(domain: &Domain, text: &str) -> Result<(Domain, Dn), Fault> {
    let dn = Dn::parse(text).map_err(|e| Fault::new("LB-DN", format!("our own DN for {domain}: {e}")))?;
    Ok((domain.clone(), dn))
}

fn fingerprint(bytes: &[u8]) -> String {
    hex::encode(digest::digest(&digest::SHA256, bytes))
}
