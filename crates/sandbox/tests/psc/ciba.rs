//! CIBA: a program asks a phone, then polls.

use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use crate::world::{World, claims, error, world, world_with};

const NADIA: &str = "899790000048";
const HUGO: &str = "899790000055";

async fn ask(world: &World, more: &[(&str, &str)]) -> Response {
    let usual =
        [("scope", "openid scope_all"), ("login_hint", NADIA), ("binding_message", "42"), ("acr_values", "eidas1"), ("channel", "MOBILE")];
    let kept = usual.iter().filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
    let form: Vec<_> = kept.chain(more).copied().collect();
    let request = world.http.post(world.endpoint("ext/ciba/auth")).basic_auth("pli-web", Some("pli-web-secret"));
    request.form(&form).send().await.expect("an answer")
}

async fn begun(world: &World, more: &[(&str, &str)]) -> String {
    let ack: Value = ask(world, more).await.json().await.expect("JSON");
    assert_eq!((ack["expires_in"].as_i64(), ack["interval"].as_i64()), (Some(120), Some(1)));
    let id = ack["auth_req_id"].as_str().expect("an id");
    assert_eq!(id.split('.').count(), 3, "a signed text");
    id.to_owned()
}

async fn poll(world: &World, id: &str) -> Response {
    let form = [("grant_type", "urn:openid:params:grant-type:ciba"), ("auth_req_id", id)];
    world.http.post(world.endpoint("token")).basic_auth("pli-web", Some("pli-web-secret")).form(&form).send().await.expect("an answer")
}

async fn answer(world: &World, idnat: &str, id: &str, action: &str) -> StatusCode {
    world.control("POST", &format!("phone/{idnat}/{id}"), json!({"action": action})).await.status()
}

/// Proves: SIM-03.
#[tokio::test]
async fn a_program_polls_until_the_phone_approves_and_gets_tokens_without_a_nonce() {
    let world = world().await;
    let id = begun(&world, &[]).await;
    let waiting = world.pending(NADIA).await;
    assert_eq!((waiting[0]["binding_message"].as_str(), waiting[0]["client"].as_str()), (Some("42"), Some("pli-web")));
    assert!(world.page(&format!("/phone/{NADIA}")).await.1.contains("Pli, messagerie de santé"));
    assert_eq!(error(poll(&world, &id).await).await, (StatusCode::BAD_REQUEST, "authorization_pending".into()));
    assert_eq!(error(poll(&world, &id).await).await.1, "slow_down", "within the second");
    world.advance(1);
    assert_eq!(error(poll(&world, &id).await).await.1, "slow_down", "five seconds more from now on");
    world.advance(11);
    assert_eq!(error(poll(&world, &id).await).await.1, "authorization_pending");
    assert_eq!(answer(&world, NADIA, &id, "approve").await, StatusCode::NO_CONTENT);
    let tokens: Value = poll(&world, &id).await.json().await.expect("JSON");
    assert_eq!(tokens["scope"], "openid ciba scope_all");
    let identity = claims(tokens["id_token"].as_str().expect("a token"));
    assert_eq!((identity.get("nonce"), identity["SubjectNameID"].as_str()), (None, Some(NADIA)));
    let access = tokens["access_token"].as_str().expect("a token");
    assert_eq!(claims(access)["authMode"], "MOBILE");
    assert_eq!(world.introspect(access).await["active"], true);
    let full: Value = world.userinfo(access).await.json().await.expect("JSON");
    assert!(full.get("SubjectRefPro").is_some());
    assert_eq!(error(poll(&world, &id).await).await.1, "invalid_grant", "once");
}

/// Proves: SIM-03.
#[tokio::test]
async fn a_request_is_refused_for_its_digits_its_person_its_scope_and_a_stranger_cannot_poll_it() {
    let world = world().await;
    for (more, code) in [
        (("binding_message", "7"), "invalid_binding_message"),
        (("binding_message", "4é"), "invalid_binding_message"),
        (("binding_message", ""), "invalid_binding_message"),
        (("login_hint", "899790000000"), "unknown_user_id"),
        (("login_hint", "nadia.sureau"), "unknown_user_id"),
        (("login_hint", "3990000028/SEC0042"), "unknown_user_id"),
        (("scope", "scope_all"), "invalid_scope"),
        (("channel", "SMS"), "invalid_request"),
    ] {
        assert_eq!(error(ask(&world, &[more]).await).await, (StatusCode::BAD_REQUEST, code.into()), "{more:?}");
    }
    let id = begun(&world, &[]).await;
    let form = [("grant_type", "urn:openid:params:grant-type:ciba"), ("auth_req_id", id.as_str())];
    assert_eq!(error(world.exchange(&form).await).await.1, "invalid_grant", "another program's request");
    let anonymous = world.http.post(world.endpoint("ext/ciba/auth")).form(&[("scope", "openid")]).send().await.expect("an answer");
    assert_eq!(error(anonymous).await, (StatusCode::UNAUTHORIZED, "invalid_client".into()));
}

/// Proves: SIM-03, SIM-06.
#[tokio::test]
async fn a_refusal_silence_and_an_e_cps_that_is_not_active_give_no_token() {
    let world = world().await;
    let refused = begun(&world, &[]).await;
    answer(&world, NADIA, &refused, "refuse").await;
    assert_eq!(error(poll(&world, &refused).await).await.1, "access_denied");
    let silent = begun(&world, &[]).await;
    world.advance(120);
    assert_eq!(error(poll(&world, &silent).await).await.1, "expired_token");
    assert_eq!(answer(&world, NADIA, &silent, "approve").await, StatusCode::CONFLICT);
    let waiting = begun(&world, &[("login_hint", HUGO)]).await;
    assert_eq!(answer(&world, HUGO, &waiting, "approve").await, StatusCode::CONFLICT);
    let card = begun(&world, &[("login_hint", "899790000022"), ("channel", "CARD")]).await;
    assert_eq!(answer(&world, "899790000022", &card, "approve").await, StatusCode::NO_CONTENT);
    let tokens: Value = poll(&world, &card).await.json().await.expect("JSON");
    assert_eq!(claims(tokens["access_token"].as_str().expect("a token"))["authMode"], "CARD", "the channel is kept");
}

/// Proves: SIM-08.
#[tokio::test]
async fn with_auto_approve_the_first_poll_brings_the_tokens() {
    let world = world_with(|config| config.auto_approve = true).await;
    let id = begun(&world, &[]).await;
    assert_eq!(poll(&world, &id).await.status(), StatusCode::OK);
}
