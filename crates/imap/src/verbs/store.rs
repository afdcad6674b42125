//! STORE and UID STORE (RFC 3501 §6.4.6), UNCHANGEDSINCE (RFC 7162 §3.1.3).

use std::fmt::Write;

use rules::Channel;

use super::picked_to_change;
use crate::command::{Store, write_set};
use crate::outcome::{Outcome, Reply};
use crate::session::Session;
use crate::view::Shown;

pub(crate) async fn run(session: &mut Session, command: Store) -> Outcome {
    let Store { uid, set, change, silent, unchanged_since } = command;
    let (store, now) = (session.shared.store.clone(), session.shared.clock.now());
    let inside = session.inside()?;
    inside.condstore |= unchanged_since.is_some();
    let condstore = inside.condstore;
    let view = inside.writable()?;
    let (uids, folder) = (picked_to_change(view, &set, uid)?, view.folder);
    if uids.is_empty() {
        return Ok(Reply::ok("STORE completed"));
    }
    let (changed, left) = store.set_flags(&inside.access, folder, &uids, change, unchanged_since, Channel::Imap, now).await?;
    let view = inside.view()?;
    let mut said = String::new();
    for (of, flags, modseq) in &changed {
        view.told_already(*of, *modseq);
        view.note_keywords(flags, &mut said);
        // Silence is about flags: who speaks of mod-sequences always learns the new one (RFC 7162 §3.1.3).
        let Some(number) = view.number(*of).filter(|_| !silent || condstore) else { continue };
        let mut items = Vec::new();
        if uid {
            items.push(format!("UID {of}"));
        }
        if condstore {
            items.push(format!("MODSEQ ({modseq})"));
        }
        if !silent {
            items.push(format!("FLAGS {}", Shown(flags)));
        }
        let _ = write!(said, "* {number} FETCH ({})\r\n", items.join(" "));
    }
    // What was left alone is told as the numbers of this command: UIDs, or sequence numbers.
    let left =
        write_set(left.into_iter().filter_map(|of| if uid { Some(of) } else { view.number(of).and_then(|n| u32::try_from(n).ok()) }));
    session.wire.push(said.as_bytes());
    Ok(Reply::ok(if left.is_empty() { "STORE completed".to_owned() } else { format!("[MODIFIED {left}] Some were changed meanwhile") }))
}
