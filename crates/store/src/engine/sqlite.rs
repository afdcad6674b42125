//! SQLite: one writer thread that puts all waiting commands in one transaction and one fsync; several readers.
//!
//! Each command runs in a savepoint, so that one that fails undoes itself alone (invariant 4); answers leave after COMMIT only (invariant 10).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use futures_util::FutureExt;
use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::{Semaphore, mpsc, oneshot};

use super::tx::{Effects, Tx};
use super::{Command, migrate};
use crate::context::Context;
use crate::{Error, Result};

/// Commands in one commit at most: a bound on how long the first of them waits.
const BATCH: usize = 256;
/// Commands that may wait before callers are slowed down.
const WAITING: usize = 4096;
const READERS: usize = 4;

type Answer = Box<dyn FnOnce(Option<Error>) + Send>;
/// A command with its arguments; without a connection it only answers that it could not be carried out.
type Job = Box<dyn FnOnce(Option<&mut Connection>, &Context) -> Done + Send>;

/// A command that ran in its savepoint and waits for the commit.
struct Done {
    effects: Option<Effects>,
    answer: Answer,
}

/// One database file of one operator.
pub(crate) struct Sqlite {
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    ended: Mutex<Option<oneshot::Receiver<()>>>,
    readers: Arc<Mutex<Vec<Connection>>>,
    turns: Arc<Semaphore>,
    context: Arc<Context>,
}

impl Sqlite {
    pub(crate) fn open(path: &Path, context: Arc<Context>) -> Result<Self> {
        let mut writer = Connection::open(path).map_err(|e| ours("open", &e))?;
        prepare(&writer)?;
        migrate::sqlite(&mut writer)?;
        let readers = (0..READERS).map(|_| reader(path)).collect::<Result<Vec<_>>>()?;
        let (jobs, waiting) = mpsc::channel(WAITING);
        let (end, ended) = oneshot::channel();
        let shared = Arc::clone(&context);
        std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || {
                write_all(&mut writer, waiting, &shared);
                let _ = end.send(());
            })
            .map_err(|e| Error::Internal(format!("writer thread: {e}")))?;
        Ok(Self {
            jobs: Mutex::new(Some(jobs)),
            ended: Mutex::new(Some(ended)),
            readers: Arc::new(Mutex::new(readers)),
            turns: Arc::new(Semaphore::new(READERS)),
            context,
        })
    }

    pub(crate) async fn write<A, T>(&self, args: A, run: Command<A, T>) -> Result<T>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        let jobs = self.jobs.lock().clone().ok_or_else(closed)?;
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |connection, context| match connection {
            Some(connection) => in_savepoint(connection, context, &args, run, answer),
            None => failed(answer, Error::Internal("the database cannot be written now".to_owned())),
        });
        jobs.send(job).await.map_err(|_| closed())?;
        drop(jobs);
        answered.await.map_err(|_| Error::Internal("the command was not carried out".to_owned()))?
    }

    pub(crate) async fn read<A, T>(&self, args: A, run: Command<A, T>) -> Result<T>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| closed())?;
        let readers = Arc::clone(&self.readers);
        let context = Arc::clone(&self.context);
        let done = tokio::task::spawn_blocking(move || {
            let mut connection = readers.lock().pop().ok_or_else(closed)?;
            let result = on_snapshot(&mut connection, &context, &args, run);
            readers.lock().push(connection);
            drop(turn);
            result
        });
        done.await.map_err(|e| Error::Internal(format!("reader: {e}")))?
    }

    /// Lets the waiting commands commit, then closes.
    pub(crate) async fn close(&self) {
        drop(self.jobs.lock().take());
        let ended = self.ended.lock().take();
        if let Some(ended) = ended {
            let _ = ended.await;
        }
        self.turns.close();
        self.readers.lock().clear();
    }
}

fn prepare(connection: &Connection) -> Result<()> {
    // The log may grow to 128 MiB before it is folded into the database: fewer, larger checkpoints.
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 10000; PRAGMA foreign_keys = ON;
             PRAGMA wal_autocheckpoint = 32000; PRAGMA journal_size_limit = 134217728; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;",
        )
        .map_err(|e| ours("pragma", &e))?;
    connection.set_prepared_statement_cache_capacity(256);
    Ok(())
}

fn reader(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path).map_err(|e| ours("open a reader", &e))?;
    connection
        .execute_batch("PRAGMA query_only = ON; PRAGMA busy_timeout = 10000; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY;")
        .map_err(|e| ours("pragma", &e))?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

/// The writer's life: takes what waits, commits, answers; ends when nobody can ask any more.
fn write_all(connection: &mut Connection, mut waiting: mpsc::Receiver<Job>, context: &Context) {
    while let Some(first) = waiting.blocking_recv() {
        let mut done = Vec::new();
        let failure = batch(connection, first, &mut waiting, context, &mut done).err();
        if failure.is_some() && !connection.is_autocommit() {
            let _ = connection.execute_batch("ROLLBACK");
        }
        for Done { effects, answer } in done {
            if let (None, Some(effects)) = (&failure, effects) {
                context.tell(effects);
            }
            answer(failure.as_ref().map(|e| Error::Internal(e.to_string())));
        }
    }
}

fn batch(
    connection: &mut Connection,
    first: Job,
    waiting: &mut mpsc::Receiver<Job>,
    context: &Context,
    done: &mut Vec<Done>,
) -> Result<()> {
    if let Err(error) = connection.execute_batch("BEGIN IMMEDIATE") {
        done.push(first(None, context));
        return Err(ours("begin", &error));
    }
    let mut next = Some(first);
    while let Some(job) = next {
        done.push(job(Some(connection), context));
        if connection.is_autocommit() {
            // A full disk or a failing device undoes the whole transaction by itself.
            return Err(Error::Internal("the engine undid the transaction".to_owned()));
        }
        next = if done.len() < BATCH { waiting.try_recv().ok() } else { None };
    }
    connection.execute_batch("COMMIT").map_err(|e| ours("commit", &e))
}

fn in_savepoint<A, T>(
    connection: &mut Connection,
    context: &Context,
    args: &A,
    run: Command<A, T>,
    answer: oneshot::Sender<Result<T>>,
) -> Done
where
    T: Send + 'static,
{
    // A command that panics must not stop the operator's only writer: it is undone like one that fails.
    let attempt = catch_unwind(AssertUnwindSafe(|| {
        statement(connection, "SAVEPOINT command")?;
        let mut tx = Tx::sqlite(connection, context, true);
        let result = at_once(async {
            let value = run(&mut tx, args).await?;
            tx.flush().await?;
            Ok(value)
        });
        let effects = std::mem::take(&mut tx.effects);
        result.map(|value| (value, effects))
    }))
    .unwrap_or_else(|_| Err(Error::Internal("a command panicked".to_owned())));
    let attempt = attempt.and_then(|kept| statement(connection, "RELEASE command").map(|()| kept));
    match attempt {
        Ok((value, effects)) => Done {
            effects: Some(effects),
            answer: Box::new(move |failure| {
                let _ = answer.send(failure.map_or(Ok(value), Err));
            }),
        },
        Err(error) => {
            let _ = connection.execute_batch("ROLLBACK TO command; RELEASE command");
            failed(answer, error)
        }
    }
}

fn failed<T: Send + 'static>(answer: oneshot::Sender<Result<T>>, error: Error) -> Done {
    Done {
        effects: None,
        answer: Box::new(move |_| {
            let _ = answer.send(Err(error));
        }),
    }
}

fn on_snapshot<A, T>(connection: &mut Connection, context: &Context, args: &A, run: Command<A, T>) -> Result<T> {
    statement(connection, "BEGIN DEFERRED")?;
    let result = catch_unwind(AssertUnwindSafe(|| {
        let mut tx = Tx::sqlite(connection, context, false);
        at_once(run(&mut tx, args))
    }))
    .unwrap_or_else(|_| Err(Error::Internal("a reading panicked".to_owned())));
    statement(connection, "ROLLBACK")?;
    result
}

/// Drives a future that has nothing to wait for: on SQLite every statement runs in place.
fn at_once<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    future.now_or_never().unwrap_or_else(|| Err(Error::Internal("a command waited".to_owned())))
}

fn statement(connection: &Connection, sql: &str) -> Result<()> {
    connection.prepare_cached(sql).and_then(|mut s| s.execute([])).map(|_| ()).map_err(|e| ours(sql, &e))
}

fn ours(what: &str, error: &rusqlite::Error) -> Error {
    Error::Internal(format!("{what}: {error}"))
}

fn closed() -> Error {
    Error::Internal("the store is closed".to_owned())
}
