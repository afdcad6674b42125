//! Step 1: does this look like an access token at all? Nothing is decoded beyond the header, and nothing large.
//!
//! RFC 7515 §3.1, §4.1. Requirements: PSC-21 (step 1), PSC-04 (algorithms). The token comes from anybody: every size is bounded before it is read.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use rules::Refusal;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny};

const SIZES: std::ops::RangeInclusive<usize> = 20..=8192;
const HEADER_LIMIT: usize = 1024;
const KID_LIMIT: usize = 256;

/// A token cut in its parts. Borrows it, and keeps nothing of it.
pub(crate) struct Shape<'a> {
    pub alg: Algorithm,
    pub kid: String,
    /// Header and claims with their dot: what was signed.
    pub message: &'a str,
    pub claims: &'a str,
    pub signature: &'a str,
}

/// The header fields that decide; a field that stands twice is an error of the reader.
#[derive(Deserialize)]
struct Header {
    alg: Alg,
    kid: String,
    #[serde(default, deserialize_with = "present")]
    jku: bool,
    #[serde(default, deserialize_with = "present")]
    x5u: bool,
    #[serde(default, deserialize_with = "present")]
    jwk: bool,
    #[serde(default, deserialize_with = "present")]
    crit: bool,
}

/// The accepted algorithms; everything else, `none` and HMAC first, cannot even be named (PSC-04).
#[derive(Clone, Copy, Deserialize)]
enum Alg {
    RS256,
    PS256,
    ES256,
}

/// Cuts a token. Whatever is wrong, the answer is the same.
///
/// Requirements: PSC-21 (step 1).
pub(crate) fn read(token: &str) -> Result<Shape<'_>, Refusal> {
    shape(token).ok_or(Refusal::TokenInvalid)
}

fn shape(token: &str) -> Option<Shape<'_>> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    if !SIZES.contains(&token.len()) || !token.bytes().all(allowed) {
        return None;
    }
    let (message, signature) = token.rsplit_once('.')?;
    let (header, claims) = message.split_once('.')?;
    if claims.contains('.') || claims.is_empty() || signature.is_empty() || header.len() > HEADER_LIMIT.div_ceil(3) * 4 {
        return None;
    }
    let header = URL_SAFE_NO_PAD.decode(header).ok().filter(|bytes| bytes.len() <= HEADER_LIMIT && bytes.first() == Some(&b'{'))?;
    let header: Header = serde_json::from_slice(&header).ok()?;
    // Keys named by the token itself, and extensions we do not know (RFC 7515 §4.1.11).
    if header.jku || header.x5u || header.jwk || header.crit || header.kid.is_empty() || header.kid.len() > KID_LIMIT {
        return None;
    }
    let alg = match header.alg {
        Alg::RS256 => Algorithm::RS256,
        Alg::PS256 => Algorithm::PS256,
        Alg::ES256 => Algorithm::ES256,
    };
    Some(Shape { alg, kid: header.kid, message, claims, signature })
}

fn present<'de, D: Deserializer<'de>>(field: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(field).map(|_| true)
}

impl fmt::Debug for Shape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shape({:?})", self.alg)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn token(header: &str) -> String {
        format!("{}.e30.c2lnbmF0dXJl", URL_SAFE_NO_PAD.encode(header))
    }

    /// Proves: PSC-21.
    #[test]
    fn a_header_that_brings_its_own_key_or_an_extension_is_refused() {
        assert!(read(&token(r#"{"alg":"RS256","kid":"sim-1"}"#)).is_ok());
        for more in [r#""jku":"https://a.test""#, r#""x5u":"https://a.test""#, r#""jwk":{}"#, r#""crit":["b64"]"#, r#""jku":null"#] {
            assert_eq!(read(&token(&format!(r#"{{"alg":"RS256","kid":"sim-1",{more}}}"#))).err(), Some(Refusal::TokenInvalid), "{more}");
        }
    }

    /// Proves: PSC-04, PSC-21.
    #[test]
    fn only_three_algorithms_exist_and_a_key_name_is_needed() {
        for header in [
            r#"{"alg":"none","kid":"k"}"#,
            r#"{"alg":"HS256","kid":"k"}"#,
            r#"{"alg":"rs256","kid":"k"}"#,
            r#"{"alg":"RS256"}"#,
            r#"{"alg":"RS256","kid":""}"#,
            r#"{"alg":"RS256","alg":"RS256","kid":"k"}"#,
            r#"["RS256","k"]"#,
        ] {
            assert_eq!(read(&token(header)).err(), Some(Refusal::TokenInvalid), "{header}");
        }
    }

    /// Proves: PSC-21.
    #[test]
    fn sizes_characters_and_segments_are_bounded() {
        let good = token(r#"{"alg":"RS256","kid":"k"}"#);
        let long = format!("{good}{}", "A".repeat(9 * 1024));
        let fat = token(&format!(r#"{{"alg":"RS256","kid":"k","x":"{}"}}"#, "A".repeat(1024)));
        let two = good.rsplit_once('.').map(|(rest, _)| rest.to_owned()).expect("three segments");
        for bad in ["hhh.ppp.sss", &long, &fat, &two, &format!("{good}.e30"), &format!("{good}="), &format!("{good}\n"), ""] {
            assert_eq!(read(bad).err(), Some(Refusal::TokenInvalid), "{} characters", bad.len());
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_fail(text in any::<String>()) {
            let _ = read(&text);
        }

        #[test]
        fn a_token_that_is_read_is_given_back_whole(header in "[ -~]{0,60}", claims in "[A-Za-z0-9_-]{1,40}", signature in "[A-Za-z0-9_-]{1,40}") {
            let text = format!("{}.{claims}.{signature}", URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"ES256","kid":"k","x":{}}}"#, serde_json::Value::from(header))));
            let shape = read(&text).expect("well formed");
            prop_assert_eq!(format!("{}.{}", shape.message, shape.signature), text.clone());
            prop_assert_eq!(shape.claims, claims);
        }
    }
}
