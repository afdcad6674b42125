//! What is done to several letters at once: read or not, flagged or not, archived, thrown away, put elsewhere. Each can be undone.
//!
//! Requirements: CAB-10, LPS-41, LPS-43. Deletion moves to the bin; nothing is erased from here.

use axum::extract::{Path, State};
use axum::response::Response;
use rules::Channel;
use rules::access::Access;
use store::folders::{Folder, FolderId, SpecialUse};
use store::mail::{FlagChange, Flags, flag};

use super::form::Fields;
use crate::App;
use crate::frame::{Fault, Notice, Words};
use crate::keyboard::{Member, own_path};

/// Letters that one form may touch.
const MOST: usize = 500;

/// `POST /boites/{address}/lettres/actes`
pub(super) async fn act(
    State(app): State<App>,
    w: Words,
    member: Member,
    Path(address): Path<String>,
    form: Fields,
) -> Result<Response, Fault> {
    let access = super::enter(&app, &member, &address).await?;
    let folder =
        form.one("dossier").and_then(|text| text.parse().ok()).map(FolderId).ok_or_else(|| Fault::BadForm("dossier".to_owned()))?;
    let uids: Vec<u32> = form.all("lettre").filter_map(|text| text.parse().ok()).take(MOST).collect();
    let back = own_path(form.one("retour").unwrap_or_default());
    let list = format!("{}?dossier={}", super::base(&access), folder.0);
    if uids.is_empty() {
        return Ok(Notice::bad(w.nothing_chosen()).then(&app, &back));
    }
    let act = form.one("acte").unwrap_or_default();
    let flagging = match act {
        "lu" => Some((FlagChange::Add(seen()), "non-lu", w.marked_read(uids.len()))),
        "non-lu" => Some((FlagChange::Remove(seen()), "lu", w.marked_unread(uids.len()))),
        "suivre" => Some((FlagChange::Add(flagged()), "ne-plus-suivre", w.marked_flagged(uids.len()))),
        "ne-plus-suivre" => Some((FlagChange::Remove(flagged()), "suivre", w.marked_unflagged(uids.len()))),
        _ => None,
    };
    if let Some((change, reverse, text)) = flagging {
        app.store.set_flags(&access, folder, &uids, change, None, Channel::Webmail, app.clock.now()).await?;
        // A letter marked unread is left: opening its page again would mark it.
        let to = if act == "non-lu" { &list } else { &back };
        return Ok(undoable(Notice::good(text), &access, folder, &uids, &[("acte", reverse)], &back).then(&app, to));
    }
    let target = target(&app, &access, act, form.one("vers")).await?;
    if target.id == folder {
        return Ok(Notice::bad(w.already_there()).then(&app, &back));
    }
    let placed = app.store.move_messages(&access, folder, &uids, &target.name, Channel::Webmail, app.clock.now()).await?;
    let moved: Vec<u32> = placed.uids.iter().map(|(_, uid)| *uid).collect();
    if moved.is_empty() {
        return Ok(Notice::bad(w.letters_gone()).then(&app, &list));
    }
    let name = super::shelf::name(w, &target);
    let from = folder.0.to_string();
    let notice = Notice::good(w.moved_to(w.letters_number(moved.len()), name));
    // Undoing brings the letters back, and the person to the list she was at.
    let to = if form.one("annule").is_some() { &back } else { &list };
    let undo = [("acte", "deplacer"), ("vers", from.as_str()), ("annule", "1")];
    Ok(undoable(notice, &access, target.id, &moved, &undo, &list).then(&app, to))
}

/// Where the letters go.
async fn target(app: &App, access: &Access, act: &str, to: Option<&str>) -> Result<Folder, Fault> {
    let folders = app.store.folders(access).await?;
    let found = match act {
        "archiver" => folders.into_iter().find(|folder| folder.special_use == Some(SpecialUse::Archive)),
        "corbeille" => folders.into_iter().find(|folder| folder.special_use == Some(SpecialUse::Trash)),
        "restaurer" => folders.into_iter().find(|folder| folder.name == "INBOX"),
        "deplacer" => {
            let id = to.and_then(|text| text.parse().ok()).map(FolderId);
            folders.into_iter().find(|folder| Some(folder.id) == id)
        }
        _ => return Err(Fault::BadForm("acte".to_owned())),
    };
    found.ok_or_else(|| Fault::BadForm("vers".to_owned()))
}

/// The notice with the form that undoes; without it when there are so many letters that it would not fit in a cookie.
fn undoable(notice: Notice, access: &Access, folder: FolderId, uids: &[u32], fields: &[(&str, &str)], back: &str) -> Notice {
    const FITS: usize = 60;
    if uids.len() > FITS {
        return notice;
    }
    let (folder, uids) = (folder.0.to_string(), uids.iter().map(u32::to_string).collect::<Vec<_>>());
    let mut all = vec![("dossier", folder.as_str()), ("retour", back)];
    all.extend_from_slice(fields);
    all.extend(uids.iter().map(|uid| ("lettre", uid.as_str())));
    notice.with_undo(format!("{}/actes", super::base(access)), &all)
}

fn seen() -> Flags {
    Flags { system: flag::SEEN, keywords: Vec::new() }
}

fn flagged() -> Flags {
    Flags { system: flag::FLAGGED, keywords: Vec::new() }
}

impl Words {
    /// `1 lettre`, `3 lettres`.
    pub(super) fn letters_number(self, count: usize) -> String {
        if count == 1 { self.one_letter() } else { self.several_letters(count) }
    }
}
