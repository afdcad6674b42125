//! A login that did not come to its end: what, why, "Réessayer"; and its line in the journal.
//!
//! Requirements: PSC-06, PSC-21 (step 10), PSC-26. Never a word of the provider's, never a token.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header::RETRY_AFTER};
use axum::response::Response;
use rules::journal::{Act, Entry};
use rules::{Author, Channel, IdNat, Refusal};
use serde_json::json;

use super::visitor::Visitor;
use crate::App;
use crate::frame::{Fault, Page, Words, html};
use crate::keyboard::{encoded, own_path};

#[derive(Template)]
#[template(path = "sign_in/refused.html")]
struct Refused {
    page: Page,
    why: String,
    code: String,
    retry: String,
    /// The register does not know the person, or gives her nothing: retrying changes nothing, somebody must act.
    register: bool,
}

/// Somebody turned away, and where the next try leads.
pub(super) struct Turned<'a> {
    pub refusal: Refusal,
    pub person: Option<&'a IdNat>,
    /// `psc`, `telephone`, `structure`, `staff`.
    pub means: &'a str,
    /// Path of the page to try again from.
    pub retry: String,
}

impl<'a> Turned<'a> {
    /// From Pro Santé Connect, to come back to `to` after a better try.
    pub fn psc(refusal: Refusal, person: Option<&'a IdNat>, to: &str) -> Self {
        Self { refusal, person, means: "psc", retry: format!("/connexion?vers={}", encoded(&own_path(to))) }
    }
}

/// Journals the refusal in the register's chain, counts it, and shows the page.
pub(super) async fn turn_away(app: &App, w: Words, visitor: &Visitor, turned: Turned<'_>) -> Response {
    let now = app.clock.now();
    if let Some(ip) = visitor.ip {
        app.throttle.failed(ip, None, turned.person, &turned.refusal, now);
    }
    let author = match turned.person {
        Some(person) => Author::Person { id: person.clone(), capacity: None },
        None => Author::task("sign-in"),
    };
    let facts = json!({ "code": turned.refusal.code(), "means": turned.means, "ip": visitor.ip.map(|ip| ip.to_string()) });
    let object = turned.person.map_or_else(String::new, ToString::to_string);
    let line = Entry { at: now, author, act: Act::AccessRefused, object, channel: Channel::Webmail, facts };
    if let Err(error) = app.store.journal(line).await {
        tracing::error!(%error, "a refused login could not be journalled");
    }
    page(app, w, &turned.refusal, &turned.retry)
}

/// The page alone, for what is nobody's act: an old link, an outage.
pub(super) fn page(app: &App, w: Words, refusal: &Refusal, retry: &str) -> Response {
    told(app, w, refusal, w.sign_in_failed(), w.refusal(refusal), retry)
}

/// The person said no, or the provider did: in words of its own.
pub(super) fn told(app: &App, w: Words, refusal: &Refusal, what: String, why: String, retry: &str) -> Response {
    let register = matches!(refusal, Refusal::PersonUnknown | Refusal::PersonNotEntitled);
    let shown = Refused {
        page: Page::open(app, w, what).at(Default::default(), "/connexion"),
        why,
        code: refusal.code().to_owned(),
        retry: retry.to_owned(),
        register,
    };
    let mut response = html(app, &shown, false);
    let http = refusal.http();
    *response.status_mut() = StatusCode::from_u16(http.status).unwrap_or(StatusCode::FORBIDDEN);
    if let Some(seconds) = http.retry_after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// What a fault refuses, when it refuses: the rest is not a matter of who is there.
pub(super) fn refusal_of(fault: Fault) -> Result<Refusal, Fault> {
    match fault {
        Fault::Refused(refusal) => Ok(refusal),
        other => Err(other),
    }
}
