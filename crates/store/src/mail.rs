//! Messages: filed, read, flagged, copied, moved, expunged, sent.
//!
//! | file | does |
//! |---|---|
//! | `deliver` | files what comes in |
//! | `read` | gives what FETCH and SEARCH need, with the journal of who read |
//! | `changes` | tells an open session what moved |
//! | `flags` | STORE, and who opened what first |
//! | `page` | a page of a folder as a list shows it, and who opened what |
//! | `draft` | a letter being written is kept |
//! | `search` | people's search: keyed hashes of stems |
//! | `append`, `copy` | APPEND; COPY, MOVE, EXPUNGE |
//! | `send` | accepts a message for sending |
//! | `place` | rows of messages and placements, in bulk |
//! | `sweep` | removes objects that lost their last row |

mod append;
mod changes;
mod copy;
pub(crate) mod deliver;
pub mod draft;
mod flags;
pub mod page;
pub(crate) mod place;
mod read;
pub mod search;
mod send;
pub(crate) mod sweep;

pub(crate) use read::body_of;

use bytes::Bytes;
use rules::mailbox::MailboxId;
use rules::{Address, Author, Channel, Moment};

/// IMAP flags of a placement: system flags as bits, keywords as words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// Bits of [`flag`].
    pub system: u8,
    /// Sorted, unique, as the client wrote them.
    pub keywords: Vec<String>,
}

/// Bits of [`Flags::system`].
pub mod flag {
    pub const SEEN: u8 = 1;
    pub const ANSWERED: u8 = 2;
    pub const FLAGGED: u8 = 4;
    pub const DELETED: u8 = 8;
    pub const DRAFT: u8 = 16;
}

/// A message that comes in: from a peer, from another mailbox of ours, or a report of our own.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub recipients: Vec<MailboxId>,
    /// Whole message, CRLF, with our `Received`. The store puts `Delivered-To: <mailbox>` at the very top of each copy.
    pub bytes: Bytes,
    /// `message::Glance` of `bytes`, encoded; kept encrypted. It does not count the Delivered-To line: see `Stored::glance_shift`.
    pub glance: Bytes,
    pub message_id: Option<String>,
    pub author: Author,
    pub channel: Channel,
    /// For the figures (IND): `nil`, `class`, `xdm`… Never content.
    pub facts: serde_json::Value,
    /// Our transaction id: filing the same one twice in the same mailbox is done once.
    pub transaction: String,
}

/// A message of a folder, as asked.
#[derive(Clone, Debug)]
pub struct Stored {
    pub uid: u32,
    /// Number of the message in its mailbox; stays when it is moved.
    pub message: i64,
    pub flags: Flags,
    pub modseq: u64,
    pub internal_date: Moment,
    /// RFC822.SIZE: bytes of what BODY[] returns.
    pub size: u32,
    /// Encoded `message::Glance`, when asked.
    pub glance: Option<Bytes>,
    /// Bytes put before the glanced bytes at filing (the Delivered-To line): offsets of the glance move by this much.
    pub glance_shift: u32,
    /// The whole message, when asked.
    pub bytes: Option<Bytes>,
}

/// What a FETCH or a SEARCH needs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Want {
    pub glance: bool,
    pub bytes: bool,
    /// Set `\Seen` in the same transaction (BODY[] without PEEK).
    pub mark_seen: bool,
    /// The bytes go to the person (journal `message.fetched`); a search of the server's own does not.
    pub to_person: bool,
}

/// Changes of a folder since a modseq: what an open session must tell.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub highest_modseq: u64,
    /// UIDs no longer there, ascending.
    pub vanished: Vec<u32>,
    /// New UIDs, ascending.
    pub arrived: Vec<u32>,
    /// Of messages that were there before: uid, flags, modseq.
    pub flagged: Vec<(u32, Flags, u64)>,
}

/// STORE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlagChange {
    Replace(Flags),
    Add(Flags),
    Remove(Flags),
}

/// A message to file by APPEND.
#[derive(Clone, Debug)]
pub struct Append {
    pub folder: String,
    pub bytes: Bytes,
    pub glance: Bytes,
    pub message_id: Option<String>,
    pub flags: Flags,
    pub internal_date: Option<Moment>,
}

/// Where a message landed (UIDPLUS).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    pub uid_validity: u32,
    /// Source uid and target uid, in order (APPEND: source 0).
    pub uids: Vec<(u32, u32)>,
}

/// A message accepted at submission.
#[derive(Clone, Debug)]
pub struct Sending {
    pub bytes: Bytes,
    pub glance: Bytes,
    pub message_id: String,
    pub recipients: Vec<SendTo>,
    pub envelope_id: Option<String>,
    /// DSN RET=FULL.
    pub return_full: bool,
    pub transaction: String,
    pub channel: Channel,
    /// The software that logged the person in (`azp`), NIL… for the figures.
    pub facts: serde_json::Value,
    /// Null envelope sender (an MDN): no Sent copy, counted apart.
    pub report: bool,
    /// When to give up.
    pub expires: Moment,
}

/// What else is done, in the same transaction, when a letter written on a page leaves.
#[derive(Clone, Debug, Default)]
pub struct Leaving {
    /// Its draft goes.
    pub draft: Option<u32>,
    /// The letter that it answers or forwards, and the flags that say so.
    pub marks: Option<(crate::folders::FolderId, u32, Flags)>,
}

/// One recipient of a [`Sending`].
#[derive(Clone, Debug)]
pub struct SendTo {
    pub address: Address,
    /// DSN NOTIFY bits: 1 success, 2 failure, 4 delay; 0 = NEVER; `None` = not said (failure and delay).
    pub notify: Option<u8>,
    pub original: Option<String>,
}
