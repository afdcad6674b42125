//! Mail of the queue for our own mailboxes: filed without a socket, by the same rules as at RCPT.
//!
//! Requirements: CAB-09, TRU-26, TRU-44. Filing twice the same transaction is done once by the store, so a crash between filing and settling loses
//! and doubles nothing.

use bytes::Bytes;
use rules::mail::{Class, Recipient};
use rules::{Author, Channel, Refusal};
use store::mail::Arrival;
use store::queue::Queued;

use super::outcome::Failure;
use crate::{Shared, letter};

/// Files one message for those of its recipients who may have it; for each row, whether it is filed.
pub(super) async fn file(shared: &Shared, rows: &[&Queued], bytes: &Bytes) -> Vec<Result<(), Failure>> {
    let glance = letter::glance(bytes).await;
    let mut checked = Vec::with_capacity(rows.len());
    for row in rows {
        let came_back = letter::comes_back(&glance.facts, std::iter::once(&row.recipient));
        checked.push(if came_back { Err(Failure::refused(Refusal::Loop)) } else { mailbox(shared, row).await });
    }
    let recipients = letter::distinct(checked.iter().flatten().map(|recipient| recipient.mailbox));
    let (Some(row), false) = (rows.first(), recipients.is_empty()) else {
        return checked.into_iter().map(|result| result.map(|_| ())).collect();
    };
    let from = row.sender.as_ref().map_or_else(|| row.recipient.domain(), |sender| sender.domain());
    let arrival = Arrival {
        recipients,
        bytes: bytes.clone(),
        glance: glance.encode().into(),
        message_id: glance.message_id.clone(),
        // The person who sent is in the sender's journal; the recipient's learns which house it came from (MSG-11).
        author: Author::Peer { id: from },
        channel: Channel::Smtp,
        facts: letter::arrival_facts(&glance.facts, Class::Interne, false),
        transaction: row.transaction.clone(),
    };
    let filed = shared.store.deliver(arrival, shared.clock.now()).await;
    let filed = filed.map_err(|error| ours(&error));
    checked.into_iter().map(|result| result.and_then(|_| filed.clone())).collect()
}

async fn mailbox(shared: &Shared, row: &Queued) -> Result<Recipient, Failure> {
    let found = shared.store.recipient(&row.recipient).await.map_err(|error| ours(&error))?;
    let recipient = found.ok_or_else(|| Failure::refused(Refusal::UnknownMailbox))?;
    rules::mail::accept(&recipient, shared.clock.now()).map_err(Failure::refused)?;
    Ok(recipient)
}

/// A failure of the store: its refusal, or a fault of ours that will pass.
fn ours(error: &store::Error) -> Failure {
    match error {
        store::Error::Refused(why) => Failure::refused(why.clone()),
        other => {
            tracing::error!(error = %other, "the store failed the courier");
            Failure::network("temporary failure of this operator")
        }
    }
}
