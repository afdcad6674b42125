//! What somebody does today, in words for people: « médecin généraliste », « secrétaire médicale ».
//!
//! Requirements: REG-02, BAL-02. Words only: what an occupation allows is in `eligibility`.

use super::{Exercise, Person, Situation};
use crate::nomenclature::{self, Gender};
use crate::time::Moment;

/// One situation that is active today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occupation<'a> {
    /// Lower case, agreeing with the civility where the table of words has both forms; the code itself when no table knows it.
    pub label: String,
    /// TRE_R85 code of the role, otherwise the code of the profession.
    pub code: &'a str,
    /// Id of the structure; absent for a replacement without place.
    pub structure: Option<&'a str>,
    /// TRE_R23: `L` liberal, `S` salaried.
    pub mode: &'a str,
}

impl Person {
    /// Every active situation in the order of the register; none for somebody struck off.
    pub fn occupations(&self, now: Moment) -> Vec<Occupation<'_>> {
        let mut occupations = Vec::new();
        if self.struck_off_at(now) {
            return occupations;
        }
        for exercise in &self.exercises {
            let gender = self.gender(exercise);
            occupations.extend(exercise.situations.iter().filter(|s| s.active_at(now)).map(|s| occupation(exercise, s, gender)));
        }
        occupations
    }

    fn gender(&self, exercise: &Exercise) -> Gender {
        let feminine = |civility: &str| matches!(civility, "MME" | "MLLE");
        if feminine(&self.civility) || feminine(&exercise.civility) { Gender::Feminine } else { Gender::Masculine }
    }
}

fn occupation<'a>(exercise: &'a Exercise, situation: &'a Situation, gender: Gender) -> Occupation<'a> {
    let role = Some(situation.role.as_str()).filter(|role| !role.is_empty());
    let label = match role {
        Some(role) => nomenclature::spoken_role(role, gender),
        None => nomenclature::spoken_profession(&exercise.profession, exercise.know_how.first().map(|k| k.code.as_str()), gender),
    };
    Occupation { label, code: role.unwrap_or(&exercise.profession), structure: situation.structure.as_deref(), mode: &situation.mode }
}
