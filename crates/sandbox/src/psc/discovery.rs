//! The discovery document, at the name PSC gives it and nowhere else, and the published keys.
//!
//! Requirements: SIM-03 (discovery), SIM-02 (`pli_simulator`), PSC-01, PSC-03, PSC-04.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::ciba;
use super::state::Memory;

/// How a program may prove itself (`caller`).
const AUTH_METHODS: [&str; 5] = ["private_key_jwt", "client_secret_basic", "client_secret_post", "tls_client_auth", "client_secret_jwt"];
/// After the issuer; the standard name answers 404, as at PSC.
pub(super) const SUFFIX: &str = "/.well-known/wallet-openid-configuration";

pub(super) async fn document(State(sim): State<Arc<Memory>>) -> Json<Value> {
    let issuer = &sim.issuer;
    let at = |name: &str| format!("{issuer}/protocol/openid-connect/{name}");
    let mut document = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{}/auth", sim.login_page),
        "token_endpoint": at("token"),
        "introspection_endpoint": at("token/introspect"),
        "userinfo_endpoint": at("userinfo"),
        "end_session_endpoint": at("logout"),
        "revocation_endpoint": at("revoke"),
        "jwks_uri": at("certs"),
        "backchannel_authentication_endpoint": at("ext/ciba/auth"),
        "grant_types_supported": ["authorization_code", "refresh_token", ciba::GRANT],
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["openid", "scope_all", "profile", "identity", "ciba"],
        "acr_values_supported": ["0", "0"],
        "token_endpoint_auth_methods_supported": AUTH_METHODS,
        "introspection_endpoint_auth_methods_supported": AUTH_METHODS,
        "token_endpoint_auth_signing_alg_values_supported": ["RS256", "ES256", "HS256"],
        // As PSC publishes it, though poll alone is in service.
        "backchannel_token_delivery_modes_supported": ["poll", "ping"],
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "tls_client_certificate_bound_access_tokens": true,
        "pli_simulator": true,
    });
    if let Some(mutual) = &sim.mutual_issuer {
        let at = |name: &str| format!("{mutual}/protocol/openid-connect/{name}");
        document["mtls_endpoint_aliases"] = json!({
            "token_endpoint": at("token"),
            "revocation_endpoint": at("revoke"),
            "introspection_endpoint": at("token/introspect"),
            "userinfo_endpoint": at("userinfo"),
            "backchannel_authentication_endpoint": at("ext/ciba/auth"),
        });
    }
    Json(document)
}

pub(super) async fn keys(State(sim): State<Arc<Memory>>) -> Json<Value> {
    let stale = sim.faults.lock().is_on("jwks_stale", None);
    Json(sim.keys.lock().published(stale))
}
