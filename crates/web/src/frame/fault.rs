//! What went wrong, as a page of three parts: what, why, what to do now. The code is small, for support.
//!
//! A handler returns a [`Fault`]; the language is known only around it, so the page is drawn by a layer, `draw`.

use std::any::Any;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use rules::Refusal;

use super::page::Page;
use super::words::Words;
use crate::App;

/// Why a page is not shown or an act not done.
#[derive(Clone, Debug)]
pub enum Fault {
    /// The rules said no: its sentence says why and what to do.
    Refused(Refusal),
    /// Also what somebody without a right gets for what exists (no oracle).
    NotFound,
    /// A form that cannot be read. The text names the field.
    BadForm(String),
    /// Nobody is at the keyboard: to the sign-in page, then back here.
    SignIn { back: String },
    /// The terms of use come first (CGU-01).
    Terms { back: String },
    /// Must prove anew who is there (PSC-37), then back.
    SignInAgain { back: String },
    /// Ours: logged, never shown.
    Ours,
}

impl Fault {
    /// Logs what only we should know, shows a page that says it is our fault.
    pub fn ours(doing: &str, error: impl std::fmt::Display) -> Self {
        tracing::error!(%error, "{doing}");
        Self::Ours
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Refused(refusal) => StatusCode::from_u16(refusal.http().status).unwrap_or(StatusCode::FORBIDDEN),
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::BadForm(_) => StatusCode::BAD_REQUEST,
            Self::SignIn { .. } | Self::Terms { .. } | Self::SignInAgain { .. } => StatusCode::SEE_OTHER,
            Self::Ours => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<store::Error> for Fault {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Refused(refusal) => Self::Refused(refusal),
            store::Error::NotFound(_) => Self::NotFound,
            store::Error::Exists(what) => Self::BadForm(what.to_owned()),
            store::Error::NotAllowed(what) => Self::BadForm(what.to_owned()),
            store::Error::Internal(why) => Self::ours("store", why),
        }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let to = |path: &str, back: &str| Redirect::to(&format!("{path}?vers={}", crate::keyboard::encoded(back))).into_response();
        match &self {
            Self::SignIn { back } => return to("/connexion", back),
            Self::Terms { back } => return to("/cgu", back),
            Self::SignInAgain { back } => return to("/connexion/confirmer", back),
            _ => {}
        }
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

#[derive(Template)]
#[template(path = "fault.html")]
struct FaultPage {
    page: Page,
    what: String,
    why: String,
    code: String,
    retry: bool,
}

/// Draws the page of a fault, in the language of the request.
pub(super) async fn draw(State(app): State<App>, w: Words, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    let Some(fault) = response.extensions().get::<Arc<Fault>>().cloned() else { return response };
    let (what, why, code) = match &*fault {
        Fault::Refused(refusal) => (w.fault_refused(), w.refusal(refusal), refusal.code().to_owned()),
        Fault::BadForm(field) => (w.fault_form(), w.fault_form_why(), field.clone()),
        Fault::Ours => (w.fault_ours(), w.fault_ours_why(), String::new()),
        _ => (w.fault_not_found(), w.fault_not_found_why(), String::new()),
    };
    let retry = matches!(&*fault, Fault::Ours | Fault::Refused(Refusal::PscUnavailable));
    let page = Page::open(&app, w, what.clone()).at(super::page::Place::None, path);
    let (mut head, _) = response.into_parts();
    head.headers.remove(axum::http::header::CONTENT_LENGTH);
    let mut drawn = super::html(&app, &FaultPage { page, what, why, code, retry }, false);
    *drawn.status_mut() = head.status;
    if let Fault::Refused(refusal) = &*fault
        && let Some(seconds) = refusal.http().retry_after
    {
        drawn.headers_mut().insert(axum::http::header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    drawn
}

pub(super) async fn nothing_here() -> Fault {
    Fault::NotFound
}

/// A handler panicked: a bug of ours, told without a word of it.
pub(super) fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a page panicked");
    (StatusCode::INTERNAL_SERVER_ERROR, [super::guard::HTML], include_str!("../../templates/panicked.html")).into_response()
}
