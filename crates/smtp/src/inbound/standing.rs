//! What the certificate of this connection is worth: judged once for each state of the trust space, not once for each message.
//!
//! Requirements: TRU-12, TRU-24, TRU-25. The decisions are `trust`'s; this file only remembers them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use rules::{Domain, Moment, Refusal};
use tokio_rustls::server::TlsStream;
use trust::{Snapshot, peer::Peer};

use crate::Shared;

/// A verdict is asked anew after this: certificates and revocation lists end while a connection lasts.
const BELIEVED: Duration = Duration::from_secs(60);

#[derive(Default)]
pub(super) struct Standing {
    judged: Option<Judged>,
}

/// The verdict on a snapshot.
pub(super) struct Judged {
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) verdict: Result<Arc<Peer>, Refusal>,
    at: Moment,
    domains: HashMap<Domain, Result<(), Refusal>>,
}

impl Standing {
    /// The verdict on the snapshot in force now.
    pub(super) fn judge<T>(&mut self, shared: &Shared, stream: &TlsStream<T>) -> &mut Judged {
        let snapshot = shared.trust.snapshot();
        let now = shared.clock.now();
        let still = |judged: &Judged| Arc::ptr_eq(&judged.snapshot, &snapshot) && judged.at <= now && now.since(judged.at) < BELIEVED;
        let judged = self.judged.take().filter(still).unwrap_or_else(|| {
            let chain = stream.get_ref().1.peer_certificates().unwrap_or_default();
            let verdict = snapshot.judge(chain, now).map(Arc::new);
            Judged { snapshot, verdict, at: now, domains: HashMap::new() }
        });
        self.judged.insert(judged)
    }

    /// May the peer of this transaction speak for that domain? Remembered as long as the verdict.
    pub(super) fn speaks_for(&mut self, snapshot: &Arc<Snapshot>, peer: &Peer, domain: &Domain) -> Result<(), Refusal> {
        match &mut self.judged {
            Some(judged) if Arc::ptr_eq(&judged.snapshot, snapshot) => {
                let known = judged.domains.entry(domain.clone());
                known.or_insert_with(|| snapshot.speaks_for(peer, domain)).clone()
            }
            _ => snapshot.speaks_for(peer, domain),
        }
    }
}
