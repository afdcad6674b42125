//! Codes on paper: ten for recovery, one for enrolment. Letters and digits that nobody confuses.
//!
//! Requirements: LOC-05, LOC-06. Only SHA-256 of them is kept; 16 characters are 80 random bits, 10 are 50 and live 24 h.

use rules::Entropy;
use secrecy::SecretString;

/// Recovery codes given at once.
pub const RECOVERY: usize = 10;

/// Ten codes to show once (`7KQF-…`, four groups of four), with what to keep of each, in the same order.
pub fn recovery(entropy: &Entropy) -> Vec<(SecretString, [u8; 32])> {
    let _ = entropy;
    todo!()
}

/// A code to hand over (`7KQFM-2XRTA`), with what to keep of it.
pub fn enrolment(entropy: &Entropy) -> (SecretString, [u8; 32]) {
    let _ = entropy;
    todo!()
}

/// What is kept of a code, as typed: case, spaces and dashes ignored.
pub fn hash(typed: &str) -> [u8; 32] {
    let _ = typed;
    todo!()
}
