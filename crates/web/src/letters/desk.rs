//! The desk: folders, a page of letters, and the letter that is opened. Three panes on a screen, one on a phone.
//!
//! Requirements: CAB-10, CAB-16, DEL-06, LPS-43, IND-A. Opening a letter marks it as read for the mailbox and is told in its journal in the
//! name of the person; looking at the list is not.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use rules::Channel;
use rules::access::Access;
use serde::Deserialize;
use store::folders::{FolderId, SpecialUse};
use store::mail::Want;
use store::mail::page::{Page as Sheet, Place, Which};

use super::line::{Context, Line};
use super::opened::Opened;
use super::shelf::{self, Shelf, Sort};
use crate::App;
use crate::frame::page::Place as Nav;
use crate::frame::{Fault, Notice, Page, Words, html};
use crate::keyboard::{Member, Watching};

/// Letters of a page.
pub(super) const LETTERS: u32 = 50;

/// What the address of the page says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    pub(super) dossier: String,
    pub(super) avant: Option<u32>,
    pub(super) apres: Option<u32>,
    /// The letter that is open beside the list.
    pub(super) lettre: Option<u32>,
    /// Plain text instead of the letter's own form.
    pub(super) texte: Option<String>,
}

#[derive(Template)]
#[template(path = "letters/desk.html")]
struct Desk {
    page: Page,
    base: String,
    read_only: bool,
    shelves: Vec<Shelf>,
    folder: Shelf,
    count: String,
    lines: Vec<Line>,
    /// Addresses of the neighbouring pages.
    older: Option<String>,
    newer: Option<String>,
    /// Address of the list alone, for the page that refreshes itself.
    refresh: String,
    /// Where a form comes back to.
    here: String,
    trash: bool,
    /// What an empty list says.
    empty: String,
    opened: Option<Opened>,
}

/// `GET /boites/{address}/lettres`
pub(super) async fn list(
    State(app): State<App>,
    w: Words,
    member: Member,
    Path(address): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let access = super::enter(&app, &member, &address).await?;
    draw(&app, w, &member, &access, &asked, &headers, None).await
}

/// `GET /boites/{address}/lettres/liste`: the same, asked by the page itself: it is no sign of somebody at the keyboard (PSC-37).
pub(super) async fn refreshed(
    State(app): State<App>,
    w: Words,
    Watching(signed): Watching,
    Path(address): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let member = Member::of(&app, signed, "/boites".to_owned()).await?;
    let access = super::enter(&app, &member, &address).await?;
    draw(&app, w, &member, &access, &asked, &headers, None).await
}

/// `GET /boites/{address}/lettres/{folder}/{uid}`
pub(super) async fn letter(
    State(app): State<App>,
    w: Words,
    member: Member,
    Path((address, folder, uid)): Path<(String, i64, u32)>,
    Query(mut asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let access = super::enter(&app, &member, &address).await?;
    let want = Want { glance: true, bytes: true, mark_seen: true, to_person: true };
    let read = app.store.read(&access, FolderId(folder), &[uid], want, Channel::Webmail, app.clock.now()).await?;
    let stored = read.into_iter().next().ok_or(Fault::NotFound)?;
    asked.dossier = folder.to_string();
    asked.lettre = Some(uid);
    let text = asked.texte.is_some();
    let opened = Opened::of(&app, w, &access, FolderId(folder), &stored, text)?;
    draw(&app, w, &member, &access, &asked, &headers, Some(opened)).await
}

async fn draw(
    app: &App,
    w: Words,
    member: &Member,
    access: &Access,
    asked: &Asked,
    headers: &HeaderMap,
    opened: Option<Opened>,
) -> Result<Response, Fault> {
    let now = app.clock.now();
    let which = shelf::which(&asked.dossier);
    let place = match (asked.avant, asked.apres) {
        (Some(uid), _) => Place::Before(uid),
        (None, Some(uid)) => Place::After(uid),
        (None, None) => Place::Newest,
    };
    let sheet = match app.store.mail_page(access, &which, place, LETTERS, now).await {
        // A folder removed by a colleague: back to the letters, not to a wall.
        Err(store::Error::NotFound(_)) if opened.is_none() && asked.dossier.parse::<i64>().is_ok() => {
            app.store.mail_page(access, &Which::Name("INBOX".to_owned()), Place::Newest, LETTERS, now).await?
        }
        sheet => sheet?,
    };
    super::index::begin(app, access);
    let notice = Notice::left(app, headers);
    let said = notice.is_some();
    let desk = desk(app, w, member, access, asked, sheet, notice, opened);
    Ok(html(app, &desk, said))
}

#[allow(clippy::too_many_arguments, reason = "one page, drawn once")]
fn desk(
    app: &App,
    w: Words,
    member: &Member,
    access: &Access,
    asked: &Asked,
    sheet: Sheet,
    notice: Option<Notice>,
    mut opened: Option<Opened>,
) -> Desk {
    let now = app.clock.now();
    let base = super::base(access);
    let sort = shelf::sort(&sheet.folder);
    let id = sheet.folder.id.0;
    let drafts = sort == Sort::Special(SpecialUse::Drafts);
    let context = Context { w, now, domains: &app.config.domains, sort, current: asked.lettre };
    let around = around(asked);
    let line = |stored: &store::mail::Stored| {
        let href = if drafts { format!("{base}/ecrire?brouillon={}", stored.uid) } else { format!("{base}/{id}/{}{around}", stored.uid) };
        let people = sheet.opened.get(&stored.message).map(Vec::as_slice).unwrap_or_default();
        Line::of(&context, stored, people, href)
    };
    let lines: Vec<Line> = sheet.letters.iter().map(line).collect();
    if let Some(opened) = &mut opened {
        let at = lines.iter().position(|line| Some(line.uid) == asked.lettre);
        opened.next = at.and_then(|at| lines.get(at + 1)).map(|line| line.href.clone());
        opened.previous = at.and_then(|at| at.checked_sub(1)).and_then(|at| lines.get(at)).map(|line| line.href.clone());
        if let Some(people) = sheet.opened.get(&opened.message) {
            opened.openers = people.iter().map(|one| super::line::opened_by(w, one, now)).collect();
        }
        opened.back = format!("{base}?dossier={id}{}", around.replacen('?', "&", 1));
    }
    let folder = Shelf::of(w, &sheet.folder, Some(sheet.folder.id));
    let older = sheet.older.then(|| sheet.letters.last()).flatten().map(|last| format!("{base}?dossier={id}&avant={}", last.uid));
    let newer = sheet.newer.then(|| match sheet.letters.first() {
        Some(first) => format!("{base}?dossier={id}&apres={}", first.uid),
        None => format!("{base}?dossier={id}"),
    });
    let list = format!("{base}?dossier={id}{}", around.replacen('?', "&", 1));
    let open = asked.lettre.map(|uid| format!("&lettre={uid}")).unwrap_or_default();
    let refresh = format!("{base}/liste?dossier={id}{}{open}", around.replacen('?', "&", 1));
    let here = opened.as_ref().map_or_else(|| list.clone(), |opened| format!("{base}/{id}/{}{around}", opened.uid));
    let title = opened.as_ref().map_or_else(|| folder.name.clone(), |opened| opened.subject.clone());
    Desk {
        page: Page::of(app, w, &member.signed.session, title)
            .at(Nav::Letters, here.clone())
            .holding(access.address(), &sheet.label)
            .saying(notice)
            .live(),
        read_only: super::read_only(access),
        shelves: Shelf::all(w, &sheet.folders, Some(sheet.folder.id)),
        count: w.letters_count(&folder),
        empty: match sort {
            Sort::Inbox => w.empty_inbox(),
            Sort::Special(SpecialUse::Drafts) => w.empty_drafts(),
            Sort::Special(SpecialUse::Sent) => w.empty_sent(),
            Sort::Special(SpecialUse::Trash) => w.empty_trash(),
            _ => w.empty_folder(),
        },
        trash: sort == Sort::Special(SpecialUse::Trash),
        base,
        folder,
        lines,
        older,
        newer,
        refresh,
        here,
        opened,
    }
}

/// The page of the list that an open letter stands in, kept in its address.
fn around(asked: &Asked) -> String {
    match (asked.avant, asked.apres) {
        (Some(uid), _) => format!("?avant={uid}"),
        (None, Some(uid)) => format!("?apres={uid}"),
        (None, None) => String::new(),
    }
}

impl Words {
    /// `12 lettres, dont 3 non lues`.
    fn letters_count(self, folder: &Shelf) -> String {
        match (folder.messages, folder.waiting()) {
            (0, _) => self.no_letter(),
            (1, 0) => self.one_letter(),
            (1, _) => self.one_letter_unread(),
            (all, 0) => self.several_letters(all),
            (all, 1) => self.several_letters_one_unread(all),
            (all, unread) => self.several_letters_unread(all, unread),
        }
    }
}
