//! Names as certificates hold them: DER strings of five types.
//!
//! Requirements: TRU-17. Decodes only; the caller normalises.

use x509_parser::asn1_rs::{Any, Tag};
use x509_parser::x509::X509Name;

use super::{BadDn, text};

/// The pairs of the subject, from C to CN as a certificate holds them.
pub(super) fn subject(der: &[u8]) -> Result<Vec<(String, String)>, BadDn> {
    let (_, cert) = x509_parser::parse_x509_certificate(der).map_err(|_| BadDn::Certificate)?;
    pairs(cert.subject())
}

/// The pairs of the issuer.
pub(super) fn issuer(der: &[u8]) -> Result<Vec<(String, String)>, BadDn> {
    let (_, cert) = x509_parser::parse_x509_certificate(der).map_err(|_| BadDn::Certificate)?;
    pairs(cert.issuer())
}

fn pairs(name: &X509Name<'_>) -> Result<Vec<(String, String)>, BadDn> {
    let mut pairs = Vec::new();
    for rdn in name.iter() {
        let mut attributes = rdn.iter();
        let one = attributes.next().ok_or(BadDn::Empty)?;
        if attributes.next().is_some() {
            return Err(BadDn::MultiValued);
        }
        pairs.push((text::attribute(&one.attr_type().to_id_string())?, decode(one.attr_value())?));
    }
    if pairs.is_empty() { Err(BadDn::Empty) } else { Ok(pairs) }
}

/// T61 is read as Latin-1, as everybody writes it.
fn decode(value: &Any<'_>) -> Result<String, BadDn> {
    let bytes = value.data;
    match value.header.tag() {
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String | Tag::NumericString => {
            std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| BadDn::Certificate)
        }
        Tag::T61String => Ok(bytes.iter().map(|b| char::from(*b)).collect()),
        Tag::BmpString if bytes.len().is_multiple_of(2) => {
            let units: Vec<u16> = bytes.chunks_exact(2).map(|c| u16::from(c[0]) << 8 | u16::from(c[1])).collect();
            String::from_utf16(&units).map_err(|_| BadDn::Certificate)
        }
        Tag::UniversalString if bytes.len().is_multiple_of(4) => bytes
            .chunks_exact(4)
            .map(|c| char::from_u32(c.iter().fold(0, |n, b| n << 8 | u32::from(*b))).ok_or(BadDn::Certificate))
            .collect(),
        _ => Err(BadDn::Certificate),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn string(tag: Tag, bytes: &[u8]) -> Result<String, BadDn> {
        decode(&Any::from_tag_and_data(tag, bytes))
    }

    /// Proves: TRU-17.
    #[test]
    fn a_string_means_the_same_in_every_encoding() {
        assert_eq!(string(Tag::Utf8String, "Rhône".as_bytes()).as_deref(), Ok("Rhône"));
        assert_eq!(string(Tag::T61String, b"Rh\xf4ne").as_deref(), Ok("Rhône"));
        assert_eq!(string(Tag::BmpString, b"\0R\0h\0\xf4\0n\0e").as_deref(), Ok("Rhône"));
        assert_eq!(string(Tag::UniversalString, b"\0\0\0R\0\0\0\xf4").as_deref(), Ok("Rô"));
        assert_eq!(string(Tag::PrintableString, b"FR").as_deref(), Ok("FR"));
        assert_eq!(string(Tag::Ia5String, b"a.example").as_deref(), Ok("a.example"));
    }

    /// Proves: TRU-17.
    #[test]
    fn a_broken_string_is_refused() {
        assert_eq!(string(Tag::Utf8String, b"\xff"), Err(BadDn::Certificate));
        assert_eq!(string(Tag::BmpString, b"\0"), Err(BadDn::Certificate));
        assert_eq!(string(Tag::UniversalString, b"\xff\xff\xff\xff"), Err(BadDn::Certificate));
        assert_eq!(string(Tag::OctetString, b"abc"), Err(BadDn::Certificate));
    }
}
