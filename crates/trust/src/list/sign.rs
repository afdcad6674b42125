//! Signs a white list as the real one is signed: enveloped, RSA-SHA256 over the exclusive canonical form, one certificate.
//!
//! Requirements: TRU-20. For the laboratory only: an operator never signs a list.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::{digest, signature};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::algorithms::{C14N, ENVELOPED, RSA_SHA256, SHA256};
use super::c14n::canonical;
use super::xml::{self, Node};
use super::{DSIG, Fault, UNSIGNED, VALUE, XML};
use crate::pki::Leaf;

/// Signs an unsigned list. The same list and key give the same bytes (PKCS#1 v1.5 draws nothing at random).
pub fn sign(unsigned: &str, signer: &Leaf) -> Result<Vec<u8>, Fault> {
    let end = unsigned.rfind("</").ok_or_else(|| Fault::new(XML, "no end tag"))?;
    let root = xml::parse(unsigned.as_bytes())?;
    let condensed = STANDARD.encode(digest::digest(&digest::SHA256, &canonical(&root, None)));
    let info = signed_info(&condensed);
    // Parsed in its place, so that its canonical form declares the namespace it inherits.
    let frame = format!("<Signature xmlns=\"{DSIG}\">{info}</Signature>");
    let parsed = xml::parse(frame.as_bytes())?;
    let Some(Node::Element(inside)) = parsed.children.first() else { return Err(Fault::new(UNSIGNED, "no SignedInfo")) };
    let value = STANDARD.encode(rsa(&signer.key_pem, &canonical(inside, None))?);
    let cert = CertificateDer::from_pem_slice(signer.cert_pem.as_bytes()).map_err(|e| Fault::new(VALUE, format!("signer: {e}")))?;
    let signature = format!(
        "<Signature xmlns=\"{DSIG}\">{info}<SignatureValue>{}</SignatureValue><KeyInfo><X509Data><X509Certificate>{}</X509Certificate></X509Data></KeyInfo></Signature>",
        wrapped(&value),
        wrapped(&STANDARD.encode(&cert)),
    );
    Ok([&unsigned[..end], &signature, &unsigned[end..]].concat().into_bytes())
}

fn signed_info(digest_value: &str) -> String {
    format!(
        "<SignedInfo><CanonicalizationMethod Algorithm=\"{C14N}\"/><SignatureMethod Algorithm=\"{RSA_SHA256}\"/><Reference URI=\"\"><Transforms>\
         <Transform Algorithm=\"{ENVELOPED}\"/><Transform Algorithm=\"{C14N}\"/></Transforms><DigestMethod Algorithm=\"{SHA256}\"/>\
         <DigestValue>{digest_value}</DigestValue></Reference></SignedInfo>"
    )
}

/// Base64 in lines of 76 that end in `&#13;` and LF, as the real file's.
fn wrapped(base64: &str) -> String {
    let mut out = String::with_capacity(base64.len() + base64.len() / 12);
    for (at, c) in base64.chars().enumerate() {
        if at > 0 && at % 76 == 0 {
            out.push_str("&#13;\n");
        }
        out.push(c);
    }
    out
}

fn rsa(key_pem: &str, message: &[u8]) -> Result<Vec<u8>, Fault> {
    let bad = |detail: &str| Fault::new(VALUE, format!("signing key: {detail}"));
    let key = PrivateKeyDer::from_pem_slice(key_pem.as_bytes()).map_err(|e| bad(&e.to_string()))?;
    let pair = match &key {
        PrivateKeyDer::Pkcs8(der) => signature::RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
        PrivateKeyDer::Pkcs1(der) => signature::RsaKeyPair::from_der(der.secret_pkcs1_der()),
        _ => return Err(bad("not RSA")),
    }
    .map_err(|e| bad(&e.to_string()))?;
    let mut out = vec![0; pair.public_modulus_len()];
    pair.sign(&signature::RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut out).map_err(|_| bad("refused"))?;
    Ok(out)
}
