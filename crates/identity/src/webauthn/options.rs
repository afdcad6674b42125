//! What the browser is asked: JSON for `PublicKeyCredential.parseCreationOptionsFromJSON` and `parseRequestOptionsFromJSON`.
//!
//! W3C Web Authentication §5.4, §5.5. Requirements: LOC-05. Binary fields are base64url.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rules::{Entropy, Moment};
use serde_json::{Value, json};

use super::{Challenge, Passkey, Purpose, Site, key};

pub(super) const TIMEOUT: Duration = Duration::from_secs(300);

impl Site {
    /// For `navigator.credentials.create({publicKey})`, with the challenge to keep.
    ///
    /// `handle`: 1 to 64 bytes, the same for all keys of a person, telling nothing of her. `existing`: her keys, so that none is made twice.
    pub fn begin_registration(
        &self,
        handle: &[u8],
        login: &str,
        display: &str,
        existing: &[Passkey],
        entropy: &Entropy,
        now: Moment,
    ) -> (Value, Challenge) {
        let user = URL_SAFE_NO_PAD.encode(handle);
        let challenge = Challenge::draw(Purpose::Register, user.clone(), entropy, now);
        let algorithms: Vec<Value> = key::ALGORITHMS.iter().map(|alg| json!({"type": "public-key", "alg": alg})).collect();
        let options = json!({
            "rp": {"id": self.id, "name": self.name},
            "user": {"id": user, "name": login, "displayName": display},
            "challenge": challenge.challenge,
            "pubKeyCredParams": algorithms,
            "timeout": milliseconds(),
            "excludeCredentials": described(existing),
            "authenticatorSelection": {"residentKey": "required", "requireResidentKey": true, "userVerification": "required"},
            "attestation": "none",
            "extensions": {"credProps": true},
        });
        (options, challenge)
    }

    /// For `navigator.credentials.get({publicKey})`, with the challenge to keep. `allowed` empty: any key of this site that the browser finds.
    pub fn begin_assertion(&self, allowed: &[Passkey], entropy: &Entropy, now: Moment) -> (Value, Challenge) {
        let challenge = Challenge::draw(Purpose::Assert, String::new(), entropy, now);
        let options = json!({
            "challenge": challenge.challenge,
            "timeout": milliseconds(),
            "rpId": self.id,
            "allowCredentials": described(allowed),
            "userVerification": "required",
        });
        (options, challenge)
    }
}

fn milliseconds() -> u64 {
    TIMEOUT.as_secs() * 1000
}

fn described(passkeys: &[Passkey]) -> Vec<Value> {
    let one = |key: &Passkey| {
        let mut one = json!({"type": "public-key", "id": key.id});
        if !key.transports.is_empty() {
            one["transports"] = json!(key.transports);
        }
        one
    };
    passkeys.iter().map(one).collect()
}
