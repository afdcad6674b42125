//! What is pressed on the login page, by a person or by a test.
//!
//! Requirements: SIM-05. The page's e-CPS button leads to the phone (`waiting`); its card button, and `POST /sim/login`, answer at once.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequest, Query, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::approvals::{self, Asked, For};
use super::control::{Mistake, Told};
use super::login::{Unfit, enter, no_longer, refusal, wait, with_code, with_error};
use super::sso;
use super::state::{Form, Memory, Pending};
use crate::pages;
use crate::personas::Persona;

/// Body of `POST /sim/login`, by form or JSON, and of the page's form.
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

/// The page's form: the card is read at once, the e-CPS asks the phone.
pub(super) async fn by_page(State(sim): State<Arc<Memory>>, axum::Form(choice): axum::Form<Choice>) -> Response {
    let waiting = sim.book.lock().pending.get(&choice.request).cloned();
    let Some(request) = waiting else { return no_longer() };
    if choice.cancel.is_some() {
        sim.book.lock().pending.remove(&choice.request);
        return pages::redirect(&with_error(&sim, &request, "access_denied"), None);
    }
    let channel = choice.channel.as_deref().unwrap_or("MOBILE");
    let Some(persona) = who(&sim, &choice.persona, Some(channel)) else { return cannot() };
    if channel == "CARD" {
        sim.book.lock().pending.remove(&choice.request);
        let sid = enter(&sim, &request, persona, Some(channel), None);
        let cookie = sso::remember(&sim, &sid);
        return pages::redirect(&with_code(&sim, &request, &sid), Some(&cookie));
    }
    let id = sim.uuid();
    approvals::ask(
        &sim,
        Asked {
            id: id.clone(),
            idnat: persona.idnat.clone(),
            client: request.client,
            channel: "MOBILE".to_owned(),
            number: sim.digits(2),
            waits: For::Browser { request: choice.request },
        },
    );
    pages::redirect(&format!("/attente/{id}"), None)
}

/// `POST /sim/login` on the page's origin: answers at once by a redirection to the program.
pub(super) async fn by_person(State(sim): State<Arc<Memory>>, request: Request) -> Response {
    if is_json(&request) {
        return match Told::<Choice>::from_request(request, &()).await {
            Ok(choice) => by_program(State(sim), choice).await.into_response(),
            Err(fault) => fault.into_response(),
        };
    }
    let Ok(axum::Form(choice)) = axum::Form::<Choice>::from_request(request, &()).await else {
        return refusal(StatusCode::BAD_REQUEST, "Le formulaire n'a pas pu être lu.");
    };
    let Some(request) = take(&sim, &choice.request) else { return no_longer() };
    if choice.cancel.is_some() {
        return pages::redirect(&with_error(&sim, &request, "access_denied"), None);
    }
    match address(&sim, &request, &choice) {
        Some(address) => pages::redirect(&address, None),
        None => cannot(),
    }
}

/// The same for tests: answers `{"redirect": "…"}`. Reached with the header of the control API, or on the page's own origin.
pub(super) async fn by_program(State(sim): State<Arc<Memory>>, Told(choice): Told<Choice>) -> Result<Json<Value>, Mistake> {
    let mistake = |why: &str| Mistake(StatusCode::BAD_REQUEST, why.to_owned());
    let request = if choice.authorize.is_empty() {
        take(&sim, &choice.request).ok_or_else(|| mistake("no such `request`; or give `authorize`, the authorization URL"))?
    } else {
        let query = choice.authorize.split_once('?').map_or("", |(_, query)| query);
        let uri = format!("/?{query}").parse().map_err(|_| mistake("`authorize` is not a URL"))?;
        let Query(fields) = Query::<Form>::try_from_uri(&uri).map_err(|_| mistake("`authorize` is not a URL"))?;
        match wait(&sim, &fields) {
            Ok((id, _)) => take(&sim, &id).ok_or_else(|| mistake("the request is over"))?,
            Err(Unfit::Shown(why)) => return Err(mistake(why)),
            Err(Unfit::Returned(request, error)) => return Ok(Json(json!({"redirect": with_error(&sim, &request, error)}))),
        }
    };
    if choice.cancel.is_some() {
        return Ok(Json(json!({"redirect": with_error(&sim, &request, "access_denied")})));
    }
    let redirect = address(&sim, &request, &choice).ok_or_else(|| mistake("this persona cannot log in that way"))?;
    Ok(Json(json!({"redirect": redirect})))
}

fn take(sim: &Memory, id: &str) -> Option<Pending> {
    sim.book.lock().pending.remove(id)
}

fn address(sim: &Memory, request: &Pending, choice: &Choice) -> Option<String> {
    let persona = who(sim, &choice.persona, choice.channel.as_deref())?;
    let sid = enter(sim, request, persona, choice.channel.as_deref(), choice.acr.as_deref());
    Some(with_code(sim, request, &sid))
}

fn who<'a>(sim: &'a Memory, named: &str, channel: Option<&str>) -> Option<&'a Persona> {
    let persona = sim.personas.find(named).filter(|p| !p.idnat.is_empty() && p.local.is_none())?;
    let channel = channel.unwrap_or(&persona.psc.auth_mode);
    Some(persona).filter(|persona| sim.may_log_in(persona, Some(channel)))
}

fn cannot() -> Response {
    refusal(
        StatusCode::BAD_REQUEST,
        "Cette personne ne peut pas se connecter par ce moyen : son e-CPS n'est pas active, ou elle n'a pas de carte.",
    )
}

fn is_json(request: &Request) -> bool {
    request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).is_some_and(|v| v.starts_with("application/json"))
}
