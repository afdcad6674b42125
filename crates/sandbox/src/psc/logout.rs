//! End of session, by link or by form. Notices to other clients (back-channel) are not built.
//!
//! Requirements: SIM-03 (logout), PSC-35.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::Value;

use super::login;
use super::state::{Form, Memory, Use};

pub(super) async fn by_link(State(sim): State<Arc<Memory>>, Query(fields): Query<Form>) -> Response {
    logout(&sim, &fields)
}

pub(super) async fn by_form(State(sim): State<Arc<Memory>>, axum::Form(fields): axum::Form<Form>) -> Response {
    logout(&sim, &fields)
}

fn logout(sim: &Memory, fields: &Form) -> Response {
    let hint = fields.get("id_token_hint").map_or("", String::as_str);
    let client = {
        let mut book = sim.book.lock();
        let known = book.issued(hint).filter(|issued| issued.usage == Use::Id && issued.genuine).cloned();
        known.map(|issued| {
            book.end(&issued.sid);
            issued.claims.get("azp").and_then(Value::as_str).unwrap_or_default().to_owned()
        })
    };
    let Some(client) = client.as_deref().and_then(|id| sim.client(id)) else {
        return login::refusal(StatusCode::BAD_REQUEST, "Cette demande de déconnexion ne se rattache à aucune session.");
    };
    match fields.get("post_logout_redirect_uri") {
        Some(uri) if client.may_leave_to(uri) => {
            let state = fields.get("state").map(|state| ("state", state.as_str()));
            Redirect::to(&login::with_query(uri, state)).into_response()
        }
        Some(_) => login::refusal(StatusCode::BAD_REQUEST, "L'adresse de retour n'est pas enregistrée pour ce logiciel."),
        None => login::left_page(),
    }
}
