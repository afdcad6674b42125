//! STATUS (RFC 3501 §6.3.10; RFC 7162 §3.1.7).

use crate::command::StatusItem;
use crate::name;
use crate::outcome::{Outcome, Reply};
use crate::session::Session;

pub(crate) async fn run(session: &mut Session, folder: &str, items: &[StatusItem]) -> Outcome {
    let store = session.shared.store.clone();
    let inside = session.inside()?;
    inside.condstore |= items.contains(&StatusItem::HighestModseq);
    let folder = store.folder(&inside.access, folder).await?;
    let shown: Vec<String> = items
        .iter()
        .map(|item| match item {
            StatusItem::Messages => format!("MESSAGES {}", folder.messages),
            StatusItem::Recent => "RECENT 0".to_owned(),
            StatusItem::UidNext => format!("UIDNEXT {}", folder.uid_next),
            StatusItem::UidValidity => format!("UIDVALIDITY {}", folder.uid_validity),
            StatusItem::Unseen => format!("UNSEEN {}", folder.unseen),
            StatusItem::HighestModseq => format!("HIGHESTMODSEQ {}", folder.highest_modseq),
        })
        .collect();
    session.wire.line(&format!("* STATUS {} ({})", name::quoted(&folder.name), shown.join(" ")));
    Ok(Reply::ok("STATUS completed"))
}
