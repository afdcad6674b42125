//! `pli journal verify`: every hash of every chain is computed again, the heads are compared, and each day's root is made again from its leaves.
//!
//! Requirements: TRU-58, IND-40; invariant 5.

use rules::journal::merkle::{self, Hash};
use rules::mailbox::MailboxId;

use super::Verified;
use super::raw::raw_page;
use super::roots::{Head, kept_heads, leaves_of};
use crate::engine::{Tx, params};
use crate::{Error, Result, Store};

impl Store {
    /// Recomputes every hash of every chain, compares the heads and what the days say of them, then makes every root again.
    pub async fn verify_journal(&self) -> Result<Verified> {
        let mut verified = Verified::default();
        for (chain, address) in self.chains().await? {
            let name = address.map_or_else(|| "the register".to_owned(), |address| address.to_string());
            let (lines, fault) = self.verify_chain(chain).await?;
            verified.chains += 1;
            verified.lines += lines;
            verified.faults.extend(fault.map(|fault| format!("{name}: {fault}")));
        }
        for root in self.journal_roots().await? {
            let day = root.day.to_string();
            let heads = self.read_facts(day.clone(), |tx, day| Box::pin(kept_heads(tx, day))).await?;
            let leaves: Vec<Hash> = heads.iter().map(Head::leaf).collect();
            verified.roots += 1;
            if leaves.len() as u64 != root.chains || merkle::root(&leaves) != root.root {
                verified.faults.push(format!("the root of {day} is not the one of its chains"));
            }
        }
        Ok(verified)
    }

    /// The head is read first: lines written meanwhile are beyond it, and left for the next time.
    async fn verify_chain(&self, chain: MailboxId) -> Result<(u64, Option<String>)> {
        let (head_seq, head_hash, last) = self.read_facts(chain, |tx, chain| Box::pin(head(tx, *chain))).await?;
        if last > head_seq {
            return Ok((0, Some(format!("line {last} stands after the head, {head_seq}"))));
        }
        let leaves = self.read_facts(chain, |tx, chain| Box::pin(leaves_of(tx, *chain))).await?;
        let mut leaves = leaves.into_iter().peekable();
        let (mut seq, mut hash) = (0, [0; 32]);
        while seq < head_seq {
            let page = self.read_facts((chain, seq, head_seq), |tx, (chain, after, last)| Box::pin(raw_page(tx, *chain, *after, *last)));
            let page = page.await?;
            if page.is_empty() {
                return Ok((seq.unsigned_abs(), Some(format!("lines after {seq} are missing, the head says {head_seq}"))));
            }
            for line in page {
                if line.raw.seq != seq + 1 {
                    return Ok((seq.unsigned_abs(), Some(format!("line {} is missing", seq + 1))));
                }
                seq = line.raw.seq;
                hash = line.raw.hash(&hash, chain.0);
                if line.hash != hash {
                    return Ok((seq.unsigned_abs(), Some(format!("line {seq} is not the one that was written"))));
                }
                if let Some((day, _, _)) = leaves.next_if(|(_, at, kept)| *at == seq && *kept != hash) {
                    return Ok((seq.unsigned_abs(), Some(format!("line {seq} is not the one that the root of {day} covers"))));
                }
                while leaves.next_if(|(_, at, _)| *at <= seq).is_some() {}
            }
        }
        if head_hash != hash {
            return Ok((seq.unsigned_abs(), Some("the head is not the hash of the last line".to_owned())));
        }
        let fault = leaves.next().map(|(day, at, _)| format!("line {at}, covered by the root of {day}, is missing"));
        Ok((seq.unsigned_abs(), fault))
    }
}

async fn head(tx: &mut Tx<'_>, chain: MailboxId) -> Result<(i64, Vec<u8>, i64)> {
    let sql = "SELECT head_seq, head_hash, COALESCE((SELECT MAX(seq) FROM journal WHERE chain = $1), 0) FROM mailbox WHERE id = $1";
    let mut row = tx.row(sql, params![chain.0]).await?.ok_or(Error::NotFound("mailbox"))?;
    Ok((row.take()?, row.take()?, row.take()?))
}
