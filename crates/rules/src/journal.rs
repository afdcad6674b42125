//! What a line of history is, and how lines are chained.
//!
//! Requirements: CAB-08, CAB-16, DEL-03, IND-54, TRU-58. A line never holds a subject, a body, an attachment's name, an INS or a token.

pub mod merkle;
pub mod proof;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::author::{Author, Channel};
use crate::time::Moment;

/// The chain of the register and of the operator itself; every mailbox has its own (its id).
pub const REGISTER_CHAIN: i64 = 0;

macro_rules! acts {
    ($($(#[$doc:meta])* $variant:ident = $text:literal,)+) => {
        /// What was done, as `noun.verb`. `docs/journal.md` lists them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Act {
            $($(#[$doc])* $variant,)+
        }

        impl Act {
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }

            pub fn parse(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

acts! {
    /// A person entered the mailbox. Facts: `azp`, `acr`, `auth_mode`, `ip`.
    AccessOpened = "access.opened",
    /// A person was turned away. Facts: `code`, `ip`.
    AccessRefused = "access.refused",
    /// A message from a peer or from another mailbox was filed. Facts: `size`, `nil`, `class`, `xdm`…
    MessageReceived = "message.received",
    /// The bytes of a message left for a client (peek or not). Object: message ids, as an IMAP set.
    MessageFetched = "message.fetched",
    /// First `\Seen` set by this person on a received message (LU in the figures).
    MessageOpened = "message.opened",
    MessageAppended = "message.appended",
    MessageFlagged = "message.flagged",
    MessageCopied = "message.copied",
    MessageMoved = "message.moved",
    MessageExpunged = "message.expunged",
    /// Accepted for sending. Facts: `size`, `nil`, `internal`, `space`, `citizens`…
    MessageSent = "message.sent",
    /// A recipient's operator took it. Facts: `host`, `dn`, `tls`, `reply`.
    MessageDelivered = "message.delivered",
    /// A try that will be made again.
    MessageDelayed = "message.delayed",
    /// Final failure for one recipient.
    MessageFailed = "message.failed",
    FolderCreated = "folder.created",
    FolderRenamed = "folder.renamed",
    FolderDeleted = "folder.deleted",
    MovementOpened = "movement.opened",
    MovementResponsableAdded = "movement.responsable_added",
    MovementResponsableRemoved = "movement.responsable_removed",
    MovementCotitulaireAdded = "movement.cotitulaire_added",
    MovementCotitulaireRemoved = "movement.cotitulaire_removed",
    MovementDelegated = "movement.delegated",
    MovementDelegationEnded = "movement.delegation_ended",
    /// The first visit of somebody who was let in.
    MovementAccepted = "movement.accepted",
    MovementHandoverOffered = "movement.handover_offered",
    MovementHandoverDropped = "movement.handover_dropped",
    MovementHandedOver = "movement.handed_over",
    MovementSuspended = "movement.suspended",
    MovementResumed = "movement.resumed",
    MovementClosing = "movement.closing",
    MovementClosed = "movement.closed",
    /// The letters, folders and key of a mailbox closed for good are gone.
    ContentDestroyed = "content.destroyed",
    /// Its history left for a person as a file. Facts: `format`, `kinds`, `person`.
    HistoryExported = "history.exported",
    /// Its letters left for a person as one file, folder by folder. Facts: `messages`.
    MailboxExported = "mailbox.exported",
    TermsAccepted = "terms.accepted",
    /// A version of the terms of use came into being. Facts: `version`, `sha256`, `since`.
    TermsPublished = "terms.published",
    /// A machine's certificate may open an APP mailbox from now on, or no more.
    CertificateAdded = "certificate.added",
    CertificateRemoved = "certificate.removed",
    PersonChanged = "person.changed",
    StructureChanged = "structure.changed",
    ListAccepted = "list.accepted",
    ListRefused = "list.refused",
    /// The monthly figures left for a program or a person of the operator. Object: month and file.
    IndicatorsDownloaded = "indicators.downloaded",
    /// An act on the queue by staff.
    QueueHeld = "queue.held",
    QueueReleased = "queue.released",
    QueueRetried = "queue.retried",
    /// Somebody signed in on the web. Object: the session's number. Facts: `acr`, `auth_mode`, `ip`.
    SessionOpened = "session.opened",
    /// A web session was closed by its person, by her provider, or by whoever shut her out; one that lapses leaves no line.
    SessionEnded = "session.ended",
    /// An API token. Object: its number. Facts: `name`, `owner`, `scopes`, `ends`.
    TokenCreated = "token.created",
    TokenRevoked = "token.revoked",
    /// Object: the login.
    StaffInvited = "staff.invited",
    /// A passkey of staff was added; of somebody's first with a link.
    StaffEnrolled = "staff.enrolled",
    /// A role waits for its second person. Facts: `role`, `request`.
    StaffRoleAsked = "staff.role_asked",
    /// Facts: `role`; `asked_by` when a second person approved.
    StaffRoleGiven = "staff.role_given",
    StaffRoleTaken = "staff.role_taken",
    StaffSuspended = "staff.suspended",
    StaffResumed = "staff.resumed",
    /// A structure's own login was switched on, changed or switched off. Object: the structure. Facts: `enabled`, `document_sha256`.
    LocalChanged = "local.changed",
    /// Object: the local person, here and below.
    LocalCreated = "local.created",
    /// A new enrolment code: her means are forgotten.
    LocalReset = "local.reset",
    /// Facts: `means`.
    LocalEnrolled = "local.enrolled",
    /// Bound to, or unbound from, the structure's own provider.
    LocalBound = "local.bound",
    /// Too many failures, or a gestionnaire. Facts: `until`, `blocked`.
    LocalLocked = "local.locked",
    LocalUnlocked = "local.unlocked",
    /// Another end. Facts: `ends`.
    LocalExtended = "local.extended",
    LocalEnded = "local.ended",
    /// She has an RPPS number now. Facts: `rpps`.
    LocalLinked = "local.linked",
    /// The list was reviewed. Object: the structure. Facts: `people`.
    LocalConfirmed = "local.confirmed",
    /// Facts: `cause`: `unused` or `unconfirmed`.
    LocalSuspended = "local.suspended",
    /// Object: its number. Facts: `host`, `events`.
    WebhookAdded = "webhook.added",
    WebhookRemoved = "webhook.removed",
    /// A dead letter is tried again. Object: its number.
    WebhookRevived = "webhook.revived",
    /// The root of a finished day. Object: the day. Facts: `root`, `chains`.
    JournalSealed = "journal.sealed",
}

/// A line about to be written; `store` gives it its number and chains it.
#[derive(Clone, Debug)]
pub struct Entry {
    pub at: Moment,
    pub author: Author,
    pub act: Act,
    /// What it was done to: a message id, a set of ids, a person, a folder. Never content.
    pub object: String,
    pub channel: Channel,
    /// Small facts that the figures need; keys as in `docs/journal.md`. `Null` when there are none.
    pub facts: serde_json::Value,
}

/// A line as it stands in its chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub seq: i64,
    pub at: Moment,
    pub author: Author,
    pub act: String,
    pub object: String,
    pub channel: Channel,
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub facts: serde_json::Value,
    /// SHA-256 over the previous hash and this line, hexadecimal.
    pub hash: String,
}

/// The hash of a line: SHA-256(previous hash ‖ each field, length-prefixed). `author` and `facts` are their JSON texts exactly as stored.
#[allow(clippy::too_many_arguments)]
pub fn chain_hash(
    previous: &[u8; 32],
    chain: i64,
    seq: i64,
    at: Moment,
    author: &str,
    act: &str,
    object: &str,
    channel: &str,
    facts: &str,
) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(previous);
    for number in [chain, seq, at.micros()] {
        hash.update(number.to_be_bytes());
    }
    for text in [author, act, object, channel, facts] {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    hash.finalize().into()
}
