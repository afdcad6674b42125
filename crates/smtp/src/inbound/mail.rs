//! MAIL FROM between operators: is this peer who it must be, and may it speak for that sender?
//!
//! RFC 5321 §4.1.1.2. Requirements: TRU-12, TRU-24, TRU-25, TRU-29. It reads no mailbox.

use std::sync::Arc;

use rules::{Domain, Refusal};
use tokio::io::{AsyncRead, AsyncWrite};
use trust::{Snapshot, peer::Peer};

use super::{Envelope, Next, Session};
use crate::command::Reverse;
use crate::reply;

impl<T: AsyncRead + AsyncWrite + Unpin> Session<T> {
    /// Opens a transaction on the trust space in force now.
    pub(super) fn mail(&mut self, from: Reverse) -> Next {
        if self.hello.is_none() {
            return self.mistake(reply::EHLO_FIRST);
        }
        if self.envelope.is_some() {
            return self.mistake(reply::NESTED_MAIL);
        }
        let limit = self.shared.limits.inbound_bytes;
        if from.size.is_some_and(|size| size > limit) {
            return self.refuse(&Refusal::TooBig { limit }, None);
        }
        match self.trusted(&from) {
            Ok((snapshot, peer, speaks_for)) => {
                let id = self.new_id();
                self.envelope = Some(Box::new(Envelope { id, snapshot, peer, speaks_for, from, to: Vec::new() }));
                self.say(reply::SENDER_OK)
            }
            Err(why) => self.refuse(&why, None),
        }
    }

    /// The checks of TRU-25, in the order in which a peer's engineer would repair them.
    fn trusted(&mut self, from: &Reverse) -> Result<(Arc<Snapshot>, Arc<Peer>, Domain), Refusal> {
        let now = self.shared.clock.now();
        let judged = self.standing.judge(&self.shared, self.wire.stream());
        let snapshot = Arc::clone(&judged.snapshot);
        let peer = judged.verdict.clone()?;
        snapshot.fresh(now)?;
        let domain = match &from.sender {
            Some(sender) => {
                let domain = sender.domain();
                self.standing.speaks_for(&snapshot, &peer, &domain)?;
                domain
            }
            None => snapshot.any_domain_of(&peer)?,
        };
        Ok((snapshot, peer, domain))
    }
}
