//! A place of care: what it is called, by which numbers it is known, where it stands.
//!
//! Requirements: REG-08, CAB-21. The RPPS-rang is a technical number: it is written where the national formats carry it, and shown to nobody.

use serde::{Deserialize, Serialize};

use crate::time::Moment;

/// A place of care.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Structure {
    /// `1`+FINESS, `3`+SIRET or `4`+RPPS-rang (never shown to people, CAB-21).
    pub id: String,
    pub name: String,
    /// FINESS number of the establishment, when there is one.
    #[serde(default)]
    pub finess: Option<String>,
    #[serde(default)]
    pub closed: Option<Moment>,
    /// FINESS number of the legal entity behind the establishment.
    #[serde(default)]
    pub finess_ej: Option<String>,
    #[serde(default)]
    pub siret: Option<String>,
    /// 14 digits. Technical: never shown to people, published only where a national format has a column for it (CAB-21).
    #[serde(default)]
    pub rpps_rang: Option<String>,
    /// Commercial sign over the door.
    #[serde(default)]
    pub sign: Option<String>,
    /// TRE_R02 code, e.g. `SA08` group practice; empty when unknown.
    #[serde(default)]
    pub sector: String,
    /// Public telephone of the place.
    #[serde(default)]
    pub phone: Option<String>,
    #[serde(default)]
    pub address: PostalAddress,
}

/// Where a structure stands, in the parts of the national files; each empty when it has none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostalAddress {
    /// Inside the building, e.g. `BATIMENT B`.
    #[serde(default)]
    pub inside: String,
    /// Outside the building, e.g. `ZONE DU PORT`.
    #[serde(default)]
    pub outside: String,
    /// House number, e.g. `12`.
    #[serde(default)]
    pub number: String,
    /// `B` for bis.
    #[serde(default)]
    pub repetition: String,
    /// Code of the kind of street, e.g. `AV`.
    #[serde(default)]
    pub street_type: String,
    /// E.g. `DES FALAISES`.
    #[serde(default)]
    pub street: String,
    /// Locality or delivery mention, e.g. `CS 10329`.
    #[serde(default)]
    pub mention: String,
    /// Last line: postal code and place, e.g. `35999 VALCLAIR`.
    #[serde(default)]
    pub line: String,
    #[serde(default)]
    pub postal_code: String,
    /// INSEE code of the commune.
    #[serde(default)]
    pub commune: String,
    #[serde(default)]
    pub department: String,
    #[serde(default)]
    pub country: String,
}

impl PostalAddress {
    /// Town as people write it: the last line without its postal code.
    pub fn town(&self) -> &str {
        self.line.strip_prefix(&self.postal_code).unwrap_or(&self.line).trim()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_structure_written_before_it_had_an_address_is_still_read() {
        let old = r#"{"id":"1990000028","name":"CENTRE HOSPITALIER","finess":"990000028","closed":null}"#;
        let read: Structure = serde_json::from_str(old).unwrap();
        assert_eq!((read.finess.as_deref(), &read.address), (Some("990000028"), &PostalAddress::default()));
    }

    #[test]
    fn the_town_is_the_last_line_without_its_postal_code() {
        let address = |line: &str| PostalAddress { line: line.to_owned(), postal_code: "35999".to_owned(), ..PostalAddress::default() };
        assert_eq!(address("35999 VALCLAIR").town(), "VALCLAIR");
        assert_eq!(address("VALCLAIR CEDEX").town(), "VALCLAIR CEDEX");
        assert_eq!(PostalAddress::default().town(), "");
    }
}
