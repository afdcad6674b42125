//! Folders of a mailbox: the shared view of all its people. Every call takes the [`Access`](rules::access::Access) it acts with.
//!
//! Requirements: LPS-30, LPS-41. Names are encrypted at rest (people put patients in them) and found by a keyed hash.
//!
//! | file | does |
//! |---|---|
//! | `name` | what a folder may be called |
//! | `rows` | a folder as a row: sealed, counted, found |
//! | `view` | LIST, STATUS, SELECT |
//! | `change` | create, rename, delete, subscribe |

mod change;
pub(crate) mod name;
pub(crate) mod rows;
mod view;

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
