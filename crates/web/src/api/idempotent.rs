//! `Idempotency-Key`: a request sent twice is carried out once; the second time gets the first answer. Kept 24 hours.

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::accounts::Begin;

use super::caller::Caller;
use super::problem::Problem;
use crate::App;

/// Carries a change out once. `what` names the request: method, path and what was asked.
pub async fn once<T, F>(app: &App, caller: &Caller, headers: &HeaderMap, what: &impl Serialize, act: F) -> Result<Response, Problem>
where
    T: Serialize,
    F: AsyncFnOnce() -> Result<(StatusCode, T), Problem>,
{
    let Some(key) = headers.get("idempotency-key") else {
        let (status, body) = act().await?;
        return Ok((status, axum::Json(body)).into_response());
    };
    let key = key.to_str().ok().filter(|key| (1..=128).contains(&key.len()));
    let key = key.ok_or_else(|| Problem::bad("Idempotency-Key : 1 à 128 caractères ASCII."))?;
    let request = Sha256::digest(serde_json::to_vec(what).map_err(Problem::ours)?).into();
    let actor = caller.actor();
    match app.store.idempotent(&actor, key, request, app.clock.now()).await? {
        Begin::New => {}
        Begin::Replay { status, body } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
            let headers = [("content-type", "application/json"), ("idempotency-replayed", "true")];
            return Ok((status, headers, body).into_response());
        }
        Begin::Conflict => {
            return Err(Problem::conflict(
                "IDEMPOTENCY_CONFLICT",
                "Cette clé a déjà servi pour une autre requête : tirez-en une nouvelle.",
            ));
        }
        Begin::Busy => return Err(Problem::conflict("IDEMPOTENCY_BUSY", "La même requête est en cours : attendez sa réponse.")),
    }
    match act().await {
        Ok((status, body)) => {
            let bytes = serde_json::to_vec(&body).map_err(Problem::ours)?;
            app.store.idempotent_done(&actor, key, status.as_u16(), bytes.clone(), app.clock.now()).await?;
            Ok((status, [("content-type", "application/json")], bytes).into_response())
        }
        Err(problem) => {
            // Nothing was done: the key may be used again.
            app.store.idempotent_dropped(&actor, key).await?;
            Err(problem)
        }
    }
}
