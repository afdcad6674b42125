//! Identifiers from any text: nothing panics, what is taken is printed as it will be read again, and one wrong digit is seen.

use proptest::prelude::*;
use rules::ids::{Finess, IdNatForm, Ins, Rpps, Siret};
use rules::{Address, Domain, IdNat};

/// Luhn's key of these digits, by the book: the digit that brings the sum to a multiple of ten.
fn with_key(digits: &str) -> String {
    let weigh = |(index, digit): (usize, u32)| if index % 2 == 0 { (digit * 2) / 10 + (digit * 2) % 10 } else { digit };
    let sum: u32 = digits.chars().rev().map(|c| c.to_digit(10).unwrap()).enumerate().map(weigh).sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// Another digit in that place.
fn spoilt(text: &str, place: usize, by: u32) -> String {
    let digit = |(index, c): (usize, char)| match c.to_digit(10) {
        Some(digit) if index == place => char::from_digit((digit + by) % 10, 10).unwrap(),
        _ => c,
    };
    text.chars().enumerate().map(digit).collect()
}

proptest! {
    /// Proves: REG-01, BAL-06.
    #[test]
    fn a_right_rpps_is_taken_and_one_wrong_digit_is_refused(digits in "[0-9]{10}", place in 0_usize..11, by in 1_u32..10) {
        let right = with_key(&digits);
        let rpps = Rpps::parse(&right).unwrap();
        prop_assert_eq!(rpps.as_str(), &right);
        prop_assert_eq!(IdNat::from(rpps.clone()).form(), IdNatForm::Rpps(rpps));
        let wrong = spoilt(&right, place, by);
        prop_assert!(Rpps::parse(&wrong).is_err());
        prop_assert_eq!(IdNat::parse(&format!("8{wrong}")).unwrap().form(), IdNatForm::RppsWrongKey);
    }

    /// Proves: REG-08, BAL-06.
    #[test]
    fn structures_numbers_are_checked_by_their_keys(finess in "[0-9]{8}", siret in "[0-9]{13}", place in 0_usize..9, by in 1_u32..10) {
        let (finess, siret) = (with_key(&finess), with_key(&siret));
        prop_assert_eq!(Finess::parse(&finess).unwrap().structure_id(), format!("1{finess}"));
        prop_assert!(Finess::parse(&spoilt(&finess, place, by)).is_err());
        prop_assert_eq!(Siret::parse(&siret).unwrap().structure_id(), format!("3{siret}"));
        prop_assume!(!siret.starts_with("356000000"));
        let wrong = spoilt(&siret, place, by);
        prop_assert!(Siret::parse(&wrong).is_err() || wrong.starts_with("356000000"));
    }

    /// Proves: CIT-02, CIT-03, CIT-05.
    #[test]
    fn an_ins_is_taken_with_its_key_only_and_never_shows_itself_whole(
        body in "[1-478][0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[1-8][0-9]|2A|2B)[0-9]{6}",
        wrong in 1_u64..97,
    ) {
        let number: u64 = body.replace("2A", "19").replace("2B", "18").parse().unwrap();
        let key = 97 - number % 97;
        let text = format!("{body}{key:02}");
        let ins = Ins::parse(&text).unwrap();
        prop_assert_eq!(ins.expose_matricule(), &text);
        let (shown, spoilt) = (format!("{ins:?}"), format!("{body}{:02}", (key - 1 + wrong) % 97 + 1));
        prop_assert!(!shown.contains(&text[4..13]));
        prop_assert!(Ins::parse(&spoilt).is_err());
    }

    /// Proves: TRU-47, PSC-17.
    #[test]
    fn no_text_makes_a_parser_panic_and_what_is_taken_reads_back_the_same(text in "\\PC{0,40}", raw in prop::collection::vec(any::<u8>(), 0..60)) {
        let bytes = String::from_utf8_lossy(&raw).into_owned();
        for text in [text, bytes] {
            let _ = (Ins::parse(&text), Finess::parse(&text), Siret::parse(&text), Rpps::parse(&text));
            if let Ok(id) = IdNat::parse(&text) {
                prop_assert_eq!(IdNat::parse(id.as_str()), Ok(id));
            }
            if let Ok(address) = Address::parse(&text) {
                prop_assert!(address.as_str().is_ascii() && !address.as_str().contains([' ', '\r', '\n', '<', '>', ',', '"', '%']));
                prop_assert_eq!(Address::parse(address.as_str()), Ok(address));
            }
            if let Ok(domain) = Domain::parse(&text) {
                prop_assert_eq!(Domain::parse(domain.as_str()), Ok(domain));
            }
        }
    }

    /// Proves: TRU-47.
    #[test]
    fn a_plausible_address_is_split_where_its_last_at_sign_is(
        local in "[a-z0-9!%.+_-]{1,70}", domain in "[a-zA-Z0-9.-]{1,40}\\.test",
    ) {
        if let Ok(address) = Address::parse(&format!("{local}@{domain}")) {
            prop_assert_eq!(address.local(), &local);
            prop_assert!(local.len() <= 64 && !local.contains(['!', '%']));
            prop_assert_eq!(address.domain(), Domain::parse(&domain.to_ascii_lowercase()).unwrap());
        }
    }

    /// An identifier read from JSON is checked as one that is typed.
    ///
    /// Proves: REG-01.
    #[test]
    fn json_is_no_way_around_parsing(text in "[0-9A-Z/]{0,14}") {
        let json = serde_json::to_string(&text).unwrap();
        prop_assert_eq!(serde_json::from_str::<Rpps>(&json).is_ok(), Rpps::parse(&text).is_ok());
        prop_assert_eq!(serde_json::from_str::<IdNat>(&json).is_ok(), IdNat::parse(&text).is_ok());
    }
}
