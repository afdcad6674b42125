//! Leases: one worker a job across the nodes of an operator. A node that dies loses its lease when the time is over.

use std::time::Duration;

use rules::Moment;

use crate::engine::params;
use crate::{Result, Store};

impl Store {
    /// Takes or renews a lease on a named job; false when another node holds it.
    pub async fn lease(&self, job: &str, holder: &str, length: Duration, now: Moment) -> Result<bool> {
        self.context.note(now);
        let args = (job.to_owned(), holder.to_owned(), now.plus(length), now);
        self.write(args, |tx, (job, holder, until, now)| {
            Box::pin(async move {
                let sql = "INSERT INTO lease (job, holder, held_until) VALUES ($1, $2, $3)
                           ON CONFLICT (job) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
                           WHERE lease.holder = $2 OR lease.held_until <= $4";
                Ok(tx.exec(sql, params![job, holder, *until, *now]).await? == 1)
            })
        })
        .await
    }
}
