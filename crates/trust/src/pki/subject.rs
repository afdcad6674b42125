//! Subjects in the shape of operators' certificates: C, ST, O, OU, CN in that order. All organisations are invented.

use aws_lc_rs::digest;
use rcgen::{DistinguishedName, DnType};
use rules::Domain;

/// Subject of an operator's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    pub common_name: String,
    /// `1`+FINESS or `3`+SIRET of the structure (TRU-18).
    pub unit: String,
    pub organisation: String,
    /// Department, `Ille-et-Vilaine (35)`.
    pub state: String,
}

impl Subject {
    /// The operator that serves a domain: `mss.<domain>`, an invented structure, always the same for the same domain.
    pub fn operator(domain: &Domain) -> Self {
        let seed = digest::digest(&digest::SHA256, domain.as_str().as_bytes());
        let number = seed.as_ref().iter().take(4).fold(0u32, |n, b| n << 8 | u32::from(*b)) % 10_000_000;
        let label = domain.as_str().split('.').next().unwrap_or_default().to_uppercase();
        Self {
            common_name: format!("mss.{domain}"),
            unit: format!("199{number:07}"),
            organisation: format!("OPERATEUR {label}"),
            state: "Ille-et-Vilaine (35)".to_owned(),
        }
    }

    pub(super) fn encode(&self) -> DistinguishedName {
        let mut name = DistinguishedName::new();
        name.push(DnType::CountryName, "FR");
        name.push(DnType::StateOrProvinceName, self.state.as_str());
        name.push(DnType::OrganizationName, self.organisation.as_str());
        name.push(DnType::OrganizationalUnitName, self.unit.as_str());
        name.push(DnType::CommonName, self.common_name.as_str());
        name
    }
}
