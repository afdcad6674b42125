//! NOTIFY beside the transactions: what they changed is told to the other nodes right after their commit, many changes in one go.
//!
//! A NOTIFY inside a transaction makes its commit wait for every other one that notifies, and so undoes the server's group commit. Only
//! changes of rights are worth that (LPS-31); a wake-up lost with a dying node is made good by the look that every node takes each minute.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::Pool;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// Words in one payload: PostgreSQL takes 8,000 bytes.
const WORDS: usize = 200;
const LATER: Duration = Duration::from_secs(1);

/// Words waiting to be told, each once.
#[derive(Default)]
struct Waiting {
    words: Mutex<BTreeSet<String>>,
    some: Notify,
}

/// The task that tells the other nodes.
pub(super) struct Notifier {
    waiting: Arc<Waiting>,
    task: JoinHandle<()>,
}

impl Notifier {
    pub(super) fn start(pool: Pool, channel: String, node: String) -> Self {
        let waiting = Arc::new(Waiting::default());
        let shared = Arc::clone(&waiting);
        let task = tokio::spawn(async move {
            loop {
                shared.some.notified().await;
                let words = std::mem::take(&mut *shared.words.lock());
                if let Err(error) = tell(&pool, &channel, &node, &words).await {
                    tracing::warn!(%error, "the other nodes could not be told of changes; trying again");
                    shared.words.lock().extend(words);
                    shared.some.notify_one();
                    tokio::time::sleep(LATER).await;
                }
            }
        });
        Self { waiting, task }
    }

    pub(super) fn add(&self, words: Vec<String>) {
        if !words.is_empty() {
            self.waiting.words.lock().extend(words);
            self.waiting.some.notify_one();
        }
    }

    pub(super) fn stop(&self) {
        self.task.abort();
    }
}

impl Drop for Notifier {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn tell(pool: &Pool, channel: &str, node: &str, words: &BTreeSet<String>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut client = pool.get().await?;
    let telling = client.transaction().await?;
    // Nothing durable is written: this commit waits for no disk.
    telling.batch_execute("SET LOCAL synchronous_commit TO off").await?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let statement = telling.prepare_cached("SELECT pg_notify($1, $2)").await?;
    for some in words.chunks(WORDS) {
        telling.execute(&statement, &[&channel, &payload(node, some)]).await?;
    }
    Ok(telling.commit().await?)
}

/// `node word word…`; `listen` reads it.
pub(super) fn payload<T: AsRef<str>>(node: &str, words: &[T]) -> String {
    let mut payload = node.to_owned();
    for word in words {
        payload.push(' ');
        payload.push_str(word.as_ref());
    }
    payload
}
