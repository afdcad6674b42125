//! A DN in the list's text and the same DN in a certificate: equal in every irregular shape and in every string type.

use proptest::prelude::*;
use rcgen::string::{BmpString, Ia5String, PrintableString, TeletexString, UniversalString};
use rcgen::{CertificateParams, DistinguishedName, DnType, DnValue, KeyPair};
use trust::Dn;

/// A certificate whose subject holds these attributes, from C to CN. ECDSA, because only the name matters.
fn certificate(subject: Vec<(DnType, DnValue)>) -> Vec<u8> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    for (attribute, value) in subject {
        params.distinguished_name.push(attribute, value);
    }
    let key = KeyPair::generate().expect("a key");
    params.self_signed(&key).expect("a certificate").der().to_vec()
}

fn utf8(text: &str) -> DnValue {
    DnValue::Utf8String(text.to_owned())
}

/// The usual five attributes; the last three vary.
fn operator(place: (DnType, &str), organisation: &str, cn: &str) -> Vec<u8> {
    certificate(vec![
        (DnType::CountryName, DnValue::PrintableString(PrintableString::try_from("FR").expect("printable"))),
        (place.0, utf8(place.1)),
        (DnType::OrganizationName, utf8(organisation)),
        (DnType::OrganizationalUnitName, utf8("399900000100019")),
        (DnType::CommonName, utf8(cn)),
    ])
}

/// Proves: TRU-16, TRU-17.
#[test]
fn a_certificate_matches_its_declaration_in_every_irregular_shape() {
    use DnType::{LocalityName, StateOrProvinceName};
    let st = |text| (StateOrProvinceName, text);
    let shapes = [
        (
            "CN=mailin.beta.example, OU=399900000100019, O=BETA, ST=Nord (59), C=FR",
            operator(st("Nord (59)"), "BETA", "mailin.beta.example"),
        ),
        (
            "CN=smtp-1.gamma.example ,OU=399900000100019,O=GAMMA,ST=Meurthe et Moselle(54),C=FR",
            operator(st("Meurthe et Moselle(54)"), "GAMMA", "smtp-1.gamma.example "),
        ),
        ("CN=delta.example,OU=399900000100019,O=DELTA,L=Paris (75),C=FR", operator((LocalityName, "Paris (75)"), "DELTA", "delta.example")),
        (
            "CN=x.example,OU=399900000100019,O=\"C H U  DE  LA RIVE\",ST=Var (83),C=FR",
            operator(st("Var (83)"), "C H U  DE  LA RIVE", "x.example"),
        ),
        (
            "CN=x.example,OU=399900000100019,O=\"CLCC\u{a0} INSTITUT OMEGA\",ST=Var (83),C=FR",
            operator(st("Var (83)"), "CLCC\u{a0} INSTITUT OMEGA", "x.example"),
        ),
        (
            "CN=x.example,OU=399900000100019,O=CENTRE HOSPITALIER \"LES-PINS\",ST=Var (83),C=FR",
            operator(st("Var (83)"), "CENTRE HOSPITALIER \"LES-PINS\"", "x.example"),
        ),
        (
            "CN=x.example,OU=399900000100019,O=L'ETOILE,ST=Bouches-du-Rhône (13),C=FR",
            operator(st("Bouches-du-Rhône (13)"), "L'Etoile", "X.example"),
        ),
        (
            "CN=x.example,OU=399900000100019,O=L'ÉTOILE,ST=Isère (38),C=FR",
            operator(st("Ise\u{300}re (38)"), "L'E\u{301}toile", "x.example"),
        ),
    ];
    for (text, der) in shapes {
        let declared = Dn::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        let shown = Dn::of_certificate(&der).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(declared, shown);
        assert!(declared.same_order(&shown), "{text}");
        let printed = Dn::declared(&der).expect("a subject");
        assert_eq!(Dn::parse(&printed), Ok(shown), "what the desk shows for declaration reads back: {printed}");
    }
}

/// Proves: TRU-17.
#[test]
fn the_string_type_of_a_certificate_does_not_matter() {
    let with = |value: DnValue| {
        let der = certificate(vec![
            (DnType::CountryName, utf8("FR")),
            (DnType::OrganizationName, value),
            (DnType::CommonName, utf8("x.example")),
        ]);
        Dn::of_certificate(&der).expect("a subject")
    };
    let declared = Dn::parse("CN=x.example,O=CLINIQUE,C=FR").expect("a DN");
    assert_eq!(with(DnValue::PrintableString(PrintableString::try_from("Clinique").expect("printable"))), declared);
    assert_eq!(with(DnValue::Ia5String(Ia5String::try_from("Clinique").expect("IA5"))), declared);
    assert_eq!(with(DnValue::TeletexString(TeletexString::try_from("Clinique").expect("T61"))), declared);
    assert_eq!(with(DnValue::BmpString(BmpString::try_from("Clinique").expect("BMP"))), declared);
    assert_eq!(with(DnValue::UniversalString(UniversalString::try_from("Clinique").expect("universal"))), declared);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Proves: TRU-17, TRU-37.
    #[test]
    fn what_we_say_to_declare_is_what_peers_will_match(organisation in "[ -~À-ÿ\u{a0}]{1,24}", cn in "[a-z]{1,8}\\.example") {
        let der = operator((DnType::StateOrProvinceName, "Var (83)"), &organisation, &cn);
        match (Dn::of_certificate(&der), Dn::declared(&der)) {
            (Ok(shown), Ok(declared)) => prop_assert_eq!(Dn::parse(&declared), Ok(shown)),
            (Err(_), _) => prop_assert!(organisation.trim().is_empty(), "only an empty value cannot be read: {:?}", organisation),
            (_, Err(error)) => prop_assert!(false, "{}", error),
        }
    }

    /// Proves: TRU-17, TRU-49.
    #[test]
    fn no_bytes_make_the_reader_of_certificates_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = (Dn::of_certificate(&bytes), Dn::declared(&bytes), Dn::issuer_common_name(&bytes));
    }
}
