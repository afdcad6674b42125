//! Distinguished names in their normal form: a sequence of (attribute, value) from C to CN.
//!
//! Requirements: TRU-16, TRU-17, TRU-18. A domain and its operator are tied by the whole name, read once from the list's text (`text`) and once from
//! a certificate (`certificate`). Nothing here knows a domain or decides about trust.

mod certificate;
mod text;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use unicode_normalization::UnicodeNormalization;

/// Attributes of one name at most.
const MOST: usize = 32;

/// Why a name cannot be read; an entry that holds it is set aside (TRU-04).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadDn {
    #[error("empty name or empty value")]
    Empty,
    #[error("no attribute before a value")]
    NoAttribute,
    #[error("unknown attribute {0:?}")]
    UnknownAttribute(String),
    #[error("multi-valued RDN")]
    MultiValued,
    #[error("value in hexadecimal")]
    Hex,
    #[error("bad escape")]
    Escape,
    #[error("control character")]
    Control,
    #[error("too many attributes")]
    TooLong,
    #[error("not a certificate, or a string of unknown type")]
    Certificate,
}

/// A normalised DN. Equal when the same (attribute, value) pairs are there, whatever their order (TRU-17).
#[derive(Clone)]
pub struct Dn {
    /// Normal text, most specific first, for the journal.
    text: String,
    /// The pairs from C to CN, as they came.
    pairs: Vec<(String, String)>,
    /// The same, sorted: what equality looks at.
    sorted: Vec<(String, String)>,
}

impl Dn {
    /// Reads the text of a `DNCertificatOperateur` (most specific first).
    ///
    /// Requirements: TRU-17.
    pub fn parse(text: &str) -> Result<Self, BadDn> {
        let mut pairs = text::split(text)?;
        pairs.reverse();
        Self::new(pairs)
    }

    /// The name of a machine as somebody gives it: its certificate in PEM, or the name itself.
    ///
    /// Requirements: LPS-22.
    pub fn read(text: &str) -> Result<Self, BadDn> {
        if !text.contains("-----BEGIN ") {
            return Self::parse(text.trim());
        }
        let der = CertificateDer::from_pem_slice(text.as_bytes()).map_err(|_| BadDn::Certificate)?;
        Self::of_certificate(&der)
    }

    /// The subject of a certificate (DER).
    ///
    /// Requirements: TRU-17.
    pub fn of_certificate(der: &[u8]) -> Result<Self, BadDn> {
        Self::new(certificate::subject(der)?)
    }

    /// The subject of a certificate as it is to be declared to the ANS, its spelling kept: `CN=…,OU=…,O=…,ST=…,C=FR`.
    ///
    /// Requirements: TRU-37.
    pub fn declared(der: &[u8]) -> Result<String, BadDn> {
        Ok(text::print(&certificate::subject(der)?))
    }

    /// The subject's common name, its spelling kept; empty when there is none.
    pub fn common_name(der: &[u8]) -> Result<String, BadDn> {
        let found = certificate::subject(der)?.into_iter().rev().find(|(attribute, _)| attribute == "CN");
        Ok(found.map(|(_, value)| value).unwrap_or_default())
    }

    /// The common name of the certificate's issuer, its spelling kept; empty when there is none.
    pub fn issuer_common_name(der: &[u8]) -> Result<String, BadDn> {
        let found = certificate::issuer(der)?.into_iter().rev().find(|(attribute, _)| attribute == "CN");
        Ok(found.map(|(_, value)| value).unwrap_or_default())
    }

    fn new(raw: Vec<(String, String)>) -> Result<Self, BadDn> {
        if raw.is_empty() {
            return Err(BadDn::Empty);
        }
        if raw.len() > MOST {
            return Err(BadDn::TooLong);
        }
        let pairs = raw.into_iter().map(|(attribute, value)| Ok((attribute, normal(&value)?))).collect::<Result<Vec<_>, BadDn>>()?;
        let mut sorted = pairs.clone();
        sorted.sort();
        Ok(Self { text: text::print(&pairs), pairs, sorted })
    }

    /// The normal text, most specific first. Reading it again gives an equal name.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The same text for equal names, whatever the order of their attributes (TRU-17): `CN`, `OU`, `O`, `L`, `ST`, `C`, then the others.
    /// What is written beside a mailbox, and looked up by (LPS-22).
    pub fn key(&self) -> String {
        const USUAL: [&str; 6] = ["C", "ST", "L", "O", "OU", "CN"];
        let mut pairs = self.sorted.clone();
        pairs.sort_by_key(|(attribute, _)| USUAL.iter().position(|usual| usual == attribute).map_or(0, |place| place + 1));
        text::print(&pairs)
    }

    /// Values of an attribute (`CN`, `OU`, `O`, `ST`, `L`, `C`…) in normal form, from C to CN.
    pub fn values<'a>(&'a self, attribute: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(a, _)| a == attribute).map(|(_, v)| v.as_str())
    }

    /// The common name in normal form; empty when there is none.
    pub fn cn(&self) -> &str {
        self.pairs.iter().rev().find(|(a, _)| a == "CN").map_or("", |(_, v)| v)
    }

    /// The structure's number: `1`+FINESS or `3`+SIRET. For display only, never for the decision (TRU-18).
    pub fn structure(&self) -> Option<&str> {
        self.values("OU").find(|ou| {
            let letters_or_digits = ou.bytes().all(|b| b.is_ascii_alphanumeric());
            letters_or_digits && ((ou.len() == 10 && ou.starts_with('1')) || (ou.len() == 15 && ou.starts_with('3')))
        })
    }

    /// The pairs are the same *and* in the same order; equal names that are not deserve a trace (TRU-17).
    pub fn same_order(&self, other: &Self) -> bool {
        self.pairs == other.pairs
    }
}

impl PartialEq for Dn {
    fn eq(&self, other: &Self) -> bool {
        self.sorted == other.sorted
    }
}

impl Eq for Dn {}

impl Hash for Dn {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.sorted.hash(state);
    }
}

impl PartialOrd for Dn {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Dn {
    fn cmp(&self, other: &Self) -> Ordering {
        self.sorted.cmp(&other.sorted)
    }
}

impl fmt::Debug for Dn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for Dn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// NFC, every kind of space (NBSP included) one plain space, no space at the ends, case folded.
fn normal(value: &str) -> Result<String, BadDn> {
    let mut out = String::with_capacity(value.len());
    for c in value.nfc().flat_map(char::to_lowercase).nfc() {
        if c.is_whitespace() {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else if c.is_control() {
            return Err(BadDn::Control);
        } else {
            out.push(c);
        }
    }
    out.truncate(out.trim_end_matches(' ').len());
    if out.is_empty() { Err(BadDn::Empty) } else { Ok(out) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn dn(text: &str) -> Dn {
        Dn::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"))
    }

    /// Proves: TRU-17, LPS-22.
    #[test]
    fn the_key_is_the_usual_text_whatever_the_order() {
        let usual = "CN=labo,OU=1990000028,O=ch valclair,ST=ille-et-vilaine (35),C=fr";
        assert_eq!(dn(usual).key(), usual);
        assert_eq!(dn("C=FR, ST=Ille-et-Vilaine (35), CN=Labo, OU=1990000028, O=CH  VALCLAIR").key(), usual);
    }

    /// Proves: TRU-17.
    #[test]
    fn every_irregular_shape_of_the_real_list_is_read() {
        let plain = dn("CN=mailin.beta.example,OU=399900000100019,O=BETA,ST=Nord (59),C=FR");
        assert_eq!(dn("CN=mailin.beta.example, OU=399900000100019, O=BETA, ST=Nord (59), C=FR"), plain, "spaces after commas");
        assert_eq!(dn("CN=mailin.beta.example ,OU=399900000100019,O=BETA,ST=Nord (59),C=FR"), plain, "trailing space in CN");
        assert_eq!(plain.as_str(), "CN=mailin.beta.example,OU=399900000100019,O=beta,ST=nord (59),C=fr");

        let glued = dn("CN=d.example,OU=399900000100019,O=D,ST=Paris(75),C=FR");
        assert_eq!(glued.values("ST").collect::<Vec<_>>(), ["paris(75)"], "ST without the space stays what it is");
        let locality = dn("CN=delta.example,OU=399900000100019,O=DELTA,L=Paris (75),C=FR");
        assert_eq!(locality.values("L").collect::<Vec<_>>(), ["paris (75)"]);
        assert_ne!(locality, dn("CN=delta.example,OU=399900000100019,O=DELTA,ST=Paris (75),C=FR"), "L is not ST");

        let organisation = |text: &str| dn(&format!("CN=x.example,{text},C=FR")).values("O").collect::<String>();
        assert_eq!(organisation("O=\"C H U  DE  LA RIVE\""), "c h u de la rive");
        assert_eq!(organisation("O=\"CLCC\u{a0} INSTITUT OMEGA\""), "clcc institut omega");
        assert_eq!(organisation("O=CENTRE HOSPITALIER \"LES-PINS\""), "centre hospitalier \"les-pins\"");
        assert_eq!(organisation("O=\"LES PINS\" CLINIQUE"), "\"les pins\" clinique");
        assert_eq!(organisation("O=\"A, B et C\""), "a, b et c");
        assert_eq!(organisation("O=\"CH \"LES PINS\"\""), "ch \"les pins\"");
        assert_eq!(organisation(r"O=A\, B\+C"), "a, b+c");
        assert_eq!(organisation(r"O=\C3\89TOILE"), "étoile");
        assert_eq!(organisation("O=L'E\u{301}TOILE"), "l'étoile", "composed and decomposed letters are one");
        let rhone = dn("CN=x.example,ST=Bouches-du-Rhône (13),C=FR");
        assert_eq!(rhone.values("ST").collect::<Vec<_>>(), ["bouches-du-rhône (13)"]);
    }

    /// Proves: TRU-17.
    #[test]
    fn an_attribute_has_one_meaning_whatever_its_spelling() {
        let short = dn("CN=x,OU=1,O=O,ST=Nord,L=Lille,C=FR");
        assert_eq!(dn("commonName=x,organizationalUnitName=1,organizationName=O,S=Nord,localityName=Lille,countryName=FR"), short);
        assert_eq!(dn("2.5.4.3=x,2.5.4.11=1,OID.2.5.4.10=O,2.5.4.8=Nord,2.5.4.7=Lille,2.5.4.6=FR"), short);
        assert_eq!(dn("cn = X , ou = 1,o=o,StateOrProvinceName=NORD,l=LILLE,c=fr"), short);
    }

    /// Proves: TRU-17.
    #[test]
    fn a_name_in_another_order_matches_and_says_so() {
        let usual = dn("CN=x,OU=1,O=O,C=FR");
        let reversed = dn("C=FR,O=O,OU=1,CN=x");
        assert_eq!(usual, reversed);
        assert!(!usual.same_order(&reversed));
        assert_ne!(usual, dn("CN=x,OU=1,OU=1,O=O,C=FR"), "an attribute twice is another name");
    }

    /// Proves: TRU-17.
    #[test]
    fn what_cannot_be_compared_is_not_read() {
        assert_eq!(Dn::parse("CN=x+OU=1,C=FR"), Err(BadDn::MultiValued));
        assert_eq!(Dn::parse("CN=#0403616263,C=FR"), Err(BadDn::Hex));
        assert_eq!(Dn::parse("CN=x,whatever=1"), Err(BadDn::UnknownAttribute("whatever".to_owned())));
        assert_eq!(Dn::parse("CN=x,,C=FR"), Err(BadDn::NoAttribute));
        assert_eq!(Dn::parse(""), Err(BadDn::Empty));
        assert_eq!(Dn::parse("CN="), Err(BadDn::Empty));
        assert_eq!(Dn::parse("CN=\u{0}x"), Err(BadDn::Control));
        assert_eq!(Dn::parse(r"CN=a\"), Err(BadDn::Escape));
        assert_eq!(Dn::parse(r"CN=a\zz"), Err(BadDn::Escape));
        assert_eq!(Dn::parse(r"CN=a\C3"), Err(BadDn::Escape), "half a letter");
    }

    /// Proves: TRU-18.
    #[test]
    fn the_structure_is_read_from_the_ou() {
        assert_eq!(dn("CN=x,OU=IGC-SANTE,OU=399900000100019,C=FR").structure(), Some("399900000100019"));
        assert_eq!(dn("CN=x,OU=10B0000018,C=FR").structure(), Some("10b0000018"));
        assert_eq!(dn("CN=x,OU=service,C=FR").structure(), None);
    }

    proptest! {
        /// Proves: TRU-17, TRU-49.
        #[test]
        fn no_text_makes_the_reader_panic(text in any::<String>()) {
            let _ = Dn::parse(&text);
        }

        /// Proves: TRU-17.
        #[test]
        fn what_is_printed_reads_back_equal(values in proptest::collection::vec(("(CN|OU|O|ST|L|C|E|2\\.5\\.4\\.65)", any::<String>()), 1..8)) {
            if let Ok(name) = Dn::new(values) {
                let again = Dn::parse(name.as_str());
                prop_assert_eq!(again.as_ref().map(Dn::as_str), Ok(name.as_str()));
                prop_assert!(again.as_ref().is_ok_and(|a| a == &name && a.same_order(&name)), "{:?} {:?}", again, name);
            }
        }

        /// Proves: TRU-17.
        #[test]
        fn equal_names_have_one_key_which_reads_back_equal(
            values in proptest::collection::vec(("(CN|OU|O|ST|L|C|E|2\\.5\\.4\\.65)", "[a-z ,+=]{1,6}"), 1..6).prop_shuffle()
        ) {
            let mut other = values.clone();
            other.reverse();
            if let (Ok(one), Ok(other)) = (Dn::new(values), Dn::new(other)) {
                prop_assert_eq!(one.key(), other.key());
                let again = Dn::parse(&one.key());
                prop_assert!(again.as_ref().is_ok_and(|again| *again == one), "{:?} {:?}", again, one);
            }
        }

        /// Proves: TRU-17.
        #[test]
        fn the_normal_text_is_a_fixed_point(text in "[A-Z]{1,2}=[ \"a-zA-Zé\u{a0},+=\\\\#]{0,20}(,[A-Z]{1,2}=[ \"a-zA-Zé]{0,12}){0,3}") {
            if let Ok(name) = Dn::parse(&text) {
                let again = Dn::parse(name.as_str()).expect("a normal text is readable");
                prop_assert_eq!(again.as_str(), name.as_str());
            }
        }
    }
}
