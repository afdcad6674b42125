//! The operator's own people: a passkey, always; the first one by the link of an invitation.
//!
//! Requirements: STF-01, STF-03. No password, no shared account. Signing in here opens the desk and never a mailbox.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Form, Router};
use rules::Refusal;
use store::accounts::{Holder, StaffMember, Who};

use super::passkey;
use super::refused::{self, Turned, turn_away};
use super::seat::{self, Proved};
use super::visitor::Visitor;
use super::welcome::To;
use crate::App;
use crate::frame::{Fault, Notice, Page, Words, html};
use crate::keyboard::own_path;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/bureau/connexion", get(door).post(enter))
        .route("/bureau/connexion/question", post(question))
        .route("/bureau/inscription/{code}", get(invited).post(enrol))
        .route("/bureau/inscription/{code}/question", post(new_key))
}

#[derive(Template)]
#[template(path = "sign_in/staff.html")]
struct Door {
    page: Page,
    to: String,
    elsewhere: String,
}

/// `GET /bureau/connexion`
async fn door(State(app): State<App>, w: Words, visitor: Visitor, headers: HeaderMap, Query(to): Query<To>) -> Response {
    let notice = Notice::left(&app, &headers);
    let said = notice.is_some();
    let page = Page::open(&app, w, w.staff_title()).at(Default::default(), "/bureau/connexion").saying(notice);
    let to = if to.vers.is_empty() { "/bureau".to_owned() } else { own_path(&to.vers) };
    html(&app, &Door { page, to, elsewhere: passkey::elsewhere(&app, &visitor, "/bureau/connexion") }, said)
}

/// `POST /bureau/connexion/question`: what the browser must sign.
async fn question(State(app): State<App>, visitor: Visitor) -> Result<Response, Fault> {
    if let Some(ip) = visitor.ip {
        app.throttle.check(ip, None, None, app.clock.now())?;
    }
    passkey::ask(&app, &visitor).await
}

/// `POST /bureau/connexion`: the browser signed.
async fn enter(State(app): State<App>, w: Words, visitor: Visitor, Form(signed): Form<passkey::Signed>) -> Result<Response, Fault> {
    match entered(&app, &visitor, &signed).await {
        Ok(response) => Ok(response),
        Err(fault) => {
            let refusal = refused::refusal_of(fault)?;
            let retry = "/bureau/connexion".to_owned();
            Ok(turn_away(&app, w, &visitor, Turned { refusal, person: None, means: "staff", retry }).await)
        }
    }
}

async fn entered(app: &App, visitor: &Visitor, signed: &passkey::Signed) -> Result<Response, Fault> {
    let now = app.clock.now();
    if let Some(ip) = visitor.ip {
        app.throttle.check(ip, None, None, now)?;
    }
    let Holder::Staff(login) = passkey::check(app, visitor, &signed.reponse).await? else { return Err(Refusal::LoginFailed.into()) };
    let member = app.store.staff(&login).await?.filter(|member| member.suspended.is_none()).ok_or(Refusal::LoginFailed)?;
    let proved = Proved::by_own_means(Who::Staff(member.login), member.name, "WEBAUTHN", now);
    seat::sit(app, visitor, proved, if signed.vers.is_empty() { "/bureau" } else { &signed.vers }).await
}

#[derive(Template)]
#[template(path = "sign_in/staff_enrol.html")]
struct Invited {
    page: Page,
    name: String,
    login: String,
    code: String,
    elsewhere: String,
}

/// `GET /bureau/inscription/{code}`: the link of `pli staff invite`, 24 hours, once.
async fn invited(State(app): State<App>, w: Words, visitor: Visitor, Path(code): Path<String>) -> Result<Response, Fault> {
    let member = member(&app, &visitor, &code).await?;
    let page = Page::open(&app, w, w.staff_enrol_title()).at(Default::default(), "/bureau/connexion");
    let elsewhere = passkey::elsewhere(&app, &visitor, &format!("/bureau/inscription/{code}"));
    Ok(html(&app, &Invited { page, name: member.name, login: member.login, code, elsewhere }, false))
}

async fn member(app: &App, visitor: &Visitor, code: &str) -> Result<StaffMember, Fault> {
    let now = app.clock.now();
    if let Some(ip) = visitor.ip {
        app.throttle.check(ip, None, None, now)?;
    }
    let member = app.store.staff_by_code(code, now).await?;
    if let (None, Some(ip)) = (&member, visitor.ip) {
        app.throttle.failed(ip, None, None, &Refusal::CodeSpent, now);
    }
    member.ok_or(Fault::Refused(Refusal::CodeSpent))
}

/// `POST /bureau/inscription/{code}/question`
async fn new_key(State(app): State<App>, visitor: Visitor, Path(code): Path<String>) -> Result<Response, Fault> {
    let member = member(&app, &visitor, &code).await?;
    passkey::invite(&app, &visitor, &format!("staff:{}", member.login), &member.name, member.passkeys).await
}

/// `POST /bureau/inscription/{code}`: the new key; the link is spent.
async fn enrol(
    State(app): State<App>,
    w: Words,
    visitor: Visitor,
    Path(code): Path<String>,
    Form(signed): Form<passkey::Signed>,
) -> Result<Response, Fault> {
    let member = member(&app, &visitor, &code).await?;
    let key = passkey::made(&app, &visitor, &signed).await?;
    app.store.add_staff_passkey(&member.login, key, Some(&code), app.clock.now()).await?;
    Ok(Notice::good(w.passkey_enrolled()).then(&app, "/bureau/connexion"))
}
