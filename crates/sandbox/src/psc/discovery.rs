//! The discovery document, at the name PSC gives it and nowhere else, and the published keys.
//!
//! Requirements: SIM-03 (discovery), SIM-02 (`pli_simulator`), PSC-01, PSC-03, PSC-04.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::state::Memory;

/// After the issuer; the standard name answers 404, as at PSC.
pub(super) const SUFFIX: &str = "/.well-known/wallet-openid-configuration";

pub(super) async fn document(State(sim): State<Arc<Memory>>) -> Json<Value> {
    let issuer = &sim.issuer;
    let at = |name: &str| format!("{issuer}/protocol/openid-connect/{name}");
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{}/auth", sim.login_page),
        "token_endpoint": at("token"),
        "introspection_endpoint": at("token/introspect"),
        "userinfo_endpoint": at("userinfo"),
        "end_session_endpoint": at("logout"),
        "revocation_endpoint": at("revoke"),
        "jwks_uri": at("certs"),
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["openid", "scope_all", "profile", "identity"],
        "acr_values_supported": ["0", "0"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "pli_simulator": true,
    }))
}

pub(super) async fn keys(State(sim): State<Arc<Memory>>) -> Json<Value> {
    let stale = sim.faults.lock().is_on("jwks_stale", None);
    Json(sim.keys.lock().published(stale))
}
