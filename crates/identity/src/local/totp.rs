//! One-time codes of a telephone's application: RFC 6238, SHA-1, 6 digits, 30 s, one step of tolerance either way.
//!
//! Requirements: LOC-05. The step is returned so that the store can refuse a second use. SHA-1 is what the applications speak; within HMAC it holds.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use rules::{Entropy, Moment};
use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::provider::form::with_query;

const STEP_S: i64 = 30;
const SECRET: usize = 20;
/// RFC 4648 §6.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A shared secret of 160 bits. The store keeps its text, sealed.
pub struct Totp {
    secret: Zeroizing<[u8; SECRET]>,
}

impl Totp {
    pub fn draw(entropy: &Entropy) -> Self {
        Self { secret: Zeroizing::new(entropy.bytes()) }
    }

    /// From what [`Self::text`] gave, spaces and case ignored.
    pub fn parse(text: &str) -> Option<Self> {
        let mut secret = Zeroizing::new([0; SECRET]);
        let (mut held, mut bits, mut filled) = (0_u32, 0, 0);
        for byte in text.bytes().filter(|b| !b.is_ascii_whitespace()) {
            let value = BASE32.iter().position(|letter| *letter == byte.to_ascii_uppercase())?;
            held = (held << 5) | u32::try_from(value).ok()?;
            bits += 5;
            if bits >= 8 {
                bits -= 8;
                *secret.get_mut(filled)? = u8::try_from((held >> bits) & 0xff).ok()?;
                filled += 1;
            }
        }
        (filled == SECRET && bits == 0).then_some(Self { secret })
    }

    /// Base32 in groups of four, to be typed where no picture can be taken: `JBSW Y3DP …`.
    pub fn text(&self) -> SecretString {
        let letters = self.letters();
        let groups: Vec<&str> = (0..letters.len()).step_by(4).map(|at| &letters[at..at + 4]).collect();
        SecretString::from(groups.join(" "))
    }

    /// `otpauth://totp/…`, to be opened on the telephone.
    pub fn uri(&self, issuer: &str, account: &str) -> SecretString {
        let letters = self.letters();
        // Escaped as a value, then put in the path.
        let label = with_query("", &[("", &format!("{issuer}:{account}"))]);
        let label = label.trim_start_matches("?=");
        let fields = [("secret", letters.as_str()), ("issuer", issuer), ("algorithm", "SHA1"), ("digits", "6"), ("period", "30")];
        SecretString::from(with_query(&format!("otpauth://totp/{label}"), &fields))
    }

    /// The step of a right code (spaces ignored); `None` when it is wrong, or when its step is not after `used`, the last one used.
    ///
    /// Requirements: LOC-05.
    pub fn verify(&self, code: &str, used: Option<u64>, now: Moment) -> Option<u64> {
        let typed: Zeroizing<Vec<u8>> = Zeroizing::new(code.bytes().filter(|b| !b.is_ascii_whitespace()).collect());
        let current = u64::try_from(now.secs() / STEP_S).ok()?;
        let steps = [current.checked_sub(1), Some(current), current.checked_add(1)];
        let fits = |step: &u64| verify_slices_are_equal(self.code(*step).as_bytes(), &typed).is_ok();
        steps.into_iter().flatten().filter(|step| used.is_none_or(|used| *step > used)).find(fits)
    }

    /// RFC 4226 §5.3.
    fn code(&self, step: u64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &*self.secret);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let tag = tag.as_ref();
        let at = usize::from(tag[tag.len() - 1] & 0xf);
        let four = [tag[at] & 0x7f, tag[at + 1], tag[at + 2], tag[at + 3]];
        format!("{:06}", u32::from_be_bytes(four) % 1_000_000)
    }

    fn letters(&self) -> Zeroizing<String> {
        let mut out = Zeroizing::new(String::with_capacity(SECRET * 8 / 5));
        // 20 bytes are 4 times 40 bits, and 40 bits are 8 letters: nothing is left over.
        for five in self.secret.chunks(5) {
            let bits = five.iter().fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
            (0..8).rev().for_each(|n| out.push(char::from(BASE32[usize::try_from((bits >> (5 * n)) & 31).unwrap_or_default()])));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    use super::*;

    /// The secret of RFC 6238, appendix B.
    fn of_the_rfc() -> Totp {
        Totp { secret: Zeroizing::new(*b"12345678901234567890") }
    }

    /// Proves: LOC-05.
    #[test]
    fn the_vectors_of_the_rfc_hold() {
        for (secs, code) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            let now = Moment::from_secs(secs);
            // The RFC prints eight digits; six are their end.
            assert_eq!(of_the_rfc().verify(&code[2..], None, now), u64::try_from(secs / 30).ok(), "{secs}");
        }
    }

    /// Proves: LOC-05.
    #[test]
    fn one_step_either_way_is_forgiven_and_a_step_serves_once() {
        let totp = of_the_rfc();
        let step = 37_037_036;
        let at = |secs: i64| Moment::from_secs(1_111_111_109 + secs);
        for near in [-30, 0, 30] {
            assert_eq!(totp.verify("081 804", None, at(near)), Some(step), "{near}");
        }
        for far in [-60, 61] {
            assert_eq!(totp.verify("081804", None, at(far)), None, "{far}");
        }
        assert_eq!(totp.verify("081804", Some(step - 1), at(0)), Some(step));
        assert_eq!(totp.verify("081804", Some(step), at(0)), None, "used already");
        for wrong in ["", "081805", "81804", "0818040", "abcdef"] {
            assert_eq!(totp.verify(wrong, None, at(0)), None, "{wrong}");
        }
    }

    /// Proves: LOC-05.
    #[test]
    fn the_secret_is_shown_in_groups_of_four_and_as_an_address() {
        let totp = of_the_rfc();
        assert_eq!(totp.text().expose_secret(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(
            totp.uri("Pli – CH de Valclair", "3990000028/SEC0042").expose_secret(),
            "otpauth://totp/Pli%20%E2%80%93%20CH%20de%20Valclair%3A3990000028%2FSEC0042?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Pli%20%E2%80%93%20CH%20de%20Valclair&algorithm=SHA1&digits=6&period=30"
        );
        for bad in ["", "GEZD", "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJ1", "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ A"] {
            assert!(Totp::parse(bad).is_none(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_secret_is_read_again_as_it_was_written(seed in any::<u64>()) {
            let totp = Totp::draw(&Entropy::seeded(seed));
            let again = Totp::parse(&totp.text().expose_secret().to_lowercase()).expect("its own text");
            prop_assert_eq!(&*again.secret, &*totp.secret);
        }
    }
}
