//! Where a provider's endpoints are: its own document, the last good copy of it, or the addresses known beforehand.
//!
//! Requirements: PSC-01, PSC-02, PSC-03. A document that names another issuer, or sends our secrets elsewhere, is refused as a whole.

use std::path::PathBuf;
use std::time::Duration;

use parking_lot::Mutex;
use rules::Moment;
use tokio::time::Instant;

use super::http::Http;

mod document;

pub(crate) use document::{Endpoints, Unfit};

use document::Copy;

use crate::prove::Preset;

const FRESH: Duration = Duration::from_secs(6 * 3600);
const GOOD: Duration = Duration::from_secs(7 * 86_400);
/// After a failed reading the next one waits, so that logins do not pay for it each time.
const AGAIN: Duration = Duration::from_secs(60);
/// Of the three seconds a login may take.
const BUDGET: Duration = Duration::from_secs(1);

/// Which provider, and how its document is found.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub issuer: String,
    pub discovery_url: String,
    pub preset: Preset,
    /// PSC itself: its addresses are known beforehand. A structure's provider has only its document.
    pub is_psc: bool,
}

#[derive(Default)]
pub(crate) struct Discovery {
    state: Mutex<State>,
    one_reader: tokio::sync::Mutex<()>,
    place: Option<PathBuf>,
}

#[derive(Default)]
struct State {
    good: Option<Copy>,
    disk_read: bool,
    tried_at: Option<Moment>,
    unfit: Option<Unfit>,
}

impl Discovery {
    pub fn kept_in(place: Option<PathBuf>) -> Self {
        Self { place, ..Self::default() }
    }

    /// At worst the addresses that the issuer's software is known to have; `None` when there are none.
    ///
    /// Requirements: PSC-01.
    pub async fn endpoints(&self, source: &Source, http: &Http, now: Moment, deadline: Instant) -> Option<Endpoints> {
        if let Some(fresh) = self.known(now, FRESH) {
            return Some(fresh);
        }
        if !self.tried_lately(now) {
            let _one = self.one_reader.lock().await;
            if self.known(now, FRESH).is_none() && !self.tried_lately(now) {
                self.read(source, http, now, super::at_most(deadline, BUDGET)).await;
            }
        }
        self.known(now, GOOD).or_else(|| Endpoints::beforehand(source))
    }

    /// The last document was refused.
    pub fn unfit(&self) -> Option<Unfit> {
        self.state.lock().unfit
    }

    async fn read(&self, source: &Source, http: &Http, now: Moment, deadline: Instant) {
        self.state.lock().tried_at = Some(now);
        self.recall(source).await;
        let reply = match http.get(&source.discovery_url, deadline).await {
            Ok(reply) => reply,
            Err(failure) => {
                tracing::warn!(%failure, issuer = source.issuer, "the discovery document of the identity provider could not be read");
                return;
            }
        };
        match Endpoints::read(&reply, source) {
            Ok(endpoints) => {
                let copy = Copy { issuer: source.issuer.clone(), read_at: now, endpoints };
                self.keep(&copy).await;
                let mut state = self.state.lock();
                (state.good, state.unfit, state.tried_at) = (Some(copy), None, None);
            }
            Err(unfit) => {
                tracing::error!(%unfit, issuer = source.issuer, "the discovery document of the identity provider is refused");
                self.state.lock().unfit = Some(unfit);
            }
        }
    }

    fn known(&self, now: Moment, age: Duration) -> Option<Endpoints> {
        self.state.lock().good.as_ref().filter(|copy| now.since(copy.read_at) < age).map(|copy| copy.endpoints.clone())
    }

    fn tried_lately(&self, now: Moment) -> bool {
        self.state.lock().tried_at.is_some_and(|tried| now.since(tried) < AGAIN)
    }

    /// Takes the copy from the disk, once.
    async fn recall(&self, source: &Source) {
        let Some(place) = &self.place else { return };
        if std::mem::replace(&mut self.state.lock().disk_read, true) {
            return;
        }
        let Ok(bytes) = tokio::fs::read(place).await else { return };
        match serde_json::from_slice::<Copy>(&bytes) {
            Ok(copy) if copy.issuer == source.issuer && copy.endpoints.are_at(&source.issuer) => {
                self.state.lock().good.get_or_insert(copy);
            }
            _ => tracing::warn!("the copy of the discovery document is of no use: ignored"),
        }
    }

    async fn keep(&self, copy: &Copy) {
        let Some(place) = &self.place else { return };
        let beside = place.with_extension("new");
        let Ok(bytes) = serde_json::to_vec(copy) else { return };
        let kept = async {
            tokio::fs::write(&beside, bytes).await?;
            tokio::fs::rename(&beside, place).await
        };
        if let Err(fault) = kept.await {
            tracing::warn!(%fault, "the copy of the discovery document could not be written");
        }
    }
}
