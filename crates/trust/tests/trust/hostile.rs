//! What the reader of lists makes of bytes that are not a list.

use proptest::prelude::*;
use trust::list::xml::parse;

use crate::bench::{Bench, code};

/// Fragments that a careless reader trips over, put in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<?xml version=\"1.0\"?>"),
        Just("<!DOCTYPE a [<!ENTITY b \"c\">]>"),
        Just("<ListeBlancheMSSante xmlns=\"https://listeblanche.mssante.fr/schema\">"),
        Just("</ListeBlancheMSSante>"),
        Just("<DateDeGeneration>2026-11-20T15:42:07Z</DateDeGeneration>"),
        Just("<ListeDomaines>"),
        Just("</ListeDomaines>"),
        Just("<Domaine/>"),
        Just("<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\">"),
        Just("</Signature>"),
        Just("<SignedInfo/>"),
        Just("&b;"),
        Just("&#0;"),
        Just("&#x110000;"),
        Just("<![CDATA["),
        Just("]]>"),
        Just("<!--"),
        Just("-->"),
        Just("<p:a xmlns:p=''>"),
        Just("<a b='1' b='2'>"),
        Just("<a"),
        Just("\u{feff}"),
        Just("é"),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|all| all.concat())
}

proptest! {
    /// Proves: TRU-05, TRU-49.
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = parse(&bytes);
    }

    /// Proves: TRU-05, TRU-49.
    #[test]
    fn no_fragments_make_the_reader_panic(text in pieces()) {
        if let Ok(root) = parse(text.as_bytes()) {
            // What was read has a canonical form, and that form reads back to itself.
            let form = trust::list::c14n::canonical(&root, None);
            let again = parse(&form).expect("a canonical form is well formed");
            prop_assert_eq!(trust::list::c14n::canonical(&again, None), form);
        }
    }
}

/// Proves: TRU-05, TRU-49.
#[test]
fn a_signed_list_with_any_one_byte_changed_is_never_accepted() {
    let bench = Bench::bare();
    let good = bench.signed(&bench.entries());
    for at in (0..good.len()).step_by(97) {
        let mut bad = good.clone();
        bad[at] ^= 0x01;
        let outcome = bench.space.load(&bad, "test", false);
        assert!(outcome.is_err(), "byte {at} ({:?}) changed and the list was accepted", char::from(good[at]));
    }
    assert_eq!(code(bench.space.load(b"", "test", false)), "LB-XML");
}
