//! How we prove ourselves to a provider: name and secret, a signed assertion, our certificate, or (to a structure's) by the code's verifier alone.
//!
//! RFC 6749 §2.3.1, RFC 7523 §2.2, RFC 8705 §2. Requirements: PSC-09. Keys are read at start: a wrong one stops Pli, not the first login.

use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rules::{Entropy, Moment};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::config::{ClientAuth, KeyAlg};
use crate::provider::form::Form;

/// Life of an assertion.
const LIFE: Duration = Duration::from_secs(55);
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Our credentials, ready to serve.
pub(super) enum Credentials {
    /// Only our name.
    Public,
    Basic(SecretString),
    Post(SecretString),
    Key {
        key: Box<SigningKey>,
        kid: Option<String>,
    },
    Certificate,
}

pub(super) enum SigningKey {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
}

impl Credentials {
    /// `Err` in English, for an administrator; never with a part of the key.
    pub fn read(auth: &ClientAuth) -> Result<Self, String> {
        Ok(match auth {
            ClientAuth::Public => Self::Public,
            ClientAuth::Basic(secret) => Self::Basic(secret.clone()),
            ClientAuth::Post(secret) => Self::Post(secret.clone()),
            ClientAuth::PrivateKeyJwt { key_pem, kid, alg } => {
                Self::Key { key: Box::new(SigningKey::read(key_pem, *alg)?), kid: kid.clone() }
            }
            ClientAuth::Tls { .. } => Self::Certificate,
        })
    }

    /// Adds to the form what proves us; what travels in the header instead is returned. `None` outside: the key does not sign.
    pub fn present<'a>(
        &'a self,
        form: &mut Form,
        client: &str,
        audience: &str,
        now: Moment,
        entropy: &Entropy,
    ) -> Option<Option<&'a SecretString>> {
        match self {
            Self::Basic(secret) => return Some(Some(secret)),
            Self::Post(secret) => {
                form.add("client_id", client);
                form.add("client_secret", secret.expose_secret());
            }
            Self::Key { key, kid } => {
                form.add("client_id", client);
                form.add("client_assertion_type", ASSERTION);
                form.add("client_assertion", &key.assertion(kid.as_deref(), client, audience, now, entropy)?);
            }
            Self::Public | Self::Certificate => form.add("client_id", client),
        }
        Some(None)
    }
}

impl SigningKey {
    fn read(pem: &SecretString, alg: KeyAlg) -> Result<Self, String> {
        let unreadable =
            || "the key that signs our assertions cannot be read (PEM of an RSA key for RS256, of a P-256 key for ES256)".to_owned();
        let der = PrivateKeyDer::from_pem_slice(pem.expose_secret().as_bytes()).map_err(|_| unreadable())?;
        let key = match (alg, &der) {
            (KeyAlg::RS256, PrivateKeyDer::Pkcs8(der)) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).ok().map(Self::Rsa),
            (KeyAlg::RS256, PrivateKeyDer::Pkcs1(der)) => RsaKeyPair::from_der(der.secret_pkcs1_der()).ok().map(Self::Rsa),
            (KeyAlg::ES256, PrivateKeyDer::Pkcs8(_) | PrivateKeyDer::Sec1(_)) => {
                EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_FIXED_SIGNING, der.secret_der()).ok().map(Self::Ec)
            }
            _ => None,
        };
        key.ok_or_else(unreadable)
    }

    fn assertion(&self, kid: Option<&str>, client: &str, audience: &str, now: Moment, entropy: &Entropy) -> Option<String> {
        let alg = match self {
            Self::Rsa(_) => "RS256",
            Self::Ec(_) => "ES256",
        };
        let mut header = json!({"alg": alg, "typ": "JWT"});
        if let Some(kid) = kid {
            header["kid"] = kid.into();
        }
        let claims = json!({
            "iss": client, "sub": client, "aud": audience, "jti": URL_SAFE_NO_PAD.encode(entropy.bytes::<16>()),
            "iat": now.secs(), "exp": now.plus(LIFE).secs(),
        });
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(header), part(claims));
        let signature = self.sign(message.as_bytes())?;
        Some(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let random = SystemRandom::new();
        match self {
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).ok().map(|()| signature)
            }
            Self::Ec(key) => key.sign(&random, message).ok().map(|signature| signature.as_ref().to_vec()),
        }
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{Algorithm, DecodingKey};
    use serde_json::Value;

    use super::*;

    const RSA: &str = include_str!("../../../sandbox/keys/lps-jwt-public-test-key-rs256.pem");
    const EC: &str = include_str!("../../../sandbox/keys/lps-jwt-public-test-key-es256.pem");
    const JWKS: &str = include_str!("../../../sandbox/keys/lps-jwt.jwks.json");

    /// Proves: PSC-09.
    #[test]
    fn an_assertion_is_signed_by_our_key_for_that_endpoint_and_lives_less_than_a_minute() {
        let jwks: Value = serde_json::from_str(JWKS).expect("JSON");
        let member = |key: usize, name: &str| jwks["keys"][key][name].as_str().expect("a member").to_owned();
        let public = [
            DecodingKey::from_rsa_components(&member(0, "n"), &member(0, "e")).expect("a key"),
            DecodingKey::from_ec_components(&member(1, "x"), &member(1, "y")).expect("a key"),
        ];
        let now = Moment::from_secs(1_800_000_000);
        let entropy = Entropy::seeded(1);
        for ((pem, alg, name), public) in
            [(RSA, KeyAlg::RS256, Algorithm::RS256), (EC, KeyAlg::ES256, Algorithm::ES256)].into_iter().zip(public)
        {
            let key = SigningKey::read(&pem.into(), alg).expect("a key");
            let assertion = key.assertion(Some("k1"), "pli-web", "https://psc.test/token", now, &entropy).expect("signed");
            let (message, signature) = assertion.rsplit_once('.').expect("three segments");
            assert!(jsonwebtoken::crypto::verify(signature, message.as_bytes(), &public, name).expect("verifiable"), "{name:?}");
            let (header, claims) = message.split_once('.').expect("three segments");
            let read = |part: &str| serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON");
            assert_eq!(read(header)["kid"], "k1");
            let claims = read(claims);
            assert_eq!(
                (&claims["iss"], &claims["sub"], &claims["aud"]),
                (&"pli-web".into(), &"pli-web".into(), &"https://psc.test/token".into())
            );
            assert!(claims["exp"].as_i64().expect("a date") - now.secs() <= 60);
            let again = key.assertion(None, "pli-web", "https://psc.test/token", now, &entropy).expect("signed");
            assert_ne!(again, assertion, "another jti");
        }
    }

    #[test]
    fn a_key_of_another_sort_is_told_at_start_without_showing_it() {
        for (pem, alg) in
            [(RSA, KeyAlg::ES256), (EC, KeyAlg::RS256), ("", KeyAlg::RS256), ("-----BEGIN PRIVATE KEY-----\nAAAA\n", KeyAlg::ES256)]
        {
            let fault = SigningKey::read(&pem.into(), alg).err().expect("it cannot serve");
            assert!(!fault.contains("MII") && !fault.contains("BEGIN"), "{fault}");
        }
    }
}
