//! COPY (RFC 3501 §6.4.7) and MOVE (RFC 6851), with their UID forms; COPYUID of RFC 4315.

use rules::Channel;
use store::mail::Placed;

use super::picked_to_change;
use crate::command::{Set, write_set};
use crate::outcome::{Outcome, Reply, try_create};
use crate::session::Session;

pub(crate) async fn copy(session: &mut Session, uid: bool, set: &Set, to: &str) -> Outcome {
    let (store, now) = (session.shared.store.clone(), session.shared.clock.now());
    let inside = session.inside()?;
    let view = inside.view()?;
    let (uids, folder) = (picked_to_change(view, set, uid)?, view.folder);
    if uids.is_empty() {
        return Ok(Reply::ok("COPY completed"));
    }
    let placed = store.copy(&inside.access, folder, &uids, to, Channel::Imap, now).await.map_err(try_create)?;
    Ok(Reply::ok(format!("{}COPY completed", copyuid(&placed).map(|code| code + " ").unwrap_or_default())))
}

/// The COPYUID comes first and untagged, then the EXPUNGEs (RFC 6851 §4.3), which the session tells with all other changes.
pub(crate) async fn move_messages(session: &mut Session, uid: bool, set: &Set, to: &str) -> Outcome {
    let (store, now) = (session.shared.store.clone(), session.shared.clock.now());
    let inside = session.inside()?;
    let view = inside.writable()?;
    let (uids, folder) = (picked_to_change(view, set, uid)?, view.folder);
    if uids.is_empty() {
        return Ok(Reply::ok("MOVE completed"));
    }
    let placed = store.move_messages(&inside.access, folder, &uids, to, Channel::Imap, now).await.map_err(try_create)?;
    if let Some(code) = copyuid(&placed) {
        session.wire.line(&format!("* OK {code} Moved"));
    }
    Ok(Reply::ok("MOVE completed"))
}

/// `None` when nothing was there any more.
fn copyuid(placed: &Placed) -> Option<String> {
    if placed.uids.is_empty() {
        return None;
    }
    let sources = write_set(placed.uids.iter().map(|&(source, _)| source));
    let targets = write_set(placed.uids.iter().map(|&(_, target)| target));
    Some(format!("[COPYUID {} {sources} {targets}]", placed.uid_validity))
}
