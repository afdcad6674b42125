//! Who the provider is, and who we are there.
//!
//! Requirements: PSC-05, PSC-07, PSC-09, PSC-10, LOC-05. Secrets are read from files or the environment by `pli`, never by this file.

use secrecy::SecretString;

use crate::prove::Preset;

/// How Pli is a client of a provider.
#[derive(Clone, Debug)]
pub struct PartyConfig {
    pub issuer: String,
    /// As is, nothing is added (PSC-01).
    pub discovery_url: String,
    /// The page where people log in, when it must not be the one that discovery gives.
    pub authorization_override: Option<String>,
    pub client_id: String,
    pub auth: ClientAuth,
    /// `openid scope_all` at PSC.
    pub scope: String,
    /// `eidas1` at PSC; `None`: the parameter is not sent.
    pub acr_values: Option<String>,
    /// Lowest `acr` accepted at PSC; not used for a structure's provider.
    pub min_acr: String,
    pub preset: Preset,
    pub kind: PartyKind,
    /// `kc_idp_hint`, passed through.
    pub idp_hint: Option<String>,
}

/// How we prove ourselves to the provider (PSC-09).
#[derive(Clone, Debug)]
pub enum ClientAuth {
    /// A structure's provider that knows us as a public client: PKCE alone ties the code to us. Not for PSC.
    Public,
    Basic(SecretString),
    Post(SecretString),
    PrivateKeyJwt {
        key_pem: SecretString,
        kid: Option<String>,
        alg: KeyAlg,
    },
    Tls {
        chain_pem: Vec<u8>,
        key_pem: SecretString,
    },
}

/// Algorithms of a client's own assertions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyAlg {
    RS256,
    ES256,
}

/// Whose provider it is.
#[derive(Clone, Debug)]
pub enum PartyKind {
    Psc,
    /// A structure's own (LOC-05): people are found by (`iss`, `sub`), or by a claim that holds their id there, e.g. `3990000028/SEC0042` or `SEC0042`.
    Structure {
        id_claim: Option<String>,
        /// `acr` values that prove two factors.
        acr_strong: Vec<String>,
        /// `amr` values of which one must be there, with two families of factors.
        amr_strong: Vec<String>,
    },
}

/// Where the approval is asked (`channel`, an extension of ANS).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel2 {
    Mobile,
    Card,
}

impl Channel2 {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Mobile => "MOBILE",
            Self::Card => "CARD",
        }
    }
}
