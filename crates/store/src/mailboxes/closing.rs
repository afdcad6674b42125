//! What time alone does to mailboxes: after thirty days of closing, the address becomes a tombstone.
//!
//! Requirements: CAB-13, TRU-51, TRU-55. A delegation ends by its date without anything being written: `rules` reads the date.

use rules::mailbox::{GRACE, MailboxId};
use rules::movement::{Change, close_for_good};
use rules::{Author, Channel, Moment};

use super::movements::{Made, write_movement};
use crate::engine::{Tx, params};
use crate::{Result, Store};

impl Store {
    /// Closes for good every mailbox whose thirty days are over; how many. For a job that runs each minute, on any node.
    pub async fn close_due(&self, now: Moment) -> Result<u32> {
        let due = self.read_facts(now, |tx, now| Box::pin(due(tx, *now))).await?;
        let mut closed = 0;
        for mailbox in due {
            if self.write((mailbox, now), |tx, args| Box::pin(close(tx, args.0, args.1))).await? {
                closed += 1;
            }
        }
        Ok(closed)
    }
}

async fn due(tx: &mut Tx<'_>, now: Moment) -> Result<Vec<MailboxId>> {
    let sql = "SELECT id FROM mailbox WHERE state = 'EN_CLOTURE' AND state_since <= $1 ORDER BY id";
    let rows = tx.rows(sql, params![now.minus(GRACE)]).await?;
    rows.into_iter().map(|mut row| row.take().map(MailboxId)).collect()
}

/// False when somebody reopened it, or another node was faster.
async fn close(tx: &mut Tx<'_>, id: MailboxId, now: Moment) -> Result<bool> {
    tx.hold(id).await?;
    let mailbox = tx.mailbox(id).await?;
    if close_for_good(&mailbox, now).is_err() {
        return Ok(false);
    }
    let author = Author::task("closing");
    let made = Made { change: &Change::Closed, reason: None, attested: false, author: &author, channel: Channel::System, now };
    write_movement(tx, id, &made).await?;
    Ok(true)
}
