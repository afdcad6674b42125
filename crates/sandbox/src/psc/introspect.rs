//! Introspection and revocation: any known client may ask about any token; an unknown client gets 401.
//!
//! Requirements: SIM-03 (introspection), PSC-21 step 5.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::caller::Caller;
use super::grant::{Fault, UNKNOWN_CLIENT};
use super::notices;
use super::state::{Memory, Use};

pub(super) async fn introspect(State(sim): State<Arc<Memory>>, caller: Caller) -> Result<Json<Value>, Fault> {
    let Caller { client, form, .. } = caller;
    if sim.faults.lock().is_on("introspection_401", Some(&client.id)) {
        return Err(UNKNOWN_CLIENT);
    }
    let token = form.get("token").map_or("", String::as_str);
    let living = sim.book.lock().living(token, sim.clock.now());
    let Some(issued) = living else {
        return Ok(Json(json!({"active": false})));
    };
    let mut claims = issued.claims;
    let username = claims.get("preferred_username").cloned().unwrap_or(Value::Null);
    claims.insert("client_id".into(), claims.get("azp").cloned().unwrap_or(Value::Null));
    claims.insert("username".into(), username);
    claims.insert("active".into(), true.into());
    if issued.usage != Use::Access {
        claims.remove("SubjectNameID");
    }
    let mut faults = sim.faults.lock();
    if faults.is_on("introspection_2021", Some(&client.id)) {
        ["SubjectNameID", "otherIds", "sid"].iter().for_each(|name| drop(claims.remove(*name)));
    } else if faults.is_on("introspection_2023", Some(&client.id)) {
        claims.remove("SubjectNameID");
    }
    Ok(Json(Value::Object(claims)))
}

/// RFC 7009: always 200 for a known client; revoking a refresh token ends the session.
pub(super) async fn revoke(State(sim): State<Arc<Memory>>, caller: Caller) -> StatusCode {
    let token = caller.form.get("token").map_or("", String::as_str);
    let known = sim.book.lock().issued(token).map(|issued| (issued.usage, issued.sid.clone()));
    match known {
        Some((Use::Refresh, sid)) => drop(notices::end_session(&sim, &sid).await),
        _ => sim.book.lock().forget(token),
    }
    StatusCode::OK
}
