//! `kill -9` in the middle of deliveries: what got `250` is there once and whole, whatever was happening.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::harness::letters::{as_sent, large, letter};
use crate::harness::{CARDIOLOGIE, Demo, Imap, Smtp};

const LETTERS: usize = 1_000;
const CONNECTIONS: usize = 8;
/// Acknowledged letters before the kill.
const BEFORE: usize = 400;
const MAILBOX: &str = "claire.tilleul@pli.mssante.test";

/// Proves: TRU-28, TRU-58.
#[test]
fn on_sqlite_every_letter_that_got_250_is_there_once_after_a_kill() {
    survives(Demo::start());
}

/// Proves: TRU-28, TRU-58.
#[test]
fn on_postgresql_every_letter_that_got_250_is_there_once_after_a_kill() {
    let url = std::env::var("PLI_TEST_POSTGRES").expect("PLI_TEST_POSTGRES names a PostgreSQL database for tests (./dev test sets it)");
    let demo = Demo::with(&["--store", &url]);
    let schemas = schemas(&demo);
    let left = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| survives(demo)));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for schema in schemas {
        runtime.block_on(store::Engine::Postgres { url: url.clone(), schema }.erase()).expect("the schema is dropped");
    }
    if let Err(panic) = left {
        std::panic::resume_unwind(panic);
    }
}

fn schemas(demo: &Demo) -> Vec<String> {
    let schema = |operator: &str| {
        let text = std::fs::read_to_string(demo.path(&format!("{operator}/pli.toml"))).expect("a configuration");
        let line = text.lines().find_map(|line| line.strip_prefix("schema = ")).expect("a schema").to_owned();
        line.trim_matches('"').to_owned()
    };
    ["operator", "peer"].map(schema).to_vec()
}

fn mark(n: usize) -> String {
    format!("crash-{n:04}")
}

/// Every tenth letter is too large for a row: it goes through the blobs.
fn sent(n: usize) -> Vec<u8> {
    if n.is_multiple_of(10) { large(CARDIOLOGIE, MAILBOX, &mark(n), 300_000) } else { letter(CARDIOLOGIE, MAILBOX, &mark(n)) }
}

fn survives(mut demo: Demo) {
    let early = deliver(&demo, 0..20, usize::MAX, || {});
    assert_eq!(early.len(), 20);
    let seen = look(&demo);
    let pid = demo.pid();
    let acknowledged = deliver(&demo, 20..LETTERS, BEFORE, || crate::harness::demo::signal(pid, "KILL"));
    assert!(acknowledged.len() >= BEFORE && acknowledged.len() < LETTERS - 20, "killed in the middle: {}", acknowledged.len());
    demo.kill();

    demo.launch();
    let after = look(&demo);
    for n in early.iter().chain(&acknowledged) {
        let copies = after.letters.get(&mark(*n)).map_or(0, Vec::len);
        assert_eq!(copies, 1, "{} was acknowledged", mark(*n));
    }
    for (mark, uids) in &seen.letters {
        assert_eq!(after.letters.get(mark), Some(uids), "{mark} kept its UID");
    }
    assert_eq!(after.uid_validity, seen.uid_validity);
    assert_eq!(demo.json(&["journal", "verify"])["ok"], true);

    // The neighbour tries again what was not acknowledged, as any operator would.
    let known: BTreeSet<usize> = early.iter().chain(&acknowledged).copied().collect();
    let rest: Vec<usize> = (0..LETTERS).filter(|n| !known.contains(n)).collect();
    let again = deliver(&demo, rest.iter().copied(), usize::MAX, || {});
    assert_eq!(again.len(), rest.len());
    let last = look(&demo);
    assert_eq!(last.letters.len(), LETTERS, "every letter is there");
    assert_eq!(demo.json(&["journal", "verify"])["ok"], true);
    assert!(demo.stop().success());
}

/// Delivers over several connections; calls `enough` once, when so many were acknowledged. Returns which ones were.
fn deliver(demo: &Demo, which: impl IntoIterator<Item = usize>, until: usize, enough: impl Fn() + Sync) -> Vec<usize> {
    let left: Mutex<Vec<usize>> = Mutex::new(which.into_iter().collect::<Vec<_>>().into_iter().rev().collect());
    let (done, count) = (Mutex::new(Vec::new()), AtomicUsize::new(0));
    let voisin = demo.identity("voisin");
    let work = || {
        let mut peer = Smtp::operator(demo, "operator", Some(&voisin));
        loop {
            let Some(n) = left.lock().expect("no panic").pop() else { return };
            match peer.deliver(CARDIOLOGIE, &[MAILBOX], &sent(n)) {
                Some(reply) => assert_eq!(reply.code, 250, "{}", reply.text),
                // Cut: that one may be there or not.
                None => return,
            }
            done.lock().expect("no panic").push(n);
            if count.fetch_add(1, Ordering::SeqCst) + 1 == until {
                enough();
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(work);
        }
    });
    done.into_inner().expect("no panic")
}

struct Look {
    uid_validity: String,
    /// UIDs of each letter.
    letters: BTreeMap<String, Vec<u32>>,
}

/// Reads the whole mailbox: every message must be one of the letters, whole, and UIDs must rise.
fn look(demo: &Demo) -> Look {
    let mut owner = Imap::enter(demo, "operator", MAILBOX, "P01");
    let selected = owner.command("SELECT INBOX").ok();
    let uid_validity = selected.untagged.iter().find(|line| line.text.contains("UIDVALIDITY")).expect("UIDVALIDITY").text.clone();
    let mut letters: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    let mut last = 0;
    for (uid, bytes) in owner.messages() {
        assert!(uid > last, "UIDs rise");
        last = uid;
        let text = String::from_utf8_lossy(&bytes);
        let mark = text.split("Subject: Essai ").nth(1).and_then(|rest| rest.split("\r\n").next()).expect("one of ours").to_owned();
        let n: usize = mark.trim_start_matches("crash-").parse().expect("its number");
        assert!(as_sent(&bytes, &sent(n)).is_some(), "{mark} is torn");
        letters.entry(mark).or_default().push(uid);
    }
    Look { uid_validity, letters }
}
