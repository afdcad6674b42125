//! CREATE, RENAME, DELETE, SUBSCRIBE. RFC 3501 §6.3.3-6.3.7. Requirements: LPS-41.
//!
//! The journal names a folder by its number: its name may hold a patient's.

use rules::access::Access;
use rules::journal::{Act, Entry};
use rules::mailbox::MailboxId;
use rules::{Channel, Moment};
use serde_json::{Value, json};

use super::name::{canonical, parents};
use super::rows::INBOX;
use super::{Folder, FolderId};
use crate::engine::{Tx, params};
use crate::mail::place::{All, Source};
use crate::{Error, Result, Store};

impl Store {
    /// Creates the folder and its missing parents.
    pub async fn create_folder(&self, access: &Access, name: &str, channel: Channel, now: Moment) -> Result<()> {
        self.context.note(now);
        let args = (access.clone(), canonical(name)?, channel, now);
        self.write(args, |tx, (access, name, channel, now)| Box::pin(create(tx, access, name, *channel, *now))).await
    }

    /// Renames, children included; renaming INBOX moves its messages to the new folder (RFC 3501 §6.3.5).
    pub async fn rename_folder(&self, access: &Access, from: &str, to: &str, channel: Channel, now: Moment) -> Result<()> {
        self.context.note(now);
        let args = (access.clone(), canonical(from)?, canonical(to)?, channel, now);
        self.write(args, |tx, (access, from, to, channel, now)| Box::pin(rename(tx, access, from, to, *channel, *now))).await
    }

    /// INBOX and the special folders cannot be deleted; a folder with children neither.
    pub async fn delete_folder(&self, access: &Access, name: &str, channel: Channel, now: Moment) -> Result<()> {
        self.context.note(now);
        let args = (access.clone(), canonical(name)?, channel, now);
        self.write(args, |tx, (access, name, channel, now)| Box::pin(delete(tx, access, name, *channel, *now))).await
    }

    pub async fn subscribe(&self, access: &Access, name: &str, on: bool) -> Result<()> {
        let args = (access.clone(), canonical(name)?, on);
        self.write(args, |tx, (access, name, on)| Box::pin(subscribe(tx, access, name, *on))).await
    }
}

async fn create(tx: &mut Tx<'_>, access: &Access, name: &str, channel: Channel, now: Moment) -> Result<()> {
    let access = tx.guard_change(access, now).await?;
    let mailbox = access.mailbox();
    if tx.folder_named(mailbox, name).await?.is_some() {
        return Err(Error::Exists("folder"));
    }
    let id = create_with_parents(tx, mailbox, name, now).await?;
    finish(tx, &access, Act::FolderCreated, id, Value::Null, channel, now).await
}

async fn create_with_parents(tx: &mut Tx<'_>, mailbox: MailboxId, name: &str, now: Moment) -> Result<FolderId> {
    for parent in parents(name) {
        if tx.folder_named(mailbox, parent).await?.is_none() {
            tx.insert_folder(mailbox, parent, None, false, now).await?;
        }
    }
    tx.insert_folder(mailbox, name, None, false, now).await
}

async fn rename(tx: &mut Tx<'_>, access: &Access, from: &str, to: &str, channel: Channel, now: Moment) -> Result<()> {
    let access = tx.guard_change(access, now).await?;
    let mailbox = access.mailbox();
    let folder = tx.folder_named(mailbox, from).await?.ok_or(Error::NotFound("folder"))?;
    if tx.folder_named(mailbox, to).await?.is_some() {
        return Err(Error::Exists("folder"));
    }
    if folder.id == INBOX {
        let target = create_with_parents(tx, mailbox, to, now).await?;
        tx.move_rows(mailbox, &Source { folder: INBOX, which: All::Every }, target).await?;
        // The figures follow where messages lie: renaming the INBOX moves them (RFC 9051 §6.3.6).
        return finish(tx, &access, Act::FolderRenamed, target, json!({ "from": INBOX.0 }), channel, now).await;
    }
    if folder.special_use.is_some() {
        return Err(Error::NotAllowed("special folder"));
    }
    if below(to, from) {
        return Err(Error::NotAllowed("inside itself"));
    }
    for parent in parents(to) {
        if tx.folder_named(mailbox, parent).await?.is_none() {
            tx.insert_folder(mailbox, parent, None, false, now).await?;
        }
    }
    for child in tx.folders(mailbox).await?.iter().filter(|f| f.id == folder.id || below(&f.name, from)) {
        let name = canonical(&format!("{to}{}", &child.name[from.len()..]))?;
        tx.rename_row(mailbox, child.id, &name).await?;
    }
    finish(tx, &access, Act::FolderRenamed, folder.id, Value::Null, channel, now).await
}

async fn delete(tx: &mut Tx<'_>, access: &Access, name: &str, channel: Channel, now: Moment) -> Result<()> {
    let access = tx.guard_change(access, now).await?;
    let mailbox = access.mailbox();
    let folder = tx.folder_named(mailbox, name).await?.ok_or(Error::NotFound("folder"))?;
    if folder.id == INBOX || folder.special_use.is_some() {
        return Err(Error::NotAllowed("special folder"));
    }
    if tx.folders(mailbox).await?.iter().any(|f: &Folder| below(&f.name, name)) {
        return Err(Error::NotAllowed("it has folders inside"));
    }
    tx.remove_rows(mailbox, &Source { folder: folder.id, which: All::Every }).await?;
    tx.exec("DELETE FROM tombstone WHERE mailbox = $1 AND folder = $2", params![mailbox.0, folder.id.0]).await?;
    tx.exec("DELETE FROM folder WHERE mailbox = $1 AND id = $2", params![mailbox.0, folder.id.0]).await?;
    finish(tx, &access, Act::FolderDeleted, folder.id, Value::Null, channel, now).await
}

async fn subscribe(tx: &mut Tx<'_>, access: &Access, name: &str, on: bool) -> Result<()> {
    tx.guard(access, tx.context.last_moment()).await?;
    let hash = tx.key(access.mailbox()).await?.hash("folder", name);
    let sql = "UPDATE folder SET subscribed = $1 WHERE mailbox = $2 AND name_hash = $3";
    match tx.exec(sql, params![on, access.mailbox().0, &hash]).await? {
        0 => Err(Error::NotFound("folder")),
        _ => Ok(()),
    }
}

/// `name` is somewhere inside `folder`.
fn below(name: &str, folder: &str) -> bool {
    name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

async fn finish(tx: &mut Tx<'_>, access: &Access, act: Act, folder: FolderId, facts: Value, channel: Channel, now: Moment) -> Result<()> {
    let mailbox = access.mailbox();
    tx.effects.woken.push(mailbox);
    let object = folder.0.to_string();
    tx.journal(mailbox, &Entry { at: now, author: access.author(), act, object, channel, facts }).await
}
