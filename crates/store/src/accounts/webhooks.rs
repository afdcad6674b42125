//! Webhooks: who is told of movements, and what waits to be told.
//!
//! | file | does |
//! |---|---|
//! | `announce` | a movement's line puts its events in the queue, in the same transaction |
//! | `deliver` | what is due, in order for each mailbox; what became of it; dead letters |
//!
//! Requirements: ENR-51. The body holds no health data: numbers of people, addresses of mailboxes, never a letter. Posting is the worker's (`pli`).

mod announce;
mod deliver;

use rules::{Author, Moment};
use secrecy::SecretString;
use serde::Serialize;

use crate::{Result, Store};

pub use deliver::{Delivery, DeliveryState, Told};

/// A webhook to add.
#[derive(Clone, Debug)]
pub struct NewWebhook {
    /// `https://…`; the caller decides whether loopback is allowed (sandbox).
    pub url: String,
    /// Key of the signatures; drawn when absent.
    pub secret: Option<SecretString>,
    /// `movement.delegated`, or `movement.*`; empty: all.
    pub events: Vec<String>,
}

/// A webhook as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Webhook {
    pub id: i64,
    pub url: String,
    pub events: Vec<String>,
    pub active: bool,
    pub created: Moment,
    /// Events that wait, and dead letters.
    pub waiting: u32,
    pub dead: u32,
}

impl Store {
    /// Adds a webhook; its secret is shown once.
    pub async fn put_webhook(&self, new: NewWebhook, author: Author, now: Moment) -> Result<(Webhook, SecretString)> {
        let _ = (new, author, now);
        todo!()
    }

    pub async fn webhooks(&self) -> Result<Vec<Webhook>> {
        todo!()
    }

    /// Removes it, with everything that waited for it.
    pub async fn remove_webhook(&self, id: i64, author: Author, now: Moment) -> Result<()> {
        let _ = (id, author, now);
        todo!()
    }
}

/// `t=<unix>,v1=<hex HMAC-SHA256 of "t.body">`: the header `Pli-Signature`.
pub fn sign(secret: &SecretString, now: Moment, body: &str) -> String {
    let _ = (secret, now, body);
    todo!()
}
