//! Authorization endpoint and login page ("mire"): the personas in a list, one button a means of login. Works without JavaScript.
//!
//! Requirements: SIM-03 (callback, session shared by the programs of one browser), SIM-05, PSC-06. What is pressed is handled in `choice`.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::from_fn;
use axum::response::Response;
use axum::routing::{get, post};

use super::state::{Code, Form, Login, Memory, Pending};
use super::{choice, live, mailroom, notices, phone, sso, waiting};
use crate::pages::{self, page};
use crate::personas::{Persona, Personas};

pub(super) use crate::pages::with_query;

const NO_LONGER: &str = "Cette demande de connexion n'est plus valable. Revenez à votre logiciel et recommencez.";

/// Everything that the login page's origin answers.
pub(super) fn router() -> Router<Arc<Memory>> {
    Router::new()
        .route("/", get(home))
        .route("/auth", get(authorize))
        .route("/mire", post(choice::by_page))
        .route("/quitter", post(leave))
        .route("/sim/login", post(choice::by_person))
        .route("/attente/{id}", get(waiting::show).post(waiting::give_up))
        .route("/attente/{id}/suivi", get(waiting::follow))
        .route("/phone", get(phone::list))
        .route("/phone/{idnat}", get(phone::show))
        .route("/phone/{idnat}/suivi", get(phone::follow))
        .route("/phone/{idnat}/reponse", post(phone::answer))
        .route("/phone/{idnat}/activation", post(phone::activate))
        .route("/outbox", get(mailroom::show))
        .route("/outbox/suivi", get(async |State(sim): State<Arc<Memory>>| live::follow(sim, mailroom::mark)))
        .layer(from_fn(pages::same_site))
        .merge(pages::assets())
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
    /// Who is logged in already in this browser; empty when nobody is.
    known: String,
    auto_approve: bool,
    tiles: Vec<Tile<'a>>,
}

async fn home(State(sim): State<Arc<Memory>>, headers: HeaderMap) -> Response {
    list(&sim, "", None, "", &headers)
}

/// `GET /auth`: checks the request, then shows the list. A request whose return address is not known is never sent back to it.
async fn authorize(State(sim): State<Arc<Memory>>, headers: HeaderMap, Query(fields): Query<Form>) -> Response {
    let search = fields.get("q").map_or("", String::as_str);
    if let Some(id) = fields.get("request") {
        let waiting = sim.book.lock().pending.get(id).cloned();
        return match waiting {
            Some(request) => list(&sim, id, Some(&request), search, &headers),
            None => refusal(StatusCode::BAD_REQUEST, NO_LONGER),
        };
    }
    let (id, request) = match wait(&sim, &fields) {
        Ok(waiting) => waiting,
        Err(Unfit::Shown(why)) => return refusal(StatusCode::BAD_REQUEST, why),
        Err(Unfit::Returned(request, error)) => return pages::redirect(&with_error(&sim, &request, error), None),
    };
    if let Some(known) = sso::known(&sim, &headers).filter(|known| known.suffices(&fields)) {
        sim.book.lock().pending.remove(&id);
        let joined = sim.book.lock().join(&known.sid, &request.client, &request.scope, sim.clock.now());
        if joined.is_some() {
            return pages::redirect(&with_code(&sim, &request, &known.sid), None);
        }
    }
    if fields.get("prompt").is_some_and(|prompt| prompt == "none") {
        return pages::redirect(&with_error(&sim, &request, "login_required"), None);
    }
    list(&sim, &id, Some(&request), search, &headers)
}

/// Somebody else wants to use this browser: its session ends everywhere.
async fn leave(State(sim): State<Arc<Memory>>, headers: HeaderMap) -> Response {
    if let Some(known) = sso::known(&sim, &headers) {
        notices::end_session(&sim, &known.sid).await;
    }
    pages::redirect("/", Some(&sso::forget(&sim)))
}

fn list(sim: &Memory, id: &str, request: Option<&Pending>, search: &str, headers: &HeaderMap) -> Response {
    let known = sso::known(sim, headers).and_then(|known| sim.personas.find(&known.idnat)).map(Personas::name).unwrap_or_default();
    let client = request.map_or("", |request| sim.program_name(&request.client));
    let shown = LoginPage { request: id, client, search, known, auto_approve: sim.auto_approve, tiles: tiles(sim, search) };
    page(shown.render(), request.map(|request| request.redirect_uri.as_str()))
}

fn tiles<'a>(sim: &'a Memory, search: &str) -> Vec<Tile<'a>> {
    let wanted = search.trim().to_lowercase();
    let tile = |p: &'a Persona| {
        let offers = |channel: &str| p.psc.channels.iter().any(|c| c == channel) && sim.may_log_in(p, Some(channel));
        Tile { key: &p.id, name: Personas::name(p), label: &p.label, ecps: offers("MOBILE"), card: offers("CARD") }
    };
    let found = |t: &Tile| (t.ecps || t.card) && format!("{} {} {}", t.key, t.name, t.label).to_lowercase().contains(&wanted);
    sim.personas.all().iter().filter(|p| !p.idnat.is_empty() && p.local.is_none()).map(tile).filter(found).collect()
}

/// Why an authorization request is not followed.
pub(super) enum Unfit {
    /// Told to the person: sending her back would be an open redirection.
    Shown(&'static str),
    /// Told to the program, at its known address.
    Returned(Box<Pending>, &'static str),
}

/// Checks an authorization request and puts it among those that wait for a login.
pub(super) fn wait(sim: &Memory, fields: &Form) -> Result<(String, Pending), Unfit> {
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

/// Opens the session of a person who proved herself; its `sid`.
pub(super) fn enter(sim: &Memory, request: &Pending, persona: &Persona, channel: Option<&str>, acr: Option<&str>) -> String {
    let login = Login {
        idnat: persona.idnat.clone(),
        client: request.client.clone(),
        scope: request.scope.clone(),
        acr: acr.unwrap_or(&persona.psc.acr).to_owned(),
        auth_mode: channel.unwrap_or(&persona.psc.auth_mode).to_owned(),
    };
    super::control::begin(sim, login).sid
}

/// The address that carries the code: `state session_state iss code`.
pub(super) fn with_code(sim: &Memory, request: &Pending, sid: &str) -> String {
    let now = sim.clock.now();
    let code = format!("{}.{sid}.{}", sim.uuid(), sim.uuid());
    let entry = Code { request: request.clone(), sid: sid.to_owned(), issued: now, used: false };
    sim.book.lock().hand_out(code.clone(), entry, now);
    let rest = [("session_state", sid), ("iss", sim.issuer.as_str()), ("code", code.as_str())];
    with_query(&request.redirect_uri, state(request).into_iter().chain(rest))
}

/// The address that carries an error.
pub(super) fn with_error(sim: &Memory, request: &Pending, error: &'static str) -> String {
    with_query(&request.redirect_uri, state(request).into_iter().chain([("error", error), ("iss", sim.issuer.as_str())]))
}

fn state(request: &Pending) -> Option<(&'static str, &str)> {
    request.state.as_deref().map(|state| ("state", state))
}

/// A French page that says what is wrong.
pub(super) fn refusal(status: StatusCode, message: &str) -> Response {
    pages::message(status, "Connexion impossible", message)
}

/// The request is too old, or was used.
pub(super) fn no_longer() -> Response {
    refusal(StatusCode::BAD_REQUEST, NO_LONGER)
}

pub(super) fn left_page() -> Response {
    let message = "Votre session Pro Santé Connect est fermée. Vous pouvez quitter cette page.";
    pages::message(StatusCode::OK, "Vous êtes déconnecté", message)
}
