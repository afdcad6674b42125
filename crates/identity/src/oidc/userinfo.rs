//! What PSC says of a professional: read with tolerance, compared with the register, never a right.
//!
//! Requirements: PSC-14, PSC-15, PSC-16.

use rules::Moment;
use rules::register::Person;

/// A reply of userinfo. Whatever is absent or of an unexpected form is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserInfo {
    pub sub: String,
    /// As written at PSC, e.g. `Claire`.
    pub given: String,
    /// e.g. `TILLEUL`.
    pub family: String,
    /// `MME`, `M`; empty when not said.
    pub civility: String,
    pub exercises: Vec<Exercise>,
    /// `SubjectRefPro` was there, but could not be read: to be journalled, the login goes on.
    pub broken_practice: bool,
    /// Names of the keys that this reader does not know.
    pub unknown: Vec<String>,
}

/// A profession exercised, as PSC tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exercise {
    /// TRE_G15; empty for a role professional.
    pub profession: String,
    /// TRE_R09: `C`, `M`, `E`.
    pub category: String,
    pub civility: String,
    pub family: String,
    pub given: String,
    pub skill_kind: String,
    pub skill: String,
    pub activities: Vec<Activity>,
}

/// One place and role of an exercise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    /// TRE_R23: `L`, `S`.
    pub mode: String,
    pub sector: String,
    /// Section of the pharmacists' order.
    pub section: String,
    /// TRE_R85.
    pub role: String,
    pub genre: String,
    /// Every way in which PSC names the structure, in the register's form (`1`+FINESS, `3`+SIRET, `4`+RPPS-rang), the surest first.
    pub structures: Vec<String>,
    pub structure_name: String,
    /// Up to three values.
    pub authorities: Vec<String>,
}

/// Where PSC and our copy of the register disagree; for the operator's desk (PSC-15).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    FamilyName {
        psc: String,
        register: String,
    },
    GivenName {
        psc: String,
        register: String,
    },
    Profession {
        psc: String,
    },
    /// PSC shows an activity in a structure (its ids) that the register's copy does not have.
    Activity {
        structures: Vec<String>,
        name: String,
        role: String,
    },
    /// The register's copy has an active situation that PSC does not show.
    Situation {
        structure: String,
        role: String,
    },
}

impl UserInfo {
    /// The structures named, in the register's form.
    pub fn structures(&self) -> impl Iterator<Item = &str> {
        self.exercises.iter().flat_map(|e| &e.activities).flat_map(|a| &a.structures).map(String::as_str)
    }

    /// PSC shows an activity that the copy does not have: the person's card is to be refreshed (PSC-16).
    pub fn newer_than(&self, person: &Person, now: Moment) -> bool {
        self.differences(person, now).iter().any(|d| matches!(d, Difference::Activity { .. } | Difference::Profession { .. }))
    }

    /// For the operator's desk: the register wins, nothing is decided here (PSC-15).
    pub fn differences(&self, person: &Person, now: Moment) -> Vec<Difference> {
        let _ = (person, now);
        todo!()
    }
}
