//! Facts of Pli: the only SQL, blobs, journal, queue, change feed. Two engines (SQLite, PostgreSQL), one set of commands.
//!
//! One command = one decision in `rules` = one transaction = one journal line (+ queue rows). A command is acknowledged after a durable commit.
//!
//! | file | holds |
//! |---|---|
//! | `engine/` | the two engines behind one `Tx`: writer thread and batches, pool and retries, LISTEN, migrations, values |
//! | `context`, `feed` | what a node remembers; who is woken when a mailbox moves |
//! | `held` | a mailbox inside a transaction: its counters, its journal chain |
//! | `door` | whether an access may act, decided in the transaction that acts |
//! | `vault`, `parcel`, `blobs` | keys; a message compressed and encrypted; objects too large for a row |
//! | `register/`, `mailboxes/` | persons and structures, and finding them; mailboxes, movements, terms, who enters |
//! | `timeline` | the history of a mailbox, for its people |
//! | `folders/`, `mail/` | the shared view: folders, messages, flags, copies, sending |
//! | `queue/`, `history/` | what waits to leave; the journal read and proved; leases |
//! | `notices` | letters that the operator writes by itself |
//! | `accounts/` | sessions, logins under way, tokens, staff, local people, webhooks |
//! | `audit` | the whole store examined |

pub mod accounts;
mod audit;
mod blobs;
mod context;
mod door;
mod engine;
mod erase;
pub mod feed;
pub mod folders;
mod held;
pub mod history;
pub mod mail;
pub mod mailboxes;
pub mod notices;
mod parcel;
pub mod queue;
pub mod register;
pub mod stock;
pub mod timeline;
mod vault;
mod words;

use std::path::PathBuf;
use std::sync::Arc;

use rules::mailbox::NamingRule;
use rules::{Entropy, Moment, Refusal};

use context::Context;
use engine::{Command, Db, Postgres, Sqlite};

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
    /// Terms of use that the configuration names: put among the published texts at the start, unless they are there already.
    pub terms_version: String,
    pub terms_text: String,
    /// Since when they hold; `Moment::from_micros(0)`: always.
    pub terms_since: Moment,
    /// Where people accept them.
    pub terms_url: String,
    /// How mailboxes are called (CAB-04).
    pub naming: NamingRule,
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
    db: Arc<Db>,
    context: Arc<Context>,
    objects: blobs::Objects,
}

impl Store {
    /// Opens (and migrates) the store. A wrong key-encryption key is refused here, before anything is accepted.
    pub async fn open(config: Config, entropy: Entropy) -> Result<Self> {
        let vault = vault::Vault::new(config.kek, entropy.clone());
        let context = Arc::new(Context::new(vault, entropy, config.terms_url, config.naming));
        let objects = blobs::Objects::open(&config.blobs)?;
        let db = match config.engine {
            Engine::Sqlite { path } => Db::Sqlite(Sqlite::open(&path, Arc::clone(&context))?),
            Engine::Postgres { url, schema } => Db::Postgres(Postgres::open(&url, &schema, Arc::clone(&context)).await?),
        };
        let store = Self { db: Arc::new(db), context, objects };
        let terms = mailboxes::Text::french(config.terms_version, config.terms_text, config.terms_since);
        store.write(terms, |tx, terms| Box::pin(begin(tx, terms))).await?;
        mail::sweep::begin(&store);
        Ok(store)
    }

    /// How mailboxes are called here.
    pub fn naming(&self) -> &NamingRule {
        &self.context.naming
    }

    /// What moves in this node, and (PostgreSQL) on the others.
    pub fn feed(&self) -> &feed::Feed {
        &self.context.feed
    }

    /// Flushes and closes; nothing more is accepted.
    pub async fn close(&self) {
        self.db.close().await;
    }

    async fn write<A, T>(&self, args: A, run: Command<A, T>) -> Result<T>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        let done = self.db.write(args, run).await;
        if self.context.sweep_wanted() {
            mail::sweep::begin(self);
        }
        done
    }

    async fn read_facts<A, T>(&self, args: A, run: Command<A, T>) -> Result<T>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        self.db.read(args, run).await
    }
}

/// What every start makes sure of: the operator's own row, the terms in force, words for people who were there before words were kept.
async fn begin(tx: &mut engine::Tx<'_>, terms: &mailboxes::Text) -> Result<()> {
    mailboxes::create::operator(tx).await?;
    mailboxes::terms::configured(tx, terms).await?;
    register::search::fill(tx).await
}
