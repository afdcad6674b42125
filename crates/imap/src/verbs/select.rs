//! SELECT, EXAMINE, CLOSE, UNSELECT (RFC 3501 §6.3.1, §6.3.2, §6.4.2; RFC 3691; RFC 7162 §3.1).

use rules::Channel;

use crate::outcome::{Outcome, Reply};
use crate::session::Session;
use crate::view::View;

pub(crate) async fn run(session: &mut Session, folder: &str, read_only: bool, condstore: bool) -> Outcome {
    let store = session.shared.store.clone();
    let inside = session.inside()?;
    inside.condstore |= condstore;
    // Whatever becomes of the new one, the old folder is left (RFC 3501 §6.3.1).
    let left = inside.view.take().is_some();
    let opened = store.open_folder(&inside.access, folder).await;
    if left {
        session.wire.line("* OK [CLOSED] Folder left");
    }
    let opened = opened?;
    let (messages, validity, next, modseq) =
        (opened.uids.len(), opened.folder.uid_validity, opened.folder.uid_next, opened.folder.highest_modseq);
    let first_unseen = opened.first_unseen_uid;
    let view = View::new(opened, read_only);
    let flags = view.flags_line();
    let permanent = if read_only { "()".to_owned() } else { flags.replace(')', " \\*)") };
    session.wire.line(&format!("* FLAGS {flags}"));
    session.wire.line(&format!("* {messages} EXISTS"));
    session.wire.line("* 0 RECENT");
    if let Some(number) = first_unseen.and_then(|uid| view.number(uid)) {
        session.wire.line(&format!("* OK [UNSEEN {number}] First unseen"));
    }
    session.wire.line(&format!("* OK [PERMANENTFLAGS {permanent}] Flags that stay"));
    session.wire.line(&format!("* OK [UIDVALIDITY {validity}] UIDs valid"));
    session.wire.line(&format!("* OK [UIDNEXT {next}] Next UID"));
    session.wire.line(&format!("* OK [HIGHESTMODSEQ {modseq}] Mod-sequences are kept"));
    session.inside()?.view = Some(view);
    Ok(Reply::ok(if read_only { "[READ-ONLY] EXAMINE completed" } else { "[READ-WRITE] SELECT completed" }))
}

/// Expunges without a word, unless opened by EXAMINE.
pub(crate) async fn close(session: &mut Session) -> Outcome {
    let store = session.shared.store.clone();
    let now = session.shared.clock.now();
    let inside = session.inside()?;
    let view = inside.view()?;
    if !view.read_only {
        let folder = view.folder;
        store.expunge(&inside.access, folder, None, Channel::Imap, now).await?;
    }
    inside.view = None;
    Ok(Reply::ok("CLOSE completed"))
}

pub(crate) fn unselect(session: &mut Session) -> Outcome {
    let inside = session.inside()?;
    inside.view()?;
    inside.view = None;
    Ok(Reply::ok("UNSELECT completed"))
}
