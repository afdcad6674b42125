//! The terms of use: their text, and a person's acceptance. Requirements: CGU-01, CGU-02, CGU-03, PSC-40.

use axum::extract::State;
use rules::Channel;
use serde::{Deserialize, Serialize};
use store::mailboxes::Acceptance;
use utoipa::ToSchema;

use super::caller::Caller;
use super::input::Body;
use super::problem::{Problem, Problems};
use crate::App;

/// The terms in force, and what the caller accepted of them.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"version": "2026-01", "sha256": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae", "text": "# Conditions…", "url": "https://mss.pli.mssante.test/cgu",
    "accepted": false, "accepted_version": null, "accepted_at": null}))]
pub struct TermsShape {
    pub version: String,
    /// Of the French text, hexadecimal.
    pub sha256: String,
    /// The French text, in a small part of Markdown.
    pub text: String,
    pub url: String,
    pub accepted: bool,
    pub accepted_version: Option<String>,
    #[schema(format = "date-time")]
    pub accepted_at: Option<String>,
}

/// The terms in force.
#[utoipa::path(get, path = "/terms", tag = "terms", responses((status = 200, body = TermsShape), Problems))]
pub async fn show(State(app): State<App>, caller: Caller) -> Result<axum::Json<TermsShape>, Problem> {
    shape(&app, &caller).await
}

/// « J'accepte. »
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"version": "2026-01", "sha256": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"}))]
#[serde(deny_unknown_fields)]
pub struct AcceptanceShape {
    /// The version that was read.
    pub version: String,
    /// Hash of the text that was read: a text that changed since is not accepted.
    pub sha256: String,
}

/// Accepts the terms in force, in one's own name.
#[utoipa::path(put, path = "/terms/acceptance", tag = "terms", request_body = AcceptanceShape, responses((status = 200, body = TermsShape), Problems))]
pub async fn accept(State(app): State<App>, caller: Caller, Body(said): Body<AcceptanceShape>) -> Result<axum::Json<TermsShape>, Problem> {
    let person = caller.person()?;
    let acceptance =
        Acceptance { version: said.version, text_sha256: Some(said.sha256), channel: Channel::Api, ip: person.ip(), session: None };
    app.store.accept_terms(&person.idnat, acceptance, caller.author(), app.clock.now()).await?;
    shape(&app, &caller).await
}

async fn shape(app: &App, caller: &Caller) -> Result<axum::Json<TermsShape>, Problem> {
    let published = app.store.terms_text(None).await?.ok_or_else(Problem::not_found)?;
    let terms = match caller {
        Caller::Person(person) => Some(app.store.terms(&person.idnat).await?),
        Caller::System(_) => None,
    };
    let accepted = terms.as_ref().and_then(|terms| terms.accepted.clone());
    Ok(axum::Json(TermsShape {
        version: published.text.version.clone(),
        sha256: published.sha256,
        text: published.text.body,
        url: format!("{}/cgu", app.config.base_url),
        accepted: terms.is_some_and(|terms| terms.up_to_date()),
        accepted_at: accepted.as_ref().map(|(_, at)| at.to_string()),
        accepted_version: accepted.map(|(version, _)| version),
    }))
}
