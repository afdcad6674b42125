//! COPY, MOVE and EXPUNGE. RFC 3501 §6.4.7, RFC 6851, UIDPLUS (RFC 4315). All of them in bulk, whatever the number of messages.

use rules::access::Access;
use rules::journal::{Act, Entry};
use rules::{Channel, Moment};
use serde_json::{Value, json};

use super::place::{All, Placement, Source};
use super::{Placed, flag};
use crate::engine::Tx;
use crate::folders::FolderId;
use crate::folders::name::canonical;
use crate::words::imap_set;
use crate::{Error, Result, Store};

struct Args {
    access: Access,
    from: FolderId,
    uids: Option<Vec<u32>>,
    to: String,
    channel: Channel,
    now: Moment,
}

impl Store {
    pub async fn copy(&self, access: &Access, from: FolderId, uids: &[u32], to: &str, channel: Channel, now: Moment) -> Result<Placed> {
        self.context.note(now);
        let args = Args { access: access.clone(), from, uids: Some(uids.to_vec()), to: canonical(to)?, channel, now };
        self.write(args, |tx, args| Box::pin(copy(tx, args))).await
    }

    pub async fn move_messages(
        &self,
        access: &Access,
        from: FolderId,
        uids: &[u32],
        to: &str,
        channel: Channel,
        now: Moment,
    ) -> Result<Placed> {
        self.context.note(now);
        let args = Args { access: access.clone(), from, uids: Some(uids.to_vec()), to: canonical(to)?, channel, now };
        self.write(args, |tx, args| Box::pin(move_all(tx, args))).await
    }

    /// Removes messages that carry `\Deleted` (all, or only among `uids`); returns the UIDs removed, ascending.
    pub async fn expunge(
        &self,
        access: &Access,
        folder: FolderId,
        only: Option<&[u32]>,
        channel: Channel,
        now: Moment,
    ) -> Result<Vec<u32>> {
        self.context.note(now);
        let args = Args { access: access.clone(), from: folder, uids: only.map(<[u32]>::to_vec), to: String::new(), channel, now };
        self.write(args, |tx, args| Box::pin(expunge(tx, args))).await
    }
}

impl Args {
    fn source(&self) -> Source {
        Source { folder: self.from, which: self.uids.clone().map_or(All::Every, All::Among) }
    }
}

async fn copy(tx: &mut Tx<'_>, args: &Args) -> Result<Placed> {
    let access = tx.guard_change(&args.access, args.now).await?;
    let mailbox = access.mailbox();
    tx.folder_by_id(mailbox, args.from).await?;
    let to = tx.folder_named(mailbox, &args.to).await?.ok_or(Error::NotFound("folder"))?;
    let rows = tx.placements(mailbox, &args.source()).await?;
    if rows.is_empty() {
        return Ok(Placed { uid_validity: to.uid_validity, uids: Vec::new() });
    }
    let (uid_validity, uids) = tx.copy_rows(mailbox, args.from, &rows, to.id).await?;
    tx.refer(mailbox, &rows, 1).await?;
    finish(tx, &access, args, Act::MessageCopied, &rows, json!({ "from": args.from.0, "to": to.id.0 })).await?;
    Ok(Placed { uid_validity, uids })
}

async fn move_all(tx: &mut Tx<'_>, args: &Args) -> Result<Placed> {
    let access = tx.guard_change(&args.access, args.now).await?;
    let mailbox = access.mailbox();
    tx.folder_by_id(mailbox, args.from).await?;
    let to = tx.folder_named(mailbox, &args.to).await?.ok_or(Error::NotFound("folder"))?;
    let (rows, uid_validity, uids) = tx.move_rows(mailbox, &args.source(), to.id).await?;
    if rows.is_empty() {
        return Ok(Placed { uid_validity: to.uid_validity, uids: Vec::new() });
    }
    finish(tx, &access, args, Act::MessageMoved, &rows, json!({ "from": args.from.0, "to": to.id.0 })).await?;
    Ok(Placed { uid_validity, uids })
}

async fn expunge(tx: &mut Tx<'_>, args: &Args) -> Result<Vec<u32>> {
    let access = tx.guard_change(&args.access, args.now).await?;
    let mailbox = access.mailbox();
    tx.folder_by_id(mailbox, args.from).await?;
    let marked: Vec<u32> = tx
        .placements(mailbox, &args.source())
        .await?
        .into_iter()
        .filter(|row| row.flags.system & flag::DELETED != 0)
        .map(|row| row.uid)
        .collect();
    if marked.is_empty() {
        return Ok(marked);
    }
    let rows = tx.remove_rows(mailbox, &Source { folder: args.from, which: All::Among(marked.clone()) }).await?;
    finish(tx, &access, args, Act::MessageExpunged, &rows, json!({ "from": args.from.0 })).await?;
    Ok(marked)
}

async fn finish(tx: &mut Tx<'_>, access: &Access, args: &Args, act: Act, rows: &[Placement], facts: Value) -> Result<()> {
    tx.effects.woken.push(access.mailbox());
    let object = imap_set(rows.iter().map(|row| row.number).collect());
    let line = Entry { at: args.now, author: access.author(), act, object, channel: args.channel, facts };
    tx.journal(access.mailbox(), &line).await
}
