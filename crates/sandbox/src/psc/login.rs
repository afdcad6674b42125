//! Authorization endpoint and login page ("mire"): the personas in a list, one button a means of login. Works without JavaScript.
//!
//! Requirements: SIM-03 (callback), SIM-05, PSC-06. Pressing "e-CPS" approves at once: the phone page is not built.

use std::sync::Arc;

use askama::Template;
use axum::extract::{FromRequest, Query, Request, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::control::{Login, Mistake, Told, begin};
use super::state::{Code, Form, Memory, Pending};
use crate::personas::{Persona, Personas};

const STYLE: &str = include_str!("../../templates/psc-sim.css");

pub(super) fn router() -> Router<Arc<Memory>> {
    Router::new()
        .route("/", get(home))
        .route("/auth", get(authorize))
        .route("/sim/login", post(by_person))
        .route("/psc-sim.css", get(async || ([(CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)))
}

/// One line of the list.
struct Tile<'a> {
    key: &'a str,
    name: String,
    label: &'a str,
    ecps: bool,
    card: bool,
}

#[derive(Template)]
#[template(path = "mire.html")]
struct LoginPage<'a> {
    /// Empty on the home page, where there is nothing to log in to.
    request: &'a str,
    client: &'a str,
    search: &'a str,
    tiles: Vec<Tile<'a>>,
}

#[derive(Template)]
#[template(path = "message.html")]
struct MessagePage<'a> {
    title: &'a str,
    message: &'a str,
}

async fn home(State(sim): State<Arc<Memory>>) -> Response {
    page(LoginPage { request: "", client: "", search: "", tiles: tiles(&sim.personas, "") }.render())
}

/// `GET /auth`: checks the request, then shows the list. A request whose return address is not known is never sent back to it.
async fn authorize(State(sim): State<Arc<Memory>>, Query(fields): Query<Form>) -> Response {
    let search = fields.get("q").map_or("", String::as_str);
    if let Some(id) = fields.get("request") {
        let waiting = sim.book.lock().pending.get(id).cloned();
        return match waiting {
            Some(request) => list(&sim, id, &request.client, search),
            None => {
                refusal(StatusCode::BAD_REQUEST, "Cette demande de connexion n'est plus valable. Revenez à votre logiciel et recommencez.")
            }
        };
    }
    match wait(&sim, &fields) {
        Ok((_, request)) if fields.get("prompt").is_some_and(|prompt| prompt == "none") => back(&sim, &request, Err("login_required")),
        Ok((id, request)) => list(&sim, &id, &request.client, search),
        Err(Unfit::Shown(why)) => refusal(StatusCode::BAD_REQUEST, why),
        Err(Unfit::Returned(request, error)) => back(&sim, &request, Err(error)),
    }
}

fn list(sim: &Memory, request: &str, client: &str, search: &str) -> Response {
    page(LoginPage { request, client, search, tiles: tiles(&sim.personas, search) }.render())
}

fn tiles<'a>(personas: &'a Personas, search: &str) -> Vec<Tile<'a>> {
    let wanted = search.trim().to_lowercase();
    let tile = |p: &'a Persona| {
        let offers = |channel: &str| p.psc.channels.iter().any(|c| c == channel);
        Tile { key: &p.id, name: Personas::name(p), label: &p.label, ecps: offers("MOBILE"), card: offers("CARD") }
    };
    let found = |t: &Tile| format!("{} {} {}", t.key, t.name, t.label).to_lowercase().contains(&wanted);
    personas.all().iter().filter(|p| p.psc.login).map(tile).filter(found).collect()
}

/// Why an authorization request is not followed.
enum Unfit {
    /// Told to the person: sending her back would be an open redirection.
    Shown(&'static str),
    /// Told to the program, at its known address.
    Returned(Box<Pending>, &'static str),
}

/// Checks an authorization request and puts it among those that wait for a login.
fn wait(sim: &Memory, fields: &Form) -> Result<(String, Pending), Unfit> {
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let client = sim.client(&field("client_id")).ok_or(Unfit::Shown("Ce logiciel n'est pas connu de Pro Santé Connect (client_id)."))?;
    let redirect_uri = field("redirect_uri");
    if !client.may_return_to(&redirect_uri) {
        return Err(Unfit::Shown("L'adresse de retour n'est pas enregistrée pour ce logiciel (redirect_uri)."));
    }
    let now = sim.clock.now();
    let request = Pending {
        client: client.id.clone(),
        redirect_uri,
        scope: field("scope"),
        state: fields.get("state").cloned(),
        nonce: field("nonce"),
        challenge: fields.get("code_challenge").cloned(),
        begun: now,
    };
    let error = if field("response_type") != "code" {
        Some("unsupported_response_type")
    } else if !request.scope.split(' ').any(|scope| scope == "openid") {
        Some("invalid_scope")
    } else if request.challenge.is_some() && field("code_challenge_method") != "S256" {
        Some("invalid_request")
    } else {
        None
    };
    if let Some(error) = error {
        return Err(Unfit::Returned(Box::new(request), error));
    }
    let id = sim.uuid();
    sim.book.lock().wait(id.clone(), request.clone(), now);
    Ok((id, request))
}

/// Body of `POST /sim/login`, by form or JSON.
#[derive(Deserialize)]
pub(super) struct Choice {
    /// The request that waits (hidden field of the page) …
    #[serde(default)]
    request: String,
    /// … or, for programs, the authorization URL itself.
    #[serde(default)]
    authorize: String,
    #[serde(default)]
    persona: String,
    /// `MOBILE` or `CARD`; the persona's own when absent.
    channel: Option<String>,
    acr: Option<String>,
    /// Present when the person gives up.
    cancel: Option<String>,
}

/// The page's form: answers by a redirection to the program.
async fn by_person(State(sim): State<Arc<Memory>>, request: Request) -> Response {
    if is_json(&request) {
        return match Told::<Choice>::from_request(request, &()).await {
            Ok(choice) => by_program(State(sim), choice).await.into_response(),
            Err(fault) => fault.into_response(),
        };
    }
    let Ok(axum::Form(choice)) = axum::Form::<Choice>::from_request(request, &()).await else {
        return refusal(StatusCode::BAD_REQUEST, "Le formulaire n'a pas pu être lu.");
    };
    let Some(request) = sim.book.lock().pending.remove(&choice.request) else {
        return refusal(StatusCode::BAD_REQUEST, "Cette demande de connexion n'est plus valable. Revenez à votre logiciel et recommencez.");
    };
    if choice.cancel.is_some() {
        return back(&sim, &request, Err("access_denied"));
    }
    match sim.personas.find(&choice.persona).filter(|p| p.psc.login) {
        Some(persona) => back(&sim, &request, Ok((persona, &choice))),
        None => refusal(StatusCode::BAD_REQUEST, "Cette personne ne peut pas se connecter."),
    }
}

/// The same for tests: answers `{"redirect": "…"}`. Reached with the header of the control API, or on the page's own origin.
pub(super) async fn by_program(State(sim): State<Arc<Memory>>, Told(choice): Told<Choice>) -> Result<Json<Value>, Mistake> {
    let mistake = |why: &str| Mistake(StatusCode::BAD_REQUEST, why.to_owned());
    let request = if choice.authorize.is_empty() {
        sim.book
            .lock()
            .pending
            .remove(&choice.request)
            .ok_or_else(|| mistake("no such `request`; or give `authorize`, the authorization URL"))?
    } else {
        let query = choice.authorize.split_once('?').map_or("", |(_, query)| query);
        let uri = format!("/?{query}").parse().map_err(|_| mistake("`authorize` is not a URL"))?;
        let Query(fields) = Query::<Form>::try_from_uri(&uri).map_err(|_| mistake("`authorize` is not a URL"))?;
        match wait(&sim, &fields) {
            Ok((id, request)) => {
                sim.book.lock().pending.remove(&id);
                request
            }
            Err(Unfit::Shown(why)) => return Err(mistake(why)),
            Err(Unfit::Returned(request, error)) => return Ok(Json(json!({"redirect": address_back(&sim, &request, Err(error))}))),
        }
    };
    let persona = sim.personas.find(&choice.persona).filter(|p| p.psc.login).ok_or_else(|| mistake("this persona cannot log in"))?;
    Ok(Json(json!({"redirect": address_back(&sim, &request, Ok((persona, &choice)))})))
}

type Outcome<'a> = Result<(&'a Persona, &'a Choice), &'static str>;

fn back(sim: &Memory, request: &Pending, outcome: Outcome<'_>) -> Response {
    match HeaderValue::from_str(&address_back(sim, request, outcome)) {
        Ok(address) => (StatusCode::SEE_OTHER, [(LOCATION, address)]).into_response(),
        Err(_) => refusal(StatusCode::BAD_REQUEST, "L'adresse de retour est illisible."),
    }
}

/// Opens the session, hands out the code, and builds the address that carries it: `state session_state iss code`.
fn address_back(sim: &Memory, request: &Pending, outcome: Outcome<'_>) -> String {
    let state = request.state.as_deref().map(|state| ("state", state));
    let (persona, choice) = match outcome {
        Ok(chosen) => chosen,
        Err(error) => return with_query(&request.redirect_uri, state.into_iter().chain([("error", error), ("iss", sim.issuer.as_str())])),
    };
    let session = begin(
        sim,
        Login {
            idnat: persona.idnat.clone(),
            client: request.client.clone(),
            scope: request.scope.clone(),
            acr: choice.acr.clone().unwrap_or_else(|| persona.psc.acr.clone()),
            auth_mode: choice.channel.clone().unwrap_or_else(|| persona.psc.auth_mode.clone()),
        },
    );
    let now = sim.clock.now();
    let code = format!("{}.{}.{}", sim.uuid(), session.sid, sim.uuid());
    let entry = Code { request: request.clone(), sid: session.sid.clone(), issued: now, used: false };
    sim.book.lock().hand_out(code.clone(), entry, now);
    let rest = [("session_state", session.sid.as_str()), ("iss", sim.issuer.as_str()), ("code", code.as_str())];
    with_query(&request.redirect_uri, state.into_iter().chain(rest))
}

/// An address with fields added to its query.
pub(super) fn with_query<'a>(uri: &str, fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut address = uri.to_owned();
    for (name, value) in fields {
        address.push(if address.contains('?') { '&' } else { '?' });
        address.push_str(name);
        address.push('=');
        for byte in value.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => address.push(char::from(byte)),
                other => address.push_str(&format!("%{other:02X}")),
            }
        }
    }
    address
}

/// A French page that says what is wrong.
pub(super) fn refusal(status: StatusCode, message: &str) -> Response {
    let mut response = page(MessagePage { title: "Connexion impossible", message }.render());
    *response.status_mut() = status;
    response
}

pub(super) fn left_page() -> Response {
    page(
        MessagePage {
            title: "Vous êtes déconnecté",
            message: "Votre session Pro Santé Connect est fermée. Vous pouvez quitter cette page.",
        }
        .render(),
    )
}

fn page(rendered: askama::Result<String>) -> Response {
    let policy = HeaderValue::from_static("default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'");
    match rendered {
        Ok(html) => ([(CONTENT_SECURITY_POLICY, policy)], Html(html)).into_response(),
        Err(fault) => {
            tracing::error!(%fault, "psc-sim: a page could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn is_json(request: &Request) -> bool {
    request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).is_some_and(|v| v.starts_with("application/json"))
}
