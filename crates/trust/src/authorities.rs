//! The configured authorities: anchors, intermediates, revocation lists; and the check of one chain against them.
//!
//! Requirements: TRU-01, TRU-06 (steps 4 and 5), TRU-34, TRU-35. The only place that builds chains; never looks at names beyond the issuer's,
//! never falls back to the web's root store.

use std::path::Path;
use std::time::Duration;

use rules::Moment;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm, TrustAnchor, UnixTime};
use webpki::{
    CertRevocationList, EndEntityCert, Error, ExpirationPolicy, ExtendedKeyUsageValidator, KeyPurposeIdIter, RevocationCheckDepth,
    RevocationOptions, RevocationOptionsBuilder, UnknownStatusPolicy, anchor_from_trusted_cert, aws_lc_rs,
};
use x509_parser::asn1_rs::{Any, Class, Tag};
use x509_parser::prelude::FromDer;

use crate::crl::{self, Crl};
use crate::list::{CHAIN, Fault};
use crate::space::{Config, ListRefusal};

/// Certificates of one chain that are looked at; more than any real chain holds.
const LONGEST: usize = 8;

/// Signatures on certificates and revocation lists: what IGC-Santé uses, and the curves it may move to. No SHA-1.
static ALGORITHMS: &[&dyn SignatureVerificationAlgorithm] = &[
    aws_lc_rs::RSA_PKCS1_2048_8192_SHA256,
    aws_lc_rs::RSA_PKCS1_2048_8192_SHA384,
    aws_lc_rs::RSA_PKCS1_2048_8192_SHA512,
    aws_lc_rs::ECDSA_P256_SHA256,
    aws_lc_rs::ECDSA_P384_SHA384,
];

/// One configured authority, anchor or intermediate.
#[derive(Debug)]
pub(crate) struct Authority {
    /// Its subject, DER with its header.
    pub subject: Vec<u8>,
    /// Its RSA public key (PKCS#1).
    pub key: Vec<u8>,
}

/// All that a certificate is judged by.
#[derive(Debug)]
pub struct Authorities {
    anchors: Vec<TrustAnchor<'static>>,
    intermediates: Vec<CertificateDer<'static>>,
    pub crls: Vec<Crl>,
}

/// What a certificate may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// Between operators: server or client authentication, or no extended usage at all (trust-space, open point 5).
    Operator,
    /// A machine of a health structure: client authentication, or no extended usage at all (LPS-20).
    Machine,
    /// Signing the list: the real signer's is e-mail protection; the key usage is checked by the caller.
    ListSigner,
}

impl ExtendedKeyUsageValidator for Usage {
    fn validate(&self, usages: KeyPurposeIdIter<'_, '_>) -> Result<(), Error> {
        const SERVER: &[usize] = &[1, 3, 6, 1, 5, 5, 7, 3, 1];
        const CLIENT: &[usize] = &[1, 3, 6, 1, 5, 5, 7, 3, 2];
        let mut none = true;
        for usage in usages {
            let oid = usage?.to_decoded_oid();
            let fits = match self {
                Self::ListSigner => true,
                Self::Operator => oid == SERVER || oid == CLIENT,
                Self::Machine => oid == CLIENT,
            };
            if fits {
                return Ok(());
            }
            none = false;
        }
        // The precise error needs values that only webpki can build; the caller sees a certificate of another kind, that is a foreign one.
        if none { Ok(()) } else { Err(Error::UnknownIssuer) }
    }
}

impl Authorities {
    /// Reads the files of the configuration. A file that cannot be used is an error: nothing is silently left out.
    pub fn read(config: &Config) -> Result<Self, ListRefusal> {
        let mut given = certificates(&config.anchors)?;
        let mut intermediates = match &config.intermediates {
            Some(file) => certificates(file)?,
            None => Vec::new(),
        };
        // A bundle holds the whole chain: what another one certified is an intermediate, unless nothing in the file certifies itself
        // (an operator may pin the issuing authority alone).
        if given.iter().any(self_issued) {
            let (anchors, others) = given.into_iter().partition(self_issued);
            given = anchors;
            intermediates.extend(others);
        }
        let anchors: Vec<TrustAnchor<'static>> = given
            .iter()
            .map(|cert| anchor_from_trusted_cert(cert).map(|anchor| anchor.to_owned()))
            .collect::<Result<_, _>>()
            .map_err(|e| unusable(&config.anchors, e.to_string()))?;
        if anchors.is_empty() {
            return Err(unusable(&config.anchors, "no certificate").into());
        }
        let known: Vec<Authority> = given.iter().chain(&intermediates).filter_map(authority).collect();
        let crls = crl::read(&config.crls, &known)?;
        Ok(Self { anchors, intermediates, crls })
    }

    /// Does this chain (leaf first, then what the peer sent along) lead to an anchor, is every date good at `at`, is nothing revoked?
    ///
    /// The leaf must be covered by a revocation list; the authorities above it are checked when there is one for them (TRU-35).
    pub fn verify(&self, leaf: &EndEntityCert<'_>, sent: &[CertificateDer<'_>], at: Moment, usage: Usage) -> Result<(), Error> {
        let time = unix(at);
        let crls: Vec<&CertRevocationList<'static>> = self.crls.iter().map(|crl| &crl.list).collect();
        let Ok(builder) = RevocationOptionsBuilder::new(&crls) else {
            self.path(leaf, sent, time, usage, None)?;
            return Err(Error::UnknownRevocationStatus);
        };
        let leaf_only = builder
            .with_depth(RevocationCheckDepth::EndEntity)
            .with_status_policy(UnknownStatusPolicy::Deny)
            .with_expiration_policy(ExpirationPolicy::Enforce)
            .build();
        let whole = builder
            .with_depth(RevocationCheckDepth::Chain)
            .with_status_policy(UnknownStatusPolicy::Allow)
            .with_expiration_policy(ExpirationPolicy::Enforce)
            .build();
        self.path(leaf, sent, time, usage, Some(leaf_only))?;
        self.path(leaf, sent, time, usage, Some(whole))
    }

    /// Would the chain lead to an anchor at that moment, revocation apart?
    pub fn issued(&self, leaf: &EndEntityCert<'_>, sent: &[CertificateDer<'_>], at: Moment, usage: Usage) -> Result<(), Error> {
        self.path(leaf, sent, unix(at), usage, None)
    }

    fn path(
        &self,
        leaf: &EndEntityCert<'_>,
        sent: &[CertificateDer<'_>],
        time: UnixTime,
        usage: Usage,
        revocation: Option<RevocationOptions<'_>>,
    ) -> Result<(), Error> {
        let known = self.intermediates.iter().map(|cert| CertificateDer::from(cert.as_ref()));
        let sent = sent.iter().take(LONGEST).map(|cert| CertificateDer::from(cert.as_ref()));
        let between: Vec<CertificateDer<'_>> = known.chain(sent).collect();
        leaf.verify_for_usage(ALGORITHMS, &self.anchors, &between, time, usage, revocation, None).map(|_| ())
    }
}

fn unix(at: Moment) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(at.secs()).unwrap_or(0)))
}

fn unusable(file: &Path, detail: impl std::fmt::Display) -> Fault {
    Fault::new(CHAIN, format!("{}: {detail}", file.display()))
}

/// Certificates of a file: PEM (several), one DER, or a PKCS#7 bundle (DER or PEM).
pub(crate) fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, ListRefusal> {
    let bytes = std::fs::read(file)?;
    let found = if bytes.starts_with(b"-----BEGIN PKCS7") { pkcs7_pem(&bytes) } else { from_bytes(&bytes) };
    found.ok_or_else(|| unusable(file, "neither PEM, nor DER, nor PKCS#7").into())
}

fn from_bytes(bytes: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    if bytes.contains(&b'-') && bytes.windows(10).any(|w| w == b"-----BEGIN") {
        return CertificateDer::pem_slice_iter(bytes).collect::<Result<Vec<_>, _>>().ok().filter(|all| !all.is_empty());
    }
    if x509_parser::parse_x509_certificate(bytes).is_ok() {
        return Some(vec![CertificateDer::from(bytes.to_vec())]);
    }
    pkcs7(bytes)
}

fn pkcs7_pem(bytes: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    use base64::Engine as _;
    let text = std::str::from_utf8(bytes).ok()?;
    let body: String = text.lines().filter(|line| !line.starts_with("-----")).flat_map(str::chars).filter(|c| !c.is_whitespace()).collect();
    pkcs7(&base64::engine::general_purpose::STANDARD.decode(body).ok()?)
}

/// The certificates of a `SignedData` (RFC 2315 §9.1): the bundle format in which IGC-Santé publishes its chain (TRU-34).
fn pkcs7(bytes: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    let (_, outer) = Any::from_der(bytes).ok()?;
    let (rest, _content_type) = Any::from_der(outer.data).ok()?;
    let (_, wrapped) = Any::from_der(rest).ok()?;
    let (_, signed) = Any::from_der(wrapped.data).ok()?;
    let mut rest = signed.data;
    while !rest.is_empty() {
        let (after, part) = Any::from_der(rest).ok()?;
        if part.header.class() == Class::ContextSpecific && part.header.tag() == Tag(0) {
            return certificates_in(part.data);
        }
        rest = after;
    }
    None
}

fn certificates_in(mut set: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    let mut found = Vec::new();
    while !set.is_empty() {
        let (after, _) = x509_parser::parse_x509_certificate(set).ok()?;
        found.push(CertificateDer::from(set[..set.len() - after.len()].to_vec()));
        set = after;
    }
    Some(found).filter(|all| !all.is_empty())
}

fn self_issued(cert: &CertificateDer<'static>) -> bool {
    x509_parser::parse_x509_certificate(cert).is_ok_and(|(_, c)| c.subject().as_raw() == c.issuer().as_raw())
}

fn authority(cert: &CertificateDer<'static>) -> Option<Authority> {
    let (_, parsed) = x509_parser::parse_x509_certificate(cert).ok()?;
    Some(Authority { subject: parsed.subject().as_raw().to_vec(), key: parsed.public_key().subject_public_key.data.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One DER value: tag, length in two bytes, content.
    fn der(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len()).expect("a short value").to_be_bytes();
        [&[tag, 0x82, length[0], length[1]], content].concat()
    }

    fn certificate(name: &str) -> CertificateDer<'static> {
        let key = rcgen::KeyPair::generate().expect("a key");
        rcgen::CertificateParams::new(vec![name.to_owned()]).expect("a name").self_signed(&key).expect("a certificate").der().clone()
    }

    /// The degenerate `SignedData` (certificates only) that a chain is published in.
    fn bundle(certificates: &[CertificateDer<'static>]) -> Vec<u8> {
        let set: Vec<u8> = certificates.iter().flat_map(|c| c.to_vec()).collect();
        let oid = |last: u8| der(0x06, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, last]);
        let signed = [der(0x02, &[1]), der(0x31, &[]), der(0x30, &oid(1)), der(0xa0, &set), der(0x31, &[])].concat();
        der(0x30, &[oid(2), der(0xa0, &der(0x30, &signed))].concat())
    }

    /// Proves: TRU-34.
    #[test]
    fn a_chain_published_as_pkcs7_is_read_in_both_forms() {
        use base64::Engine as _;
        let both = [certificate("a.example"), certificate("b.example")];
        let bytes = bundle(&both);
        assert_eq!(from_bytes(&bytes).as_deref(), Some(both.as_slice()));
        let base64 = base64::engine::general_purpose::STANDARD.encode(&bytes);
        let pem = format!("-----BEGIN PKCS7-----\n{base64}\n-----END PKCS7-----\n");
        assert_eq!(pkcs7_pem(pem.as_bytes()).as_deref(), Some(both.as_slice()));
        assert_eq!(from_bytes(&both[0]).as_deref(), Some(&both[..1]), "one certificate alone, DER");
    }

    /// Proves: TRU-34.
    #[test]
    fn what_holds_no_certificate_is_no_anchor() {
        assert_eq!(from_bytes(b""), None);
        assert_eq!(from_bytes(b"no certificate here"), None);
        assert_eq!(from_bytes(&bundle(&[])), None);
        let whole = bundle(&[certificate("a.example")]);
        assert_eq!(from_bytes(&whole[..whole.len() / 2]), None, "cut in the middle");
    }
}
