//! The outbox as a page, and as JSON for tests: the private e-mail and SMS that Pli and the simulator sent.
//!
//! Requirements: SIM-06 (`GET /outbox`, `?to=`). Shows; never sends.

use std::sync::Arc;

use askama::Template;
use axum::Json;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::http::header::ACCEPT;
use axum::response::{IntoResponse, Response};

use super::live;
use super::state::{Form, Memory};
use crate::outbox::{Kind, Outgoing};
use crate::pages::page;

struct Line {
    to: String,
    sms: bool,
    subject: String,
    text: String,
    at: String,
}

#[derive(Template)]
#[template(path = "outbox.html")]
struct OutboxPage<'a> {
    to: &'a str,
    mark: String,
    lines: Vec<Line>,
}

/// `GET /outbox?to=`: newest first.
pub(super) async fn show(State(sim): State<Arc<Memory>>, headers: HeaderMap, Query(fields): Query<Form>) -> Response {
    let to = fields.get("to").map_or("", |to| to.trim());
    let messages = sim.outbox.messages(Some(to).filter(|to| !to.is_empty()));
    let wants_json = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| accept.contains("application/json"));
    if wants_json {
        return Json(messages).into_response();
    }
    page(OutboxPage { to, mark: mark(&sim), lines: messages.into_iter().map(line).collect() }.render(), None)
}

pub(super) fn mark(sim: &Memory) -> String {
    live::mark(&sim.outbox.count().to_string())
}

fn line(message: Outgoing) -> Line {
    let Outgoing { to, kind, subject, text, at } = message;
    Line { to, sms: kind == Kind::Sms, subject, text, at: super::phone::day_and_time(at) }
}
