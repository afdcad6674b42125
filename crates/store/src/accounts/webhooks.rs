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

use hmac::{Hmac, KeyInit, Mac};
use rules::journal::{Act, Entry};
use rules::{Author, Channel, Moment};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::Sha256;

use super::secrets::draw;
use crate::door::OPERATOR;
use crate::engine::{Row, Tx, params};
use crate::words::{from_json, json as word};
use crate::{Error, Result, Store};

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
        self.context.note(now);
        let secret = new.secret.clone().unwrap_or_else(|| SecretString::from(draw(&self.context.entropy)));
        let args = (new, secret.clone(), author, now);
        let webhook = self.write(args, |tx, (new, secret, author, now)| Box::pin(put(tx, new, secret, author, *now))).await?;
        Ok((webhook, secret))
    }

    pub async fn webhooks(&self) -> Result<Vec<Webhook>> {
        self.read_facts((), |tx, ()| {
            Box::pin(async move {
                let sql = format!("SELECT {COLUMNS} FROM webhook ORDER BY id");
                tx.rows(&sql, &[]).await?.into_iter().map(webhook_of).collect()
            })
        })
        .await
    }

    /// Removes it, with everything that waited for it.
    pub async fn remove_webhook(&self, id: i64, author: Author, now: Moment) -> Result<()> {
        self.context.note(now);
        self.write((id, author, now), |tx, (id, author, now)| {
            Box::pin(async move {
                if tx.exec("DELETE FROM webhook WHERE id = $1", params![*id]).await? == 0 {
                    return Err(Error::NotFound("webhook"));
                }
                tx.exec("DELETE FROM webhook_delivery WHERE webhook = $1", params![*id]).await?;
                tx.journal(OPERATOR, &line(Act::WebhookRemoved, *id, author, Value::Null, *now)).await
            })
        })
        .await
    }
}

/// Columns in the order `webhook_of` takes them.
const COLUMNS: &str = "id, url, events, active, created,
    (SELECT COUNT(*) FROM webhook_delivery d WHERE d.webhook = webhook.id AND d.state = 0),
    (SELECT COUNT(*) FROM webhook_delivery d WHERE d.webhook = webhook.id AND d.state = 2)";

fn webhook_of(mut row: Row) -> Result<Webhook> {
    Ok(Webhook {
        id: row.take()?,
        url: row.take()?,
        events: from_json(&row.take::<String>()?)?,
        active: row.take::<i64>()? == 1,
        created: row.take()?,
        waiting: row.take()?,
        dead: row.take()?,
    })
}

async fn put(tx: &mut Tx<'_>, new: &NewWebhook, secret: &SecretString, author: &Author, now: Moment) -> Result<Webhook> {
    let none: &[u8] = &[];
    let sql = "INSERT INTO webhook (url, secret, events, active, created) VALUES ($1, $2, $3, 1, $4) RETURNING id";
    let id = tx.one(sql, params![&new.url, none, &word(&new.events)?, now]).await?.take()?;
    let sealed = tx.seal("webhook", id, secret).await?;
    tx.exec("UPDATE webhook SET secret = $1 WHERE id = $2", params![&sealed, id]).await?;
    // The host says enough of where events go; a path may hold a key of theirs.
    let host = new.url.split("://").nth(1).and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    tx.journal(OPERATOR, &line(Act::WebhookAdded, id, author, json!({ "host": host, "events": new.events }), now)).await?;
    Ok(Webhook { id, url: new.url.clone(), events: new.events.clone(), active: true, created: now, waiting: 0, dead: 0 })
}

fn line(act: Act, id: i64, author: &Author, facts: Value, at: Moment) -> Entry {
    Entry { at, author: author.clone(), act, object: id.to_string(), channel: Channel::System, facts }
}

/// `t=<unix>,v1=<hex HMAC-SHA256 of "t.body">`: the header `Pli-Signature`.
pub fn sign(secret: &SecretString, now: Moment, body: &str) -> String {
    let t = now.secs();
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.expose_secret().as_bytes()).expect("HMAC takes a key of any length");
    mac.update(format!("{t}.{body}").as_bytes());
    format!("t={t},v1={}", hex::encode(mac.finalize().into_bytes()))
}
