//! A message is accepted for sending: Sent copy, queue rows and journal line, in one transaction (invariant 10).
//!
//! Requirements: CAB-16, LPS-50, LPS-53, MSG-11, IND-A. The author is the person who holds the access, never the mailbox.

use rules::access::Access;
use rules::journal::{Act, Entry};
use rules::mailbox::MailboxId;
use rules::{Channel, Moment};
use serde_json::{Value, json};

use super::deliver::with;
use super::draft;
use super::flags::{Change, change_rows};
use super::place::{All, Filing, Origin, Source};
use super::{FlagChange, Flags, Leaving, SendTo, Sending, flag};
use crate::engine::{Tx, params};
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
    leaving: Option<Leaving>,
    expires: Moment,
    now: Moment,
}

impl Store {
    /// Accepts a message for sending: Sent copy (`\Seen`), queue rows, journal, one transaction (invariant 10).
    /// Recipients of our own domain go through the queue too, delivered by the courier without a socket.
    pub async fn send(&self, access: &Access, sending: Sending, now: Moment) -> Result<()> {
        self.accept(access, sending, None, now).await.map(|_| ())
    }

    /// As [`Self::send`], for a letter written on a page, whose Message-ID was drawn with the page: sent twice, it leaves once. False: it
    /// had left before.
    pub async fn send_once(&self, access: &Access, sending: Sending, leaving: Leaving, now: Moment) -> Result<bool> {
        self.accept(access, sending, Some(leaving), now).await
    }

    async fn accept(&self, access: &Access, sending: Sending, leaving: Option<Leaving>, now: Moment) -> Result<bool> {
        self.context.note(now);
        let parcel = self.pack(&sending.bytes, &sending.glance).await?;
        let object = parcel.object();
        let Sending { message_id, recipients, envelope_id, return_full, transaction, channel, facts, report, expires, .. } = sending;
        let access = access.clone();
        let args = Args {
            access,
            parcel,
            message_id,
            recipients,
            envelope_id,
            return_full,
            transaction,
            channel,
            facts,
            report,
            leaving,
            expires,
            now,
        };
        let sent = self.write(args, |tx, args| Box::pin(send(tx, args))).await;
        if !matches!(sent, Ok(true)) {
            self.unpack(object).await;
        }
        sent
    }
}

async fn send(tx: &mut Tx<'_>, args: &Args) -> Result<bool> {
    let access = tx.guard_change(&args.access, args.now).await?;
    let mailbox = access.mailbox();
    let draft = match &args.leaving {
        Some(leaving) => {
            if sent_before(tx, mailbox, &args.message_id).await? {
                return Ok(false);
            }
            leave(tx, &access, leaving, args).await?
        }
        None => None,
    };
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
    let mut facts = args.facts.clone();
    if let (Some(facts), Some(draft)) = (facts.as_object_mut(), draft) {
        facts.insert("draft".to_owned(), json!(draft));
    }
    let ours = [("size", json!(args.parcel.size)), ("recipients", json!(args.recipients.len())), ("report", json!(args.report))];
    let line = Entry {
        at: args.now,
        author,
        act: Act::MessageSent,
        object: message.number.to_string(),
        channel: args.channel,
        facts: with(&facts, ours),
    };
    tx.journal(mailbox, &line).await?;
    Ok(true)
}

/// A copy that the server filed in Sent has this Message-ID.
async fn sent_before(tx: &mut Tx<'_>, mailbox: MailboxId, message_id: &str) -> Result<bool> {
    let hash = tx.key(mailbox).await?.hash("message-id", message_id);
    let sql = "SELECT id FROM message WHERE mailbox = $1 AND message_id = $2 AND origin = 2 LIMIT 1";
    Ok(tx.row(sql, params![mailbox.0, &hash]).await?.is_some())
}

/// The draft goes (its number is returned), the letter answered is marked. Either may be gone: then there is nothing to do.
async fn leave(tx: &mut Tx<'_>, access: &Access, leaving: &Leaving, args: &Args) -> Result<Option<i64>> {
    let mailbox = access.mailbox();
    if let Some((folder, uid, flags)) = &leaving.marks {
        let rows = tx.placements(mailbox, &Source { folder: *folder, which: All::Among(vec![*uid]) }).await?;
        let add = FlagChange::Add(flags.clone());
        change_rows(tx, &Change { access, folder: *folder, change: &add, channel: args.channel, now: args.now }, rows).await?;
    }
    match leaving.draft {
        Some(uid) => {
            let folder = draft::drafts(tx, mailbox).await?;
            draft::remove(tx, mailbox, folder, uid).await
        }
        None => Ok(None),
    }
}
