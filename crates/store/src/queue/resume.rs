//! Leases that end before their time: those of a process that died, and those of rows taken by mistake.

use super::QueueId;
use crate::engine::{Db, Tx, params};
use crate::{Result, Store};

impl Store {
    /// Called once by the courier, before its first round: rows that the dead process had taken are due again at once.
    ///
    /// Only where no other process can hold a lease (SQLite has one writer, decision 0003). On PostgreSQL another node may be at work on them.
    pub async fn resume_queue(&self) -> Result<()> {
        match &*self.db {
            Db::Postgres(_) => Ok(()),
            Db::Sqlite(_) => self.write((), |tx, ()| Box::pin(release_all(tx))).await,
        }
    }

    /// Gives back rows that `due` gave to this worker and that it cannot try now; they are due again as before.
    pub async fn give_back(&self, worker: &str, rows: Vec<QueueId>) -> Result<()> {
        self.write((worker.to_owned(), rows), |tx, (worker, rows)| Box::pin(release(tx, worker, rows))).await
    }
}

async fn release_all(tx: &mut Tx<'_>) -> Result<()> {
    let sql = "UPDATE queue SET lease_by = NULL, lease_until = 0 WHERE state = 0 AND lease_until > 0";
    tx.exec(sql, params![]).await.map(|_| ())
}

async fn release(tx: &mut Tx<'_>, worker: &str, rows: &[QueueId]) -> Result<()> {
    for row in rows {
        tx.exec("UPDATE queue SET lease_by = NULL, lease_until = 0 WHERE id = $1 AND lease_by = $2", params![row.0, worker]).await?;
    }
    tx.effects.queue = true;
    Ok(())
}
