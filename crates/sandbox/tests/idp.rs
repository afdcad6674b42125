//! A structure's own login, as a program and a person meet it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{Client, Response, StatusCode, Url};
use rules::{Clock, Entropy, Moment};
use sandbox::Personas;
use sandbox::idp::{IdpConfig, StructureIdp};
use sandbox::psc::SimError;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

const CALLBACK: &str = "http://127.0.0.1:20080/structure/retour";
const VERIFIER: &str = "a-verifier-of-forty-three-characters-or-more-x";

struct World {
    idp: StructureIdp,
    now: Arc<AtomicI64>,
    http: Client,
}

async fn world() -> World {
    let now = Arc::new(AtomicI64::new(1_795_298_400_000_000));
    let shown = now.clone();
    let config = IdpConfig {
        listener: TcpListener::bind("127.0.0.1:0").await.expect("a port"),
        personas: Arc::new(Personas::shipped()),
        clock: Clock::new(move || Moment::from_micros(shown.load(Ordering::SeqCst))),
        entropy: Entropy::seeded(1),
        lab: false,
    };
    let idp = StructureIdp::start(config).await.expect("it starts");
    let http = Client::builder().no_proxy().tls_certs_only([]).redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    World { idp, now, http }
}

impl World {
    async fn document(&self) -> Value {
        let at = format!("{}/.well-known/openid-configuration", self.idp.issuer());
        self.http.get(at).send().await.expect("an answer").json().await.expect("JSON")
    }

    async fn endpoint(&self, name: &str) -> String {
        self.document().await[name].as_str().expect("an endpoint").to_owned()
    }

    async fn authorize_url(&self, more: &[(&str, &str)]) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        let mut url = Url::parse(&self.endpoint("authorization_endpoint").await).expect("a URL");
        let usual = [
            ("response_type", "code"),
            ("client_id", "pli"),
            ("redirect_uri", CALLBACK),
            ("scope", "openid profile"),
            ("state", "s"),
            ("nonce", "n0"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let kept = usual.iter().filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
        url.query_pairs_mut().extend_pairs(kept.chain(more));
        url.into()
    }

    /// As a browser: the page, the button.
    async fn log_in_by_page(&self, weak: bool) -> HashMap<String, String> {
        let page = self.http.get(self.authorize_url(&[]).await).send().await.expect("a page").text().await.expect("text");
        assert!(page.contains("SIMULATEUR") && page.contains("ERABLE") && !page.contains("SUREAU"), "local people alone");
        let request = page.split("name=\"request\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("the hidden field");
        let mut form = vec![("request", request), ("persona", "P10")];
        if weak {
            form.push(("weak", "1"));
        }
        let origin = self.idp.issuer().strip_suffix("/realms/ch-valclair").expect("the path");
        let answer = self.http.post(format!("{origin}/connexion")).form(&form).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        fields_of(answer.headers()["location"].to_str().expect("an address"))
    }

    async fn exchange(&self, code: &str, verifier: &str) -> Response {
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", "pli"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", verifier),
        ];
        self.http.post(self.endpoint("token_endpoint").await).form(&form).send().await.expect("an answer")
    }

    async fn identity(&self, code: &str) -> Value {
        let tokens: Value = self.exchange(code, VERIFIER).await.json().await.expect("JSON");
        claims(tokens["id_token"].as_str().expect("a token"))
    }

    async fn control(&self, method: &str, path: &str, body: Value) -> Response {
        let request = self.http.request(method.parse().expect("a method"), format!("{}/{path}", self.idp.control()));
        request.header("X-Pli-Sim", "1").json(&body).send().await.expect("an answer")
    }
}

fn fields_of(address: &str) -> HashMap<String, String> {
    Url::parse(address).expect("an address").query_pairs().into_owned().collect()
}

fn claims(token: &str) -> Value {
    let part = token.split('.').nth(1).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64")).expect("JSON")
}

/// Proves: SIM-10.
#[tokio::test]
async fn a_local_secretary_logs_in_with_two_factors_or_weakly_with_one() {
    let world = world().await;
    let back = world.log_in_by_page(false).await;
    assert_eq!((back["state"].as_str(), back["iss"].as_str()), ("s", world.idp.issuer()));
    let tokens: Value = world.exchange(&back["code"], VERIFIER).await.json().await.expect("JSON");
    let identity = claims(tokens["id_token"].as_str().expect("a token"));
    assert_eq!((identity["iss"].as_str(), identity["sub"].as_str()), (Some(world.idp.issuer()), Some("ch-valclair|SEC0042")));
    assert_eq!((identity["aud"].as_str(), identity["nonce"].as_str()), (Some("pli"), Some("n0")));
    assert_eq!((&identity["amr"], identity["acr"].as_str()), (&json!(["pwd", "otp"]), Some("urn:ch-valclair:2fa")));
    let set: jsonwebtoken::jwk::JwkSet =
        world.http.get(world.endpoint("jwks_uri").await).send().await.expect("keys").json().await.expect("JSON");
    let (message, signature) = tokens["id_token"].as_str().and_then(|token| token.rsplit_once('.')).expect("three parts");
    let key = jsonwebtoken::DecodingKey::from_jwk(&set.keys[0]).expect("a key");
    assert!(jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key, jsonwebtoken::Algorithm::RS256).expect("checked"));
    let about = world.http.get(world.endpoint("userinfo_endpoint").await).bearer_auth(tokens["access_token"].as_str().expect("a token"));
    assert_eq!(about.send().await.expect("an answer").json::<Value>().await.expect("JSON")["sub"], identity["sub"]);
    let weak = world.identity(&world.log_in_by_page(true).await["code"]).await;
    assert_eq!((&weak["amr"], weak["acr"].as_str()), (&json!(["pwd"]), Some("urn:ch-valclair:pwd")));
}

/// Proves: SIM-10.
#[tokio::test]
async fn its_switches_make_every_login_weak_or_strange_and_take_it_down() {
    let world = world().await;
    assert_eq!(world.http.get(format!("{}/faults", world.idp.control())).send().await.expect("an answer").status(), StatusCode::FORBIDDEN);
    let log_in = async || {
        let order = json!({"persona": "denis.erable", "authorize": world.authorize_url(&[]).await});
        let answer: Value = world.control("POST", "login", order).await.json().await.expect("JSON");
        world.identity(&fields_of(answer["redirect"].as_str().expect("an address"))["code"]).await
    };
    assert_eq!(log_in().await["amr"], json!(["pwd", "otp"]));
    world.control("PUT", "faults", json!({"weak": true, "unknown_sub": true})).await;
    let strange = log_in().await;
    assert_eq!((&strange["amr"], strange["sub"].as_str()), (&json!(["pwd"]), Some("ch-valclair|INCONNU")));
    assert!(world.control("PUT", "faults", json!({"week": true})).await.status().is_client_error());
    let token = world.endpoint("token_endpoint").await;
    world.control("PUT", "faults", json!({"down": true})).await;
    let document = world.http.get(format!("{}/.well-known/openid-configuration", world.idp.issuer())).send().await.expect("an answer");
    assert_eq!(document.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(world.http.post(token).send().await.expect("an answer").status(), StatusCode::SERVICE_UNAVAILABLE);
    world.control("DELETE", "faults", Value::Null).await;
    assert_eq!(log_in().await["sub"], "ch-valclair|SEC0042");
}

/// Proves: SIM-10.
#[tokio::test]
async fn a_code_wants_pkce_a_nonce_a_known_address_and_serves_once_for_a_minute() {
    let world = world().await;
    for (more, code) in
        [(("nonce", ""), "invalid_request"), (("code_challenge", ""), "invalid_request"), (("scope", "profile"), "invalid_scope")]
    {
        let answer = world.http.get(world.authorize_url(&[more]).await).send().await.expect("an answer");
        assert_eq!(fields_of(answer.headers()["location"].to_str().expect("an address"))["error"], code, "{more:?}");
    }
    for more in [("client_id", "autre"), ("redirect_uri", "http://127.0.0.1:20080/ailleurs")] {
        let answer = world.http.get(world.authorize_url(&[more]).await).send().await.expect("an answer");
        assert_eq!((answer.status(), answer.headers().get("location")), (StatusCode::BAD_REQUEST, None), "{more:?}");
    }
    let back = world.log_in_by_page(false).await;
    assert_eq!(world.exchange(&back["code"], "another-verifier").await.status(), StatusCode::BAD_REQUEST);
    assert_eq!(world.exchange(&back["code"], VERIFIER).await.status(), StatusCode::BAD_REQUEST, "a code that was tried is over");
    let late = world.log_in_by_page(false).await;
    world.now.fetch_add(60_000_000, Ordering::SeqCst);
    assert_eq!(world.exchange(&late["code"], VERIFIER).await.status(), StatusCode::BAD_REQUEST);
}

/// Proves: SIM-10.
#[tokio::test]
async fn a_program_may_add_its_secret_which_must_then_be_right() {
    let world = world().await;
    let exchange = async |secret: &str| {
        let back = world.log_in_by_page(false).await;
        let form = [("grant_type", "authorization_code"), ("code", &back["code"]), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)];
        let request = world.http.post(world.endpoint("token_endpoint").await).basic_auth("pli", Some(secret));
        request.form(&form).send().await.expect("an answer").status()
    };
    assert_eq!(exchange(sandbox::idp::CLIENT_SECRET).await, StatusCode::OK);
    assert_eq!(exchange("wrong").await, StatusCode::UNAUTHORIZED);
}

/// Proves: SIM-01, SIM-02.
#[tokio::test]
async fn it_serves_this_machine_only_says_that_it_is_a_simulator_and_frees_its_port() {
    let world = world().await;
    assert_eq!(world.document().await["pli_simulator"], true);
    let port = Url::parse(world.idp.issuer()).expect("a URL").port().expect("a port");
    world.idp.stop().await;
    TcpListener::bind(("127.0.0.1", port)).await.expect("the port is free");
    let config = IdpConfig {
        listener: TcpListener::bind("0.0.0.0:0").await.expect("a port"),
        personas: Arc::new(Personas::shipped()),
        clock: Clock::new(|| Moment::from_secs(0)),
        entropy: Entropy::seeded(1),
        lab: true,
    };
    let refused = StructureIdp::start(config).await;
    assert!(matches!(refused.err(), Some(SimError::NotLoopback(_))), "even a laboratory's address must be one that others can name");
}
