//! The root of each day: a tree over the heads of all chains when the day ended in Paris, kept, and written in the register's chain.
//!
//! Requirements: IND-40, TRU-58; decision 0004, invariant 5. A root that somebody else keeps shows any later rewriting, even by who owns the
//! machine. A line that was written after midnight with a moment before it is covered by the next day's root. Leaves are kept only for
//! chains that moved. Sealed segments (retention) are later: until then no line leaves.

use std::time::Duration;

use rules::journal::merkle::{self, Hash};
use rules::journal::{Act, Entry};
use rules::mailbox::MailboxId;
use rules::{Author, Channel, Moment};
use serde_json::json;

use crate::door::OPERATOR;
use crate::engine::{Tx, params};
use crate::{Error, Result, Store};

/// A day in Paris.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(jiff::civil::Date);

impl Day {
    /// The day of a moment, in Paris.
    pub fn of(at: Moment) -> Self {
        Self(at.paris().date())
    }

    /// Reads `2026-11-21`.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }

    /// First moment after it.
    pub fn end(self) -> Moment {
        let next = self.next().0;
        let paris = jiff::tz::TimeZone::get("Europe/Paris").expect("the time zone database is bundled");
        // A midnight that does not exist has never been in Paris; the library would take the instant after the gap.
        let midnight = next.to_zoned(paris).map_or(i64::MAX, |at| at.timestamp().as_microsecond());
        Moment::from_micros(midnight)
    }

    #[must_use]
    pub fn before(self) -> Self {
        Self(self.0.yesterday().unwrap_or(jiff::civil::Date::MIN))
    }

    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.tomorrow().unwrap_or(jiff::civil::Date::MAX))
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The root of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Root {
    pub day: Day,
    pub root: Hash,
    pub chains: u64,
}

/// The head of a chain as a day sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) chain: i64,
    pub(super) seq: i64,
    pub(super) hash: Hash,
    /// It moved since the day before: its leaf must be kept.
    moved: bool,
}

/// The job takes this long at most before another node may take it over.
const LEASE: Duration = Duration::from_secs(600);

impl Store {
    /// Seals a finished day; the root it already has when it was sealed before. Days are sealed in order: an earlier one than the last is refused.
    pub async fn seal_day(&self, day: Day, now: Moment) -> Result<Root> {
        self.context.note(now);
        if now < day.end() {
            return Err(Error::NotAllowed("the day is not over"));
        }
        if let Some(root) = self.journal_root(day).await? {
            return Ok(root);
        }
        let heads = self.read_facts(day, |tx, day| Box::pin(heads(tx, *day))).await?;
        self.write((day, heads, now), |tx, (day, heads, now)| Box::pin(seal(tx, *day, heads, *now))).await
    }

    /// Seals every finished day that is not yet, one node at a time; how many it sealed. To be called every minute or so: it is cheap.
    pub async fn day_job(&self, holder: &str, now: Moment) -> Result<u32> {
        let mut day = self.read_facts(now, |tx, now| Box::pin(next_day(tx, *now))).await?;
        if now < day.end() || !self.lease("day-roots", holder, LEASE, now).await? {
            return Ok(0);
        }
        let mut sealed = 0;
        while day.end() <= now {
            self.seal_day(day, now).await?;
            sealed += 1;
            day = day.next();
        }
        Ok(sealed)
    }

    pub async fn journal_root(&self, day: Day) -> Result<Option<Root>> {
        self.read_facts(day, |tx, day| Box::pin(root_of(tx, *day))).await
    }

    /// All of them, oldest first.
    pub async fn journal_roots(&self) -> Result<Vec<Root>> {
        self.read_facts((), |tx, ()| {
            Box::pin(async move {
                let rows = tx.rows("SELECT day, root, chains FROM journal_root ORDER BY day", &[]).await?;
                rows.into_iter()
                    .map(|mut row| {
                        let day: String = row.take()?;
                        Ok(Root { day: parsed(&day)?, root: hash(row.take()?)?, chains: row.take()? })
                    })
                    .collect()
            })
        })
        .await
    }
}

async fn root_of(tx: &mut Tx<'_>, day: Day) -> Result<Option<Root>> {
    let sql = "SELECT root, chains FROM journal_root WHERE day = $1";
    let Some(mut row) = tx.row(sql, params![&day.to_string()]).await? else { return Ok(None) };
    Ok(Some(Root { day, root: hash(row.take()?)?, chains: row.take()? }))
}

/// The day after the last one sealed. The first root is yesterday's: it covers everything before, and nobody could have kept an earlier one.
async fn next_day(tx: &mut Tx<'_>, now: Moment) -> Result<Day> {
    let last = tx.one("SELECT MAX(day) FROM journal_root", &[]).await?.take::<Option<String>>()?;
    match last {
        Some(last) => Ok(parsed(&last)?.next()),
        None => Ok(Day::of(now).before()),
    }
}

fn parsed(day: &str) -> Result<Day> {
    Day::parse(day).ok_or_else(|| Error::Internal("a column does not hold a day".to_owned()))
}

/// The heads of all chains that had a line when the day ended, by chain: what the last day said, or the last line since.
async fn heads(tx: &mut Tx<'_>, day: Day) -> Result<Vec<Head>> {
    // Both subqueries walk a primary key backwards and stop at the first row.
    let sql = "SELECT b.id, b.known, j.seq, j.hash FROM
                 (SELECT m.id AS id, COALESCE((SELECT h.seq FROM journal_head h WHERE h.chain = m.id ORDER BY h.day DESC LIMIT 1), 0) AS known
                  FROM mailbox m) b
               JOIN journal j ON j.chain = b.id AND j.seq = COALESCE(
                 (SELECT l.seq FROM journal l WHERE l.chain = b.id AND l.seq > b.known AND l.at < $1 ORDER BY l.seq DESC LIMIT 1), b.known)
               ORDER BY b.id";
    let rows = tx.rows(sql, params![day.end()]).await?;
    rows.into_iter()
        .map(|mut row| {
            let (chain, known, seq): (i64, i64, i64) = (row.take()?, row.take()?, row.take()?);
            Ok(Head { chain, seq, hash: hash(row.take()?)?, moved: seq > known })
        })
        .collect()
}

async fn seal(tx: &mut Tx<'_>, day: Day, heads: &[Head], now: Moment) -> Result<Root> {
    let name = day.to_string();
    // Two nodes that read the same heads: the second finds the work done.
    tx.hold(OPERATOR).await?;
    if let Some(root) = root_of(tx, day).await? {
        return Ok(root);
    }
    if tx.row("SELECT day FROM journal_root WHERE day > $1 LIMIT 1", params![&name]).await?.is_some() {
        return Err(Error::NotAllowed("a later day is sealed already"));
    }
    let leaves: Vec<Hash> = heads.iter().map(Head::leaf).collect();
    let root = Root { day, root: merkle::root(&leaves), chains: leaves.len() as u64 };
    for head in heads.iter().filter(|head| head.moved) {
        let sql = "INSERT INTO journal_head (chain, day, seq, hash) VALUES ($1, $2, $3, $4)";
        tx.exec(sql, params![head.chain, &name, head.seq, &head.hash]).await?;
    }
    let sql = "INSERT INTO journal_root (day, root, chains, sealed) VALUES ($1, $2, $3, $4)";
    tx.exec(sql, params![&name, &root.root, i64::try_from(root.chains).unwrap_or(i64::MAX), now]).await?;
    let line = Entry {
        at: now,
        author: Author::task("day-roots"),
        act: Act::JournalSealed,
        object: name,
        channel: Channel::System,
        facts: json!({ "root": hex::encode(root.root), "chains": root.chains }),
    };
    tx.journal(OPERATOR, &line).await?;
    Ok(root)
}

impl Head {
    pub(super) fn leaf(&self) -> Hash {
        merkle::leaf(self.chain, self.seq, &self.hash)
    }
}

/// The heads a sealed day was made of, by chain, as they were kept.
pub(super) async fn kept_heads(tx: &mut Tx<'_>, day: &str) -> Result<Vec<Head>> {
    let sql = "SELECT h.chain, h.seq, h.hash FROM journal_head h
               WHERE h.day = (SELECT MAX(o.day) FROM journal_head o WHERE o.chain = h.chain AND o.day <= $1) ORDER BY h.chain";
    let rows = tx.rows(sql, params![day]).await?;
    rows.into_iter().map(|mut row| Ok(Head { chain: row.take()?, seq: row.take()?, hash: hash(row.take()?)?, moved: false })).collect()
}

/// Every leaf of a chain: day, number, hash.
pub(super) async fn leaves_of(tx: &mut Tx<'_>, chain: MailboxId) -> Result<Vec<(String, i64, Vec<u8>)>> {
    let rows = tx.rows("SELECT day, seq, hash FROM journal_head WHERE chain = $1 ORDER BY day", params![chain.0]).await?;
    rows.into_iter().map(|mut row| Ok((row.take()?, row.take()?, row.take()?))).collect()
}

fn hash(bytes: Vec<u8>) -> Result<Hash> {
    bytes.try_into().map_err(|_| Error::Internal("a column does not hold a hash".to_owned()))
}
