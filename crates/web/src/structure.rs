//! Accounts of a structure's own people, kept by its gestionnaires (LOC-).
//!
//! | file | page |
//! |---|---|
//! | this one | `/structure`: mine; `/structure/{id}`: its people, the review of the list |
//! | `account` | somebody new, somebody's account, and every act on it |
//! | `form` | dates as people type them |
//!
//! Requirements: DEL-11, LOC-02, LOC-03, LOC-06, LOC-08, LOC-09. A gestionnaire is named by the structure and signed in by Pro Santé Connect; whoever is not
//! finds nothing here. An account opens no mailbox: its responsible gives the delegation.

mod account;
mod form;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use rules::local::LocalState;
use rules::{Author, IdNat};
use store::accounts::{LocalAccount, LocalStructure, Who};

use crate::App;
use crate::frame::page::Place;
use crate::frame::{Fault, Notice, Page, Words, html};
use crate::keyboard::Member;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/structure", get(mine))
        .route("/structure/{id}", get(people))
        .route("/structure/{id}/confirmer", post(confirm))
        .merge(account::routes())
}

/// A gestionnaire in her structure. No other way leads to its accounts.
struct Keeper {
    person: IdNat,
    local: LocalStructure,
    name: String,
}

impl Keeper {
    async fn of(app: &App, member: &Member, id: &str) -> Result<Self, Fault> {
        let person = national(member)?;
        let local = app.store.local_structure(id).await?.filter(|local| local.enabled && local.gestionnaires.contains(&person));
        let local = local.ok_or(Fault::NotFound)?;
        let name = app.store.structure(id).await?.map_or_else(|| id.to_owned(), |structure| structure.name);
        Ok(Self { person, local, name })
    }

    fn author(&self) -> Author {
        Author::Person { id: self.person.clone(), capacity: None }
    }
}

/// Gestionnaires are people of Pro Santé Connect.
fn national(member: &Member) -> Result<IdNat, Fault> {
    match &member.signed.session.who {
        Who::Person(person) => Ok(person.clone()),
        Who::Local(_) | Who::Staff(_) => Err(Fault::NotFound),
    }
}

struct Mine {
    id: String,
    name: String,
}

#[derive(Template)]
#[template(path = "structure/mine.html")]
struct MinePage {
    page: Page,
    mine: Vec<Mine>,
}

/// `GET /structure`: the structures whose accounts I keep; the only one is opened at once.
async fn mine(State(app): State<App>, w: Words, member: Member) -> Result<Response, Fault> {
    let person = national(&member)?;
    let mut mine = Vec::new();
    for local in app.store.local_structures().await? {
        if local.enabled && local.gestionnaires.contains(&person) {
            let name = app.store.structure(&local.structure).await?.map_or_else(|| local.structure.clone(), |structure| structure.name);
            mine.push(Mine { id: local.structure, name });
        }
    }
    if let [only] = mine.as_slice() {
        return Ok(Redirect::to(&format!("/structure/{}", only.id)).into_response());
    }
    let page = Page::of(&app, w, &member.signed.session, w.structures_title()).at(Place::Structure, "/structure");
    Ok(html(&app, &MinePage { page, mine }, false))
}

struct Row {
    /// `SEC0042`
    number: String,
    name: String,
    function: String,
    state: String,
    /// Class of the tag: `good`, `warn`, `bad`.
    tone: &'static str,
    ends: String,
    last: String,
    person: String,
    living: bool,
}

#[derive(Template)]
#[template(path = "structure/people.html")]
struct PeoplePage {
    page: Page,
    id: String,
    name: String,
    rows: Vec<Row>,
    confirm: bool,
    review: String,
}

/// `GET /structure/{id}`
async fn people(State(app): State<App>, w: Words, member: Member, headers: HeaderMap, Path(id): Path<String>) -> Result<Response, Fault> {
    let keeper = Keeper::of(&app, &member, &id).await?;
    let now = app.clock.now();
    let accounts = app.store.local_accounts(&id, now).await?;
    let rows: Vec<Row> = accounts.iter().map(|account| row(w, account, now)).collect();
    let notice = Notice::left(&app, &headers);
    let said = notice.is_some();
    let review = keeper.local.commitment.as_ref().map_or_else(String::new, |commitment| w.date(commitment.review_date));
    let page =
        Page::of(&app, w, &member.signed.session, keeper.name.clone()).at(Place::Structure, format!("/structure/{id}")).saying(notice);
    let confirm = rows.iter().any(|row| row.living);
    Ok(html(&app, &PeoplePage { page, id, name: keeper.name, rows, confirm, review }, said))
}

fn row(w: Words, account: &LocalAccount, now: rules::Moment) -> Row {
    let (state, tone) = state(w, account.state);
    Row {
        number: number(&account.person),
        name: format!("{} {}", account.given, account.family),
        function: account.function.clone(),
        state,
        tone,
        ends: account.ends.map_or_else(String::new, |ends| w.date(ends)),
        last: account.last_login.map_or_else(|| w.never_so_far(), |at| w.ago(at, now)),
        person: account.person.to_string(),
        living: account.state != LocalState::Ended,
    }
}

/// The structure's own part of a local number: `SEC0042`.
fn number(person: &IdNat) -> String {
    person.as_str().split_once('/').map_or_else(String::new, |(_, inner)| inner.to_owned())
}

fn state(w: Words, state: LocalState) -> (String, &'static str) {
    match state {
        LocalState::NotBegun => (w.local_not_begun(), "warn"),
        LocalState::Invited => (w.local_invited(), "warn"),
        LocalState::Active => (w.local_active(), "good"),
        LocalState::Locked => (w.local_locked(), "warn"),
        LocalState::Blocked => (w.local_blocked(), "bad"),
        LocalState::Suspended => (w.local_suspended(), "bad"),
        LocalState::Ended => (w.local_ended(), "warn"),
    }
}

/// `POST /structure/{id}/confirmer`: the people ticked still work there (every six months, LOC-08).
async fn confirm(
    State(app): State<App>,
    w: Words,
    member: Member,
    Path(id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let keeper = Keeper::of(&app, &member, &id).await?;
    let now = app.clock.now();
    let there: Vec<IdNat> = app.store.local_accounts(&id, now).await?.into_iter().map(|account| account.person).collect();
    let ticked = fields.iter().filter(|(name, _)| name == "personne").filter_map(|(_, value)| IdNat::parse(value).ok());
    let people: Vec<IdNat> = ticked.filter(|person| there.contains(person)).collect();
    let count = people.len();
    app.store.confirm_local_accounts(&id, people, keeper.author(), now).await?;
    Ok(Notice::good(w.list_confirmed(count)).then(&app, &format!("/structure/{id}")))
}
