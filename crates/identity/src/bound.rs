//! A token bound to a certificate serves only with that certificate.
//!
//! RFC 8705 §3.1. Requirements: PSC-42, PSC-43. On the HTTP API it decides; on IMAP and SMTP it is only told, for the journal.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use rules::Refusal;
use sha2::{Digest, Sha256};

/// How a token and a connection stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// The token is not bound.
    Free,
    /// Bound, and the certificate is the one.
    Held,
    /// Bound to another certificate, or none was presented.
    Broken,
}

/// On the HTTP API: a bound token ([`crate::Proof::cnf`]) is accepted only with its certificate (DER).
///
/// Errors: [`Refusal::TokenInvalid`] when the certificate is another one, or none.
/// Requirements: PSC-42.
pub fn check(cnf: Option<&str>, certificate: Option<&[u8]>) -> Result<(), Refusal> {
    match tell(cnf, certificate) {
        Binding::Free | Binding::Held => Ok(()),
        Binding::Broken => Err(Refusal::TokenInvalid),
    }
}

/// Tells, without deciding: for the journal of IMAP and SMTP, where software vendors have no client certificate.
///
/// Both encodings are known: base64url of the digest (RFC 8705), and base64 of its lower-case hexadecimal text (samples of ANS).
/// Requirements: PSC-42, PSC-43.
pub fn tell(cnf: Option<&str>, certificate: Option<&[u8]>) -> Binding {
    let Some(cnf) = cnf else { return Binding::Free };
    let Some(certificate) = certificate else { return Binding::Broken };
    let digest: [u8; 32] = Sha256::digest(certificate).into();
    if read(cnf).is_some_and(|bound| verify_slices_are_equal(&bound, &digest).is_ok()) { Binding::Held } else { Binding::Broken }
}

/// The digest that a token is bound to, from either encoding, with padding or without.
fn read(cnf: &str) -> Option<[u8; 32]> {
    let decoded = [&URL_SAFE_NO_PAD, &URL_SAFE, &STANDARD, &STANDARD_NO_PAD].into_iter().find_map(|engine| engine.decode(cnf).ok())?;
    match decoded.len() {
        32 => decoded.try_into().ok(),
        64 if !decoded.iter().any(u8::is_ascii_uppercase) => hex::decode(decoded).ok()?.try_into().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Any bytes do: only their digest counts.
    const CERTIFICATE: &[u8] = b"a certificate of the IGC-Sante";

    fn digest() -> [u8; 32] {
        Sha256::digest(CERTIFICATE).into()
    }

    /// Proves: PSC-42.
    #[test]
    fn the_two_samples_of_one_digest_are_the_same() {
        let rfc = read("t3rS7fGZpLRHk0evrzh9Q1oSSA0NxbjgQsTImRWH0IA").expect("RFC 8705");
        let ans = read("Yjc3YWQyZWRmMTk5YTRiNDQ3OTM0N2FmYWYzODdkNDM1YTEyNDgwZDBkYzViOGUwNDJjNGM4OTkxNTg3ZDA4MA==").expect("ANS");
        assert_eq!(rfc, ans);
    }

    /// Proves: PSC-42.
    #[test]
    fn a_bound_token_serves_with_its_certificate_only() {
        let rfc = URL_SAFE_NO_PAD.encode(digest());
        let ans = STANDARD.encode(hex::encode(digest()));
        for cnf in [rfc.as_str(), ans.as_str()] {
            assert_eq!(check(Some(cnf), Some(CERTIFICATE)), Ok(()));
            assert_eq!(check(Some(cnf), Some(b"another")), Err(Refusal::TokenInvalid));
            assert_eq!(check(Some(cnf), None), Err(Refusal::TokenInvalid));
        }
        assert_eq!(check(None, None), Ok(()));
        assert_eq!(check(Some(""), Some(CERTIFICATE)), Err(Refusal::TokenInvalid), "bound to something that we cannot read");
        assert_eq!(check(Some(&STANDARD.encode(hex::encode_upper(digest()))), Some(CERTIFICATE)), Err(Refusal::TokenInvalid));
    }

    /// Proves: PSC-43.
    #[test]
    fn on_mail_the_binding_is_told_and_does_not_decide() {
        let cnf = URL_SAFE_NO_PAD.encode(digest());
        assert_eq!(tell(Some(&cnf), None), Binding::Broken, "a mail client without certificate: journalled, let in");
        assert_eq!(tell(Some(&cnf), Some(CERTIFICATE)), Binding::Held);
        assert_eq!(tell(None, Some(CERTIFICATE)), Binding::Free);
    }

    proptest! {
        /// Proves: PSC-42.
        #[test]
        fn no_other_text_holds(cnf in "[A-Za-z0-9+/_=-]{0,100}") {
            prop_assert_eq!(tell(Some(&cnf), Some(CERTIFICATE)), Binding::Broken);
        }
    }
}
