//! Closing a mailbox, and thinking better of it during the thirty days.
//!
//! `GET|POST …/acces/fermer`, `POST …/acces/rouvrir`. Requirements: CAB-13, CAB-19, PSC-37, TRU-55. The page says what will be lost and what
//! stays; the letters can be taken away before (`archive`).

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use rules::mailbox::{GRACE, State as Life};
use rules::movement::Change;
use rules::{Channel, Refusal};

use super::fresh;
use super::room::Inside;
use crate::App;
use crate::frame::{Fault, Notice, Page, Words, html};
use crate::keyboard::Member;

#[derive(Template)]
#[template(path = "access/closing.html")]
struct ClosingPage {
    page: Page,
    address: String,
    /// What will be lost, what stays: one sentence each.
    lost: Vec<String>,
    kept: Vec<String>,
    confirm: String,
    cabinet: bool,
}

pub(super) async fn page(State(app): State<App>, w: Words, member: Member, Path(address): Path<String>) -> Result<Response, Fault> {
    let inside = Inside::enter(&app, &member, &address).await?;
    inside.access.owner_rights()?;
    let standing = inside.standing();
    if standing.state() == Life::EnCloture {
        return Err(Refusal::AlreadyClosing.into());
    }
    let letters: u64 = app.store.folders(&inside.access).await?.iter().map(|folder| u64::from(folder.messages)).sum();
    let gone = w.date_time(inside.now.plus(GRACE));
    let people = standing.people().len();
    let path = inside.path("acces/fermer");
    let page = ClosingPage {
        page: inside.page(&app, w, &member, w.close_title(&inside.mailbox.label), "acces/fermer"),
        address: inside.mailbox.address.to_string(),
        lost: vec![w.close_reception(), w.close_letters(letters, &gone), w.close_people(people), w.close_address()],
        kept: vec![w.close_undo(&gone), w.close_history()],
        confirm: if fresh::is_fresh(&member, inside.now) { String::new() } else { fresh::confirm_at(&path) },
        cabinet: inside.mailbox.kind == rules::mailbox::Kind::Cab,
    };
    Ok(html(&app, &page, false))
}

pub(super) async fn close_it(State(app): State<App>, w: Words, member: Member, Path(address): Path<String>) -> Result<Response, Fault> {
    let inside = Inside::enter(&app, &member, &address).await?;
    inside.access.owner_rights()?;
    let now = inside.now;
    fresh::asked(&member, &inside.path("acces/fermer"), now)?;
    app.store.move_as(&inside.access, Change::Closing, None, false, Channel::Webmail, now).await?;
    let notice = Notice::good(w.closing_asked(w.date_time(now.plus(GRACE)))).with_undo(inside.path("acces/rouvrir"), &[]);
    Ok(notice.then(&app, &inside.path("acces")))
}

pub(super) async fn reopen_it(State(app): State<App>, w: Words, member: Member, Path(address): Path<String>) -> Result<Response, Fault> {
    let inside = Inside::enter(&app, &member, &address).await?;
    app.store.move_as(&inside.access, Change::Resumed, None, false, Channel::Webmail, inside.now).await?;
    Ok(Notice::good(w.reopened()).then(&app, &inside.path("acces")))
}
