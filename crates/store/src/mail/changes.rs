//! What an open session must tell: arrivals, flags and removals since a modseq. RFC 7162. Reads only.

use rules::access::Access;

use super::place::words;
use super::{Changes, Flags};
use crate::engine::{Tx, params};
use crate::folders::FolderId;
use crate::{Result, Store};

impl Store {
    pub async fn changes(&self, access: &Access, folder: FolderId, since_modseq: u64) -> Result<Changes> {
        let since = i64::try_from(since_modseq).unwrap_or(i64::MAX);
        self.read_facts((access.clone(), folder, since), |tx, (access, folder, since)| Box::pin(changes(tx, access, *folder, *since))).await
    }
}

async fn changes(tx: &mut Tx<'_>, access: &Access, folder: FolderId, since: i64) -> Result<Changes> {
    tx.guard(access, tx.context.last_moment()).await?;
    let mailbox = access.mailbox();
    let highest_modseq = tx.folder_by_id(mailbox, folder).await?.highest_modseq;
    let mut changes = Changes { highest_modseq, ..Changes::default() };
    if i64::try_from(highest_modseq).is_ok_and(|highest| highest <= since) {
        return Ok(changes);
    }
    // What came and went since is not told: the session never knew of it.
    let sql = "SELECT uid FROM tombstone WHERE mailbox = $1 AND folder = $2 AND modseq > $3 AND born <= $3 ORDER BY uid";
    for mut row in tx.rows(sql, params![mailbox.0, folder.0, since]).await? {
        changes.vanished.push(row.take()?);
    }
    // UIDs are given in the order of modseq: what was born since stands after the last one that was there before.
    let sql = "SELECT uid FROM placement WHERE mailbox = $1 AND folder = $2 AND uid > COALESCE(
                 (SELECT uid FROM placement WHERE mailbox = $1 AND folder = $2 AND born <= $3 ORDER BY uid DESC LIMIT 1), 0) ORDER BY uid";
    for mut row in tx.rows(sql, params![mailbox.0, folder.0, since]).await? {
        changes.arrived.push(row.take()?);
    }
    // `modseq > born` names the index: only what was flagged after it came stands in it.
    let sql = "SELECT uid, flags, keywords, modseq FROM placement
               WHERE mailbox = $1 AND folder = $2 AND modseq > $3 AND modseq > born AND born <= $3 ORDER BY uid";
    for mut row in tx.rows(sql, params![mailbox.0, folder.0, since]).await? {
        let uid = row.take()?;
        let flags = Flags { system: row.take()?, keywords: words(&row.take::<String>()?) };
        changes.flagged.push((uid, flags, row.take()?));
    }
    Ok(changes)
}
