//! Durable deliveries a second on SQLite: 10 KiB letters, 16 and 64 producers, each waiting for its commit before the next.
//!
//! `cargo bench -p store`. Prints one line a measure; no threshold, for the disk decides (see `docs/performance.md`).

use std::time::{Duration, Instant};

use bytes::Bytes;
use rules::mailbox::{Bearer, Kind, MailboxId};
use rules::{Address, Author, Channel, Entropy, IdNat, Moment};
use store::mail::Arrival;
use store::mailboxes::NewMailbox;
use store::{Blobs, Config, Engine, Store};

const LENGTH: Duration = Duration::from_secs(5);
const MAILBOXES: usize = 100;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    for producers in [1, 16, 64] {
        let rate = runtime.block_on(measure(producers));
        println!("sqlite, 10 KiB, {producers:>2} producers, {MAILBOXES} mailboxes: {rate:.0} durable deliveries/s");
    }
}

async fn measure(producers: usize) -> f64 {
    let dir = tempfile::TempDir::new_in(".").expect("a folder on the disk to be measured");
    let config = Config {
        engine: Engine::Sqlite { path: dir.path().join("pli.sqlite") },
        blobs: Blobs::Local { dir: dir.path().join("blobs") },
        kek: [7; 32],
        terms_version: "2026-01".to_owned(),
        terms_url: String::new(),
    };
    let store = Store::open(config, Entropy::seeded(1)).await.expect("a store");
    let now = Moment::from_secs(1_795_000_000);
    let mut mailboxes = Vec::new();
    for n in 0..MAILBOXES {
        mailboxes.push(mailbox(&store, n, now).await);
    }
    let begin = Instant::now();
    let tasks: Vec<_> = (0..producers)
        .map(|producer| {
            let (store, mailboxes) = (store.clone(), mailboxes.clone());
            tokio::spawn(async move {
                let mut done = 0;
                while begin.elapsed() < LENGTH {
                    let to = mailboxes[(producer * 7 + done) % mailboxes.len()];
                    store.deliver(letter(to, producer, done), now).await.expect("delivered");
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
    let rate = done as f64 / begin.elapsed().as_secs_f64();
    store.close().await;
    rate
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
    store.create_mailbox(new, Author::staff("bench"), Channel::Cli, now).await.expect("a mailbox")
}

/// Half of it cannot be compressed, as with a small PDF.
fn letter(to: MailboxId, producer: usize, n: usize) -> Arrival {
    let noise = hex::encode(Entropy::seeded((producer * 1_000_003 + n) as u64).bytes::<5_000>());
    Arrival {
        recipients: vec![to],
        bytes: Bytes::from(format!("Subject: lettre {n}\r\n\r\n{noise}")),
        glance: Bytes::from(vec![b'g'; 600]),
        message_id: Some(format!("{producer}.{n}@voisin.mssante.test")),
        author: Author::task("bench"),
        channel: Channel::Smtp,
        facts: serde_json::Value::Null,
        transaction: format!("{producer}-{n}"),
    }
}
