//! `prove(token, now)`: the chain of PSC-21, steps 1 to 7 and PSC-17. Fails closed.

use rules::{Clock, Entropy, IdNat, Refusal};
use secrecy::SecretString;

/// How Pli talks to PSC.
#[derive(Clone, Debug)]
pub struct PscConfig {
    pub issuer: String,
    /// Not `openid-configuration`: PSC publishes `wallet-openid-configuration` (PSC-01).
    pub discovery_url: String,
    /// Our client at PSC, declared to introspect.
    pub client_id: String,
    pub client_secret: SecretString,
    /// Lowest `acr` accepted, default `eidas1`.
    pub min_acr: String,
    /// Allowed `azp`; `None` = any.
    pub azp_allowed: Option<Vec<String>>,
    /// `prod`, `bas` or `sim`: which forms of IdNat are acceptable (PSC-17, PSC-18).
    pub preset: Preset,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    Prod,
    Bas,
    Sim,
}

/// A person proved by a token. Holds no token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    pub person: IdNat,
    pub azp: String,
    pub acr: String,
    pub auth_mode: String,
    pub sid: Option<String>,
}

/// The relying party: keys, introspection, cache, circuit. Cheap to clone.
#[derive(Clone)]
pub struct Psc {}

impl Psc {
    pub fn new(config: PscConfig, clock: Clock, entropy: Entropy) -> Self {
        let _ = (config, clock, entropy);
        todo!()
    }

    /// Steps 1 to 7 of PSC-21, then the person (PSC-17). Never logs the token.
    pub async fn prove(&self, token: &str) -> Result<Proof, Refusal> {
        let _ = token;
        todo!()
    }
}
