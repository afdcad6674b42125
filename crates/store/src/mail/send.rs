//! A message is accepted for sending: Sent copy, queue rows and journal line, in one transaction (invariant 10).
//!
//! Requirements: CAB-16, LPS-50, LPS-53, MSG-11, IND-A. The author is the person who holds the access, never the mailbox.

use rules::access::Access;
use rules::journal::{Act, Entry};
use rules::{Channel, Moment};
use serde_json::{Value, json};

use super::deliver::with;
use super::place::{Filing, Origin};
use super::{Flags, SendTo, Sending, flag};
use crate::engine::Tx;
use crate::folders::rows::SENT;
use crate::parcel::Parcel;
use crate::queue::rows::{Detail, NewRow};
use crate::{Result, Store};

struct Args {
    access: Access,
    parcel: Parcel,
    message_id: String,
    recipients: Vec<SendTo>,
    envelope_id: Option<String>,
    return_full: bool,
    transaction: String,
    channel: Channel,
    facts: Value,
    report: bool,
    expires: Moment,
    now: Moment,
}

impl Store {
    /// Accepts a message for sending: Sent copy (`\Seen`), queue rows, journal, one transaction (invariant 10).
    /// Recipients of our own domain go through the queue too, delivered by the courier without a socket.
    pub async fn send(&self, access: &Access, sending: Sending, now: Moment) -> Result<()> {
        self.context.note(now);
        let parcel = self.pack(&sending.bytes, &sending.glance).await?;
        let object = parcel.object();
        let Sending { message_id, recipients, envelope_id, return_full, transaction, channel, facts, report, expires, .. } = sending;
        let access = access.clone();
        let args =
            Args { access, parcel, message_id, recipients, envelope_id, return_full, transaction, channel, facts, report, expires, now };
        let sent = self.write(args, |tx, args| Box::pin(send(tx, args))).await;
        if sent.is_err() {
            self.unpack(object).await;
        }
        sent
    }
}

async fn send(tx: &mut Tx<'_>, args: &Args) -> Result<()> {
    let access = tx.guard_change(&args.access, args.now).await?;
    let mailbox = access.mailbox();
    let filing = Filing {
        parcel: &args.parcel,
        shift: 0,
        origin: if args.report { Origin::Queued } else { Origin::Sent },
        internal_date: args.now,
        message_id: Some(&args.message_id),
        now: args.now,
    };
    let message = tx.insert_message(mailbox, &filing).await?;
    if !args.report {
        let seen = Flags { system: flag::SEEN, keywords: Vec::new() };
        tx.place(mailbox, SENT, message.id, args.parcel.size, &seen).await?;
        tx.effects.woken.push(mailbox);
    }
    let author = access.author();
    for recipient in &args.recipients {
        let row = NewRow {
            mailbox,
            message: message.id,
            sender: (!args.report).then(|| access.address()),
            recipient: &recipient.address,
            author: &author,
            detail: Detail {
                message_id: args.message_id.clone(),
                envelope_id: args.envelope_id.clone(),
                original: recipient.original.clone(),
            },
            size: args.parcel.size,
            notify: recipient.notify,
            return_full: args.return_full,
            expires: args.expires,
            transaction: &args.transaction,
            now: args.now,
        };
        tx.queue_row(&row).await?;
    }
    let ours = [("size", json!(args.parcel.size)), ("recipients", json!(args.recipients.len())), ("report", json!(args.report))];
    let line = Entry {
        at: args.now,
        author,
        act: Act::MessageSent,
        object: message.number.to_string(),
        channel: args.channel,
        facts: with(&args.facts, ours),
    };
    tx.journal(mailbox, &line).await
}
