//! Search of people in their letters: keyed hashes of stems, so that no word can be read at rest.
//!
//! Requirements: invariant 12, CAB-10. Whoever reads a mailbox gives its letters to the index with her own access, off the path of arrivals:
//! [`Store::unindexed`], then [`Store::index`]. The caller finds the words (`message::stems`); here they are only hashed and compared. What
//! [`Store::search`] finds is verified by the caller on the opened letter.

use rules::Moment;
use rules::access::Access;
use rules::mailbox::MailboxId;

use super::place::delivered_to;
use super::read::{Found, body_of, one};
use super::{Stored, Want};
use crate::engine::{Row, Tx, list, params};
use crate::folders::FolderId;
use crate::parcel::Sealed;
use crate::{Result, Store};

/// Terms written by one statement; a shorter list is filled with its last term.
const TOGETHER: usize = 40;
/// Bytes of messages given to the index in one go.
const AT_ONCE: u64 = 32 * 1024 * 1024;

/// Letters whose words are not known yet.
#[derive(Debug, Default)]
pub struct Unindexed {
    /// The oldest first.
    pub letters: Vec<ToIndex>,
    /// How many wait after these.
    pub left: u64,
}

/// A letter to read for its words.
#[derive(Debug)]
pub struct ToIndex {
    /// Its row.
    pub message: i64,
    pub bytes: bytes::Bytes,
    pub glance: bytes::Bytes,
}

/// The words of one letter.
#[derive(Clone, Debug)]
pub struct Words {
    pub message: i64,
    pub words: Vec<String>,
}

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Query {
    /// Each of these; of each, any of its forms.
    pub words: Vec<Vec<String>>,
    /// Arrived at or after; before.
    pub from: Option<Moment>,
    pub until: Option<Moment>,
    /// Only rows before this one: the next page.
    pub before: Option<i64>,
    pub limit: u32,
}

/// A letter found, where it lies.
#[derive(Clone, Debug)]
pub struct Hit {
    /// Its row: `before` of the next page.
    pub row: i64,
    pub folder: FolderId,
    /// With its glance.
    pub stored: Stored,
}

impl Store {
    /// At most `limit` letters that the index does not know.
    pub async fn unindexed(&self, access: &Access, limit: u32, now: Moment) -> Result<Unindexed> {
        self.context.note(now);
        let args = (access.clone(), i64::from(limit), now);
        let (waiting, left) = self.read_facts(args, |tx, args| Box::pin(waiting(tx, args))).await?;
        let mut letters = Vec::with_capacity(waiting.len());
        for (message, sealed) in waiting {
            let plain = self.open_sealed(sealed).await?;
            let (Some(bytes), Some(glance)) = (plain.bytes, plain.glance) else { continue };
            letters.push(ToIndex { message, bytes, glance });
        }
        Ok(Unindexed { letters, left })
    }

    /// Keeps the words of these letters, hashed. Twice does nothing.
    pub async fn index(&self, access: &Access, letters: Vec<Words>, now: Moment) -> Result<()> {
        self.context.note(now);
        self.write((access.clone(), letters, now), |tx, args| Box::pin(index(tx, args))).await
    }

    /// The newest first; each letter once, wherever it lies.
    pub async fn search(&self, access: &Access, query: Query, now: Moment) -> Result<Vec<Hit>> {
        self.context.note(now);
        let found = self.read_facts((access.clone(), query, now), |tx, args| Box::pin(search(tx, args))).await?;
        let mut hits = Vec::with_capacity(found.len());
        for (row, folder, Found { mut stored, sealed }) in found {
            if let Some(sealed) = sealed {
                stored.glance = self.open_sealed(sealed).await?.glance;
            }
            hits.push(Hit { row, folder, stored });
        }
        Ok(hits)
    }
}

async fn waiting(tx: &mut Tx<'_>, (access, limit, now): &(Access, i64, Moment)) -> Result<(Vec<(i64, Sealed)>, u64)> {
    let access = tx.guard(access, *now).await?;
    let mailbox = access.mailbox();
    let upto = upto(tx, mailbox).await?;
    let sql = "SELECT DISTINCT message FROM placement WHERE mailbox = $1 AND message > $2 ORDER BY message";
    let mut ids = Vec::new();
    for mut row in tx.rows(sql, params![mailbox.0, upto]).await? {
        ids.push(row.take::<i64>()?);
    }
    let all = ids.len();
    ids.truncate(usize::try_from(*limit).unwrap_or(usize::MAX));
    let sql =
        "SELECT m.id, m.number, m.size, m.shift, m.secret, m.glance, m.blob, b.data FROM message m LEFT JOIN body b ON b.message = m.id
               WHERE m.mailbox = $1 AND m.id IN_LIST($2) ORDER BY m.id";
    let (mut waiting, mut weight) = (Vec::new(), 0);
    for mut row in tx.rows(sql, params![mailbox.0, &list(ids)]).await? {
        let (id, number, size, shift): (i64, i64, u32, u32) = (row.take()?, row.take()?, row.take()?, row.take()?);
        let (secret, glance): (Vec<u8>, Vec<u8>) = (row.take()?, row.take()?);
        let body = body_of(&mut row)?;
        let prefix = if shift > 0 { delivered_to(access.address().as_str()) } else { String::new() };
        let key = tx.key(mailbox).await?.unwrap(number, &secret)?;
        weight += u64::from(size);
        if weight > AT_ONCE && !waiting.is_empty() {
            break;
        }
        waiting.push((id, Sealed { key, body: Some(body), glance: Some(glance), size: size - shift, prefix }));
    }
    let left = (all - waiting.len()) as u64;
    Ok((waiting, left))
}

async fn upto(tx: &mut Tx<'_>, mailbox: MailboxId) -> Result<i64> {
    match tx.row("SELECT upto FROM search_progress WHERE mailbox = $1", params![mailbox.0]).await? {
        Some(mut row) => row.take(),
        None => Ok(0),
    }
}

async fn index(tx: &mut Tx<'_>, (access, letters, now): &(Access, Vec<Words>, Moment)) -> Result<()> {
    // Holds the mailbox: nothing is removed from it meanwhile.
    let access = tx.guard(access, *now).await?;
    let mailbox = access.mailbox();
    let Some(last) = letters.iter().map(|letter| letter.message).max() else { return Ok(()) };
    let key = tx.key(mailbox).await?;
    let ids = list(letters.iter().map(|letter| letter.message));
    let mut there = std::collections::BTreeSet::new();
    for mut row in tx.rows("SELECT id FROM message WHERE mailbox = $1 AND id IN_LIST($2)", params![mailbox.0, &ids]).await? {
        there.insert(row.take::<i64>()?);
    }
    let statement = insertion();
    for letter in letters.iter().filter(|letter| there.contains(&letter.message)) {
        let mut terms: Vec<i64> = letter.words.iter().map(|word| term(&key.hash("word", word))).collect();
        terms.sort_unstable();
        terms.dedup();
        let packed: Vec<u8> = terms.iter().flat_map(|term| term.to_be_bytes()).collect();
        let sql = "INSERT INTO search_message (mailbox, message, terms) VALUES ($1, $2, $3) ON CONFLICT (mailbox, message) DO NOTHING";
        if tx.exec(sql, params![mailbox.0, letter.message, &packed]).await? == 0 {
            continue;
        }
        for some in terms.chunks(TOGETHER) {
            let mut values = vec![crate::engine::Param::from(mailbox.0), letter.message.into()];
            let filled = some.iter().chain(std::iter::repeat(&some[some.len() - 1])).take(TOGETHER);
            values.extend(filled.map(|term| crate::engine::Param::from(*term)));
            tx.exec(&statement, &values).await?;
        }
    }
    let sql = "INSERT INTO search_progress (mailbox, upto) VALUES ($1, $2)
               ON CONFLICT (mailbox) DO UPDATE SET upto = $2 WHERE search_progress.upto < $2";
    tx.exec(sql, params![mailbox.0, last]).await?;
    Ok(())
}

/// One statement for [`TOGETHER`] terms of one message.
fn insertion() -> String {
    let rows: Vec<String> = (0..TOGETHER).map(|n| format!("($1, $2, ${})", n + 3)).collect();
    let rows = rows.join(", ");
    format!("INSERT INTO search_term (mailbox, message, term) VALUES {rows} ON CONFLICT (mailbox, term, message) DO NOTHING")
}

fn term(hash: &[u8; 32]) -> i64 {
    let mut first = [0; 8];
    first.copy_from_slice(&hash[..8]);
    i64::from_be_bytes(first)
}

async fn search(tx: &mut Tx<'_>, (access, query, now): &(Access, Query, Moment)) -> Result<Vec<(i64, FolderId, Found)>> {
    let access = tx.guard(access, *now).await?;
    let mailbox = access.mailbox();
    let key = tx.key(mailbox).await?;
    let lists: Vec<String> = query.words.iter().map(|forms| list(forms.iter().map(|form| term(&key.hash("word", form))))).collect();
    let mut sql =
        "SELECT m.id FROM message m WHERE m.mailbox = $1 AND m.id < $2 AND m.internal_date >= $3 AND m.internal_date < $4".to_owned();
    let mut values = params![
        mailbox.0,
        query.before.unwrap_or(i64::MAX),
        query.from.unwrap_or(Moment::from_micros(i64::MIN)),
        query.until.unwrap_or(Moment::from_micros(i64::MAX))
    ]
    .to_vec();
    for (at, terms) in lists.iter().enumerate() {
        sql.push_str(&format!(" AND m.id IN (SELECT message FROM search_term WHERE mailbox = $1 AND term IN_LIST(${}))", at + 5));
        values.push(terms.as_str().into());
    }
    if lists.is_empty() {
        sql.push_str(" AND m.id IN (SELECT message FROM placement WHERE mailbox = $1)");
    }
    sql.push_str(&format!(" ORDER BY m.id DESC LIMIT ${}", lists.len() + 5));
    values.push(query.limit.into());
    let mut ids = Vec::new();
    for mut row in tx.rows(&sql, &values).await? {
        ids.push(row.take::<i64>()?);
    }
    let sql =
        "SELECT p.message, p.folder, p.uid, m.number, p.flags, p.keywords, p.modseq, m.internal_date, m.size, m.shift, m.secret, m.glance
               FROM placement p JOIN message m ON m.mailbox = p.mailbox AND m.id = p.message
               WHERE p.mailbox = $1 AND p.message IN_LIST($2) ORDER BY p.message DESC, p.folder, p.uid";
    let mut found: Vec<(i64, FolderId, Found)> = Vec::new();
    for mut row in tx.rows(sql, params![mailbox.0, &list(ids)]).await? {
        let (id, folder) = (row.take()?, FolderId(row.take()?));
        if found.last().is_none_or(|last| last.0 != id) {
            found.push((id, folder, one(tx, &access, row, Want { glance: true, ..Want::default() }).await?));
        }
    }
    Ok(found)
}

impl Tx<'_> {
    /// The words of these messages go with them.
    pub(crate) async fn forget_words(&mut self, mailbox: MailboxId, messages: &str) -> Result<()> {
        let sql = "DELETE FROM search_message WHERE mailbox = $1 AND message IN_LIST($2) RETURNING message, terms";
        let rows: Vec<Row> = self.rows(sql, params![mailbox.0, messages]).await?;
        for mut row in rows {
            let (message, terms): (i64, Vec<u8>) = (row.take()?, row.take()?);
            let terms = list(terms.as_chunks::<8>().0.iter().map(|bytes| i64::from_be_bytes(*bytes)));
            let sql = "DELETE FROM search_term WHERE mailbox = $1 AND term IN_LIST($2) AND message = $3";
            self.exec(sql, params![mailbox.0, &terms, message]).await?;
        }
        Ok(())
    }
}
