//! One OIDC provider that we are a client of: Pro Santé Connect, or a structure's own (LOC-05).
//!
//! | file | answers |
//! |---|---|
//! | `config` | who the provider is, and who we are there |
//! | `begin` | where the browser is sent |
//! | `finish` | who came back |
//! | `phone` | CIBA: approval on the telephone, without a browser at the provider |
//! | `logout` | the end of a session, said by us or by the provider |
//! | `id_token` | what an ID token proves |
//! | `userinfo` | what PSC says of a professional, never a right |
//!
//! Requirements: PSC-05..PSC-10, PSC-13..PSC-16, PSC-33, PSC-35, PSC-36, LOC-05. It ends with a proved person; access and refresh tokens are
//! dropped inside (PSC-13). The caller keeps attempts, sessions and the `jti` of notices; it compares `state` before it calls [`Party::finish`].

mod config;
mod userinfo;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rules::{Clock, Entropy, IdNat, Moment, Refusal};
use secrecy::SecretString;

pub use config::{Channel2, ClientAuth, KeyAlg, PartyConfig, PartyKind};
pub use userinfo::{Activity, Difference, Exercise, UserInfo};

/// A provider we are a client of. Cheap to clone.
#[derive(Clone)]
pub struct Party {
    inner: Arc<Inner>,
}

struct Inner {
    config: PartyConfig,
    clock: Clock,
    entropy: Entropy,
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
    /// PSC: always there. A structure's own provider: when the configured claim names her; otherwise she is found by (`issuer`, `sub`).
    pub person: Option<IdNat>,
    pub sub: String,
    pub issuer: String,
    pub acr: String,
    pub amr: Vec<String>,
    /// `MOBILE`, `CARD`; empty when the provider says none.
    pub auth_mode: String,
    pub sid: Option<String>,
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
    /// `Err`: the configuration cannot serve (unreadable key or certificate, foreign address); in English, for an administrator.
    pub fn new(config: PartyConfig, clock: Clock, entropy: Entropy, discovery_copy: Option<PathBuf>) -> Result<Self, String> {
        let _ = discovery_copy;
        Ok(Self { inner: Arc::new(Inner { config, clock, entropy }) })
    }

    /// Where to send the browser; `fresh` asks the provider to identify her anew (`prompt=login`).
    pub async fn begin(&self, redirect_uri: &str, fresh: bool) -> Result<Begun, Refusal> {
        let _ = (redirect_uri, fresh, &self.inner.config, &self.inner.clock, &self.inner.entropy);
        todo!()
    }

    /// Trades the code for a person.
    pub async fn finish(&self, back: Return<'_>) -> Result<SignedIn, Refusal> {
        let _ = back.code;
        todo!()
    }

    /// Asks this person to approve on her telephone, comparing `number` (two digits).
    pub async fn ask_phone(&self, person: &IdNat, channel: Channel2, number: &str) -> Result<Asked, Refusal> {
        let _ = (person, channel, number);
        todo!()
    }

    /// What became of a request.
    pub async fn poll_phone(&self, auth_req_id: &str, person: &IdNat) -> Result<PhoneAnswer, Refusal> {
        let _ = (auth_req_id, person);
        todo!()
    }

    /// Where to send the browser after the local session is over; `None` when the provider's address is not known.
    pub async fn logout_url(&self, id_token: &str, back_to: &str, state: &str) -> Option<String> {
        let _ = (id_token, back_to, state);
        todo!()
    }

    /// Checks a back-channel logout token: signature, `iss`, `aud`, `iat`, `events`, no `nonce`, `sid` or `sub`.
    pub async fn logout_notice(&self, logout_token: &str) -> Result<LogoutNotice, Refusal> {
        let _ = logout_token;
        todo!()
    }
}
