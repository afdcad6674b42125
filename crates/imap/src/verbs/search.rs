//! SEARCH and UID SEARCH (RFC 3501 §6.4.4, RFC 7162 §3.1.5). Cheap facts first: bytes are read only of messages that may still match.
//!
//! Reading for a search is the server's own: nothing goes to the person, nothing is journalled as read.

use std::fmt::Write;
use std::sync::Arc;

use rules::Channel;
use store::mail::{Stored, Want};

use super::batch;
use crate::command::Key;
use crate::outcome::{Outcome, Reply};
use crate::search::{Facts, Query};
use crate::session::Session;

/// One message that matched.
type Match = (u32, u64);

pub(crate) async fn run(session: &mut Session, uid: bool, key: Key) -> Outcome {
    let inside = session.inside()?;
    let query = Arc::new(Query::new(key, inside.view()?));
    inside.condstore |= query.asks_modseq();
    let uids = inside.view()?.present();
    let mut matches: Vec<Match> = Vec::new();
    for chunk in uids.chunks(batch::ROWS) {
        one_chunk(session, chunk, &query, &mut matches).await?;
    }
    let view = session.inside()?.view()?;
    let mut line = String::from("* SEARCH");
    for (found, _) in &matches {
        let shown = if uid { Some(*found as usize) } else { view.number(*found) };
        if let Some(number) = shown {
            let _ = write!(line, " {number}");
        }
    }
    if let Some(highest) = matches.iter().map(|(_, modseq)| *modseq).max().filter(|_| query.asks_modseq()) {
        let _ = write!(line, " (MODSEQ {highest})");
    }
    session.wire.line(&line);
    Ok(Reply::ok("SEARCH completed"))
}

/// Three sieves: what the UIDs say, what the rows say, what the messages say.
async fn one_chunk(session: &mut Session, chunk: &[u32], query: &Arc<Query>, matches: &mut Vec<Match>) -> Outcome<()> {
    let possible: Vec<u32> = chunk.iter().copied().filter(|&uid| query.judge(&Facts::of_uid(uid)) != Some(false)).collect();
    if !query.needs_rows() {
        matches.extend(possible.into_iter().map(|uid| (uid, 0)));
        return Ok(());
    }
    let mut open = Vec::new();
    for row in read(session, &possible, Want::default()).await? {
        match query.judge(&Facts::of_row(&row)) {
            Some(true) => matches.push((row.uid, row.modseq)),
            Some(false) => {}
            None => open.push((row.uid, row.size)),
        }
    }
    if open.is_empty() {
        return Ok(());
    }
    let want = Want { glance: query.needs_glance(), bytes: query.needs_bytes(), ..Want::default() };
    for group in batch::groups(&open) {
        let stored = read(session, &group, want).await?;
        matches.extend(judged(query.clone(), stored).await);
    }
    // The sieves let them through out of order.
    matches.sort_unstable();
    Ok(())
}

async fn read(session: &mut Session, uids: &[u32], want: Want) -> Outcome<Vec<Stored>> {
    let (store, now) = (session.shared.store.clone(), session.shared.clock.now());
    let inside = session.inside()?;
    let folder = inside.view()?.folder;
    Ok(store.read(&inside.access, folder, uids, want, Channel::Imap, now).await?)
}

/// Decoding megabytes of mail is no work for a thread that other sessions share.
async fn judged(query: Arc<Query>, stored: Vec<Stored>) -> Vec<Match> {
    let judge =
        move || stored.iter().filter(|one| query.judge(&Facts::of_message(one)) == Some(true)).map(|one| (one.uid, one.modseq)).collect();
    tokio::task::spawn_blocking(judge).await.unwrap_or_default()
}
