//! Search in the letters of a mailbox, all folders together.
//!
//! Requirements: CAB-10, invariant 12. What the hashed index finds is verified on the letter itself before it is shown.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use rules::Channel;
use rules::access::Access;
use serde::Deserialize;
use store::folders::{Folder, FolderId};
use store::mail::Want;
use store::mail::search::{Hit, Query as Wanted};

use super::line::{Context, Line, card};
use super::query::{Asked, words_of};
use super::shelf::{self, Shelf, Sort};
use crate::App;
use crate::frame::page::Place;
use crate::frame::{Fault, Page, Words, html};
use crate::keyboard::{Member, encoded};

/// Letters of a page of results.
const HITS: u32 = 30;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    q: String,
    avant: Option<i64>,
}

#[derive(Template)]
#[template(path = "letters/find.html")]
struct Found {
    page: Page,
    base: String,
    shelves: Vec<Shelf>,
    query: String,
    asked: bool,
    strange: Vec<String>,
    lines: Vec<Line>,
    /// Letters not yet read for their words.
    waiting: u64,
    older: Option<String>,
}

/// `GET /boites/{address}/lettres/recherche?q=`
pub(super) async fn page(
    State(app): State<App>,
    w: Words,
    member: Member,
    Path(address): Path<String>,
    Query(typed): Query<Typed>,
) -> Result<Response, Fault> {
    let access = super::enter(&app, &member, &address).await?;
    let base = super::base(&access);
    let query: String = typed.q.trim().chars().take(300).collect();
    let asked = Asked::read(&query);
    let mailbox = app.store.mailbox(access.address()).await?.ok_or(Fault::NotFound)?;
    let folders = app.store.folders(&access).await?;
    let (mut lines, mut waiting, mut older) = (Vec::new(), 0, None);
    if !asked.is_empty() {
        waiting = super::index::catch_up(&app, &access, super::index::BEFORE_ANSWER).await?;
        if waiting > 0 {
            super::index::begin(&app, &access);
        }
        let wanted = Wanted { words: asked.words.clone(), from: asked.from, until: asked.until, before: typed.avant, limit: HITS };
        let hits = app.store.search(&access, wanted, app.clock.now()).await?;
        if hits.len() == HITS as usize {
            older = hits.last().map(|last| format!("{base}/recherche?q={}&avant={}", encoded(&query), last.row));
        }
        for hit in verified(&app, &access, &asked, hits).await? {
            lines.push(line(&app, w, &access, &folders, &hit));
        }
    }
    let page = Page::of(&app, w, &member.signed.session, w.search_title())
        .at(Place::Letters, format!("{base}/recherche?q={}", encoded(&query)))
        .holding(access.address(), &mailbox.label)
        .live();
    let shelves = Shelf::all(w, &folders, None);
    let found = Found { page, base, shelves, asked: !asked.is_empty(), strange: asked.strange, query, lines, waiting, older };
    Ok(html(&app, &found, false))
}

/// Those that truly hold what was asked: most can be told by their glance, the others are opened, by us and not by the person.
async fn verified(app: &App, access: &Access, asked: &Asked, hits: Vec<Hit>) -> Result<Vec<Hit>, Fault> {
    let mut to_open: BTreeMap<i64, Vec<u32>> = BTreeMap::new();
    for hit in hits.iter().filter(|hit| !asked.met_by(&words_of(&card(&hit.stored), None))) {
        to_open.entry(hit.folder.0).or_default().push(hit.stored.uid);
    }
    let mut deceived = BTreeSet::new();
    for (folder, uids) in to_open {
        let want = Want { glance: true, bytes: true, ..Want::default() };
        let mut wrong: BTreeSet<u32> = uids.iter().copied().collect();
        for stored in app.store.read(access, FolderId(folder), &uids, want, Channel::Webmail, app.clock.now()).await? {
            if asked.met_by(&words_of(&card(&stored), stored.bytes.as_deref())) {
                wrong.remove(&stored.uid);
            }
        }
        deceived.extend(wrong.into_iter().map(|uid| (folder, uid)));
    }
    Ok(hits.into_iter().filter(|hit| !deceived.contains(&(hit.folder.0, hit.stored.uid))).collect())
}

fn line(app: &App, w: Words, access: &Access, folders: &[Folder], hit: &Hit) -> Line {
    let folder = folders.iter().find(|folder| folder.id == hit.folder);
    let sort = folder.map_or(Sort::Own, shelf::sort);
    let context = Context { w, now: app.clock.now(), domains: &app.config.domains, sort, current: None };
    let base = super::base(access);
    let href = match sort {
        Sort::Special(store::folders::SpecialUse::Drafts) => format!("{base}/ecrire?brouillon={}", hit.stored.uid),
        _ => format!("{base}/{}/{}", hit.folder.0, hit.stored.uid),
    };
    let mut line = Line::of(&context, &hit.stored, &[], href);
    line.place = folder.map(|folder| shelf::name(w, folder)).unwrap_or_default();
    line
}
