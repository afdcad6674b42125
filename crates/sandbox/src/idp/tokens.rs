//! Token endpoint of the structure's login: a code with its verifier becomes an ID token that says which factors were shown.
//!
//! Requirements: SIM-10. `amr` is the persona's (`pwd`, `otp`) for a full login and `["pwd"]` for a weak one; `acr` says the same in the structure's words.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rules::Moment;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{ACR_STRONG, ACR_WEAK, Memory};
use crate::pages::{self, with_query};
use crate::personas::{Persona, Personas};
use crate::psc::basic;

type Form = std::collections::BTreeMap<String, String>;

/// How long a request may wait for a person.
pub(super) const LIFE: Duration = Duration::from_secs(600);
const CODE: Duration = Duration::from_secs(60);
/// Lives of the tokens, seconds.
const TOKEN_S: i64 = 300;

/// An authorization request.
#[derive(Clone)]
pub(super) struct Asked {
    pub redirect_uri: String,
    pub state: Option<String>,
    pub nonce: String,
    pub challenge: String,
    pub begun: Moment,
}

/// A code that waits to be exchanged.
pub(super) struct Granted {
    pub asked: Asked,
    /// Key of the persona.
    pub persona: String,
    pub strong: bool,
    pub at: Moment,
}

/// What an access token opens: one person's userinfo.
pub(super) struct Access {
    persona: String,
    until: Moment,
}

pub(super) async fn token(State(idp): State<Arc<Memory>>, headers: HeaderMap, axum::Form(form): axum::Form<Form>) -> Response {
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    let wrong = |status, error: &str, why: &str| (status, Json(json!({"error": error, "error_description": why}))).into_response();
    let bad = |why| wrong(StatusCode::BAD_REQUEST, "invalid_grant", why);
    let (client, secret) = match basic(&headers) {
        Some((client, secret)) => (client, Some(secret)),
        None => (field("client_id").to_owned(), form.get("client_secret").cloned()),
    };
    if client != idp.client.id || secret.is_some_and(|secret| secret != idp.client.secret) {
        return wrong(StatusCode::UNAUTHORIZED, "invalid_client", "Unknown client or wrong secret");
    }
    if field("grant_type") != "authorization_code" {
        return wrong(StatusCode::BAD_REQUEST, "unsupported_grant_type", "authorization_code");
    }
    let now = idp.clock.now();
    // Taken out whatever happens next: a code serves once.
    let taken = idp.codes.lock().remove(field("code"));
    let Some(granted) = taken.filter(|granted| now < granted.at.plus(CODE)) else { return bad("Code not valid") };
    if granted.asked.redirect_uri != field("redirect_uri") {
        return bad("Incorrect redirect_uri");
    }
    if granted.asked.challenge != URL_SAFE_NO_PAD.encode(Sha256::digest(field("code_verifier"))) {
        return bad("PKCE verification failed");
    }
    let Some(persona) = idp.personas.find(&granted.persona) else { return bad("Unknown person") };
    let access = idp.random();
    let mut given = idp.access.lock();
    given.retain(|_, old| now < old.until);
    given.insert(access.clone(), Access { persona: persona.id.clone(), until: now.plus(Duration::from_secs(TOKEN_S.unsigned_abs())) });
    drop(given);
    let identity = identity(&idp, persona, &granted, &access);
    Json(json!({"access_token": access, "token_type": "Bearer", "expires_in": TOKEN_S, "id_token": identity, "scope": "openid profile"}))
        .into_response()
}

fn identity(idp: &Memory, persona: &Persona, granted: &Granted, access: &str) -> String {
    let now = idp.clock.now().secs();
    let full = persona.local.as_ref().map(|local| local.amr.clone()).filter(|amr| !amr.is_empty());
    let amr = if granted.strong { full.unwrap_or_else(|| vec!["pwd".into(), "otp".into()]) } else { vec!["pwd".into()] };
    let mut claims = about(idp, persona);
    let more = json!({
        "iss": idp.issuer, "aud": idp.client.id, "azp": idp.client.id, "iat": now, "exp": now + TOKEN_S, "auth_time": granted.at.secs(),
        "nonce": granted.asked.nonce, "amr": amr, "acr": if granted.strong { ACR_STRONG } else { ACR_WEAK },
        "at_hash": URL_SAFE_NO_PAD.encode(&Sha256::digest(access.as_bytes())[..16]),
    });
    if let (Value::Object(claims), Value::Object(more)) = (&mut claims, more) {
        claims.extend(more);
    }
    let key = idp.keys.current();
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(&json!({"alg": "RS256", "typ": "JWT", "kid": key.kid})), part(&claims));
    let signature = key.sign(false, message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn about(idp: &Memory, persona: &Persona) -> Value {
    let local = persona.local.as_ref();
    let sub = local.map(|local| local.idp_sub.clone()).unwrap_or_default();
    let sub = if idp.switches.lock().unknown_sub { "ch-valclair|INCONNU".to_owned() } else { sub };
    json!({
        "sub": sub, "preferred_username": local.map(|local| local.login.clone()).unwrap_or_default(), "name": Personas::name(persona),
        "given_name": persona.civil.prenoms.first().cloned().unwrap_or_default(), "family_name": persona.civil.nom_naissance,
        "matricule": local.map(|local| local.internal_id.clone()).unwrap_or_default(),
    })
}

pub(super) async fn userinfo(State(idp): State<Arc<Memory>>, headers: HeaderMap) -> Response {
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| value.split_once(' '));
    let token = header.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map_or("", |(_, token)| token.trim());
    let now = idp.clock.now();
    let persona = idp.access.lock().get(token).filter(|access| now < access.until).map(|access| access.persona.clone());
    match persona.and_then(|key| idp.personas.find(&key)) {
        Some(persona) => Json(about(&idp, persona)).into_response(),
        None => (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")]).into_response(),
    }
}

/// No session is kept here: logging out only leads back.
pub(super) async fn logout(State(idp): State<Arc<Memory>>, Query(fields): Query<Form>) -> Response {
    match fields.get("post_logout_redirect_uri").filter(|uri| idp.client.may_leave_to(uri)) {
        Some(uri) => {
            let state = fields.get("state").map(|state| ("state", state.as_str()));
            pages::redirect(&with_query(uri, state), None)
        }
        None => pages::message(
            StatusCode::OK,
            "Vous êtes déconnecté",
            "Votre session de l'établissement est fermée. Vous pouvez quitter cette page.",
        ),
    }
}
