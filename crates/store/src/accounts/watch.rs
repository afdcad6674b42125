//! A session of IMAP or submission that watches the provider's session it came from, and ends with it.
//!
//! Requirements: PSC-36. Logout at Pro Santé Connect, said on any node, reaches it by the feed; what is durable is asked of the base.

use futures_util::FutureExt as _;

use crate::feed::SessionsOver;
use crate::{Result, Store};

/// Watches one session of the provider.
pub struct SessionWatch {
    store: Store,
    issuer: String,
    sid: String,
    feed: SessionsOver,
    /// The feed said to look, and nobody has looked yet.
    look: bool,
    over: bool,
}

impl Store {
    /// For a session opened with a token of this `sid`.
    pub fn watch_session(&self, issuer: &str, sid: &str) -> SessionWatch {
        let (issuer, sid) = (issuer.to_owned(), sid.to_owned());
        SessionWatch { store: self.clone(), issuer, sid, feed: self.feed().sessions_over(), look: false, over: false }
    }
}

impl SessionWatch {
    /// Returns once the provider's session is over. Cancel-safe.
    pub async fn over(&mut self) {
        while !self.over {
            if !self.look {
                self.feed.perhaps(&self.issuer, &self.sid).await;
                self.look = true;
            }
            match self.ask().await {
                Ok(()) => {}
                Err(error) => {
                    // Asked again at the next command, or when the feed moves again.
                    tracing::warn!(%error, "whether a session is over could not be read");
                    self.look = false;
                }
            }
        }
    }

    /// Whether it is over, by what this node was told so far: the base is asked only when the feed said so.
    pub async fn is_over(&mut self) -> Result<bool> {
        if !self.over && (self.look || self.feed.perhaps(&self.issuer, &self.sid).now_or_never().is_some()) {
            self.look = true;
            self.ask().await?;
        }
        Ok(self.over)
    }

    async fn ask(&mut self) -> Result<()> {
        self.over = self.store.session_is_over(&self.issuer, &self.sid).await?;
        self.look = false;
        Ok(())
    }
}
