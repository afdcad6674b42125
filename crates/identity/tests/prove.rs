//! PSC-21 against a simulator over HTTP: each defect of a token is stopped at its step, with its code.

mod stage;

use identity::Proof;
use rules::{IdNat, Refusal};
use serde_json::{Value, json};
use stage::Stage;

fn idnat(text: &str) -> IdNat {
    IdNat::parse(text).expect("a fixture")
}

/// Proves: PSC-11, PSC-17, PSC-21.
#[tokio::test]
async fn a_good_token_proves_its_person() {
    let stage = Stage::set().await;
    let minted = stage.mint(json!({"persona": "P04", "client": "lps-demo", "ttl_s": 600})).await;
    let proof = stage.psc.prove(minted["access_token"].as_str().expect("a token")).await;
    let expected = Proof {
        person: idnat("899790000048"),
        azp: "lps-demo".into(),
        acr: "eidas1".into(),
        auth_mode: "MOBILE".into(),
        sid: minted["sid"].as_str().map(str::to_owned),
        cnf: None,
    };
    assert_eq!(proof, Ok(expected));
    let card = stage.psc.prove(&stage.token(json!({"persona": "karim.aubepin"})).await).await.expect("a good token");
    assert_eq!((card.acr.as_str(), card.auth_mode.as_str()), ("eidas3", "CARD"));
    assert!(stage.psc.health().ok);
}

/// Proves: PSC-04, PSC-21.
#[tokio::test]
async fn each_defect_of_a_token_is_stopped_with_its_code_and_only_sound_ones_reach_psc() {
    use Refusal::{IdentityConflict, PersonUnknown, TokenExpired, TokenInvalid, TokenWrongLevel};
    let stage = Stage::set().await;
    let iat = stage.clock.now().secs();
    // What is wrong, the order to the simulator, the code, and whether PSC had to be asked.
    let table: [(&str, Value, Refusal, bool); 19] = [
        ("alg none", json!({"alg": "none"}), TokenInvalid, false),
        ("HMAC keyed with the public key", json!({"alg": "HS256"}), TokenInvalid, false),
        ("a key address in the header", json!({"header": {"jku": "https://evil.test/keys"}}), TokenInvalid, false),
        ("a critical extension", json!({"header": {"crit": ["exp"]}}), TokenInvalid, false),
        ("9 KiB", json!({"set": {"x": "A".repeat(9 * 1024)}}), TokenInvalid, false),
        ("bad signature", json!({"bad_sig": true}), TokenInvalid, false),
        ("unknown key", json!({"kid": "sim-99"}), TokenInvalid, false),
        ("another issuer", json!({"set": {"iss": "https://auth.voisin.test"}}), TokenInvalid, false),
        ("an ID token", json!({"set": {"typ": "ID"}}), TokenInvalid, false),
        ("a refresh token", json!({"set": {"typ": "Refresh"}}), TokenInvalid, false),
        ("a number where a text belongs", json!({"set": {"SubjectNameID": 8}}), TokenInvalid, false),
        ("expired", json!({"set": {"iat": iat - 180, "exp": iat - 60}}), TokenExpired, false),
        ("not yet valid", json!({"set": {"iat": iat + 60, "exp": iat + 120}}), TokenExpired, false),
        ("an hour long", json!({"ttl_s": 3600}), TokenExpired, false),
        ("without an end", json!({"unset": ["exp"]}), TokenExpired, false),
        ("no level", json!({"unset": ["acr"]}), TokenWrongLevel, true),
        ("an unknown level", json!({"set": {"acr": "loa9"}}), TokenWrongLevel, true),
        ("two persons", json!({"set": {"preferred_username": "899790000014"}}), IdentityConflict, true),
        (
            "no number at all",
            json!({"unset": ["SubjectNameID", "preferred_username", "otherIds"], "set": {"sub": "f:2f6b:nadia"}}),
            PersonUnknown,
            true,
        ),
    ];
    for (what, mut order, code, asked) in table {
        order["persona"] = "P04".into();
        let token = stage.token(order).await;
        let before = stage.introspections().await;
        assert_eq!(stage.psc.prove(&token).await, Err(code), "{what}");
        assert_eq!(stage.introspections().await - before, u64::from(asked), "{what}");
    }
}

/// Proves: PSC-21.
#[tokio::test]
async fn id_and_refresh_tokens_of_a_real_login_open_nothing() {
    let stage = Stage::set().await;
    for fault in ["typ_id", "typ_refresh", "bad_sig", "alg_none", "alg_hs256_with_pubkey", "wrong_iss", "unknown_kid"] {
        stage.faults(json!({fault: true})).await;
        assert_eq!(stage.psc.prove(&stage.sureau().await).await, Err(Refusal::TokenInvalid), "{fault}");
    }
    stage.faults(json!({"exp_missing": true})).await;
    assert_eq!(stage.psc.prove(&stage.sureau().await).await, Err(Refusal::TokenExpired));
    stage.faults(json!({"aud_present": true})).await;
    assert!(stage.psc.prove(&stage.sureau().await).await.is_ok(), "an audience is not ours to judge");
}

/// Proves: PSC-17.
#[tokio::test]
async fn older_tokens_name_the_person_in_fewer_places() {
    let stage = Stage::set().await;
    stage.faults(json!({"no_subject_name_id": true, "introspection_2021": true})).await;
    let proof = stage.psc.prove(&stage.sureau().await).await.expect("an older token");
    assert_eq!(proof.person, idnat("899790000048"));
    let oldest =
        stage.token(json!({"persona": "P04", "unset": ["SubjectNameID", "preferred_username", "otherIds", "sid", "authMode"]})).await;
    let proof = stage.psc.prove(&oldest).await.expect("only `sub` is left");
    assert_eq!((proof.person, proof.auth_mode, proof.sid), (idnat("899790000048"), String::new(), None));
}

/// Proves: PSC-17, PSC-18.
#[tokio::test]
async fn unusual_numbers_pass_outside_production_only() {
    let stage = Stage::set().await;
    for (form, number) in
        [("adeli", "0996000014"), ("ans", "ANS20260000000001"), ("structure", "3990000028/SEC0042"), ("bad_luhn", "899790000049")]
    {
        stage.faults(json!({"id_form": form})).await;
        assert_eq!(stage.psc.prove(&stage.sureau().await).await.map(|p| p.person), Ok(idnat(number)), "{form}");
    }
    let production = Stage::set_with(|config| config.preset = identity::prove::Preset::Prod).await;
    assert_eq!(production.psc.prove(&production.sureau().await).await, Err(Refusal::PersonUnknown), "an invented person");
}

/// Proves: PSC-07.
#[tokio::test]
async fn a_higher_level_can_be_asked_for() {
    let stage = Stage::set_with(|config| config.min_acr = "eidas2".into()).await;
    assert_eq!(stage.psc.prove(&stage.sureau().await).await, Err(Refusal::TokenWrongLevel));
    assert!(stage.psc.prove(&stage.token(json!({"persona": "P02"})).await).await.is_ok());
}

/// Proves: PSC-21.
#[tokio::test]
async fn a_list_of_programs_keeps_the_others_out() {
    let stage = Stage::set_with(|config| config.azp_allowed = Some(vec!["pli-web".into()])).await;
    assert_eq!(stage.psc.prove(&stage.sureau().await).await, Err(Refusal::ClientNotAllowed));
    assert!(stage.psc.prove(&stage.token(json!({"persona": "P04", "client": "pli-web"})).await).await.is_ok());
}

/// Proves: PSC-21.
#[tokio::test]
async fn a_session_that_ended_at_psc_opens_nothing_though_its_token_is_sound() {
    let stage = Stage::set().await;
    let minted = stage.mint(json!({"persona": "P04"})).await;
    stage.control("POST", &format!("sessions/{}/logout", minted["sid"].as_str().expect("a session")), None).await;
    assert_eq!(stage.psc.prove(minted["access_token"].as_str().expect("a token")).await, Err(Refusal::TokenInvalid));
    assert_eq!(stage.psc.introspections().inactive, 1);
}

/// Proves: PSC-04.
#[tokio::test]
async fn a_rotation_of_keys_is_followed_at_once_and_at_most_once_a_minute() {
    let stage = Stage::set().await;
    let before = stage.sureau().await;
    assert!(stage.psc.prove(&before).await.is_ok());
    stage.control("POST", "keys/rotate", None).await;
    assert!(stage.psc.prove(&stage.sureau().await).await.is_ok(), "the new key is fetched");
    assert!(stage.psc.prove(&before).await.is_ok(), "the former key is still published");
    stage.faults(json!({"rotate_keys": true})).await;
    assert_eq!(stage.psc.prove(&stage.sureau().await).await, Err(Refusal::TokenInvalid), "twice within the minute");
    stage.advance(60);
    assert!(stage.psc.prove(&stage.sureau().await).await.is_ok());
}
