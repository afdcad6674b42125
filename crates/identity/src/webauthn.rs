//! Passkeys: registration and assertion, for local people and for staff.
//!
//! | file | holds |
//! |---|---|
//! | `options` | what the browser is asked (JSON for `navigator.credentials`) |
//! | `register`, `assert` | what it answered: a new key, a key used |
//! | `client` | what the browser says of itself |
//! | `device` | what the authenticator says |
//! | `key` | COSE public keys and signatures |
//!
//! W3C Web Authentication Level 2 §7.1, §7.2. Requirements: LOC-05, STF-01. User verification and a resident key are required, attestation is `none`,
//! algorithms are ES256, RS256 and EdDSA. The store keeps the passkeys and the challenges (5 min, once). Ours, on a crypto library and a CBOR reader:
//! the ready-made servers draw their own randomness, or need another TLS library.

mod assert;
mod client;
mod device;
mod key;
mod options;
mod register;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Url;
use rules::{Entropy, Moment, Refusal};
use serde::{Deserialize, Serialize};

/// Longest posted JSON that is read.
pub const POSTED_LIMIT: usize = 64 * 1024;

/// The site as authenticators know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    id: String,
    origin: String,
    name: String,
}

/// A key of a person. Kept as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passkey {
    /// Credential id, base64url.
    pub id: String,
    /// COSE key, base64url.
    pub public_key: String,
    /// Last signature counter; 0 for keys that do not count.
    pub counter: u32,
    #[serde(default)]
    pub transports: Vec<String>,
    /// The person's own word: « clé bleue ».
    pub label: String,
    pub created: Moment,
}

/// A challenge under way; kept by the store beside the browser's session, used once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// 32 random bytes, base64url.
    pub challenge: String,
    pub expires: Moment,
    pub purpose: Purpose,
    /// The person's handle (base64url); empty for a login in which she is not named yet.
    pub user: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    Register,
    Assert,
}

/// A key proved: keep the counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asserted {
    /// Credential id, base64url.
    pub id: String,
    pub counter: u32,
}

/// What tells whose key was used, before anything is proved: look the passkeys up by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// Credential id, base64url.
    pub id: String,
    /// The handle given at registration (base64url), when the authenticator tells it.
    pub user: Option<String>,
}

/// What is wrong; for the log, never for the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Defect(&'static str);

type Checked<T> = Result<T, Defect>;

impl Site {
    /// `origin` as browsers say it: `https://mss.pli.mssante.test`, `http://localhost:20080`. The RP id is its host.
    ///
    /// `Err` (English, for an administrator): not an origin, not private, or an address without a name, for which browsers make no passkey.
    pub fn new(origin: &str, name: &str) -> Result<Self, String> {
        let url = Url::parse(origin).map_err(|_| format!("{origin} is not an origin"))?;
        let id = match url.domain() {
            Some(domain) if url.scheme() == "https" || (url.scheme() == "http" && domain == "localhost") => domain.to_owned(),
            Some(_) => return Err(format!("{origin}: passkeys need https, or http://localhost")),
            None => return Err(format!("{origin}: passkeys need a host name; browsers make none for an address")),
        };
        Ok(Self { id, origin: url.origin().ascii_serialization(), name: name.to_owned() })
    }

    /// The host: what a passkey is bound to.
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl Challenge {
    fn draw(purpose: Purpose, user: String, entropy: &Entropy, now: Moment) -> Self {
        let challenge = URL_SAFE_NO_PAD.encode(entropy.bytes::<32>());
        Self { challenge, expires: now.plus(options::TIMEOUT), purpose, user }
    }

    fn serves(&self, purpose: Purpose, now: Moment) -> Checked<()> {
        if self.purpose == purpose && now < self.expires { Ok(()) } else { Err(Defect("the challenge is over, or of another purpose")) }
    }
}

fn told<T>(checked: Checked<T>) -> Result<T, Refusal> {
    checked.map_err(|defect| {
        tracing::info!(defect = defect.0, "a passkey is refused");
        Refusal::LoginFailed
    })
}

fn decoded(text: &str, why: &'static str) -> Checked<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Defect(why))
}
