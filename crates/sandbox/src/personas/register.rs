//! The personas as facts of the register: what an import of the national registry would have brought.
//!
//! Requirements: SIM-11, REG-01. May not decide anything about rights.

use rules::IdNat;
use rules::register::{Activity as Activities, Exercise, KnowHow, Person, PostalAddress, Situation, Structure};
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
            civility: persona.civil.civilite.clone(),
            aliases: aliases(persona),
            struck_off: persona.ordre.as_ref().and_then(|o| o.radie_le.as_deref()).and_then(dates::midnight),
            exercises: persona.exercices.iter().map(|e| self.exercise(e)).collect(),
        })
    }

    fn exercise(&self, exercice: &Exercice) -> Exercise {
        Exercise {
            profession: text(&exercice.psc, "codeProfession"),
            category: text(&exercice.psc, "codeCategorieProfessionnelle"),
            civility: text(&exercice.psc, "codeCiviliteDexercice"),
            family: text(&exercice.psc, "nomDexercice"),
            given: text(&exercice.psc, "prenomDexercice"),
            know_how: know_how(exercice),
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
            activity: Activities {
                sector: text(&activity.psc, "codeSecteurDactivite"),
                function: activity.fonction.clone(),
                genre: text(&activity.psc, "codeGenreActivite"),
                liberal: activity.type_activite_liberale.clone(),
                section: text(&activity.psc, "codeSectionPharmacien"),
                authority: text(&activity.psc, "autoriteDenregistrement"),
            },
            begin: dates::midnight(&activity.debut)?,
            end: dates::midnight(&activity.fin),
        })
    }
}

fn structure(place: &Place) -> Structure {
    let some = |value: &str| Some(value.to_owned()).filter(|value| !value.is_empty());
    Structure {
        id: place.idnat_struct.clone(),
        name: place.name.clone(),
        finess: some(&place.finess_eg),
        closed: place.closed.as_deref().and_then(dates::midnight),
        finess_ej: some(&place.finess_ej),
        siret: some(&place.siret),
        rpps_rang: some(&place.rpps_rang),
        sign: some(&text(&place.psc, "enseigneCommercialeSite")),
        sector: place.secteur.clone(),
        phone: some(&place.telephone),
        address: address(&place.psc),
    }
}

fn address(psc: &Map<String, Value>) -> PostalAddress {
    PostalAddress {
        inside: text(psc, "complementDestinataire"),
        outside: text(psc, "complementPointGeographique"),
        number: text(psc, "numeroVoie"),
        repetition: text(psc, "indiceRepetitionVoie"),
        street_type: text(psc, "codeTypeDeVoie"),
        street: text(psc, "libelleVoie"),
        mention: text(psc, "mentionDistribution"),
        line: text(psc, "bureauCedex"),
        postal_code: text(psc, "codePostal"),
        commune: text(psc, "codeCommune"),
        department: text(psc, "codeDepartement"),
        country: text(psc, "codePays"),
    }
}

fn know_how(exercice: &Exercice) -> Vec<KnowHow> {
    let (kind, code) = (text(&exercice.psc, "codeTypeSavoirFaire"), text(&exercice.psc, "codeSavoirFaire"));
    if code.is_empty() { Vec::new() } else { vec![KnowHow { kind, code }] }
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
