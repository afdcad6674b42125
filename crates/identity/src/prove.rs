//! `prove(token)`: the chain of PSC-21, steps 1 to 7 and PSC-17. Fails closed.
//!
//! | file | step |
//! |---|---|
//! | `shape` | 1: form and header |
//! | `discovery`, `jwks`, `claims` | 2, 3: signature, issuer, times |
//! | `cache`, `introspection` | 4, 5: is it alive? asked of PSC, believed a minute |
//! | `level` | 6: firmly enough? |
//! | `person` | 8, first half: who is it? |
//! | `http`, `circuit` | calls bounded in time, and none while PSC is down |
//!
//! Requirements: PSC-12, PSC-21..PSC-24. The token is never logged, kept or shown; what that person may open is not decided here.

mod cache;
mod circuit;
mod claims;
mod config;
mod discovery;
mod health;
mod http;
mod introspection;
mod jwks;
mod level;
mod person;
mod shape;

use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rules::{Clock, Entropy, IdNat, Refusal};
use tokio::time::Instant;
use zeroize::Zeroizing;

pub use config::{Preset, PscConfig};
pub use health::{Health, Introspections};

use cache::{Answer, Cache, TokenHash, Turn};
use circuit::Circuit;
use claims::Claims;
use discovery::Discovery;
use http::Http;
use introspection::{Known, Unavailable, Verdict};
use jwks::{Found, KeySet, Keys};
use shape::Shape;

/// A person proved by a token. Holds no token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    pub person: IdNat,
    /// The program that logged the person in; empty when neither token nor PSC says.
    pub azp: String,
    pub acr: String,
    /// `MOBILE`, `CARD`; empty for older tokens.
    pub auth_mode: String,
    pub sid: Option<String>,
}

/// The relying party: keys, introspection, cache, circuit. Cheap to clone. Nothing is asked of PSC before the first token comes.
#[derive(Clone)]
pub struct Psc {
    party: Arc<Party>,
}

struct Party {
    config: PscConfig,
    clock: Clock,
    http: Http,
    discovery: Discovery,
    keys: Keys,
    cache: Cache,
    circuit: Circuit,
    counters: health::Counters,
}

impl Psc {
    pub fn new(config: PscConfig, clock: Clock, entropy: Entropy) -> Self {
        Self::with_copy(config, clock, entropy, None)
    }

    /// As [`Psc::new`], keeping the last good discovery document in a file, for a start while PSC is down (PSC-01).
    pub fn keeping_discovery_in(place: PathBuf, config: PscConfig, clock: Clock, entropy: Entropy) -> Self {
        Self::with_copy(config, clock, entropy, Some(place))
    }

    fn with_copy(config: PscConfig, clock: Clock, entropy: Entropy, place: Option<PathBuf>) -> Self {
        let party = Party {
            http: Http::new(&config.issuer, entropy),
            discovery: Discovery::kept_in(place),
            keys: Keys::default(),
            cache: Cache::default(),
            circuit: Circuit::default(),
            counters: health::Counters::default(),
            config,
            clock,
        };
        Self { party: Arc::new(party) }
    }

    /// Steps 1 to 7 of PSC-21, then the person (PSC-17). Never logs the token. At most 3 s, and at once while PSC is known to be down.
    ///
    /// Requirements: PSC-21, PSC-24.
    pub async fn prove(&self, token: &str) -> Result<Proof, Refusal> {
        let proved = self.party.prove(token).await;
        if let Err(refusal) = &proved {
            tracing::debug!(token = %TokenHash::of(token).short(), code = refusal.code(), "token refused");
        }
        proved
    }

    /// PSC says that this session is over: its tokens are asked about anew (PSC-22, PSC-36).
    pub fn forget_session(&self, sid: &str) {
        self.party.cache.forget_session(sid);
    }

    /// For `/health` (PSC-24).
    pub fn health(&self) -> Health {
        let since = self.party.circuit.failing_since();
        let reason = match (since, self.party.discovery.unfit()) {
            (Some(_), _) => Some("calls to Pro Santé Connect fail"),
            (None, Some(_)) => Some("the discovery document of Pro Santé Connect is refused"),
            (None, None) => None,
        };
        Health { ok: reason.is_none(), since, reason }
    }

    pub fn introspections(&self) -> Introspections {
        self.party.counters.read()
    }
}

impl Party {
    async fn prove(self: &Arc<Self>, token: &str) -> Result<Proof, Refusal> {
        let shape = shape::read(token)?;
        let deadline = Instant::now() + http::CALL;
        let claims = self.signed_claims(&shape, deadline).await?;
        claims.is_timely(self.clock.now())?;
        let known = self.alive(token, &claims, deadline).await?;
        let acr = level::reached(claims.acr.as_deref(), known.acr.as_deref(), &self.config.min_acr)?;
        let azp = self.allowed(&claims, &known)?;
        let person = person::named_by(&claims, self.config.preset)?;
        Ok(Proof { person, azp, acr, auth_mode: claims.auth_mode.unwrap_or_default(), sid: claims.sid.or(known.sid) })
    }

    /// Step 2. The claims are not even decoded before the signature holds.
    async fn signed_claims(&self, shape: &Shape<'_>, deadline: Instant) -> Result<Claims, Refusal> {
        let keys = self.keys_for(&shape.kid, deadline).await?;
        if !keys.signed(shape) {
            return Err(Refusal::TokenInvalid);
        }
        let bytes = URL_SAFE_NO_PAD.decode(shape.claims).map(Zeroizing::new).map_err(|_| Refusal::TokenInvalid)?;
        let claims: Claims = serde_json::from_slice(&bytes).map_err(|_| Refusal::TokenInvalid)?;
        claims.is_access_token_of(&self.config.issuer)?;
        Ok(claims)
    }

    /// The key set that holds this key. An unknown name makes us read the keys anew, at most once a minute (PSC-04).
    async fn keys_for(&self, kid: &str, deadline: Instant) -> Result<Arc<KeySet>, Refusal> {
        match self.keys.find(kid, self.clock.now()) {
            Found::Here(set) => return Ok(set),
            Found::Nowhere => return Err(Refusal::TokenInvalid),
            Found::ReadFirst => {}
        }
        let one_reader = tokio::time::timeout_at(deadline, self.keys.one_reader.lock()).await;
        let _one = one_reader.map_err(|_| Refusal::PscUnavailable)?;
        // Another login may have read them while this one waited.
        if let Found::ReadFirst = self.keys.find(kid, self.clock.now()) {
            self.read_keys(deadline).await.map_err(|Unavailable| Refusal::PscUnavailable)?;
        }
        match self.keys.find(kid, self.clock.now()) {
            Found::Here(set) => Ok(set),
            Found::ReadFirst | Found::Nowhere => Err(Refusal::TokenInvalid),
        }
    }

    async fn read_keys(&self, deadline: Instant) -> Result<(), Unavailable> {
        let pass = self.circuit.enter(self.clock.now()).ok_or(Unavailable)?;
        let endpoints = self.discovery.endpoints(&self.config, &self.http, self.clock.now(), deadline).await;
        let begun = self.clock.now();
        let reply = self.http.get(&endpoints.jwks, deadline).await;
        let now = self.clock.now();
        match reply.ok().and_then(|reply| KeySet::read(&reply, now)) {
            Some(set) => {
                self.keys.begin_reading(begun);
                self.keys.replace(set);
                pass.succeeded();
                Ok(())
            }
            None => {
                tracing::warn!("the keys of Pro Santé Connect could not be read");
                pass.failed(now);
                Err(Unavailable)
            }
        }
    }

    /// Steps 4 and 5.
    async fn alive(self: &Arc<Self>, token: &str, claims: &Claims, deadline: Instant) -> Result<Known, Refusal> {
        let hash = TokenHash::of(token);
        let mut awaited = match self.cache.turn(hash, self.clock.now()) {
            Turn::Known(verdict) => return known(verdict),
            Turn::Wait(awaited) => awaited,
            Turn::Ask(tell, awaited) => {
                let (party, token, claims) = (self.clone(), Zeroizing::new(token.to_owned()), claims.clone());
                // A task of its own: a client that goes away must not take the answer from those who wait for it.
                tokio::spawn(async move {
                    let answer = party.introspect(&token, &claims, deadline).await;
                    party.cache.settle(hash, answer, claims.exp.unwrap_or(0), party.clock.now(), &tell);
                });
                awaited
            }
        };
        let answered = tokio::time::timeout_at(deadline, awaited.wait_for(Option::is_some)).await;
        match answered {
            Ok(Ok(answer)) => answer.clone().unwrap_or(Err(Unavailable)).map_err(|Unavailable| Refusal::PscUnavailable).and_then(known),
            // Out of time, or the task that asked is gone.
            Ok(Err(_)) | Err(_) => Err(Refusal::PscUnavailable),
        }
    }

    async fn introspect(&self, token: &str, claims: &Claims, deadline: Instant) -> Answer {
        let pass = self.circuit.enter(self.clock.now()).ok_or(Unavailable)?;
        let endpoints = self.discovery.endpoints(&self.config, &self.http, self.clock.now(), deadline).await;
        let config = &self.config;
        let reply = self.http.post_token(&endpoints.introspection, token, &config.client_id, &config.client_secret, deadline).await;
        let now = self.clock.now();
        let (outcome, answer) = introspection::judge(reply, claims, now);
        self.counters.count(outcome);
        match &answer {
            Ok(_) => pass.succeeded(),
            Err(Unavailable) => pass.failed(now),
        }
        answer
    }

    /// Step 7: the program, recorded and, when a list is kept, on it.
    fn allowed(&self, claims: &Claims, known: &Known) -> Result<String, Refusal> {
        let azp = claims.azp.clone().or_else(|| known.client.clone()).unwrap_or_default();
        match &self.config.azp_allowed {
            Some(list) if !list.contains(&azp) => Err(Refusal::ClientNotAllowed),
            _ => Ok(azp),
        }
    }
}

fn known(verdict: Verdict) -> Result<Known, Refusal> {
    match verdict {
        Verdict::Active(known) => Ok(known),
        Verdict::Inactive => Err(Refusal::TokenInvalid),
    }
}
