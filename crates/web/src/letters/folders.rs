//! The folders that people make: created, renamed, removed.
//!
//! Requirements: LPS-41, CAB-10. Folders are shared, like letters; those that every mailbox has cannot be removed. A folder that still holds
//! letters is not removed from here: nothing is lost by a click.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use rules::Channel;
use store::Error;
use store::folders::FolderId;

use super::form::Fields;
use super::shelf::{Shelf, Sort, sort};
use crate::App;
use crate::frame::page::Place;
use crate::frame::{Fault, Notice, Page, Words, html};
use crate::keyboard::Member;

#[derive(Template)]
#[template(path = "letters/folders.html")]
struct FoldersPage {
    page: Page,
    base: String,
    read_only: bool,
    shelves: Vec<Shelf>,
}

/// `GET /boites/{address}/lettres/dossiers`
pub(super) async fn page(
    State(app): State<App>,
    w: Words,
    member: Member,
    Path(address): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let access = super::enter(&app, &member, &address).await?;
    let mailbox = app.store.mailbox(access.address()).await?.ok_or(Fault::NotFound)?;
    let folders = app.store.folders(&access).await?;
    let base = super::base(&access);
    let notice = Notice::left(&app, &headers);
    let said = notice.is_some();
    let page = Page::of(&app, w, &member.signed.session, w.folders_title())
        .at(Place::Letters, format!("{base}/dossiers"))
        .holding(access.address(), &mailbox.label)
        .saying(notice);
    Ok(html(&app, &FoldersPage { page, base, read_only: super::read_only(&access), shelves: Shelf::all(w, &folders, None) }, said))
}

/// `POST /boites/{address}/lettres/dossiers`: `acte` is `creer`, `renommer` or `supprimer`.
pub(super) async fn change(
    State(app): State<App>,
    w: Words,
    member: Member,
    Path(address): Path<String>,
    form: Fields,
) -> Result<Response, Fault> {
    let access = super::enter(&app, &member, &address).await?;
    let (store, now) = (&app.store, app.clock.now());
    let name = form.one("nom").unwrap_or_default().trim();
    let id = form.one("dossier").and_then(|text| text.parse().ok()).map(FolderId);
    let folders = store.folders(&access).await?;
    let chosen = folders.iter().find(|folder| Some(folder.id) == id && sort(folder) == Sort::Own);
    let here = format!("{}/dossiers", super::base(&access));
    let done = match (form.one("acte").unwrap_or_default(), chosen) {
        ("creer", _) => store.create_folder(&access, name, Channel::Webmail, now).await.map(|()| w.folder_created(name)),
        ("renommer", Some(folder)) => {
            store.rename_folder(&access, &folder.name, name, Channel::Webmail, now).await.map(|()| w.folder_renamed(name))
        }
        ("supprimer", Some(folder)) if folder.messages > 0 => return Ok(Notice::bad(w.folder_not_empty()).then(&app, &here)),
        ("supprimer", Some(folder)) => {
            let done = store.delete_folder(&access, &folder.name, Channel::Webmail, now).await;
            if done.is_ok() {
                let undo = Notice::good(w.folder_deleted(&folder.name)).with_undo(&here, &[("acte", "creer"), ("nom", &folder.name)]);
                return Ok(undo.then(&app, &here));
            }
            done.map(|()| String::new())
        }
        _ => return Err(Fault::NotFound),
    };
    let notice = match done {
        Ok(text) => Notice::good(text),
        Err(Error::Exists(_)) => Notice::bad(w.folder_exists(name)),
        Err(Error::NotAllowed("name")) => Notice::bad(w.folder_bad_name()),
        Err(Error::NotAllowed("it has folders inside")) => Notice::bad(w.folder_has_folders()),
        Err(Error::NotAllowed(_)) => Notice::bad(w.folder_not_allowed()),
        Err(error) => return Err(error.into()),
    };
    Ok(notice.then(&app, &here))
}
