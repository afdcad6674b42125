//! A folder as a row: its name sealed and hashed, its counts moved by what is filed and removed.
//!
//! Requirements: invariant 12. The counts are exact at every commit: the audit of the tests compares them with the placements.

use rules::Moment;
use rules::mailbox::MailboxId;

use super::{Folder, FolderId, SpecialUse};
use crate::engine::{Row, Tx, params};
use crate::{Error, Result};

/// Numbers of the folders that every mailbox has; those of new folders come after.
pub(crate) const INBOX: FolderId = FolderId(1);
pub(crate) const SENT: FolderId = FolderId(2);

const COLUMNS: &str = "id, name, special, subscribed, uid_validity, uid_next, modseq, messages, unseen, size";

/// What a change adds to the counts of a folder.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Count {
    pub(crate) messages: i64,
    pub(crate) unseen: i64,
    pub(crate) size: i64,
}

impl Count {
    pub(crate) fn of(size: i64, seen: bool) -> Self {
        Self { messages: 1, unseen: i64::from(!seen), size }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.messages += other.messages;
        self.unseen += other.unseen;
        self.size += other.size;
    }

    pub(crate) fn minus(self) -> Self {
        Self { messages: -self.messages, unseen: -self.unseen, size: -self.size }
    }
}

impl SpecialUse {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Drafts => "drafts",
            Self::Trash => "trash",
            Self::Archive => "archive",
        }
    }

    fn parse(word: &str) -> Result<Self> {
        [Self::Sent, Self::Drafts, Self::Trash, Self::Archive]
            .into_iter()
            .find(|special| special.as_str() == word)
            .ok_or_else(|| Error::Internal(format!("unknown special use {word:?}")))
    }
}

impl Tx<'_> {
    async fn folder_of(&mut self, mailbox: MailboxId, mut row: Row) -> Result<Folder> {
        let id: i64 = row.take()?;
        let sealed: Vec<u8> = row.take()?;
        let name = self.key(mailbox).await?.open("folder", id, &sealed)?;
        Ok(Folder {
            id: FolderId(id),
            name: String::from_utf8(name).map_err(|_| Error::Internal("a folder name is not UTF-8".to_owned()))?,
            special_use: row.take::<Option<String>>()?.as_deref().map(SpecialUse::parse).transpose()?,
            subscribed: row.take()?,
            uid_validity: row.take()?,
            uid_next: row.take()?,
            highest_modseq: row.take()?,
            messages: row.take()?,
            unseen: row.take()?,
            size: row.take()?,
        })
    }

    /// All folders, `INBOX` first, then by name.
    pub(crate) async fn folders(&mut self, mailbox: MailboxId) -> Result<Vec<Folder>> {
        let sql = format!("SELECT {COLUMNS} FROM folder WHERE mailbox = $1");
        let mut folders = Vec::new();
        for row in self.rows(&sql, params![mailbox.0]).await? {
            folders.push(self.folder_of(mailbox, row).await?);
        }
        folders.sort_by(|a, b| (a.id != INBOX).cmp(&(b.id != INBOX)).then_with(|| a.name.cmp(&b.name)));
        Ok(folders)
    }

    /// By its canonical name.
    pub(crate) async fn folder_named(&mut self, mailbox: MailboxId, name: &str) -> Result<Option<Folder>> {
        let hash = self.key(mailbox).await?.hash("folder", name);
        let sql = format!("SELECT {COLUMNS} FROM folder WHERE mailbox = $1 AND name_hash = $2");
        match self.row(&sql, params![mailbox.0, &hash]).await? {
            Some(row) => self.folder_of(mailbox, row).await.map(Some),
            None => Ok(None),
        }
    }

    pub(crate) async fn folder_by_id(&mut self, mailbox: MailboxId, id: FolderId) -> Result<Folder> {
        let sql = format!("SELECT {COLUMNS} FROM folder WHERE mailbox = $1 AND id = $2");
        let row = self.row(&sql, params![mailbox.0, id.0]).await?.ok_or(Error::NotFound("folder"))?;
        self.folder_of(mailbox, row).await
    }

    pub(crate) async fn insert_folder(
        &mut self,
        mailbox: MailboxId,
        name: &str,
        special: Option<SpecialUse>,
        subscribed: bool,
        now: Moment,
    ) -> Result<FolderId> {
        let held = self.hold(mailbox).await?;
        let (id, validity, modseq) = (held.number_folder(), held.draw_uid_validity(now), held.modseq());
        let key = self.key(mailbox).await?;
        let (hash, sealed) = (key.hash("folder", name), key.seal("folder", id, name.as_bytes())?);
        self.exec(
            "INSERT INTO folder (mailbox, id, name_hash, name, special, subscribed, uid_validity, uid_next, modseq, messages, unseen, size)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, 0, 0, 0)",
            params![mailbox.0, id, &hash, &sealed, special.map(SpecialUse::as_str), subscribed, validity, modseq],
        )
        .await?;
        Ok(FolderId(id))
    }

    pub(super) async fn rename_row(&mut self, mailbox: MailboxId, id: FolderId, name: &str) -> Result<()> {
        let key = self.key(mailbox).await?;
        let (hash, sealed) = (key.hash("folder", name), key.seal("folder", id.0, name.as_bytes())?);
        let sql = "UPDATE folder SET name_hash = $1, name = $2 WHERE mailbox = $3 AND id = $4";
        self.exec(sql, params![&hash, &sealed, mailbox.0, id.0]).await?;
        Ok(())
    }

    /// Gives `new` UIDs in a folder and moves its counts; returns the first of them, and the folder's UIDVALIDITY.
    pub(crate) async fn count(&mut self, mailbox: MailboxId, folder: FolderId, by: Count, new: i64) -> Result<(i64, u32)> {
        let modseq = self.hold(mailbox).await?.modseq();
        let sql =
            "UPDATE folder SET uid_next = uid_next + $1, modseq = $2, messages = messages + $3, unseen = unseen + $4, size = size + $5
                   WHERE mailbox = $6 AND id = $7 RETURNING uid_next, uid_validity";
        let values = params![new, modseq, by.messages, by.unseen, by.size, mailbox.0, folder.0];
        let mut row = self.row(sql, values).await?.ok_or(Error::NotFound("folder"))?;
        Ok((row.take::<i64>()? - new, row.take()?))
    }
}
