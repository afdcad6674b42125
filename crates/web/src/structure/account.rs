//! Somebody new, somebody's account, and every act of a gestionnaire on it.
//!
//! Requirements: LOC-03, LOC-05, LOC-06, LOC-07, LOC-08, LOC-09. The enrolment code is shown once, to be printed or handed over; it is never sent together
//! with the link.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Form, Router};
use identity::local::codes;
use rules::ids::Rpps;
use rules::local::LocalState;
use rules::{IdNat, Refusal};
use secrecy::ExposeSecret;
use serde::Deserialize;
use store::accounts::{LocalAccount, LocalKey, NewLocalAccount};

use super::{Keeper, form, number, state};
use crate::App;
use crate::frame::page::Place;
use crate::frame::{Fault, Notice, Page, Words, html};
use crate::keyboard::Member;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/structure/{id}/comptes", get(blank).post(create))
        .route("/structure/{id}/comptes/{number}", get(show))
        .route("/structure/{id}/comptes/{number}/fin", post(end))
        .route("/structure/{id}/comptes/{number}/terme", post(extend))
        .route("/structure/{id}/comptes/{number}/deverrouiller", post(unlock))
        .route("/structure/{id}/comptes/{number}/fermer", post(lock))
        .route("/structure/{id}/comptes/{number}/code", post(reset))
        .route("/structure/{id}/comptes/{number}/rpps", post(link))
        .route("/structure/{id}/comptes/{number}/lien", post(bind))
}

/// What a gestionnaire types for somebody new.
#[derive(Clone, Debug, Default, Deserialize)]
struct Typed {
    #[serde(default)]
    matricule: String,
    #[serde(default)]
    nom: String,
    #[serde(default)]
    prenom: String,
    #[serde(default)]
    fonction: String,
    #[serde(default)]
    courriel: String,
    #[serde(default)]
    identifiant: String,
    #[serde(default)]
    debut: String,
    #[serde(default)]
    fin: String,
}

#[derive(Template)]
#[template(path = "structure/new.html")]
struct New {
    page: Page,
    id: String,
    name: String,
    typed: Typed,
    error: String,
}

/// `GET /structure/{id}/comptes`
async fn blank(State(app): State<App>, w: Words, member: Member, Path(id): Path<String>) -> Result<Response, Fault> {
    let keeper = Keeper::of(&app, &member, &id).await?;
    let typed = Typed { debut: app.clock.now().paris().date().to_string(), ..Typed::default() };
    Ok(draw_new(&app, w, &member, &keeper, typed, String::new()))
}

fn draw_new(app: &App, w: Words, member: &Member, keeper: &Keeper, typed: Typed, error: String) -> Response {
    let id = keeper.local.structure.clone();
    let wrong = !error.is_empty();
    let page = Page::of(app, w, &member.signed.session, w.account_new_title()).at(Place::Structure, format!("/structure/{id}/comptes"));
    let mut response = html(app, &New { page, id, name: keeper.name.clone(), typed, error }, false);
    if wrong {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    response
}

#[derive(Template)]
#[template(path = "structure/code.html")]
struct CodePage {
    page: Page,
    id: String,
    number: String,
    name: String,
    login: String,
    structure: String,
    code: String,
    address: String,
}

/// The code, once: to print or to hand over.
fn draw_code(app: &App, w: Words, member: &Member, keeper: &Keeper, account: &LocalAccount, code: &str) -> Response {
    let id = keeper.local.structure.clone();
    let page = Page::of(app, w, &member.signed.session, w.code_title()).at(Place::Structure, format!("/structure/{id}"));
    let shown = CodePage {
        page,
        number: number(&account.person),
        name: format!("{} {}", account.given, account.family),
        login: account.login.clone(),
        structure: keeper.name.clone(),
        code: code.to_owned(),
        address: format!("{}/connexion/structure/inscription", app.config.base_url),
        id,
    };
    html(app, &shown, false)
}

/// `POST /structure/{id}/comptes`
async fn create(
    State(app): State<App>,
    w: Words,
    member: Member,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Fault> {
    let keeper = Keeper::of(&app, &member, &id).await?;
    let new = match read(w, &keeper, &typed) {
        Ok(new) => new,
        Err(error) => return Ok(draw_new(&app, w, &member, &keeper, typed, error)),
    };
    let code = codes::enrolment(&app.entropy);
    match app.store.create_local_account(new, code.kept, keeper.author(), app.clock.now()).await {
        Ok(account) => Ok(draw_code(&app, w, &member, &keeper, &account, code.shown.expose_secret())),
        Err(store::Error::Exists(_)) => Ok(draw_new(&app, w, &member, &keeper, typed, w.account_exists())),
        Err(store::Error::Refused(refusal)) => Ok(draw_new(&app, w, &member, &keeper, typed, w.refusal(&refusal))),
        Err(error) => Err(error.into()),
    }
}

/// The account that was typed, or what is wrong with it.
fn read(w: Words, keeper: &Keeper, typed: &Typed) -> Result<NewLocalAccount, String> {
    let text = |value: &str| value.trim().chars().filter(|c| !c.is_control()).take(120).collect::<String>();
    let (family, given, login) = (text(&typed.nom).to_uppercase(), text(&typed.prenom), text(&typed.identifiant).to_lowercase());
    let needed = [&family, &given, &login, &text(&typed.fonction)];
    if needed.iter().any(|value| value.is_empty()) {
        return Err(w.account_incomplete());
    }
    // `1990000028` is the structure, `3990000028/SEC0042` its person (LOC-03).
    let finess = keeper.local.structure.strip_prefix('1').unwrap_or_default();
    let person = IdNat::parse(&format!("3{finess}/{}", typed.matricule.trim())).map_err(|_| w.account_number_wrong())?;
    let begins = form::begin_of(&typed.debut).ok_or_else(|| w.date_wrong())?;
    let ends = match typed.fin.trim() {
        "" => None,
        day => Some(form::end_of(day).filter(|end| begins < *end).ok_or_else(|| w.date_wrong())?),
    };
    Ok(NewLocalAccount { person, family, given, function: text(&typed.fonction), email: text(&typed.courriel), login, begins, ends })
}

#[derive(Template)]
#[template(path = "structure/account.html")]
struct AccountPage {
    page: Page,
    id: String,
    number: String,
    name: String,
    function: String,
    email: String,
    login: String,
    person: String,
    state: String,
    tone: &'static str,
    begins: String,
    ends: String,
    last_day: String,
    last: String,
    confirmed: String,
    means: Vec<String>,
    rpps: String,
    bound: String,
    issuer: String,
    ended: bool,
    shut: bool,
}

/// An account of the keeper's own structure, by the structure's own number.
async fn account(app: &App, keeper: &Keeper, inner: &str) -> Result<LocalAccount, Fault> {
    let finess = keeper.local.structure.strip_prefix('1').unwrap_or_default();
    let person = IdNat::parse(&format!("3{finess}/{inner}")).map_err(|_| Fault::NotFound)?;
    let account = app.store.local_account(LocalKey::Person(&person), app.clock.now()).await?;
    account.filter(|account| account.structure == keeper.local.structure).ok_or(Fault::NotFound)
}

/// `GET /structure/{id}/comptes/{number}`
async fn show(
    State(app): State<App>,
    w: Words,
    member: Member,
    headers: HeaderMap,
    Path((id, inner)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let keeper = Keeper::of(&app, &member, &id).await?;
    let account = account(&app, &keeper, &inner).await?;
    let now = app.clock.now();
    let (state, tone) = state(w, account.state);
    let mut means = Vec::new();
    if account.password.is_some() && account.totp.is_some() {
        means.push(w.has_totp(account.recovery_codes_left));
    }
    if !account.passkeys.is_empty() {
        means.push(w.has_passkeys(account.passkeys.len()));
    }
    if account.bound.is_some() {
        means.push(w.has_oidc());
    }
    let notice = Notice::left(&app, &headers);
    let said = notice.is_some();
    let name = format!("{} {}", account.given, account.family);
    let path = format!("/structure/{id}/comptes/{inner}");
    let shown = AccountPage {
        page: Page::of(&app, w, &member.signed.session, name.clone()).at(Place::Structure, path).saying(notice),
        number: number(&account.person),
        name,
        function: account.function,
        email: account.email,
        login: account.login,
        person: account.person.to_string(),
        state,
        tone,
        begins: w.date(account.begins),
        ends: account.ends.map_or_else(String::new, |end| w.date_time(end)),
        last_day: account.ends.map_or_else(String::new, form::last_day),
        last: account.last_login.map_or_else(|| w.never_so_far(), |at| w.ago(at, now)),
        confirmed: w.date(account.confirmed),
        means,
        rpps: account.linked_rpps.map_or_else(String::new, |rpps| rpps.to_string()),
        bound: account.bound.map_or_else(String::new, |(_, subject)| subject),
        issuer: keeper.local.oidc.as_ref().map_or_else(String::new, |oidc| oidc.issuer.clone()),
        ended: account.state == LocalState::Ended,
        shut: matches!(account.state, LocalState::Locked | LocalState::Blocked | LocalState::Suspended),
        id,
    };
    Ok(html(&app, &shown, said))
}

/// Somebody's account in the hands of a gestionnaire.
async fn held(app: &App, member: &Member, id: &str, inner: &str) -> Result<(Keeper, LocalAccount), Fault> {
    let keeper = Keeper::of(app, member, id).await?;
    let account = account(app, &keeper, inner).await?;
    Ok((keeper, account))
}

fn done(app: &App, id: &str, inner: &str, words: String) -> Response {
    Notice::good(words).then(app, &format!("/structure/{id}/comptes/{inner}"))
}

/// `POST …/fin`: she left. Sessions and delegations end with the account (LOC-08).
async fn end(State(app): State<App>, w: Words, member: Member, Path((id, inner)): Path<(String, String)>) -> Result<Response, Fault> {
    let (keeper, account) = held(&app, &member, &id, &inner).await?;
    app.store.end_local_account(&account.person, keeper.author(), app.clock.now()).await?;
    Ok(done(&app, &id, &inner, w.account_ended()))
}

#[derive(Deserialize)]
struct Day {
    #[serde(default)]
    fin: String,
}

/// `POST …/terme`: another last day, or none known.
async fn extend(
    State(app): State<App>,
    w: Words,
    member: Member,
    Path((id, inner)): Path<(String, String)>,
    Form(day): Form<Day>,
) -> Result<Response, Fault> {
    let (keeper, account) = held(&app, &member, &id, &inner).await?;
    let ends = match day.fin.trim() {
        "" => None,
        day => Some(form::end_of(day).ok_or_else(|| Fault::BadForm("fin".to_owned()))?),
    };
    app.store.extend_local_account(&account.person, ends, keeper.author(), app.clock.now()).await?;
    Ok(done(&app, &id, &inner, w.account_extended()))
}

/// `POST …/deverrouiller`: after too many failures, or a suspension.
async fn unlock(State(app): State<App>, w: Words, member: Member, Path((id, inner)): Path<(String, String)>) -> Result<Response, Fault> {
    let (keeper, account) = held(&app, &member, &id, &inner).await?;
    app.store.unlock_local_account(&account.person, keeper.author(), app.clock.now()).await?;
    Ok(done(&app, &id, &inner, w.account_unlocked()))
}

/// `POST …/fermer`: nobody comes in under this account until it is unlocked.
async fn lock(State(app): State<App>, w: Words, member: Member, Path((id, inner)): Path<(String, String)>) -> Result<Response, Fault> {
    let (keeper, account) = held(&app, &member, &id, &inner).await?;
    app.store.lock_local_account(&account.person, keeper.author(), app.clock.now()).await?;
    Ok(done(&app, &id, &inner, w.account_locked()))
}

/// `POST …/code`: a new enrolment code; her means are forgotten.
async fn reset(State(app): State<App>, w: Words, member: Member, Path((id, inner)): Path<(String, String)>) -> Result<Response, Fault> {
    let (keeper, account) = held(&app, &member, &id, &inner).await?;
    let code = codes::enrolment(&app.entropy);
    let account = app.store.reset_local_account(&account.person, code.kept, keeper.author(), app.clock.now()).await?;
    Ok(draw_code(&app, w, &member, &keeper, &account, code.shown.expose_secret()))
}

#[derive(Deserialize)]
struct Number {
    rpps: String,
}

/// `POST …/rpps`: she has a national number now.
async fn link(
    State(app): State<App>,
    w: Words,
    member: Member,
    Path((id, inner)): Path<(String, String)>,
    Form(typed): Form<Number>,
) -> Result<Response, Fault> {
    let (keeper, account) = held(&app, &member, &id, &inner).await?;
    let rpps = Rpps::parse(typed.rpps.trim()).map(IdNat::from).or_else(|_| IdNat::parse(&typed.rpps));
    let rpps = rpps.map_err(|_| Fault::BadForm("rpps".to_owned()))?;
    app.store.person(&rpps).await?.ok_or(Refusal::PersonUnknown)?;
    app.store.link_local_account(&account.person, &rpps, keeper.author(), app.clock.now()).await?;
    Ok(done(&app, &id, &inner, w.account_linked()))
}

#[derive(Deserialize)]
struct Subject {
    #[serde(default)]
    sujet: String,
}

/// `POST …/lien`: who she is at the structure's own provider; empty unbinds.
async fn bind(
    State(app): State<App>,
    w: Words,
    member: Member,
    Path((id, inner)): Path<(String, String)>,
    Form(typed): Form<Subject>,
) -> Result<Response, Fault> {
    let (keeper, account) = held(&app, &member, &id, &inner).await?;
    let issuer = keeper.local.oidc.as_ref().map(|oidc| oidc.issuer.clone()).ok_or(Fault::NotFound)?;
    let subject: String = typed.sujet.trim().chars().filter(|c| !c.is_control()).take(255).collect();
    let bound = Some((issuer, subject)).filter(|(_, subject)| !subject.is_empty());
    app.store.bind_local_account(&account.person, bound, keeper.author(), app.clock.now()).await?;
    Ok(done(&app, &id, &inner, w.account_bound()))
}
