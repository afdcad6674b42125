//! A whole house for tests of pages: a store in a temporary folder with the sandbox's people and mailboxes, Pro Santé Connect played by the
//! simulator on real sockets, and the pages on a real port. A [`Browser`] walks in it with its own cookies.
//!
//! ```ignore
//! #[path = "../house/mod.rs"]
//! mod house;
//!
//! let house = House::open().await;
//! let claire = house.signed_in("P01").await;
//! let page = claire.open("/boites").await;
//! assert!(page.text.contains("Cabinet"));
//! house.close().await;
//! ```
//!
//! The clock moves by hand ([`House::advance`]); the store is audited when the house closes.

#![allow(dead_code, reason = "each test binary uses its own part")]

mod browser;
mod fill;
mod lab;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use identity::oidc::{ClientAuth, Party, PartyConfig, PartyKind};
use identity::prove::Preset;
use identity::{Psc, PscConfig};
use rules::{Address, Clock, Domain, Entropy, IdNat, Moment};
use sandbox::Personas;
use sandbox::psc::{PscSim, SimConfig, shipped_clients};
use serde_json::{Value, json};
use store::accounts::{NewWebSession, Who};
use store::{Blobs, Engine, Store};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub use browser::{Browser, Page};

/// Every test begins at this moment (a Sunday, 23 h in Paris).
pub const START: &str = "2026-11-22T22:00:00Z";
pub const CABINET: &str = "cabinet.des-lilas@pli.mssante.test";
pub const TERMS: &str = "2026-01";

pub struct House {
    pub store: Store,
    pub psc: PscSim,
    /// Where the pages are: `http://127.0.0.1:40123`.
    pub base: String,
    pub personas: Arc<Personas>,
    pub clock: Clock,
    now: Arc<AtomicI64>,
    stop: CancellationToken,
    http: reqwest::Client,
    _dir: tempfile::TempDir,
}

/// What may be different from one house to another.
#[derive(Clone, Debug)]
pub struct Plan {
    pub terms: String,
    /// Published at the opening of the house.
    pub sandbox: bool,
    /// What the pages call themselves; the port is added. Cookies are secure when it says `https`.
    pub origin: &'static str,
}

impl Default for Plan {
    fn default() -> Self {
        Self { terms: TERMS.to_owned(), sandbox: true, origin: "http://127.0.0.1" }
    }
}

impl House {
    pub async fn open() -> Self {
        Self::built(Plan::default()).await
    }

    pub async fn built(plan: Plan) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let now = Arc::new(AtomicI64::new(moment(START).micros()));
        let shown = Arc::clone(&now);
        let clock = Clock::new(move || Moment::from_micros(shown.load(Ordering::SeqCst)));
        let entropy = Entropy::seeded(5);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let base = format!("http://127.0.0.1:{port}");
        let personas = Arc::new(Personas::shipped());
        let store = open_store(&dir, &plan, &base, &entropy).await;
        fill::move_in(&store, &personas, &domain(), clock.now()).await;
        let psc = simulator(&personas, &clock, &now, &base).await;
        let trust = lab::trust(dir.path(), &clock);
        let config = web::Config {
            base_url: if plan.origin.starts_with("https") { plan.origin.to_owned() } else { format!("{}:{port}", plan.origin) },
            trusted_origins: vec![base.clone(), format!("http://localhost:{port}")],
            domain: domain(),
            domains: vec![domain()],
            operator_name: "Opérateur de démonstration".to_owned(),
            sandbox: plan.sandbox,
            nil: "PLI-ESSAI".to_owned(),
            max_message: 36_700_160,
        };
        let shared = web::Shared {
            store: store.clone(),
            trust,
            psc: Psc::new(introspection(&psc), clock.clone(), entropy.clone()),
            party: Party::new(party(&psc), clock.clone(), entropy.clone(), None).expect("a party"),
            throttle: identity::throttle::Throttle::default(),
            clock: clock.clone(),
            entropy,
            config,
            entered: web::keyboard::Entered::default(),
        };
        let stop = CancellationToken::new();
        tokio::spawn(serve(listener, web::router(shared), stop.clone()));
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client");
        Self { store, psc, base, personas, clock, now, stop, http, _dir: dir }
    }

    /// Somebody at a workstation of her own, not signed in.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.base)
    }

    /// A persona (`P01`, or a slug) who signed in through Pro Santé Connect, page by page.
    pub async fn signed_in(&self, persona: &str) -> Browser {
        let browser = self.browser();
        let page = self.sign_in(&browser, persona, "/boites").await;
        assert!(browser.cookie("pli").is_some(), "{persona} is not signed in: {} {}", page.status, page.text);
        browser
    }

    /// The same in a browser that is there already; the last page of the walk.
    pub async fn sign_in(&self, browser: &Browser, persona: &str, to: &str) -> Page {
        let begun = browser.get(&format!("/connexion/psc?vers={to}")).await;
        let authorize =
            begun.location.clone().unwrap_or_else(|| panic!("no redirection to Pro Santé Connect: {} {}", begun.status, begun.text));
        let back = self.approve(&authorize, persona).await;
        browser.open(&back).await
    }

    /// What the login page of Pro Santé Connect answers to this authorization request once that persona approved: our return address.
    pub async fn approve(&self, authorize: &str, persona: &str) -> String {
        let told = self.control("/login", json!({"authorize": authorize, "persona": persona})).await;
        told["redirect"].as_str().unwrap_or_else(|| panic!("{persona} cannot log in: {told}")).to_owned()
    }

    /// A session made in the store, without Pro Santé Connect: for pages that come after sign-in.
    pub async fn seated(&self, person: &str) -> Browser {
        let idnat = idnat(person);
        let name = self.store.person(&idnat).await.expect("the register").map_or_else(|| person.to_owned(), |person| person.name());
        self.seated_as(Who::Person(idnat), &name).await
    }

    pub async fn seated_as(&self, who: Who, name: &str) -> Browser {
        let now = self.clock.now();
        let new = NewWebSession {
            who,
            name: name.to_owned(),
            acr: "eidas1".to_owned(),
            auth_mode: "MOBILE".to_owned(),
            sid: None,
            sub: None,
            issuer: None,
            auth_time: now,
            id_token: None,
            ip: None,
            agent: "essai".to_owned(),
        };
        let cookie = self.store.open_web_session(new, now).await.expect("a session");
        let browser = self.browser();
        browser.put_cookie("pli", &cookie);
        browser
    }

    pub fn advance(&self, by: Duration) {
        self.now.fetch_add(i64::try_from(by.as_micros()).expect("a short time"), Ordering::SeqCst);
        self.store.feed().rouse_all();
    }

    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    /// The simulator misbehaves (`PUT /sim/faults`); `{}` heals it.
    pub async fn faults(&self, faults: Value) {
        let order = self.http.put(format!("{}/faults", self.psc.control())).header("X-Pli-Sim", "1").json(&faults);
        let reply = order.send().await.expect("the control API answers");
        assert!(reply.status().is_success(), "{}", reply.text().await.unwrap_or_default());
    }

    /// `POST /sim…` of the simulator.
    pub async fn control(&self, path: &str, body: Value) -> Value {
        let order = self.http.post(format!("{}{path}", self.psc.control())).header("X-Pli-Sim", "1").json(&body);
        let reply = order.send().await.expect("the control API answers");
        let text = reply.text().await.unwrap_or_default();
        serde_json::from_str(&text).unwrap_or(Value::String(text))
    }

    /// `GET /sim…`
    pub async fn ask(&self, path: &str) -> Value {
        let order = self.http.get(format!("{}{path}", self.psc.control())).header("X-Pli-Sim", "1");
        order.send().await.expect("the control API answers").json().await.unwrap_or(Value::Null)
    }

    /// Acts of the register's chain, oldest first: name and facts.
    pub async fn register(&self) -> Vec<(String, Value)> {
        let lines = self.store.journal_lines(store::history::Query::default()).await.expect("the journal");
        let mut lines: Vec<_> = lines.into_iter().filter(|placed| placed.mailbox.is_none()).map(|placed| placed.line).collect();
        lines.sort_by_key(|line| line.seq);
        lines.into_iter().map(|line| (line.act, line.facts)).collect()
    }

    /// Every byte that the store keeps, to look for what must not be there.
    pub fn bytes(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self._dir.path()).expect("the folder");
        let kept = files.filter_map(Result::ok).map(|file| file.path()).filter(|path| path.to_string_lossy().contains("pli.sqlite"));
        kept.flat_map(|path| std::fs::read(path).expect("a file")).collect()
    }

    pub async fn close(self) {
        self.stop.cancel();
        let faults = self.store.audit().await.expect("the audit runs");
        assert!(faults.is_empty(), "{faults:#?}");
        self.store.close().await;
    }
}

pub fn moment(text: &str) -> Moment {
    Moment::parse(text).expect("a moment")
}

pub fn idnat(text: &str) -> IdNat {
    IdNat::parse(text).expect("a number")
}

pub fn address(text: &str) -> Address {
    Address::parse(text).expect("an address")
}

pub fn domain() -> Domain {
    Domain::parse("pli.mssante.test").expect("a domain")
}

async fn open_store(dir: &tempfile::TempDir, plan: &Plan, base: &str, entropy: &Entropy) -> Store {
    let config = store::Config {
        engine: Engine::Sqlite { path: dir.path().join("pli.sqlite") },
        blobs: Blobs::Local { dir: dir.path().join("blobs") },
        kek: [9; 32],
        terms_version: plan.terms.clone(),
        terms_text: web::default_terms().to_owned(),
        terms_since: rules::Moment::from_micros(0),
        naming: rules::mailbox::NamingRule::default(),
        terms_url: format!("{base}/cgu"),
    };
    Store::open(config, entropy.clone()).await.expect("a store")
}

async fn simulator(personas: &Arc<Personas>, clock: &Clock, now: &Arc<AtomicI64>, base: &str) -> PscSim {
    let listen = || TcpListener::bind("127.0.0.1:0");
    let moved = Arc::clone(now);
    let mut clients = shipped_clients();
    for client in clients.iter_mut().filter(|client| client.id == "pli-web") {
        client.backchannel_logout_uri = Some(format!("{base}/psc/backchannel-logout"));
    }
    let config = SimConfig {
        personas: Arc::clone(personas),
        clients,
        on_clock: Arc::new(move |by| {
            moved.fetch_add(i64::try_from(by.as_micros()).unwrap_or(0), Ordering::SeqCst);
        }),
        ..SimConfig::new(listen().await.expect("a port"), listen().await.expect("a port"), clock.clone(), Entropy::seeded(6))
    };
    PscSim::start(config).await.expect("the simulator")
}

fn introspection(psc: &PscSim) -> PscConfig {
    PscConfig {
        issuer: psc.issuer().to_owned(),
        discovery_url: psc.discovery_url(),
        client_id: "pli-introspect".into(),
        client_secret: "pli-introspect-secret".into(),
        min_acr: "eidas1".into(),
        azp_allowed: None,
        preset: Preset::Sim,
    }
}

fn party(psc: &PscSim) -> PartyConfig {
    PartyConfig {
        issuer: psc.issuer().to_owned(),
        discovery_url: psc.discovery_url(),
        authorization_override: None,
        client_id: "pli-web".to_owned(),
        auth: ClientAuth::Basic("pli-web-secret".to_owned().into()),
        scope: "openid scope_all".to_owned(),
        acr_values: Some("eidas1".to_owned()),
        min_acr: "eidas1".to_owned(),
        preset: Preset::Sim,
        kind: PartyKind::Psc,
        idp_hint: None,
    }
}

async fn serve(listener: TcpListener, router: axum::Router, stop: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let (socket, from) = accepted.expect("a connection");
        tokio::spawn(web::serve::connection(socket, from, None, router.clone(), stop.clone()));
    }
}
