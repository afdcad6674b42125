//! `pli journal verify`: every hash of every chain is computed again, and the heads are compared. Requirements: TRU-58; invariant 5.

use rules::Moment;
use rules::journal::chain_hash;
use rules::mailbox::MailboxId;

use super::Verified;
use super::show::PAGE;
use crate::engine::{Tx, params};
use crate::{Error, Result, Store};

/// A line as it is stored: what was hashed, not what it means.
struct Raw {
    seq: i64,
    at: Moment,
    author: String,
    act: String,
    object: String,
    channel: String,
    facts: String,
    hash: Vec<u8>,
}

impl Store {
    /// Recomputes every hash of every chain, and compares the heads.
    pub async fn verify_journal(&self) -> Result<Verified> {
        let mut verified = Verified::default();
        for (chain, address) in self.chains().await? {
            let name = address.map_or_else(|| "the register".to_owned(), |address| address.to_string());
            let (lines, fault) = self.verify_chain(chain).await?;
            verified.chains += 1;
            verified.lines += lines;
            verified.faults.extend(fault.map(|fault| format!("{name}: {fault}")));
        }
        Ok(verified)
    }

    /// The head is read first: lines written meanwhile are beyond it, and left for the next time.
    async fn verify_chain(&self, chain: MailboxId) -> Result<(u64, Option<String>)> {
        let (head_seq, head_hash, last) = self.read_facts(chain, |tx, chain| Box::pin(head(tx, *chain))).await?;
        if last > head_seq {
            return Ok((0, Some(format!("line {last} stands after the head, {head_seq}"))));
        }
        let (mut seq, mut hash) = (0, [0; 32]);
        while seq < head_seq {
            let page = self.read_facts((chain, seq, head_seq), |tx, (chain, after, last)| Box::pin(page(tx, *chain, *after, *last)));
            let page = page.await?;
            if page.is_empty() {
                return Ok((seq.unsigned_abs(), Some(format!("lines after {seq} are missing, the head says {head_seq}"))));
            }
            for line in page {
                if line.seq != seq + 1 {
                    return Ok((seq.unsigned_abs(), Some(format!("line {} is missing", seq + 1))));
                }
                seq = line.seq;
                hash = chain_hash(&hash, chain.0, seq, line.at, &line.author, &line.act, &line.object, &line.channel, &line.facts);
                if line.hash != hash {
                    return Ok((seq.unsigned_abs(), Some(format!("line {seq} is not the one that was written"))));
                }
            }
        }
        let fault = (head_hash != hash).then(|| "the head is not the hash of the last line".to_owned());
        Ok((seq.unsigned_abs(), fault))
    }
}

async fn head(tx: &mut Tx<'_>, chain: MailboxId) -> Result<(i64, Vec<u8>, i64)> {
    let sql = "SELECT head_seq, head_hash, COALESCE((SELECT MAX(seq) FROM journal WHERE chain = $1), 0) FROM mailbox WHERE id = $1";
    let mut row = tx.row(sql, params![chain.0]).await?.ok_or(Error::NotFound("mailbox"))?;
    Ok((row.take()?, row.take()?, row.take()?))
}

async fn page(tx: &mut Tx<'_>, chain: MailboxId, after: i64, last: i64) -> Result<Vec<Raw>> {
    let sql = "SELECT seq, at, author, act, object, channel, facts, hash FROM journal WHERE chain = $1 AND seq > $2 AND seq <= $3
               ORDER BY seq LIMIT $4";
    let rows = tx.rows(sql, params![chain.0, after, last, PAGE]).await?;
    rows.into_iter()
        .map(|mut row| {
            Ok(Raw {
                seq: row.take()?,
                at: row.take()?,
                author: row.take()?,
                act: row.take()?,
                object: row.take()?,
                channel: row.take()?,
                facts: row.take()?,
                hash: row.take()?,
            })
        })
        .collect()
}
