//! The white list job: fetch or re-read, verify through `trust`, write what changed in the journal.
//!
//! Requirements: TRU-01, TRU-02, TRU-09, TRU-10, TRU-13. It never installs anything itself: `trust::TrustSpace::load` verifies and swaps.
//! How a list is fetched is in `list/fetch.rs`.

mod fetch;

use std::time::Duration;

use rules::journal::{Act, Entry};
use rules::{Author, Channel, Entropy};
use tokio_util::sync::CancellationToken;
use trust::space::{ListRefusal, Loaded};

use crate::config::List;
use crate::failure::{Failure, Outcome};
use crate::operator::Operator;
use fetch::{Fetched, Known};

/// TRU-02: every 60 ± 10 minutes; after a failure 5, 10, 20 minutes.
const PERIOD: Duration = Duration::from_secs(3000);
const JITTER_S: u64 = 1200;
const RETRIES: [Duration; 3] = [Duration::from_secs(300), Duration::from_secs(600), Duration::from_secs(1200)];

/// Where a list was taken from, and by whom: for the journal.
pub struct Origin<'a> {
    pub source: &'a str,
    pub author: Author,
    pub channel: Channel,
    /// An older list may be forced, with a reason (TRU-09).
    pub allow_older: Option<&'a str>,
}

/// Re-reads the configured file, if there is one. A refusal leaves the list in force and is journalled.
pub async fn load_if_new(operator: &Operator) {
    if operator.config.trust.list.file.is_some()
        && let Err(failure) = take(operator).await
    {
        tracing::error!(domain = %operator.domain(), %failure, "white list not taken");
    }
}

/// Runs until `stop`. A list that is fetched is asked for at once: the one in force may be days old.
pub async fn keep_fresh(operator: Operator, entropy: Entropy, stop: CancellationToken) {
    let mut known = Known::default();
    let mut failures = 0_usize;
    let mut pause = if operator.config.trust.list.url.is_some() { Duration::ZERO } else { period(&entropy) };
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
        // Revocation lists are files that something else renews (TRU-36).
        if let Err(error) = operator.trust.reload() {
            tracing::error!(domain = %operator.domain(), %error, "anchors or revocation lists not taken");
        }
        failures = match take_unless_known(&operator, &mut known).await {
            Ok(_) => 0,
            Err(failure) => {
                tracing::error!(domain = %operator.domain(), %failure, failures, "white list not taken");
                failures + 1
            }
        };
        pause = failures.checked_sub(1).and_then(|nth| RETRIES.get(nth).copied()).unwrap_or_else(|| period(&entropy));
    }
}

fn period(entropy: &Entropy) -> Duration {
    PERIOD + Duration::from_secs(u64::from_le_bytes(entropy.bytes()) % JITTER_S)
}

/// Takes the list from where the configuration says, whether it has changed or not.
pub async fn take(operator: &Operator) -> Outcome<Loaded> {
    take_unless_known(operator, &mut Known::default()).await
}

async fn take_unless_known(operator: &Operator, known: &mut Known) -> Outcome<Loaded> {
    let (bytes, source) = match &operator.config.trust.list {
        List { file: Some(path), .. } => {
            let bytes = tokio::fs::read(path).await.map_err(|error| Failure::ours("liste blanche", error))?;
            (bytes, path.display().to_string())
        }
        List { url: Some(url), .. } => match fetch::fetch(url, operator.config.trust.anchors.get_ref(), known).await? {
            Fetched::Whole(bytes) => (bytes, url.clone()),
            Fetched::Unchanged => return confirm(operator, url).await,
        },
        _ => return Err(Failure::configuration("trust.list : ni url ni file")),
    };
    let origin = Origin { source: &source, author: Author::task("whitelist"), channel: Channel::System, allow_older: None };
    load(operator, bytes, origin).await
}

/// "Not modified": the list in force is verified again, as of now (TRU-11).
async fn confirm(operator: &Operator, url: &str) -> Outcome<Loaded> {
    let (trust, url) = (operator.trust.clone(), url.to_owned());
    let confirmed = tokio::task::spawn_blocking(move || trust.confirm(&url)).await;
    Ok(confirmed.map_err(|error| Failure::ours("liste blanche", error))??)
}

/// Verifies and installs one list, and journals the verdict with the difference (TRU-13).
pub async fn load(operator: &Operator, bytes: Vec<u8>, origin: Origin<'_>) -> Outcome<Loaded> {
    let trust = operator.trust.clone();
    let (source, older) = (origin.source.to_owned(), origin.allow_older.is_some());
    // Verifying thousands of entries takes real time: not on a thread that serves connections.
    let verdict = tokio::task::spawn_blocking(move || trust.load(&bytes, &source, older))
        .await
        .map_err(|error| Failure::ours("liste blanche", error))?;
    if let Some(entry) = entry(operator, &verdict, origin) {
        operator.store.journal(entry).await?;
    }
    Ok(verdict?)
}

/// Installs the list that is held: a person looked at it (TRU-10).
pub async fn approve(operator: &Operator, origin: Origin<'_>) -> Outcome<Loaded> {
    let trust = operator.trust.clone();
    let verdict = tokio::task::spawn_blocking(move || trust.approve()).await.map_err(|error| Failure::ours("liste blanche", error))?;
    if let Some(entry) = entry(operator, &verdict, origin) {
        operator.store.journal(entry).await?;
    }
    Ok(verdict?)
}

fn entry(operator: &Operator, verdict: &Result<Loaded, ListRefusal>, origin: Origin<'_>) -> Option<Entry> {
    let (act, facts) = match verdict {
        Ok(loaded) if loaded.unchanged => return None,
        Ok(Loaded { held: Some(why), .. }) => (Act::ListRefused, serde_json::json!({"held": why})),
        Ok(loaded) => {
            let facts = serde_json::json!({
                "generated": loaded.generated.to_string(), "entries": loaded.entries, "domains": loaded.domains,
                "added": loaded.added, "removed": loaded.removed.len(), "changed": loaded.changed.len(),
                "set_aside": loaded.set_aside.len(), "reason": origin.allow_older,
            });
            (Act::ListAccepted, facts)
        }
        Err(ListRefusal::Refused { code, .. }) => (Act::ListRefused, serde_json::json!({"code": code})),
        Err(ListRefusal::Io(_)) => return None,
    };
    let Origin { source, author, channel, .. } = origin;
    Some(Entry { at: operator.clock.now(), author, act, object: source.to_owned(), channel, facts })
}
