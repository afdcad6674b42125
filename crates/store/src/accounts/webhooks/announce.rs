//! A movement written: its event is queued for every webhook that wants it, in the same transaction. Requirements: ENR-51.
//!
//! The body is made once, here: a webhook added later hears nothing of the past. It names people by number, and holds nothing of letters.

use rules::IdNat;
use rules::journal::Entry;
use rules::mailbox::MailboxId;
use serde_json::{Map, Value, json};

use crate::Result;
use crate::engine::{Tx, params};
use crate::words::from_json;

/// Lines that webhooks may hear of.
const ANNOUNCED: &str = "movement.";

impl Tx<'_> {
    /// Queues the event of a line just written to a chain, if it is one that webhooks hear of.
    pub(crate) async fn announce(&mut self, chain: MailboxId, seq: i64, entry: &Entry) -> Result<()> {
        let event = entry.act.as_str();
        if !event.starts_with(ANNOUNCED) {
            return Ok(());
        }
        let listening = self.rows("SELECT id, events FROM webhook WHERE active = 1 ORDER BY id", &[]).await?;
        let mut body = None;
        for mut row in listening {
            let (webhook, events): (i64, Vec<String>) = (row.take()?, from_json(&row.take::<String>()?)?);
            if !wants(&events, event) {
                continue;
            }
            if body.is_none() {
                let address = self.hold(chain).await?.address.clone();
                body = Some(envelope(chain, seq, &address, entry).to_string());
            }
            let sql = "INSERT INTO webhook_delivery (webhook, subject, event, body, state, created, attempts, next, lease_until)
                       VALUES ($1, $2, $3, $4, 0, $5, 0, $6, 0)";
            self.exec(sql, params![webhook, chain.0, event, body.as_deref(), entry.at, entry.at]).await?;
            self.effects.webhooks = true;
        }
        Ok(())
    }
}

/// No list: everything. `movement.*`: everything of that noun.
fn wants(events: &[String], event: &str) -> bool {
    let wanted = |pattern: &String| pattern == event || pattern.strip_suffix('*').is_some_and(|noun| event.starts_with(noun));
    events.is_empty() || events.iter().any(wanted)
}

/// The envelope of ENR-51; the number of the line makes `id` the same for every try and every webhook.
fn envelope(chain: MailboxId, seq: i64, address: &str, entry: &Entry) -> Value {
    let mut body = Map::new();
    body.insert("id".to_owned(), json!(format!("evt-{}-{seq}", chain.0)));
    body.insert("type".to_owned(), json!(entry.act.as_str()));
    body.insert("at".to_owned(), json!(entry.at.to_string()));
    body.insert("mailbox".to_owned(), json!(address));
    body.insert("person".to_owned(), json!(IdNat::parse(&entry.object).ok()));
    body.insert("by".to_owned(), json!(entry.author));
    body.insert("seq".to_owned(), json!(seq));
    for key in ["from", "until"] {
        if let Some(value) = entry.facts.get(key) {
            body.insert(key.to_owned(), value.clone());
        }
    }
    Value::Object(body)
}

#[cfg(test)]
mod tests {
    use super::wants;

    #[test]
    fn a_webhook_hears_what_it_asked_for() {
        let asked = |events: &[&str]| events.iter().map(|&event| event.to_owned()).collect::<Vec<_>>();
        assert!(wants(&[], "movement.delegated"));
        assert!(wants(&asked(&["movement.*"]), "movement.delegated"));
        assert!(wants(&asked(&["movement.closed", "movement.delegated"]), "movement.delegated"));
        assert!(!wants(&asked(&["movement.delegation_ended"]), "movement.delegated"));
        assert!(!wants(&asked(&["person.*"]), "movement.delegated"));
    }
}
