//! A simulator on real sockets, a relying party beside it, and one clock moved by hand.
#![allow(dead_code)]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use identity::prove::Preset;
use identity::{Psc, PscConfig};
use rules::{Clock, Entropy, Moment};
use sandbox::psc::{PscSim, SimConfig};
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub struct Stage {
    pub sim: PscSim,
    pub psc: Psc,
    pub clock: Clock,
    now: Arc<AtomicI64>,
    http: reqwest::Client,
}

impl Stage {
    pub async fn set() -> Self {
        Self::set_with(|_| {}).await
    }

    /// The relying party's configuration may be changed before it starts.
    pub async fn set_with(change: impl FnOnce(&mut PscConfig)) -> Self {
        let start = Moment::parse("2026-11-21T22:00:00Z").expect("a date");
        let now = Arc::new(AtomicI64::new(start.micros()));
        let (shown, moved) = (now.clone(), now.clone());
        let clock = Clock::new(move || Moment::from_micros(shown.load(Ordering::SeqCst)));
        let listen = || TcpListener::bind("127.0.0.1:0");
        let sim = PscSim::start(SimConfig {
            on_clock: Arc::new(move |by| {
                moved.fetch_add(by.as_micros() as i64, Ordering::SeqCst);
            }),
            ..SimConfig::new(listen().await.expect("a port"), listen().await.expect("a port"), clock.clone(), Entropy::seeded(1))
        })
        .await
        .expect("the simulator starts");
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
        Self { sim, psc, clock, now, http }
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
