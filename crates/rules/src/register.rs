//! The register as facts: persons, their exercises, their situations, the structures.
//!
//! Requirements: REG-01, REG-02, REG-03, DEL-09, PSC-19. It knows nothing of mailboxes: a fact of the register opens none (PSC-E).
//! Where structures stand and what they are is in `place`; what a person does, in words for people, in `occupation`.

mod occupation;
mod place;

pub use occupation::Occupation;
pub use place::{PostalAddress, Structure};

use serde::{Deserialize, Serialize};

use crate::access::Capacity;
use crate::eligibility::{self, Table};
use crate::ids::IdNat;
use crate::refusal::Refusal;
use crate::time::Moment;

/// One person of the registry, with all that decides of her rights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub idnat: IdNat,
    /// Family name in capitals, e.g. `SUREAU`.
    pub family: String,
    /// First given name, e.g. `Nadia`.
    pub given: String,
    /// TRE_R81 code, `M` or `MME`; empty when unknown.
    #[serde(default)]
    pub civility: String,
    /// Other numbers that find the same person (ADELI…).
    #[serde(default)]
    pub aliases: Vec<IdNat>,
    /// Struck off or deceased: no right at all from this moment on.
    #[serde(default)]
    pub struck_off: Option<Moment>,
    pub exercises: Vec<Exercise>,
}

/// A profession exercised, with its places and roles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exercise {
    /// TRE_G15 or TRE_R95 code; empty for a role professional.
    #[serde(default)]
    pub profession: String,
    /// TRE_R09 code, `C` civil, `M` military, `E` student.
    #[serde(default)]
    pub category: String,
    /// TRE_R11 code (`DR`, `PR`), or the civility of those who have no title (`M`, `MME`).
    #[serde(default)]
    pub civility: String,
    /// The name under which the profession is exercised; empty: the person's own.
    #[serde(default)]
    pub family: String,
    #[serde(default)]
    pub given: String,
    /// Specialities and competences, the main one first.
    #[serde(default)]
    pub know_how: Vec<KnowHow>,
    pub situations: Vec<Situation>,
}

/// A speciality or a competence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnowHow {
    /// TRE_R04 code, `S` for a speciality of an order.
    pub kind: String,
    /// E.g. `SM53` (TRE_R38).
    pub code: String,
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
    #[serde(default)]
    pub activity: Activity,
    pub begin: Moment,
    /// First moment at which the situation is over.
    #[serde(default)]
    pub end: Option<Moment>,
}

/// What the activity of a situation is, in codes of the national nomenclatures; empty when unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// TRE_R02, e.g. `SA08` group practice.
    #[serde(default)]
    pub sector: String,
    /// TRE_R21, e.g. `FON-01` holder of the practice.
    #[serde(default)]
    pub function: String,
    /// TRE_R22, e.g. `GENR01` care.
    #[serde(default)]
    pub genre: String,
    /// TRE_R24, e.g. `ACT-LIB-01` main practice; liberal activities only.
    #[serde(default)]
    pub liberal: String,
    /// TRE_G05, pharmacists only.
    #[serde(default)]
    pub section: String,
    /// Who registered identity, exercise and situation, e.g. `CNOM/CNOM/ARS`; staff of an employer: `ENREG/ENREG/ENREG`.
    #[serde(default)]
    pub authority: String,
}

impl Person {
    /// `Nadia SUREAU`.
    pub fn name(&self) -> String {
        format!("{} {}", self.given, self.family)
    }
}

/// In which capacities a person may act today by the register alone, each with the moment at which the register will end it.
///
/// Requirements: PSC-19, DEL-09, REG-07. It opens nothing by itself (PSC-E): a right in a mailbox is needed as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capacities {
    pub owner: Option<Lasting>,
    pub cotitulaire: Option<Lasting>,
    pub delegataire: Option<Lasting>,
}

/// How long something that is true now stays true by what is known now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasting {
    Open,
    /// The first moment at which it is no longer true.
    Until(Moment),
}

impl Lasting {
    pub fn until(self) -> Option<Moment> {
        match self {
            Self::Open => None,
            Self::Until(moment) => Some(moment),
        }
    }
}

impl Capacities {
    /// The column of a capacity; a responsable answers for a mailbox as an owner does.
    pub fn of(&self, capacity: Capacity) -> Option<Lasting> {
        match capacity {
            Capacity::Owner | Capacity::Responsable => self.owner,
            Capacity::Cotitulaire => self.cotitulaire,
            Capacity::Delegataire => self.delegataire,
        }
    }

    pub fn any(&self) -> bool {
        self.owner.is_some() || self.cotitulaire.is_some() || self.delegataire.is_some()
    }
}

impl Situation {
    pub fn active_at(&self, now: Moment) -> bool {
        self.begin <= now && self.end.is_none_or(|end| now < end)
    }
}

impl Person {
    /// In which capacities this person may act at `now`: the union over active situations (a secretary of two practices who leaves one
    /// keeps the other). A profession counts through any active situation, even without a place (a replacement).
    pub fn capacities(&self, now: Moment) -> Capacities {
        self.capacities_by(eligibility::standard(), now)
    }

    /// [`Self::capacities`] by another table (DEL-12).
    pub fn capacities_by(&self, table: &Table, now: Moment) -> Capacities {
        Capacities {
            owner: self.lasting(table, Capacity::Owner, now),
            cotitulaire: self.lasting(table, Capacity::Cotitulaire, now),
            delegataire: self.lasting(table, Capacity::Delegataire, now),
        }
    }

    /// Step 8 of a login (PSC-21): somebody with none of the capacities goes no further, even with a perfect token.
    pub fn admissible(&self, now: Moment) -> Result<(), Refusal> {
        if self.capacities(now).any() || self.idnat.employer().is_some_and(|structure| self.works_at(&structure, now)) {
            Ok(())
        } else {
            Err(Refusal::PersonNotEntitled)
        }
    }

    pub fn struck_off_at(&self, now: Moment) -> bool {
        self.struck_off.is_some_and(|at| at <= now)
    }

    /// An active situation in this structure.
    pub fn works_at(&self, structure: &str, now: Moment) -> bool {
        self.situation_in(now, |s| s.structure.as_deref() == Some(structure))
    }

    /// In liberal practice in this structure now (CAB-05).
    pub fn practises_freely_at(&self, structure: &str, now: Moment) -> bool {
        self.situation_in(now, |s| s.mode == "L" && s.structure.as_deref() == Some(structure))
    }

    /// In the service of this structure now, and how long by what is known (DEL-09, DEL-11).
    pub fn service_at(&self, structure: &str, now: Moment) -> Option<Lasting> {
        let there = self.exercises.iter().flat_map(|e| &e.situations).filter(|s| s.structure.as_deref() == Some(structure));
        self.unbroken(&there.collect::<Vec<_>>(), now)
    }

    fn situation_in(&self, now: Moment, what: impl Fn(&Situation) -> bool) -> bool {
        !self.struck_off_at(now) && self.exercises.iter().flat_map(|e| &e.situations).any(|s| s.active_at(now) && what(s))
    }

    fn lasting(&self, table: &Table, capacity: Capacity, now: Moment) -> Option<Lasting> {
        let mut giving: Vec<&Situation> = Vec::new();
        for exercise in &self.exercises {
            let profession = table.profession(&exercise.profession).is_some_and(|row| row.allows(capacity));
            let role = |s: &Situation| table.role(&s.role).is_some_and(|row| row.allows(capacity));
            giving.extend(exercise.situations.iter().filter(|s| profession || role(s)));
        }
        self.unbroken(&giving, now)
    }

    /// Follows situations from `now` to the first gap between them, or to the striking off.
    fn unbroken(&self, situations: &[&Situation], now: Moment) -> Option<Lasting> {
        if self.struck_off_at(now) {
            return None;
        }
        let mut at = now;
        let last = |s: &&&Situation| s.end.map_or((1, Moment::from_micros(0)), |end| (0, end));
        while let Some(situation) = situations.iter().filter(|s| s.active_at(at)).max_by_key(last) {
            match situation.end {
                Some(end) => at = end,
                None => return Some(self.struck_off.map_or(Lasting::Open, Lasting::Until)),
            }
        }
        (at > now).then(|| Lasting::Until(self.struck_off.map_or(at, |off| at.min(off))))
    }
}
