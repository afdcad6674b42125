//! The white list job: fetch or re-read, verify through `trust`, write what changed in the journal.
//!
//! Requirements: TRU-01, TRU-02, TRU-09, TRU-10, TRU-13. It never installs anything itself: `trust::TrustSpace::load` verifies and swaps.

use std::time::Duration;

use rules::journal::{Act, Entry};
use rules::{Author, Channel};
use tokio_util::sync::CancellationToken;
use trust::space::{ListRefusal, Loaded};

use crate::config::List;
use crate::failure::{Failure, Outcome};
use crate::operator::Operator;

/// TRU-02: every hour; after a failure 5, 10, 20 minutes.
const PERIOD: Duration = Duration::from_secs(3600);
const RETRIES: [Duration; 3] = [Duration::from_secs(300), Duration::from_secs(600), Duration::from_secs(1200)];
const FETCH_TIMEOUT: Duration = Duration::from_secs(30);
/// TRU-02: 32 MiB after decompression.
const MAX_BYTES: usize = 32 * 1024 * 1024;

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

/// Runs until `stop`.
pub async fn keep_fresh(operator: Operator, stop: CancellationToken) {
    let mut failures = 0_usize;
    loop {
        let pause = RETRIES.get(failures.wrapping_sub(1)).copied().unwrap_or(PERIOD);
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
        match take(&operator).await {
            Ok(_) => failures = 0,
            Err(failure) => {
                failures += 1;
                tracing::error!(domain = %operator.domain(), %failure, failures, "white list not taken");
            }
        }
    }
}

/// Takes the list from where the configuration says.
pub async fn take(operator: &Operator) -> Outcome<Loaded> {
    let (bytes, source) = match &operator.config.trust.list {
        List { file: Some(path), .. } => {
            let bytes = tokio::fs::read(path).await.map_err(|error| Failure::ours("liste blanche", error))?;
            (bytes, path.display().to_string())
        }
        List { url: Some(url), .. } => (fetch(url, operator).await?, url.clone()),
        _ => return Err(Failure::configuration("trust.list : ni url ni file")),
    };
    let origin = Origin { source: &source, author: Author::task("whitelist"), channel: Channel::System, allow_older: None };
    load(operator, bytes, origin).await
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

fn entry(operator: &Operator, verdict: &Result<Loaded, ListRefusal>, origin: Origin<'_>) -> Option<Entry> {
    let (act, facts) = match verdict {
        Ok(loaded) if loaded.unchanged => return None,
        Ok(Loaded { held: Some(why), .. }) => (Act::ListRefused, serde_json::json!({"held": why})),
        Ok(loaded) => {
            let facts = serde_json::json!({
                "generated": loaded.generated.to_string(), "entries": loaded.entries, "domains": loaded.domains,
                "added": loaded.added, "removed": loaded.removed.len(), "set_aside": loaded.set_aside.len(),
                "reason": origin.allow_older,
            });
            (Act::ListAccepted, facts)
        }
        Err(ListRefusal::Refused { code, .. }) => (Act::ListRefused, serde_json::json!({"code": code})),
        Err(ListRefusal::Io(_)) => return None,
    };
    let Origin { source, author, channel, .. } = origin;
    Some(Entry { at: operator.clock.now(), author, act, object: source.to_owned(), channel, facts })
}

/// GET with the IGC-Santé anchors only, no redirect, bounded in time and size (TRU-01, TRU-02).
async fn fetch(url: &str, operator: &Operator) -> Outcome<Vec<u8>> {
    let failed = |error: reqwest::Error| Failure::ours("liste blanche", error.without_url());
    let anchors = std::fs::read(operator.config.trust.anchors.get_ref()).map_err(|error| Failure::ours("ancres", error))?;
    let anchors = reqwest::Certificate::from_pem_bundle(&anchors).map_err(failed)?;
    let client = reqwest::Client::builder()
        .tls_certs_only(anchors)
        .redirect(reqwest::redirect::Policy::none())
        .timeout(FETCH_TIMEOUT)
        .build()
        .map_err(failed)?;
    let mut response = client.get(url).send().await.and_then(reqwest::Response::error_for_status).map_err(failed)?;
    if response.status() != reqwest::StatusCode::OK {
        return Err(Failure::refused("LB-HTTP", format!("{url} répond {}", response.status())));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if bytes.len() + chunk.len() > MAX_BYTES {
            return Err(Failure::refused("LB-XML", "la liste dépasse 32 Mio"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
