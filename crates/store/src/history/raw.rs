//! Lines as they are stored: what was hashed, not what it means. For verification, for proofs, for exports.

use rules::Address;
use rules::journal::proof::Raw;
use rules::mailbox::MailboxId;
use serde::{Deserialize, Serialize};

use super::show::PAGE;
use crate::engine::{Tx, params};
use crate::{Result, Store};

/// A line with the hash that stands beside it.
pub(super) struct Stored {
    pub(super) raw: Raw,
    pub(super) hash: Vec<u8>,
}

/// One line of an export (NDJSON): the chain, the line as it was hashed, its hash. `docs/journal.md` says how hashes are made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exported {
    pub chain: i64,
    /// Absent for the register's chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mailbox: Option<String>,
    #[serde(flatten)]
    pub line: Raw,
    /// Hexadecimal.
    pub hash: String,
}

impl Store {
    /// Streams the lines of one chain (`Some(None)`: the register's) or of all of them, chain by chain in order, to `each`.
    /// Stops at the first error of `each`.
    pub async fn export_journal(
        &self,
        only: Option<Option<&Address>>,
        each: &mut (dyn FnMut(&Exported) -> Result<()> + Send),
    ) -> Result<()> {
        for (chain, address) in self.chains().await? {
            if only.is_some_and(|only| only != address.as_ref()) {
                continue;
            }
            let mut after = 0;
            loop {
                let page = self.read_facts((chain, after), |tx, (chain, after)| Box::pin(raw_page(tx, *chain, *after, i64::MAX))).await?;
                let Some(last) = page.last() else { break };
                after = last.raw.seq;
                for stored in page {
                    let mailbox = address.as_ref().map(Address::to_string);
                    each(&Exported { chain: chain.0, mailbox, line: stored.raw, hash: hex::encode(stored.hash) })?;
                }
            }
        }
        Ok(())
    }
}

/// Lines after a number, up to another, in order.
pub(super) async fn raw_page(tx: &mut Tx<'_>, chain: MailboxId, after: i64, last: i64) -> Result<Vec<Stored>> {
    let sql = "SELECT seq, at, author, act, object, channel, facts, hash FROM journal WHERE chain = $1 AND seq > $2 AND seq <= $3
               ORDER BY seq LIMIT $4";
    let rows = tx.rows(sql, params![chain.0, after, last, PAGE]).await?;
    rows.into_iter()
        .map(|mut row| {
            let raw = Raw {
                seq: row.take()?,
                at: row.take()?,
                author: row.take()?,
                act: row.take()?,
                object: row.take()?,
                channel: row.take()?,
                facts: row.take()?,
            };
            Ok(Stored { raw, hash: row.take()? })
        })
        .collect()
}
