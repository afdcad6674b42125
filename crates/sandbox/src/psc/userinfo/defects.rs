//! The ways in which replies of the real userinfo differ from the complete one, each on demand.
//!
//! Requirements: SIM-08 (table of fault switches, family userinfo), PSC-14, PSC-15. Combinable; each acts on the reply that the one before left.

use serde_json::{Value, json};

use crate::psc::faults::Faults;

/// Names of the switches; also the values of the switch `userinfo`.
pub(in crate::psc) const DEFECTS: &[&str] =
    &["sparse", "old_civilite", "two_professions", "toplevel_empty", "finess_letters", "unknown_keys", "broken_refpro"];

const BARE: [&str; 6] = ["sub", "preferred_username", "codeCivilite", "given_name", "SubjectNameID", "family_name"];

/// Applies the switches that are on.
pub(super) fn spoil(reply: &mut Value, faults: &mut Faults, client: &str) {
    let named = faults.take("userinfo", Some(client), Some("userinfo"));
    for defect in DEFECTS {
        let on = faults.take(defect, Some(client), Some("userinfo")).is_some();
        if on || named.as_ref().and_then(Value::as_str) == Some(defect) {
            apply(reply, defect);
        }
    }
}

fn apply(reply: &mut Value, defect: &str) {
    let Some(object) = reply.as_object_mut() else { return };
    match defect {
        "sparse" => object.retain(|key, _| BARE.contains(&key.as_str())),
        "old_civilite" => drop(object.remove("codeCivilite")),
        "two_professions" => {
            second_profession(reply);
            empty_toplevel(reply);
        }
        "toplevel_empty" => empty_toplevel(reply),
        "finess_letters" => finess_with_letters(reply),
        "unknown_keys" => {
            object.insert("cleInconnue".into(), json!({"valeurs": [1, null, "é"]}));
            if let Some(activity) = reply.pointer_mut("/SubjectRefPro/exercices/0/activities/0").and_then(Value::as_object_mut) {
                activity.insert("codeInconnu".into(), "X".into());
            }
        }
        "broken_refpro" => drop(object.insert("SubjectRefPro".into(), "illisible".into())),
        _ => {}
    }
}

/// Several professions: the fields that describe one activity are empty, as at PSC.
fn empty_toplevel(reply: &mut Value) {
    for key in ["Secteur_Activite", "SubjectOrganization", "SubjectOrganizationID", "codeGenreActivite"] {
        if reply.get(key).is_some() {
            reply[key] = "".into();
        }
    }
    if reply.get("SubjectRole").is_some() {
        reply["SubjectRole"] = json!([]);
    }
}

/// A second exercise, as a pharmacist, with one activity of the same place.
fn second_profession(reply: &mut Value) {
    let Some(exercises) = reply.pointer_mut("/SubjectRefPro/exercices").and_then(Value::as_array_mut) else { return };
    let Some(mut second) = exercises.first().cloned() else { return };
    second["codeProfession"] = "21".into();
    second["codeTypeSavoirFaire"] = "".into();
    second["codeSavoirFaire"] = "".into();
    exercises.push(second);
}

fn finess_with_letters(reply: &mut Value) {
    let Some(activity) = reply.pointer_mut("/SubjectRefPro/exercices/0/activities/0") else { return };
    activity["numeroFinessSite"] = "10B000018".into();
    activity["identifiantTechniqueDeLaStructure"] = "F10B000018".into();
    activity["ancienIdentifiantDeLaStructure"] = "110B000018".into();
}
