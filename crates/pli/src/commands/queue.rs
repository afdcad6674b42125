//! `pli queue list|retry|hold|release`: what waits to leave, and staff's acts on it (journalled).
//!
//! Requirements: TRU-39, STF-03: states and causes, never content.

use clap::Args;
use rules::{Author, Domain};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::queue::{QueueAct, QueueId, QueueState, Queued};

use super::show;
use crate::failure::{Failure, Outcome};
use crate::operator::Operator;

/// Which rows a staff member acts on.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Rows {
    /// Le numéro d'une ligne de « pli queue list »
    #[arg(conflicts_with_all = ["domain", "all"])]
    pub id: Option<i64>,
    /// Tous les destinataires de ce domaine
    #[arg(long, value_name = "DOMAINE", conflicts_with = "all")]
    pub domain: Option<Domain>,
    /// Toute la file
    #[arg(long)]
    #[serde(default)]
    pub all: bool,
    /// Qui, chez l'opérateur, fait ce geste
    #[arg(long, value_name = "LOGIN", default_value = "cli")]
    pub staff: String,
}

/// `queue retry|hold|release`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Act {
    pub verb: Verb,
    pub rows: Rows,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verb {
    Retry,
    Hold,
    Release,
}

impl Act {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        let Rows { id, domain, all, staff } = self.rows;
        if id.is_none() && domain.is_none() && !all {
            return Err(Failure::usage("indiquez un numéro, --domain DOMAINE ou --all"));
        }
        let act = match self.verb {
            Verb::Retry => QueueAct::Retry,
            Verb::Hold => QueueAct::Hold,
            Verb::Release => QueueAct::Release,
        };
        let author = Author::staff(&staff);
        let changed = operator.store.queue_act(act, id.map(QueueId), domain.as_ref(), author, operator.clock.now()).await?;
        Ok(json!({"changed": changed}))
    }
}

pub async fn list(operator: &Operator) -> Outcome<Value> {
    let rows = operator.store.queue().await?;
    Ok(Value::Array(rows.into_iter().map(row).collect()))
}

fn row(queued: Queued) -> Value {
    let state = match queued.state {
        QueueState::Waiting => "waiting",
        QueueState::Held => "held",
        QueueState::Delivered => "delivered",
        QueueState::Failed => "failed",
    };
    json!({
        "id": queued.id.0, "state": state, "sender": queued.sender, "recipient": queued.recipient, "author": queued.author,
        "message_id": queued.message_id, "size": queued.size, "attempts": queued.attempts, "accepted": queued.accepted.to_string(),
        "next": queued.next.to_string(), "expires": queued.expires.to_string(), "last": queued.last,
    })
}

pub fn table(value: &Value) -> String {
    let columns = [
        ("N°", "id"),
        ("ÉTAT", "state"),
        ("DE", "sender"),
        ("POUR", "recipient"),
        ("ESSAIS", "attempts"),
        ("PROCHAIN", "next"),
        ("CAUSE", "last"),
    ];
    show::table(value, &columns)
}
