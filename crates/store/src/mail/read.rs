//! Messages read: what FETCH and SEARCH need, and the journal of who read.
//!
//! Requirements: CAB-16, IND-A, LPS-43, PSC-39. The line that says the bytes left for a person is durable before they leave.

use rules::access::Access;
use rules::journal::{Act, Entry};
use rules::mailbox::State;
use rules::{Channel, Moment};

use super::flags::{Change, change_rows};
use super::place::{All, Source, delivered_to, words};
use super::{FlagChange, Flags, Stored, Want, flag};
use crate::engine::{Row, Tx, list, params};
use crate::folders::FolderId;
use crate::parcel::{Body, Sealed};
use crate::words::imap_set;
use crate::{Error, Result, Store};

struct Args {
    access: Access,
    folder: FolderId,
    uids: Vec<u32>,
    want: Want,
    channel: Channel,
    now: Moment,
}

/// A message as its row tells it, its secret part still closed.
pub(super) struct Found {
    pub(super) stored: Stored,
    pub(super) sealed: Option<Sealed>,
}

impl Store {
    /// Messages of a folder by UID (unknown UIDs are skipped), ascending. Ask at most some hundreds with `bytes`.
    /// With `mark_seen` or `to_person`, the journal is durable before the bytes are returned.
    pub async fn read(
        &self,
        access: &Access,
        folder: FolderId,
        uids: &[u32],
        want: Want,
        channel: Channel,
        now: Moment,
    ) -> Result<Vec<Stored>> {
        self.context.note(now);
        let args = || Args { access: access.clone(), folder, uids: uids.to_vec(), want, channel, now };
        let mut found = self.read_facts(args(), |tx, args| Box::pin(find(tx, args))).await?;
        let leaves = want.bytes && want.to_person && !found.is_empty();
        let seen = want.mark_seen && found.iter().any(|f| f.stored.flags.system & flag::SEEN == 0);
        if leaves || seen {
            let numbers = if leaves { found.iter().map(|f| f.stored.message).collect() } else { Vec::new() };
            let became = self.write((args(), numbers), |tx, (args, numbers)| Box::pin(tell(tx, args, numbers))).await?;
            // Both are in the order of their UIDs.
            let mut became = became.into_iter().peekable();
            for stored in found.iter_mut().map(|f| &mut f.stored) {
                if let Some((_, flags, modseq)) = became.next_if(|b| b.0 == stored.uid) {
                    (stored.flags, stored.modseq) = (flags, modseq);
                }
            }
        }
        let mut messages = Vec::with_capacity(found.len());
        for Found { mut stored, sealed } in found {
            if let Some(sealed) = sealed {
                let plain = self.open_sealed(sealed).await?;
                (stored.bytes, stored.glance) = (plain.bytes, plain.glance);
            }
            messages.push(stored);
        }
        Ok(messages)
    }
}

async fn find(tx: &mut Tx<'_>, args: &Args) -> Result<Vec<Found>> {
    let access = tx.guard(&args.access, args.now).await?;
    let mailbox = access.mailbox();
    if tx.row("SELECT id FROM folder WHERE mailbox = $1 AND id = $2", params![mailbox.0, args.folder.0]).await?.is_none() {
        return Err(Error::NotFound("folder"));
    }
    let (glance, secret) = (if args.want.glance { "m.glance" } else { "NULL" }, args.want.glance || args.want.bytes);
    let sql = format!(
        "SELECT p.uid, m.number, p.flags, p.keywords, p.modseq, m.internal_date, m.size, m.shift{}{} FROM placement p
         JOIN message m ON m.mailbox = p.mailbox AND m.id = p.message {}
         WHERE p.mailbox = $1 AND p.folder = $2 AND p.uid IN_LIST($3) ORDER BY p.uid",
        if secret { format!(", m.secret, {glance}") } else { String::new() },
        if args.want.bytes { ", m.blob, b.data" } else { "" },
        if args.want.bytes { "LEFT JOIN body b ON b.message = p.message" } else { "" },
    );
    let uids = list(args.uids.iter().map(|uid| i64::from(*uid)));
    let rows = tx.rows(&sql, params![mailbox.0, args.folder.0, &uids]).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        found.push(one(tx, &access, row, args.want).await?);
    }
    Ok(found)
}

/// The next columns of a row: uid, number, flags, keywords, modseq, date, size, shift; then, as wanted, secret, glance, blob, data.
pub(super) async fn one(tx: &mut Tx<'_>, access: &Access, mut row: Row, want: Want) -> Result<Found> {
    let stored = Stored {
        uid: row.take()?,
        message: row.take()?,
        flags: Flags { system: row.take()?, keywords: words(&row.take::<String>()?) },
        modseq: row.take()?,
        internal_date: row.take()?,
        size: row.take()?,
        glance: None,
        glance_shift: row.take()?,
        bytes: None,
    };
    let sealed = if want.glance || want.bytes {
        let secret: Vec<u8> = row.take()?;
        let glance: Option<Vec<u8>> = row.take()?;
        let body = if want.bytes { Some(body_of(&mut row)?) } else { None };
        let prefix = if stored.glance_shift > 0 { delivered_to(access.address().as_str()) } else { String::new() };
        let key = tx.key(access.mailbox()).await?.unwrap(stored.message, &secret)?;
        Some(Sealed { key, body, glance, size: stored.size - stored.glance_shift, prefix })
    } else {
        None
    };
    Ok(Found { stored, sealed })
}

/// The next two columns: `blob`, `data`.
pub(crate) fn body_of(row: &mut Row) -> Result<Body> {
    match (row.take::<Option<String>>()?, row.take::<Option<Vec<u8>>>()?) {
        (Some(name), _) => Ok(Body::Object(name)),
        (None, Some(data)) => Ok(Body::Row(data)),
        (None, None) => Err(Error::Internal("a message without a body".to_owned())),
    }
}

/// Writes that the bytes leave and that the messages are seen; returns what changed of their flags.
async fn tell(tx: &mut Tx<'_>, args: &Args, numbers: &[i64]) -> Result<Vec<(u32, Flags, u64)>> {
    let access = tx.guard(&args.access, args.now).await?;
    if !numbers.is_empty() {
        let line = Entry {
            at: args.now,
            author: access.author(),
            act: Act::MessageFetched,
            object: imap_set(numbers.to_vec()),
            channel: args.channel,
            facts: serde_json::Value::Null,
        };
        tx.journal(access.mailbox(), &line).await?;
    }
    // A mailbox that is being closed is read, and changes no more.
    if !args.want.mark_seen || access.state() != State::Active {
        return Ok(Vec::new());
    }
    let source = Source { folder: args.folder, which: All::Among(args.uids.clone()) };
    let rows = tx.placements(access.mailbox(), &source).await?;
    let seen = FlagChange::Add(Flags { system: flag::SEEN, keywords: Vec::new() });
    let change = Change { access: &access, folder: args.folder, change: &seen, channel: args.channel, now: args.now };
    change_rows(tx, &change, rows).await
}
