//! What remains of a mailbox closed for good: its history. Its letters, its folders and its key go.
//!
//! Requirements: TRU-55, TRU-56, CAB-13; invariant 12. In steps, so that nobody else waits; a step lost is taken again. The copies that other
//! mailboxes hold are theirs.

use rules::journal::{Act, Entry};
use rules::mailbox::{MailboxId, State};
use rules::movement::standing;
use rules::{Author, Channel, Moment};
use serde_json::Value;

use crate::door::OPERATOR;
use crate::engine::{Tx, params};
use crate::{Result, Store};

/// Letters in one step.
const STEP: i64 = 500;

/// Where a mailbox's content stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    /// More steps.
    Letters,
    /// Something of it still waits in the queue: another day.
    Queued,
    Nothing,
}

impl Store {
    /// Destroys what mailboxes closed for good still hold; how many are empty now. For a job, on any node.
    pub async fn destroy_due(&self, now: Moment) -> Result<u32> {
        self.context.note(now);
        let due = self.read_facts((), |tx, ()| {
            Box::pin(async move {
                let sql = "SELECT id FROM mailbox WHERE state = 'CLOSE' AND length(dek) > 0 AND id <> $1 ORDER BY id";
                let rows = tx.rows(sql, params![OPERATOR.0]).await?;
                rows.into_iter().map(|mut row| row.take().map(MailboxId)).collect::<Result<Vec<_>>>()
            })
        });
        let mut emptied = 0;
        for mailbox in due.await? {
            let left = loop {
                let left = self.write((mailbox, now), |tx, args| Box::pin(step(tx, args.0, args.1))).await?;
                if left != Left::Letters {
                    break left;
                }
            };
            if left == Left::Nothing {
                self.context.vault.forget(mailbox);
                emptied += 1;
            }
        }
        Ok(emptied)
    }
}

async fn step(tx: &mut Tx<'_>, id: MailboxId, now: Moment) -> Result<Left> {
    tx.hold(id).await?;
    // Its movements are the fact, the column a cache of them.
    if standing(&tx.mailbox(id).await?.movements, now).state() != State::Close {
        return Ok(Left::Queued);
    }
    if tx.row("SELECT id FROM queue WHERE mailbox = $1 AND ended IS NULL LIMIT 1", params![id.0]).await?.is_some() {
        return Ok(Left::Queued);
    }
    for table in ["placement", "tombstone", "folder"] {
        tx.exec(&format!("DELETE FROM {table} WHERE mailbox = $1"), params![id.0]).await?;
    }
    let mut letters = Vec::new();
    for mut row in tx.rows("SELECT id FROM message WHERE mailbox = $1 ORDER BY id LIMIT $2", params![id.0, STEP]).await? {
        letters.push(row.take::<i64>()?);
    }
    if letters.is_empty() {
        return finish(tx, id, now).await.map(|()| Left::Nothing);
    }
    let last = letters.last().copied();
    tx.exec("UPDATE message SET placements = 0 WHERE mailbox = $1 AND id <= $2", params![id.0, last]).await?;
    tx.release(id, letters).await?;
    Ok(Left::Letters)
}

/// The key last: whatever a copy of the disk still holds is unreadable from then on.
async fn finish(tx: &mut Tx<'_>, id: MailboxId, now: Moment) -> Result<()> {
    for table in ["search_term", "search_message", "search_progress", "opened_by"] {
        tx.exec(&format!("DELETE FROM {table} WHERE mailbox = $1"), params![id.0]).await?;
    }
    let none: &[u8] = &[];
    tx.exec("UPDATE mailbox SET dek = $1 WHERE id = $2", params![none, id.0]).await?;
    let object = tx.hold(id).await?.address.clone();
    let line = Entry {
        at: now,
        author: Author::task("closing"),
        act: Act::ContentDestroyed,
        object,
        channel: Channel::System,
        facts: Value::Null,
    };
    tx.journal(id, &line).await
}
