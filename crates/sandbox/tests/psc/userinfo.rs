//! Userinfo and its defects.

use serde_json::{Value, json};

use crate::world::world;

/// Proves: SIM-08.
#[tokio::test]
async fn userinfo_is_spoiled_on_demand_in_each_of_the_ways_seen() {
    let world = world().await;
    let told = async |faults: Value| {
        world.control("PUT", "faults", faults).await;
        let token = world.mint(json!({"persona": "P01"})).await["access_token"].as_str().expect("a token").to_owned();
        world.userinfo(&token).await.json::<Value>().await.expect("JSON")
    };
    let activity = |reply: &Value| reply["SubjectRefPro"]["exercices"][0]["activities"][0].clone();
    assert_eq!(told(json!({"sparse": true})).await.as_object().map(serde_json::Map::len), Some(6));
    let old = told(json!({"old_civilite": true})).await;
    assert_eq!((old.get("codeCivilite"), old["SubjectRefPro"]["codeCivilite"].as_str()), (None, Some("MME")));
    let two = told(json!({"two_professions": true})).await;
    assert_eq!(two["SubjectRefPro"]["exercices"][1]["codeProfession"], "21");
    assert_eq!((two["SubjectOrganization"].as_str(), &two["SubjectRole"]), (Some(""), &json!([])));
    let empty = told(json!({"userinfo": "toplevel_empty"})).await;
    assert_eq!(empty["Secteur_Activite"], "");
    assert_eq!(activity(&empty)["codeSecteurDactivite"], "SA08");
    let letters = told(json!({"finess_letters": true})).await;
    assert_eq!(activity(&letters)["identifiantTechniqueDeLaStructure"], "F10B000018");
    let unknown = told(json!({"unknown_keys": {"count": 1}})).await;
    assert!(unknown.get("cleInconnue").is_some() && activity(&unknown).get("codeInconnu").is_some());
    let both = told(json!({"broken_refpro": true, "old_civilite": true})).await;
    assert_eq!((both["SubjectRefPro"].as_str(), both.get("codeCivilite")), (Some("illisible"), None));
    let whole = told(json!({})).await;
    assert_eq!(whole["codeCivilite"], "MME");
}
