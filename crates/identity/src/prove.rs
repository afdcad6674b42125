//! `prove(token)`: the chain of PSC-21, steps 1 to 7 and PSC-17. Fails closed.
//!
//! | file | step |
//! |---|---|
//! | `claims` (and `provider`) | 2, 3: signature, issuer, times |
//! | `cache`, `introspection` | 4, 5: is it alive? asked of PSC, believed a minute |
//! | `level` | 6: firmly enough? |
//! | `person` | 8, first half: who is it? |
//!
//! Form and header (step 1), keys, calls bounded in time and the circuit are `provider`'s.
//! Requirements: PSC-12, PSC-21..PSC-24. The token is never logged, kept or shown; what that person may open is not decided here.

mod cache;
pub(crate) mod claims;
mod config;
mod health;
mod introspection;
pub(crate) mod level;
pub(crate) mod person;

use std::path::PathBuf;
use std::sync::Arc;

use rules::{Clock, Entropy, IdNat, Refusal};
use tokio::time::Instant;
use zeroize::Zeroizing;

pub use config::{Preset, PscConfig};
pub use health::{Health, Introspections};

use cache::{Answer, Cache, TokenHash, Turn};
use claims::Claims;
use introspection::{Known, Verdict};

use crate::provider::discovery::Source;
use crate::provider::http::Http;
use crate::provider::shape::{self, Shape};
use crate::provider::{self, Provider, Unavailable, Unproved};

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
    /// `cnf."x5t#S256"`: the certificate that the token is bound to (PSC-42; on mail it is journalled only, PSC-43). See [`crate::bound`].
    pub cnf: Option<String>,
}

/// The relying party: keys, introspection, cache, circuit. Cheap to clone. Nothing is asked of PSC before the first token comes.
#[derive(Clone)]
pub struct Psc {
    party: Arc<Party>,
}

struct Party {
    config: PscConfig,
    clock: Clock,
    provider: Arc<Provider>,
    cache: Cache,
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
        let source =
            Source { issuer: config.issuer.clone(), discovery_url: config.discovery_url.clone(), preset: config.preset, is_psc: true };
        let party = Party {
            provider: Arc::new(Provider::new(source, clock.clone(), Http::new(&config.issuer, entropy), place)),
            cache: Cache::default(),
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

    /// Where its sessions are: what [`Proof::sid`] is a number of.
    pub fn issuer(&self) -> &str {
        &self.party.config.issuer
    }

    /// PSC says that this session is over: its tokens are asked about anew (PSC-22, PSC-36).
    pub fn forget_session(&self, sid: &str) {
        self.party.cache.forget_session(sid);
    }

    /// For `/health` (PSC-24).
    pub fn health(&self) -> Health {
        let since = self.party.provider.circuit.failing_since();
        let reason = match (since, self.party.provider.discovery.unfit()) {
            (Some(_), _) => Some("calls to Pro Santé Connect fail"),
            (None, Some(_)) => Some("the discovery document of Pro Santé Connect is refused"),
            (None, None) => None,
        };
        Health { ok: reason.is_none(), since, reason }
    }

    /// What is known of PSC, for a [`crate::oidc::Party`] beside this one: one circuit, one set of keys.
    pub(crate) fn provider(&self) -> Arc<Provider> {
        self.party.provider.clone()
    }

    pub fn introspections(&self) -> Introspections {
        self.party.counters.read()
    }
}

impl Party {
    async fn prove(self: &Arc<Self>, token: &str) -> Result<Proof, Refusal> {
        let shape = shape::read(token)?;
        let deadline = provider::deadline();
        let claims = self.signed_claims(&shape, deadline).await?;
        claims.is_timely(self.clock.now())?;
        let known = self.alive(token, &claims, deadline).await?;
        let acr = level::reached(claims.acr.as_deref(), known.acr.as_deref(), &self.config.min_acr)?;
        let azp = self.allowed(&claims, &known)?;
        let person = person::named_by(&claims, self.config.preset)?;
        let cnf = claims.cnf.map(|cnf| cnf.x5t_s256.unwrap_or_default());
        Ok(Proof { person, azp, acr, auth_mode: claims.auth_mode.unwrap_or_default(), sid: claims.sid.or(known.sid), cnf })
    }

    /// Step 2. The claims are not even decoded before the signature holds.
    async fn signed_claims(&self, shape: &Shape<'_>, deadline: Instant) -> Result<Claims, Refusal> {
        let claims: Claims = self.provider.signed(shape, deadline).await.map_err(|unproved| match unproved {
            Unproved::Bad => Refusal::TokenInvalid,
            Unproved::Unavailable => Refusal::PscUnavailable,
        })?;
        claims.is_access_token_of(&self.config.issuer)?;
        Ok(claims)
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
        let provider = &self.provider;
        let pass = provider.circuit.enter(self.clock.now()).ok_or(Unavailable)?;
        let Some(address) = provider.endpoints(deadline).await.and_then(|found| found.called.introspection) else {
            pass.failed(self.clock.now());
            return Err(Unavailable);
        };
        let config = &self.config;
        let reply = provider.http.post_token(&address, token, &config.client_id, &config.client_secret, deadline).await;
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
