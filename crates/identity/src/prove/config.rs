//! What the relying party is told: where PSC is, who we are there, what we accept.
//!
//! Requirements: PSC-07, PSC-09, PSC-17, PSC-18, PSC-21 (step 7).

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
