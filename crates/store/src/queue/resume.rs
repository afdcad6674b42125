//! After a crash: rows that the dead process had taken are due again at once, not when their lease ends.
//!
//! Only where no other process can hold a lease (SQLite has one writer, decision 0003). On PostgreSQL another node may be at work on them.

use crate::engine::{Db, Tx, params};
use crate::{Result, Store};

impl Store {
    /// Called once by the courier, before its first round.
    pub async fn resume_queue(&self) -> Result<()> {
        match &*self.db {
            Db::Postgres(_) => Ok(()),
            Db::Sqlite(_) => self.write((), |tx, ()| Box::pin(release(tx))).await,
        }
    }
}

async fn release(tx: &mut Tx<'_>) -> Result<()> {
    let sql = "UPDATE queue SET lease_by = NULL, lease_until = 0 WHERE state = 0 AND lease_until > 0";
    tx.exec(sql, params![]).await.map(|_| ())
}
