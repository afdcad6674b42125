//! The verdict on a presented chain: one function, both directions.
//!
//! Requirements: LPS-20, TRU-24, TRU-32, TRU-34, TRU-35, TRU-36. Says who the operator is, or why its certificate is not good; which domains it may speak
//! for is asked of the snapshot afterwards, per domain.

use rules::{Moment, Refusal};
use rustls_pki_types::CertificateDer;
use webpki::{EndEntityCert, Error};

use crate::authorities::{Authorities, Usage};
use crate::dn::Dn;

/// An operator whose certificate is good: chain, dates, revocation. What it may speak for is asked of the snapshot, per domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    pub dn: Dn,
    /// Common name, for traces.
    pub cn: String,
    /// The DN as declared, for the journal.
    pub subject: String,
}

/// A machine whose certificate is good, by the same checks. Which mailboxes it opens is asked of the store, by this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    pub dn: Dn,
}

/// Judges a presented chain, leaf first.
///
/// Requirements: TRU-24, TRU-32. `TlsAbsent`: none. `TlsForeign`: another authority, or a certificate not made for servers. `TlsExpired`: a date.
/// `TlsRevoked`. `CrlStale`: revocation cannot be known now, try later (TRU-36). `ListDn`: a subject that no list can hold.
pub fn judge(authorities: &Authorities, chain: &[CertificateDer<'_>], now: Moment) -> Result<Peer, Refusal> {
    let first = good(authorities, chain, now, Usage::Operator)?;
    // A subject that cannot be read cannot be declared either.
    let dn = Dn::of_certificate(first).map_err(|_| Refusal::ListDn)?;
    let cn = Dn::common_name(first).map_err(|_| Refusal::ListDn)?;
    let subject = Dn::declared(first).map_err(|_| Refusal::ListDn)?;
    Ok(Peer { dn, cn, subject })
}

/// Judges the chain that a machine presented at the door of APP mailboxes: same anchors, dates and revocation lists, and made for clients.
///
/// Requirements: LPS-20, TRU-34, TRU-35, TRU-36. The white list has no say here: it names operators.
pub fn judge_machine(authorities: &Authorities, chain: &[CertificateDer<'_>], now: Moment) -> Result<Machine, Refusal> {
    let first = good(authorities, chain, now, Usage::Machine)?;
    Ok(Machine { dn: Dn::of_certificate(first).map_err(|_| Refusal::TlsForeign)? })
}

/// The leaf, if the chain is good for this use.
fn good<'a, 'c>(
    authorities: &Authorities,
    chain: &'a [CertificateDer<'c>],
    now: Moment,
    usage: Usage,
) -> Result<&'a CertificateDer<'c>, Refusal> {
    let (first, sent) = chain.split_first().ok_or(Refusal::TlsAbsent)?;
    let leaf = EndEntityCert::try_from(first).map_err(|_| Refusal::TlsForeign)?;
    authorities.verify(&leaf, sent, now, usage).map_err(|error| refusal(&error, authorities, &leaf, sent, usage))?;
    Ok(first)
}

fn refusal(error: &Error, authorities: &Authorities, leaf: &EndEntityCert<'_>, sent: &[CertificateDer<'_>], usage: Usage) -> Refusal {
    match error {
        Error::CertExpired { not_after: edge, .. } | Error::CertNotValidYet { not_before: edge, .. } => {
            // Dates are looked at before the issuer: ask again at a good date, so that a stranger's expired certificate is called a stranger's.
            let then = Moment::from_secs(i64::try_from(edge.as_secs()).unwrap_or(i64::MAX / 1_000_000));
            match authorities.issued(leaf, sent, then, usage) {
                Ok(()) | Err(Error::CertExpired { .. } | Error::CertNotValidYet { .. }) => Refusal::TlsExpired,
                Err(_) => Refusal::TlsForeign,
            }
        }
        Error::CertRevoked => Refusal::TlsRevoked,
        Error::CrlExpired { .. } | Error::UnknownRevocationStatus | Error::InvalidCrlSignatureForPublicKey | Error::IssuerNotCrlSigner => {
            Refusal::CrlStale
        }
        _ => Refusal::TlsForeign,
    }
}
