//! What became of a try: the row, the journal line of the sender's mailbox, and the report, in one transaction.
//!
//! Requirements: TRU-40, MSG-20, TRU-58. The author of the line is the courier: the person's act was the sending.

use std::time::Duration;

use rules::journal::{Act, Entry};
use rules::mailbox::MailboxId;
use rules::{Author, Channel, Moment};
use serde_json::{Value, json};

use super::rows::{COLUMNS, Detail, NewRow};
use super::{Outcome, QueueId, QueueState, Queued, Report};
use crate::door::OPERATOR;
use crate::engine::{Tx, params};
use crate::mail::deliver::{Packed, file, with};
use crate::mail::place::{Filing, Origin};
use crate::{Error, Result, Store};

/// How long rows that ended are still shown.
const SHOWN: Duration = Duration::from_secs(24 * 3600);

struct Args {
    id: QueueId,
    outcome: Option<Outcome>,
    report: Option<Ready>,
    now: Moment,
}

/// A report whose bytes are packed.
pub(super) struct Ready {
    to: rules::Address,
    message_id: String,
    expires: Moment,
    pub(super) packed: Packed,
}

impl Store {
    /// Records the outcome of a try: queue row, journal line in the sender's chain (author: the courier task, facts), and the DSN to queue or file, all in one transaction.
    pub async fn settle(&self, id: QueueId, outcome: Outcome, report: Option<Report>, now: Moment) -> Result<()> {
        self.conclude(id, Some(outcome), report, now).await
    }

    /// Marks that the "delayed" report was made, and queues it.
    pub async fn tell_delay(&self, id: QueueId, report: Option<Report>, now: Moment) -> Result<()> {
        self.conclude(id, None, report, now).await
    }

    async fn conclude(&self, id: QueueId, outcome: Option<Outcome>, report: Option<Report>, now: Moment) -> Result<()> {
        self.context.note(now);
        let report = match report {
            Some(report) => Some(self.ready(report).await?),
            None => None,
        };
        let object = report.as_ref().and_then(|report| report.packed.parcel.object());
        let done = self.write(Args { id, outcome, report, now }, |tx, args| Box::pin(conclude(tx, args))).await;
        if !matches!(done, Ok(true)) {
            self.unpack(object).await;
        }
        done.map(|_| ())
    }

    pub(super) async fn ready(&self, report: Report) -> Result<Ready> {
        let parcel = self.pack(&report.bytes, &report.glance).await?;
        let packed = Packed {
            parcel,
            message_id: Some(report.message_id.clone()),
            author: courier(),
            channel: Channel::System,
            facts: json!({ "dsn": true }),
            transaction: report.transaction,
        };
        Ok(Ready { to: report.to, message_id: report.message_id, expires: report.expires, packed })
    }
}

fn courier() -> Author {
    Author::task("courier")
}

/// Returns whether the report found a place (a row of a mailbox, or of the queue).
async fn conclude(tx: &mut Tx<'_>, args: &Args) -> Result<bool> {
    let sql = format!("SELECT {COLUMNS} FROM queue WHERE id = $1 AND ended IS NULL FOR UPDATE");
    let row = tx.row(&sql, params![args.id.0]).await?.ok_or(Error::NotFound("queue row"))?;
    let row = tx.queued(row).await?;
    match &args.outcome {
        Some(outcome) => record(tx, &row, outcome, args.now).await?,
        None => {
            tx.exec("UPDATE queue SET delay_told = 1 WHERE id = $1", params![row.id.0]).await?;
        }
    }
    match &args.report {
        Some(report) => tell(tx, report, args.now).await,
        None => Ok(false),
    }
}

async fn record(tx: &mut Tx<'_>, row: &Queued, outcome: &Outcome, now: Moment) -> Result<()> {
    let mailbox = row.mailbox.unwrap_or(OPERATOR);
    tx.hold(mailbox).await?;
    let number: i64 = tx.one("SELECT number FROM message WHERE id = $1", params![row.message]).await?.take()?;
    let (act, facts) = match outcome {
        Outcome::Delivered { facts } => (Act::MessageDelivered, with(facts, [])),
        Outcome::DeliveredHere => (Act::MessageDelivered, json!({ "internal": true })),
        Outcome::Retry { next, cause, facts } => {
            (Act::MessageDelayed, with(facts, [("cause", json!(cause)), ("next", json!(next.to_string()))]))
        }
        Outcome::Failed { cause, status, facts } => (Act::MessageFailed, with(facts, [("cause", json!(cause)), ("status", json!(status))])),
    };
    let (state, next, last) = match outcome {
        Outcome::Delivered { facts } => (QueueState::Delivered, row.next, facts.get("reply").and_then(Value::as_str)),
        Outcome::DeliveredHere => (QueueState::Delivered, row.next, None),
        // A row that staff held while it was tried stays held.
        Outcome::Retry { next, cause, .. } => (row.state, *next, Some(cause.as_str())),
        Outcome::Failed { cause, .. } => (QueueState::Failed, row.next, Some(cause.as_str())),
    };
    let ended = matches!(state, QueueState::Delivered | QueueState::Failed).then_some(now);
    let sql = "UPDATE queue SET state = $1, attempts = attempts + 1, next = $2, last = $3, lease_by = NULL, lease_until = 0, ended = $4
               WHERE id = $5";
    tx.exec(sql, params![state.number(), next, last, ended, row.id.0]).await?;
    if ended.is_some() {
        tx.release(mailbox, [row.message]).await?;
        tx.exec("DELETE FROM queue WHERE ended < $1", params![now.minus(SHOWN)]).await?;
    }
    tx.effects.queue = true;
    let ours = [("to", json!(row.recipient)), ("queue", json!(row.id.0)), ("attempts", json!(row.attempts + 1))];
    let line = Entry { at: now, author: courier(), act, object: number.to_string(), channel: Channel::System, facts: with(&facts, ours) };
    tx.journal(mailbox, &line).await
}

/// Files the report in a mailbox of ours, or queues it for its operator. Reports about reports are the courier's to prevent.
pub(super) async fn tell(tx: &mut Tx<'_>, report: &Ready, now: Moment) -> Result<bool> {
    if let Some(mailbox) = tx.mailbox_id(&report.to).await? {
        return match file(tx, mailbox, &report.packed, now).await {
            // A mailbox that was closed meanwhile hears no more: the outcome itself stands all the same.
            Err(Error::Refused(_)) => Ok(false),
            filed => filed,
        };
    }
    queue_report(tx, report, now).await.map(|()| true)
}

async fn queue_report(tx: &mut Tx<'_>, report: &Ready, now: Moment) -> Result<()> {
    let mailbox: MailboxId = OPERATOR;
    let filing = Filing {
        parcel: &report.packed.parcel,
        shift: 0,
        origin: Origin::Queued,
        internal_date: now,
        message_id: Some(&report.message_id),
        now,
    };
    let message = tx.insert_message(mailbox, &filing).await?;
    let row = NewRow {
        mailbox,
        message: message.id,
        sender: None,
        recipient: &report.to,
        author: &courier(),
        detail: Detail { message_id: report.message_id.clone(), envelope_id: None, original: None },
        size: report.packed.parcel.size,
        // A report is never reported on (RFC 3461 §6.1).
        notify: Some(0),
        return_full: false,
        expires: report.expires,
        transaction: &report.packed.transaction,
        now,
    };
    tx.queue_row(&row).await
}
