//! The journal read: some lines for people, all lines for the figures. Requirements: CAB-08, IND-A; invariant 6.

use rules::journal::{Entry, Line, REGISTER_CHAIN};
use rules::mailbox::MailboxId;
use rules::{Address, Moment};

use super::{Placed, Query};
use crate::door::OPERATOR;
use crate::engine::{Row, Tx, params};
use crate::words::{channel_of, from_json, parse};
use crate::{Error, Result, Store};

/// Lines read in one go.
pub(super) const PAGE: i64 = 2_000;

/// Columns in the order `line_of` takes them.
pub(crate) const COLUMNS: &str = "seq, at, author, act, object, channel, facts, hash";

impl Store {
    /// Appends a line to the register's chain (lists, persons, operator's acts).
    pub async fn journal(&self, entry: Entry) -> Result<()> {
        self.context.note(entry.at);
        self.write(entry, |tx, entry| Box::pin(tx.journal(OPERATOR, entry))).await
    }

    pub async fn journal_lines(&self, query: Query) -> Result<Vec<Placed>> {
        self.read_facts(query, |tx, query| Box::pin(lines(tx, query))).await
    }

    /// Streams every line of every mailbox between two moments, chain by chain, to a fold (figures).
    pub async fn fold_journal(&self, from: Moment, until: Moment, fold: &mut (dyn FnMut(&Placed) + Send)) -> Result<()> {
        self.fold_chains(|_| true, from, until, fold).await
    }

    /// The same for some chains.
    pub(super) async fn fold_chains(
        &self,
        wanted: impl Fn(MailboxId) -> bool,
        from: Moment,
        until: Moment,
        fold: &mut (dyn FnMut(&Placed) + Send),
    ) -> Result<()> {
        for (chain, address) in self.chains().await?.into_iter().filter(|(chain, _)| wanted(*chain)) {
            let mut after = 0;
            loop {
                let page = self.read_facts((chain, after, from, until), |tx, (chain, after, from, until)| {
                    Box::pin(page(tx, *chain, *after, *from, *until))
                });
                let page = page.await?;
                let Some(last) = page.last() else { break };
                after = last.seq;
                for line in page {
                    fold(&Placed { mailbox: address.clone(), line });
                }
            }
        }
        Ok(())
    }

    /// Every chain with the address of its mailbox; `None` for the register's.
    pub(super) async fn chains(&self) -> Result<Vec<(MailboxId, Option<Address>)>> {
        self.read_facts((), |tx, ()| {
            Box::pin(async move {
                let rows = tx.rows("SELECT id, address FROM mailbox ORDER BY id", &[]).await?;
                rows.into_iter()
                    .map(|mut row| {
                        let (id, address): (i64, String) = (row.take()?, row.take()?);
                        Ok((MailboxId(id), if id == REGISTER_CHAIN { None } else { Some(parse(&address)?) }))
                    })
                    .collect()
            })
        })
        .await
    }
}

async fn page(tx: &mut Tx<'_>, chain: MailboxId, after: i64, from: Moment, until: Moment) -> Result<Vec<Line>> {
    let sql = format!("SELECT {COLUMNS} FROM journal WHERE chain = $1 AND seq > $2 AND at >= $3 AND at < $4 ORDER BY seq LIMIT $5");
    tx.rows(&sql, params![chain.0, after, from, until, PAGE]).await?.into_iter().map(line_of).collect()
}

async fn lines(tx: &mut Tx<'_>, query: &Query) -> Result<Vec<Placed>> {
    let chain = match &query.mailbox {
        Some(address) => tx.mailbox_id(address).await?.ok_or(Error::NotFound("mailbox"))?,
        None => OPERATOR,
    };
    let (since, until) = (query.since.map_or(i64::MIN, Moment::micros), query.until.map_or(i64::MAX, Moment::micros));
    let limit = usize::try_from(query.limit.unwrap_or(u32::MAX)).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    let mut after = 0;
    while found.len() < limit {
        let lines = page(tx, chain, after, Moment::from_micros(since), Moment::from_micros(until)).await?;
        let Some(last) = lines.last() else { break };
        after = last.seq;
        let wanted = |line: &Line| query.author.as_ref().is_none_or(|author| line.author.person() == Some(author));
        found.extend(lines.into_iter().filter(wanted).map(|line| Placed { mailbox: query.mailbox.clone(), line }));
    }
    found.truncate(limit);
    Ok(found)
}

pub(crate) fn line_of(mut row: Row) -> Result<Line> {
    Ok(Line {
        seq: row.take()?,
        at: row.take()?,
        author: from_json(&row.take::<String>()?)?,
        act: row.take()?,
        object: row.take()?,
        channel: channel_of(&row.take::<String>()?)?,
        facts: match row.take::<String>()?.as_str() {
            "" => serde_json::Value::Null,
            facts => from_json(facts)?,
        },
        hash: hex::encode(row.take::<Vec<u8>>()?),
    })
}
