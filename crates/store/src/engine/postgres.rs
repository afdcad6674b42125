//! PostgreSQL: one transaction a command, retried when the server says that two of them met; one schema an operator.
//!
//! Commands lock the mailbox row first (`FOR UPDATE`), so that chain, UIDs and modseq of a mailbox are serial.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod};
use tokio_postgres::{Config, IsolationLevel, NoTls};

use super::listen::{self, Listener};
use super::notify::{Notifier, payload};
use super::tx::{Effects, Tx, wants_again};
use super::{Command, migrate};
use crate::context::Context;
use crate::{Error, Result};

const CONNECTIONS: usize = 16;
const TRIES: u32 = 8;

/// One schema of a database, shared by the nodes of an operator.
pub(crate) struct Postgres {
    pool: Pool,
    context: Arc<Context>,
    /// Tells our own notifications from those of other nodes.
    node: String,
    channel: String,
    connected: Arc<AtomicBool>,
    listener: Listener,
    notifier: Notifier,
}

impl Postgres {
    pub(crate) async fn open(url: &str, schema: &str, context: Arc<Context>) -> Result<Self> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        if schema.is_empty() || schema.len() > 48 || !schema.bytes().all(plain) || schema.as_bytes()[0].is_ascii_digit() {
            return Err(Error::Internal(format!("schema name {schema:?}: only a-z, 0-9 and _")));
        }
        let mut config: Config = url.parse().map_err(|e| Error::Internal(format!("PostgreSQL address: {e}")))?;
        config.options(format!("-c search_path={schema}")).application_name("pli");
        let (mut client, connection) = config.connect(NoTls).await.map_err(|e| Error::Internal(format!("PostgreSQL: {e}")))?;
        let running = tokio::spawn(connection);
        migrate::postgres(&mut client, schema).await?;
        drop(client);
        let _ = running.await;

        let manager = Manager::from_config(config.clone(), NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
        let pool = Pool::builder(manager).max_size(CONNECTIONS).build().map_err(|e| Error::Internal(format!("pool: {e}")))?;
        let node = hex::encode(context.entropy.bytes::<6>());
        let channel = format!("pli_{schema}");
        let connected = Arc::new(AtomicBool::new(false));
        let listener = Listener::start(config, channel.clone(), node.clone(), Arc::clone(&context), Arc::clone(&connected)).await?;
        let notifier = Notifier::start(pool.clone(), channel.clone(), node.clone());
        Ok(Self { pool, context, node, channel, connected, listener, notifier })
    }

    pub(crate) async fn write<A, T>(&self, args: A, run: Command<A, T>) -> Result<T>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.attempt(&args, run).await {
                Attempt::Done(result) => return result,
                Attempt::Again(error) if tries == TRIES => return Err(error),
                // Two commands met; the other one goes first. Later tries leave more room.
                Attempt::Again(_) => tokio::time::sleep(Duration::from_millis(u64::from(tries * tries))).await,
            }
        }
    }

    async fn attempt<A, T>(&self, args: &A, run: Command<A, T>) -> Attempt<T> {
        let mut client = match self.pool.get().await {
            Ok(client) => client,
            Err(error) => return Attempt::Done(Err(Error::Internal(format!("PostgreSQL: {error}")))),
        };
        let transaction = match client.transaction().await {
            Ok(transaction) => transaction,
            Err(error) => return Attempt::Done(Err(ours(&error))),
        };
        let mut tx = Tx::postgres(&transaction, &self.context, true);
        let mut result = run(&mut tx, args).await;
        if result.is_ok() {
            result = match self.conclude(&mut tx).await {
                Ok(()) => result,
                Err(error) => Err(error),
            };
        }
        let (effects, again) = (std::mem::take(&mut tx.effects), tx.again);
        match result {
            Err(error) => {
                // Dropping would roll back as well, but later: the locks must go before this caller is answered.
                let _ = transaction.rollback().await;
                if again { Attempt::Again(error) } else { Attempt::Done(Err(error)) }
            }
            Ok(value) => match transaction.commit().await {
                Ok(()) => {
                    self.notifier.add(words(&effects));
                    self.context.tell(effects);
                    Attempt::Done(Ok(value))
                }
                Err(error) if wants_again(&error) => Attempt::Again(ours(&error)),
                Err(error) => Attempt::Done(Err(ours(&error))),
            },
        }
    }

    /// Writes the held mailboxes back, and tells the other nodes whose rights moved (they hear it at the commit).
    async fn conclude(&self, tx: &mut Tx<'_>) -> Result<()> {
        tx.flush().await?;
        let words: Vec<String> = tx.effects.moved.iter().map(|(mailbox, _)| format!("{}{}", listen::MOVED, mailbox.0)).collect();
        for some in words.chunks(200) {
            let payload = payload(&self.node, some);
            tx.rows("SELECT CAST(pg_notify($1, $2) AS TEXT)", super::params![&self.channel, &payload]).await?;
        }
        Ok(())
    }

    pub(crate) async fn read<A, T>(&self, args: A, run: Command<A, T>) -> Result<T>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        let mut client = self.pool.get().await.map_err(|e| Error::Internal(format!("PostgreSQL: {e}")))?;
        let reading = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
        let transaction = reading.start().await.map_err(|e| ours(&e))?;
        let mut tx = Tx::postgres(&transaction, &self.context, false);
        let result = run(&mut tx, &args).await;
        drop(tx);
        transaction.rollback().await.map_err(|e| ours(&e))?;
        result
    }

    pub(crate) fn hears(&self) -> bool {
        self.connected.load(Ordering::Acquire)
    }

    pub(crate) fn close(&self) {
        self.listener.stop();
        self.notifier.stop();
        self.pool.close();
    }
}

enum Attempt<T> {
    Done(Result<T>),
    Again(Error),
}

/// What the other nodes hear after the commit; `listen` reads it.
fn words(effects: &Effects) -> Vec<String> {
    let mut words: Vec<String> = effects.woken.iter().map(|mailbox| format!("{}{}", listen::WOKEN, mailbox.0)).collect();
    words.extend(effects.over.iter().map(|mark| format!("{}{mark}", listen::OVER)));
    if effects.webhooks {
        words.push(listen::WEBHOOKS.to_owned());
    }
    if effects.queue {
        words.push(listen::QUEUE.to_owned());
    }
    words
}

fn ours(error: &tokio_postgres::Error) -> Error {
    let message = error.as_db_error().map_or_else(|| error.to_string(), |db| db.message().to_owned());
    Error::Internal(format!("PostgreSQL: {message}"))
}
