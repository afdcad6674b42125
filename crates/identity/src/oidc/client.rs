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
