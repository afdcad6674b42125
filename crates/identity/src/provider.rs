//! What is known of a provider of identity, and how it is spoken to: shared by token checks (`prove`) and logins (`oidc`).
//!
//! | file | holds |
//! |---|---|
//! | `shape` | a signed token cut in its parts |
//! | `discovery` | where the endpoints are |
//! | `jwks` | the public keys |
//! | `http`, `form` | calls bounded in time and size |
//! | `circuit` | no calls while the provider is down |
//!
//! Requirements: PSC-01..PSC-04, PSC-23. Decides about nobody: a signature that holds is not yet a person.

pub(crate) mod circuit;
pub(crate) mod discovery;
pub(crate) mod form;
pub(crate) mod http;
pub(crate) mod jwks;
pub(crate) mod shape;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rules::Clock;
use serde::de::DeserializeOwned;
use tokio::time::Instant;
use zeroize::Zeroizing;

use circuit::Circuit;
use discovery::{Discovery, Endpoints, Source};
use http::{Failure, Http, Reply};
use jwks::{Found, KeySet, Keys};
use shape::Shape;

/// One provider: its document, its keys, its state of health. Nothing is asked of it before the first need.
pub(crate) struct Provider {
    pub source: Source,
    pub clock: Clock,
    pub http: Http,
    pub discovery: Discovery,
    pub circuit: Circuit,
    keys: Keys,
}

/// The provider did not answer, or not sensibly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unavailable;

/// Why signed claims are not to be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unproved {
    /// The signature, its key or the claims are not right.
    Bad,
    Unavailable,
}

impl From<Unavailable> for Unproved {
    fn from(_: Unavailable) -> Self {
        Self::Unavailable
    }
}

impl Provider {
    /// `place`: where the last good discovery document is kept, for a start while the provider is down (PSC-01).
    pub fn new(source: Source, clock: Clock, http: Http, place: Option<PathBuf>) -> Self {
        Self { http, discovery: Discovery::kept_in(place), circuit: Circuit::default(), keys: Keys::default(), source, clock }
    }

    /// `None` only for a provider whose addresses are not known beforehand, and that never answered.
    pub async fn endpoints(&self, deadline: Instant) -> Option<Endpoints> {
        self.discovery.endpoints(&self.source, &self.http, self.clock.now(), deadline).await
    }

    /// The claims of a token whose signature holds: they are not even decoded before.
    ///
    /// Requirements: PSC-04, PSC-21 (step 2).
    pub async fn signed<T: DeserializeOwned>(&self, shape: &Shape<'_>, deadline: Instant) -> Result<T, Unproved> {
        let keys = self.keys_for(&shape.kid, deadline).await?;
        if !keys.signed(shape) {
            return Err(Unproved::Bad);
        }
        let bytes = URL_SAFE_NO_PAD.decode(shape.claims).map(Zeroizing::new).map_err(|_| Unproved::Bad)?;
        serde_json::from_slice(&bytes).map_err(|_| Unproved::Bad)
    }

    /// Makes one call, unless the provider is known to be down. Any answer below 500 shows that it lives.
    ///
    /// Requirements: PSC-23.
    pub async fn ask(&self, call: impl Future<Output = Result<Reply, Failure>>) -> Result<Reply, Unavailable> {
        let pass = self.circuit.enter(self.clock.now()).ok_or(Unavailable)?;
        match call.await {
            Ok(reply) if reply.status < 500 => {
                pass.succeeded();
                Ok(reply)
            }
            Ok(reply) => {
                tracing::warn!(status = reply.status, issuer = self.source.issuer, "the identity provider is at fault");
                pass.failed(self.clock.now());
                Err(Unavailable)
            }
            Err(failure) => {
                tracing::warn!(%failure, issuer = self.source.issuer, "a call to the identity provider failed");
                pass.failed(self.clock.now());
                Err(Unavailable)
            }
        }
    }

    /// The key set that holds this key. An unknown name makes us read the keys anew, at most once a minute (PSC-04).
    async fn keys_for(&self, kid: &str, deadline: Instant) -> Result<Arc<KeySet>, Unproved> {
        match self.keys.find(kid, self.clock.now()) {
            Found::Here(set) => return Ok(set),
            Found::Nowhere => return Err(Unproved::Bad),
            Found::ReadFirst => {}
        }
        let one_reader = tokio::time::timeout_at(deadline, self.keys.one_reader.lock()).await;
        let _one = one_reader.map_err(|_| Unproved::Unavailable)?;
        // Another login may have read them while this one waited.
        if let Found::ReadFirst = self.keys.find(kid, self.clock.now()) {
            self.read_keys(deadline).await?;
        }
        match self.keys.find(kid, self.clock.now()) {
            Found::Here(set) => Ok(set),
            Found::ReadFirst | Found::Nowhere => Err(Unproved::Bad),
        }
    }

    async fn read_keys(&self, deadline: Instant) -> Result<(), Unavailable> {
        let pass = self.circuit.enter(self.clock.now()).ok_or(Unavailable)?;
        let begun = self.clock.now();
        let reply = match self.endpoints(deadline).await {
            Some(endpoints) => self.http.get(&endpoints.jwks, deadline).await.ok(),
            None => None,
        };
        let now = self.clock.now();
        match reply.and_then(|reply| KeySet::read(&reply, now)) {
            Some(set) => {
                self.keys.begin_reading(begun);
                self.keys.replace(set);
                pass.succeeded();
                Ok(())
            }
            None => {
                tracing::warn!(issuer = self.source.issuer, "the keys of the identity provider could not be read");
                pass.failed(now);
                Err(Unavailable)
            }
        }
    }
}

/// The end of a call that begins now.
pub(crate) fn deadline() -> Instant {
    Instant::now() + http::CALL
}

/// What is left of a call's time, for a step that must not take it all.
pub(crate) fn at_most(deadline: Instant, budget: Duration) -> Instant {
    deadline.min(Instant::now() + budget)
}
