//! The outgoing queue: one row a recipient. It survives `kill -9`; a row is leased while it is tried.

use std::time::Duration;

use bytes::Bytes;
use rules::mailbox::MailboxId;
use rules::{Address, Author, Domain, Moment};

use crate::{Result, Store};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct QueueId(pub i64);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QueueState {
    Waiting,
    /// Held by staff.
    Held,
    Delivered,
    Failed,
}

/// One recipient waiting.
#[derive(Clone, Debug)]
pub struct Queued {
    pub id: QueueId,
    pub state: QueueState,
    /// Mailbox that sent it; `None` for a report of our own (DSN to a peer).
    pub mailbox: Option<MailboxId>,
    /// Envelope sender; `None` = null sender.
    pub sender: Option<Address>,
    pub recipient: Address,
    /// The act's author (the person who sent).
    pub author: Author,
    /// Rows with the same number share one message.
    pub message: i64,
    pub message_id: String,
    pub size: u64,
    pub notify: Option<u8>,
    pub original: Option<String>,
    pub envelope_id: Option<String>,
    pub return_full: bool,
    pub accepted: Moment,
    pub expires: Moment,
    pub attempts: u32,
    pub next: Moment,
    /// Last reply or cause, ASCII.
    pub last: Option<String>,
    /// A "delayed" report went out already.
    pub delay_told: bool,
    pub transaction: String,
}

/// What became of one try.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Taken by the peer. `facts`: `host`, `dn`, `tls`, `reply`.
    Delivered {
        facts: serde_json::Value,
    },
    /// Filed in a mailbox of ours.
    DeliveredHere,
    Retry {
        next: Moment,
        cause: String,
        facts: serde_json::Value,
    },
    Failed {
        cause: String,
        status: String,
        facts: serde_json::Value,
    },
}

/// A report of our own (DSN) to send.
#[derive(Clone, Debug)]
pub struct Report {
    pub to: Address,
    pub bytes: Bytes,
    pub glance: Bytes,
    pub message_id: String,
    pub transaction: String,
    pub expires: Moment,
}

impl Store {
    /// Rows due now, oldest first, leased to `worker` for `lease`: nobody else gets them meanwhile.
    pub async fn due(&self, worker: &str, limit: u32, lease: Duration, now: Moment) -> Result<Vec<Queued>> {
        let _ = (worker, limit, lease, now);
        todo!()
    }

    /// When the next row will be due, if any waits.
    pub async fn next_due(&self) -> Result<Option<Moment>> {
        todo!()
    }

    /// Bytes of a queued message.
    pub async fn queued_bytes(&self, id: QueueId) -> Result<Bytes> {
        let _ = id;
        todo!()
    }

    /// Records the outcome of a try: queue row, journal line in the sender's chain (author: the courier task, facts), and the DSN to queue or file, all in one transaction.
    pub async fn settle(&self, id: QueueId, outcome: Outcome, report: Option<Report>, now: Moment) -> Result<()> {
        let _ = (id, outcome, report, now);
        todo!()
    }

    /// Marks that the "delayed" report was made, and queues it.
    pub async fn tell_delay(&self, id: QueueId, report: Option<Report>, now: Moment) -> Result<()> {
        let _ = (id, report, now);
        todo!()
    }

    /// Waiting and held rows, and those ended in the last day.
    pub async fn queue(&self) -> Result<Vec<Queued>> {
        todo!()
    }

    /// `pli queue retry|hold|release`: `None` = all rows. Returns how many changed.
    pub async fn queue_act(&self, act: QueueAct, id: Option<QueueId>, domain: Option<&Domain>, author: Author, now: Moment) -> Result<u32> {
        let _ = (act, id, domain, author, now);
        todo!()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueAct {
    Retry,
    Hold,
    Release,
}
