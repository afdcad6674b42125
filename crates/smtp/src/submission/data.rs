//! DATA of a person: streamed in, checked, the right asked once more, then Sent copy, queue and journal in one transaction, and `250`.
//!
//! Requirements: LPS-50 to LPS-53, PSC-31, PSC-39, TRU-28, TRU-41, TRU-45, TRU-48. The `Received` line tells nothing of where the person is.

use std::time::Duration;

use bytes::Bytes;
use message::trace::Received;
use rules::{Address, Channel, Refusal};
use store::mail::{SendTo, Sending};
use tokio::io::{AsyncRead, AsyncWrite};

use super::{Envelope, Next, Session};
use crate::data::Data;
use crate::{letter, reply};

const BLOCK_WAIT: Duration = Duration::from_secs(180);

impl<T: AsyncRead + AsyncWrite + Unpin> Session<T> {
    pub(super) async fn data(&mut self) -> Next {
        let Some(envelope) = self.envelope.take() else { return self.mistake(reply::MAIL_FIRST) };
        if envelope.to.is_empty() {
            self.envelope = Some(envelope);
            return self.mistake(reply::RCPT_FIRST);
        }
        self.wire.say(reply::GO_AHEAD);
        let limit = self.shared.limits.submission_bytes;
        let trace = self.trace(&envelope);
        let mut data = Data::new(letter::body(&trace, &envelope.from), limit);
        match self.wire.data(&mut data, limit.saturating_mul(2), BLOCK_WAIT).await {
            Ok(Ok(())) => {}
            Ok(Err(fault)) => {
                self.envelope = Some(envelope);
                return self.part(&Refusal::Malformed { reason: fault.reason() });
            }
            Err(stop) => {
                tracing::info!(from = %self.from, transaction = envelope.id, %stop, "message cut short");
                return Next::Over;
            }
        }
        // The right may have ended while the message came in: then nothing is sent (PSC-39).
        if let Err(error) = self.recheck().await {
            return self.stop_at(&error);
        }
        let sent = match letter::whole(data, limit) {
            Ok(bytes) => self.send(&envelope, bytes, trace.len()).await,
            Err(why) => Err(why.into()),
        };
        match sent {
            Ok(()) => self.say(&format!("250 2.0.0 Accepted {}", envelope.id)),
            Err(store::Error::Refused(Refusal::RightLost)) => self.part(&Refusal::RightLost),
            Err(error) => {
                tracing::info!(from = %self.from, transaction = envelope.id, %error, "message not sent");
                self.wire.say_lines(&reply::of_store(&error, &envelope.id));
                Next::On
            }
        }
    }

    fn trace(&self, envelope: &Envelope) -> String {
        let received = Received {
            from: None,
            by: &self.shared.host_name,
            with: "ESMTPSA",
            tls: &self.tls,
            transaction: &envelope.id,
            at: self.shared.clock.now(),
        };
        received.line()
    }

    async fn send(&self, envelope: &Envelope, bytes: Bytes, trace_length: usize) -> store::Result<()> {
        let Some(login) = &self.login else { return Err(Refusal::RightLost.into()) };
        let shared = &self.shared;
        let now = shared.clock.now();
        let glance = letter::glance(&bytes).await;
        let report = envelope.from.sender.is_none();
        let list = shared.trust.snapshot();
        message::leaving::check(&glance, &bytes, &login.access, report, &shared.domains, |domain| list.lists(domain))?;
        let domain = login.access.address().domain();
        let ready = super::letter::complete(bytes, glance, trace_length, &envelope.id, &domain, now).await;
        let to: Vec<Address> = envelope.to.iter().map(|to| to.recipient.clone()).collect();
        let sending = Sending {
            glance: ready.glance.encode().into(),
            bytes: ready.bytes,
            message_id: ready.message_id,
            recipients: envelope.to.iter().map(send_to).collect(),
            envelope_id: envelope.from.envelope_id.clone(),
            return_full: envelope.from.return_full,
            transaction: envelope.id.clone(),
            channel: Channel::Smtp,
            facts: letter::sending_facts(&ready.glance.facts, &login.azp, &shared.domains, &to, report),
            report,
            expires: now.plus(shared.limits.expire),
        };
        shared.store.send(&login.access, sending, now).await?;
        tracing::info!(transaction = envelope.id, mailbox = %login.access.address(), recipients = to.len(), "queued");
        Ok(())
    }
}

fn send_to(to: &crate::command::Forward) -> SendTo {
    SendTo { address: to.recipient.clone(), notify: to.notify, original: to.original.clone() }
}
