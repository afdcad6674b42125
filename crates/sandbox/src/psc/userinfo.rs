//! Userinfo: what PSC says of the person behind an access token, built from the personas.
//!
//! Requirements: SIM-03 (userinfo, scope gating). The 30 keys of an activity are always there; `""` means absent.

mod defects;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::state::{Memory, Share, Use};
use crate::personas::register::{family, given, text};
use crate::personas::{Activity, Exercice, Persona, Personas};

pub(super) use defects::DEFECTS;

/// The capital E is missing from the ninth at PSC too.
const ACTIVITY: [&str; 30] = [
    "codeModeExercice",
    "codeSecteurDactivite",
    "codeSectionPharmacien",
    "codeRole",
    "codeGenreActivite",
    "numeroSiretSite",
    "numeroSirenSite",
    "numeroFinessSite",
    "numeroFinessetablissementJuridique",
    "identifiantTechniqueDeLaStructure",
    "raisonSocialeSite",
    "enseigneCommercialeSite",
    "complementDestinataire",
    "complementPointGeographique",
    "numeroVoie",
    "indiceRepetitionVoie",
    "codeTypeDeVoie",
    "libelleVoie",
    "mentionDistribution",
    "bureauCedex",
    "codePostal",
    "codeCommune",
    "codePays",
    "telephone",
    "telephone2",
    "telecopie",
    "adresseEMail",
    "codeDepartement",
    "ancienIdentifiantDeLaStructure",
    "autoriteDenregistrement",
];

pub(super) async fn userinfo(State(sim): State<Arc<Memory>>, headers: HeaderMap) -> Response {
    let now = sim.clock.now();
    let session = bearer(&headers).and_then(|token| {
        let book = sim.book.lock();
        let issued = book.living(token, now).filter(|issued| issued.usage == Use::Access)?;
        book.share(&issued.sid, &issued.client, now)
    });
    match session {
        Some(session) => {
            let mut reply = about(&sim.personas, &session);
            defects::spoil(&mut reply, &mut sim.faults.lock(), &session.client);
            Json(reply).into_response()
        }
        None => (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")]).into_response(),
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    Some(token.trim()).filter(|_| scheme.eq_ignore_ascii_case("bearer"))
}

fn about(personas: &Personas, session: &Share) -> Value {
    let idnat = &session.idnat;
    let persona = personas.find(idnat);
    let (given_name, family_name) = persona.map_or_else(Default::default, |p| (given(p), family(p)));
    let mut reply =
        json!({"sub": personas.subject(idnat), "preferred_username": idnat, "given_name": given_name, "family_name": family_name});
    let Some(persona) = persona.filter(|_| session.scope.split(' ').any(|scope| scope == "scope_all")) else { return reply };
    reply["SubjectNameID"] = idnat.as_str().into();
    reply["codeCivilite"] = persona.civil.civilite.as_str().into();
    if persona.psc.userinfo == "full" {
        complete(&mut reply, personas, persona, session);
    }
    reply
}

fn complete(reply: &mut Value, personas: &Personas, persona: &Persona, session: &Share) {
    let exercises: Vec<Value> = persona.exercices.iter().map(|e| exercise(personas, e)).collect();
    let profession = persona.exercices.first().map(|e| text(&e.psc, "codeProfession")).unwrap_or_default();
    let first = exercises.first().and_then(|e| e["activities"].get(0)).cloned().unwrap_or_else(|| json!({}));
    let of_first = |key: &str| first[key].as_str().unwrap_or_default();
    let coded = |code: &str, system: &str| if code.is_empty() { String::new() } else { format!("{code}^{system}") };
    let role = coded(&profession, "1.2.250.1.213.1.1.5.5");
    let mut others = vec![json!({"identifiant": session.idnat, "origine": "RPPS", "qualite": 1})];
    others.extend(persona.psc.other_ids.iter().cloned());
    let more = json!({
        "email_verified": false, "authMode": session.auth_mode, "UITVersion": "1.0",
        "Palier_Authentification": "APPPRIP3^1.2.250.1.213.1.5.1.1.1", "Mode_Acces_Raison": "", "Acces_Regulation_Medicale": "FAUX",
        "PSI_Locale": "1.2.250.1.213.1.3.1.1", "codeGenreActivite": of_first("codeGenreActivite"),
        "Secteur_Activite": coded(of_first("codeSecteurDactivite"), "1.2.250.1.71.4.2.4"),
        "SubjectOrganization": of_first("raisonSocialeSite"), "SubjectOrganizationID": of_first("identifiantTechniqueDeLaStructure"),
        "SubjectRole": if role.is_empty() { json!([]) } else { json!([role]) }, "otherIds": others,
        "SubjectRefPro": {"codeCivilite": persona.civil.civilite, "exercices": exercises},
    });
    if let (Value::Object(reply), Value::Object(more)) = (reply, more) {
        reply.extend(more);
    }
}

fn exercise(personas: &Personas, exercice: &Exercice) -> Value {
    let mut object = exercice.psc.clone();
    object.insert("activities".into(), exercice.activities.iter().map(|a| activity(personas, a)).collect());
    Value::Object(object)
}

fn activity(personas: &Personas, activity: &Activity) -> Value {
    let mut object: Map<String, Value> = ACTIVITY.iter().map(|&key| (key.to_owned(), Value::from(""))).collect();
    if let Some(place) = activity.structure.as_deref().and_then(|key| personas.place(key)) {
        object.extend(place.psc.clone());
    }
    object.extend(activity.psc.clone());
    Value::Object(object)
}
