//! Webhooks: who is told of movements. The envelope and the signature are those of ENR-51. Systems of the operator only.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use store::accounts::{NewWebhook, Webhook};
use utoipa::ToSchema;

use super::caller::Caller;
use super::idempotent::once;
use super::input::{Body, Path};
use super::problem::{Problem, Problems};
use super::shapes::List;
use crate::App;

/// Who is told.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": 1, "url": "https://rh.exemple.test/pli", "events": ["movement.*"], "active": true, "created": "2026-11-21T22:00:00.000000Z", "waiting": 0, "dead": 0, "secret": null}))]
pub struct WebhookShape {
    pub id: i64,
    pub url: String,
    pub events: Vec<String>,
    pub active: bool,
    #[schema(format = "date-time")]
    pub created: String,
    /// Events on their way.
    pub waiting: u32,
    /// Events given up after 24 hours.
    pub dead: u32,
    /// Key of the signatures (`Pli-Signature: t=…,v1=HMAC-SHA256(t.body)`); told once, at the creation.
    pub secret: Option<String>,
}

impl WebhookShape {
    fn of(webhook: Webhook, secret: Option<String>) -> Self {
        let Webhook { id, url, events, active, created, waiting, dead } = webhook;
        Self { id, url, events, active, created: created.to_string(), waiting, dead, secret }
    }
}

/// Somebody to tell.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[schema(example = json!({"url": "https://rh.exemple.test/pli", "events": ["movement.delegated", "movement.delegation_ended"]}))]
#[serde(deny_unknown_fields)]
pub struct NewWebhookShape {
    #[schema(format = "uri", max_length = 500)]
    pub url: String,
    /// `movement.delegated`, or `movement.*`; empty: all.
    #[serde(default)]
    pub events: Vec<String>,
}

/// All webhooks.
#[utoipa::path(get, path = "/webhooks", tag = "webhooks", responses((status = 200, body = List<WebhookShape>), Problems))]
pub async fn list(State(app): State<App>, caller: Caller) -> Result<axum::Json<List<WebhookShape>>, Problem> {
    allowed(&caller)?;
    let all = app.store.webhooks().await?;
    Ok(axum::Json(List { items: all.into_iter().map(|webhook| WebhookShape::of(webhook, None)).collect() }))
}

/// Adds one; its secret is in this answer only.
#[utoipa::path(post, path = "/webhooks", tag = "webhooks", request_body = NewWebhookShape,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 128 characters, kept 24 hours")),
    responses((status = 201, body = WebhookShape), Problems))]
pub async fn add(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Body(new): Body<NewWebhookShape>,
) -> Result<Response, Problem> {
    allowed(&caller)?;
    once(&app, &caller, &headers, &("webhook", &new), async || {
        let url = checked(&app, &new.url)?;
        let known = |event: &String| {
            event == "movement.*" || rules::journal::Act::parse(event).is_some_and(|act| act.as_str().starts_with("movement."))
        };
        if new.events.len() > 50 || !new.events.iter().all(known) {
            return Err(Problem::bad("events : des actes « movement.… » du journal, ou « movement.* »."));
        }
        let asked = NewWebhook { url, secret: None, events: new.events.clone() };
        let (webhook, secret) = app.store.put_webhook(asked, caller.author(), app.clock.now()).await?;
        let secret = secrecy::ExposeSecret::expose_secret(&secret).to_owned();
        Ok((StatusCode::CREATED, WebhookShape::of(webhook, Some(secret))))
    })
    .await
}

/// Removes one, with what waited for it.
#[utoipa::path(delete, path = "/webhooks/{id}", tag = "webhooks", params(("id" = i64, Path, description = "Number of the webhook")),
    responses((status = 204, description = "Gone"), Problems))]
pub async fn remove(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> Result<StatusCode, Problem> {
    allowed(&caller)?;
    app.store.remove_webhook(id, caller.author(), app.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An event that could not be told for 24 hours.
#[derive(Serialize, ToSchema)]
pub struct DeadShape {
    pub id: i64,
    pub webhook: i64,
    pub url: String,
    pub event: String,
    #[schema(format = "date-time")]
    pub created: String,
    pub attempts: u32,
    pub last: Option<String>,
}

/// Dead letters, newest first.
#[utoipa::path(get, path = "/webhooks/dead", tag = "webhooks", responses((status = 200, body = List<DeadShape>), Problems))]
pub async fn dead(State(app): State<App>, caller: Caller) -> Result<axum::Json<List<DeadShape>>, Problem> {
    allowed(&caller)?;
    let dead = app.store.dead_webhooks().await?.into_iter().map(|state| DeadShape {
        id: state.id,
        webhook: state.webhook,
        url: state.url,
        event: state.event,
        created: state.created.to_string(),
        attempts: state.attempts,
        last: state.last,
    });
    Ok(axum::Json(List { items: dead.collect() }))
}

fn allowed(caller: &Caller) -> Result<(), Problem> {
    caller.system()?;
    caller.may("webhooks.write")
}

/// HTTPS; plain HTTP on loopback in the sandbox, where there is nothing else.
fn checked(app: &App, url: &str) -> Result<String, Problem> {
    let parsed: axum::http::Uri = url.parse().map_err(|_| Problem::bad("url : ce n'est pas une adresse."))?;
    let host = parsed.host().unwrap_or_default();
    let loopback = app.config.sandbox && parsed.scheme_str() == Some("http") && matches!(host, "127.0.0.1" | "localhost");
    if url.len() > 500 || host.is_empty() || !(parsed.scheme_str() == Some("https") || loopback) {
        return Err(Problem::bad("url : une adresse https:// de 500 caractères au plus."));
    }
    Ok(url.to_owned())
}
