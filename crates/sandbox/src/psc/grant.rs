//! Token endpoint: a code becomes tokens, a refresh token becomes new ones.
//!
//! Requirements: SIM-03 (callback, tokens): PKCE checked when it was asked for; a code serves once within 60 s; reuse of a refresh token ends the session.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::clients;
use super::state::{Form, Memory, Session, Use};
use super::token::{self, Shape};

/// An OAuth error (RFC 6749 §5.2).
pub(super) struct Fault(pub StatusCode, pub &'static str, pub &'static str);

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"error": self.1, "error_description": self.2}))).into_response()
    }
}

pub(super) const UNKNOWN_CLIENT: Fault = Fault(StatusCode::UNAUTHORIZED, "invalid_client", "Invalid client or Invalid client credentials");

const fn refused(code: &'static str, why: &'static str) -> Fault {
    Fault(StatusCode::BAD_REQUEST, code, why)
}

pub(super) async fn token(
    State(sim): State<Arc<Memory>>,
    headers: HeaderMap,
    axum::Form(form): axum::Form<Form>,
) -> Result<Response, Fault> {
    let client = clients::authenticate(&sim.clients, &headers, &form).ok_or(UNKNOWN_CLIENT)?.id.clone();
    match form.get("grant_type").map(String::as_str) {
        Some("authorization_code") => by_code(&sim, &client, &form),
        Some("refresh_token") => by_refresh(&sim, &client, &form),
        _ => Err(refused("unsupported_grant_type", "Unsupported grant_type")),
    }
}

fn by_code(sim: &Memory, client: &str, form: &Form) -> Result<Response, Fault> {
    let now = sim.clock.now();
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    let (session, nonce) = {
        let mut book = sim.book.lock();
        let code = book.codes.get_mut(field("code")).ok_or(refused("invalid_grant", "Code not valid"))?;
        let (request, sid, fresh) = (code.request.clone(), code.sid.clone(), code.fresh(now));
        code.used = true;
        if !fresh {
            book.end(&sid);
            return Err(refused("invalid_grant", "Code not valid"));
        }
        if request.client != client || request.redirect_uri != field("redirect_uri") {
            return Err(refused("invalid_grant", "Incorrect redirect_uri"));
        }
        if request.challenge.as_deref().is_some_and(|challenge| challenge != challenge_of(field("code_verifier"))) {
            return Err(refused("invalid_grant", "PKCE verification failed"));
        }
        let session = book.session(&sid, now).ok_or(refused("invalid_grant", "Session not active"))?;
        (session.clone(), request.nonce)
    };
    Ok(tokens(sim, &session, &nonce))
}

fn by_refresh(sim: &Memory, client: &str, form: &Form) -> Result<Response, Fault> {
    let now = sim.clock.now();
    let presented = form.get("refresh_token").map_or("", String::as_str);
    let session = {
        let mut book = sim.book.lock();
        let issued = book.living(presented, now).filter(|issued| issued.usage == Use::Refresh);
        let issued = issued.ok_or(refused("invalid_grant", "Token is not active"))?;
        let jti = issued.claims.get("jti").and_then(|jti| jti.as_str());
        let session = book.session(&issued.sid, now).ok_or(refused("invalid_grant", "Session not active"))?;
        if session.client != client {
            return Err(refused("invalid_grant", "Invalid refresh token"));
        }
        if session.refresh_jti.as_deref() != jti {
            session.ended = true;
            return Err(refused("invalid_grant", "Stale token"));
        }
        session.last_used = now;
        session.clone()
    };
    Ok(tokens(sim, &session, ""))
}

fn tokens(sim: &Memory, session: &Session, nonce: &str) -> Response {
    let access = token::access(sim, session, nonce, Shape::default());
    let (refresh, jti) = token::refresh(sim, session);
    let identity = token::identity(sim, session, nonce, &access.token);
    if let Some(session) = sim.book.lock().session(&session.sid, sim.clock.now()) {
        session.refresh_jti = Some(jti);
    }
    let reply = json!({
        "access_token": access.token, "expires_in": access.expires_in, "refresh_token": refresh.token, "refresh_expires_in": refresh.expires_in,
        "token_type": "Bearer", "id_token": identity.token, "not-before-policy": 0, "session_state": session.sid, "scope": session.scope,
    });
    Json(reply).into_response()
}

fn challenge_of(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}
