//! The control API of the simulator, for tests, for the demo and for vendors: `/sim`, with the header `X-Pli-Sim: 1`.
//!
//! Requirements: SIM-07, SIM-08, and the demo contract (`POST {control}/token`). Browsers cannot send that header from another site, so no page can reach this.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequest, Path, Query, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use bytes::Bytes;
use rules::{Address, IdNat};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::approvals::{self, Act, Approval, For, Ineffective};
use super::caller::Connection;
use super::faults::Faults;
use super::state::{Form, Login, Memory, Share};
use super::token::{self, Shape};
use super::{choice, notices};
use crate::personas::{Persona, Personas};

pub(super) fn router() -> Router<Arc<Memory>> {
    Router::new()
        .route("/sim/personas", get(personas))
        .route("/sim/token", post(mint))
        .route("/sim/login", post(choice::by_program))
        .route("/sim/pending", get(pending))
        .route("/sim/phone/{idnat}/{auth_req_id}", post(phone))
        .route("/sim/ecps/{idnat}", post(ecps))
        .route("/sim/faults", get(faults).put(set_faults).delete(clear_faults))
        .route("/sim/keys/rotate", post(rotate))
        .route("/sim/clock", get(clock).post(move_clock))
        .route("/sim/requests", get(requests))
        .route("/sim/sessions/{sid}/logout", post(end_session))
        .route_layer(from_fn(guarded))
}

/// A refusal of the control API, in words for the person who writes the test.
pub(super) struct Mistake(pub StatusCode, pub String);

impl IntoResponse for Mistake {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"error": self.1}))).into_response()
    }
}

/// A JSON body, whatever type the caller says it has: `curl -d` says a form.
pub(super) struct Told<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Told<T> {
    type Rejection = Mistake;

    async fn from_request(request: Request, state: &S) -> Result<Self, Mistake> {
        let body = Bytes::from_request(request, state).await.map_err(|fault| mistake(fault.to_string()))?;
        serde_json::from_slice(&body).map(Self).map_err(|fault| mistake(format!("the body is not the expected JSON: {fault}")))
    }
}

fn mistake(why: impl Into<String>) -> Mistake {
    Mistake(StatusCode::BAD_REQUEST, why.into())
}

async fn guarded(Extension(connection): Extension<Connection>, request: Request, next: Next) -> Response {
    if !connection.local {
        return Mistake(StatusCode::FORBIDDEN, "the control API answers this machine only".to_owned()).into_response();
    }
    if request.headers().get("x-pli-sim").is_some_and(|value| value == "1") {
        next.run(request).await
    } else {
        Mistake(StatusCode::FORBIDDEN, "the header `X-Pli-Sim: 1` is missing".to_owned()).into_response()
    }
}

async fn personas(State(sim): State<Arc<Memory>>) -> Json<Value> {
    let state = |p: &Persona| sim.phones.lock().now(&p.idnat, sim.clock.now()).map(|ecps| ecps.state.name());
    let shown = |p: &Persona| {
        json!({"key": p.id, "slug": p.slug, "idnat": p.idnat, "name": Personas::name(p), "label": p.label,
               "login": p.psc.login, "ecps": state(p), "channels": p.psc.channels, "acr": p.psc.acr, "roles": sim.personas.roles(p)})
    };
    Json(sim.personas.all().iter().map(shown).collect())
}

/// Body of `POST /sim/token`: one of the first three, the rest optional.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    /// Key, slug or IdNat.
    persona: Option<String>,
    idnat: Option<String>,
    mailbox: Option<String>,
    client: Option<String>,
    scope: Option<String>,
    ttl_s: Option<i64>,
    #[serde(default)]
    set: Map<String, Value>,
    #[serde(default)]
    unset: Vec<String>,
    alg: Option<String>,
    kid: Option<String>,
    #[serde(default)]
    header: Map<String, Value>,
    #[serde(default)]
    bad_sig: bool,
}

/// Exactly the token that a login would give, unless told otherwise.
async fn mint(State(sim): State<Arc<Memory>>, Told(order): Told<Order>) -> Result<Json<Value>, Mistake> {
    let (idnat, traits) = whose(&sim, &order)?;
    if order.alg.as_deref().is_some_and(|alg| !matches!(alg, "RS256" | "PS256" | "HS256" | "none")) {
        return Err(mistake("`alg` is one of RS256, PS256, HS256, none"));
    }
    if order.ttl_s.is_some_and(|ttl| ttl.unsigned_abs() > 31_536_000) {
        return Err(mistake("`ttl_s` is over a year"));
    }
    let client = order.client.unwrap_or_else(|| "lps-demo".to_owned());
    if sim.client(&client).is_none() {
        return Err(mistake(format!("unknown client `{client}`")));
    }
    let session = begin(
        &sim,
        Login { idnat, client, scope: order.scope.unwrap_or_else(|| "openid scope_all".to_owned()), acr: traits.0, auth_mode: traits.1 },
    );
    let shape = Shape {
        ttl_s: order.ttl_s,
        set: order.set,
        unset: order.unset,
        alg: order.alg,
        kid: order.kid,
        header: order.header,
        bad_sig: order.bad_sig,
    };
    let minted = token::access(&sim, &session, "", shape);
    Ok(Json(json!({"access_token": minted.token, "expires_in": minted.expires_in, "token_type": "Bearer", "sid": session.sid})))
}

/// Opens a session at the simulator.
pub(super) fn begin(sim: &Memory, login: Login) -> Share {
    let now = sim.clock.now();
    sim.book.lock().open_session(sim.uuid(), login, now)
}

/// The IdNat, and `acr` and `authMode` of that person (those of an e-CPS for a person who is no persona).
fn whose(sim: &Memory, order: &Order) -> Result<(String, (String, String)), Mistake> {
    let traits = |p: &Persona| (p.psc.acr.clone(), p.psc.auth_mode.clone());
    let of_persona = |p: &Persona| {
        if p.idnat.is_empty() {
            Err(mistake(format!("{} is a citizen: no IdNat, no Pro Santé Connect", p.id)))
        } else {
            Ok((p.idnat.clone(), traits(p)))
        }
    };
    if let Some(name) = &order.persona {
        return of_persona(sim.personas.find(name).ok_or_else(|| mistake(format!("unknown persona `{name}`")))?);
    }
    let idnat = match (&order.idnat, &order.mailbox) {
        (Some(idnat), _) => IdNat::parse(idnat).map_err(|fault| mistake(fault.to_string()))?,
        (None, Some(mailbox)) => {
            let address = Address::parse(mailbox).map_err(|fault| mistake(fault.to_string()))?;
            match (sim.mailbox_owner)(&address) {
                Some(owner) => owner,
                None => {
                    return of_persona(
                        sim.personas.bearer_of(&address).ok_or_else(|| mistake(format!("nobody is known to own `{mailbox}`")))?,
                    );
                }
            }
        }
        (None, None) => return Err(mistake("say `persona`, `idnat` or `mailbox`")),
    };
    let traits = sim.personas.find(idnat.as_str()).map_or_else(|| ("eidas1".to_owned(), "MOBILE".to_owned()), traits);
    Ok((idnat.to_string(), traits))
}

async fn faults(State(sim): State<Arc<Memory>>) -> Json<Value> {
    Json(sim.faults.lock().shown())
}

/// Replaces the whole set. `rotate_keys` acts once, at once.
async fn set_faults(State(sim): State<Arc<Memory>>, Told(body): Told<Map<String, Value>>) -> Result<Json<Value>, Mistake> {
    let mut wanted = Faults::read(&body).map_err(mistake)?;
    if wanted.switch_off("rotate_keys") {
        sim.keys.lock().rotate();
    }
    let shown = wanted.shown();
    *sim.faults.lock() = wanted;
    Ok(Json(shown))
}

async fn clear_faults(State(sim): State<Arc<Memory>>) -> StatusCode {
    *sim.faults.lock() = Faults::default();
    StatusCode::NO_CONTENT
}

async fn rotate(State(sim): State<Arc<Memory>>) -> Json<Value> {
    Json(json!({"kid": sim.keys.lock().rotate()}))
}

async fn clock(State(sim): State<Arc<Memory>>) -> Json<Value> {
    Json(json!({"now": sim.clock.now().to_string()}))
}

#[derive(Deserialize)]
struct Advance {
    advance_s: u64,
}

/// Moves the clock of the whole process, Pli included.
async fn move_clock(State(sim): State<Arc<Memory>>, Told(by): Told<Advance>) -> Result<Json<Value>, Mistake> {
    if by.advance_s > 10 * 366 * 86_400 {
        return Err(mistake("`advance_s` is over ten years"));
    }
    (sim.on_clock)(Duration::from_secs(by.advance_s));
    sim.ring();
    Ok(Json(json!({"now": sim.clock.now().to_string()})))
}

async fn requests(State(sim): State<Arc<Memory>>) -> Json<Value> {
    Json(sim.requests.lock().shown())
}

/// Ends a session as PSC would at its term, and tells its programs.
async fn end_session(State(sim): State<Arc<Memory>>, Path(sid): Path<String>) -> Result<StatusCode, Mistake> {
    if notices::end_session(&sim, &sid).await { Ok(StatusCode::NO_CONTENT) } else { Err(not_found("no such session")) }
}

fn not_found(why: &str) -> Mistake {
    Mistake(StatusCode::NOT_FOUND, why.to_owned())
}

/// `GET /sim/pending?idnat=`: what waits on a phone, or on all.
async fn pending(State(sim): State<Arc<Memory>>, Query(fields): Query<Form>) -> Json<Value> {
    let now = sim.clock.now();
    let waiting = sim.approvals.lock().waiting(fields.get("idnat").map(String::as_str), now);
    let shown = |a: &Approval| {
        let age = now.since(a.begun).as_secs();
        let kind = if matches!(a.waits, For::Browser { .. }) { "browser" } else { "ciba" };
        json!({"auth_req_id": a.id, "idnat": a.idnat, "client": a.client, "channel": a.channel, "binding_message": a.number, "age_s": age, "kind": kind})
    };
    Json(waiting.iter().map(shown).collect())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PhoneAct {
    /// `approve` or `refuse`.
    action: String,
    /// The e-CPS code; not needed here, checked when given.
    code: Option<String>,
}

/// `POST /sim/phone/{idnat}/{auth_req_id}`: the person's answer.
async fn phone(
    State(sim): State<Arc<Memory>>,
    Path((idnat, id)): Path<(String, String)>,
    Told(told): Told<PhoneAct>,
) -> Result<StatusCode, Mistake> {
    let act = match told.action.as_str() {
        "approve" => Act::Approve(told.code.as_deref()),
        "refuse" => Act::Refuse,
        _ => return Err(mistake("`action` is `approve` or `refuse`")),
    };
    approvals::act(&sim, &idnat, &id, act).map(|_| StatusCode::NO_CONTENT).map_err(|why| match why {
        Ineffective::Unknown => not_found("no such request on this phone"),
        Ineffective::Settled => Mistake(StatusCode::CONFLICT, "answered already, or over".to_owned()),
        Ineffective::NotActive => Mistake(StatusCode::CONFLICT, "the e-CPS of this person is not ACTIVE".to_owned()),
        Ineffective::WrongCode | Ineffective::TooManyCodes => Mistake(StatusCode::FORBIDDEN, "wrong e-CPS code".to_owned()),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewState {
    state: String,
}

/// `POST /sim/ecps/{idnat}`: puts the e-CPS in a state.
async fn ecps(State(sim): State<Arc<Memory>>, Path(idnat): Path<String>, Told(told): Told<NewState>) -> Result<StatusCode, Mistake> {
    if !sim.phones.lock().set(&idnat, &told.state, sim.clock.now()) {
        return Err(mistake("an IdNat of a persona, and one of NONE, WAITING, ACTIVABLE, ACTIVE, EXPIRED, BLOCKED"));
    }
    sim.ring();
    Ok(StatusCode::NO_CONTENT)
}
