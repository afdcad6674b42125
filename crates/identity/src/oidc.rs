//! One OIDC provider that we are a client of: Pro Santé Connect, or a structure's own (LOC-05).
//!
//! | file | answers |
//! |---|---|
//! | `config`, `client` | who the provider is, who we are there, and how we prove it |
//! | `begin` | where the browser is sent |
//! | `finish` | who came back |
//! | `phone` | CIBA: approval on the telephone, without a browser at the provider |
//! | `logout` | the end of a session, said by us or by the provider |
//! | `id_token`, `strength` | what an ID token proves, and how firmly |
//! | `userinfo` | what PSC says of a professional, never a right |
//!
//! Requirements: PSC-05..PSC-10, PSC-13..PSC-16, PSC-33, PSC-35, PSC-36, LOC-05. It ends with a proved person; access and refresh tokens are
//! dropped inside (PSC-13). The caller keeps attempts, sessions and the `jti` of notices; it compares `state` before it calls [`Party::finish`].

mod begin;
mod client;
mod config;
mod finish;
mod id_token;
mod logout;
mod phone;
mod strength;
mod userinfo;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rules::{Clock, Entropy, IdNat, Moment, Refusal};
use secrecy::SecretString;

use crate::prove::Psc;
use crate::provider::Provider;
use crate::provider::discovery::Source;
use crate::provider::form::Form;
use crate::provider::http::Http;

pub use config::{Channel2, ClientAuth, KeyAlg, PartyConfig, PartyKind};
pub use userinfo::{Activity, Difference, Exercise, UserInfo};

use client::Credentials;

/// A provider we are a client of. Cheap to clone.
#[derive(Clone)]
pub struct Party {
    inner: Arc<Inner>,
}

struct Inner {
    config: PartyConfig,
    clock: Clock,
    entropy: Entropy,
    provider: Arc<Provider>,
    credentials: Credentials,
    /// Shows our certificate, when that is how we prove ourselves.
    own_http: Option<Http>,
}

/// A login that began: send the browser to `url`, keep the rest for its return (10 min, once, bound to the browser).
#[derive(Debug)]
pub struct Begun {
    pub url: String,
    /// 22 characters: 128 random bits.
    pub state: String,
    /// 22 characters: 128 random bits.
    pub nonce: String,
    /// 43 characters (RFC 7636).
    pub verifier: SecretString,
}

/// What came back on the redirect URI, beside what was kept. `state` was compared by the caller already.
#[derive(Clone, Copy)]
pub struct Return<'a> {
    pub code: &'a str,
    pub iss: Option<&'a str>,
    pub nonce: &'a str,
    pub verifier: &'a str,
    pub redirect_uri: &'a str,
}

/// A person who signed in. Holds no access and no refresh token (PSC-13).
#[derive(Debug)]
pub struct SignedIn {
    /// PSC: always there. A structure's own provider: when the configured claim gives a whole local id (`3990000028/SEC0042`); the caller must
    /// see that it is of *that* structure. Otherwise she is found by [`Self::claimed_id`] or by (`issuer`, `sub`), bound beforehand (LOC-05).
    pub person: Option<IdNat>,
    /// What the structure's configured claim says, as it is: her number there alone, or with the structure's.
    pub claimed_id: Option<String>,
    pub sub: String,
    pub issuer: String,
    pub acr: String,
    pub amr: Vec<String>,
    /// `MOBILE`, `CARD`; empty when the provider says none.
    pub auth_mode: String,
    pub sid: Option<String>,
    /// When she was identified; never in the future. Cap of the session (PSC-37), and proof of a fresh login.
    pub auth_time: Moment,
    /// For logout; to be sealed at rest.
    pub id_token: SecretString,
    pub userinfo: Option<UserInfo>,
}

/// A request sent to a telephone.
#[derive(Debug)]
pub struct Asked {
    pub auth_req_id: SecretString,
    pub expires: Moment,
    /// Ask no more often.
    pub interval: Duration,
}

/// What the telephone answered so far.
#[derive(Debug)]
pub enum PhoneAnswer {
    Pending,
    /// From now on 5 s more between two questions.
    SlowDown,
    Approved(Box<SignedIn>),
    Denied,
    Expired,
}

/// A back-channel notice whose every check held, but the one that only a store can make: `jti` unseen for 10 min.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoutNotice {
    pub sid: Option<String>,
    pub sub: Option<String>,
    pub jti: String,
    pub iat: Moment,
}

impl Party {
    /// `discovery_copy`: where the last good discovery document is kept (PSC-01).
    ///
    /// `Err`: the configuration cannot serve (unreadable key or certificate); in English, for an administrator.
    pub fn new(config: PartyConfig, clock: Clock, entropy: Entropy, discovery_copy: Option<PathBuf>) -> Result<Self, String> {
        Self::trusting(&[], config, clock, entropy, discovery_copy)
    }

    /// As [`Party::new`], believing these certificate authorities too (PEM): hospitals often have their own.
    pub fn trusting(
        authorities_pem: &[u8],
        config: PartyConfig,
        clock: Clock,
        entropy: Entropy,
        discovery_copy: Option<PathBuf>,
    ) -> Result<Self, String> {
        let source = Source {
            issuer: config.issuer.clone(),
            discovery_url: config.discovery_url.clone(),
            preset: config.preset,
            is_psc: matches!(config.kind, PartyKind::Psc),
        };
        let http = Http::new(&config.issuer, entropy.clone()).trusting(authorities_pem)?;
        let provider = Arc::new(Provider::new(source, clock.clone(), http, discovery_copy));
        Self::of(provider, config, clock, entropy)
    }

    /// As [`Party::new`], at the provider of those token checks: one document, one set of keys, one circuit.
    ///
    /// `Err` also when the issuers differ.
    pub fn beside(psc: &Psc, config: PartyConfig, clock: Clock, entropy: Entropy) -> Result<Self, String> {
        let provider = psc.provider();
        if provider.source.issuer != config.issuer {
            return Err("the issuer for logins is not the issuer for tokens".to_owned());
        }
        Self::of(provider, config, clock, entropy)
    }

    fn of(provider: Arc<Provider>, config: PartyConfig, clock: Clock, entropy: Entropy) -> Result<Self, String> {
        let credentials = Credentials::read(&config.auth)?;
        if matches!((&config.auth, &config.kind), (ClientAuth::Public, PartyKind::Psc)) {
            return Err("Pro Santé Connect knows no public client: give a secret, a key or a certificate".to_owned());
        }
        let own_http = match &config.auth {
            ClientAuth::Tls { chain_pem, key_pem } => Some(provider.http.showing(chain_pem, key_pem)?),
            _ => None,
        };
        Ok(Self { inner: Arc::new(Inner { config, clock, entropy, provider, credentials, own_http }) })
    }

    /// Whose sessions these are (`iss` of ID tokens and of logout notices).
    pub fn issuer(&self) -> &str {
        &self.inner.config.issuer
    }
}

impl Inner {
    /// The provider is down: whose it is decides what people are told.
    fn away(&self) -> Refusal {
        match self.config.kind {
            PartyKind::Psc => Refusal::PscUnavailable,
            PartyKind::Structure { .. } => Refusal::LoginUnavailable,
        }
    }

    fn http(&self) -> &Http {
        self.own_http.as_ref().unwrap_or(&self.provider.http)
    }

    fn shows_certificate(&self) -> bool {
        self.own_http.is_some()
    }

    /// Adds our proof to a form; name and secret when they go in the header. `None`: our key does not sign.
    fn present(&self, form: &mut Form, audience: &str) -> Option<Option<(&str, &SecretString)>> {
        let client = self.config.client_id.as_str();
        let secret = self.credentials.present(form, client, audience, self.clock.now(), &self.entropy)?;
        Some(secret.map(|secret| (client, secret)))
    }
}
