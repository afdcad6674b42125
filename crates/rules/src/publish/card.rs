//! The fields of a card: all that the directory may know of a mailbox.
//!
//! Requirements: CAB-11, CAB-21, DEL-07, ANN-10, ANN-12, ANN-H, BAL-03. Adding a field here publishes it everywhere: read ANN-10 to ANN-13 first.

use crate::ids::{Address, IdNat};
use crate::mailbox::Kind;
use crate::register::{Exercise, KnowHow, Person, PostalAddress, Situation, Structure};

/// One published mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    pub kind: Kind,
    pub address: Address,
    /// What the bearer calls it, e.g. `Cabinet médical des Lilas`; never for PER.
    pub description: Option<String>,
    pub carrier: Carrier,
}

/// Whom or what the directory attaches the mailbox to (ANN-02).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// PER of a person, whatever she exercises.
    Person(Professional),
    /// PER of a person in one exercise; without a structure for a replacement.
    Exercise { holder: Professional, post: Box<Post>, structure: Option<Establishment> },
    /// CAB: the owner. The place is context: no number of it has a field here (CAB-21).
    Cabinet { owner: Professional, place: Option<Place> },
    /// ORG and APP.
    Structure(Establishment),
}

/// The professional identity: what is exercised, never the civil status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Professional {
    pub idnat: IdNat,
    /// TRE_R81 code; empty when unknown.
    pub civility: String,
    /// TRE_R11 code, or a plain civility for those without title.
    pub title: String,
    pub family: String,
    pub given: String,
    /// TRE_G15, R95 or R94 code; empty for a role professional.
    pub profession: String,
    /// TRE_R09 code.
    pub category: String,
    /// The main one first.
    pub know_how: Vec<KnowHow>,
}

/// One situation of exercise, in codes of the national nomenclatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    pub situation: String,
    pub role: String,
    pub mode: String,
    pub genre: String,
    pub function: String,
    pub liberal: String,
    pub section: String,
    pub sector: String,
}

/// A structure with the number under which it is published, if it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Establishment {
    pub number: Option<Number>,
    pub place: Place,
}

/// Number of a structure. There is no RPPS-rang here: no format that Pli writes from a card may carry it (CAB-21).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Number {
    Finess(String),
    Siret(String),
}

/// Name and address of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub name: String,
    pub sign: Option<String>,
    /// TRE_R02 code.
    pub sector: String,
    pub address: PostalAddress,
}

impl Professional {
    pub(super) fn of(person: &Person, exercise: &Exercise) -> Self {
        let or = |exercised: &String, own: &String| if exercised.is_empty() { own.clone() } else { exercised.clone() };
        Self {
            idnat: person.idnat.clone(),
            civility: person.civility.clone(),
            title: or(&exercise.civility, &person.civility),
            family: or(&exercise.family, &person.family),
            given: or(&exercise.given, &person.given),
            profession: exercise.profession.clone(),
            category: exercise.category.clone(),
            know_how: exercise.know_how.clone(),
        }
    }
}

impl Post {
    pub(super) fn of(situation: &Situation) -> Self {
        let activity = situation.activity.clone();
        Self {
            situation: situation.id.clone(),
            role: situation.role.clone(),
            mode: situation.mode.clone(),
            genre: activity.genre,
            function: activity.function,
            liberal: activity.liberal,
            section: activity.section,
            sector: activity.sector,
        }
    }
}

impl Establishment {
    /// FINESS, otherwise SIRET, otherwise none: the RPPS-rang is no number for a card.
    pub(super) fn of(structure: &Structure) -> Self {
        let finess = structure.finess.clone().or_else(|| structure.id.strip_prefix('1').map(str::to_owned));
        let siret = || structure.siret.clone().or_else(|| structure.id.strip_prefix('3').map(str::to_owned));
        let number = finess.map(Number::Finess).or_else(|| siret().map(Number::Siret));
        Self { number, place: Place::of(structure) }
    }
}

impl Number {
    /// TRE_G07 code of the kind of number: `1` FINESS, `3` SIRET.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Finess(_) => "1",
            Self::Siret(_) => "3",
        }
    }

    pub fn value(&self) -> &str {
        match self {
            Self::Finess(value) | Self::Siret(value) => value,
        }
    }
}

impl Place {
    pub(super) fn of(structure: &Structure) -> Self {
        Self {
            name: structure.name.clone(),
            sign: structure.sign.clone(),
            sector: structure.sector.clone(),
            address: structure.address.clone(),
        }
    }
}

impl Card {
    /// The person it is attached to, for PER and CAB.
    pub fn professional(&self) -> Option<&Professional> {
        match &self.carrier {
            Carrier::Person(person) | Carrier::Exercise { holder: person, .. } | Carrier::Cabinet { owner: person, .. } => Some(person),
            Carrier::Structure(_) => None,
        }
    }

    /// The number of its structure, for ORG, APP and PER of an exercise; never for CAB (CAB-21).
    pub fn number(&self) -> Option<&Number> {
        match &self.carrier {
            Carrier::Exercise { structure, .. } => structure.as_ref()?.number.as_ref(),
            Carrier::Structure(structure) => structure.number.as_ref(),
            Carrier::Person(_) | Carrier::Cabinet { .. } => None,
        }
    }

    /// Where it is used (BAL-03).
    pub fn place(&self) -> Option<&Place> {
        match &self.carrier {
            Carrier::Exercise { structure, .. } => Some(&structure.as_ref()?.place),
            Carrier::Structure(structure) => Some(&structure.place),
            Carrier::Cabinet { place, .. } => place.as_ref(),
            Carrier::Person(_) => None,
        }
    }
}
