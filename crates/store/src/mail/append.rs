//! APPEND. RFC 3501 §6.3.11, UIDPLUS (RFC 4315). Requirements: LPS-53: exactly one copy of a sent message, whoever files it.

use std::time::Duration;

use rules::access::Access;
use rules::journal::{Act, Entry};
use rules::mailbox::MailboxId;
use rules::{Channel, Moment};
use serde_json::json;

use super::flags::tidy;
use super::place::{All, Filing, Origin, Source};
use super::{Append, Flags, Placed};
use crate::engine::{Tx, params};
use crate::folders::FolderId;
use crate::folders::name::canonical;
use crate::folders::rows::SENT;
use crate::parcel::Parcel;
use crate::{Error, Result, Store};

/// How long a client's copy may take the place of the server's.
const REPLACES: Duration = Duration::from_secs(24 * 3600);

struct Args {
    access: Access,
    folder: String,
    parcel: Parcel,
    message_id: Option<String>,
    flags: Flags,
    internal_date: Option<Moment>,
    channel: Channel,
    now: Moment,
}

impl Store {
    /// In the Sent folder, a message with the Message-ID of a copy made by the server in the last 24 h takes its place (LPS-53).
    pub async fn append(&self, access: &Access, append: Append, channel: Channel, now: Moment) -> Result<Placed> {
        self.context.note(now);
        let (folder, flags) = (canonical(&append.folder)?, tidy(&append.flags)?);
        let parcel = self.pack(&append.bytes, &append.glance).await?;
        let object = parcel.object();
        let Append { message_id, internal_date, .. } = append;
        let args = Args { access: access.clone(), folder, parcel, message_id, flags, internal_date, channel, now };
        let placed = self.write(args, |tx, args| Box::pin(file(tx, args))).await;
        if placed.is_err() {
            self.unpack(object).await;
        }
        placed
    }
}

async fn file(tx: &mut Tx<'_>, args: &Args) -> Result<Placed> {
    let access = tx.guard_change(&args.access, args.now).await?;
    let mailbox = access.mailbox();
    let folder = tx.folder_named(mailbox, &args.folder).await?.ok_or(Error::NotFound("folder"))?.id;
    let replaced = match &args.message_id {
        Some(id) if folder == SENT => remove_server_copy(tx, mailbox, id, args.now).await?,
        _ => None,
    };
    let filing = Filing {
        parcel: &args.parcel,
        shift: 0,
        origin: Origin::Appended,
        internal_date: args.internal_date.unwrap_or(args.now),
        message_id: args.message_id.as_deref(),
        now: args.now,
    };
    let message = tx.insert_message(mailbox, &filing).await?;
    let (uid, uid_validity) = tx.place(mailbox, folder, message.id, args.parcel.size, &args.flags).await?;
    tx.effects.woken.push(mailbox);
    let line = Entry {
        at: args.now,
        author: access.author(),
        act: Act::MessageAppended,
        object: message.number.to_string(),
        channel: args.channel,
        facts: json!({ "size": args.parcel.size, "folder": folder.0, "replaces": replaced }),
    };
    tx.journal(mailbox, &line).await?;
    Ok(Placed { uid_validity, uids: vec![(0, uid)] })
}

/// Takes the server's own copy out of Sent; the queue keeps the message as long as it needs it.
async fn remove_server_copy(tx: &mut Tx<'_>, mailbox: MailboxId, message_id: &str, now: Moment) -> Result<Option<i64>> {
    let hash = tx.key(mailbox).await?.hash("message-id", message_id);
    let sql = "SELECT p.uid, m.number FROM message m JOIN placement p ON p.mailbox = m.mailbox AND p.message = m.id
               WHERE m.mailbox = $1 AND m.message_id = $2 AND m.origin = 2 AND m.filed > $3 AND p.folder = $4";
    let Some(mut row) = tx.row(sql, params![mailbox.0, &hash, now.minus(REPLACES), SENT.0]).await? else { return Ok(None) };
    let (uid, message): (u32, i64) = (row.take()?, row.take()?);
    tx.remove_rows(mailbox, &Source { folder: FolderId(SENT.0), which: All::Among(vec![uid]) }).await?;
    Ok(Some(message))
}
