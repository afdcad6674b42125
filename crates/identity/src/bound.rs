//! A token bound to a certificate serves only with that certificate.
//!
//! RFC 8705 §3. Requirements: PSC-42, PSC-43. On the HTTP API it decides; on IMAP and SMTP it is only told, for the journal.

use rules::Refusal;

/// Does the certificate presented (DER) match what the token is bound to (`cnf."x5t#S256"`)? A token that is not bound matches always.
///
/// Both encodings are known: base64url of the digest (RFC 8705), and base64 of its lower-case hexadecimal text (samples of ANS).
///
/// Errors: [`Refusal::TokenInvalid`] when the certificate is another one, or none.
pub fn check(cnf: Option<&str>, certificate: Option<&[u8]>) -> Result<(), Refusal> {
    match tell(cnf, certificate) {
        Binding::Free | Binding::Held => Ok(()),
        Binding::Broken => Err(Refusal::TokenInvalid),
    }
}

/// How a token and a connection stand to each other; for the journal of IMAP and SMTP (PSC-43).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// The token is not bound.
    Free,
    /// Bound, and the certificate is the one.
    Held,
    /// Bound to another certificate, or none was presented.
    Broken,
}

/// Tells, without deciding.
pub fn tell(cnf: Option<&str>, certificate: Option<&[u8]>) -> Binding {
    let _ = (cnf, certificate);
    todo!()
}
