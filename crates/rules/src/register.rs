//! The register as facts: persons, their exercises, their situations, the structures.
//!
//! Requirements: REG-01, REG-02, REG-03, DEL-09, PSC-19.

use serde::{Deserialize, Serialize};

use crate::ids::IdNat;
use crate::time::Moment;

/// One person of the registry, with all that decides of her rights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub idnat: IdNat,
    /// Family name in capitals, e.g. `SUREAU`.
    pub family: String,
    /// First given name, e.g. `Nadia`.
    pub given: String,
    /// Other numbers that find the same person (ADELI…).
    #[serde(default)]
    pub aliases: Vec<IdNat>,
    /// Struck off or deceased: no right at all from this moment on.
    #[serde(default)]
    pub struck_off: Option<Moment>,
    pub exercises: Vec<Exercise>,
}

/// A profession exercised, with its places and roles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exercise {
    /// TRE_G15 or TRE_R95 code; empty for a role professional.
    #[serde(default)]
    pub profession: String,
    /// TRE_R09 code, `C` civil, `M` military, `E` student.
    #[serde(default)]
    pub category: String,
    pub situations: Vec<Situation>,
}

/// A role or an activity, in a structure or not, for a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Situation {
    pub id: String,
    /// Structure id (`idnat_struct`), absent for a replacement without place.
    #[serde(default)]
    pub structure: Option<String>,
    /// TRE_R85 code, e.g. `331`; empty when the profession says it all.
    #[serde(default)]
    pub role: String,
    /// TRE_R23: `L` liberal, `S` salaried.
    #[serde(default)]
    pub mode: String,
    pub begin: Moment,
    /// First moment at which the situation is over.
    #[serde(default)]
    pub end: Option<Moment>,
}

/// A place of care.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Structure {
    /// `1`+FINESS, `3`+SIRET or `4`+RPPS-rang (never shown to people, CAB-21).
    pub id: String,
    pub name: String,
    /// FINESS number of the establishment, when there is one.
    #[serde(default)]
    pub finess: Option<String>,
    #[serde(default)]
    pub closed: Option<Moment>,
}

impl Person {
    /// `Nadia SUREAU`.
    pub fn name(&self) -> String {
        format!("{} {}", self.given, self.family)
    }
}
