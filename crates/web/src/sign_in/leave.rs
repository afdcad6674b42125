//! Leaving: signing out, leaving the seat to somebody else, and the provider's word that a session is over.
//!
//! OIDC RP-Initiated Logout 1.0, Back-Channel Logout 1.0. Requirements: PSC-35, PSC-36, PSC-C. The session here ends first, whatever the provider does.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Form, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::ExposeSecret;
use serde::Deserialize;
use store::accounts::{Ended, Who};

use super::local::Providers;
use super::visitor::Visitor;
use crate::App;
use crate::frame::page::set_cookie;
use crate::frame::{Fault, Notice, Page, Words, html};
use crate::keyboard::COOKIE;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/deconnexion", post(sign_out)).route("/changer", post(switch)).route("/psc/backchannel-logout", post(told_over))
}

#[derive(Template)]
#[template(path = "sign_in/left.html")]
struct Left {
    page: Page,
    /// Where the provider's own session ends.
    provider: String,
}

/// `POST /deconnexion`: over here, then at the provider.
///
/// The browser goes there from a page, not by a redirection: a form of ours may not lead to another site (content policy).
async fn sign_out(
    State(app): State<App>,
    w: Words,
    visitor: Visitor,
    Extension(providers): Extension<Arc<Providers>>,
) -> Result<Response, Fault> {
    let ended = end(&app, &visitor).await?;
    let provider = match ended {
        Some((who, ended)) => at_provider(&app, &providers, &visitor, &who, &ended).await,
        None => None,
    };
    let mut response = match provider {
        Some(provider) => {
            let page = Page::open(&app, w, w.left_title()).at(Default::default(), "/");
            html(&app, &Left { page, provider }, false)
        }
        None => Notice::good(w.left_title()).then(&app, "/"),
    };
    set_cookie(&app, &mut response, COOKIE, "", 0);
    Visitor::leaves(&app, &mut response);
    Ok(response)
}

/// `POST /changer`: the seat is free at once; the people of this workstation are one tap away.
async fn switch(State(app): State<App>, w: Words, visitor: Visitor) -> Result<Response, Fault> {
    end(&app, &visitor).await?;
    let mut response = Notice::good(w.seat_free()).then(&app, "/connexion/poste");
    set_cookie(&app, &mut response, COOKIE, "", 0);
    Visitor::leaves(&app, &mut response);
    Ok(response)
}

async fn end(app: &App, visitor: &Visitor) -> Result<Option<(Who, Ended)>, Fault> {
    let Some(cookie) = &visitor.seat else { return Ok(None) };
    let now = app.clock.now();
    let session = app.store.web_session(cookie, false, now).await?;
    let ended = app.store.end_web_session(cookie, now).await?;
    Ok(session.map(|session| session.who).zip(ended))
}

/// The address where the provider ends its own session; `None` when there was none, or when its address is not known.
async fn at_provider(app: &App, providers: &Providers, visitor: &Visitor, who: &Who, ended: &Ended) -> Option<String> {
    let (token, issuer) = (ended.id_token.as_ref()?, ended.issuer.as_deref()?);
    let state = URL_SAFE_NO_PAD.encode(app.entropy.bytes::<16>());
    let back = format!("{}/", visitor.origin);
    if issuer == app.party.issuer() {
        return app.party.logout_url(token.expose_secret(), &back, &state).await;
    }
    let Who::Local(person) = who else { return None };
    let party = providers.of(app, &person.employer()?).await.ok()??;
    if issuer == party.issuer() { party.logout_url(token.expose_secret(), &back, &state).await } else { None }
}

#[derive(Deserialize)]
struct Notification {
    logout_token: String,
}

/// `POST /psc/backchannel-logout`: from the provider's server, without a cookie. 200, or 400 on any defect, without saying which.
async fn told_over(State(app): State<App>, form: Result<Form<Notification>, FormRejection>) -> Response {
    let status = match form {
        Ok(Form(told)) => match over(&app, &told.logout_token).await {
            Ok(true) => StatusCode::OK,
            Ok(false) => StatusCode::BAD_REQUEST,
            Err(_) => StatusCode::SERVICE_UNAVAILABLE,
        },
        Err(_) => StatusCode::BAD_REQUEST,
    };
    (status, [(CACHE_CONTROL, "no-store")], HeaderMap::new()).into_response()
}

async fn over(app: &App, token: &str) -> Result<bool, Fault> {
    let now = app.clock.now();
    let Ok(notice) = app.party.logout_notice(token).await else { return Ok(false) };
    let issuer = app.party.issuer();
    if !app.store.note_logout_jti(issuer, &notice.jti, now).await? {
        return Ok(false);
    }
    if let Some(sid) = &notice.sid {
        app.psc.forget_session(sid);
    }
    let ended = app.store.end_sessions_of(issuer, notice.sid.as_deref(), notice.sub.as_deref(), now).await?;
    tracing::info!(ended, "Pro Santé Connect says that a session is over");
    Ok(true)
}
