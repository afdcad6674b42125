//! Numbers of structures: FINESS of establishments, SIRET of companies.
//!
//! Requirements: REG-08, BAL-06, CAB-03.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{BadId, all_digits, bad, luhn, without_spaces};

text_id! {
    /// FINESS number: department (2) + 6 + Luhn key, e.g. `990000028`. Corsica and test numbers have `A` or `B` as second character;
    /// the national files do not say how their key is computed, so it is not checked there.
    Finess
}

impl Finess {
    pub fn parse(text: &str) -> Result<Self, BadId> {
        let text = without_spaces(text).to_ascii_uppercase();
        let shape = |(index, byte): (usize, u8)| byte.is_ascii_digit() || (index == 1 && (byte == b'A' || byte == b'B'));
        if text.len() != 9 || !text.bytes().enumerate().all(shape) {
            return Err(bad("numéro FINESS", "neuf chiffres sont attendus"));
        }
        if all_digits(&text) && !luhn(&text) {
            return Err(bad("numéro FINESS", "la clé ne correspond pas : un chiffre est faux"));
        }
        Ok(Self(text))
    }

    /// `1` + FINESS, the structure's national id.
    pub fn structure_id(&self) -> String {
        format!("1{self}")
    }
}

text_id! {
    /// SIRET number of an establishment of a company: 14 digits with a Luhn key, e.g. `99900001100018`.
    Siret
}

/// The one company whose establishments have another key: the sum of the digits is a multiple of 5.
const LA_POSTE: &str = "356000000";

impl Siret {
    pub fn parse(text: &str) -> Result<Self, BadId> {
        let text = without_spaces(text);
        if text.len() != 14 || !all_digits(&text) {
            return Err(bad("numéro SIRET", "quatorze chiffres sont attendus"));
        }
        let sum: u32 = text.bytes().map(|b| u32::from(b - b'0')).sum();
        let exception = text.starts_with(LA_POSTE) && sum.is_multiple_of(5);
        if !luhn(&text) && !exception {
            return Err(bad("numéro SIRET", "la clé ne correspond pas : un chiffre est faux"));
        }
        Ok(Self(text))
    }

    /// `3` + SIRET, the structure's national id.
    pub fn structure_id(&self) -> String {
        format!("3{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: REG-08.
    #[test]
    fn a_structure_is_known_by_its_finess_or_its_siret() {
        assert_eq!(Finess::parse("990000028").unwrap().structure_id(), "1990000028");
        assert_eq!(Siret::parse("999 000 011 00018").unwrap().structure_id(), "399900001100018");
        assert!(Finess::parse("990000029").is_err(), "wrong key");
        assert!(Siret::parse("99900001100019").is_err(), "wrong key");
    }

    #[test]
    fn a_corsican_finess_keeps_its_letter() {
        assert_eq!(Finess::parse("2a0000012").unwrap().as_str(), "2A0000012");
        assert!(Finess::parse("20A000012").is_err(), "a letter elsewhere");
        assert!(Finess::parse("2C0000012").is_err());
    }

    #[test]
    fn the_post_office_has_a_key_of_its_own() {
        assert!(Siret::parse("35600000000048").is_ok());
        assert!(Siret::parse("35600000000049").is_err());
    }
}
