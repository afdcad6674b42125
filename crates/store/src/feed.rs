//! Change feed: wakes sessions when mail arrives in a mailbox or when its rights move. It says *look again*, never what.

use rules::mailbox::MailboxId;

/// The feed of one node. Cheap to clone.
#[derive(Clone)]
pub struct Feed {}

/// One listener on one mailbox.
pub struct Subscription {}

impl Feed {
    pub fn subscribe(&self, mailbox: MailboxId) -> Subscription {
        let _ = mailbox;
        todo!()
    }

    /// Wakes every listener of every mailbox: the clock was moved, or a node was lost sight of.
    pub fn rouse_all(&self) {
        todo!()
    }

    /// Listens for new rows in the outgoing queue (one listener: the courier).
    pub async fn queue_changed(&self) {
        todo!()
    }
}

impl Subscription {
    /// Returns when something changed since the last call (messages, flags, folders, rights, or the clock). Cancel-safe.
    pub async fn changed(&mut self) {
        todo!()
    }
}
