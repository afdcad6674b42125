//! The login by the page, the tokens, the control API.

use std::sync::atomic::Ordering;
use std::time::Instant;

use reqwest::{StatusCode, Url};
use rules::{Clock, Entropy, Moment};
use sandbox::psc::{PscSim, SimConfig, SimError};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::world::{VERIFIER, claims, error, fields_of, world};

/// Proves: SIM-03, SIM-05, PSC-11.
#[tokio::test]
async fn a_person_logs_in_by_the_page_and_the_program_gets_tokens() {
    let world = world().await;
    let back = world.log_in_by_page("P04").await;
    assert_eq!(back["state"], "é&=1");
    assert_eq!(back["iss"], world.sim.issuer());
    let tokens: Value = world.by_code(&back["code"], VERIFIER).await.json().await.expect("JSON");
    assert_eq!((tokens["expires_in"].as_i64(), tokens["refresh_expires_in"].as_i64()), (Some(120), Some(1800)));
    assert_eq!(tokens["session_state"], back["session_state"]);
    let access = claims(tokens["access_token"].as_str().expect("a token"));
    assert_eq!(access.get("aud"), None);
    for (claim, value) in
        [("typ", "Bearer"), ("azp", "lps-demo"), ("acr", "eidas1"), ("authMode", "MOBILE"), ("SubjectNameID", "899790000048")]
    {
        assert_eq!(access[claim], value, "{claim}");
    }
    assert_eq!(access["sub"], "f:2f6b4a1e-0000-4000-8000-00000000c0de:899790000048");
    let identity = claims(tokens["id_token"].as_str().expect("a token"));
    assert_eq!(
        (identity["aud"].as_str(), identity["nonce"].as_str(), identity["typ"].as_str()),
        (Some("lps-demo"), Some("n0"), Some("ID"))
    );
    let told = world.introspect(tokens["access_token"].as_str().expect("a token")).await;
    assert_eq!((told["active"].as_bool(), told["client_id"].as_str()), (Some(true), Some("lps-demo")));
}

/// Proves: SIM-03.
#[tokio::test]
async fn a_code_serves_once_within_a_minute_with_its_verifier() {
    let world = world().await;
    let back = world.log_in_by_page("P01").await;
    assert_eq!(error(world.by_code(&back["code"], "another-verifier").await).await, (StatusCode::BAD_REQUEST, "invalid_grant".into()));
    let back = world.log_in_by_page("P01").await;
    let tokens: Value = world.by_code(&back["code"], VERIFIER).await.json().await.expect("JSON");
    assert_eq!(error(world.by_code(&back["code"], VERIFIER).await).await.1, "invalid_grant");
    let told = world.introspect(tokens["access_token"].as_str().expect("a token")).await;
    assert_eq!(told, json!({"active": false}), "a second use ends the session");
    let late = world.log_in_by_page("P01").await;
    world.now.fetch_add(60_000_000, Ordering::SeqCst);
    assert_eq!(error(world.by_code(&late["code"], VERIFIER).await).await.1, "invalid_grant");
}

/// Proves: SIM-03.
#[tokio::test]
async fn a_refresh_token_rotates_and_its_reuse_kills_the_session() {
    let world = world().await;
    let back = world.log_in_by_page("P02").await;
    let first: Value = world.by_code(&back["code"], VERIFIER).await.json().await.expect("JSON");
    let old = first["refresh_token"].as_str().expect("a token").to_owned();
    let told = world.introspect(&old).await;
    assert_eq!((told["active"].as_bool(), told.get("SubjectNameID")), (Some(true), None));
    let refresh = async |token: &str| world.exchange(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await;
    let second: Value = refresh(&old).await.json().await.expect("JSON");
    assert!(second["access_token"].is_string());
    assert_eq!(error(refresh(&old).await).await.1, "invalid_grant");
    let newest = second["refresh_token"].as_str().expect("a token");
    assert_eq!(error(refresh(newest).await).await.1, "invalid_grant", "the reuse ended it all");
}

/// Proves: SIM-03, SIM-05.
#[tokio::test]
async fn a_request_that_cannot_be_trusted_is_never_sent_back() {
    let world = world().await;
    for more in [("client_id", "nobody"), ("redirect_uri", "http://127.0.0.1:1@evil.test/cb"), ("redirect_uri", "https://evil.test/cb")] {
        let answer = world.http.get(world.authorize_url(&[more])).send().await.expect("an answer");
        assert_eq!((answer.status(), answer.headers().get("location")), (StatusCode::BAD_REQUEST, None), "{more:?}");
    }
    for (more, code) in [
        (("response_type", "token"), "unsupported_response_type"),
        (("scope", "email"), "invalid_scope"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("prompt", "none"), "login_required"),
    ] {
        let answer = world.http.get(world.authorize_url(&[more])).send().await.expect("an answer");
        let back = fields_of(answer.headers()["location"].to_str().expect("an address"));
        assert_eq!((back["error"].as_str(), back["state"].as_str()), (code, "é&=1"));
    }
}

/// Proves: SIM-05, PSC-06.
#[tokio::test]
async fn the_page_lists_those_who_can_log_in_finds_them_and_lets_one_give_up() {
    let world = world().await;
    let page = async |url: String| world.http.get(url).send().await.expect("a page").text().await.expect("text");
    let list = page(world.authorize_url(&[])).await;
    assert!(list.contains("lang=\"fr\"") && list.contains("Nadia SUREAU") && list.contains("SIMULATEUR"));
    assert!(!list.contains("CORMIER"), "his e-CPS is not active");
    assert!(!list.contains("<script"));
    let request = list.split("name=\"request\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("the hidden field");
    let found = page(format!("{}/auth?request={request}&q=sureau", world.sim.login_page())).await;
    assert!(found.contains("SUREAU") && !found.contains("TILLEUL"));
    let hostile = page(format!("{}/auth?request={request}&q=%3Cscript%3E", world.sim.login_page())).await;
    assert!(!hostile.contains("<script"));
    let form = [("request", request), ("cancel", "1")];
    let sent = world.http.post(format!("{}/sim/login", world.sim.login_page())).form(&form).send().await.expect("an answer");
    assert_eq!(fields_of(sent.headers()["location"].to_str().expect("an address"))["error"], "access_denied");
    let again = world.http.post(format!("{}/sim/login", world.sim.login_page())).form(&form).send().await.expect("an answer");
    assert_eq!(again.status(), StatusCode::BAD_REQUEST, "a request waits once");
    assert!(page(world.sim.login_page().to_owned()).await.contains("Qui peut se connecter"));
}

/// Proves: SIM-05.
#[tokio::test]
async fn a_test_logs_in_by_one_call() {
    let world = world().await;
    let order = json!({"persona": "karim.aubepin", "channel": "CARD", "acr": "eidas2", "authorize": world.authorize_url(&[])});
    let answer: Value = world.control("POST", "login", order).await.json().await.expect("JSON");
    let back = fields_of(answer["redirect"].as_str().expect("an address"));
    let tokens: Value = world.by_code(&back["code"], VERIFIER).await.json().await.expect("JSON");
    let access = claims(tokens["access_token"].as_str().expect("a token"));
    assert_eq!((access["authMode"].as_str(), access["acr"].as_str()), (Some("CARD"), Some("eidas2")));
}

/// Proves: SIM-03, SIM-02.
#[tokio::test]
async fn discovery_is_at_its_own_name_only_and_says_what_it_is() {
    let world = world().await;
    let document: Value = world.http.get(world.sim.discovery_url()).send().await.expect("an answer").json().await.expect("JSON");
    assert_eq!(document["issuer"], world.sim.issuer());
    assert_eq!(document["pli_simulator"], true);
    assert_eq!(document["acr_values_supported"], json!(["0", "0"]));
    assert!(document["authorization_endpoint"].as_str().is_some_and(|url| url.starts_with(world.sim.login_page())));
    let standard = format!("{}/.well-known/openid-configuration", world.sim.issuer());
    assert_eq!(world.http.get(standard).send().await.expect("an answer").status(), StatusCode::NOT_FOUND);
}

/// Proves: SIM-03.
#[tokio::test]
async fn introspection_wants_a_known_client_by_basic_or_by_form() {
    let world = world().await;
    let token = world.mint(json!({"persona": "P04"})).await["access_token"].as_str().expect("a token").to_owned();
    let url = world.endpoint("token/introspect");
    let by_form = [("token", token.as_str()), ("client_id", "lps-demo"), ("client_secret", "lps-demo-secret")];
    let told: Value = world.http.post(&url).form(&by_form).send().await.expect("an answer").json().await.expect("JSON");
    assert_eq!(told["active"], true);
    let wrong = world.http.post(&url).basic_auth("lps-demo", Some("wrong")).form(&[("token", &token)]).send().await.expect("an answer");
    assert_eq!(error(wrong).await, (StatusCode::UNAUTHORIZED, "invalid_client".into()));
    assert_eq!(world.introspect("never.issued.here").await, json!({"active": false}));
    world.now.fetch_add(120_000_000, Ordering::SeqCst);
    assert_eq!(world.introspect(&token).await, json!({"active": false}), "over");
}

/// Proves: SIM-03.
#[tokio::test]
async fn userinfo_is_complete_with_scope_all_and_bare_without() {
    let world = world().await;
    let minted = async |order| world.mint(order).await["access_token"].as_str().expect("a token").to_owned();
    let full: Value = world.userinfo(&minted(json!({"persona": "P02"})).await).await.json().await.expect("JSON");
    let activities = full["SubjectRefPro"]["exercices"][0]["activities"].as_array().expect("activities");
    assert_eq!(activities.len(), 2);
    assert!(activities.iter().all(|a| a.as_object().is_some_and(|a| a.len() == 30)));
    assert_eq!(full["SubjectOrganizationID"], "R990003");
    assert_eq!(full["SubjectRole"], json!(["10^1.2.250.1.213.1.1.5.5"]));
    let bare: Value = world.userinfo(&minted(json!({"persona": "P02", "scope": "openid"})).await).await.json().await.expect("JSON");
    let mut names: Vec<&String> = bare.as_object().expect("an object").keys().collect();
    names.sort();
    assert_eq!(names, ["family_name", "given_name", "preferred_username", "sub"]);
    let sparse: Value = world.userinfo(&minted(json!({"persona": "P12"})).await).await.json().await.expect("JSON");
    assert_eq!(sparse.as_object().map(serde_json::Map::len), Some(6));
    assert_eq!(world.userinfo("never.issued.here").await.status(), StatusCode::UNAUTHORIZED);
}

/// Proves: SIM-07, SIM-08.
#[tokio::test]
async fn tokens_are_minted_by_persona_number_and_mailbox() {
    let world = world().await;
    let whose = async |order| {
        claims(world.mint(order).await["access_token"].as_str().expect("a token"))["SubjectNameID"].as_str().expect("a number").to_owned()
    };
    assert_eq!(whose(json!({"persona": "P04"})).await, "899790000048");
    assert_eq!(whose(json!({"persona": "nadia.sureau", "client": "pli-web"})).await, "899790000048");
    assert_eq!(whose(json!({"idnat": "899790000055"})).await, "899790000055");
    assert_eq!(whose(json!({"mailbox": "u0000@pli.mssante.test"})).await, "899791000002");
    assert_eq!(whose(json!({"mailbox": "cabinet.des-lilas@pli.mssante.test"})).await, "899790000014");
    assert_eq!(world.mint(json!({"persona": "P04", "ttl_s": 600})).await["expires_in"], 600);
    assert_eq!(world.mint(json!({"persona": "P04"})).await["expires_in"], 120);
    let untyped = world.http.post(format!("{}/token", world.sim.control())).header("X-Pli-Sim", "1").body(r#"{"persona":"P04"}"#);
    assert_eq!(untyped.send().await.expect("an answer").status(), StatusCode::OK, "as `curl -d` sends it");
    for wrong in [
        json!({}),
        json!({"persona": "P99"}),
        json!({"persona": "P13"}),
        json!({"mailbox": "u9999@pli.mssante.test"}),
        json!({"persona": "P04", "client": "nobody"}),
    ] {
        assert_eq!(world.control("POST", "token", wrong.clone()).await.status(), StatusCode::BAD_REQUEST, "{wrong}");
    }
}

/// Proves: SIM-07.
#[tokio::test]
async fn the_control_api_wants_its_header_moves_the_clock_and_tells_what_it_saw_without_secrets() {
    let world = world().await;
    let bare = world.http.get(format!("{}/personas", world.sim.control())).send().await.expect("an answer");
    assert_eq!(bare.status(), StatusCode::FORBIDDEN);
    let personas: Value = world.control("GET", "personas", Value::Null).await.json().await.expect("JSON");
    assert_eq!(personas.as_array().map(Vec::len), Some(14));
    let moved: Value = world.control("POST", "clock", json!({"advance_s": 3600})).await.json().await.expect("JSON");
    assert_eq!(moved["now"], "2026-11-21T23:00:00.000000Z");
    let token = world.mint(json!({"persona": "P04"})).await["access_token"].as_str().expect("a token").to_owned();
    world.introspect(&token).await;
    let seen = world.control("GET", "requests", Value::Null).await.text().await.expect("text");
    assert!(seen.contains("\"introspections\":1") && seen.contains("pli-introspect"));
    assert!(!seen.contains(&token) && !seen.contains("secret"));
}

/// Proves: SIM-07.
#[tokio::test]
async fn switches_are_put_shown_and_cleared() {
    let world = world().await;
    let shown = async || world.control("GET", "faults", Value::Null).await.json::<Value>().await.expect("JSON");
    world.control("PUT", "faults", json!({"down": "http503", "slow_ms": 1})).await;
    assert_eq!(shown().await, json!({"down": "http503", "slow_ms": 1}));
    assert_eq!(world.http.get(world.endpoint("certs")).send().await.expect("an answer").status(), StatusCode::SERVICE_UNAVAILABLE);
    world.control("PUT", "faults", json!({"down": "refuse"})).await;
    assert!(world.http.get(world.endpoint("certs")).send().await.is_err(), "closed without an answer");
    world.control("PUT", "faults", json!({"down": {"value": "http500_html", "endpoint": "userinfo"}})).await;
    assert_eq!(world.http.get(world.endpoint("certs")).send().await.expect("an answer").status(), StatusCode::OK);
    assert_eq!(world.userinfo("x").await.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(world.control("PUT", "faults", json!({"dwon": true})).await.status(), StatusCode::BAD_REQUEST);
    world.control("DELETE", "faults", Value::Null).await;
    assert_eq!(shown().await, json!({}));
}

/// Proves: SIM-03.
#[tokio::test]
async fn logout_ends_the_session_and_leads_only_to_known_addresses() {
    let world = world().await;
    let back = world.log_in_by_page("P01").await;
    let tokens: Value = world.by_code(&back["code"], VERIFIER).await.json().await.expect("JSON");
    let hint = tokens["id_token"].as_str().expect("a token");
    let leave = async |to: &str| {
        let query = [("id_token_hint", hint), ("post_logout_redirect_uri", to), ("state", "s")];
        world.http.get(Url::parse_with_params(&world.endpoint("logout"), query).expect("a URL")).send().await.expect("an answer")
    };
    assert_eq!(leave("https://evil.test/").await.status(), StatusCode::BAD_REQUEST);
    assert_eq!(leave("http://127.0.0.1:8123/").await.headers()["location"], "http://127.0.0.1:8123/?state=s");
    assert_eq!(world.introspect(tokens["access_token"].as_str().expect("a token")).await, json!({"active": false}));
}

/// Proves: SIM-01, SIM-02.
#[tokio::test]
async fn it_starts_at_once_on_loopback_only_and_frees_its_ports() {
    // The quickest of three: a busy machine must not decide.
    let mut starts = Vec::new();
    for _ in 0..2 {
        let begun = Instant::now();
        world().await.sim.stop().await;
        starts.push(begun.elapsed());
    }
    let begun = Instant::now();
    let world = world().await;
    starts.push(begun.elapsed());
    assert!(starts.iter().any(|start| start.as_millis() < 200), "{starts:?}");
    let port = Url::parse(world.sim.issuer()).expect("a URL").port().expect("a port");
    world.sim.stop().await;
    let again = TcpListener::bind(("127.0.0.1", port)).await.expect("the port is free");
    let outward = TcpListener::bind("0.0.0.0:0").await.expect("a port");
    let refused = PscSim::start(SimConfig::new(outward, again, Clock::new(|| Moment::from_secs(0)), Entropy::seeded(1))).await;
    assert!(matches!(refused.err(), Some(SimError::NotLoopback(_))));
}
