//! A simulator on its ports, a program beside it, and one clock moved by hand.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{Client, Response, StatusCode, Url};
use rules::{Clock, Entropy, IdNat, Moment};
use sandbox::psc::{PscSim, SimConfig};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

pub struct World {
    pub sim: PscSim,
    pub now: Arc<AtomicI64>,
    pub http: Client,
}

pub const CALLBACK: &str = "http://127.0.0.1:8123/cb";
pub const VERIFIER: &str = "a-verifier-of-forty-three-characters-or-more-x";

pub async fn world() -> World {
    world_with(|_| ()).await
}

/// The same, its configuration changed before it starts.
pub async fn world_with(change: impl FnOnce(&mut SimConfig)) -> World {
    let now = Arc::new(AtomicI64::new(Moment::parse("2026-11-21T22:00:00Z").expect("a date").micros()));
    let (shown, moved) = (now.clone(), now.clone());
    let listen = || TcpListener::bind("127.0.0.1:0");
    let clock = Clock::new(move || Moment::from_micros(shown.load(Ordering::SeqCst)));
    let mut config = SimConfig {
        on_clock: Arc::new(move |by| {
            moved.fetch_add(i64::try_from(by.as_micros()).expect("short"), Ordering::SeqCst);
        }),
        mailbox_owner: Arc::new(|address| (address.local() == "u0000").then(|| IdNat::parse("899791000002").ok()).flatten()),
        ..SimConfig::new(listen().await.expect("a port"), listen().await.expect("a port"), clock, Entropy::seeded(1))
    };
    change(&mut config);
    let sim = PscSim::start(config).await.expect("the simulator starts");
    let http = Client::builder().no_proxy().tls_certs_only([]).redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    World { sim, now, http }
}

impl World {
    pub fn endpoint(&self, name: &str) -> String {
        format!("{}/protocol/openid-connect/{name}", self.sim.issuer())
    }

    pub fn authorize_url(&self, more: &[(&str, &str)]) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        let mut url = Url::parse(&format!("{}/auth", self.sim.login_page())).expect("a URL");
        let usual = [
            ("response_type", "code"),
            ("client_id", "lps-demo"),
            ("redirect_uri", CALLBACK),
            ("scope", "openid scope_all"),
            ("state", "é&=1"),
            ("nonce", "n0"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let kept = usual.iter().filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
        url.query_pairs_mut().extend_pairs(kept.chain(more));
        url.into()
    }

    /// As a browser without JavaScript: the page, the hidden field, the button.
    pub async fn log_in_by_page(&self, persona: &str) -> HashMap<String, String> {
        let page = self.http.get(self.authorize_url(&[])).send().await.expect("a page").text().await.expect("text");
        let request =
            page.split("name=\"request\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("the hidden field").to_owned();
        let form = [("request", request.as_str()), ("persona", persona), ("channel", "MOBILE")];
        let sent = self.http.post(format!("{}/sim/login", self.sim.login_page())).form(&form).send().await.expect("an answer");
        assert_eq!(sent.status(), StatusCode::SEE_OTHER);
        fields_of(sent.headers()["location"].to_str().expect("an address"))
    }

    pub async fn exchange(&self, form: &[(&str, &str)]) -> Response {
        self.http.post(self.endpoint("token")).basic_auth("lps-demo", Some("lps-demo-secret")).form(form).send().await.expect("an answer")
    }

    pub async fn by_code(&self, code: &str, verifier: &str) -> Response {
        self.exchange(&[("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK), ("code_verifier", verifier)])
            .await
    }

    pub async fn introspect(&self, token: &str) -> Value {
        let call = self.http.post(self.endpoint("token/introspect")).basic_auth("pli-introspect", Some("pli-introspect-secret"));
        call.form(&[("token", token)]).send().await.expect("an answer").json().await.expect("JSON")
    }

    pub async fn control(&self, method: &str, path: &str, body: Value) -> Response {
        let request = self.http.request(method.parse().expect("a method"), format!("{}/{path}", self.sim.control()));
        request.header("X-Pli-Sim", "1").json(&body).send().await.expect("an answer")
    }

    pub async fn mint(&self, order: Value) -> Value {
        self.control("POST", "token", order).await.json().await.expect("JSON")
    }

    pub fn advance(&self, seconds: i64) {
        self.now.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    /// A page of the login origin, and its status.
    pub async fn page(&self, path: &str) -> (StatusCode, String) {
        let answer = self.http.get(format!("{}{path}", self.sim.login_page())).send().await.expect("a page");
        (answer.status(), answer.text().await.expect("text"))
    }

    /// A form of the login origin, as a button sends it.
    pub async fn press(&self, path: &str, form: &[(&str, &str)]) -> Response {
        self.http.post(format!("{}{path}", self.sim.login_page())).form(form).send().await.expect("an answer")
    }

    /// What waits on a phone.
    pub async fn pending(&self, idnat: &str) -> Vec<Value> {
        self.control("GET", &format!("pending?idnat={idnat}"), Value::Null).await.json().await.expect("JSON")
    }

    pub async fn userinfo(&self, token: &str) -> Response {
        self.http.get(self.endpoint("userinfo")).bearer_auth(token).send().await.expect("an answer")
    }
}

pub fn fields_of(address: &str) -> HashMap<String, String> {
    Url::parse(address).expect("an address").query_pairs().into_owned().collect()
}

pub fn claims(token: &str) -> Value {
    let part = token.split('.').nth(1).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64")).expect("JSON")
}

pub async fn error(response: Response) -> (StatusCode, String) {
    let status = response.status();
    let body: Value = response.json().await.expect("JSON");
    (status, body["error"].as_str().expect("a code").to_owned())
}

/// The value of the first hidden field of that name.
pub fn hidden(page: &str, name: &str) -> String {
    let marked = format!("name=\"{name}\" value=\"");
    page.split(&marked).nth(1).and_then(|rest| rest.split('"').next()).expect("the hidden field").to_owned()
}

/// Where a redirection leads.
pub fn location(answer: &Response) -> String {
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    answer.headers()["location"].to_str().expect("an address").to_owned()
}
