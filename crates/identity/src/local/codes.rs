//! Codes on paper: ten for recovery, one for enrolment. Digits and letters that nobody confuses.
//!
//! Requirements: LOC-05, LOC-06. Only SHA-256 of them is kept. A recovery code is 16 characters (80 random bits: no list of them can be tried against a
//! stolen hash), an enrolment code 10 (50 bits, and it lives 24 h).

use rules::Entropy;
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Recovery codes given at once.
pub const RECOVERY: usize = 10;
/// No `I`, `L`, `O`, `U`; whoever types one of the first three means `1` or `0`.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Longest text that is looked at.
const LONGEST: usize = 64;

/// A code to show once, and what to keep of it.
pub struct PaperCode {
    /// Four groups of four, or two of five, joined by dashes.
    pub shown: SecretString,
    pub kept: [u8; 32],
}

/// Ten codes to show once, when a local account is enrolled.
///
/// Requirements: LOC-05.
pub fn recovery(entropy: &Entropy) -> [PaperCode; RECOVERY] {
    std::array::from_fn(|_| code::<16>(entropy, 4))
}

/// A code to hand over, for the first login.
///
/// Requirements: LOC-06.
pub fn enrolment(entropy: &Entropy) -> PaperCode {
    code::<10>(entropy, 5)
}

/// What is kept of a code, as typed: case, spaces and dashes ignored, look-alikes forgiven. `None`: no code at all.
pub fn hash(typed: &str) -> Option<[u8; 32]> {
    let mut plain = Zeroizing::new(String::with_capacity(LONGEST));
    for c in typed.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '–' | '‑')) {
        plain.push(match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            letter if u8::try_from(letter).is_ok_and(|b| LETTERS.contains(&b)) => letter,
            _ => return None,
        });
        if plain.len() >= LONGEST {
            return None;
        }
    }
    (!plain.is_empty()).then(|| Sha256::digest(plain.as_bytes()).into())
}

fn code<const LENGTH: usize>(entropy: &Entropy, group: usize) -> PaperCode {
    let drawn = Zeroizing::new(entropy.bytes::<LENGTH>());
    // 256 is a multiple of 32: every letter is as likely.
    let letters: Zeroizing<Vec<char>> = Zeroizing::new(drawn.iter().map(|byte| char::from(LETTERS[usize::from(byte & 31)])).collect());
    let shown = letters.chunks(group).map(String::from_iter).collect::<Vec<_>>().join("-");
    let kept = hash(&shown).expect("drawn from the letters of codes");
    PaperCode { shown: SecretString::from(shown), kept }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    use super::*;

    /// Proves: LOC-05.
    #[test]
    fn ten_recovery_codes_are_drawn_and_only_their_hash_is_to_be_kept() {
        let codes = recovery(&Entropy::seeded(3));
        let kept: HashSet<[u8; 32]> = codes.iter().map(|code| code.kept).collect();
        assert_eq!(kept.len(), RECOVERY);
        for code in &codes {
            let shown = code.shown.expose_secret();
            assert_eq!((shown.len(), shown.matches('-').count()), (19, 3), "{shown}");
            assert_eq!(hash(shown), Some(code.kept));
            assert_eq!(
                hash(&shown.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l")),
                Some(code.kept),
                "as people type"
            );
        }
    }

    /// Proves: LOC-06.
    #[test]
    fn an_enrolment_code_has_ten_characters_that_nobody_confuses() {
        let code = enrolment(&Entropy::seeded(4));
        let shown = code.shown.expose_secret();
        assert_eq!(shown.replace('-', "").len(), 10);
        assert!(!shown.contains(['I', 'L', 'O', 'U']));
        assert_eq!(hash(shown), Some(code.kept));
        for none in ["", "- -", "ÉÉÉÉÉ-ÉÉÉÉÉ", "UUUUU-UUUUU", &"A".repeat(100)] {
            assert_eq!(hash(none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_fail(typed in any::<String>()) {
            let _ = hash(&typed);
        }
    }
}
