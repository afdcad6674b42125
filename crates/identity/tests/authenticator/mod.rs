//! An authenticator made of software: what a key in a pocket answers, and what a dishonest one would.
#![allow(dead_code)]

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciborium::Value;
use serde_json::json;
use sha2::{Digest, Sha256};

pub enum Key {
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
    Rsa(RsaPair),
}

pub struct Authenticator {
    pub key: Key,
    pub id: Vec<u8>,
    pub counter: u32,
    pub flags: u8,
    pub origin: String,
    pub rp: String,
    /// Bytes after the authenticator data.
    pub tail: Vec<u8>,
    pub user: Option<Vec<u8>>,
}

impl Authenticator {
    pub fn new(key: Key) -> Self {
        Self {
            key,
            id: vec![7; 32],
            counter: 1,
            flags: 0x05,
            origin: "https://mss.pli.mssante.test".into(),
            rp: "mss.pli.mssante.test".into(),
            tail: Vec::new(),
            user: None,
        }
    }

    pub fn ec() -> Self {
        Self::new(Key::Ec(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key")))
    }

    pub fn ed() -> Self {
        Self::new(Key::Ed(Ed25519KeyPair::generate().expect("a key")))
    }

    pub fn rsa() -> Self {
        Self::new(Key::Rsa(RsaPair::generate(KeySize::Rsa2048).expect("a key")))
    }

    pub fn cose(&self) -> Vec<u8> {
        let n = |n: i64| Value::Integer(n.into());
        let map = match &self.key {
            Key::Ec(pair) => {
                let point = pair.public_key().as_ref();
                vec![
                    (n(1), n(2)),
                    (n(3), n(-7)),
                    (n(-1), n(1)),
                    (n(-2), Value::Bytes(point[1..33].to_vec())),
                    (n(-3), Value::Bytes(point[33..].to_vec())),
                ]
            }
            Key::Ed(pair) => {
                vec![(n(1), n(1)), (n(3), n(-8)), (n(-1), n(6)), (n(-2), Value::Bytes(pair.public_key().as_ref().to_vec()))]
            }
            Key::Rsa(pair) => {
                let public = pair.public_key();
                let (modulus, exponent) =
                    (public.modulus().big_endian_without_leading_zero(), public.exponent().big_endian_without_leading_zero());
                vec![(n(1), n(3)), (n(3), n(-257)), (n(-1), Value::Bytes(modulus.to_vec())), (n(-2), Value::Bytes(exponent.to_vec()))]
            }
        };
        bytes(&Value::Map(map))
    }

    /// What is posted after a creation. `format`: `none`, or `packed` for self attestation.
    pub fn create(&self, challenge: &str, format: &str) -> serde_json::Value {
        let mut data = self.head(0x40);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).expect("short").to_be_bytes());
        data.extend(&self.id);
        data.extend(self.cose());
        data.extend(&self.tail);
        let client = self.client("webauthn.create", challenge);
        let alg = match self.key {
            Key::Ec(_) => -7,
            Key::Ed(_) => -8,
            Key::Rsa(_) => -257,
        };
        let text = |t: &str| Value::Text(t.to_owned());
        let statement = match format {
            "packed" => vec![(text("alg"), Value::Integer(alg.into())), (text("sig"), Value::Bytes(self.sign(&data, &client)))],
            _ => Vec::new(),
        };
        let object =
            Value::Map(vec![(text("fmt"), text(format)), (text("attStmt"), Value::Map(statement)), (text("authData"), Value::Bytes(data))]);
        json!({
            "id": b64(&self.id), "rawId": b64(&self.id), "type": "public-key", "authenticatorAttachment": "cross-platform",
            "response": {"clientDataJSON": b64(&client), "attestationObject": b64(&bytes(&object)), "transports": ["usb", "telepathy"]},
            "clientExtensionResults": {"credProps": {"rk": true}},
        })
    }

    /// What is posted after a use.
    pub fn get(&self, challenge: &str) -> serde_json::Value {
        let mut data = self.head(0);
        data.extend(&self.tail);
        let client = self.client("webauthn.get", challenge);
        json!({
            "id": b64(&self.id), "rawId": b64(&self.id), "type": "public-key", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": b64(&client), "authenticatorData": b64(&data), "signature": b64(&self.sign(&data, &client)),
                "userHandle": self.user.as_deref().map(b64),
            },
        })
    }

    fn head(&self, more_flags: u8) -> Vec<u8> {
        let mut data = Sha256::digest(self.rp.as_bytes()).to_vec();
        data.push(self.flags | more_flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn client(&self, kind: &str, challenge: &str) -> Vec<u8> {
        json!({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false}).to_string().into_bytes()
    }

    fn sign(&self, data: &[u8], client: &[u8]) -> Vec<u8> {
        let message = [data, &Sha256::digest(client)].concat();
        match &self.key {
            Key::Ec(pair) => pair.sign(&SystemRandom::new(), &message).expect("a signature").as_ref().to_vec(),
            Key::Ed(pair) => pair.sign(&message).as_ref().to_vec(),
            Key::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), &message, &mut signature).expect("a signature");
                signature
            }
        }
    }
}

pub fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn bytes(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    ciborium::into_writer(value, &mut out).expect("CBOR");
    out
}
