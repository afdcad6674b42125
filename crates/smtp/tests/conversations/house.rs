//! One operator on loopback: store, trust space, Pro Santé Connect simulator, its three SMTP doors, its courier; and people of the sandbox.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use rules::access::Access;
use rules::{Address, Author, Channel, Clock, Domain, Entropy, IdNat, Moment};
use sandbox::{Personas, PscSim};
use smtp::{Limits, Routes, Shared};
use store::mailboxes::{Knock, NewMailbox};
use store::{Blobs, Engine, Store};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use trust::pki::Lab;
use trust::tls::Doors;
use trust::{Dn, TrustSpace};

use crate::lab::{self, Shown};

pub const HOUR: Duration = Duration::from_secs(3600);

/// A clock moved by hand.
#[derive(Clone)]
pub struct Hand(Arc<AtomicI64>);

impl Hand {
    fn new() -> Self {
        Self(Arc::new(AtomicI64::new(lab::start().micros())))
    }

    pub fn clock(&self) -> Clock {
        let hand = Arc::clone(&self.0);
        Clock::new(move || Moment::from_micros(hand.load(Ordering::SeqCst)))
    }
}

pub struct House {
    pub lab: Arc<Lab>,
    pub domain: Domain,
    pub shared: Arc<Shared>,
    pub operators: SocketAddr,
    pub submission: SocketAddr,
    pub submissions: SocketAddr,
    pub sim: PscSim,
    pub dir: TempDir,
    hand: Hand,
    pub stop: CancellationToken,
    /// Runs until `stop`, then is awaited so that nothing is cut.
    courier: Option<tokio::task::JoinHandle<()>>,
}

/// How an operator of a test differs from an ordinary one.
pub struct Plan {
    pub domain: Domain,
    /// Certificate its port 25 shows.
    pub shows: Shown,
    pub limits: Limits,
}

impl Plan {
    pub fn of(domain: Domain) -> Self {
        let limits = Limits {
            inbound_bytes: 52_428_800,
            submission_bytes: 36_700_160,
            recipients: 100,
            connections_per_peer: 20,
            expire: HOUR * 48,
            expire_trust: HOUR * 4,
            delay_warning: HOUR * 4,
        };
        Self { domain, shows: Shown::Good, limits }
    }
}

impl House {
    /// Our operator, as most conversations need it.
    pub async fn ours() -> Self {
        Self::start(Plan::of(lab::ours())).await
    }

    pub async fn start(plan: Plan) -> Self {
        let lab = lab::lab();
        let dir = tempfile::tempdir().expect("a folder");
        let hand = Hand::new();
        let (clock, entropy) = (hand.clock(), Entropy::seeded(11));
        let store = open_store(dir.path(), &entropy).await;
        let personas = Arc::new(Personas::shipped());
        move_in(&store, &personas, &plan.domain).await;
        let trust = TrustSpace::open(lab::trust_config(&lab, dir.path()), clock.clone()).expect("a trust space");
        trust.load(&lab::list(&lab, lab::start()), "test", false).expect("the list");
        let sim = start_sim(personas, &clock, &entropy).await;
        let shared = Arc::new(Shared {
            store,
            trust,
            psc: identity::Psc::new(psc_config(&sim), clock.clone(), entropy.clone()),
            throttle: identity::throttle::Throttle::default(),
            clock,
            entropy,
            domains: vec![plan.domain.clone()],
            own_dn: Dn::parse(&lab.operators[&plan.domain].declared().expect("a DN")).expect("a DN"),
            host_name: lab::domain(&format!("smtp.{}", plan.domain)),
            discovery_url: sim.discovery_url(),
            limits: plan.limits,
            peers: smtp::Peers::default(),
        });
        let own = lab.operators[&plan.domain].identity();
        let door = match plan.shows {
            Shown::Good | Shown::None => own.clone(),
            bad => bad.leaf(&lab).expect("a certificate").identity(),
        };
        let stop = CancellationToken::new();
        let for_operators = trust::tls::operator_server(&door).expect("a configuration");
        let for_people = trust::tls::people_server(&own).expect("a configuration");
        let for_machines = trust::tls::machine_server(&own).expect("a configuration");
        let both = Doors::new(for_people).with_machines(lab::APP, for_machines);
        let operators = open_door(&shared, Door::Operators(for_operators), &stop).await;
        let submission = open_door(&shared, Door::Submission(both.clone()), &stop).await;
        let submissions = open_door(&shared, Door::Submissions(both), &stop).await;
        Self { lab, domain: plan.domain, shared, operators, submission, submissions, sim, dir, hand, stop, courier: None }
    }

    /// Starts the courier; `routes`: domain and address of its server.
    pub fn with_courier(mut self, routes: &[(&str, SocketAddr)]) -> Self {
        let table = routes.iter().map(|(domain, at)| (lab::domain(domain), (at.ip().to_string(), at.port()))).collect();
        let identity = self.lab.operators[&self.domain].identity();
        let tls = Arc::new(ArcSwap::new(trust::tls::operator_client(&identity).expect("a configuration")));
        let run = smtp::courier(Arc::clone(&self.shared), tls, Routes { table, dns: false }, self.stop.clone());
        self.courier = Some(tokio::spawn(run));
        self
    }

    pub fn store(&self) -> &Store {
        &self.shared.store
    }

    pub fn now(&self) -> Moment {
        self.shared.clock.now()
    }

    /// Moves the clock and wakes whoever waits by it, as the sandbox does.
    pub fn advance(&self, by: Duration) {
        self.hand.0.fetch_add(i64::try_from(by.as_micros()).expect("a sane duration"), Ordering::SeqCst);
        self.store().feed().rouse_all();
    }

    /// A token of Pro Santé Connect for a persona.
    pub async fn token(&self, order: serde_json::Value) -> String {
        let answer = self.control("token", reqwest::Method::POST, order).await;
        answer["access_token"].as_str().expect("a token").to_owned()
    }

    /// Switches faults of Pro Santé Connect on.
    pub async fn faults(&self, faults: serde_json::Value) {
        self.control("faults", reqwest::Method::PUT, faults).await;
    }

    async fn control(&self, path: &str, method: reqwest::Method, body: serde_json::Value) -> serde_json::Value {
        let request = reqwest::Client::new().request(method, format!("{}/{path}", self.sim.control())).header("X-Pli-Sim", "1").json(&body);
        let answer = request.send().await.expect("an answer");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.expect("JSON")
    }

    /// A person in a mailbox, through the one door.
    pub async fn enter(&self, mailbox: &str, persona: &str) -> Access {
        let personas = Personas::shipped();
        let person = IdNat::parse(&personas.find(persona).expect("a persona").idnat).expect("an id");
        let knock = Knock {
            address: Address::parse(mailbox).expect("an address"),
            person,
            channel: Channel::Imap,
            azp: "lps-demo".into(),
            acr: "eidas1".into(),
            auth_mode: "MOBILE".into(),
            ip: None,
        };
        self.store().enter(knock, self.now()).await.expect("let in")
    }

    /// The whole messages of a folder.
    pub async fn folder(&self, access: &Access, name: &str) -> Vec<String> {
        let opened = self.store().open_folder(access, name).await.expect("a folder");
        let want = store::mail::Want { bytes: true, ..Default::default() };
        let read = self.store().read(access, opened.folder.id, &opened.uids, want, Channel::Imap, self.now()).await.expect("read");
        read.into_iter().map(|message| String::from_utf8_lossy(&message.bytes.expect("asked")).into_owned()).collect()
    }

    /// INBOX of the cabinet, as its owner sees it.
    pub async fn cabinet(&self) -> Vec<String> {
        let access = self.enter("cabinet.des-lilas@pli.mssante.test", "P01").await;
        self.folder(&access, "INBOX").await
    }

    /// Waits until a folder holds so many messages; a change of the mailbox wakes it.
    pub async fn wait_for(&self, mailbox: &str, persona: &str, folder: &str, count: usize) -> Vec<String> {
        let access = self.enter(mailbox, persona).await;
        let mut changes = self.store().feed().subscribe(access.mailbox());
        let wait = async {
            loop {
                let messages = self.folder(&access, folder).await;
                if messages.len() >= count {
                    return messages;
                }
                changes.changed().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), wait).await.expect("the messages come")
    }

    /// Facts of the acts of that name in a mailbox's journal, oldest first.
    pub async fn acts(&self, mailbox: &str, act: &str) -> Vec<rules::journal::Line> {
        let query = store::history::Query { mailbox: Some(Address::parse(mailbox).expect("an address")), ..Default::default() };
        let lines = self.store().journal_lines(query).await.expect("the journal");
        lines.into_iter().map(|placed| placed.line).filter(|line| line.act == act).collect()
    }

    /// Ends everything in order, and examines the store.
    pub async fn close(self) {
        self.stop.cancel();
        if let Some(courier) = self.courier {
            courier.await.expect("the courier ended well");
        }
        assert_eq!(self.shared.store.audit().await.expect("an audit"), Vec::<String>::new());
        assert_eq!(self.shared.store.verify_journal().await.expect("verified").faults, Vec::<String>::new());
        self.sim.stop().await;
        self.shared.store.close().await;
    }
}

async fn open_store(dir: &std::path::Path, entropy: &Entropy) -> Store {
    let config = store::Config {
        engine: Engine::Sqlite { path: dir.join("pli.sqlite") },
        blobs: Blobs::Local { dir: dir.join("blobs") },
        kek: [7; 32],
        terms_version: "2026-01".into(),
        terms_text: "Conditions d'essai".to_owned(),
        terms_since: rules::Moment::from_micros(0),
        naming: rules::mailbox::NamingRule::default(),
        terms_url: "https://mss.pli.mssante.test/cgu".into(),
    };
    Store::open(config, entropy.clone()).await.expect("a store")
}

/// The register, the mailboxes of the domain and the people let into them.
async fn move_in(store: &Store, personas: &Personas, domain: &Domain) {
    let (by, now) = (Author::staff("test"), lab::start());
    for structure in personas.structures() {
        store.put_structure(&structure, by.clone(), now).await.expect("a structure");
    }
    for person in personas.persons() {
        store.put_person(&person, by.clone(), now).await.expect("a person");
    }
    for person in personas.accepted_terms(domain, now) {
        store.accept_terms(&person, store::mailboxes::Acceptance::of("2026-01", Channel::Cli), by.clone(), now).await.expect("accepted");
    }
    for planned in personas.mailboxes(domain, now) {
        use rules::movement::Change;
        let mut first: Vec<Change> = planned.responsables.into_iter().map(|person| Change::ResponsableAdded { person }).collect();
        first.extend(planned.cotitulaires.into_iter().map(|grant| Change::CotitulaireAdded { person: grant.person }));
        let delegated = |grant: sandbox::personas::Grant| Change::Delegated { person: grant.person, from: grant.from, until: grant.until };
        first.extend(planned.delegataires.into_iter().map(delegated));
        if planned.suspended {
            first.push(Change::Suspended);
        }
        let (address, kind, bearer, label, structure) = (planned.address, planned.kind, planned.bearer, planned.label, planned.structure);
        let new = NewMailbox { address, kind, bearer, label, structure, first };
        store.import_mailbox(new, by.clone(), Channel::Cli, now).await.expect("a mailbox");
    }
}

async fn start_sim(personas: Arc<Personas>, clock: &Clock, entropy: &Entropy) -> PscSim {
    let listen = || TcpListener::bind("127.0.0.1:0");
    let (issuer, login) = (listen().await.expect("a port"), listen().await.expect("a port"));
    let config = sandbox::psc::SimConfig { personas, ..sandbox::psc::SimConfig::new(issuer, login, clock.clone(), entropy.clone()) };
    PscSim::start(config).await.expect("the simulator")
}

fn psc_config(sim: &PscSim) -> identity::PscConfig {
    identity::PscConfig {
        issuer: sim.issuer().to_owned(),
        discovery_url: sim.discovery_url(),
        client_id: "pli-introspect".into(),
        client_secret: secrecy::SecretString::from("pli-introspect-secret".to_owned()),
        min_acr: "eidas1".into(),
        azp_allowed: None,
        preset: identity::prove::Preset::Sim,
    }
}

#[derive(Clone)]
enum Door {
    Operators(Arc<rustls::ServerConfig>),
    Submission(Doors),
    Submissions(Doors),
}

async fn open_door(shared: &Arc<Shared>, door: Door, stop: &CancellationToken) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = listener.local_addr().expect("an address");
    let (shared, stop) = (Arc::clone(shared), stop.clone());
    tokio::spawn(async move {
        while let Ok((tcp, from)) = listener.accept().await {
            let (shared, stop) = (Arc::clone(&shared), stop.clone());
            match door.clone() {
                Door::Operators(tls) => tokio::spawn(smtp::operator_session(tcp, from, shared, tls, stop)),
                Door::Submission(doors) => tokio::spawn(smtp::submission_session(tcp, from, shared, doors, false, stop)),
                Door::Submissions(doors) => tokio::spawn(smtp::submission_session(tcp, from, shared, doors, true, stop)),
            };
        }
    });
    at
}
