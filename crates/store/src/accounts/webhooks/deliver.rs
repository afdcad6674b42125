//! What is due to webhooks, in order for each mailbox; what became of it. Requirements: ENR-51.

use std::time::Duration;

use rules::journal::Act;
use rules::{Author, Moment};
use secrecy::SecretString;
use serde::Serialize;
use serde_json::Value;

use super::line;
use crate::door::OPERATOR;
use crate::engine::{Tx, params};
use crate::{Error, Result, Store};

/// What is waited after each failure: 10 s to 24 h (ENR-51). After the last, a dead letter.
const DELAYS: [u64; 10] = [10, 30, 120, 600, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400];
/// Events that were told are forgotten after a day, dead letters after thirty.
const FORGOTTEN: Duration = Duration::from_secs(24 * 3600);
const BURIED: Duration = Duration::from_secs(30 * 24 * 3600);

/// One event for one webhook, leased to a worker.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub id: i64,
    pub webhook: i64,
    pub url: String,
    pub secret: SecretString,
    pub event: String,
    pub body: String,
    pub created: Moment,
    /// Tries before this one.
    pub attempts: u32,
}

/// What became of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// 2xx.
    Delivered,
    /// `HTTP 503`, `délai dépassé`… never the body of the answer.
    Failed { why: String },
}

/// An event as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeliveryState {
    pub id: i64,
    pub webhook: i64,
    pub url: String,
    pub event: String,
    pub body: String,
    pub created: Moment,
    pub attempts: u32,
    pub last: Option<String>,
    pub ended: Option<Moment>,
}

impl Store {
    /// Events due now, oldest first, leased to `worker`; never two of the same mailbox for the same webhook.
    pub async fn webhooks_due(&self, worker: &str, limit: u32, lease: Duration, now: Moment) -> Result<Vec<Delivery>> {
        self.context.note(now);
        // Looking costs no commit.
        if self.next_webhook_due().await?.is_none_or(|next| next > now) {
            return Ok(Vec::new());
        }
        let args = (worker.to_owned(), limit, now.plus(lease), now);
        self.write(args, |tx, (worker, limit, until, now)| Box::pin(take(tx, worker, *limit, *until, *now))).await
    }

    /// When the next event will be due, if any waits.
    pub async fn next_webhook_due(&self) -> Result<Option<Moment>> {
        self.read_facts((), |tx, ()| {
            Box::pin(async move {
                let sql = format!("SELECT MIN(CASE WHEN d.lease_until > d.next THEN d.lease_until ELSE d.next END) {FIRST}");
                tx.one(&sql, &[]).await?.take()
            })
        })
        .await
    }

    /// What became of it: gone, tried again later (10 s to 24 h), or a dead letter after the last try.
    pub async fn settle_webhook(&self, id: i64, told: Told, now: Moment) -> Result<()> {
        self.context.note(now);
        self.write((id, told, now), |tx, (id, told, now)| Box::pin(settle(tx, *id, told, *now))).await
    }

    /// Events given up, newest first.
    pub async fn dead_webhooks(&self) -> Result<Vec<DeliveryState>> {
        self.read_facts((), |tx, ()| Box::pin(dead(tx))).await
    }

    /// Tries a dead letter again from the beginning. Those of its mailbox that came after it were told already: its `seq` says its place.
    pub async fn revive_webhook(&self, id: i64, author: Author, now: Moment) -> Result<()> {
        self.context.note(now);
        self.write((id, author, now), |tx, (id, author, now)| {
            Box::pin(async move {
                let sql = "UPDATE webhook_delivery SET state = 0, attempts = 0, next = $1, ended = NULL WHERE id = $2 AND state = 2";
                if tx.exec(sql, params![*now, *id]).await? == 0 {
                    return Err(Error::NotFound("dead letter"));
                }
                tx.effects.webhooks = true;
                tx.journal(OPERATOR, &line(Act::WebhookRevived, *id, author, Value::Null, *now)).await
            })
        })
        .await
    }
}

/// Waiting events before which nothing of their mailbox waits for their webhook.
const FIRST: &str = "FROM webhook_delivery d WHERE d.state = 0 AND NOT EXISTS
    (SELECT 1 FROM webhook_delivery o WHERE o.webhook = d.webhook AND o.subject = d.subject AND o.state = 0 AND o.id < d.id)";

async fn take(tx: &mut Tx<'_>, worker: &str, limit: u32, until: Moment, now: Moment) -> Result<Vec<Delivery>> {
    let sql = format!(
        "WITH picked AS MATERIALIZED (SELECT d.id AS picked_id {FIRST} AND d.next <= $1 AND d.lease_until <= $2
           ORDER BY d.next, d.id LIMIT $3 FOR UPDATE SKIP LOCKED)
         UPDATE webhook_delivery SET lease_by = $4, lease_until = $5 FROM picked WHERE id = picked.picked_id
         RETURNING id, webhook, event, body, created, attempts"
    );
    let rows = tx.rows(&sql, params![now, now, limit, worker, until]).await?;
    let mut due = Vec::with_capacity(rows.len());
    for mut row in rows {
        let (id, webhook): (i64, i64) = (row.take()?, row.take()?);
        let sql = "SELECT url, secret FROM webhook WHERE id = $1";
        // Removed with all its events in the meantime.
        let Some(mut known) = tx.row(sql, params![webhook]).await? else { continue };
        let (url, sealed): (String, Vec<u8>) = (known.take()?, known.take()?);
        let secret = tx.unseal("webhook", webhook, &sealed).await?;
        due.push(Delivery { id, webhook, url, secret, event: row.take()?, body: row.take()?, created: row.take()?, attempts: row.take()? });
    }
    due.sort_by_key(|delivery| delivery.id);
    Ok(due)
}

async fn settle(tx: &mut Tx<'_>, id: i64, told: &Told, now: Moment) -> Result<()> {
    let sql = "SELECT attempts FROM webhook_delivery WHERE id = $1 AND state = 0 FOR UPDATE";
    let Some(mut row) = tx.row(sql, params![id]).await? else { return Ok(()) };
    let attempts: u32 = row.take()?;
    match (told, DELAYS.get(attempts as usize)) {
        (Told::Delivered, _) => {
            let sql = "UPDATE webhook_delivery SET state = 1, attempts = $1, last = NULL, ended = $2, lease_until = 0 WHERE id = $3";
            tx.exec(sql, params![attempts + 1, now, id]).await?;
            let sql = "DELETE FROM webhook_delivery WHERE (state = 1 AND ended <= $1) OR (state = 2 AND ended <= $2)";
            tx.exec(sql, params![now.minus(FORGOTTEN), now.minus(BURIED)]).await?;
        }
        (Told::Failed { why }, Some(delay)) => {
            let next = now.plus(Duration::from_secs(*delay));
            let sql = "UPDATE webhook_delivery SET attempts = $1, next = $2, last = $3, lease_until = 0 WHERE id = $4";
            tx.exec(sql, params![attempts + 1, next, why, id]).await?;
        }
        (Told::Failed { why }, None) => {
            let sql = "UPDATE webhook_delivery SET state = 2, attempts = $1, last = $2, ended = $3, lease_until = 0 WHERE id = $4";
            tx.exec(sql, params![attempts + 1, why, now, id]).await?;
        }
    }
    // The next one of the same mailbox may go now.
    tx.effects.webhooks = true;
    Ok(())
}

async fn dead(tx: &mut Tx<'_>) -> Result<Vec<DeliveryState>> {
    let sql = "SELECT d.id, d.webhook, w.url, d.event, d.body, d.created, d.attempts, d.last, d.ended
               FROM webhook_delivery d JOIN webhook w ON w.id = d.webhook WHERE d.state = 2 ORDER BY d.ended DESC, d.id DESC";
    let rows = tx.rows(sql, &[]).await?;
    rows.into_iter()
        .map(|mut row| {
            Ok(DeliveryState {
                id: row.take()?,
                webhook: row.take()?,
                url: row.take()?,
                event: row.take()?,
                body: row.take()?,
                created: row.take()?,
                attempts: row.take()?,
                last: row.take()?,
                ended: row.take()?,
            })
        })
        .collect()
}
