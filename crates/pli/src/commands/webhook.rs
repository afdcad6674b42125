//! `pli webhook add|list|remove|dead`: which programs are told of movements.
//!
//! Requirements: ENR-51. The key of the signatures is printed once.

use clap::{Args, Subcommand};
use rules::Author;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::accounts::{NewWebhook, Webhook as Known};

use super::show;
use crate::failure::{Failure, Outcome};
use crate::node::webhooks;
use crate::operator::Operator;

#[derive(Debug, Clone, Subcommand, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum Webhook {
    /// Annoncer les mouvements à une adresse
    Add(Add),
    /// Les adresses, et ce qui attend pour chacune
    List,
    /// Ne plus rien annoncer à une adresse
    Remove(One),
    /// Les annonces abandonnées
    Dead(Dead),
}

/// `webhook add`.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Add {
    /// L'adresse, en https (http sur cette machine dans le bac à sable)
    #[arg(long, value_name = "URL")]
    pub url: String,
    /// Un événement, par exemple movement.delegated ou movement.* ; tous par défaut
    #[arg(long = "event", value_name = "ÉVÉNEMENT")]
    pub events: Vec<String>,
    /// Le fichier qui contient la clé des signatures ; sans lui, elle est tirée au sort et montrée une fois
    #[arg(long, value_name = "FICHIER", value_parser = secret_in)]
    pub secret_file: Option<Key>,
    /// Qui, chez l'opérateur, fait ce geste
    #[arg(long, value_name = "LOGIN", default_value = "cli")]
    pub staff: String,
}

/// The key read where the command was typed: the running process may not see that folder. Never printed.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(String);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct One {
    /// Le numéro de l'adresse
    #[arg(value_name = "N")]
    pub id: i64,
    /// Qui, chez l'opérateur, fait ce geste
    #[arg(long, value_name = "LOGIN", default_value = "cli")]
    pub staff: String,
}

/// `webhook dead`.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Dead {
    /// Annoncer de nouveau celle qui porte ce numéro
    #[arg(long, value_name = "N")]
    pub retry: Option<i64>,
    /// Qui, chez l'opérateur, fait ce geste
    #[arg(long, value_name = "LOGIN", default_value = "cli")]
    pub staff: String,
}

fn secret_in(path: &str) -> Result<Key, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{path} : {error}"))?;
    match text.trim() {
        short if short.len() < 16 => Err(format!("{path} : une clé d'au moins 16 caractères est attendue")),
        key => Ok(Key(key.to_owned())),
    }
}

impl Webhook {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        let (store, now) = (&operator.store, operator.clock.now());
        match self {
            Self::Add(order) => {
                webhooks::allowed(&order.url, operator.config.is_sandbox())
                    .map_err(|why| Failure::usage(format!("{} : {why}", order.url)))?;
                for event in &order.events {
                    if event != "movement.*" && rules::journal::Act::parse(event).is_none_or(|act| !act.as_str().starts_with("movement.")) {
                        return Err(Failure::usage(format!("« {event} » : movement.* ou l'un des mouvements de docs/journal.md")));
                    }
                }
                let secret = order.secret_file.map(|key| SecretString::from(key.0));
                let given = secret.is_some();
                let new = NewWebhook { url: order.url, secret, events: order.events };
                let (webhook, secret) = store.put_webhook(new, Author::staff(&order.staff), now).await?;
                let mut shown = row(&webhook);
                if !given {
                    shown["secret"] = json!(secret.expose_secret());
                }
                Ok(shown)
            }
            Self::List => Ok(store.webhooks().await?.iter().map(row).collect()),
            Self::Remove(order) => {
                store.remove_webhook(order.id, Author::staff(&order.staff), now).await?;
                Ok(json!({ "id": order.id, "removed": true }))
            }
            Self::Dead(order) => {
                if let Some(id) = order.retry {
                    store.revive_webhook(id, Author::staff(&order.staff), now).await?;
                }
                let dead = store.dead_webhooks().await?;
                let row = |one: &store::accounts::DeliveryState| {
                    json!({
                        "id": one.id, "webhook": one.webhook, "url": one.url, "event": one.event, "created": one.created.to_string(),
                        "attempts": one.attempts, "last": one.last, "ended": one.ended.map(|at| at.to_string()), "body": one.body,
                    })
                };
                Ok(dead.iter().map(row).collect())
            }
        }
    }

    pub fn table(&self, value: &Value) -> String {
        match self {
            Self::List => {
                let columns =
                    [("N°", "id"), ("ADRESSE", "url"), ("ÉVÉNEMENTS", "events"), ("EN ATTENTE", "waiting"), ("ABANDONNÉS", "dead")];
                show::table(value, &columns)
            }
            Self::Dead(_) => {
                let columns = [
                    ("N°", "id"),
                    ("ADRESSE", "url"),
                    ("ÉVÉNEMENT", "event"),
                    ("DEPUIS", "created"),
                    ("ESSAIS", "attempts"),
                    ("CAUSE", "last"),
                ];
                show::table(value, &columns)
            }
            Self::Add(_) | Self::Remove(_) => show::facts(value),
        }
    }
}

fn row(webhook: &Known) -> Value {
    json!({
        "id": webhook.id, "url": webhook.url, "events": webhook.events, "created": webhook.created.to_string(),
        "waiting": webhook.waiting, "dead": webhook.dead,
    })
}
