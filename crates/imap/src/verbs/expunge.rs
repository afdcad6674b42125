//! EXPUNGE (RFC 3501 §6.4.3) and UID EXPUNGE (RFC 4315 §2.1). The EXPUNGE lines are told by the session, with all other changes.

use rules::Channel;

use super::picked_to_change;
use crate::command::Set;
use crate::outcome::{Outcome, Reply};
use crate::session::Session;

pub(crate) async fn run(session: &mut Session, only: Option<&Set>) -> Outcome {
    let (store, now) = (session.shared.store.clone(), session.shared.clock.now());
    let inside = session.inside()?;
    let view = inside.writable()?;
    let folder = view.folder;
    let only = only.map(|set| picked_to_change(view, set, true)).transpose()?;
    if only.as_ref().is_none_or(|uids| !uids.is_empty()) {
        store.expunge(&inside.access, folder, only.as_deref(), Channel::Imap, now).await?;
    }
    Ok(Reply::ok("EXPUNGE completed"))
}
