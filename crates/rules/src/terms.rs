//! Terms of use (CGU): which version is in force, which one a person accepted.
//!
//! Requirements: CGU-01, CGU-02.

use serde::{Deserialize, Serialize};

use crate::time::Moment;

/// What `access::open` needs to know of the terms for one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Version in force, e.g. `2026-01`.
    pub current: String,
    /// Latest version this person accepted, and when.
    pub accepted: Option<(String, Moment)>,
    /// Where a person accepts them, e.g. `https://mss.pli.mssante.test/cgu`.
    pub url: String,
}

impl Terms {
    /// The version in force was accepted.
    pub fn up_to_date(&self) -> bool {
        self.accepted.as_ref().is_some_and(|(version, _)| *version == self.current)
    }
}
