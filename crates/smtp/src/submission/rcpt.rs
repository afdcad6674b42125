//! RCPT TO of a person: inside the trust space, or nowhere; and she knows at once.
//!
//! Requirements: LPS-51, TRU-29, TRU-30. It asks the list and our own mailboxes, never the network.

use rules::Refusal;
use tokio::io::{AsyncRead, AsyncWrite};

use super::{Next, Session};
use crate::command::Forward;
use crate::reply;

impl<T: AsyncRead + AsyncWrite + Unpin> Session<T> {
    pub(super) async fn rcpt(&mut self, to: Forward) -> Next {
        let Some(envelope) = &self.envelope else { return self.mistake(reply::MAIL_FIRST) };
        if envelope.to.len() >= self.shared.limits.recipients {
            return self.refuse(&Refusal::TooManyRecipients, Some(&to.recipient));
        }
        match self.reachable(&to).await {
            Ok(()) => {
                let Some(envelope) = &mut self.envelope else { return self.mistake(reply::MAIL_FIRST) };
                if envelope.to.iter().all(|known| known.recipient != to.recipient) {
                    envelope.to.push(to);
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

    async fn reachable(&self, to: &Forward) -> store::Result<()> {
        let now = self.shared.clock.now();
        let domain = to.recipient.domain();
        if self.shared.hosts(&domain) {
            let mailbox = self.shared.store.recipient(&to.recipient).await?.ok_or(Refusal::UnknownMailbox)?;
            return Ok(rules::mail::accept(&mailbox, now)?);
        }
        let snapshot = self.shared.trust.snapshot();
        if !snapshot.lists(&domain) {
            // An old list may not know a new domain: then it is the list that is at fault.
            snapshot.fresh(now)?;
            return Err(Refusal::ListAbsent.into());
        }
        Ok(())
    }
}
