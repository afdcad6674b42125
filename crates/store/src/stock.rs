//! How much each mailbox holds: for the figures of the month. Requirements: IND-C.

use rules::mailbox::MailboxId;

use crate::engine::{Tx, params};
use crate::{Result, Store};

/// What one mailbox holds, all folders together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stock {
    pub mailbox: MailboxId,
    pub messages: u64,
    /// Sum of sizes, bytes.
    pub bytes: u64,
}

impl Store {
    /// One entry a mailbox, read from the folders' own counters.
    pub async fn stock(&self) -> Result<Vec<Stock>> {
        self.read_facts((), |tx, ()| Box::pin(stock(tx))).await
    }
}

async fn stock(tx: &mut Tx<'_>) -> Result<Vec<Stock>> {
    let sql = "SELECT mailbox, CAST(SUM(messages) AS BIGINT), CAST(SUM(size) AS BIGINT) FROM folder GROUP BY mailbox ORDER BY mailbox";
    let mut all = Vec::new();
    for mut row in tx.rows(sql, params![]).await? {
        let (mailbox, messages, bytes): (i64, i64, i64) = (row.take()?, row.take()?, row.take()?);
        all.push(Stock { mailbox: MailboxId(mailbox), messages: messages.unsigned_abs(), bytes: bytes.unsigned_abs() });
    }
    Ok(all)
}
