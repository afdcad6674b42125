//! A row of the queue: written once, read whole. Message-ID and DSN texts are sealed in it, for they are the message's own.

use rules::mailbox::MailboxId;
use rules::{Address, Author, Moment};
use serde::{Deserialize, Serialize};

use super::{QueueId, QueueState, Queued};
use crate::door::OPERATOR;
use crate::engine::{Row, Tx, params};
use crate::words::{from_json, json, parse};
use crate::{Error, Result};

/// What is sealed under the key of the sending mailbox.
#[derive(Serialize, Deserialize)]
pub(crate) struct Detail {
    pub(crate) message_id: String,
    pub(crate) envelope_id: Option<String>,
    pub(crate) original: Option<String>,
}

/// One recipient about to be queued.
pub(crate) struct NewRow<'a> {
    /// [`OPERATOR`] for a report of our own.
    pub(crate) mailbox: MailboxId,
    pub(crate) message: i64,
    pub(crate) sender: Option<&'a Address>,
    pub(crate) recipient: &'a Address,
    pub(crate) author: &'a Author,
    pub(crate) detail: Detail,
    pub(crate) size: u32,
    pub(crate) notify: Option<u8>,
    pub(crate) return_full: bool,
    pub(crate) expires: Moment,
    pub(crate) transaction: &'a str,
    pub(crate) now: Moment,
}

/// Columns in the order `queued` takes them.
pub(super) const COLUMNS: &str =
    "id, state, mailbox, sender, recipient, author, message, detail, size, notify, return_full, accepted, expires,
    attempts, next, last, delay_told, transaction_id";

impl QueueState {
    pub(super) fn number(self) -> i64 {
        match self {
            Self::Waiting => 0,
            Self::Held => 1,
            Self::Delivered => 2,
            Self::Failed => 3,
        }
    }

    fn of(number: i64) -> Result<Self> {
        [Self::Waiting, Self::Held, Self::Delivered, Self::Failed]
            .into_iter()
            .find(|state| state.number() == number)
            .ok_or_else(|| Error::Internal(format!("unknown queue state {number}")))
    }
}

impl Tx<'_> {
    pub(crate) async fn queue_row(&mut self, row: &NewRow<'_>) -> Result<()> {
        let detail = self.key(row.mailbox).await?.seal("queue", row.message, json(&row.detail)?.as_bytes())?;
        let author = json(row.author)?;
        let domain = row.recipient.domain();
        let sql =
            "INSERT INTO queue (state, mailbox, message, sender, recipient, domain, author, detail, size, notify, return_full, accepted,
                     expires, attempts, next, delay_told, transaction_id, lease_until)
                   VALUES (0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, $13, 0, $14, 0)";
        let values = params![
            row.mailbox.0,
            row.message,
            row.sender.map(Address::as_str),
            row.recipient.as_str(),
            domain.as_str(),
            &author,
            &detail,
            row.size,
            row.notify,
            row.return_full,
            row.now,
            row.expires,
            row.now,
            row.transaction,
        ];
        self.exec(sql, values).await?;
        self.effects.queue = true;
        Ok(())
    }

    pub(super) async fn queued(&mut self, mut row: Row) -> Result<Queued> {
        let (id, state, mailbox) = (QueueId(row.take()?), QueueState::of(row.take()?)?, MailboxId(row.take()?));
        let sender = row.take::<Option<String>>()?.as_deref().map(parse).transpose()?;
        let (recipient, author) = (parse(&row.take::<String>()?)?, from_json(&row.take::<String>()?)?);
        let message = row.take()?;
        let detail = self.key(mailbox).await?.open("queue", message, &row.take::<Vec<u8>>()?)?;
        let detail: Detail = serde_json::from_slice(&detail).map_err(|e| Error::Internal(format!("queue detail: {e}")))?;
        Ok(Queued {
            id,
            state,
            mailbox: (mailbox != OPERATOR).then_some(mailbox),
            sender,
            recipient,
            author,
            message,
            message_id: detail.message_id,
            size: row.take()?,
            notify: row.take()?,
            original: detail.original,
            envelope_id: detail.envelope_id,
            return_full: row.take()?,
            accepted: row.take()?,
            expires: row.take()?,
            attempts: row.take()?,
            next: row.take()?,
            last: row.take()?,
            delay_told: row.take()?,
            transaction: row.take()?,
        })
    }
}
