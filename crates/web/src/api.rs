//! `/api/v1`: for programs, in the name of a person or of the operator. OpenAPI 3.1 at `/api/v1/openapi.json`.
//!
//! | file | operations |
//! |---|---|
//! | `caller`, `input`, `problem`, `idempotent`, `shapes` | who calls, what is read, what goes wrong, what is done once, what is said |
//! | `mailboxes`, `movements`, `certificates`, `history` | mailboxes, who is let in or out, machines too, what was done |
//! | `messages`, `sending` | letters, for people only |
//! | `register`, `terms` | people and structures; the terms of use |
//! | `figures`, `webhooks`, `tokens` | monthly figures; who is told; API tokens |
//!
//! Requirements: PSC-A, STF-03, STF-04. No cookie opens it: a browser that is signed in gives nothing to another site's page.

mod caller;
mod certificates;
mod figures;
mod history;
mod idempotent;
mod input;
mod mailboxes;
mod messages;
mod movements;
mod problem;
mod register;
mod sending;
mod shapes;
mod terms;
mod tokens;
mod webhooks;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use axum::routing::get;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder, SecurityRequirement, Server};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

use crate::App;
use problem::Problem;

const BODY: usize = 256 * 1024;

/// The operations, and their description.
pub(crate) fn routes(app: &App) -> Router<App> {
    let (router, document) = described(&app.config.base_url, in_json(app.config.max_message));
    let text = document.to_pretty_json().unwrap_or_default();
    let api = router
        .route("/openapi.json", get(move || async move { ([("content-type", "application/json")], text) }))
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || Problem::method())
        .layer(DefaultBodyLimit::max(BODY))
        .layer(SetResponseHeaderLayer::if_not_present(CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .layer(SetResponseHeaderLayer::if_not_present(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")));
    Router::new().nest("/api/v1", api)
}

/// A letter in JSON: its attachments in base64, and what JSON escapes.
fn in_json(max_message: u64) -> usize {
    usize::try_from(max_message).unwrap_or(usize::MAX).saturating_add(BODY)
}

fn described(base_url: &str, letter: usize) -> (Router<App>, OpenApi) {
    OpenApiRouter::with_openapi(head(base_url))
        .routes(routes!(mailboxes::list, mailboxes::create))
        .routes(routes!(mailboxes::show))
        .routes(routes!(mailboxes::people))
        .routes(routes!(certificates::list, certificates::add, certificates::remove))
        .routes(routes!(movements::delegate))
        .routes(routes!(movements::end_delegation))
        .routes(routes!(movements::add_cotitulaire))
        .routes(routes!(movements::remove_cotitulaire))
        .routes(routes!(movements::add_responsable))
        .routes(routes!(movements::remove_responsable))
        .routes(routes!(movements::accept))
        .routes(routes!(movements::hand_over, movements::drop_hand_over))
        .routes(routes!(movements::take_over))
        .routes(routes!(movements::close, movements::reopen))
        .routes(routes!(movements::suspend, movements::resume))
        .routes(routes!(movements::history))
        .routes(routes!(history::timeline))
        .routes(routes!(messages::folders))
        .routes(routes!(messages::list, sending::send).layer(DefaultBodyLimit::max(letter)))
        .routes(routes!(messages::read))
        .routes(routes!(register::people))
        .routes(routes!(register::person))
        .routes(routes!(register::structures))
        .routes(routes!(terms::show))
        .routes(routes!(terms::accept))
        .routes(routes!(figures::file))
        .routes(routes!(webhooks::list, webhooks::add))
        .routes(routes!(webhooks::dead))
        .routes(routes!(webhooks::remove))
        .routes(routes!(tokens::list, tokens::make))
        .routes(routes!(tokens::revoke))
        .split_for_parts()
}

fn head(base_url: &str) -> OpenApi {
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("An access token of Pro Santé Connect, or an API token (`pli_…`)."))
        .build();
    let components = ComponentsBuilder::new().schema_from::<Problem>().security_scheme("bearer", SecurityScheme::Http(bearer)).build();
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Pli")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some("Mailboxes of an MSSanté operator: who may open them, what was done in them, by whom."))
                .build(),
        )
        .servers(Some([Server::new(format!("{base_url}/api/v1"))]))
        .components(Some(components))
        .security(Some([SecurityRequirement::new("bearer", Vec::<String>::new())]))
        .build()
}
