//! Folders of a mailbox: the shared view of all its people. Every call takes the [`Access`] it acts with.

use rules::Moment;
use rules::access::Access;

use crate::{Result, Store};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FolderId(pub i64);

/// RFC 6154 attributes of the standard folders (LPS-41).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SpecialUse {
    Sent,
    Drafts,
    Trash,
    Archive,
}

/// One folder as LIST and STATUS see it.
#[derive(Clone, Debug)]
pub struct Folder {
    pub id: FolderId,
    /// UTF-8, `/` between levels; `INBOX` in capitals.
    pub name: String,
    pub special_use: Option<SpecialUse>,
    pub subscribed: bool,
    pub uid_validity: u32,
    pub uid_next: u32,
    pub highest_modseq: u64,
    pub messages: u32,
    pub unseen: u32,
    /// Sum of sizes, bytes.
    pub size: u64,
}

/// A folder as SELECT opens it.
#[derive(Clone, Debug)]
pub struct Opened {
    pub folder: Folder,
    /// Ascending.
    pub uids: Vec<u32>,
    pub first_unseen_uid: Option<u32>,
    /// Keywords in use in the folder.
    pub keywords: Vec<String>,
}

impl Store {
    pub async fn folders(&self, access: &Access) -> Result<Vec<Folder>> {
        let _ = access;
        todo!()
    }

    pub async fn folder(&self, access: &Access, name: &str) -> Result<Folder> {
        let _ = (access, name);
        todo!()
    }

    pub async fn open_folder(&self, access: &Access, name: &str) -> Result<Opened> {
        let _ = (access, name);
        todo!()
    }

    /// Creates the folder and its missing parents.
    pub async fn create_folder(&self, access: &Access, name: &str, now: Moment) -> Result<()> {
        let _ = (access, name, now);
        todo!()
    }

    /// Renames, children included; renaming INBOX moves its messages to the new folder (RFC 3501 §6.3.5).
    pub async fn rename_folder(&self, access: &Access, from: &str, to: &str, now: Moment) -> Result<()> {
        let _ = (access, from, to, now);
        todo!()
    }

    /// INBOX and the special folders cannot be deleted; a folder with children neither.
    pub async fn delete_folder(&self, access: &Access, name: &str, now: Moment) -> Result<()> {
        let _ = (access, name, now);
        todo!()
    }

    pub async fn subscribe(&self, access: &Access, name: &str, on: bool) -> Result<()> {
        let _ = (access, name, on);
        todo!()
    }
}
