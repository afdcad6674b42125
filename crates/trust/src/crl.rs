//! Revocation lists: read, their signature verified once, kept in the snapshot.
//!
//! Full CRLs only, RFC 5280 §5. Requirements: TRU-35, TRU-36. A list past its `nextUpdate` is kept here: the verdict on a peer says `CrlStale` then.

use std::path::Path;

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, UnparsedPublicKey};
use rules::Moment;
use rustls_pki_types::CertificateRevocationListDer;
use rustls_pki_types::pem::PemObject;
use webpki::{CertRevocationList, OwnedCertRevocationList};
use x509_parser::prelude::FromDer;
use x509_parser::revocation_list::CertificateRevocationList;

use crate::authorities::Authority;
use crate::list::Fault;

/// The code under which an unusable revocation list is reported.
pub const UNUSABLE: &str = "CRL-REFUSEE";

/// One revocation list in force.
#[derive(Debug)]
pub struct Crl {
    /// Common name of its issuer.
    pub issuer: String,
    pub this_update: Moment,
    /// After that moment the list proves nothing (TRU-36).
    pub next_update: Moment,
    pub revoked: usize,
    pub(crate) list: CertRevocationList<'static>,
}

/// Reads files of revocation lists (DER, or PEM holding several), and verifies each against the authority that issued it. Newest first.
pub(crate) fn read(files: &[impl AsRef<Path>], authorities: &[Authority]) -> Result<Vec<Crl>, crate::space::ListRefusal> {
    let mut crls = Vec::new();
    for file in files {
        let bytes = std::fs::read(file.as_ref())?;
        for der in ders(&bytes)? {
            crls.push(accept(&der, authorities)?);
        }
    }
    crls.sort_by_key(|crl| std::cmp::Reverse(crl.this_update));
    Ok(crls)
}

fn ders(bytes: &[u8]) -> Result<Vec<Vec<u8>>, Fault> {
    if !bytes.starts_with(b"-----") {
        return Ok(vec![bytes.to_vec()]);
    }
    let all: Result<Vec<_>, _> = CertificateRevocationListDer::pem_slice_iter(bytes).map(|crl| crl.map(|der| der.to_vec())).collect();
    all.map_err(|e| unusable(format!("PEM: {e}")))
}

fn unusable(detail: impl Into<String>) -> Fault {
    Fault::new(UNUSABLE, detail)
}

/// Requirements: TRU-35, TRU-36: known issuer, good signature, a `nextUpdate`, neither delta nor indirect.
fn accept(der: &[u8], authorities: &[Authority]) -> Result<Crl, Fault> {
    let (_, parsed) = CertificateRevocationList::from_der(der).map_err(|_| unusable("not a revocation list"))?;
    let issuer = authorities.iter().filter(|a| a.subject == parsed.issuer().as_raw());
    let tbs = parsed.tbs_cert_list.as_ref();
    let mut known = false;
    let mut proven = false;
    for authority in issuer {
        known = true;
        proven |= verify(&parsed.signature_algorithm.algorithm.to_id_string(), &authority.key, tbs, &parsed.signature_value.data);
    }
    match (known, proven) {
        (false, _) => return Err(unusable("issued by none of the configured authorities")),
        (true, false) => return Err(unusable("wrong signature")),
        (true, true) => {}
    }
    let next_update = parsed.next_update().ok_or_else(|| unusable("no nextUpdate"))?;
    // Refuses delta and indirect lists, unknown critical extensions, old versions.
    let list = OwnedCertRevocationList::from_der(der).map_err(|e| unusable(e.to_string()))?;
    let issuer = parsed.issuer().iter_common_name().next().and_then(|cn| cn.as_str().ok()).unwrap_or_default().to_owned();
    Ok(Crl {
        issuer,
        this_update: Moment::from_secs(parsed.last_update().timestamp()),
        next_update: Moment::from_secs(next_update.timestamp()),
        revoked: parsed.iter_revoked_certificates().count(),
        list: list.into(),
    })
}

fn verify(algorithm: &str, rsa_key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let algorithm = match algorithm {
        "1.2.840.113549.1.1.11" => &RSA_PKCS1_2048_8192_SHA256,
        "1.2.840.113549.1.1.12" => &RSA_PKCS1_2048_8192_SHA384,
        "1.2.840.113549.1.1.13" => &RSA_PKCS1_2048_8192_SHA512,
        _ => return false,
    };
    UnparsedPublicKey::new(algorithm, rsa_key).verify(message, signature).is_ok()
}
