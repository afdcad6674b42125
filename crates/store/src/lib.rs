//! Facts of Pli: the only SQL, blobs, journal, queue, change feed. Two engines (SQLite, PostgreSQL), one set of commands.
//!
//! One command = one decision in `rules` = one transaction = one journal line (+ queue rows). A command is acknowledged after a durable commit.

pub mod feed;
pub mod folders;
pub mod history;
pub mod mail;
pub mod mailboxes;
pub mod queue;
pub mod register;

use std::path::PathBuf;

use rules::{Entropy, Refusal};

/// Where facts live.
#[derive(Clone, Debug)]
pub enum Engine {
    /// `DIR/pli.sqlite`, one writer, many readers.
    Sqlite { path: PathBuf },
    /// One schema an operator.
    Postgres { url: String, schema: String },
}

/// Where blobs of more than 64 KiB live.
#[derive(Clone, Debug)]
pub enum Blobs {
    Local { dir: PathBuf },
    S3 { url: String },
}

/// How to open a store.
#[derive(Clone)]
pub struct Config {
    pub engine: Engine,
    pub blobs: Blobs,
    /// Key-encryption key: wraps one data key per mailbox. 32 bytes, from a file.
    pub kek: [u8; 32],
    /// Terms of use in force: version, and where they are accepted.
    pub terms_version: String,
    pub terms_url: String,
}

/// What went wrong, by whose fault.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The person's: shown with its code and sentence.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The client's view is behind: a folder or a message is not there (IMAP `NO [NONEXISTENT]`, `[TRYCREATE]`).
    #[error("not there: {0}")]
    NotFound(&'static str),
    #[error("already exists: {0}")]
    Exists(&'static str),
    #[error("not allowed on this folder: {0}")]
    NotAllowed(&'static str),
    /// Ours: logged with context, answered as a temporary failure, never shown raw.
    #[error("store: {0}")]
    Internal(String),
}

pub type Result<T> = std::result::Result<T, Error>;

/// The store. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    feed: feed::Feed,
}

impl Store {
    /// Opens (and migrates) the store.
    pub async fn open(config: Config, entropy: Entropy) -> Result<Self> {
        let _ = (config, entropy);
        todo!()
    }

    /// What moves in this node, and (PostgreSQL) on the others.
    pub fn feed(&self) -> &feed::Feed {
        &self.feed
    }

    /// Flushes and closes; nothing more is accepted.
    pub async fn close(&self) {}
}
