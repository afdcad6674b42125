//! The first page: one button, the other ways below it; and help for whoever has no telephone for the e-CPS.
//!
//! Requirements: PSC-10, PSC-B, PSC-D, CPS-05. A plain link that works without script. No way around Pro Santé Connect is offered for CAB and
//! PER; a card works as well, and the design asks for none.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;
use store::accounts::Who;

use crate::App;
use crate::frame::{Fault, Notice, Page, Words, html};
use crate::keyboard::{Signed, encoded, own_path};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/", get(front)).route("/connexion", get(sign_in)).route("/connexion/aide", get(help))
}

/// Where to go afterwards.
#[derive(Deserialize, Default)]
pub(super) struct To {
    #[serde(default)]
    pub vers: String,
}

impl To {
    /// A path of ours, ready for a link.
    pub fn encoded(&self) -> String {
        encoded(&own_path(&self.vers))
    }
}

#[derive(Template)]
#[template(path = "sign_in/welcome.html")]
struct Welcome {
    page: Page,
    to: String,
    /// Somebody was going somewhere: the page says why it came up.
    asked: bool,
}

#[derive(Template)]
#[template(path = "sign_in/help.html")]
struct Help {
    page: Page,
}

/// `GET /`: the first page, or where somebody signed in is at home. After a logout Pro Santé Connect leads here, with a `state` or without.
async fn front(State(app): State<App>, w: Words, headers: HeaderMap, signed: Option<Signed>) -> Response {
    match signed.map(|signed| signed.session.who) {
        Some(Who::Staff(_)) => Redirect::to("/bureau").into_response(),
        Some(_) => Redirect::to("/boites").into_response(),
        None => welcome(&app, w, &headers, &To::default()),
    }
}

/// `GET /connexion?vers=`: the same page for somebody who was going somewhere.
async fn sign_in(State(app): State<App>, w: Words, headers: HeaderMap, Query(to): Query<To>) -> Response {
    welcome(&app, w, &headers, &to)
}

fn welcome(app: &App, w: Words, headers: &HeaderMap, to: &To) -> Response {
    let notice = Notice::left(app, headers);
    let said = notice.is_some();
    let path = format!("/connexion?vers={}", to.encoded());
    let page = Page::open(app, w, w.sign_in()).at(Default::default(), path).saying(notice);
    html(app, &Welcome { page, to: to.encoded(), asked: !to.vers.is_empty() && own_path(&to.vers) != "/boites" }, said)
}

/// `GET /connexion/aide`: no telephone of one's own, no e-CPS yet, a card.
async fn help(State(app): State<App>, w: Words) -> Result<Response, Fault> {
    let page = Page::open(&app, w, w.help_title()).at(Default::default(), "/connexion/aide");
    Ok(html(&app, &Help { page }, false))
}
