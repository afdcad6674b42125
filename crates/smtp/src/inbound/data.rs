//! DATA between operators: streamed in, read once, filed durably, and only then `250`.
//!
//! RFC 5321 §4.1.1.4. Requirements: TRU-27, TRU-28, TRU-44, TRU-45, TRU-48. One `Received` line is added at the top; nothing else changes.

use std::time::Duration;

use bytes::Bytes;
use message::Glance;
use message::trace::Received;
use rules::{Author, Channel, Refusal};
use tokio::io::{AsyncRead, AsyncWrite};

use super::{Envelope, Next, Session};
use crate::data::Data;
use crate::{letter, reply};

/// Silence allowed within a message (RFC 5321 §4.5.3.2.5).
const BLOCK_WAIT: Duration = Duration::from_secs(180);

impl<T: AsyncRead + AsyncWrite + Unpin> Session<T> {
    pub(super) async fn data(&mut self) -> Next {
        let Some(envelope) = self.envelope.take() else { return self.mistake(reply::MAIL_FIRST) };
        if envelope.to.is_empty() {
            self.envelope = Some(envelope);
            return self.mistake(reply::RCPT_FIRST);
        }
        self.wire.say(reply::GO_AHEAD);
        let limit = self.shared.limits.inbound_bytes;
        let mut data = Data::new(letter::body(&self.trace(&envelope), &envelope.from), limit);
        match self.wire.data(&mut data, limit.saturating_mul(2), BLOCK_WAIT).await {
            Ok(Ok(())) => {}
            // Nothing after a false end can be understood: the connection ends with the answer (TRU-45).
            Ok(Err(fault)) => {
                self.refuse_whole(&Refusal::Malformed { reason: fault.reason() }, &envelope);
                return Next::Over;
            }
            Err(stop) => {
                tracing::info!(from = %self.from, transaction = envelope.id, %stop, "message cut short");
                return Next::Over;
            }
        }
        match letter::whole(data, limit) {
            Ok(bytes) => self.file(*envelope, bytes).await,
            Err(why) => self.refuse_whole(&why, &envelope),
        }
        Next::On
    }

    fn trace(&self, envelope: &Envelope) -> String {
        let received = Received {
            from: self.hello.as_deref(),
            by: &self.shared.host_name,
            with: "ESMTPS",
            tls: &self.tls,
            transaction: &envelope.id,
            at: self.shared.clock.now(),
        };
        received.line()
    }

    /// Files the message in every accepted mailbox, in one transaction of the store.
    async fn file(&mut self, envelope: Envelope, bytes: Bytes) {
        let size = bytes.len();
        let glance = letter::glance(&bytes).await;
        if let Err(why) = acceptable(&glance, &envelope) {
            return self.refuse_whole(&why, &envelope);
        }
        let unproved = self.author_unproved(&glance, &envelope);
        let arrival = store::mail::Arrival {
            recipients: letter::distinct(envelope.to.iter().map(|to| to.mailbox.mailbox)),
            bytes: bytes.clone(),
            glance: glance.encode().into(),
            message_id: glance.message_id.clone(),
            author: Author::Peer { id: envelope.speaks_for.clone() },
            channel: Channel::Smtp,
            facts: letter::arrival_facts(&glance.facts, letter::class_of(&envelope.speaks_for, &self.shared.domains), unproved),
            transaction: envelope.id.clone(),
        };
        match self.shared.store.deliver(arrival, self.shared.clock.now()).await {
            Ok(()) => {
                tracing::info!(
                    from = %self.from, transaction = envelope.id, peer = envelope.peer.subject, domain = %envelope.speaks_for,
                    recipients = envelope.to.len(), size, tls = self.tls, "accepted"
                );
                self.wire.say(&format!("250 2.0.0 Accepted {}", envelope.id));
                self.tell_success(&envelope, &bytes).await;
            }
            Err(error) => self.wire.say_lines(&reply::of_store(&error, &envelope.id)),
        }
    }

    fn refuse_whole(&mut self, why: &Refusal, envelope: &Envelope) {
        tracing::info!(from = %self.from, transaction = envelope.id, code = why.code(), domain = %envelope.speaks_for, "message refused");
        self.wire.say_lines(&reply::refusal(why, &envelope.id));
    }

    /// An author outside the peer's own domains is flagged, not refused (TRU-27); so is a message without author.
    fn author_unproved(&mut self, glance: &Glance, envelope: &Envelope) -> bool {
        let standing = &mut self.standing;
        let mut proved = |domain: Option<rules::Domain>| {
            domain.is_some_and(|domain| standing.speaks_for(&envelope.snapshot, &envelope.peer, &domain).is_ok())
        };
        glance.facts.from.is_empty() || !letter::author_domains(&glance.facts).all(&mut proved)
    }
}

fn acceptable(glance: &Glance, envelope: &Envelope) -> Result<(), Refusal> {
    letter::sound(glance)?;
    if letter::comes_back(&glance.facts, envelope.to.iter().map(|to| &to.mailbox.address)) {
        return Err(Refusal::Loop);
    }
    Ok(())
}
