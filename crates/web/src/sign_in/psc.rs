//! Pro Santé Connect by redirection: the browser leaves, comes back with a code, and somebody is seated.
//!
//! Requirements: PSC-05, PSC-06, PSC-08, PSC-13, PSC-19, PSC-37, PSC-A. The attempt is kept by the store, bound to this browser, used once, ten minutes
//! long; the proof is `identity`'s. Access and refresh tokens never reach this file.

use askama::Template;
use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use identity::oidc::{Return, SignedIn};
use rules::{Moment, Refusal};
use secrecy::ExposeSecret;
use serde::Deserialize;
use store::accounts::{Attempt, Who};

use super::refused::{self, Turned, turn_away};
use super::seat::{self, Proved};
use super::visitor::Visitor;
use super::welcome::To;
use crate::App;
use crate::frame::{Fault, Page, Words, html};
use crate::keyboard::{Signed, own_path};

/// The provider's name in an attempt; others are structures.
const PSC: &str = "psc";
const LOGIN: &str = "login";
/// Followed by `:` and the moment at which it began.
const RELOGIN: &str = "relogin";
/// What two clocks may differ by (PSC-08).
const SKEW: std::time::Duration = std::time::Duration::from_secs(30);

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/connexion/psc", get(begin))
        .route("/connexion/confirmer", get(confirm))
        .route("/connexion/confirmer/psc", get(begin_again))
        .route("/psc/retour", get(back))
}

/// `GET /connexion/psc?vers=`: to Pro Santé Connect.
async fn begin(State(app): State<App>, w: Words, visitor: Visitor, Query(to): Query<To>) -> Result<Response, Fault> {
    leave_for_psc(&app, w, &visitor, &to, LOGIN.to_owned(), visitor.left).await
}

/// `GET /connexion/confirmer/psc?vers=`: the same, asking who is there whatever the provider remembers (PSC-37).
async fn begin_again(State(app): State<App>, w: Words, visitor: Visitor, _signed: Signed, Query(to): Query<To>) -> Result<Response, Fault> {
    let purpose = format!("{RELOGIN}:{}", app.clock.now().micros());
    leave_for_psc(&app, w, &visitor, &to, purpose, true).await
}

async fn leave_for_psc(app: &App, w: Words, visitor: &Visitor, to: &To, purpose: String, fresh: bool) -> Result<Response, Fault> {
    let now = app.clock.now();
    let return_to = own_path(&to.vers);
    if let Some(refusal) = visitor.ip.and_then(|ip| app.throttle.check(ip, None, None, now).err()) {
        return Ok(refused::page(app, w, &refusal, &format!("/connexion?vers={}", to.encoded())));
    }
    let redirect_uri = format!("{}/psc/retour", visitor.origin);
    let begun = match app.party.begin(&redirect_uri, fresh).await {
        Ok(begun) => begun,
        Err(refusal) => return Ok(refused::page(app, w, &refusal, &format!("/connexion?vers={}", to.encoded()))),
    };
    let secret = visitor.secret_or_new(app);
    let attempt = Attempt {
        state: begun.state,
        cookie: secret.clone(),
        nonce: begun.nonce,
        verifier: begun.verifier,
        redirect_uri,
        return_to,
        purpose,
        issuer: PSC.to_owned(),
    };
    app.store.keep_attempt(attempt, now).await?;
    let mut response = Redirect::to(&begun.url).into_response();
    Visitor::holds(app, &mut response, &secret);
    Ok(response)
}

/// What Pro Santé Connect sends back: `state` and `code`, or `error`; the rest may be missing.
#[derive(Deserialize, Default)]
struct Back {
    #[serde(default)]
    state: String,
    code: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

/// `GET /psc/retour`
async fn back(State(app): State<App>, w: Words, visitor: Visitor, query: Result<Query<Back>, QueryRejection>) -> Result<Response, Fault> {
    let now = app.clock.now();
    let back = query.map(|Query(back)| back).unwrap_or_default();
    // Without the browser that began it, a return is worth nothing: nothing is journalled that a stranger could repeat at will.
    let attempt = match visitor.secret() {
        Some(secret) if !back.state.is_empty() => app.store.take_attempt(&back.state, secret, now).await?,
        _ => None,
    };
    let Some(attempt) = attempt.filter(|attempt| attempt.issuer == PSC) else {
        tracing::info!("a return from Pro Santé Connect that no attempt of this browser waits for");
        return Ok(refused::page(&app, w, &Refusal::LoginFailed, "/connexion"));
    };
    let to = attempt.return_to.clone();
    if let Some(error) = &back.error {
        return Ok(said_no(&app, w, &visitor, error, &to).await);
    }
    let code = back.code.as_deref().unwrap_or_default();
    let back = Return {
        code,
        iss: back.iss.as_deref(),
        nonce: &attempt.nonce,
        verifier: attempt.verifier.expose_secret(),
        redirect_uri: &attempt.redirect_uri,
    };
    let signed = match app.party.finish(back).await {
        Ok(signed) => signed,
        Err(refusal) => return Ok(turn_away(&app, w, &visitor, Turned::psc(refusal, None, &to)).await),
    };
    let person = signed.person.clone();
    match welcome(&app, &visitor, signed, &attempt, now).await {
        Ok(response) => Ok(response),
        Err(fault) => {
            let refusal = refused::refusal_of(fault)?;
            Ok(turn_away(&app, w, &visitor, Turned::psc(refusal, person.as_ref(), &to)).await)
        }
    }
}

/// The person is proved: is she admitted, and (proving anew) is it still her?
async fn welcome(app: &App, visitor: &Visitor, signed: SignedIn, attempt: &Attempt, now: Moment) -> Result<Response, Fault> {
    let idnat = signed.person.clone().ok_or(Refusal::PersonUnknown)?;
    let person = seat::admitted(app, &idnat, now).await?;
    let who = seat::who(&person);
    if let Some(begun) = attempt.purpose.strip_prefix(RELOGIN) {
        still_there(app, visitor, &who, signed.auth_time, begun, now).await?;
    }
    if let Some(told) = &signed.userinfo {
        let differences = told.differences(&person, now).len();
        if differences > 0 || told.broken_practice {
            tracing::info!(%idnat, differences, unreadable = told.broken_practice, "Pro Santé Connect and the register differ; the register holds");
        }
    }
    let proved = Proved::by_provider(who, person.name(), signed);
    seat::sit(app, visitor, proved, &attempt.return_to).await
}

/// Proving anew: the same person as in the session under way, and a login made after it was asked for.
///
/// Requirements: PSC-37.
async fn still_there(app: &App, visitor: &Visitor, who: &Who, proved: Moment, begun: &str, now: Moment) -> Result<(), Fault> {
    let session = match &visitor.seat {
        Some(cookie) => app.store.web_session(cookie, false, now).await?,
        None => None,
    };
    let begun = begun.trim_start_matches(':').parse().map(Moment::from_micros).map_err(|_| Refusal::LoginFailed)?;
    let same = session.is_some_and(|session| session.who == *who);
    if same && begun <= proved.plus(SKEW) { Ok(()) } else { Err(Refusal::LoginFailed.into()) }
}

/// The provider answers by an error: the person gave up, or nothing works today.
async fn said_no(app: &App, w: Words, visitor: &Visitor, error: &str, to: &str) -> Response {
    let retry = format!("/connexion?vers={}", crate::keyboard::encoded(to));
    match error {
        "access_denied" => refused::told(app, w, &Refusal::LoginFailed, w.denied_title(), w.denied_why(), &retry),
        "login_required" | "interaction_required" => {
            refused::told(app, w, &Refusal::LoginFailed, w.login_required_title(), w.login_required_why(), &retry)
        }
        "temporarily_unavailable" | "server_error" => refused::page(app, w, &Refusal::PscUnavailable, &retry),
        other => {
            let error: String = other.chars().filter(|c| c.is_ascii_lowercase() || *c == '_').take(40).collect();
            tracing::warn!(error, "Pro Santé Connect refuses our request");
            turn_away(app, w, visitor, Turned::psc(Refusal::LoginFailed, None, to)).await
        }
    }
}

#[derive(Template)]
#[template(path = "sign_in/confirm.html")]
struct Confirm {
    page: Page,
    to: String,
}

/// `GET /connexion/confirmer?vers=`: a grave act asks who is there, now. A page with a link: what a form began must not leave for another site.
async fn confirm(State(app): State<App>, w: Words, signed: Signed, Query(to): Query<To>) -> Result<Response, Fault> {
    let page = Page::of(&app, w, &signed.session, w.confirm_title()).at(Default::default(), "/connexion/confirmer");
    match signed.session.who {
        Who::Person(_) => Ok(html(&app, &Confirm { page, to: to.encoded() }, false)),
        // Grave acts belong to people of Pro Santé Connect: nobody else is asked to confirm them.
        Who::Local(_) | Who::Staff(_) => Err(Fault::NotFound),
    }
}
