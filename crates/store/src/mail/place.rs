//! Messages and their placements as rows: filed one by one, copied and removed in bulk.
//!
//! Requirements: invariants 11 and 12. A message row is never changed; it goes when no folder and no queue row needs it any more.
//! Every change here moves the counts of its folder in the same statement group. No decision, no journal.

use std::collections::BTreeMap;

use rules::Moment;
use rules::mailbox::MailboxId;

use super::{Flags, flag};
use crate::engine::{Tx, list, params};
use crate::folders::FolderId;
use crate::folders::rows::Count;
use crate::parcel::{Body, Parcel};
use crate::{Error, Result};

/// Where a message comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// From a peer, from another mailbox of ours, or a report: opening it counts.
    Received = 1,
    /// The copy the server filed in Sent.
    Sent = 2,
    Appended = 3,
    /// Queued without a copy in any folder.
    Queued = 4,
}

/// A message about to be written.
pub(crate) struct Filing<'a> {
    pub(crate) parcel: &'a Parcel,
    /// Length of the Delivered-To line of this copy.
    pub(crate) shift: u32,
    pub(crate) origin: Origin,
    pub(crate) internal_date: Moment,
    pub(crate) message_id: Option<&'a str>,
    pub(crate) now: Moment,
}

/// A message just written: its row, and its number in the mailbox.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written {
    pub(crate) id: i64,
    pub(crate) number: i64,
}

/// Which messages of a folder.
pub(crate) enum All {
    Every,
    Among(Vec<u32>),
}

/// Messages of a folder about to be copied, moved or removed.
pub(crate) struct Source {
    pub(crate) folder: FolderId,
    pub(crate) which: All,
}

/// A message in a folder.
#[derive(Debug)]
pub(crate) struct Placement {
    pub(crate) uid: u32,
    /// Its row.
    pub(crate) message: i64,
    /// Its number in the mailbox.
    pub(crate) number: i64,
    pub(crate) flags: Flags,
    pub(crate) modseq: u64,
    pub(crate) size: i64,
    pub(crate) received: bool,
}

/// What a copy gets on top of the message: one line, no more (TRU-28).
pub(crate) fn delivered_to(address: &str) -> String {
    format!("Delivered-To: {address}\r\n")
}

impl Tx<'_> {
    /// Writes the message; one that is not only queued is about to be placed once.
    pub(crate) async fn insert_message(&mut self, mailbox: MailboxId, filing: &Filing<'_>) -> Result<Written> {
        let number = self.hold(mailbox).await?.number_message();
        let key = self.key(mailbox).await?;
        let secret = key.wrap(number, &filing.parcel.key)?;
        let hash = filing.message_id.map(|id| key.hash("message-id", id));
        let (data, object) = match &filing.parcel.body {
            Body::Row(data) => (Some(data), None),
            Body::Object(name) => (None, Some(name)),
        };
        let sql =
            "INSERT INTO message (mailbox, number, origin, size, shift, internal_date, filed, placements, message_id, blob, secret, glance)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id";
        let values = params![
            mailbox.0,
            number,
            filing.origin as i64,
            filing.parcel.size + filing.shift,
            filing.shift,
            filing.internal_date,
            filing.now,
            filing.origin != Origin::Queued,
            hash.as_ref(),
            object,
            &secret,
            &filing.parcel.glance,
        ];
        let id = self.one(sql, values).await?.take()?;
        if let Some(data) = data {
            self.exec("INSERT INTO body (message, mailbox, data) VALUES ($1, $2, $3)", params![id, mailbox.0, data]).await?;
        }
        Ok(Written { id, number })
    }

    /// Puts one message in a folder; returns its UID and the UIDVALIDITY.
    pub(crate) async fn place(
        &mut self,
        mailbox: MailboxId,
        folder: FolderId,
        message: i64,
        size: u32,
        flags: &Flags,
    ) -> Result<(u32, u32)> {
        let count = Count::of(size.into(), flags.system & flag::SEEN != 0);
        let (uid, validity) = self.count(mailbox, folder, count, 1).await?;
        let modseq = self.hold(mailbox).await?.modseq();
        let sql =
            "INSERT INTO placement (mailbox, folder, uid, message, flags, keywords, born, modseq) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let keywords = flags.keywords.join(" ");
        self.exec(sql, params![mailbox.0, folder.0, uid, message, flags.system, &keywords, modseq, modseq]).await?;
        Ok((small(uid)?, validity))
    }

    /// Placements of a folder, by ascending UID; unknown UIDs are skipped.
    pub(crate) async fn placements(&mut self, mailbox: MailboxId, source: &Source) -> Result<Vec<Placement>> {
        let select = "SELECT p.uid, p.message, m.number, p.flags, p.keywords, p.modseq, m.size, m.origin
                      FROM placement p JOIN message m ON m.mailbox = p.mailbox AND m.id = p.message WHERE p.mailbox = $1 AND p.folder = $2";
        let rows = match &source.which {
            All::Every => self.rows(&format!("{select} ORDER BY p.uid"), params![mailbox.0, source.folder.0]).await?,
            All::Among(uids) => {
                let uids = list(uids.iter().map(|uid| i64::from(*uid)));
                self.rows(&format!("{select} AND p.uid IN_LIST($3) ORDER BY p.uid"), params![mailbox.0, source.folder.0, &uids]).await?
            }
        };
        rows.into_iter()
            .map(|mut row| {
                Ok(Placement {
                    uid: row.take()?,
                    message: row.take()?,
                    number: row.take()?,
                    flags: Flags { system: row.take()?, keywords: words(&row.take::<String>()?) },
                    modseq: row.take()?,
                    size: row.take()?,
                    received: row.take::<i64>()? == Origin::Received as i64,
                })
            })
            .collect()
    }

    /// Puts the same messages in another folder, flags kept, in the order of their UIDs. Returns the UIDVALIDITY there, and source and target UIDs.
    pub(crate) async fn copy_rows(
        &mut self,
        mailbox: MailboxId,
        from: FolderId,
        rows: &[Placement],
        to: FolderId,
    ) -> Result<(u32, Vec<(u32, u32)>)> {
        let (first, validity) = self.count(mailbox, to, total(rows), rows.len() as i64).await?;
        let modseq = self.hold(mailbox).await?.modseq();
        let sql = "INSERT INTO placement (mailbox, folder, uid, message, flags, keywords, born, modseq)
                   SELECT mailbox, CAST($1 AS BIGINT), CAST($2 AS BIGINT) + ROW_NUMBER() OVER (ORDER BY uid) - 1, message, flags, keywords,
                     CAST($3 AS BIGINT), CAST($3 AS BIGINT)
                   FROM placement WHERE mailbox = $4 AND folder = $5 AND uid IN_LIST($6)";
        self.exec(sql, params![to.0, first, modseq, mailbox.0, from.0, &uid_list(rows)]).await?;
        let pairs = rows.iter().zip(first..).map(|(row, uid)| Ok((row.uid, small(uid)?))).collect::<Result<_>>()?;
        Ok((validity, pairs))
    }

    /// Takes messages out of a folder and leaves their tombstones; the messages themselves stay.
    pub(crate) async fn take_out(&mut self, mailbox: MailboxId, from: FolderId, rows: &[Placement]) -> Result<()> {
        self.count(mailbox, from, total(rows).minus(), 0).await?;
        let modseq = self.hold(mailbox).await?.modseq();
        let uids = uid_list(rows);
        let sql = "INSERT INTO tombstone (mailbox, folder, uid, born, modseq)
                   SELECT mailbox, folder, uid, born, CAST($1 AS BIGINT) FROM placement WHERE mailbox = $2 AND folder = $3 AND uid IN_LIST($4)";
        self.exec(sql, params![modseq, mailbox.0, from.0, &uids]).await?;
        self.exec("DELETE FROM placement WHERE mailbox = $1 AND folder = $2 AND uid IN_LIST($3)", params![mailbox.0, from.0, &uids])
            .await?;
        Ok(())
    }

    /// Moves messages to another folder.
    pub(crate) async fn move_rows(
        &mut self,
        mailbox: MailboxId,
        source: &Source,
        to: FolderId,
    ) -> Result<(Vec<Placement>, u32, Vec<(u32, u32)>)> {
        let rows = self.placements(mailbox, source).await?;
        if rows.is_empty() {
            return Ok((rows, 0, Vec::new()));
        }
        let (validity, pairs) = self.copy_rows(mailbox, source.folder, &rows, to).await?;
        self.take_out(mailbox, source.folder, &rows).await?;
        Ok((rows, validity, pairs))
    }

    /// Removes messages from a folder, for good when nothing else needs them.
    pub(crate) async fn remove_rows(&mut self, mailbox: MailboxId, source: &Source) -> Result<Vec<Placement>> {
        let rows = self.placements(mailbox, source).await?;
        if rows.is_empty() {
            return Ok(rows);
        }
        self.take_out(mailbox, source.folder, &rows).await?;
        self.refer(mailbox, &rows, -1).await?;
        self.release(mailbox, rows.iter().map(|row| row.message)).await?;
        Ok(rows)
    }

    /// Counts that these messages stand in one folder more (or, with -1, less).
    pub(crate) async fn refer(&mut self, mailbox: MailboxId, rows: &[Placement], by: i64) -> Result<()> {
        let mut times: BTreeMap<i64, i64> = BTreeMap::new();
        for row in rows {
            *times.entry(row.message).or_default() += by;
        }
        // A message may stand twice in the same folder; nearly always all stand once, and one statement does.
        let mut alike: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for (message, by) in times {
            alike.entry(by).or_default().push(message);
        }
        for (by, messages) in alike {
            let sql = "UPDATE message SET placements = placements + $1 WHERE mailbox = $2 AND id IN_LIST($3)";
            self.exec(sql, params![by, mailbox.0, &list(messages)]).await?;
        }
        Ok(())
    }

    /// Forgets those of these messages that no folder and no waiting queue row needs.
    pub(crate) async fn release(&mut self, mailbox: MailboxId, messages: impl IntoIterator<Item = i64>) -> Result<()> {
        let messages = list(messages);
        let sql = "DELETE FROM message WHERE mailbox = $1 AND id IN_LIST($2) AND placements = 0
                     AND NOT EXISTS (SELECT 1 FROM queue q WHERE q.mailbox = message.mailbox AND q.message = message.id AND q.ended IS NULL)
                   RETURNING id, blob";
        let mut gone = Vec::new();
        let mut objects = Vec::new();
        for mut row in self.rows(sql, params![mailbox.0, &messages]).await? {
            gone.push(row.take::<i64>()?);
            objects.extend(row.take::<Option<String>>()?);
        }
        if gone.is_empty() {
            return Ok(());
        }
        let gone = list(gone);
        self.exec("DELETE FROM body WHERE message IN_LIST($1)", params![&gone]).await?;
        self.forget_words(mailbox, &gone).await?;
        self.exec("DELETE FROM opened_by WHERE mailbox = $1 AND message IN_LIST($2)", params![mailbox.0, &gone]).await?;
        for object in objects {
            self.doom(&object).await?;
        }
        Ok(())
    }

    /// An object shared by the copies of several recipients goes with the last of them.
    async fn doom(&mut self, object: &str) -> Result<()> {
        if self.row("SELECT id FROM message WHERE blob = $1 LIMIT 1", params![object]).await?.is_none() {
            self.exec("INSERT INTO doomed_blob (name) VALUES ($1) ON CONFLICT (name) DO NOTHING", params![object]).await?;
            self.effects.doomed = true;
        }
        Ok(())
    }
}

pub(super) fn words(keywords: &str) -> Vec<String> {
    keywords.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn total(rows: &[Placement]) -> Count {
    let mut count = Count::default();
    for row in rows {
        count.add(Count::of(row.size, row.flags.system & flag::SEEN != 0));
    }
    count
}

fn uid_list(rows: &[Placement]) -> String {
    list(rows.iter().map(|row| i64::from(row.uid)))
}

fn small(uid: i64) -> Result<u32> {
    u32::try_from(uid).map_err(|_| Error::Internal("a folder ran out of UIDs".to_owned()))
}
