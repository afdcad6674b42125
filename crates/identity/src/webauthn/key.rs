//! COSE public keys, and the signatures they prove.
//!
//! RFC 9052 §7, RFC 9053 §2, RFC 8230 §4. Requirements: LOC-05. Three algorithms, one form each.

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use ciborium::Value;

use super::device::field;
use super::{Checked, Defect};

pub(super) const EDDSA: i64 = -8;
pub(super) const ES256: i64 = -7;
pub(super) const RS256: i64 = -257;
/// In the order in which we like them.
pub(super) const ALGORITHMS: [i64; 3] = [EDDSA, ES256, RS256];

const KTY: i64 = 1;
const ALG: i64 = 3;
/// Labels that depend on the sort of key: curve and coordinates, or modulus and exponent.
const FIRST: i64 = -1;
const SECOND: i64 = -2;
const THIRD: i64 = -3;

pub(super) enum PublicKey {
    Ec([u8; 65]),
    Ed([u8; 32]),
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
}

impl PublicKey {
    /// Reads a COSE key that can serve: of an algorithm asked for, and on its curve.
    pub fn of(cose: &Value) -> Checked<Self> {
        Self::read(cose).filter(Self::is_sound).ok_or(Defect("the key is of no admitted form"))
    }

    pub fn algorithm(&self) -> i64 {
        match self {
            Self::Ec(_) => ES256,
            Self::Ed(_) => EDDSA,
            Self::Rsa { .. } => RS256,
        }
    }

    /// Did this key sign the message?
    pub fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Ec(point) => parsed(&ECDSA_P256_SHA256_ASN1, point).is_some_and(|key| key.verify_sig(message, signature).is_ok()),
            Self::Ed(point) => parsed(&ED25519, point).is_some_and(|key| key.verify_sig(message, signature).is_ok()),
            Self::Rsa { modulus, exponent } => {
                let key = PublicKeyComponents { n: modulus.as_slice(), e: exponent.as_slice() };
                key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
            }
        }
    }

    fn read(cose: &Value) -> Option<Self> {
        let at = |label: i64| field(cose, |key| key.as_integer().is_some_and(|n| n == label.into()));
        let number = |label: i64| at(label)?.as_integer().and_then(|n| i64::try_from(n).ok());
        let bytes = |label: i64| at(label)?.as_bytes();
        match (number(KTY)?, number(ALG)?) {
            (2, ES256) if number(FIRST)? == 1 => {
                let (x, y): (&[u8; 32], &[u8; 32]) =
                    (bytes(SECOND)?.as_slice().try_into().ok()?, bytes(THIRD)?.as_slice().try_into().ok()?);
                let mut point = [4; 65];
                point[1..33].copy_from_slice(x);
                point[33..].copy_from_slice(y);
                Some(Self::Ec(point))
            }
            (1, EDDSA) if number(FIRST)? == 6 => Some(Self::Ed(bytes(SECOND)?.as_slice().try_into().ok()?)),
            (3, RS256) => Some(Self::Rsa { modulus: bytes(FIRST)?.clone(), exponent: bytes(SECOND)?.clone() }),
            _ => None,
        }
    }

    fn is_sound(&self) -> bool {
        match self {
            Self::Ec(point) => parsed(&ECDSA_P256_SHA256_ASN1, point).is_some(),
            Self::Ed(point) => parsed(&ED25519, point).is_some(),
            // 2048 to 8192 bits, odd exponent of more than one: what the verification itself asks for.
            Self::Rsa { modulus, exponent } => {
                let (bits, odd) = (modulus.len() * 8, exponent.last().is_some_and(|byte| byte % 2 == 1));
                (2048..=8192).contains(&bits)
                    && modulus.first().is_some_and(|byte| *byte != 0)
                    && odd
                    && exponent.len() <= 4
                    && exponent != &[1]
            }
        }
    }
}

fn parsed(algorithm: &'static dyn aws_lc_rs::signature::VerificationAlgorithm, bytes: &[u8]) -> Option<ParsedPublicKey> {
    ParsedPublicKey::new(algorithm, bytes).ok()
}
