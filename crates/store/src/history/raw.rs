//! Lines as they are stored: what was hashed, not what it means. For verification, for proofs, for exports.

use rules::journal::proof::Raw;
use rules::mailbox::MailboxId;
use rules::{Address, Moment};
use serde::{Deserialize, Serialize};

use super::show::PAGE;
use crate::engine::{Tx, params};
use crate::{Error, Result, Store};

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
    /// Hash of the line before: only on the first line of a chain that does not begin with its first line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
}

/// Which lines to export.
#[derive(Clone, Debug, Default)]
pub struct Extent {
    /// One chain alone, `Some(None)` the register's; or all of them.
    pub chain: Option<Option<Address>>,
    /// From the first line of this period to the last, with all that stands between.
    pub period: Option<(Moment, Moment)>,
}

impl Store {
    /// Streams lines, chain by chain in order, to `each`; stops at its first error. [`Error::NotFound`] for a mailbox that is not here.
    pub async fn export_journal(&self, extent: &Extent, each: &mut (dyn FnMut(&Exported) -> Result<()> + Send)) -> Result<()> {
        let mut found = extent.chain.is_none();
        for (chain, address) in self.chains().await? {
            if extent.chain.as_ref().is_some_and(|only| *only != address) {
                continue;
            }
            found = true;
            let period = extent.period;
            let (mut after, last, mut previous) =
                self.read_facts((chain, period), |tx, (chain, period)| Box::pin(span(tx, *chain, *period))).await?;
            while after < last {
                let page = self.read_facts((chain, after, last), |tx, (chain, after, last)| Box::pin(raw_page(tx, *chain, *after, *last)));
                let page = page.await?;
                let Some(end) = page.last() else { break };
                after = end.raw.seq;
                for stored in page {
                    let mailbox = address.as_ref().map(Address::to_string);
                    let (hash, previous) = (hex::encode(stored.hash), previous.take());
                    each(&Exported { chain: chain.0, mailbox, line: stored.raw, hash, previous })?;
                }
            }
        }
        if found { Ok(()) } else { Err(Error::NotFound("mailbox")) }
    }
}

/// The number before the first line, the last line, and the hash before the first when there is a line before it.
async fn span(tx: &mut Tx<'_>, chain: MailboxId, period: Option<(Moment, Moment)>) -> Result<(i64, i64, Option<String>)> {
    let (from, until) = period.unwrap_or((Moment::from_micros(i64::MIN), Moment::from_micros(i64::MAX)));
    let sql = "SELECT MIN(seq), MAX(seq) FROM journal WHERE chain = $1 AND at >= $2 AND at < $3";
    let mut row = tx.one(sql, params![chain.0, from, until]).await?;
    let (Some(first), Some(last)) = (row.take::<Option<i64>>()?, row.take::<Option<i64>>()?) else { return Ok((0, 0, None)) };
    let sql = "SELECT hash FROM journal WHERE chain = $1 AND seq = $2";
    let before = match tx.row(sql, params![chain.0, first - 1]).await? {
        Some(mut row) => Some(hex::encode(row.take::<Vec<u8>>()?)),
        None => None,
    };
    Ok((first - 1, last, before))
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
