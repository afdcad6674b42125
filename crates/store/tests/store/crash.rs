//! Power goes: a process is killed in the middle of its deliveries; what it acknowledged is there, once, and nothing is torn.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use rules::Entropy;
use store::{Engine, Store};

use crate::house::{CABINET, House, address, letter};

/// Set for the process that will be killed: its store.
const VICTIM: &str = "PLI_STORE_VICTIM";
const SEED: &str = "PLI_STORE_VICTIM_SEED";

/// Kills after this many acknowledgements.
const ENOUGH: usize = 60;

/// Proves: TRU-28, invariant 10.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_kill_9_on_sqlite() {
    if std::env::var_os(VICTIM).is_some() {
        return deliver_until_killed().await;
    }
    survive(House::sqlite().await, "crash::what_was_acknowledged_survives_kill_9_on_sqlite").await;
}

/// Proves: TRU-28, invariant 10.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_kill_9_on_postgres() {
    if std::env::var_os(VICTIM).is_some() {
        return deliver_until_killed().await;
    }
    survive(House::postgres().await, "crash::what_was_acknowledged_survives_kill_9_on_postgres").await;
}

async fn survive(mut house: House, test: &str) {
    house.store.close().await;
    let mut acknowledged = Vec::new();
    for life in 2..5 {
        acknowledged.extend(kill_one(&house, test, life));
    }
    assert!(acknowledged.len() >= 3 * ENOUGH);
    house.restart().await;
    let claire = house.claire().await;
    let mut filed: BTreeMap<String, usize> = BTreeMap::new();
    for message in house.look(&claire, "INBOX").await {
        let text = String::from_utf8(message.bytes.unwrap().to_vec()).unwrap();
        *filed.entry(text.lines().last().unwrap().to_owned()).or_default() += 1;
    }
    for transaction in &acknowledged {
        assert_eq!(filed.get(transaction), Some(&1), "{transaction}");
    }
    house.end().await;
}

/// Starts this very test as another process, reads what it acknowledges, and kills it (SIGKILL).
fn kill_one(house: &House, test: &str, life: u64) -> Vec<String> {
    let store = match &house.config.engine {
        Engine::Sqlite { path } => path.display().to_string(),
        Engine::Postgres { schema, .. } => schema.clone(),
    };
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(VICTIM, format!("{}\n{store}", house.dir.path().display()))
        .env(SEED, life.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut acknowledged = Vec::new();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    while acknowledged.len() < ENOUGH {
        let line = said.next().expect("the victim lives until it is killed").unwrap();
        acknowledged.extend(line.strip_prefix("250 ").map(str::to_owned));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What it said before it died counts too; a line cut short by death does not.
    let last = said.map_while(Result::ok).filter_map(|line| line.strip_prefix("250 ").map(str::to_owned));
    acknowledged.extend(last.filter(|line| line.ends_with('.')));
    acknowledged
}

async fn deliver_until_killed() {
    use std::io::Write;
    let victim = std::env::var(VICTIM).unwrap();
    let (dir, place) = victim.split_once('\n').unwrap();
    let seed: u64 = std::env::var(SEED).unwrap().parse().unwrap();
    let engine = if std::path::Path::new(place).is_absolute() {
        Engine::Sqlite { path: place.into() }
    } else {
        Engine::Postgres { url: crate::house::postgres_url(), schema: place.to_owned() }
    };
    let mut config = crate::house::config(engine, &tempfile::TempDir::new().unwrap());
    config.blobs = store::Blobs::Local { dir: std::path::Path::new(dir).join("blobs") };
    let store = Store::open(config, Entropy::seeded(seed)).await.unwrap();
    let cabinet = store.mailbox(&address(CABINET)).await.unwrap().unwrap();
    let producers = (0..16).map(|producer| {
        let (store, now, id) = (store.clone(), cabinet.created, cabinet.id);
        tokio::spawn(async move {
            for n in 0.. {
                let transaction = format!("{seed}-{producer}-{n}.");
                store.deliver(letter(vec![id], &transaction, &transaction), now).await.unwrap();
                let mut out = std::io::stdout().lock();
                writeln!(out, "250 {transaction}").unwrap();
                out.flush().unwrap();
            }
        })
    });
    for producer in producers.collect::<Vec<_>>() {
        producer.await.unwrap();
    }
}
