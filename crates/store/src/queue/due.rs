//! Rows to try now. A row is leased to one worker: nobody else gets it before the lease ends, and a worker that died loses it then.

use std::time::Duration;

use bytes::Bytes;
use rules::Moment;
use rules::mailbox::MailboxId;

use super::rows::COLUMNS;
use super::{QueueId, Queued};
use crate::engine::{Tx, params};
use crate::mail::body_of;
use crate::parcel::Sealed;
use crate::{Error, Result, Store};

struct Args {
    worker: String,
    limit: u32,
    until: Moment,
    now: Moment,
}

impl Store {
    /// Rows due now, oldest first, leased to `worker` for `lease`: nobody else gets them meanwhile.
    pub async fn due(&self, worker: &str, limit: u32, lease: Duration, now: Moment) -> Result<Vec<Queued>> {
        self.context.note(now);
        // Looking costs no commit: only a row that is due is worth one.
        if self.next_due().await?.is_none_or(|next| next > now) {
            return Ok(Vec::new());
        }
        let args = Args { worker: worker.to_owned(), limit, until: now.plus(lease), now };
        self.write(args, |tx, args| Box::pin(take(tx, args))).await
    }

    /// When the next row will be due, if any waits.
    pub async fn next_due(&self) -> Result<Option<Moment>> {
        self.read_facts((), |tx, ()| {
            Box::pin(async move {
                let sql = "SELECT MIN(CASE WHEN lease_until > next THEN lease_until ELSE next END) FROM queue WHERE state = 0";
                tx.one(sql, &[]).await?.take()
            })
        })
        .await
    }

    /// Bytes of a queued message.
    pub async fn queued_bytes(&self, id: QueueId) -> Result<Bytes> {
        let sealed = self.read_facts(id, |tx, id| Box::pin(sealed(tx, *id))).await?;
        let plain = self.open_sealed(sealed).await?;
        plain.bytes.ok_or_else(|| Error::Internal("a queued message without bytes".to_owned()))
    }
}

async fn take(tx: &mut Tx<'_>, args: &Args) -> Result<Vec<Queued>> {
    // Picked once and for all before the update: a subquery could be run again by the planner, and lease more than `limit`.
    let sql = format!(
        "WITH picked AS MATERIALIZED (SELECT id AS picked_id FROM queue WHERE state = 0 AND next <= $1 AND lease_until <= $2
           ORDER BY next, id LIMIT $3 FOR UPDATE SKIP LOCKED)
         UPDATE queue SET lease_by = $4, lease_until = $5 FROM picked WHERE id = picked.picked_id RETURNING {COLUMNS}"
    );
    let rows = tx.rows(&sql, params![args.now, args.now, args.limit, &args.worker, args.until]).await?;
    let mut taken = Vec::with_capacity(rows.len());
    for row in rows {
        taken.push(tx.queued(row).await?);
    }
    taken.sort_by_key(|row| (row.next, row.id.0));
    Ok(taken)
}

async fn sealed(tx: &mut Tx<'_>, id: QueueId) -> Result<Sealed> {
    let sql = "SELECT m.mailbox, m.number, m.secret, m.size, m.shift, m.blob, b.data FROM queue q
               JOIN message m ON m.mailbox = q.mailbox AND m.id = q.message
               LEFT JOIN body b ON b.message = m.id WHERE q.id = $1";
    let mut row = tx.row(sql, params![id.0]).await?.ok_or(Error::NotFound("queued message"))?;
    let (mailbox, number, secret) = (MailboxId(row.take()?), row.take()?, row.take::<Vec<u8>>()?);
    let (size, shift): (u32, u32) = (row.take()?, row.take()?);
    let body = Some(body_of(&mut row)?);
    let key = tx.key(mailbox).await?.unwrap(number, &secret)?;
    Ok(Sealed { key, body, glance: None, size: size - shift, prefix: String::new() })
}
