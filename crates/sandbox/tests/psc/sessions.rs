//! A browser that is known already, and the end of a session told to every program that was in it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use parking_lot::Mutex;
use reqwest::StatusCode;
use reqwest::header::{COOKIE, SET_COOKIE};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::world::{VERIFIER, World, claims, fields_of, hidden, location, world, world_with};

impl World {
    /// What the authorization endpoint answers to this browser.
    async fn arrive(&self, cookie: &str, more: &[(&str, &str)]) -> reqwest::Response {
        self.http.get(self.authorize_url(more)).header(COOKIE, cookie).send().await.expect("an answer")
    }

    /// Logs in with the card, by the page; the cookie that the browser keeps, and what came back to the program.
    async fn log_in_browser(&self, persona: &str) -> (String, BTreeMap<String, String>) {
        let list = self.arrive("", &[]).await.text().await.expect("text");
        let form = [("request", hidden(&list, "request")), ("persona", persona.to_owned()), ("channel", "CARD".to_owned())];
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = self.press("/mire", &form).await;
        let cookie = answer.headers()[SET_COOKIE].to_str().expect("text").to_owned();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        let pair = cookie.split(';').next().expect("a pair").to_owned();
        (pair, fields_of(&location(&answer)).into_iter().collect())
    }
}

/// Proves: SIM-03, SIM-05.
#[tokio::test]
async fn a_known_browser_is_not_asked_again_unless_the_program_wants_it() {
    let world = world().await;
    let (cookie, first) = world.log_in_browser("P01").await;
    let port = world.sim.login_page().rsplit(':').next().expect("a port").to_owned();
    assert!(cookie.starts_with(&format!("psc-sim-{port}=")), "127.0.0.1 is one site for all ports");
    let other = [("client_id", "pli-web"), ("redirect_uri", "http://localhost:20080/psc/retour")];
    let back = fields_of(&location(&world.arrive(&cookie, &other).await));
    assert_eq!(back["session_state"], first["session_state"], "one session, several programs");
    assert!(location(&world.arrive(&cookie, &[("prompt", "none")]).await).contains("code="));
    for more in [("prompt", "login"), ("acr_values", "eidas3")] {
        let asked = world.arrive(&cookie, &[more]).await;
        assert_eq!(asked.status(), StatusCode::OK, "{more:?}");
        assert!(asked.text().await.expect("text").contains("changer de personne"));
    }
    assert_eq!(world.arrive("psc-sim-1=x; autre=y", &[]).await.status(), StatusCode::OK);
}

/// Proves: SIM-03.
#[tokio::test]
async fn a_browser_is_forgotten_after_half_an_hour_without_use_and_after_four_hours() {
    let world = world().await;
    let (cookie, _) = world.log_in_browser("P01").await;
    for _ in 0..8 {
        world.advance(29 * 60);
        assert_eq!(world.arrive(&cookie, &[]).await.status(), StatusCode::SEE_OTHER, "used in time");
    }
    // Eight times 29 minutes and these: four hours since the login.
    world.advance(8 * 60);
    assert_eq!(world.arrive(&cookie, &[]).await.status(), StatusCode::OK);
    let (cookie, _) = world.log_in_browser("P01").await;
    world.advance(30 * 60);
    assert_eq!(world.arrive(&cookie, &[]).await.status(), StatusCode::OK);
}

/// Proves: SIM-05.
#[tokio::test]
async fn somebody_else_may_take_the_browser_which_ends_the_session() {
    let world = world().await;
    let (cookie, back) = world.log_in_browser("P01").await;
    let tokens: Value = world.by_code(&back["code"], VERIFIER).await.json().await.expect("JSON");
    let home = world.http.get(world.sim.login_page()).header(COOKIE, &cookie).send().await.expect("a page").text().await.expect("text");
    assert!(home.contains("Déconnecter Claire TILLEUL"));
    let left = world.http.post(format!("{}/quitter", world.sim.login_page())).header(COOKIE, &cookie).send().await.expect("an answer");
    assert!(left.headers()[SET_COOKIE].to_str().is_ok_and(|cookie| cookie.contains("Max-Age=0")));
    assert_eq!(world.arrive(&cookie, &[]).await.status(), StatusCode::OK);
    assert_eq!(world.introspect(tokens["access_token"].as_str().expect("a token")).await, json!({"active": false}));
}

#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

async fn note(State(told): State<Told>, axum::Form(form): axum::Form<BTreeMap<String, String>>) -> StatusCode {
    told.0.lock().push(form.get("logout_token").cloned().unwrap_or_default());
    StatusCode::OK
}

/// A program that listens for the end of sessions.
async fn listener() -> (String, Told) {
    let told = Told::default();
    let socket = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let uri = format!("http://{}/psc/backchannel-logout", socket.local_addr().expect("an address"));
    let router = Router::new().route("/psc/backchannel-logout", post(note)).with_state(told.clone());
    tokio::spawn(async move { axum::serve(socket, router).await });
    (uri, told)
}

async fn house() -> (World, Told, Told) {
    let ((ours, told), (theirs, told_too)) = (listener().await, listener().await);
    let world = world_with(|config| {
        for client in &mut config.clients {
            match client.id.as_str() {
                "lps-demo" => client.backchannel_logout_uri = Some(ours.clone()),
                "pli-web" => client.backchannel_logout_uri = Some(theirs.clone()),
                // Nobody listens there: it holds nobody up.
                "pli-web-voisin" => client.backchannel_logout_uri = Some("http://127.0.0.1:9/".to_owned()),
                _ => {}
            }
        }
    })
    .await;
    (world, told, told_too)
}

async fn signed_by_the_issuer(world: &World, token: &str) -> bool {
    let set: jsonwebtoken::jwk::JwkSet = world.http.get(world.endpoint("certs")).send().await.expect("keys").json().await.expect("JSON");
    let (message, signature) = token.rsplit_once('.').expect("three parts");
    set.keys.iter().any(|jwk| {
        let key = jsonwebtoken::DecodingKey::from_jwk(jwk).expect("a key");
        jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key, jsonwebtoken::Algorithm::RS256).unwrap_or(false)
    })
}

/// Proves: SIM-03.
#[tokio::test]
async fn every_program_of_a_session_is_told_of_its_end_by_a_signed_notice() {
    let (world, told, told_too) = house().await;
    let (cookie, back) = world.log_in_browser("P01").await;
    let tokens: Value = world.by_code(&back["code"], VERIFIER).await.json().await.expect("JSON");
    world.arrive(&cookie, &[("client_id", "pli-web"), ("redirect_uri", "http://127.0.0.1:20080/psc/retour")]).await;
    world.arrive(&cookie, &[("client_id", "pli-web-voisin"), ("redirect_uri", "http://127.0.0.1:20180/psc/retour")]).await;
    let form = [("id_token_hint", tokens["id_token"].as_str().expect("a token"))];
    let left = world.http.post(world.endpoint("logout")).form(&form).send().await.expect("an answer");
    assert_eq!(left.status(), StatusCode::OK, "without a browser too");
    for (told, client) in [(&told, "lps-demo"), (&told_too, "pli-web")] {
        let notices = told.0.lock().clone();
        assert_eq!(notices.len(), 1, "{client}");
        let notice = claims(&notices[0]);
        assert_eq!((notice["aud"].as_str(), notice["sid"].as_str()), (Some(client), back.get("session_state").map(String::as_str)));
        assert_eq!(notice["events"], json!({"http://schemas.openid.net/event/backchannel-logout": {}}));
        assert!(notice.get("nonce").is_none() && notice["sub"].as_str().is_some_and(|sub| sub.ends_with("899790000014")));
        assert!(signed_by_the_issuer(&world, &notices[0]).await);
    }
}

/// Proves: SIM-07.
#[tokio::test]
async fn the_control_api_ends_a_session_and_notices_can_be_spoiled() {
    let (world, told, _) = house().await;
    let end =
        async |sid: &Value| world.control("POST", &format!("sessions/{}/logout", sid.as_str().expect("a sid")), Value::Null).await.status();
    for (defect, count) in [("bad_sig", 1), ("with_nonce", 1), ("replay", 2), ("no_events", 1)] {
        told.0.lock().clear();
        world.control("PUT", "faults", json!({"logout_token": defect})).await;
        let sid = world.mint(json!({"persona": "P04"})).await["sid"].clone();
        assert_eq!(end(&sid).await, StatusCode::NO_CONTENT);
        assert_eq!(end(&sid).await, StatusCode::NOT_FOUND, "it ends once");
        let notices = told.0.lock().clone();
        assert_eq!(notices.len(), count, "{defect}");
        assert_eq!(signed_by_the_issuer(&world, &notices[0]).await, defect != "bad_sig");
        assert_eq!(claims(&notices[0]).get("nonce").is_some(), defect == "with_nonce");
        assert_eq!(claims(&notices[0]).get("events").is_none(), defect == "no_events");
        assert_eq!(notices.last(), notices.first());
    }
}

/// Proves: SIM-07.
#[tokio::test]
async fn logout_may_forget_the_state_on_demand() {
    let world = world().await;
    world.control("PUT", "faults", json!({"no_state_on_logout": true})).await;
    let back = world.log_in_by_page("P01").await;
    let tokens: Value = world.by_code(&back["code"], VERIFIER).await.json().await.expect("JSON");
    let query = [
        ("id_token_hint", tokens["id_token"].as_str().expect("a token")),
        ("post_logout_redirect_uri", "http://127.0.0.1:8123/"),
        ("state", "s"),
    ];
    let url = reqwest::Url::parse_with_params(&world.endpoint("logout"), query).expect("a URL");
    let left = world.http.get(url).send().await.expect("an answer");
    assert_eq!(left.headers()["location"], "http://127.0.0.1:8123/");
}
