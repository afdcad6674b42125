//! End of session, by link or by form; the programs that were in it are told (`notices`).
//!
//! Requirements: SIM-03 (logout), PSC-35, PSC-36.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::state::{Form, Memory, Use};
use super::{login, notices};

pub(super) async fn by_link(State(sim): State<Arc<Memory>>, Query(fields): Query<Form>) -> Response {
    logout(&sim, &fields).await
}

pub(super) async fn by_form(State(sim): State<Arc<Memory>>, axum::Form(fields): axum::Form<Form>) -> Response {
    logout(&sim, &fields).await
}

async fn logout(sim: &Arc<Memory>, fields: &Form) -> Response {
    let hint = fields.get("id_token_hint").map_or("", String::as_str);
    let known = sim.book.lock().issued(hint).filter(|issued| issued.usage == Use::Id && issued.genuine).cloned();
    let Some((issued, client)) = known.and_then(|issued| sim.client(&issued.client).map(|client| (issued.clone(), client))) else {
        return login::refusal(StatusCode::BAD_REQUEST, "Cette demande de déconnexion ne se rattache à aucune session.");
    };
    notices::end_session(sim, &issued.sid).await;
    match fields.get("post_logout_redirect_uri") {
        Some(uri) if client.may_leave_to(uri) => {
            let forgetful = sim.faults.lock().is_on("no_state_on_logout", Some(&client.id));
            let state = fields.get("state").filter(|_| !forgetful).map(|state| ("state", state.as_str()));
            Redirect::to(&login::with_query(uri, state)).into_response()
        }
        Some(_) => login::refusal(StatusCode::BAD_REQUEST, "L'adresse de retour n'est pas enregistrée pour ce logiciel."),
        None => login::left_page(),
    }
}
