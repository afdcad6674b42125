//! Staff looks at the queue and acts on it: `pli queue list|retry|hold|release`. One journal line an act, in the register's chain.

use rules::journal::{Act, Entry};
use rules::{Author, Channel, Domain, Moment};
use serde_json::json;

use super::rows::COLUMNS;
use super::{QueueAct, QueueId, Queued};
use crate::door::OPERATOR;
use crate::engine::{Tx, params};
use crate::words::imap_set;
use crate::{Result, Store};

struct Args {
    act: QueueAct,
    id: Option<QueueId>,
    domain: Option<Domain>,
    author: Author,
    now: Moment,
}

impl Store {
    /// Waiting and held rows, and those ended in the last day.
    pub async fn queue(&self) -> Result<Vec<Queued>> {
        self.read_facts((), |tx, ()| Box::pin(list(tx))).await
    }

    /// `pli queue retry|hold|release`: `None` = all rows. Returns how many changed.
    pub async fn queue_act(&self, act: QueueAct, id: Option<QueueId>, domain: Option<&Domain>, author: Author, now: Moment) -> Result<u32> {
        self.context.note(now);
        let args = Args { act, id, domain: domain.cloned(), author, now };
        self.write(args, |tx, args| Box::pin(change(tx, args))).await
    }
}

async fn list(tx: &mut Tx<'_>) -> Result<Vec<Queued>> {
    let rows = tx.rows(&format!("SELECT {COLUMNS} FROM queue ORDER BY accepted, id"), &[]).await?;
    let mut queue = Vec::with_capacity(rows.len());
    for row in rows {
        queue.push(tx.queued(row).await?);
    }
    Ok(queue)
}

async fn change(tx: &mut Tx<'_>, args: &Args) -> Result<u32> {
    // A retry also takes back the lease of a worker that died.
    let set = match args.act {
        QueueAct::Retry => "next = $1, lease_by = NULL, lease_until = 0 WHERE state = 0",
        QueueAct::Hold => "state = 1, lease_until = CASE WHEN lease_until > $1 THEN lease_until ELSE 0 END WHERE state = 0",
        QueueAct::Release => "state = 0, next = $1 WHERE state = 1",
    };
    let sql = format!("UPDATE queue SET {set} AND ($2 = 0 OR id = $2) AND ($3 = '' OR domain = $3) RETURNING id");
    let domain = args.domain.as_ref().map_or("", Domain::as_str);
    let rows = tx.rows(&sql, params![args.now, args.id.map_or(0, |id| id.0), domain]).await?;
    let ids = rows.into_iter().map(|mut row| row.take::<i64>()).collect::<Result<Vec<_>>>()?;
    if ids.is_empty() {
        return Ok(0);
    }
    tx.effects.queue = true;
    let changed = ids.len();
    let line = Entry {
        at: args.now,
        author: args.author.clone(),
        act: match args.act {
            QueueAct::Retry => Act::QueueRetried,
            QueueAct::Hold => Act::QueueHeld,
            QueueAct::Release => Act::QueueReleased,
        },
        object: imap_set(ids),
        channel: Channel::Cli,
        facts: json!({ "rows": changed, "domain": args.domain }),
    };
    tx.journal(OPERATOR, &line).await?;
    Ok(u32::try_from(changed).unwrap_or(u32::MAX))
}
