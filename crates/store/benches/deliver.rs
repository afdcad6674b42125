//! Durable deliveries a second on SQLite, and on PostgreSQL if `PLI_TEST_POSTGRES` names one: 10 KiB letters, 1, 16
//! and 64 producers, each waiting for its commit before the next.
//!
//! `cargo bench -p store`. Prints one line a measure, with the processor time of one delivery (Linux), which a busy machine does not blur.
//! No threshold: the disk decides (see `docs/performance.md`).

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use rules::mailbox::{Bearer, Kind, MailboxId};
use rules::{Address, Author, Channel, Entropy, IdNat, Moment};
use store::mail::Arrival;
use store::mailboxes::NewMailbox;
use store::{Blobs, Config, Engine, Store};

const LENGTH: Duration = Duration::from_secs(5);

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let url = std::env::var("PLI_TEST_POSTGRES").ok();
    for (producers, mailboxes) in [(1, 100), (16, 100), (64, 100), (64, 4)] {
        let dir = tempfile::TempDir::new_in(".").expect("a folder on the disk to be measured");
        let sqlite = Engine::Sqlite { path: dir.path().join("pli.sqlite") };
        tell("sqlite", producers, mailboxes, runtime.block_on(measure(sqlite, &dir, producers, mailboxes)));
        if let Some(url) = &url {
            let postgres = Engine::Postgres { url: url.clone(), schema: format!("store_bench_{}", std::process::id()) };
            tell("postgres", producers, mailboxes, runtime.block_on(measure(postgres, &dir, producers, mailboxes)));
        }
    }
}

fn tell(engine: &str, producers: usize, mailboxes: usize, Measure { rate, cpu }: Measure) {
    println!(
        "{engine}, 10 KiB, {producers} producers, {mailboxes} mailboxes: {rate:.0} durable deliveries/s, {cpu:?} of our processor each"
    );
}

struct Measure {
    rate: f64,
    cpu: Option<Duration>,
}

async fn measure(engine: Engine, dir: &tempfile::TempDir, producers: usize, count: usize) -> Measure {
    let config = Config {
        engine: engine.clone(),
        blobs: Blobs::Local { dir: dir.path().join("blobs") },
        kek: [7; 32],
        terms_version: "2026-01".to_owned(),
        terms_text: "Conditions d'essai".to_owned(),
        terms_since: rules::Moment::from_micros(0),
        naming: rules::mailbox::NamingRule::default(),
        terms_url: String::new(),
    };
    let store = Store::open(config, Entropy::seeded(1)).await.expect("a store");
    let now = Moment::from_secs(1_795_000_000);
    let mut mailboxes = Vec::new();
    for n in 0..count {
        mailboxes.push(mailbox(&store, n, now).await);
    }
    let letters: Arc<Vec<Bytes>> = Arc::new((0..64).map(letter).collect());
    let (begin, cpu) = (Instant::now(), processor_time());
    let tasks: Vec<_> = (0..producers)
        .map(|producer| {
            let (store, mailboxes, letters) = (store.clone(), mailboxes.clone(), Arc::clone(&letters));
            tokio::spawn(async move {
                let mut done = 0;
                while begin.elapsed() < LENGTH {
                    let to = mailboxes[(producer * 7 + done) % mailboxes.len()];
                    let bytes = letters[(producer + done) % letters.len()].clone();
                    store.deliver(arrival(to, bytes, format!("{done:08}-{producer}")), now).await.expect("delivered");
                    done += 1;
                }
                done
            })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        done += task.await.expect("a producer");
    }
    let measure = Measure {
        rate: done as f64 / begin.elapsed().as_secs_f64(),
        cpu: processor_time().zip(cpu).map(|(after, before)| (after - before) / done as u32),
    };
    store.close().await;
    engine.erase().await.expect("nothing is left behind");
    measure
}

/// What this process has used so far: user and system time in hundredths of a second, fields 14 and 15 of `/proc/self/stat`.
fn processor_time() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks: u64 = fields.split_whitespace().skip(11).take(2).map(|n| n.parse::<u64>().unwrap_or(0)).sum();
    Some(Duration::from_millis(ticks * 10))
}

async fn mailbox(store: &Store, n: usize, now: Moment) -> MailboxId {
    let new = NewMailbox {
        address: Address::parse(&format!("u{n:04}@pli.mssante.test")).expect("an address"),
        kind: Kind::Per,
        bearer: Bearer::Person { idnat: IdNat::parse("899790000014").expect("a number"), situation: None },
        label: String::new(),
        structure: None,
        first: Vec::new(),
    };
    store.import_mailbox(new, Author::staff("bench"), Channel::Cli, now).await.expect("a mailbox")
}

/// Half of it cannot be compressed, as with a small PDF.
fn letter(n: u64) -> Bytes {
    let noise = hex::encode(Entropy::seeded(n).bytes::<5_000>());
    Bytes::from(format!("Subject: lettre {n}\r\n\r\n{noise}"))
}

fn arrival(to: MailboxId, bytes: Bytes, transaction: String) -> Arrival {
    Arrival {
        recipients: vec![to],
        bytes,
        glance: Bytes::from(vec![b'g'; 600]),
        message_id: Some(format!("{transaction}@voisin.mssante.test")),
        author: Author::task("bench"),
        channel: Channel::Smtp,
        facts: serde_json::Value::Null,
        transaction,
    }
}
