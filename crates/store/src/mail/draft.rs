//! A draft is kept: the new form takes the place of the one before, in one transaction.
//!
//! Requirements: CAB-10, LPS-41. A draft is a message of the shared Drafts folder: whoever opens the mailbox may take it up.

use rules::access::Access;
use rules::journal::{Act, Entry};
use rules::mailbox::MailboxId;
use rules::{Channel, Moment};
use serde_json::json;

use super::place::{All, Filing, Origin, Source};
use super::{Flags, flag};
use crate::engine::Tx;
use crate::folders::{FolderId, SpecialUse};
use crate::parcel::Parcel;
use crate::{Error, Result, Store};

/// A letter being written.
#[derive(Clone, Debug)]
pub struct Draft {
    pub bytes: bytes::Bytes,
    pub glance: bytes::Bytes,
    /// The draft that this one replaces.
    pub replaces: Option<u32>,
}

struct Args {
    access: Access,
    parcel: Parcel,
    replaces: Option<u32>,
    channel: Channel,
    now: Moment,
}

impl Store {
    /// Returns where it lies now. A draft to replace that is no longer there is not an error: somebody may have moved it.
    pub async fn save_draft(&self, access: &Access, draft: Draft, channel: Channel, now: Moment) -> Result<(FolderId, u32)> {
        self.context.note(now);
        let parcel = self.pack(&draft.bytes, &draft.glance).await?;
        let object = parcel.object();
        let args = Args { access: access.clone(), parcel, replaces: draft.replaces, channel, now };
        let saved = self.write(args, |tx, args| Box::pin(save(tx, args))).await;
        if saved.is_err() {
            self.unpack(object).await;
        }
        saved
    }
}

async fn save(tx: &mut Tx<'_>, args: &Args) -> Result<(FolderId, u32)> {
    let access = tx.guard_change(&args.access, args.now).await?;
    let mailbox = access.mailbox();
    let folder = drafts(tx, mailbox).await?;
    let replaced = match args.replaces {
        Some(uid) => remove(tx, mailbox, folder, uid).await?,
        None => None,
    };
    let filing =
        Filing { parcel: &args.parcel, shift: 0, origin: Origin::Appended, internal_date: args.now, message_id: None, now: args.now };
    let message = tx.insert_message(mailbox, &filing).await?;
    let flags = Flags { system: flag::SEEN | flag::DRAFT, keywords: Vec::new() };
    let (uid, _) = tx.place(mailbox, folder, message.id, args.parcel.size, &flags).await?;
    tx.effects.woken.push(mailbox);
    let line = Entry {
        at: args.now,
        author: access.author(),
        act: Act::MessageAppended,
        object: message.number.to_string(),
        channel: args.channel,
        facts: json!({ "size": args.parcel.size, "folder": folder.0, "replaces": replaced }),
    };
    tx.journal(mailbox, &line).await?;
    Ok((folder, uid))
}

/// The folder of drafts (LPS-41: every mailbox has one).
pub(super) async fn drafts(tx: &mut Tx<'_>, mailbox: MailboxId) -> Result<FolderId> {
    let folders = tx.folders(mailbox).await?;
    let found = folders.iter().find(|folder| folder.special_use == Some(SpecialUse::Drafts));
    found.map(|folder| folder.id).ok_or(Error::NotFound("folder"))
}

/// Takes a draft away; its number, if it was there and is a draft.
pub(super) async fn remove(tx: &mut Tx<'_>, mailbox: MailboxId, folder: FolderId, uid: u32) -> Result<Option<i64>> {
    let source = Source { folder, which: All::Among(vec![uid]) };
    let rows = tx.placements(mailbox, &source).await?;
    match rows.first() {
        Some(row) if row.flags.system & flag::DRAFT != 0 => {
            let number = row.number;
            tx.remove_rows(mailbox, &source).await?;
            Ok(Some(number))
        }
        _ => Ok(None),
    }
}
