//! `/moi`: where I am signed in, when I came, what I accepted.
//!
//! Requirements: PSC-37 (a list of one's sessions with "Fermer"), CGU-02, PSC-C.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use rules::IdNat;
use rules::journal::Act;
use store::accounts::Who;
use store::mailboxes::Accepted;

use crate::App;
use crate::frame::page::Place;
use crate::frame::{Fault, Notice, Page, Words, html};
use crate::keyboard::Signed;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/moi", get(me)).route("/moi/sessions/{id}/fermer", post(close))
}

/// Logins shown.
const LOGINS: usize = 10;
/// Lines of the register looked through for them.
const LINES: u32 = 200;

struct Session {
    id: i64,
    here: bool,
    begun: String,
    seen: String,
    means: String,
    from: String,
    agent: String,
}

struct Login {
    at: String,
    means: String,
    from: String,
}

#[derive(Template)]
#[template(path = "sign_in/me.html")]
struct Me {
    page: Page,
    name: String,
    number: String,
    means: String,
    ends: String,
    sessions: Vec<Session>,
    logins: Vec<Login>,
    accepted: Vec<Row>,
    /// Only people of Pro Santé Connect have tokens of their own.
    tokens: bool,
    /// Structures whose accounts she keeps.
    manages: bool,
}

struct Row {
    version: String,
    at: String,
    from: String,
}

/// `GET /moi`
async fn me(State(app): State<App>, w: Words, signed: Signed, headers: HeaderMap) -> Result<Response, Fault> {
    let (now, session) = (app.clock.now(), &signed.session);
    let person = person(&session.who);
    let sessions = app.store.web_sessions_of(&session.who, now).await?.into_iter().map(|one| Session {
        id: one.id,
        here: one.id == session.id,
        begun: w.date_time(one.begun),
        seen: w.ago(one.seen, now),
        means: means(w, &one.who, &one.auth_mode),
        from: one.ip.map(|ip| ip.to_string()).unwrap_or_default(),
        agent: one.agent,
    });
    let sessions = sessions.collect();
    let accepted = match person {
        Some(person) => app.store.terms_history(person).await?.into_iter().rev().map(|one| row(w, one)).collect(),
        None => Vec::new(),
    };
    let manages = match &session.who {
        Who::Person(person) => app.store.local_structures().await?.iter().any(|local| local.gestionnaires.contains(person)),
        Who::Local(_) | Who::Staff(_) => false,
    };
    let notice = Notice::left(&app, &headers);
    let said = notice.is_some();
    let shown = Me {
        name: session.name.clone(),
        number: person.map_or_else(|| staff_login(&session.who), ToString::to_string),
        means: means(w, &session.who, &session.auth_mode),
        ends: w.clock(session.auth_time.plus(super::seat::LIFE)),
        sessions,
        logins: logins(&app, w, &session.who).await?,
        accepted,
        tokens: matches!(session.who, Who::Person(_)),
        manages,
        page: Page::of(&app, w, session, w.me()).at(Place::Me, "/moi").saying(notice),
    };
    Ok(html(&app, &shown, said))
}

fn person(who: &Who) -> Option<&IdNat> {
    match who {
        Who::Person(person) | Who::Local(person) => Some(person),
        Who::Staff(_) => None,
    }
}

fn staff_login(who: &Who) -> String {
    match who {
        Who::Staff(login) => login.clone(),
        Who::Person(_) | Who::Local(_) => String::new(),
    }
}

/// How somebody proved who she is, in words.
fn means(w: Words, who: &Who, auth_mode: &str) -> String {
    match (who, auth_mode) {
        (_, "WEBAUTHN") => w.means_passkey(),
        (Who::Local(_), "TOTP") => w.means_totp(),
        (Who::Local(_), _) => w.means_structure(),
        (_, "CARD") => w.means_card(),
        (_, "MOBILE") => w.means_ecps(),
        _ => w.means_psc(),
    }
}

fn row(w: Words, accepted: Accepted) -> Row {
    Row { version: accepted.version, at: w.date_time(accepted.at), from: accepted.ip.unwrap_or_default() }
}

/// The last logins, from the journal of the register.
async fn logins(app: &App, w: Words, who: &Who) -> Result<Vec<Login>, Fault> {
    let Some(person) = person(who) else { return Ok(Vec::new()) };
    let query = store::history::Query { author: Some(person.clone()), limit: Some(LINES), ..Default::default() };
    let lines = app.store.journal_lines(query).await?;
    // By moment, newest first, whatever the order in which the journal gives them.
    let opened = lines.into_iter().map(|placed| placed.line).filter(|line| line.act == Act::SessionOpened.as_str());
    let by_moment: BTreeMap<_, _> = opened.map(|line| ((line.at, line.seq), line)).collect();
    let text = |facts: &serde_json::Value, name: &str| facts.get(name).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
    let shown = by_moment.into_values().rev().take(LOGINS);
    Ok(shown
        .map(|line| Login {
            at: w.date_time(line.at),
            means: means(w, who, &text(&line.facts, "auth_mode")),
            from: text(&line.facts, "ip"),
        })
        .collect())
}

/// `POST /moi/sessions/{id}/fermer`: one of my own sessions, elsewhere or here.
async fn close(State(app): State<App>, w: Words, signed: Signed, Path(id): Path<i64>) -> Result<Response, Fault> {
    if !app.store.end_web_session_by_id(&signed.session.who, id, app.clock.now()).await? {
        return Err(Fault::NotFound);
    }
    Ok(Notice::good(w.session_closed()).then(&app, "/moi"))
}
