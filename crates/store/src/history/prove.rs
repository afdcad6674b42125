//! The proof of one act, by the root of the first sealed day that covers it. Requirements: CAB-08, DEL-03, TRU-58, IND-40.

use rules::Address;
use rules::journal::merkle::{self, Hash};
use rules::journal::proof::{FORMAT, Proof};

use super::raw::raw_page;
use super::roots::{Head, kept_heads};
use crate::door::OPERATOR;
use crate::engine::{Tx, params};
use crate::{Error, Result, Store};

impl Store {
    /// The line `seq` of a mailbox's chain (`None`: of the register's), with all that leads from it to a day's root. [`Error::NotFound`] when there
    /// is no such line, or when its day is not sealed yet.
    pub async fn inclusion_proof(&self, mailbox: Option<&Address>, seq: i64) -> Result<Proof> {
        self.read_facts((mailbox.cloned(), seq), |tx, (mailbox, seq)| Box::pin(prove(tx, mailbox.as_ref(), *seq))).await
    }
}

async fn prove(tx: &mut Tx<'_>, mailbox: Option<&Address>, seq: i64) -> Result<Proof> {
    let chain = match mailbox {
        Some(address) => tx.mailbox_id(address).await?.ok_or(Error::NotFound("mailbox"))?,
        None => OPERATOR,
    };
    let sql = "SELECT day, seq FROM journal_head WHERE chain = $1 AND seq >= $2 ORDER BY day LIMIT 1";
    let mut row = tx.row(sql, params![chain.0, seq]).await?.ok_or(Error::NotFound("sealed day that covers this line"))?;
    let (day, head): (String, i64) = (row.take()?, row.take()?);
    let previous = match seq {
        1 => vec![0; 32],
        _ => {
            let sql = "SELECT hash FROM journal WHERE chain = $1 AND seq = $2";
            tx.row(sql, params![chain.0, seq - 1]).await?.ok_or(Error::NotFound("line"))?.take()?
        }
    };
    let mut lines = Vec::new();
    while lines.len() as i64 <= head - seq {
        let page = raw_page(tx, chain, seq + lines.len() as i64 - 1, head).await?;
        if page.is_empty() {
            return Err(Error::NotFound("line"));
        }
        lines.extend(page.into_iter().map(|line| line.raw));
    }
    let mut lines = lines.into_iter();
    let line = lines.next().ok_or(Error::NotFound("line"))?;
    let heads = kept_heads(tx, &day).await?;
    let leaves: Vec<Hash> = heads.iter().map(Head::leaf).collect();
    let index = heads.iter().position(|head| head.chain == chain.0).ok_or(Error::NotFound("head"))?;
    let path = merkle::path(&leaves, index).ok_or(Error::NotFound("head"))?;
    Ok(Proof {
        format: FORMAT.to_owned(),
        mailbox: mailbox.map(Address::to_string),
        chain: chain.0,
        previous: hex::encode(previous),
        line,
        after: lines.collect(),
        day,
        index: index as u64,
        chains: leaves.len() as u64,
        path: path.iter().map(hex::encode).collect(),
        root: hex::encode(merkle::root(&leaves)),
    })
}
