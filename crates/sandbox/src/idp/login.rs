//! Authorization endpoint of the structure's login, and its page: the local people, with two factors or with the password alone.
//!
//! Requirements: SIM-10, LOC- (means "OIDC of the structure"). Asks for no real password: the button says which factors were shown.

use std::sync::Arc;

use askama::Template;
use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use super::Memory;
use super::tokens::{Asked, Granted, LIFE};
use crate::pages::{self, page, with_query};
use crate::personas::{Persona, Personas};

type Form = std::collections::BTreeMap<String, String>;

struct Tile<'a> {
    key: &'a str,
    name: String,
    login: &'a str,
    function: &'a str,
}

#[derive(Template)]
#[template(path = "idp.html")]
struct LoginPage<'a> {
    request: &'a str,
    client: &'a str,
    tiles: Vec<Tile<'a>>,
}

/// Why an authorization request is not followed.
enum Unfit {
    Shown(&'static str),
    Returned(String),
}

pub(super) async fn authorize(State(idp): State<Arc<Memory>>, Query(fields): Query<Form>) -> Response {
    let (id, asked) = match ask(&idp, &fields) {
        Ok(asked) => asked,
        Err(Unfit::Shown(why)) => return impossible(why),
        Err(Unfit::Returned(address)) => return pages::redirect(&address, None),
    };
    let tile = |p: &'_ Persona| {
        let local = p.local.as_ref();
        (
            p.id.clone(),
            Personas::name(p),
            local.map(|l| l.login.clone()).unwrap_or_default(),
            local.map(|l| l.fonction.clone()).unwrap_or_default(),
        )
    };
    let people: Vec<_> = idp.people().map(tile).collect();
    let tiles = people.iter().map(|(key, name, login, function)| Tile { key, name: name.clone(), login, function }).collect();
    page(LoginPage { request: &id, client: &idp.client.name, tiles }.render(), Some(&asked.redirect_uri))
}

/// Checks the request: known client and address, code, PKCE, nonce.
fn ask(idp: &Memory, fields: &Form) -> Result<(String, Asked), Unfit> {
    let field = |name: &str| fields.get(name).map_or("", String::as_str);
    if field("client_id") != idp.client.id {
        return Err(Unfit::Shown("Ce logiciel n'est pas connu de l'établissement (client_id)."));
    }
    let redirect_uri = field("redirect_uri");
    if !idp.client.may_return_to(redirect_uri) {
        return Err(Unfit::Shown("L'adresse de retour n'est pas enregistrée (redirect_uri)."));
    }
    let state = fields.get("state").map(|state| ("state", state.as_str()));
    let wrong = |error: &'static str, why: &'static str| {
        Unfit::Returned(with_query(redirect_uri, state.into_iter().chain([("error", error), ("error_description", why)])))
    };
    if field("response_type") != "code" {
        return Err(wrong("unsupported_response_type", "response_type=code"));
    }
    if !field("scope").split(' ').any(|scope| scope == "openid") {
        return Err(wrong("invalid_scope", "openid"));
    }
    if field("nonce").is_empty() {
        return Err(wrong("invalid_request", "nonce"));
    }
    if field("code_challenge").is_empty() || field("code_challenge_method") != "S256" {
        return Err(wrong("invalid_request", "PKCE S256"));
    }
    let now = idp.clock.now();
    let asked = Asked {
        redirect_uri: redirect_uri.to_owned(),
        state: fields.get("state").cloned(),
        nonce: field("nonce").to_owned(),
        challenge: field("code_challenge").to_owned(),
        begun: now,
    };
    let id = idp.random();
    let mut pending = idp.pending.lock();
    pending.retain(|_, old| now < old.begun.plus(LIFE));
    pending.insert(id.clone(), asked.clone());
    Ok((id, asked))
}

/// Body of the page's form.
#[derive(Deserialize)]
pub(super) struct Choice {
    request: String,
    #[serde(default)]
    persona: String,
    /// Present: the password alone.
    weak: Option<String>,
    cancel: Option<String>,
}

pub(super) async fn by_person(State(idp): State<Arc<Memory>>, axum::Form(choice): axum::Form<Choice>) -> Response {
    let taken = idp.pending.lock().remove(&choice.request);
    let Some(asked) = taken else {
        return impossible("Cette demande de connexion n'est plus valable. Revenez à votre logiciel et recommencez.");
    };
    if choice.cancel.is_some() {
        let state = asked.state.as_deref().map(|state| ("state", state));
        return pages::redirect(&with_query(&asked.redirect_uri, state.into_iter().chain([("error", "access_denied")])), None);
    }
    let Some(persona) = idp.people().find(|p| p.id == choice.persona) else { return impossible("Cette personne n'a pas de compte ici.") };
    pages::redirect(&granted(&idp, asked, persona, choice.weak.is_none()), None)
}

/// `POST /sim/login {persona, authorize, weak}`: for tests, answers `{"redirect": "…"}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Order {
    persona: String,
    authorize: String,
    #[serde(default)]
    weak: bool,
}

pub(super) async fn by_program(State(idp): State<Arc<Memory>>, Json(order): Json<Order>) -> Response {
    let wrong = |why: &str| (StatusCode::BAD_REQUEST, Json(json!({"error": why}))).into_response();
    let query = order.authorize.split_once('?').map_or("", |(_, query)| query);
    let Some(Query(fields)) = format!("/?{query}").parse().ok().and_then(|uri| Query::<Form>::try_from_uri(&uri).ok()) else {
        return wrong("`authorize` is not a URL");
    };
    let asked = match ask(&idp, &fields) {
        Ok((id, asked)) => {
            idp.pending.lock().remove(&id);
            asked
        }
        Err(Unfit::Shown(why)) => return wrong(why),
        Err(Unfit::Returned(address)) => return Json(json!({"redirect": address})).into_response(),
    };
    let wanted = idp.personas.find(&order.persona).map(|p| p.id.clone());
    let Some(persona) = idp.people().find(|p| Some(&p.id) == wanted.as_ref()) else { return wrong("this persona has no account here") };
    Json(json!({"redirect": granted(&idp, asked, persona, !order.weak)})).into_response()
}

/// Hands out the code; the address that carries it.
fn granted(idp: &Memory, asked: Asked, persona: &Persona, strong: bool) -> String {
    let now = idp.clock.now();
    let code = idp.random();
    let state = asked.state.clone();
    let address = asked.redirect_uri.clone();
    let strong = strong && !idp.switches.lock().weak;
    let mut codes = idp.codes.lock();
    codes.retain(|_, old| now < old.at.plus(LIFE));
    codes.insert(code.clone(), Granted { asked, persona: persona.id.clone(), strong, at: now });
    let state = state.as_deref().map(|state| ("state", state));
    with_query(&address, state.into_iter().chain([("iss", idp.issuer.as_str()), ("code", code.as_str())]))
}

fn impossible(why: &str) -> Response {
    pages::message(StatusCode::BAD_REQUEST, "Connexion impossible", why)
}
