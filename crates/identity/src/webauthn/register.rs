//! A new key: what the browser posted after `navigator.credentials.create`.
//!
//! W3C Web Authentication §7.1. Requirements: LOC-05, STF-01. Where a key comes from is not asked (attestation `none`); one that attests itself is checked.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciborium::Value;
use rules::{Moment, Refusal};
use serde::Deserialize;

use super::device::{self, Made, field};
use super::key::PublicKey;
use super::{Challenge, Checked, Defect, POSTED_LIMIT, Passkey, Purpose, Site, client, decoded, told};

const LABEL_LIMIT: usize = 60;
const TRANSPORTS: [&str; 6] = ["usb", "nfc", "ble", "smart-card", "hybrid", "internal"];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Posted {
    id: String,
    raw_id: String,
    #[serde(rename = "type")]
    kind: String,
    response: Response,
    #[serde(default)]
    client_extension_results: Extensions,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    attestation_object: String,
    #[serde(default)]
    transports: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Extensions {
    cred_props: Properties,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Properties {
    rk: Option<bool>,
}

impl Site {
    /// Checks the posted JSON (`PublicKeyCredential.toJSON()`). That nobody has this key yet is the store's to see.
    ///
    /// Errors: [`Refusal::LoginFailed`] for any defect.
    /// Requirements: LOC-05.
    pub fn finish_registration(&self, posted: &str, challenge: &Challenge, label: &str, now: Moment) -> Result<Passkey, Refusal> {
        told(self.registered(posted, challenge, label, now))
    }

    fn registered(&self, posted: &str, challenge: &Challenge, label: &str, now: Moment) -> Checked<Passkey> {
        challenge.serves(Purpose::Register, now)?;
        let posted: Posted = Some(posted)
            .filter(|text| text.len() <= POSTED_LIMIT)
            .and_then(|text| serde_json::from_str(text).ok())
            .ok_or(Defect("the posted text is not the expected JSON"))?;
        if posted.kind != "public-key" || posted.id != posted.raw_id {
            return Err(Defect("no public key was posted"));
        }
        if posted.client_extension_results.cred_props.rk == Some(false) {
            return Err(Defect("the key does not reside in the authenticator"));
        }
        let hash = client::check(&posted.response.client_data, "webauthn.create", challenge, self)?;
        let attestation = decoded(&posted.response.attestation_object, "the attestation is not base64url")?;
        let (counter, made) = self.made(&attestation, &hash)?;
        if URL_SAFE_NO_PAD.encode(&made.credential) != posted.id {
            return Err(Defect("the key has another id than the one posted"));
        }
        let transports =
            posted.response.transports.into_iter().filter(|t| TRANSPORTS.contains(&t.as_str())).take(TRANSPORTS.len()).collect();
        Ok(Passkey {
            id: posted.id,
            public_key: URL_SAFE_NO_PAD.encode(&made.cose),
            counter,
            transports,
            label: label.trim().chars().take(LABEL_LIMIT).collect(),
            created: now,
        })
    }

    /// The attestation object: no attestation, or the key's own.
    fn made(&self, attestation: &[u8], client_hash: &[u8]) -> Checked<(u32, Made)> {
        let (object, size) = device::cbor(attestation)?;
        let at = |name: &str| field(&object, |key| key.as_text() == Some(name));
        let parts = (at("fmt").and_then(Value::as_text), at("attStmt"), at("authData").and_then(Value::as_bytes));
        let (Some(format), Some(statement), Some(data)) = parts else { return Err(Defect("the attestation lacks a part")) };
        if size != attestation.len() {
            return Err(Defect("bytes follow the attestation"));
        }
        let said = device::read(data, self)?;
        let made = said.made.ok_or(Defect("no key was made"))?;
        let fits = match format {
            "none" => statement.as_map().is_some_and(Vec::is_empty),
            "packed" => attests_itself(statement, &made.key, &[data.as_slice(), client_hash].concat()),
            _ => false,
        };
        if fits { Ok((said.counter, made)) } else { Err(Defect("an attestation that was not asked for")) }
    }
}

/// W3C Web Authentication §8.2, self attestation: some authenticators give it even when none is asked for.
fn attests_itself(statement: &Value, key: &PublicKey, message: &[u8]) -> bool {
    let at = |name: &str| field(statement, |key| key.as_text() == Some(name));
    let algorithm = at("alg").and_then(Value::as_integer).is_some_and(|alg| alg == key.algorithm().into());
    let signature = at("sig").and_then(Value::as_bytes);
    at("x5c").is_none() && algorithm && signature.is_some_and(|signature| key.signed(message, signature))
}
