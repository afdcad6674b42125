//! Change feed: wakes sessions when mail arrives in a mailbox or when its rights move. It says *look again*, never what.
//!
//! A mailbox nobody listens to costs nothing. Requirements: LPS-31, PSC-39.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use rules::mailbox::MailboxId;
use sha2::{Digest, Sha256};
use tokio::sync::{Notify, broadcast, watch};

/// The feed of one node. Cheap to clone.
#[derive(Clone)]
pub struct Feed {
    shared: Arc<Shared>,
}

struct Shared {
    listened: Mutex<HashMap<MailboxId, watch::Sender<()>>>,
    queue: Notify,
    webhooks: Notify,
    notices: Notify,
    /// Marks of sessions that are over; the empty one: look again.
    over: broadcast::Sender<String>,
}

/// Sessions waiting to be told, at most; whoever is further behind looks again.
const TOLD: usize = 256;

/// Hears which sessions their provider said are over (PSC-36).
pub struct SessionsOver(broadcast::Receiver<String>);

/// One listener on one mailbox.
pub struct Subscription {
    mailbox: MailboxId,
    changes: watch::Receiver<()>,
    shared: Arc<Shared>,
}

impl Feed {
    pub(crate) fn new() -> Self {
        Self {
            shared: Arc::new(Shared {
                listened: Mutex::new(HashMap::new()),
                queue: Notify::new(),
                webhooks: Notify::new(),
                notices: Notify::new(),
                over: broadcast::channel(TOLD).0,
            }),
        }
    }

    pub fn subscribe(&self, mailbox: MailboxId) -> Subscription {
        let changes = self.shared.listened.lock().entry(mailbox).or_insert_with(|| watch::channel(()).0).subscribe();
        Subscription { mailbox, changes, shared: Arc::clone(&self.shared) }
    }

    /// Wakes every listener of every mailbox: the clock was moved, or a node was lost sight of.
    pub fn rouse_all(&self) {
        for listened in self.shared.listened.lock().values() {
            listened.send_replace(());
        }
        self.queue_moved();
        self.webhooks_moved();
        self.notices_moved();
        self.session_over("");
    }

    /// For one open session: ask it whether it is over.
    pub fn sessions_over(&self) -> SessionsOver {
        SessionsOver(self.shared.over.subscribe())
    }

    /// Listens for new events to tell webhooks (one listener: their worker).
    pub async fn webhooks_changed(&self) {
        self.shared.webhooks.notified().await;
    }

    pub(crate) fn webhooks_moved(&self) {
        self.shared.webhooks.notify_one();
    }

    /// Listens for letters of our own to write (one listener: their worker).
    pub async fn notices_changed(&self) {
        self.shared.notices.notified().await;
    }

    pub(crate) fn notices_moved(&self) {
        self.shared.notices.notify_one();
    }

    /// Without listeners nobody needs to know.
    pub(crate) fn session_over(&self, mark: &str) {
        let _ = self.shared.over.send(mark.to_owned());
    }

    /// Listens for new rows in the outgoing queue (one listener: the courier).
    pub async fn queue_changed(&self) {
        self.shared.queue.notified().await;
    }

    pub(crate) fn wake(&self, mailbox: MailboxId) {
        if let Some(listened) = self.shared.listened.lock().get(&mailbox) {
            listened.send_replace(());
        }
    }

    /// Kept until the courier listens: a change is never missed between two of its rounds.
    pub(crate) fn queue_moved(&self) {
        self.shared.queue.notify_one();
    }
}

impl SessionsOver {
    /// Returns when the provider's session `sid` may be over: ask [`crate::Store::session_is_over`]. Cancel-safe.
    pub async fn perhaps(&mut self, issuer: &str, sid: &str) {
        let mine = mark(issuer, sid);
        loop {
            match self.0.recv().await {
                Ok(over) if over.is_empty() || over == mine => return,
                Ok(_) => {}
                Err(broadcast::error::RecvError::Lagged(_)) => return,
                Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}

/// How a provider's session is named between nodes, without saying its number: 32 hexadecimal digits.
pub(crate) fn mark(issuer: &str, sid: &str) -> String {
    let hash = Sha256::new().chain_update((issuer.len() as u64).to_be_bytes()).chain_update(issuer).chain_update(sid).finalize();
    hex::encode(&hash[..16])
}

impl Subscription {
    /// Returns when something changed since the last call (messages, flags, folders, rights, or the clock). Cancel-safe.
    pub async fn changed(&mut self) {
        // The sender stays in the map as long as this subscription lives, so waiting cannot fail.
        if self.changes.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut listened = self.shared.listened.lock();
        // One receiver left: this one.
        if listened.get(&self.mailbox).is_some_and(|sender| sender.receiver_count() <= 1) {
            listened.remove(&self.mailbox);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_listener_is_woken_once_for_its_own_mailbox_only() {
        let feed = Feed::new();
        let (mut mine, mut other) = (feed.subscribe(MailboxId(1)), feed.subscribe(MailboxId(2)));
        feed.wake(MailboxId(1));
        feed.wake(MailboxId(1));
        mine.changed().await;
        assert!(mine.changed().now_or_never().is_none(), "two changes before looking are one look");
        assert!(other.changed().now_or_never().is_none());
        feed.rouse_all();
        mine.changed().await;
        other.changed().await;
    }

    #[tokio::test]
    async fn a_mailbox_without_listeners_leaves_nothing_behind() {
        let feed = Feed::new();
        let first = feed.subscribe(MailboxId(1));
        let mut second = feed.subscribe(MailboxId(1));
        drop(first);
        feed.wake(MailboxId(1));
        second.changed().await;
        drop(second);
        assert!(feed.shared.listened.lock().is_empty());
    }

    /// Proves: PSC-36.
    #[tokio::test]
    async fn a_session_hears_of_its_own_end_and_of_no_other() {
        let feed = Feed::new();
        let mut mine = feed.sessions_over();
        feed.session_over(&mark("https://psc.test", "other"));
        assert!(mine.perhaps("https://psc.test", "mine").now_or_never().is_none());
        feed.session_over(&mark("https://psc.test", "mine"));
        mine.perhaps("https://psc.test", "mine").await;
        feed.rouse_all();
        mine.perhaps("https://psc.test", "mine").await;
        assert_ne!(mark("a", "bc"), mark("ab", "c"));
    }

    #[tokio::test]
    async fn the_courier_learns_of_rows_added_while_it_was_busy() {
        let feed = Feed::new();
        feed.queue_moved();
        feed.queue_changed().await;
        assert!(feed.queue_changed().now_or_never().is_none());
    }
}
