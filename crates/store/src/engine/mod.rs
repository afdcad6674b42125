//! Two engines, one set of commands: the same SQL text runs on SQLite and on PostgreSQL inside a [`Tx`].
//!
//! `$n` are written in the order of their first appearance (SQLite numbers them so). Three marked differences, translated here and nowhere else:
//! `FOR UPDATE` (with `SKIP LOCKED`) is dropped on SQLite, which has one writer; `IN_LIST($n)` takes a JSON list of integers.

mod listen;
mod migrate;
mod notify;
mod postgres;
mod sqlite;
mod tx;
mod value;

use std::future::Future;
use std::pin::Pin;

pub(crate) use tx::{Effects, Tx, list};
pub(crate) use value::{Param, Row, params};

use crate::Result;
pub(crate) use postgres::Postgres;
pub(crate) use sqlite::Sqlite;

/// The future of a command in its transaction. On SQLite it never waits; on PostgreSQL it waits for the server only.
pub(crate) type Run<'t, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 't>>;

/// A command: reads and writes facts in one transaction, from arguments prepared before it. It may run again (PostgreSQL retries).
pub(crate) type Command<A, T> = for<'t, 'c> fn(&'t mut Tx<'c>, &'t A) -> Run<'t, T>;

/// The database of one operator.
pub(crate) enum Db {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Db {
    /// Runs a command that writes; returns after its durable commit (invariant 10).
    pub(crate) async fn write<A, T>(&self, args: A, run: Command<A, T>) -> Result<T>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        match self {
            Self::Sqlite(db) => db.write(args, run).await,
            Self::Postgres(db) => db.write(args, run).await,
        }
    }

    /// Runs a command that only reads, on one snapshot.
    pub(crate) async fn read<A, T>(&self, args: A, run: Command<A, T>) -> Result<T>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        match self {
            Self::Sqlite(db) => db.read(args, run).await,
            Self::Postgres(db) => db.read(args, run).await,
        }
    }

    /// What this node remembers of rights is exact: it sees every change as soon as it is durable.
    pub(crate) fn remembers(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    /// This node hears at once, or within a round trip, that a mailbox has moved.
    pub(crate) fn hears(&self) -> bool {
        match self {
            Self::Sqlite(_) => true,
            Self::Postgres(db) => db.hears(),
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(db) => db.close().await,
            Self::Postgres(db) => db.close(),
        }
    }
}
