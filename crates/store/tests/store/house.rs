//! The house the stories happen in: a store on one of the engines, a few invented people, a cabinet, a clock moved by hand.

use std::time::Duration;

use bytes::Bytes;
use rules::access::Access;
use rules::journal::Line;
use rules::mailbox::{Bearer, Kind, MailboxId};
use rules::movement::Change;
use rules::register::{Exercise, Person, Situation};
use rules::{Address, Author, Channel, Entropy, IdNat, Moment, Refusal};
use store::history::Query;
use store::mail::{Arrival, Stored, Want};
use store::mailboxes::{Acceptance, Knock, NewMailbox};
use store::{Blobs, Config, Engine, Error, Store};
use tempfile::TempDir;

pub const CLAIRE: &str = "899790000014";
pub const NADIA: &str = "899790000048";
pub const KARIM: &str = "899790000055";
pub const CABINET: &str = "cabinet.des-lilas@pli.mssante.test";
pub const KINE: &str = "karim.roseau@pli.mssante.test";

/// Tells a story on both engines.
macro_rules! on_both {
    ($(#[$doc:meta])* async fn $name:ident($house:ident) $story:block) => {
        $(#[$doc])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn story($house: &mut crate::house::House) $story

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                let mut house = crate::house::House::sqlite().await;
                story(&mut house).await;
                house.end().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                let mut house = crate::house::House::postgres().await;
                story(&mut house).await;
                house.end().await;
            }
        }
    };
}
pub(crate) use on_both;

pub struct House {
    pub store: Store,
    pub now: Moment,
    pub config: Config,
    pub dir: TempDir,
}

pub fn postgres_url() -> String {
    std::env::var("PLI_TEST_POSTGRES").expect("PLI_TEST_POSTGRES must name a PostgreSQL database for the tests")
}

pub fn config(engine: Engine, dir: &TempDir) -> Config {
    Config {
        engine,
        blobs: Blobs::Local { dir: dir.path().join("blobs") },
        kek: [7; 32],
        terms_version: "2026-01".to_owned(),
        terms_text: "Conditions d'essai".to_owned(),
        terms_since: rules::Moment::from_micros(0),
        naming: rules::mailbox::NamingRule::default(),
        terms_url: "https://mss.pli.mssante.test/cgu".to_owned(),
    }
}

pub fn fresh_schema() -> String {
    static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let n = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    format!("store_test_{}_{n}", std::process::id())
}

impl House {
    pub async fn sqlite() -> Self {
        let dir = TempDir::new().unwrap();
        let engine = Engine::Sqlite { path: dir.path().join("pli.sqlite") };
        Self::open(engine, dir).await
    }

    pub async fn postgres() -> Self {
        let engine = Engine::Postgres { url: postgres_url(), schema: fresh_schema() };
        Self::open(engine, TempDir::new().unwrap()).await
    }

    async fn open(engine: Engine, dir: TempDir) -> Self {
        let config = config(engine, &dir);
        let store = Store::open(config.clone(), Entropy::seeded(1)).await.unwrap();
        let mut house = Self { store, now: Moment::parse("2026-11-21T08:00:00Z").unwrap(), config, dir };
        house.furnish().await;
        house
    }

    /// Claire owns the cabinet, Nadia is its délégataire; Karim has a mailbox of his own. All have accepted the terms.
    async fn furnish(&mut self) {
        for person in [physician(CLAIRE, "Claire", "TILLEUL"), secretary(NADIA, "Nadia", "SUREAU"), physician(KARIM, "Karim", "ROSEAU")] {
            self.store.put_person(&person, staff(), self.now).await.unwrap();
            let accepted = self.store.accept_terms(&person.idnat, of("2026-01"), author(&person.idnat), self.now);
            accepted.await.unwrap();
        }
        let delegated = Change::Delegated { person: id(NADIA), from: None, until: None };
        self.create(CABINET, Kind::Cab, CLAIRE, vec![delegated]).await.unwrap();
        self.create(KINE, Kind::Per, KARIM, vec![]).await.unwrap();
    }

    pub async fn create(&self, at: &str, kind: Kind, owner: &str, first: Vec<Change>) -> Result<MailboxId, Error> {
        let new = NewMailbox {
            address: address(at),
            kind,
            bearer: Bearer::Person { idnat: id(owner), situation: None },
            label: "Cabinet médical des Lilas".to_owned(),
            structure: None,
            first,
        };
        self.store.import_mailbox(new, staff(), Channel::Cli, self.now).await
    }

    pub fn later(&mut self, seconds: u64) -> Moment {
        self.now = self.now.plus(Duration::from_secs(seconds));
        self.now
    }

    pub async fn knock(&self, at: &str, person: &str) -> Result<Access, Error> {
        let knock = Knock {
            address: address(at),
            person: id(person),
            channel: Channel::Imap,
            azp: "lps-demo".to_owned(),
            acr: "eidas1".to_owned(),
            auth_mode: "CARD".to_owned(),
            ip: Some("127.0.0.1".parse().unwrap()),
        };
        self.store.enter(knock, self.now).await
    }

    pub async fn nadia(&self) -> Access {
        self.knock(CABINET, NADIA).await.unwrap()
    }

    pub async fn claire(&self) -> Access {
        self.knock(CABINET, CLAIRE).await.unwrap()
    }

    pub async fn karim(&self) -> Access {
        self.knock(KINE, KARIM).await.unwrap()
    }

    pub async fn change(&self, at: &str, change: Change) {
        let (at, by) = (address(at), author(&id(CLAIRE)));
        self.store.move_mailbox(&at, change, None, true, by, Channel::Webmail, self.now, |_, _| Ok(())).await.unwrap();
    }

    /// Files a letter in the cabinet.
    pub async fn letter(&self, transaction: &str, text: &str) {
        let cabinet = self.mailbox_id(CABINET).await;
        self.store.deliver(letter(vec![cabinet], transaction, text), self.now).await.unwrap();
    }

    pub async fn mailbox_id(&self, at: &str) -> MailboxId {
        self.store.mailbox(&address(at)).await.unwrap().unwrap().id
    }

    /// Everything in a folder, with bytes, read by the server itself.
    pub async fn look(&self, access: &Access, folder: &str) -> Vec<Stored> {
        let opened = self.store.open_folder(access, folder).await.unwrap();
        let want = Want { glance: true, bytes: true, mark_seen: false, to_person: false };
        self.store.read(access, opened.folder.id, &opened.uids, want, Channel::Imap, self.now).await.unwrap()
    }

    /// The lines of a mailbox, or of the register.
    pub async fn lines(&self, at: Option<&str>) -> Vec<Line> {
        let query = Query { mailbox: at.map(address), ..Query::default() };
        self.store.journal_lines(query).await.unwrap().into_iter().map(|placed| placed.line).collect()
    }

    pub async fn acts(&self, at: &str, act: &str) -> Vec<Line> {
        self.lines(Some(at)).await.into_iter().filter(|line| line.act == act).collect()
    }

    /// The store closed and opened anew, as after a restart.
    pub async fn restart(&mut self) {
        self.store.close().await;
        self.store = Store::open(self.config.clone(), Entropy::seeded(self.now.micros().unsigned_abs())).await.unwrap();
    }

    /// Rows of a mailbox in a table, counted behind the store's back.
    pub async fn rows(&self, table: &str, mailbox: MailboxId) -> i64 {
        let from = |table: &str| format!("SELECT COUNT(*) FROM {table} WHERE mailbox = {}", mailbox.0);
        match &self.config.engine {
            Engine::Sqlite { path } => rusqlite::Connection::open(path).unwrap().query_row(&from(table), [], |row| row.get(0)).unwrap(),
            Engine::Postgres { schema, .. } => {
                let (client, connection) = tokio_postgres::connect(&postgres_url(), tokio_postgres::NoTls).await.unwrap();
                tokio::spawn(connection);
                client.query_one(&from(&format!("{schema}.{table}")), &[]).await.unwrap().get(0)
            }
        }
    }

    /// A statement behind the store's back.
    pub async fn tamper(&self, sql: &str) {
        match &self.config.engine {
            Engine::Sqlite { path } => rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap(),
            Engine::Postgres { schema, .. } => postgres(schema, sql).await,
        }
    }

    pub async fn end(self) {
        let faults = self.store.audit().await.unwrap();
        assert!(faults.is_empty(), "the store is not sound: {faults:#?}");
        self.store.close().await;
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let Engine::Postgres { schema, .. } = &self.config.engine else { return };
        let sql = format!("DROP SCHEMA IF EXISTS {schema} CASCADE");
        // A story that failed must not leave its schema behind; a thread of its own, for a runtime cannot wait inside another.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(postgres("public", &sql));
        });
        let _ = dropped.join();
    }
}

pub async fn postgres(schema: &str, sql: &str) {
    let (client, connection) = tokio_postgres::connect(&postgres_url(), tokio_postgres::NoTls).await.unwrap();
    let running = tokio::spawn(connection);
    client.batch_execute(&format!("SET search_path TO {schema}; {sql}")).await.unwrap();
    drop(client);
    running.await.unwrap().unwrap();
}

/// An acceptance of the terms on the pages.
pub fn of(version: &str) -> Acceptance {
    Acceptance::of(version, Channel::Webmail)
}

pub fn id(text: &str) -> IdNat {
    IdNat::parse(text).unwrap()
}

pub fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

pub fn staff() -> Author {
    Author::staff("console")
}

pub fn author(person: &IdNat) -> Author {
    Author::Person { id: person.clone(), capacity: None }
}

pub fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> Refusal {
    match result {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

pub fn letter(recipients: Vec<MailboxId>, transaction: &str, text: &str) -> Arrival {
    Arrival {
        recipients,
        bytes: bytes(text),
        glance: Bytes::from(format!("glance of {text}")),
        message_id: Some(format!("{transaction}@voisin.mssante.test")),
        author: Author::Peer { id: rules::Domain::parse("voisin.mssante.test").unwrap() },
        channel: Channel::Smtp,
        facts: serde_json::json!({ "nil": "I10" }),
        transaction: transaction.to_owned(),
    }
}

pub fn bytes(text: &str) -> Bytes {
    Bytes::from(format!("From: cardiologie@voisin.mssante.test\r\nSubject: {text}\r\n\r\n{text}\r\n"))
}

fn person(number: &str, given: &str, family: &str, profession: &str, role: &str) -> Person {
    let situation = Situation {
        id: format!("{number}-1"),
        structure: Some("499790000014017".to_owned()),
        role: role.to_owned(),
        mode: "L".to_owned(),
        begin: Moment::parse("2020-01-01T00:00:00Z").unwrap(),
        end: None,
        activity: Default::default(),
    };
    let exercise =
        Exercise { profession: profession.to_owned(), category: "C".to_owned(), situations: vec![situation], ..Exercise::default() };
    Person {
        idnat: id(number),
        family: family.to_owned(),
        given: given.to_owned(),
        civility: String::new(),
        aliases: vec![],
        struck_off: None,
        exercises: vec![exercise],
    }
}

pub fn physician(number: &str, given: &str, family: &str) -> Person {
    person(number, given, family, "10", "")
}

pub fn secretary(number: &str, given: &str, family: &str) -> Person {
    person(number, given, family, "", "331")
}
