//! Token endpoint: a code becomes tokens, a refresh token becomes new ones, an approval on the phone too.
//!
//! Requirements: SIM-03 (callback, tokens): PKCE checked when it was asked for; a code serves once within 60 s; reuse of a refresh token ends the session.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::caller::Caller;
use super::ciba;
use super::state::{Memory, Share, Use};
use super::token::{self, Shape};

/// An OAuth error (RFC 6749 §5.2).
pub(super) struct Fault(pub StatusCode, pub &'static str, pub &'static str);

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"error": self.1, "error_description": self.2}))).into_response()
    }
}

pub(super) const UNKNOWN_CLIENT: Fault = Fault(StatusCode::UNAUTHORIZED, "invalid_client", "Invalid client or Invalid client credentials");

pub(super) const fn refused(code: &'static str, why: &'static str) -> Fault {
    Fault(StatusCode::BAD_REQUEST, code, why)
}

pub(super) async fn token(State(sim): State<Arc<Memory>>, caller: Caller) -> Result<Response, Fault> {
    match caller.form.get("grant_type").map(String::as_str) {
        Some("authorization_code") => by_code(&sim, &caller),
        Some("refresh_token") => by_refresh(&sim, &caller),
        Some(ciba::GRANT) => ciba::poll(&sim, &caller),
        _ => Err(refused("unsupported_grant_type", "Unsupported grant_type")),
    }
}

fn by_code(sim: &Memory, caller: &Caller) -> Result<Response, Fault> {
    let now = sim.clock.now();
    let field = |name: &str| caller.form.get(name).map_or("", String::as_str);
    let (mut share, nonce) = {
        let mut book = sim.book.lock();
        let code = book.codes.get_mut(field("code")).ok_or(refused("invalid_grant", "Code not valid"))?;
        let (request, sid, fresh) = (code.request.clone(), code.sid.clone(), code.fresh(now));
        code.used = true;
        if !fresh {
            book.end(&sid);
            return Err(refused("invalid_grant", "Code not valid"));
        }
        if request.client != caller.client.id || request.redirect_uri != field("redirect_uri") {
            return Err(refused("invalid_grant", "Incorrect redirect_uri"));
        }
        if request.challenge.as_deref().is_some_and(|challenge| challenge != challenge_of(field("code_verifier"))) {
            return Err(refused("invalid_grant", "PKCE verification failed"));
        }
        let share = book.share(&sid, &request.client, now).ok_or(refused("invalid_grant", "Session not active"))?;
        (share, request.nonce)
    };
    share.bound_to = caller.bound_to;
    Ok(tokens(sim, &share, &nonce))
}

fn by_refresh(sim: &Memory, caller: &Caller) -> Result<Response, Fault> {
    let now = sim.clock.now();
    let presented = caller.form.get("refresh_token").map_or("", String::as_str);
    let mut share = {
        let mut book = sim.book.lock();
        let issued = book.living(presented, now).filter(|issued| issued.usage == Use::Refresh);
        let issued = issued.ok_or(refused("invalid_grant", "Token is not active"))?;
        let share = book.share(&issued.sid, &issued.client, now).ok_or(refused("invalid_grant", "Session not active"))?;
        if share.client != caller.client.id {
            return Err(refused("invalid_grant", "Invalid refresh token"));
        }
        if share.refresh_jti.as_deref() != issued.claims.get("jti").and_then(|jti| jti.as_str()) {
            book.end(&issued.sid);
            return Err(refused("invalid_grant", "Stale token"));
        }
        share
    };
    share.bound_to = caller.bound_to;
    Ok(tokens(sim, &share, ""))
}

/// The reply of the token endpoint; the refresh token in it is from now on the only one.
pub(super) fn tokens(sim: &Memory, share: &Share, nonce: &str) -> Response {
    let access = token::access(sim, share, nonce, Shape::default());
    let (refresh, jti) = token::refresh(sim, share);
    let identity = token::identity(sim, share, nonce, &access.token);
    sim.book.lock().refreshed(&share.sid, &share.client, jti, sim.clock.now());
    let reply = json!({
        "access_token": access.token, "expires_in": access.expires_in, "refresh_token": refresh.token, "refresh_expires_in": refresh.expires_in,
        "token_type": "Bearer", "id_token": identity.token, "not-before-policy": 0, "session_state": share.sid, "scope": share.scope,
    });
    Json(reply).into_response()
}

fn challenge_of(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}
