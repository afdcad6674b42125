//! A structure's own people sign in: the hospital's secretary without a national number (LOC-).
//!
//! | file | page |
//! |---|---|
//! | `oidc` | the structure's own provider, the preferred way |
//! | `own` | a password and a one-time code, or a passkey |
//! | `enrol` | the first time, with the code that was handed over |
//!
//! Requirements: DEL-11, LOC-01, LOC-02, LOC-05. Only structures that the operator switched on are listed. It ends with somebody seated as a person of
//! that structure alone; `rules::access::open` lets her into its ORG mailboxes only, and only on the web.

mod enrol;
mod oidc;
mod own;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use rules::Refusal;
use secrecy::SecretString;
use serde::{Deserialize, Deserializer};
use store::accounts::{LocalAccount, LocalStructure, Recorded, Who};

use super::seat::{self, Proved};
use super::visitor::Visitor;
use crate::App;
use crate::frame::{Fault, Notice, Page, Words, html};
use crate::keyboard::{encoded, own_path};

pub(crate) use oidc::Providers;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/connexion/structure", get(choose))
        .route("/connexion/structure/{id}", get(door).post(own::by_password))
        .merge(oidc::routes())
        .merge(own::routes())
        .merge(enrol::routes())
}

/// Structures shown at once.
const SHOWN: usize = 30;

/// A structure as its people know it.
pub(super) struct Place {
    pub id: String,
    pub name: String,
}

#[derive(Deserialize, Default)]
struct Search {
    #[serde(default)]
    q: String,
    #[serde(default)]
    vers: String,
}

#[derive(Template)]
#[template(path = "sign_in/structures.html")]
struct Choose {
    page: Page,
    q: String,
    to: String,
    found: Vec<Place>,
    more: bool,
}

/// `GET /connexion/structure?q=`: which structure?
async fn choose(State(app): State<App>, w: Words, Query(search): Query<Search>) -> Result<Response, Fault> {
    let wanted: Vec<String> = search.q.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let mut found = Vec::new();
    for structure in app.store.local_structures().await? {
        if !structure.enabled {
            continue;
        }
        let name = name_of(&app, &structure.structure).await?;
        let text = format!("{} {}", name.to_lowercase(), structure.structure);
        if wanted.iter().all(|word| text.contains(word.as_str())) {
            found.push(Place { id: structure.structure, name });
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    let more = found.len() > SHOWN;
    found.truncate(SHOWN);
    let page = Page::open(&app, w, w.structure_choose_title()).at(Default::default(), "/connexion/structure");
    Ok(html(&app, &Choose { page, q: search.q, to: encoded(&own_path(&search.vers)), found, more }, false))
}

#[derive(Template)]
#[template(path = "sign_in/structure.html")]
struct Door {
    page: Page,
    place: Place,
    to: String,
    oidc: bool,
    error: String,
    login: String,
    elsewhere: String,
}

/// `GET /connexion/structure/{id}`: the ways that this structure offers.
async fn door(
    State(app): State<App>,
    w: Words,
    visitor: Visitor,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(search): Query<Search>,
) -> Result<Response, Fault> {
    let structure = enabled(&app, &id).await?;
    draw_door(&app, w, &visitor, &structure, Drawn { to: &search.vers, notice: Notice::left(&app, &headers), ..Drawn::default() }).await
}

/// What a door says beside its ways in.
#[derive(Default)]
struct Drawn<'a> {
    to: &'a str,
    notice: Option<Notice>,
    error: String,
    login: String,
}

async fn draw_door(app: &App, w: Words, visitor: &Visitor, structure: &LocalStructure, drawn: Drawn<'_>) -> Result<Response, Fault> {
    let place = Place { name: name_of(app, &structure.structure).await?, id: structure.structure.clone() };
    let said = drawn.notice.is_some();
    let page = Page::open(app, w, w.structure_title(&place.name)).at(Default::default(), "/connexion/structure").saying(drawn.notice);
    let oidc = structure.oidc.is_some();
    let elsewhere = super::passkey::elsewhere(app, visitor, &format!("/connexion/structure/{}", place.id));
    Ok(html(app, &Door { page, place, to: own_path(drawn.to), oidc, error: drawn.error, login: drawn.login, elsewhere }, said))
}

/// A structure whose own login is on. Others are not told from those that do not exist.
async fn enabled(app: &App, id: &str) -> Result<LocalStructure, Fault> {
    app.store.local_structure(id).await?.filter(|structure| structure.enabled).ok_or(Fault::NotFound)
}

async fn name_of(app: &App, id: &str) -> Result<String, Fault> {
    Ok(app.store.structure(id).await?.map_or_else(|| id.to_owned(), |structure| structure.name))
}

/// Her factors were right: the lock, the account's dates and the register are asked, then she is seated.
async fn seated(
    app: &App,
    visitor: &Visitor,
    account: &LocalAccount,
    recorded: Recorded,
    proved: Proved,
    to: &str,
) -> Result<Response, Fault> {
    match recorded {
        Recorded::Accepted => {}
        Recorded::Failed => return Err(Refusal::LoginFailed.into()),
        Recorded::Locked { .. } | Recorded::Blocked => return Err(Refusal::TooManyAttempts.into()),
        Recorded::Closed => return Err(Refusal::PersonNotEntitled.into()),
    }
    seat::admitted(app, &account.person, app.clock.now()).await?;
    seat::sit(app, visitor, proved, to).await
}

/// A password on its way in: never shown, never logged.
fn secret<'de, D: Deserializer<'de>>(from: D) -> Result<SecretString, D::Error> {
    String::deserialize(from).map(SecretString::from)
}

fn who(account: &LocalAccount) -> Who {
    Who::Local(account.person.clone())
}

fn name(account: &LocalAccount) -> String {
    format!("{} {}", account.given, account.family)
}
