//! The outgoing queue: one row a recipient. It survives `kill -9`; a row is leased while it is tried.
//!
//! Requirements: TRU-40, invariant 10. The message a row stands for lives as long as the row waits, whatever becomes of the Sent copy.
//!
//! | file | does |
//! |---|---|
//! | `rows` | a row, written and read; what is sealed in it |
//! | `due` | rows to try now, leased; when the next one is due; their bytes |
//! | `settle` | what became of a try, with its journal line and its report |
//! | `report` | a report that belongs to no row: the receipt of a message that arrived |
//! | `resume` | leases of a process that died |
//! | `act` | staff looks at the queue, retries, holds, releases |

mod act;
mod due;
mod report;
mod resume;
pub(crate) mod rows;
mod settle;

use bytes::Bytes;
use rules::mailbox::MailboxId;
use rules::{Address, Author, Moment};

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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueAct {
    Retry,
    Hold,
    Release,
}
