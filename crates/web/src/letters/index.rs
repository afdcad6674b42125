//! The words of letters, learnt while somebody entitled is there: off the path of arrivals, with her own access, never without one.
//!
//! Requirements: invariants 2 and 12. Nothing is journalled as read: the bytes do not leave for a person, and what is kept is hashed.

use std::collections::HashSet;
use std::sync::LazyLock;

use message::{Card, Glance};
use parking_lot::Mutex;
use rules::access::Access;
use rules::mailbox::MailboxId;
use store::mail::search::Words;

use super::query::words_of;
use crate::App;

/// Letters read in one go.
const TOGETHER: u32 = 50;
/// Letters that a search reads before it answers; the rest is told and goes on beside.
pub(super) const BEFORE_ANSWER: u32 = 300;

/// Mailboxes whose letters are being read on this node.
static UNDER_WAY: LazyLock<Mutex<HashSet<MailboxId>>> = LazyLock::new(Mutex::default);

/// Begins to read what is new, beside the page, unless that is being done.
pub(super) fn begin(app: &App, access: &Access) {
    if !UNDER_WAY.lock().insert(access.mailbox()) {
        return;
    }
    let (app, access) = (app.clone(), access.clone());
    tokio::spawn(async move {
        let done = catch_up(&app, &access, u32::MAX).await;
        UNDER_WAY.lock().remove(&access.mailbox());
        if let Err(error) = done {
            tracing::debug!(%error, "letters are left for a later search");
        }
    });
}

/// Reads at most so many letters; returns how many are left.
pub(super) async fn catch_up(app: &App, access: &Access, most: u32) -> store::Result<u64> {
    let mut done = 0;
    loop {
        let waiting = app.store.unindexed(access, TOGETHER, app.clock.now()).await?;
        let count = u32::try_from(waiting.letters.len()).unwrap_or(u32::MAX);
        if count == 0 {
            return Ok(0);
        }
        let read = tokio::task::spawn_blocking(move || {
            let words = |letter: store::mail::search::ToIndex| {
                let card = Glance::decode(&letter.glance).map(|glance| Card::of(&glance)).unwrap_or_default();
                Words { message: letter.message, words: words_of(&card, Some(&letter.bytes)).into_iter().collect() }
            };
            waiting.letters.into_iter().map(words).collect::<Vec<_>>()
        });
        let words = read.await.map_err(|error| store::Error::Internal(format!("reading letters: {error}")))?;
        app.store.index(access, words, app.clock.now()).await?;
        done += count;
        if waiting.left == 0 || done >= most {
            return Ok(waiting.left);
        }
    }
}
