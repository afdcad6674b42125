//! A simulator on real sockets, a relying party beside it, and one clock moved by hand.
#![allow(dead_code)]

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use identity::oidc::{Begun, ClientAuth, Party, PartyConfig, PartyKind, Return, SignedIn};
use identity::prove::Preset;
use identity::{Psc, PscConfig};
use rules::{Clock, Entropy, Moment, Refusal};
use sandbox::psc::{PscSim, SimConfig};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub struct Stage {
    pub sim: PscSim,
    pub psc: Psc,
    pub clock: Clock,
    now: Arc<AtomicI64>,
    parties: AtomicU64,
    http: reqwest::Client,
}

impl Stage {
    pub async fn set() -> Self {
        Self::set_with(|_| {}).await
    }

    /// The relying party's configuration may be changed before it starts.
    pub async fn set_with(change: impl FnOnce(&mut PscConfig)) -> Self {
        Self::built(|_| {}, change).await
    }

    /// The simulator's too.
    pub async fn built(of_sim: impl FnOnce(&mut SimConfig), change: impl FnOnce(&mut PscConfig)) -> Self {
        let start = Moment::parse("2026-11-21T22:00:00Z").expect("a date");
        let now = Arc::new(AtomicI64::new(start.micros()));
        let (shown, moved) = (now.clone(), now.clone());
        let clock = Clock::new(move || Moment::from_micros(shown.load(Ordering::SeqCst)));
        let listen = || TcpListener::bind("127.0.0.1:0");
        let mut sim_config = SimConfig {
            on_clock: Arc::new(move |by| {
                moved.fetch_add(by.as_micros() as i64, Ordering::SeqCst);
            }),
            ..SimConfig::new(listen().await.expect("a port"), listen().await.expect("a port"), clock.clone(), Entropy::seeded(1))
        };
        of_sim(&mut sim_config);
        let sim = PscSim::start(sim_config).await.expect("the simulator starts");
        let mut config = PscConfig {
            issuer: sim.issuer().to_owned(),
            discovery_url: sim.discovery_url(),
            client_id: "pli-introspect".into(),
            client_secret: "pli-introspect-secret".into(),
            min_acr: "eidas1".into(),
            azp_allowed: None,
            preset: Preset::Sim,
        };
        change(&mut config);
        let psc = Psc::new(config, clock.clone(), Entropy::seeded(2));
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client");
        Self { sim, psc, clock, now, parties: AtomicU64::new(100), http }
    }

    /// The pages' own client at the simulator.
    pub fn party_config(&self) -> PartyConfig {
        PartyConfig {
            issuer: self.sim.issuer().to_owned(),
            discovery_url: self.sim.discovery_url(),
            authorization_override: None,
            client_id: "pli-web".into(),
            auth: ClientAuth::Basic("pli-web-secret".into()),
            scope: "openid scope_all".into(),
            acr_values: Some("eidas1".into()),
            min_acr: "eidas1".into(),
            preset: Preset::Sim,
            kind: PartyKind::Psc,
            idp_hint: None,
        }
    }

    pub fn party(&self) -> Party {
        self.party_with(|_| {})
    }

    pub fn party_with(&self, change: impl FnOnce(&mut PartyConfig)) -> Party {
        let mut config = self.party_config();
        change(&mut config);
        // Each its own randomness: what one sends never looks like what another sent.
        let seed = self.parties.fetch_add(1, Ordering::SeqCst);
        Party::new(config, self.clock.clone(), Entropy::seeded(seed), None).expect("a configuration that serves")
    }

    /// The person logs in at the page; the fields that come back. `more`: `channel`, `acr`, `cancel`.
    pub async fn enter(&self, begun: &Begun, persona: &str, more: Value) -> HashMap<String, String> {
        let mut choice = json!({"authorize": begun.url, "persona": persona});
        choice.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        let told = self.control("POST", "login", Some(choice)).await;
        fields(told["redirect"].as_str().expect("an address"))
    }

    /// A whole login, as a browser and the pages make it.
    pub async fn sign_in(&self, party: &Party, redirect_uri: &str, persona: &str, more: Value) -> Result<SignedIn, Refusal> {
        let begun = party.begin(redirect_uri, false).await?;
        let back = self.enter(&begun, persona, more).await;
        assert_eq!(back["state"], begun.state, "the state comes back as it went");
        finish(party, &begun, &back, redirect_uri).await
    }

    pub fn advance(&self, seconds: i64) {
        self.now.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    /// The minted reply: `access_token`, `sid`.
    pub async fn mint(&self, order: Value) -> Value {
        self.control("POST", "token", Some(order)).await
    }

    pub async fn token(&self, order: Value) -> String {
        self.mint(order).await["access_token"].as_str().expect("a token").to_owned()
    }

    pub async fn sureau(&self) -> String {
        self.token(json!({"persona": "P04"})).await
    }

    pub async fn faults(&self, faults: Value) {
        self.control("PUT", "faults", Some(faults)).await;
    }

    pub async fn introspections(&self) -> u64 {
        self.control("GET", "requests", None).await["introspections"].as_u64().expect("a number")
    }

    pub async fn control(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let method = method.parse().expect("a method");
        let request =
            self.http.request(method, format!("{}/{path}", self.sim.control())).header("X-Pli-Sim", "1").timeout(Duration::from_secs(10));
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let response = request.send().await.expect("the control API answers");
        assert!(response.status().is_success(), "{path}: {}", response.status());
        response.json().await.unwrap_or(Value::Null)
    }
}

/// Where the pages of the demo get people back.
pub const BACK: &str = "http://127.0.0.1:20080/psc/retour";

/// The query of an address.
pub fn fields(address: &str) -> HashMap<String, String> {
    reqwest::Url::parse(address).expect("an address").query_pairs().into_owned().collect()
}

/// The pages' part of a return.
pub async fn finish(party: &Party, begun: &Begun, back: &HashMap<String, String>, redirect_uri: &str) -> Result<SignedIn, Refusal> {
    let verifier = begun.verifier.expose_secret();
    let iss = back.get("iss").map(String::as_str);
    party.finish(Return { code: &back["code"], iss, nonce: &begun.nonce, verifier, redirect_uri }).await
}
