//! `/moi/jetons`: tokens for my own programs, shown once, ended at any moment.
//!
//! Requirements: STF-04 (tokens are shown once, end by themselves, can be withdrawn, show their last use). A token reaches no further than its person: the
//! API opens mailboxes in her name, by the same door.

use std::time::Duration;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Form, Router};
use rules::staff::PERSONAL_SCOPES;
use rules::{Author, IdNat};
use secrecy::ExposeSecret;
use store::accounts::{NewToken, TokenInfo, TokenOwner, Who};

use crate::App;
use crate::frame::page::Place;
use crate::frame::{Fault, Notice, Page, Words, html};
use crate::keyboard::Signed;

const DAY: Duration = Duration::from_secs(24 * 3600);
/// Choices of life, in days.
const LIVES: [u32; 4] = [7, 30, 90, 365];

pub(super) fn routes() -> Router<App> {
    Router::new().route("/moi/jetons", get(list).post(make)).route("/moi/jetons/{id}/revoquer", post(revoke))
}

struct Token {
    id: i64,
    name: String,
    scopes: String,
    created: String,
    ends: String,
    used: String,
    alive: bool,
}

struct Scope {
    word: &'static str,
    label: String,
}

#[derive(Template)]
#[template(path = "sign_in/tokens.html")]
struct Tokens {
    page: Page,
    tokens: Vec<Token>,
    scopes: Vec<Scope>,
    lives: [u32; 4],
    /// The token just made: on this page, once.
    fresh: String,
    error: String,
}

/// Tokens belong to people of Pro Santé Connect: programs of the others have none.
fn owner(signed: &Signed) -> Result<IdNat, Fault> {
    match &signed.session.who {
        Who::Person(person) => Ok(person.clone()),
        Who::Local(_) | Who::Staff(_) => Err(Fault::NotFound),
    }
}

/// `GET /moi/jetons`
async fn list(State(app): State<App>, w: Words, signed: Signed, headers: HeaderMap) -> Result<Response, Fault> {
    draw(&app, w, &signed, Notice::left(&app, &headers), String::new(), String::new()).await
}

async fn draw(app: &App, w: Words, signed: &Signed, notice: Option<Notice>, fresh: String, error: String) -> Result<Response, Fault> {
    let (now, person) = (app.clock.now(), TokenOwner::Person(owner(signed)?));
    let mine = app.store.api_tokens().await?.into_iter().filter(|token| token.owner == person);
    let shown = mine.map(|token: TokenInfo| Token {
        id: token.id,
        alive: token.revoked.is_none() && now < token.ends,
        scopes: token.scopes.iter().map(|scope| label(w, scope)).collect::<Vec<_>>().join(", "),
        created: w.date(token.created),
        ends: token.revoked.map_or_else(|| w.until_date(w.date(token.ends)), |at| w.revoked_on(w.date(at))),
        used: token.last_used.map_or_else(|| w.never_so_far(), |at| w.ago(at, now)),
        name: token.name,
    });
    let said = notice.is_some();
    let page = Tokens {
        tokens: shown.collect(),
        scopes: PERSONAL_SCOPES.iter().map(|word| Scope { word, label: label(w, word) }).collect(),
        lives: LIVES,
        fresh,
        error,
        page: Page::of(app, w, &signed.session, w.tokens_title()).at(Place::Me, "/moi/jetons").saying(notice),
    };
    Ok(html(app, &page, said))
}

fn label(w: Words, scope: &str) -> String {
    match scope {
        "mailboxes.read" => w.scope_mailboxes_read(),
        "mailboxes.write" => w.scope_mailboxes_write(),
        "movements.write" => w.scope_movements_write(),
        "messages.read" => w.scope_messages_read(),
        "messages.write" => w.scope_messages_write(),
        "journal.read" => w.scope_journal_read(),
        other => other.to_owned(),
    }
}

/// `POST /moi/jetons`: fields `nom`, `jours`, and `droit` as many times as there are rights.
async fn make(State(app): State<App>, w: Words, signed: Signed, Form(fields): Form<Vec<(String, String)>>) -> Result<Response, Fault> {
    let person = owner(&signed)?;
    let now = app.clock.now();
    let one = |name: &str| fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.trim());
    let scopes: Vec<String> = fields.iter().filter(|(field, _)| field == "droit").map(|(_, value)| value.clone()).collect();
    let days = one("jours").parse().ok().filter(|days| LIVES.contains(days));
    let known = !scopes.is_empty() && scopes.iter().all(|scope| PERSONAL_SCOPES.contains(&scope.as_str()));
    let name: String = one("nom").chars().filter(|c| !c.is_control()).take(80).collect();
    let (Some(days), true, false) = (days, known, name.is_empty()) else {
        return draw(&app, w, &signed, None, String::new(), w.token_incomplete()).await;
    };
    let new = NewToken { name, owner: TokenOwner::Person(person.clone()), scopes, ends: now.plus(DAY * days) };
    let author = Author::Person { id: person, capacity: None };
    let (_, secret) = app.store.make_api_token(new, author, now).await?;
    draw(&app, w, &signed, None, secret.expose_secret().to_owned(), String::new()).await
}

/// `POST /moi/jetons/{id}/revoquer`
async fn revoke(State(app): State<App>, w: Words, signed: Signed, Path(id): Path<i64>) -> Result<Response, Fault> {
    let person = owner(&signed)?;
    let mine = TokenOwner::Person(person.clone());
    if !app.store.api_tokens().await?.iter().any(|token| token.id == id && token.owner == mine) {
        return Err(Fault::NotFound);
    }
    app.store.revoke_api_token(id, Author::Person { id: person, capacity: None }, app.clock.now()).await?;
    Ok(Notice::good(w.token_revoked()).then(&app, "/moi/jetons"))
}
