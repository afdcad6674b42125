//! A message comes in: filed in the INBOX of each recipient, all or none, once.
//!
//! Requirements: TRU-28, TRU-53, CAB-16, IND-A; invariants 10 and 11. `rules::mail::accept` is asked again in the transaction, so that a
//! mailbox closed between RCPT and the end of DATA takes nothing.

use rules::journal::{Act, Entry};
use rules::mail::Recipient;
use rules::mailbox::MailboxId;
use rules::{Author, Channel, Moment};
use serde_json::{Value, json};

use super::place::{Filing, Origin, delivered_to};
use super::{Arrival, Flags};
use crate::engine::{Tx, params};
use crate::folders::rows::INBOX;
use crate::parcel::Parcel;
use crate::{Result, Store, words};

/// An arrival whose bytes are packed.
pub(crate) struct Packed {
    pub(crate) parcel: Parcel,
    pub(crate) message_id: Option<String>,
    pub(crate) author: Author,
    pub(crate) channel: Channel,
    pub(crate) facts: Value,
    pub(crate) transaction: String,
}

impl Store {
    /// Files one message in the INBOX of each recipient: one transaction, one journal line each, durable when it returns.
    pub async fn deliver(&self, arrival: Arrival, now: Moment) -> Result<()> {
        self.context.note(now);
        let parcel = self.pack(&arrival.bytes, &arrival.glance).await?;
        let object = parcel.object();
        let Arrival { mut recipients, message_id, author, channel, facts, transaction, .. } = arrival;
        // In order, so that two deliveries to the same people never wait for each other; and each once.
        recipients.sort_unstable();
        recipients.dedup();
        let packed = Packed { parcel, message_id, author, channel, facts, transaction };
        let filed = self.write((recipients, packed, now), |tx, (to, packed, now)| Box::pin(file_all(tx, to, packed, *now))).await;
        if !matches!(filed, Ok(copies) if copies > 0) {
            self.unpack(object).await;
        }
        filed.map(|_| ())
    }
}

/// Returns how many copies were filed; none when all of them had been before.
async fn file_all(tx: &mut Tx<'_>, recipients: &[MailboxId], packed: &Packed, now: Moment) -> Result<usize> {
    let mut copies = 0;
    for mailbox in recipients {
        copies += usize::from(file(tx, *mailbox, packed, now).await?);
    }
    Ok(copies)
}

/// Files one copy; false when this transaction had already been filed there.
pub(crate) async fn file(tx: &mut Tx<'_>, mailbox: MailboxId, packed: &Packed, now: Moment) -> Result<bool> {
    let held = tx.hold(mailbox).await?;
    let address = held.address.clone();
    let recipient =
        Recipient { mailbox, address: words::parse(&address)?, kind: held.kind, state: held.state, state_since: held.state_since };
    let sql = "INSERT INTO delivered (transaction_id, mailbox, at) VALUES ($1, $2, $3) ON CONFLICT (transaction_id, mailbox) DO NOTHING";
    if tx.exec(sql, params![&packed.transaction, mailbox.0, now]).await? == 0 {
        return Ok(false);
    }
    rules::mail::accept(&recipient, now)?;
    let shift = delivered_to(&address).len() as u32;
    let filing = Filing {
        parcel: &packed.parcel,
        shift,
        origin: Origin::Received,
        internal_date: now,
        message_id: packed.message_id.as_deref(),
        now,
    };
    let message = tx.insert_message(mailbox, &filing).await?;
    let size = packed.parcel.size + shift;
    tx.place(mailbox, INBOX, message.id, size, &Flags::default()).await?;
    tx.effects.woken.push(mailbox);
    let line = Entry {
        at: now,
        author: packed.author.clone(),
        act: Act::MessageReceived,
        object: message.number.to_string(),
        channel: packed.channel,
        facts: with(&packed.facts, [("size", json!(size))]),
    };
    tx.journal(mailbox, &line).await?;
    Ok(true)
}

/// Facts given by the caller, and ours on top.
pub(crate) fn with<const N: usize>(facts: &Value, ours: [(&str, Value); N]) -> Value {
    let mut all = facts.as_object().cloned().unwrap_or_default();
    for (key, value) in ours {
        all.insert(key.to_owned(), value);
    }
    Value::Object(all)
}
