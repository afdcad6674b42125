//! RCPT TO between operators: may mail be filed in that mailbox?
//!
//! RFC 5321 §4.1.1.3. Requirements: OPE-01, TRU-14, TRU-26, TRU-29. It never relays, never touches the message, never opens a mailbox for reading.

use rules::Refusal;
use rules::mail::Recipient;
use tokio::io::{AsyncRead, AsyncWrite};
use trust::Snapshot;

use super::{Next, Session, To};
use crate::command::Forward;
use crate::reply;

impl<T: AsyncRead + AsyncWrite + Unpin> Session<T> {
    /// Answers one RCPT: each recipient is accepted or refused alone.
    pub(super) async fn rcpt(&mut self, to: Forward) -> Next {
        let Some(envelope) = &self.envelope else { return self.mistake(reply::MAIL_FIRST) };
        if envelope.to.len() >= self.shared.limits.recipients {
            return self.refuse(&Refusal::TooManyRecipients, Some(&to.recipient));
        }
        match self.mailbox(&to, &envelope.snapshot).await {
            Ok(mailbox) => {
                let Some(envelope) = &mut self.envelope else { return self.mistake(reply::MAIL_FIRST) };
                if envelope.to.iter().all(|known| known.mailbox.mailbox != mailbox.mailbox) {
                    envelope.to.push(To { mailbox, notify: to.notify, original: to.original });
                }
                self.say(reply::RECIPIENT_OK)
            }
            Err(store::Error::Refused(why)) => self.refuse(&why, Some(&to.recipient)),
            Err(error) => {
                let lines = reply::of_store(&error, &self.id());
                self.wire.say_lines(&lines);
                Next::On
            }
        }
    }

    async fn mailbox(&self, to: &Forward, snapshot: &Snapshot) -> store::Result<Recipient> {
        if !self.shared.opens(&to.recipient.domain(), snapshot) {
            return Err(Refusal::Relay.into());
        }
        let mailbox = self.shared.store.recipient(&to.recipient).await?.ok_or(Refusal::UnknownMailbox)?;
        rules::mail::accept(&mailbox, self.shared.clock.now())?;
        Ok(mailbox)
    }
}
