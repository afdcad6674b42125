//! The personas as facts of the register: what an import of the national registry would have brought.
//!
//! Requirements: SIM-11, REG-01. May not decide anything about rights.

use rules::IdNat;
use rules::register::{Exercise, Person, Situation, Structure};
use serde_json::{Map, Value};

use super::model::{Activity, Exercice, Persona, Place};
use super::{Personas, dates};

impl Personas {
    /// Every professional of the file. Citizens, and employees known to their structure alone (no RPPS), are not in the national registry.
    pub fn persons(&self) -> Vec<Person> {
        self.file.personas.iter().filter(|p| p.local.is_none()).filter_map(|p| self.person(p)).collect()
    }

    /// Every place of care of the file.
    pub fn structures(&self) -> Vec<Structure> {
        self.places().map(structure).collect()
    }

    fn person(&self, persona: &Persona) -> Option<Person> {
        Some(Person {
            idnat: IdNat::parse(&persona.idnat).ok()?,
            family: family(persona),
            given: given(persona),
            aliases: aliases(persona),
            struck_off: persona.ordre.as_ref().and_then(|o| o.radie_le.as_deref()).and_then(dates::midnight),
            exercises: persona.exercices.iter().map(|e| self.exercise(e)).collect(),
        })
    }

    fn exercise(&self, exercice: &Exercice) -> Exercise {
        Exercise {
            profession: text(&exercice.psc, "codeProfession"),
            category: text(&exercice.psc, "codeCategorieProfessionnelle"),
            situations: exercice.activities.iter().filter_map(|a| self.situation(a)).collect(),
        }
    }

    fn situation(&self, activity: &Activity) -> Option<Situation> {
        let place = activity.structure.as_deref().and_then(|key| self.place(key));
        Some(Situation {
            id: activity.situation_id.clone(),
            structure: place.map(|p| p.idnat_struct.clone()),
            role: text(&activity.psc, "codeRole"),
            mode: text(&activity.psc, "codeModeExercice"),
            begin: dates::midnight(&activity.debut)?,
            end: dates::midnight(&activity.fin),
        })
    }
}

fn structure(place: &Place) -> Structure {
    Structure {
        id: place.idnat_struct.clone(),
        name: place.name.clone(),
        finess: Some(place.finess_eg.clone()).filter(|finess| !finess.is_empty()),
        closed: place.closed.as_deref().and_then(dates::midnight),
    }
}

/// Family name as exercised, in capitals.
pub(crate) fn family(persona: &Persona) -> String {
    exercised(persona, "nomDexercice").unwrap_or_else(|| persona.civil.nom_naissance.clone())
}

/// First given name as exercised.
pub(crate) fn given(persona: &Persona) -> String {
    exercised(persona, "prenomDexercice").or_else(|| persona.civil.prenoms.first().cloned()).unwrap_or_default()
}

fn exercised(persona: &Persona, key: &str) -> Option<String> {
    persona.exercices.first().map(|e| text(&e.psc, key)).filter(|name| !name.is_empty())
}

fn aliases(persona: &Persona) -> Vec<IdNat> {
    persona.psc.other_ids.iter().filter_map(|id| id.get("identifiant")?.as_str()).filter_map(|id| IdNat::parse(id).ok()).collect()
}

/// A text of a PSC object; empty when absent.
pub(crate) fn text(object: &Map<String, Value>, key: &str) -> String {
    object.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}
