//! The receipt a peer asked for (`NOTIFY=SUCCESS`): the message is in the mailbox.
//!
//! RFC 3461 §5.2.3. Requirements: TRU-40, MSG-20. Written after the `250`: a receipt that cannot be queued is logged, the message stays accepted.

use bytes::Bytes;
use message::dsn::{Action, Reported};
use tokio::io::{AsyncRead, AsyncWrite};

use super::{Envelope, Session, To};
use crate::command::notify;
use crate::courier::report::{About, deposited, write};

impl<T: AsyncRead + AsyncWrite + Unpin> Session<T> {
    pub(super) async fn tell_success(&self, envelope: &Envelope, bytes: &Bytes) {
        let Some(sender) = &envelope.from.sender else { return };
        let shared = &self.shared;
        let now = shared.clock.now();
        let asked = |to: &&To| to.notify.is_some_and(|bits| bits & notify::SUCCESS != 0);
        let reported = |to: &To| {
            let (explanation, english) = deposited();
            Reported {
                recipient: to.mailbox.address.clone(),
                original: to.original.clone(),
                action: Action::Delivered,
                status: "2.0.0".to_owned(),
                remote_mta: None,
                diagnostic: None,
                last_attempt: now,
                will_retry_until: None,
                explanation,
                english,
            }
        };
        let recipients: Vec<_> = envelope.to.iter().filter(asked).map(reported).collect();
        let Some(first) = recipients.first() else { return };
        let about = About {
            to: sender,
            domain: &first.recipient.domain(),
            arrival: now,
            envelope_id: envelope.from.envelope_id.as_deref(),
            return_full: envelope.from.return_full,
        };
        let report = write(shared, &about, &recipients, bytes, now);
        if let Err(error) = shared.store.report(report, now).await {
            tracing::error!(transaction = envelope.id, %error, "a receipt could not be queued");
        }
    }
}
