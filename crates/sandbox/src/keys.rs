//! The signing keys: three published test keys taken in turn, so that the simulator starts at once and a rotation is instant.
//!
//! Requirements: SIM-07 (`keys/rotate`), PSC-04. These keys protect nothing and may sign nothing outside the sandbox.

use std::sync::Arc;

use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

const SHIPPED: [&str; 3] = [
    include_str!("../keys/psc-sim-public-test-key-1.pem"),
    include_str!("../keys/psc-sim-public-test-key-2.pem"),
    include_str!("../keys/psc-sim-public-test-key-3.pem"),
];

/// A key under its public name.
#[derive(Clone)]
pub(crate) struct SigningKey {
    pub kid: String,
    pair: Arc<KeyPair>,
}

/// The key in use, the one before it (still published), and those to come.
pub(crate) struct KeyRing {
    pairs: Vec<Arc<KeyPair>>,
    generation: usize,
}

impl KeyRing {
    pub fn shipped() -> Option<Self> {
        let pairs = SHIPPED.iter().map(|pem| read(pem).map(Arc::new)).collect::<Option<Vec<_>>>()?;
        Some(Self { pairs, generation: 1 })
    }

    pub fn current(&self) -> SigningKey {
        self.key(self.generation)
    }

    /// Takes the next key under a new name; the former one stays published.
    pub fn rotate(&mut self) -> String {
        self.generation += 1;
        self.current().kid
    }

    /// A key that was never published, for `unknown_kid`.
    pub fn unpublished(&self) -> SigningKey {
        SigningKey { kid: "sim-jamais-publiee".to_owned(), ..self.key(self.generation + 1) }
    }

    /// The JWK set; `stale`: as it was before the last rotation.
    pub fn published(&self, stale: bool) -> Value {
        let newest = if stale && self.generation > 1 { self.generation - 1 } else { self.generation };
        let oldest = newest.saturating_sub(1).max(1);
        json!({"keys": (oldest..=newest).rev().map(|generation| self.key(generation).jwk()).collect::<Vec<_>>()})
    }

    fn key(&self, generation: usize) -> SigningKey {
        SigningKey { kid: format!("sim-{generation}"), pair: self.pairs[generation % self.pairs.len()].clone() }
    }
}

impl SigningKey {
    /// RS256 or PS256 signature; empty when signing fails, which no verifier accepts.
    pub fn sign(&self, pss: bool, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        let padding = if pss { &RSA_PSS_SHA256 as &dyn aws_lc_rs::signature::RsaEncoding } else { &RSA_PKCS1_SHA256 };
        match self.pair.sign(padding, &aws_lc_rs::rand::SystemRandom::new(), message, &mut signature) {
            Ok(()) => signature,
            Err(_) => Vec::new(),
        }
    }

    /// The public key as bytes, for the attack that uses it as a shared secret.
    pub fn public_bytes(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    fn jwk(&self) -> Value {
        let public = self.pair.public_key();
        let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({
            "kid": self.kid, "kty": "RSA", "alg": "RS256", "use": "sig",
            "n": number(public.modulus().big_endian_without_leading_zero()),
            "e": number(public.exponent().big_endian_without_leading_zero()),
        })
    }
}

fn read(pem: &str) -> Option<KeyPair> {
    let (_, body) = pem.split_once("-----BEGIN PRIVATE KEY-----")?;
    let (body, _) = body.split_once("-----END PRIVATE KEY-----")?;
    let der = STANDARD.decode(body.split_ascii_whitespace().collect::<String>()).ok()?;
    KeyPair::from_pkcs8(&der).ok()
}
