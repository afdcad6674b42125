//! A key used: what the browser posted after `navigator.credentials.get`.
//!
//! W3C Web Authentication §7.2. Requirements: LOC-05, STF-01. Whose key it is, is known by the keys given: the caller looks them up by [`Claimed`].

use rules::{Moment, Refusal};
use serde::Deserialize;

use super::key::PublicKey;
use super::{Asserted, Challenge, Checked, Claimed, Defect, POSTED_LIMIT, Passkey, Purpose, Site, client, decoded, device, told};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Posted {
    id: String,
    raw_id: String,
    #[serde(rename = "type")]
    kind: String,
    response: Response,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    authenticator_data: String,
    signature: String,
    user_handle: Option<String>,
}

impl Site {
    /// Whose key the posted JSON claims to be; proves nothing. `None`: not the expected JSON.
    pub fn claimed(posted: &str) -> Option<Claimed> {
        let posted = read(posted).ok()?;
        Some(Claimed { id: posted.id, user: posted.response.user_handle.filter(|user| !user.is_empty()) })
    }

    /// Checks the posted JSON against the keys of one person.
    ///
    /// Errors: [`Refusal::LoginFailed`] for any defect, a counter that did not move included (the key was copied).
    /// Requirements: LOC-05.
    pub fn finish_assertion(&self, posted: &str, challenge: &Challenge, passkeys: &[Passkey], now: Moment) -> Result<Asserted, Refusal> {
        told(self.asserted(posted, challenge, passkeys, now))
    }

    fn asserted(&self, posted: &str, challenge: &Challenge, passkeys: &[Passkey], now: Moment) -> Checked<Asserted> {
        challenge.serves(Purpose::Assert, now)?;
        let posted = read(posted)?;
        let passkey = passkeys.iter().find(|passkey| passkey.id == posted.id).ok_or(Defect("the key is none of this person's"))?;
        let user = posted.response.user_handle.as_deref().unwrap_or_default();
        if !challenge.user.is_empty() && !user.is_empty() && user != challenge.user {
            return Err(Defect("the key is another person's"));
        }
        let hash = client::check(&posted.response.client_data, "webauthn.get", challenge, self)?;
        let data = decoded(&posted.response.authenticator_data, "the authenticator data are not base64url")?;
        let said = device::read(&data, self)?;
        if said.made.is_some() {
            return Err(Defect("a key was made where one was to be used"));
        }
        let signature = decoded(&posted.response.signature, "the signature is not base64url")?;
        if !key_of(passkey)?.signed(&[data.as_slice(), &hash].concat(), &signature) {
            return Err(Defect("the signature does not hold"));
        }
        // Either counts, or neither does (synchronised keys).
        let moved = said.counter > passkey.counter || (said.counter == 0 && passkey.counter == 0);
        if !moved {
            tracing::error!(passkey = passkey.id, "the counter of a passkey went back: it may have been copied");
            return Err(Defect("the counter did not move"));
        }
        Ok(Asserted { id: passkey.id.clone(), counter: said.counter })
    }
}

fn read(posted: &str) -> Checked<Posted> {
    let read: Option<Posted> = Some(posted).filter(|text| text.len() <= POSTED_LIMIT).and_then(|text| serde_json::from_str(text).ok());
    let posted = read.ok_or(Defect("the posted text is not the expected JSON"))?;
    if posted.kind == "public-key" && posted.id == posted.raw_id { Ok(posted) } else { Err(Defect("no public key was posted")) }
}

fn key_of(passkey: &Passkey) -> Checked<PublicKey> {
    let cose = decoded(&passkey.public_key, "the key kept is not base64url")?;
    let (value, _) = device::cbor(&cose)?;
    PublicKey::of(&value)
}
