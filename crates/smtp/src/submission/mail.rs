//! MAIL FROM of a person: only as the mailbox she opened.
//!
//! Requirements: LPS-50, PSC-31, TRU-41. The null sender is let in here and judged at the end of DATA: only a reading receipt may use it.

use rules::Refusal;
use tokio::io::{AsyncRead, AsyncWrite};

use super::{Envelope, Next, Session};
use crate::command::Reverse;
use crate::reply;

impl<T: AsyncRead + AsyncWrite + Unpin> Session<T> {
    pub(super) fn mail(&mut self, from: Reverse) -> Next {
        let Some(login) = &self.login else {
            return self.mistake(if self.greeted { reply::LOGIN_FIRST } else { reply::EHLO_FIRST });
        };
        if self.envelope.is_some() {
            return self.mistake(reply::NESTED_MAIL);
        }
        if from.sender.is_some()
            && let Err(why) = rules::mail::outgoing(&login.access, from.sender.as_ref())
        {
            return self.refuse(&why, None);
        }
        let limit = self.shared.limits.submission_bytes;
        if from.size.is_some_and(|size| size > limit) {
            return self.refuse(&Refusal::TooBig { limit }, None);
        }
        let id = self.new_id();
        self.envelope = Some(Box::new(Envelope { id, from, to: Vec::new() }));
        self.say(reply::SENDER_OK)
    }
}
