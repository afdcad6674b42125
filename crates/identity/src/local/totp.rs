//! One-time codes of a telephone's application: RFC 6238, SHA-1, 6 digits, 30 s, one step of tolerance either way.
//!
//! Requirements: LOC-05. The step is returned so that the store can refuse a second use.

use rules::{Entropy, Moment};
use secrecy::SecretString;

/// A shared secret of 160 bits. The store keeps it sealed.
pub struct Totp {
    secret: zeroize::Zeroizing<Vec<u8>>,
}

impl Totp {
    pub fn draw(entropy: &Entropy) -> Self {
        Self { secret: zeroize::Zeroizing::new(entropy.bytes::<20>().to_vec()) }
    }

    /// From what [`Self::text`] gave, spaces and case ignored.
    pub fn parse(text: &str) -> Option<Self> {
        let _ = text;
        todo!()
    }

    /// Base32 in groups of four, to be typed: `JBSW Y3DP …`.
    pub fn text(&self) -> SecretString {
        let _ = &self.secret;
        todo!()
    }

    /// `otpauth://totp/…`, to be opened on the telephone.
    pub fn uri(&self, issuer: &str, account: &str) -> SecretString {
        let _ = (issuer, account);
        todo!()
    }

    /// The step of a right code (spaces ignored), `None` when it is wrong, or when its step is not after `used`, the last one used.
    pub fn verify(&self, code: &str, used: Option<u64>, now: Moment) -> Option<u64> {
        let _ = (code, used, now);
        todo!()
    }
}
