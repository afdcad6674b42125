//! A cabinet on a stage: a real store with three people in one mailbox, a clock moved by hand, sessions over pipes, and (when a play needs it)
//! Pro Santé Connect on real sockets.
//!
//! The store is audited when the curtain falls; whatever happened on stage, its facts must agree.

#![allow(dead_code, reason = "each test binary uses its own part")]

pub mod door;
pub mod lab;
pub mod letters;

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use identity::prove::Preset;
use identity::{Psc, PscConfig};
use imap::{Begin, Shared};
use rules::access::Access;
use rules::mailbox::{Bearer, Kind, MailboxId};
use rules::movement::{self, Change};
use rules::{Address, Author, Channel, Clock, Entropy, IdNat, Moment};
use sandbox::Personas;
use sandbox::psc::{PscSim, SimConfig};
use store::mail::Arrival;
use store::mailboxes::{Knock, NewMailbox};
use store::{Blobs, Engine, Store};
use tokio::io::DuplexStream;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub const CABINET: &str = "cabinet.des-lilas@pli.mssante.test";
/// Before this, the register and the mailbox were made; the play begins then.
pub const CURTAIN: &str = "2026-11-21T22:00:00Z";
const EARLIER: &str = "2026-11-02T08:00:00Z";

/// Owner, cotitulaire, délégataire, and a stranger to the cabinet.
pub const TILLEUL: &str = "899790000014";
pub const AUBEPIN: &str = "899790000022";
pub const SUREAU: &str = "899790000048";
pub const STRANGER: &str = "899790000063";

pub fn idnat(text: &str) -> IdNat {
    IdNat::parse(text).expect("a persona's number")
}

pub fn person_named(name: &str) -> IdNat {
    idnat(match name {
        "tilleul" => TILLEUL,
        "aubepin" => AUBEPIN,
        "sureau" => SUREAU,
        "genevrier" => STRANGER,
        other => panic!("nobody here is called {other}"),
    })
}

pub fn cabinet() -> Address {
    Address::parse(CABINET).expect("an address")
}

/// Where the facts of a play are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    Sqlite,
    Postgres,
}

pub struct Stage {
    pub store: Store,
    pub shared: Arc<Shared>,
    pub mailbox: MailboxId,
    pub stop: CancellationToken,
    pub sim: Option<PscSim>,
    now: Arc<AtomicI64>,
    ticking: Arc<OnceLock<tokio::time::Instant>>,
    engine: Engine,
    letters: AtomicU64,
    dir: tempfile::TempDir,
}

impl Stage {
    pub async fn set(kept: Kept) -> Self {
        Self::build(kept, false).await
    }

    /// With Pro Santé Connect.
    pub async fn set_with_psc(kept: Kept) -> Self {
        Self::build(kept, true).await
    }

    async fn build(kept: Kept, with_psc: bool) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let engine = engine(kept, dir.path());
        let config = store::Config {
            engine: engine.clone(),
            blobs: Blobs::Local { dir: dir.path().join("blobs") },
            kek: [7; 32],
            terms_version: "2026-01".to_owned(),
            terms_text: "Conditions d'essai".to_owned(),
            terms_since: rules::Moment::from_micros(0),
            naming: rules::mailbox::NamingRule::default(),
            terms_url: "https://mss.pli.mssante.test/cgu".to_owned(),
        };
        let store = Store::open(config, Entropy::seeded(3)).await.expect("a store");
        let now = Arc::new(AtomicI64::new(Moment::parse(EARLIER).expect("a date").micros()));
        let ticking: Arc<OnceLock<tokio::time::Instant>> = Arc::default();
        let (shown, since) = (now.clone(), ticking.clone());
        let clock = Clock::new(move || {
            let ticked = since.get().map_or(Duration::ZERO, tokio::time::Instant::elapsed);
            Moment::from_micros(shown.load(Ordering::SeqCst)).plus(ticked)
        });
        let mailbox = people(&store, clock.now()).await;
        let sim = if with_psc { Some(psc_sim(&clock, &now).await) } else { None };
        let shared = Arc::new(Shared {
            store: store.clone(),
            trust: lab::trust(&dir.path().join("pki"), &clock),
            psc: relying_party(sim.as_ref(), &clock),
            throttle: identity::throttle::Throttle::default(),
            clock,
            entropy: Entropy::seeded(4),
            discovery_url: "https://psc.test/.well-known/wallet-openid-configuration".to_owned(),
            seats: imap::seats::Seats::default(),
        });
        let stage =
            Self { store, shared, mailbox, stop: CancellationToken::new(), sim, now, ticking, engine, letters: AtomicU64::new(0), dir };
        stage.clock(CURTAIN);
        stage
    }

    /// Moves the clock, and tells everybody.
    pub fn clock(&self, to: &str) {
        let to = Moment::parse(to).unwrap_or_else(|| panic!("{to} is not a moment"));
        self.now.store(to.micros(), Ordering::SeqCst);
        self.store.feed().rouse_all();
    }

    /// From now on the operator's clock also follows the timers.
    pub fn tick(&self) {
        self.ticking.set(tokio::time::Instant::now()).expect("once");
    }

    pub fn now(&self) -> Moment {
        self.shared.clock.now()
    }

    pub async fn access(&self, person: &IdNat) -> Access {
        let knock = Knock {
            address: cabinet(),
            person: person.clone(),
            channel: Channel::Imap,
            azp: "lps-demo".into(),
            acr: "eidas1".into(),
            auth_mode: "MOBILE".into(),
            ip: None,
        };
        self.store.enter(knock, self.now()).await.expect("a right")
    }

    /// A session of somebody who is in already.
    pub async fn opened_by(&self, person: &IdNat) -> DuplexStream {
        let access = self.access(person).await;
        self.converse(Begin::LoggedIn(Box::new(access)))
    }

    pub fn converse(&self, begin: Begin) -> DuplexStream {
        let (ours, theirs) = tokio::io::duplex(256 * 1024);
        let session = imap::converse(Box::new(theirs), IpAddr::V4(Ipv4Addr::LOCALHOST), self.shared.clone(), begin, self.stop.clone());
        tokio::spawn(session);
        ours
    }

    /// A letter from another operator, in the INBOX.
    pub async fn deliver(&self, bytes: Vec<u8>) {
        let number = self.letters.fetch_add(1, Ordering::SeqCst);
        let glance = message::Glance::of(&bytes);
        let arrival = Arrival {
            recipients: vec![self.mailbox],
            message_id: glance.message_id.clone(),
            glance: glance.encode().into(),
            bytes: bytes.into(),
            author: Author::Peer { id: rules::Domain::parse("voisin.mssante.test").expect("a domain") },
            channel: Channel::Smtp,
            facts: serde_json::Value::Null,
            transaction: format!("essai-{number}"),
        };
        self.store.deliver(arrival, self.now()).await.expect("a delivery");
    }

    /// Staff makes a movement, if the rules allow it.
    pub async fn movement(&self, change: Change) {
        make(&self.store, change, self.now()).await;
    }

    /// Lines of a journal (`None`: the register's), the oldest first: `act` of each.
    pub async fn acts(&self, mailbox: Option<Address>) -> Vec<String> {
        let query = store::history::Query { mailbox, ..store::history::Query::default() };
        let mut lines = self.store.journal_lines(query).await.expect("the journal");
        lines.sort_by_key(|placed| placed.line.seq);
        lines.into_iter().map(|placed| placed.line.act).collect()
    }

    /// Causes of the refusals in a journal, the oldest first.
    pub async fn refusals(&self, mailbox: Option<Address>) -> Vec<String> {
        let query = store::history::Query { mailbox, ..store::history::Query::default() };
        let mut lines = self.store.journal_lines(query).await.expect("the journal");
        lines.sort_by_key(|placed| placed.line.seq);
        let refused = lines.into_iter().filter(|placed| placed.line.act == "access.refused");
        refused.map(|placed| placed.line.facts["code"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Staff suspends a mailbox.
    pub async fn suspend(&self, mailbox: &Address) {
        let by = Author::staff("essai");
        let decide = |_: &rules::mailbox::Mailbox, _: Option<&rules::register::Person>| Ok(());
        let reason = Some("essai".to_owned());
        let moved = self.store.move_mailbox(mailbox, Change::Suspended, reason, false, by, Channel::Cli, self.now(), decide);
        moved.await.expect("a movement");
    }

    /// The authority publishes a revocation list that names this certificate, and the operator reads it.
    pub fn revoke(&self, leaf: &trust::pki::Leaf) {
        let crl = lab::lab().crl_with(&[leaf], self.now(), trust::pki::DAY).expect("a revocation list");
        std::fs::write(self.dir.path().join("pki/liste.crl"), crl).expect("written");
        self.shared.trust.reload().expect("read");
    }

    /// The curtain falls: nobody speaks any more, and the store is examined.
    pub async fn fall(self) {
        self.stop.cancel();
        let faults = self.store.audit().await.expect("the audit runs");
        assert!(faults.is_empty(), "{faults:#?}");
        self.store.close().await;
        drop(self.store);
        self.engine.erase().await.expect("the stage is cleared");
    }

    pub async fn token(&self, persona: &str) -> String {
        let sim = self.sim.as_ref().expect("a stage with PSC");
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client");
        let order = http.post(format!("{}/token", sim.control())).header("X-Pli-Sim", "1").timeout(Duration::from_secs(10));
        let reply = order.json(&serde_json::json!({ "persona": persona })).send().await.expect("the control API answers");
        let reply: serde_json::Value = reply.json().await.expect("JSON");
        reply["access_token"].as_str().expect("a token").to_owned()
    }

    pub async fn faults(&self, faults: serde_json::Value) {
        let sim = self.sim.as_ref().expect("a stage with PSC");
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client");
        let order = http.put(format!("{}/faults", sim.control())).header("X-Pli-Sim", "1").json(&faults);
        assert!(order.send().await.expect("the control API answers").status().is_success());
    }
}

fn engine(kept: Kept, dir: &Path) -> Engine {
    match kept {
        Kept::Sqlite => Engine::Sqlite { path: dir.join("pli.sqlite") },
        Kept::Postgres => {
            let url =
                std::env::var("PLI_TEST_POSTGRES").expect("PLI_TEST_POSTGRES=postgres://user@host:port/database must name a test server");
            static SCHEMAS: AtomicU64 = AtomicU64::new(0);
            let schema = format!("imap_{}_{}", std::process::id(), SCHEMAS.fetch_add(1, Ordering::SeqCst));
            Engine::Postgres { url, schema }
        }
    }
}

/// The register, the mailbox of the cabinet, and who may enter it.
async fn people(store: &Store, at: Moment) -> MailboxId {
    let personas = Personas::shipped();
    for structure in personas.structures() {
        store.put_structure(&structure, Author::task("import"), at).await.expect("a structure");
    }
    for person in personas.persons() {
        store.put_person(&person, Author::task("import"), at).await.expect("a person");
    }
    for person in [TILLEUL, AUBEPIN, SUREAU] {
        let author = Author::Person { id: idnat(person), capacity: None };
        store.accept_terms(&idnat(person), store::mailboxes::Acceptance::of("2026-01", Channel::Webmail), author, at).await.expect("terms");
    }
    let domain = rules::Domain::parse("pli.mssante.test").expect("a domain");
    let planned = personas.mailboxes(&domain, at).into_iter().find(|planned| planned.address == cabinet()).expect("the cabinet");
    let new = NewMailbox {
        address: cabinet(),
        kind: Kind::Cab,
        bearer: Bearer::Person { idnat: idnat(TILLEUL), situation: None },
        label: planned.label,
        structure: planned.structure,
        first: vec![],
    };
    let mailbox = store.import_mailbox(new, Author::staff("essai"), Channel::Cli, at).await.expect("a mailbox");
    make(store, Change::CotitulaireAdded { person: idnat(AUBEPIN) }, at).await;
    make(store, Change::Delegated { person: idnat(SUREAU), from: None, until: None }, at).await;
    mailbox
}

async fn make(store: &Store, change: Change, now: Moment) {
    let asked = change.clone();
    let decide =
        move |mailbox: &rules::mailbox::Mailbox, person: Option<&rules::register::Person>| movement::by_staff(mailbox, &asked, person, now);
    store
        .move_mailbox(&cabinet(), change, Some("essai".to_owned()), false, Author::staff("essai"), Channel::Cli, now, decide)
        .await
        .expect("a movement");
}

async fn psc_sim(clock: &Clock, now: &Arc<AtomicI64>) -> PscSim {
    let listen = || TcpListener::bind("127.0.0.1:0");
    let moved = now.clone();
    PscSim::start(SimConfig {
        on_clock: Arc::new(move |by| {
            moved.fetch_add(i64::try_from(by.as_micros()).unwrap_or(0), Ordering::SeqCst);
        }),
        ..SimConfig::new(listen().await.expect("a port"), listen().await.expect("a port"), clock.clone(), Entropy::seeded(1))
    })
    .await
    .expect("the simulator starts")
}

/// Without a simulator, a relying party that finds nobody at home.
fn relying_party(sim: Option<&PscSim>, clock: &Clock) -> Psc {
    let nowhere = "http://127.0.0.1:9".to_owned();
    let config = PscConfig {
        issuer: sim.map_or_else(|| nowhere.clone(), |sim| sim.issuer().to_owned()),
        discovery_url: sim.map_or(nowhere, PscSim::discovery_url),
        client_id: "pli-introspect".into(),
        client_secret: "pli-introspect-secret".into(),
        min_acr: "eidas1".into(),
        azp_allowed: None,
        preset: Preset::Sim,
    };
    Psc::new(config, clock.clone(), Entropy::seeded(2))
}
