//! What is due to webhooks, in order for each mailbox; what became of it. Requirements: ENR-51.

use std::time::Duration;

use rules::{Author, Moment};
use secrecy::SecretString;
use serde::Serialize;

use crate::{Result, Store};

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
        let _ = (worker, limit, lease, now);
        todo!()
    }

    /// When the next event will be due, if any waits.
    pub async fn next_webhook_due(&self) -> Result<Option<Moment>> {
        todo!()
    }

    /// What became of it: gone, tried again later (10 s to 24 h), or a dead letter after the last try.
    pub async fn settle_webhook(&self, id: i64, told: Told, now: Moment) -> Result<()> {
        let _ = (id, told, now);
        todo!()
    }

    /// Events given up, newest first.
    pub async fn dead_webhooks(&self) -> Result<Vec<DeliveryState>> {
        todo!()
    }

    /// Tries a dead letter again from the beginning.
    pub async fn revive_webhook(&self, id: i64, author: Author, now: Moment) -> Result<()> {
        let _ = (id, author, now);
        todo!()
    }
}
