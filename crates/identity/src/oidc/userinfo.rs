//! What PSC says of a professional: read with tolerance, compared with the register, never a right.
//!
//! Requirements: PSC-14, PSC-15, PSC-16. The fields of the top level that describe one activity (`Secteur_Activite`, `SubjectOrganization…`,
//! `SubjectRole`) are not even kept: nothing may be decided from them.

use rules::Moment;
use rules::ids::{Finess, Siret};
use rules::register::Person;
use rules::words::folded;
use serde_json::{Map, Value};

use crate::prove::claims::{Claims, OtherId};

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
    /// `SubjectRefPro` was there, but could not be read (whole or in part): to be journalled, the login goes on.
    pub broken_practice: bool,
    /// Keys that this reader does not know, with their values; kept aside.
    pub unknown: Map<String, Value>,
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
    /// Every way in which PSC names the place, in the register's form (`1`+FINESS, `3`+SIRET, `4`+RPPS-rang), the surest first.
    pub structures: Vec<String>,
    /// `1`+FINESS of the legal entity above the place; empty when not said.
    pub legal_structure: String,
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
    /// PSC shows a profession (TRE_G15) that the copy does not have.
    Profession {
        psc: String,
    },
    /// PSC shows an activity in a structure (its ids) that the copy does not have today.
    Activity {
        structures: Vec<String>,
        name: String,
        role: String,
    },
    /// The copy has an active situation that PSC does not show.
    Situation {
        structure: String,
        role: String,
    },
}

/// Keys that we know, read or deliberately not.
const KNOWN: [&str; 21] = [
    "sub",
    "preferred_username",
    "SubjectNameID",
    "given_name",
    "family_name",
    "codeCivilite",
    "email_verified",
    "authMode",
    "UITVersion",
    "Palier_Authentification",
    "Mode_Acces_Raison",
    "Acces_Regulation_Medicale",
    "PSI_Locale",
    "codeGenreActivite",
    "Secteur_Activite",
    "SubjectOrganization",
    "SubjectOrganizationID",
    "SubjectRole",
    "otherIds",
    "SubjectRefPro",
    "acr",
];

impl UserInfo {
    /// Never fails.
    ///
    /// Requirements: PSC-14.
    pub(super) fn read(told: &Map<String, Value>) -> Self {
        let practice = told.get("SubjectRefPro");
        let (exercises, broken_practice) = practice.map_or((Vec::new(), false), exercises);
        let civility = match text(told, "codeCivilite") {
            // Where older replies have it.
            none if none.is_empty() => practice.and_then(Value::as_object).map(|p| text(p, "codeCivilite")).unwrap_or_default(),
            civility => civility,
        };
        Self {
            sub: text(told, "sub"),
            given: text(told, "given_name"),
            family: text(told, "family_name"),
            civility,
            exercises,
            broken_practice,
            unknown: told.iter().filter(|(key, _)| !KNOWN.contains(&key.as_str())).map(|(k, v)| (k.clone(), v.clone())).collect(),
        }
    }

    /// The structures named, in the register's form.
    pub fn structures(&self) -> impl Iterator<Item = &str> {
        self.activities().flat_map(|a| &a.structures).map(String::as_str)
    }

    /// PSC shows a practice that the copy does not have: the person's card is to be refreshed. The login is not delayed for it.
    ///
    /// Requirements: PSC-16.
    pub fn newer_than(&self, person: &Person, now: Moment) -> bool {
        self.differences(person, now).iter().any(|d| matches!(d, Difference::Activity { .. } | Difference::Profession { .. }))
    }

    /// For the operator's desk: the register wins, nothing is decided here. A reply without practice differs by its names only.
    ///
    /// Requirements: PSC-15.
    pub fn differences(&self, person: &Person, now: Moment) -> Vec<Difference> {
        let mut found = Vec::new();
        if !self.family.is_empty() && folded(&self.family) != folded(&person.family) {
            found.push(Difference::FamilyName { psc: self.family.clone(), register: person.family.clone() });
        }
        // The register may hold all first names, PSC the first one, or the reverse.
        if let (Some(one), Some(other)) = (folded(&self.given).first(), folded(&person.given).first())
            && one != other
        {
            found.push(Difference::GivenName { psc: self.given.clone(), register: person.given.clone() });
        }
        let professions = self.exercises.iter().map(|e| &e.profession).filter(|p| !p.is_empty());
        let missing = professions.filter(|p| !person.exercises.iter().any(|e| e.profession == **p));
        found.extend(missing.map(|p| Difference::Profession { psc: p.clone() }));
        let elsewhere = |a: &&Activity| !a.structures.is_empty() && !a.structures.iter().any(|id| person.works_at(id, now));
        found.extend(self.activities().filter(elsewhere).map(|a| Difference::Activity {
            structures: a.structures.clone(),
            name: a.structure_name.clone(),
            role: a.role.clone(),
        }));
        if !self.exercises.is_empty() && !self.broken_practice {
            found.extend(self.situations_not_shown(person, now));
        }
        found
    }

    fn situations_not_shown(&self, person: &Person, now: Moment) -> Vec<Difference> {
        let situations = person.exercises.iter().flat_map(|e| &e.situations).filter(|s| s.active_at(now));
        let hidden = situations.filter_map(|s| {
            let structure = s.structure.as_ref()?;
            let shown = self.structures().any(|id| id == structure);
            (!shown).then(|| Difference::Situation { structure: structure.clone(), role: s.role.clone() })
        });
        hidden.collect()
    }

    fn activities(&self) -> impl Iterator<Item = &Activity> {
        self.exercises.iter().flat_map(|e| &e.activities)
    }
}

/// The names of the person, wherever they are (PSC-17): what is of another form than a text is no name.
pub(super) fn names(told: &Map<String, Value>) -> Claims {
    let some = |name: &str| Some(text(told, name)).filter(|text| !text.is_empty());
    let others = told.get("otherIds").and_then(Value::as_array).map(|entries| {
        let entry = |e: &Value| e.as_object().map(|e| OtherId { identifiant: text(e, "identifiant"), origine: text(e, "origine") });
        entries.iter().filter_map(entry).collect()
    });
    Claims {
        sub: some("sub"),
        subject_name_id: some("SubjectNameID"),
        preferred_username: some("preferred_username"),
        other_ids: others,
        ..Claims::default()
    }
}

/// `SubjectRefPro`, and whether something in it could not be read.
fn exercises(practice: &Value) -> (Vec<Exercise>, bool) {
    let (entries, mut broken) = objects(practice.as_object().and_then(|p| p.get("exercices")));
    broken |= !practice.is_object();
    let read = |entry: &Map<String, Value>| {
        let (activities, unreadable) = objects(entry.get("activities"));
        broken |= unreadable;
        Exercise {
            profession: text(entry, "codeProfession"),
            category: text(entry, "codeCategorieProfessionnelle"),
            civility: text(entry, "codeCiviliteDexercice"),
            family: text(entry, "nomDexercice"),
            given: text(entry, "prenomDexercice"),
            skill_kind: text(entry, "codeTypeSavoirFaire"),
            skill: text(entry, "codeSavoirFaire"),
            activities: activities.into_iter().map(activity).collect(),
        }
    };
    let exercises = entries.into_iter().map(read).collect();
    (exercises, broken)
}

fn activity(entry: &Map<String, Value>) -> Activity {
    let authorities = text(entry, "autoriteDenregistrement");
    let mut authorities: Vec<String> = authorities.split('/').filter(|a| !a.is_empty()).map(str::to_owned).collect();
    authorities.dedup();
    // No capital E in the middle, at PSC.
    let legal = finess(&text(entry, "numeroFinessetablissementJuridique"));
    Activity {
        mode: text(entry, "codeModeExercice"),
        sector: text(entry, "codeSecteurDactivite"),
        section: text(entry, "codeSectionPharmacien"),
        role: text(entry, "codeRole"),
        genre: text(entry, "codeGenreActivite"),
        structures: structures(entry),
        legal_structure: legal.unwrap_or_default(),
        structure_name: text(entry, "raisonSocialeSite"),
        authorities,
    }
}

/// `F`+FINESS, `C`+SIRET (`R`: a number of RPPS that our register does not have), the former id as it is, and the two plain numbers.
fn structures(entry: &Map<String, Value>) -> Vec<String> {
    let siret = |number: &str| Siret::parse(number).ok().map(|siret| siret.structure_id());
    let technical = text(entry, "identifiantTechniqueDeLaStructure");
    let technical = match technical.split_at_checked(1) {
        Some(("F", number)) => finess(number),
        Some(("C", number)) => siret(number),
        _ => None,
    };
    let former = text(entry, "ancienIdentifiantDeLaStructure");
    let former = match former.split_at_checked(1) {
        Some(("1", number)) => finess(number),
        Some(("3", number)) => siret(number),
        Some(("4", rang)) if rang.len() == 14 && rang.bytes().all(|b| b.is_ascii_digit()) => Some(former),
        _ => None,
    };
    let plain = [finess(&text(entry, "numeroFinessSite")), siret(&text(entry, "numeroSiretSite"))];
    let mut found: Vec<String> = Vec::new();
    for id in [technical, former].into_iter().chain(plain).flatten() {
        if !found.contains(&id) {
            found.push(id);
        }
    }
    found
}

/// `1` + FINESS. PSC shows numbers with a letter in other places than ours knows (`10B…`): taken as they are.
fn finess(number: &str) -> Option<String> {
    if let Ok(finess) = Finess::parse(number) {
        return Some(finess.structure_id());
    }
    let lettered = number.len() == 9 && number.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    (lettered && number.bytes().any(|b| b.is_ascii_uppercase())).then(|| format!("1{number}"))
}

/// The objects of a list; `true`: there was something else. An absent list is an empty one.
fn objects(list: Option<&Value>) -> (Vec<&Map<String, Value>>, bool) {
    match list {
        None | Some(Value::Null) => (Vec::new(), false),
        Some(Value::Array(entries)) => (entries.iter().filter_map(Value::as_object).collect(), !entries.iter().all(Value::is_object)),
        Some(_) => (Vec::new(), true),
    }
}

/// Trimmed; absent, null and of another form are all empty.
fn text(object: &Map<String, Value>, key: &str) -> String {
    object.get(key).and_then(Value::as_str).unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests;
