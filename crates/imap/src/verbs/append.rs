//! APPEND (RFC 3501 §6.3.11, RFC 4315 §3). Requirements: LPS-44, LPS-53 (the copy in Sent: the store's).

use message::Glance;
use rules::Channel;
use store::mail;

use crate::command::Append;
use crate::outcome::{Outcome, Reply, try_create};
use crate::session::Session;

pub(crate) async fn run(session: &mut Session, append: Append) -> Outcome {
    if append.message.is_empty() {
        // RFC 3502 calls this a way to give up.
        return Ok(Reply::no("[CANNOT] Message vide"));
    }
    let (store, now) = (session.shared.store.clone(), session.shared.clock.now());
    let bytes = append.message;
    let glance = glanced(bytes.clone()).await?;
    let message = mail::Append {
        folder: append.folder,
        bytes,
        message_id: glance.message_id.clone(),
        glance: glance.encode().into(),
        flags: append.flags,
        internal_date: append.date,
    };
    let placed = store.append(&session.inside()?.access, message, Channel::Imap, now).await.map_err(try_create)?;
    let uid = crate::command::write_set(placed.uids.iter().map(|&(_, uid)| uid));
    Ok(Reply::ok(format!("[APPENDUID {} {uid}] APPEND completed", placed.uid_validity)))
}

/// Reading a long message takes a while: other sessions of this thread must not wait for it.
async fn glanced(bytes: bytes::Bytes) -> Outcome<Glance> {
    const SHORT: usize = 64 * 1024;
    if bytes.len() <= SHORT {
        return Ok(Glance::of(&bytes));
    }
    let read = tokio::task::spawn_blocking(move || Glance::of(&bytes)).await;
    // Only when the runtime is going down, or when reading panicked: nothing is filed half understood.
    read.map_err(|_| Reply::no("[UNAVAILABLE] Panne passagere, reessayez").into())
}
