//! The chain that a machine presented: judged at its login, and again while its session lasts.
//!
//! Requirements: LPS-20, LPS-21, TRU-12, TRU-36. A certificate may expire or be revoked under an open session; the verdict is believed for a while,
//! and asked anew as soon as anchors or revocation lists were read again.

use std::sync::Arc;
use std::time::Duration;

use rules::{Moment, Refusal};
use rustls_pki_types::CertificateDer;

use crate::peer::Machine;
use crate::{Snapshot, TrustSpace};

/// A verdict is asked anew after this.
const BELIEVED: Duration = Duration::from_secs(60);

/// What a client showed at the door of machines; an empty chain when it showed nothing.
pub struct Presented {
    chain: Vec<CertificateDer<'static>>,
    judged: Option<(Arc<Snapshot>, Moment, Result<Machine, Refusal>)>,
}

impl Presented {
    /// The chain of a finished handshake, leaf first: the possession of its key is proved, nothing else is.
    pub fn new(chain: Option<&[CertificateDer<'_>]>) -> Self {
        let chain = chain.unwrap_or_default().iter().map(|certificate| certificate.clone().into_owned()).collect();
        Self { chain, judged: None }
    }

    /// The machine behind it, by the trust space in force now; `TlsAbsent`, `TlsForeign`, `TlsExpired`, `TlsRevoked`, `CrlStale`.
    pub fn machine(&mut self, trust: &TrustSpace, now: Moment) -> Result<&Machine, Refusal> {
        let snapshot = trust.snapshot();
        let still = |(by, at, _): &(Arc<Snapshot>, Moment, _)| Arc::ptr_eq(by, &snapshot) && *at <= now && now.since(*at) < BELIEVED;
        let judged = self.judged.take().filter(still).unwrap_or_else(|| {
            let verdict = snapshot.judge_machine(&self.chain, now);
            (snapshot, now, verdict)
        });
        self.judged.insert(judged).2.as_ref().map_err(Clone::clone)
    }
}
