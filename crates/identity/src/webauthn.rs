//! Passkeys: registration and assertion, for local people and for staff.
//!
//! W3C Web Authentication Level 2 §7.1, §7.2. Requirements: LOC-05, STF-01. User verification and a resident key are required, attestation is `none`,
//! algorithms are ES256, RS256 and Ed25519. The store keeps the passkeys and the challenges (5 min, once).

use rules::{Entropy, Moment, Refusal};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The site as authenticators know it.
#[derive(Clone, Debug)]
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

/// A key proved: store the counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asserted {
    /// Credential id.
    pub id: String,
    pub counter: u32,
}

/// What tells whose key was used, before anything is proved: look the passkeys up by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// Credential id, base64url.
    pub id: String,
    /// The handle given at registration, when the authenticator tells it.
    pub user: Option<String>,
}

impl Site {
    /// `origin` as browsers say it: `https://mss.pli.mssante.test`, `http://localhost:20080`. The RP id is its host.
    pub fn new(origin: &str, name: &str) -> Result<Self, String> {
        Ok(Self { id: origin.to_owned(), origin: origin.to_owned(), name: name.to_owned() })
    }

    /// JSON for `navigator.credentials.create({publicKey})` (binary fields in base64url), with the challenge to keep.
    /// `handle`: at most 64 bytes, not a name; the same for all keys of a person.
    pub fn begin_registration(
        &self,
        handle: &[u8],
        login: &str,
        display: &str,
        existing: &[Passkey],
        entropy: &Entropy,
        now: Moment,
    ) -> (Value, Challenge) {
        let _ = (handle, login, display, existing, entropy, now, &self.id, &self.origin, &self.name);
        todo!()
    }

    /// Checks the posted JSON (`PublicKeyCredential.toJSON()`); [`Refusal::LoginFailed`] for any defect.
    pub fn finish_registration(&self, posted: &str, challenge: &Challenge, label: &str, now: Moment) -> Result<Passkey, Refusal> {
        let _ = (posted, challenge, label, now);
        todo!()
    }

    /// JSON for `navigator.credentials.get({publicKey})`, with the challenge to keep. `allowed` empty: any resident key of this site.
    pub fn begin_assertion(&self, allowed: &[Passkey], entropy: &Entropy, now: Moment) -> (Value, Challenge) {
        let _ = (allowed, entropy, now);
        todo!()
    }

    /// Whose key the posted JSON claims to be; proves nothing.
    pub fn claimed(posted: &str) -> Option<Claimed> {
        let _ = posted;
        todo!()
    }

    /// Checks the posted JSON against the person's keys; [`Refusal::LoginFailed`] for any defect, a counter that did not move included.
    pub fn finish_assertion(&self, posted: &str, challenge: &Challenge, passkeys: &[Passkey], now: Moment) -> Result<Asserted, Refusal> {
        let _ = (posted, challenge, passkeys, now);
        todo!()
    }
}
