//! The verification of a list's signature: one shape, in a fixed order of steps, each with its own code.
//!
//! XML-Signature (enveloped), RFC 3275, cut down to the one form of trust-space §3. Requirements: TRU-06, TRU-07, TRU-08. No Id or URI is ever
//! looked up, no key is taken from the file on its own word, and no algorithm is chosen by the file.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rules::Moment;
use rustls_pki_types::CertificateDer;
use webpki::{EndEntityCert, Error};
use x509_parser::prelude::ParsedExtension;

use super::algorithms::{C14N, ENVELOPED, RSA_SHA256, SHA256};
use super::c14n::canonical;
use super::entries::{frame, is_list};
use super::xml::{Element, Node};
use super::{ALGORITHM, CHAIN, DIGEST, DSIG, Fault, SIGNER, UNSIGNED, VALUE};
use crate::authorities::{Authorities, Usage};
use crate::dn::Dn;

/// Who signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// Common name of the signer.
    pub signer: String,
    /// After that moment its certificate signs nothing.
    pub until: Moment,
}

/// What is expected of the signer.
pub struct Expected<'c> {
    pub authorities: &'c Authorities,
    /// Common names of the accepted signers; the certificate's fingerprint is not pinned, so that a successor works (TRU-06).
    pub signers: &'c [String],
    /// Common name of the signer's issuer.
    pub issuer: &'c str,
    /// The moment at which dates and revocation are judged.
    pub at: Moment,
}

/// Steps 2 to 7 of TRU-06 on a parsed list. `Ok` means that every node of the tree but the signature is what the signer signed.
///
/// Requirements: TRU-06, TRU-07.
pub fn check(root: &Element<'_>, expected: &Expected<'_>) -> Result<Signed, Fault> {
    let position = place(root)?;
    let Some(Node::Element(signature)) = root.children.get(position) else { return Err(Fault::new(UNSIGNED, "no signature")) };
    let parts = parts(signature)?;
    let certificate = CertificateDer::from(base64(parts.certificate, ALGORITHM, "X509Certificate")?);
    let leaf = EndEntityCert::try_from(&certificate).map_err(|e| Fault::new(CHAIN, format!("certificate: {e}")))?;
    let signed = signer(&certificate, &leaf, expected)?;
    let condensed = digest::digest(&digest::SHA256, &canonical(root, Some(position)));
    if condensed.as_ref() != base64(parts.digest, DIGEST, "DigestValue")? {
        return Err(Fault::new(DIGEST, "the content is not the one that was signed"));
    }
    let value = base64(parts.value, VALUE, "SignatureValue")?;
    leaf.verify_signature(webpki::aws_lc_rs::RSA_PKCS1_2048_8192_SHA256, &canonical(parts.info, None), &value).map_err(
        |error| match error {
            Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => {
                Fault::new(ALGORITHM, "the signer's key is not RSA of 2048 bits or more")
            }
            _ => Fault::new(VALUE, "the signature is not the signer's"),
        },
    )?;
    Ok(signed)
}

/// Step 2: exactly one `Signature` in the whole document, the last child element of the root.
fn place(root: &Element<'_>) -> Result<usize, Fault> {
    is_list(root)?;
    match count(root) {
        0 => return Err(Fault::new(UNSIGNED, "no signature")),
        1 => {}
        _ => return Err(Fault::new(UNSIGNED, "more than one signature")),
    }
    let last = root.children.iter().enumerate().rev().find_map(|(at, node)| match node {
        Node::Element(element) => Some((at, element)),
        Node::Text(_) => None,
    });
    match last {
        Some((at, element)) if element.is(DSIG, "Signature") => frame(root).map(|_| at),
        _ => Err(Fault::new(UNSIGNED, "the signature is not the last child of the root")),
    }
}

fn count(element: &Element<'_>) -> usize {
    usize::from(element.is(DSIG, "Signature")) + element.elements().map(count).sum::<usize>()
}

/// The parts of a signature whose every algorithm is the one expected.
struct Parts<'r, 'a> {
    info: &'r Element<'a>,
    digest: &'r str,
    value: &'r str,
    certificate: &'r str,
}

/// Step 3: the shape and the algorithms of trust-space §3, by name. Anything else is refused, not interpreted.
fn parts<'r, 'a>(signature: &'r Element<'a>) -> Result<Parts<'r, 'a>, Fault> {
    let [info, value, key] = children(signature, ["SignedInfo", "SignatureValue", "KeyInfo"])?;
    let [method, algorithm, reference] = children(info, ["CanonicalizationMethod", "SignatureMethod", "Reference"])?;
    names(method, C14N)?;
    names(algorithm, RSA_SHA256)?;
    if reference.attributes.len() != 1 || attribute(reference, "URI") != Some("") {
        return Err(Fault::new(ALGORITHM, "the reference is not to the whole document (URI=\"\")"));
    }
    let [transforms, digest_method, digest] = children(reference, ["Transforms", "DigestMethod", "DigestValue"])?;
    let [first, second] = children(transforms, ["Transform", "Transform"])?;
    names(first, ENVELOPED)?;
    names(second, C14N)?;
    names(digest_method, SHA256)?;
    let [data] = children(key, ["X509Data"])?;
    let [certificate] = children(data, ["X509Certificate"])?;
    Ok(Parts { info, digest: text(digest)?, value: text(value)?, certificate: text(certificate)? })
}

/// Exactly these child elements of the signature's namespace, in this order, with nothing but white space between them.
fn children<'r, 'a, const N: usize>(parent: &'r Element<'a>, wanted: [&str; N]) -> Result<[&'r Element<'a>; N], Fault> {
    let found: Vec<&'r Element<'a>> = parent.elements().collect();
    let wrong = || {
        let names: Vec<&str> = found.iter().take(8).map(|e| e.local.as_str()).collect();
        Fault::new(ALGORITHM, format!("{} holds {names:?}, not {wanted:?}", parent.local))
    };
    if !parent.has_only_elements() {
        return Err(wrong());
    }
    let exact: [&'r Element<'a>; N] = found.clone().try_into().map_err(|_| wrong())?;
    if exact.iter().zip(wanted).all(|(element, name)| element.is(DSIG, name)) { Ok(exact) } else { Err(wrong()) }
}

/// The element has one attribute, `Algorithm`, with that value, and is empty: no parameter changes what it means.
fn names(element: &Element<'_>, algorithm: &str) -> Result<(), Fault> {
    let named = attribute(element, "Algorithm").unwrap_or_default();
    if named == algorithm && element.attributes.len() == 1 && element.children.is_empty() {
        return Ok(());
    }
    Err(Fault::new(ALGORITHM, format!("{} {}", element.local, named.chars().take(100).collect::<String>())))
}

fn attribute<'r>(element: &'r Element<'_>, name: &str) -> Option<&'r str> {
    element.attributes.iter().find(|a| a.local == name && a.prefix.is_empty()).map(|a| a.value.as_str())
}

fn text<'r>(element: &'r Element<'_>) -> Result<&'r str, Fault> {
    let plain = element.text().filter(|_| element.attributes.iter().all(|a| a.local == "Id" && a.prefix.is_empty()));
    plain.ok_or_else(|| Fault::new(ALGORITHM, format!("{} is not a plain text", element.local)))
}

/// Base64 with white space anywhere, `&#13;` included (trust-space §3).
fn base64(text: &str, code: &'static str, what: &str) -> Result<Vec<u8>, Fault> {
    let tight: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    STANDARD.decode(tight).map_err(|_| Fault::new(code, format!("{what} is not base64")))
}

/// Steps 4 and 5: a chain to the configured anchors, then dates, revocation, key usage, and the two names.
fn signer(certificate: &CertificateDer<'_>, leaf: &EndEntityCert<'_>, expected: &Expected<'_>) -> Result<Signed, Fault> {
    expected.authorities.verify(leaf, &[], expected.at, Usage::ListSigner).map_err(|error| match error {
        Error::CertExpired { .. } | Error::CertNotValidYet { .. } => Fault::new(SIGNER, "certificate expired or not yet valid"),
        Error::CertRevoked => Fault::new(SIGNER, "certificate revoked"),
        Error::CrlExpired { .. } | Error::UnknownRevocationStatus => Fault::new(SIGNER, "no revocation list in force for its issuer"),
        other => Fault::new(CHAIN, format!("no chain to a configured anchor: {other}")),
    })?;
    let (_, parsed) = x509_parser::parse_x509_certificate(certificate).map_err(|_| Fault::new(CHAIN, "unreadable certificate"))?;
    let signs =
        parsed.iter_extensions().any(|e| matches!(e.parsed_extension(), ParsedExtension::KeyUsage(usage) if usage.digital_signature()));
    if !signs {
        return Err(Fault::new(SIGNER, "certificate not made for signing"));
    }
    let name = Dn::common_name(certificate).map_err(|e| Fault::new(SIGNER, e.to_string()))?;
    if !expected.signers.contains(&name) {
        return Err(Fault::new(SIGNER, format!("signed by {name:?}")));
    }
    let issuer = Dn::issuer_common_name(certificate).map_err(|e| Fault::new(SIGNER, e.to_string()))?;
    if issuer != expected.issuer {
        return Err(Fault::new(SIGNER, format!("signer certified by {issuer:?}")));
    }
    Ok(Signed { signer: name, until: Moment::from_secs(parsed.validity().not_after.timestamp()) })
}
