//! The shared desk: one tap on one's name, a number of two digits on the screen, one approval on the telephone.
//!
//! OpenID CIBA, poll mode. Requirements: PSC-33, PSC-34, PSC-C. The page asks Pli, Pli asks Pro Santé Connect, no oftener than it may; limits are the
//! store's. Whoever leaves the page drops the request. Works without script: the page then reads itself anew.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use identity::oidc::{Channel2, PhoneAnswer, SignedIn};
use rules::ids::Rpps;
use rules::{IdNat, Refusal};
use secrecy::ExposeSecret;
use serde::Deserialize;
use store::accounts::{PhoneRequest, Ringing};

use super::refused::{self, Turned, turn_away};
use super::seat::{self, Proved};
use super::station::{self, Tile};
use super::visitor::Visitor;
use super::welcome::To;
use crate::App;
use crate::frame::{Fault, Notice, Page, Words, html};
use crate::keyboard::{encoded, own_path};

const HX_REQUEST: &str = "hx-request";
const HX_REDIRECT: HeaderName = HeaderName::from_static("hx-redirect");
const HX_RETARGET: HeaderName = HeaderName::from_static("hx-retarget");
const HX_RESWAP: HeaderName = HeaderName::from_static("hx-reswap");

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/connexion/poste", get(desk).post(ask))
        .route("/connexion/poste/oublier", post(forget))
        .route("/connexion/poste/{id}", get(wait))
        .route("/connexion/poste/{id}/etat", get(state))
        .route("/connexion/poste/{id}/abandon", post(abandon))
}

#[derive(Template)]
#[template(path = "sign_in/desk.html")]
struct Desk {
    page: Page,
    to: String,
    tiles: Vec<Tile>,
    error: String,
    typed: String,
}

/// `GET /connexion/poste?vers=`: the people of this workstation, or a number to type.
async fn desk(State(app): State<App>, w: Words, headers: HeaderMap, Query(to): Query<To>) -> Result<Response, Fault> {
    let notice = Notice::left(&app, &headers);
    draw_desk(&app, w, &headers, &to.vers, notice, String::new(), String::new()).await
}

async fn draw_desk(
    app: &App,
    w: Words,
    headers: &HeaderMap,
    to: &str,
    notice: Option<Notice>,
    error: String,
    typed: String,
) -> Result<Response, Fault> {
    let tiles = station::tiles(app, headers).await?;
    let (said, wrong) = (notice.is_some(), !error.is_empty());
    let page = Page::open(app, w, w.desk_title()).at(Default::default(), "/connexion/poste").saying(notice);
    let mut response = html(app, &Desk { page, to: own_path(to), tiles, error, typed }, said);
    if wrong {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// Who asks for her telephone to ring: a tile, or a number typed.
#[derive(Deserialize)]
struct Ask {
    #[serde(default)]
    personne: String,
    #[serde(default)]
    numero: String,
    #[serde(default)]
    souvenir: String,
    #[serde(default)]
    vers: String,
}

impl Ask {
    fn person(&self) -> Option<IdNat> {
        if !self.personne.is_empty() {
            return IdNat::parse(&self.personne).ok();
        }
        let digits: String = self.numero.chars().filter(|c| !c.is_whitespace()).collect();
        Rpps::parse(&digits).map(IdNat::from).ok().or_else(|| IdNat::parse(&digits).ok())
    }
}

/// `POST /connexion/poste`: the telephone rings.
async fn ask(State(app): State<App>, w: Words, visitor: Visitor, headers: HeaderMap, Form(ask): Form<Ask>) -> Result<Response, Fault> {
    let Some(person) = ask.person().filter(IdNat::is_national) else {
        return draw_desk(&app, w, &headers, &ask.vers, None, w.rpps_wrong(), ask.numero).await;
    };
    let retry = format!("/connexion/poste?vers={}", encoded(&own_path(&ask.vers)));
    match ring(&app, &visitor, &person, &ask).await {
        Ok(response) => Ok(response),
        Err(fault) => {
            let refusal = refused::refusal_of(fault)?;
            Ok(turn_away(&app, w, &visitor, Turned { refusal, person: Some(&person), means: "telephone", retry }).await)
        }
    }
}

async fn ring(app: &App, visitor: &Visitor, person: &IdNat, ask: &Ask) -> Result<Response, Fault> {
    let now = app.clock.now();
    if let Some(ip) = visitor.ip {
        app.throttle.check(ip, None, Some(person), now)?;
    }
    // Nobody's telephone rings who could not come in; the answer does not tell whether the register knows the number.
    let person = seat::admitted(app, person, now).await.map_err(neutral)?.idnat;
    let secret = visitor.secret_or_new(app);
    app.store.reserve_phone_request(&person, &secret, now).await?;
    let number = format!("{:02}", u32::from_be_bytes(app.entropy.bytes::<4>()) % 100);
    let asked = app.party.ask_phone(&person, Channel2::Mobile, &number).await?;
    let request = PhoneRequest {
        browser: secret.clone(),
        person,
        number,
        channel: "MOBILE".to_owned(),
        auth_req_id: asked.auth_req_id,
        expires: asked.expires,
        interval: u32::try_from(asked.interval.as_secs()).unwrap_or(5).max(1),
        return_to: own_path(&ask.vers),
    };
    let id = app.store.keep_phone_request(request, now).await?;
    let remember = if ask.souvenir.is_empty() { "" } else { "?souvenir=oui" };
    let mut response = Redirect::to(&format!("/connexion/poste/{id}{remember}")).into_response();
    Visitor::holds(app, &mut response, &secret);
    Ok(response)
}

fn neutral(fault: Fault) -> Fault {
    match fault {
        Fault::Refused(Refusal::PersonUnknown | Refusal::PersonNotEntitled) => Refusal::PhoneNotAsked.into(),
        other => other,
    }
}

/// Whether the person wants to be remembered here once she is in; how the request ended, when the script already knows.
#[derive(Deserialize, Default)]
struct Wish {
    #[serde(default)]
    souvenir: String,
    #[serde(default)]
    refus: String,
}

/// What became of a request.
enum Step {
    Waiting(Box<Ringing>),
    Approved(Box<SignedIn>, Box<Ringing>),
    Denied,
    /// Too late, dropped, or of another browser.
    Over,
}

#[derive(Template)]
#[template(path = "sign_in/waiting.html")]
struct Waiting {
    page: Page,
    id: i64,
    name: String,
    number: String,
    seconds: u64,
    wish: String,
}

#[derive(Template)]
#[template(path = "sign_in/waiting_state.html")]
struct WaitingState {
    w: Words,
    id: i64,
    seconds: u64,
    wish: String,
}

#[derive(Template)]
#[template(path = "sign_in/phone_over.html")]
struct Over {
    page: Page,
    denied: bool,
}

/// `GET /connexion/poste/{id}`: the number in large, and the answer as soon as it is there.
async fn wait(
    State(app): State<App>,
    w: Words,
    visitor: Visitor,
    headers: HeaderMap,
    Path(id): Path<i64>,
    Query(wish): Query<Wish>,
) -> Result<Response, Fault> {
    match step(&app, &visitor, id).await {
        Ok(Step::Waiting(ringing)) => {
            let request = &ringing.request;
            let name = app.store.person(&request.person).await?.map_or_else(String::new, |person| person.name());
            let seconds = request.expires.since(app.clock.now()).as_secs();
            let page = Page::open(&app, w, w.waiting_title()).at(Default::default(), "/connexion/poste").live();
            Ok(html(&app, &Waiting { page, id, name, number: request.number.clone(), seconds, wish: wish.souvenir }, false))
        }
        Ok(Step::Approved(signed, ringing)) => {
            let (signed, person) = (*signed, ringing.request.person.clone());
            match seated(&app, &visitor, &headers, signed, &ringing, &wish).await {
                Ok(response) => Ok(response),
                Err(fault) => {
                    let refusal = refused::refusal_of(fault)?;
                    let retry = "/connexion/poste".to_owned();
                    Ok(turn_away(&app, w, &visitor, Turned { refusal, person: Some(&person), means: "telephone", retry }).await)
                }
            }
        }
        Ok(over @ (Step::Denied | Step::Over)) => {
            let page = Page::open(&app, w, w.phone_over_title()).at(Default::default(), "/connexion/poste");
            Ok(html(&app, &Over { page, denied: matches!(over, Step::Denied) || !wish.refus.is_empty() }, false))
        }
        Err(fault) => {
            let refusal = refused::refusal_of(fault)?;
            let retry = "/connexion/poste".to_owned();
            Ok(turn_away(&app, w, &visitor, Turned { refusal, person: None, means: "telephone", retry }).await)
        }
    }
}

/// `GET /connexion/poste/{id}/etat`: what the page asks by itself. Anything but waiting is shown by the page, to which the browser is sent.
async fn state(
    State(app): State<App>,
    w: Words,
    visitor: Visitor,
    headers: HeaderMap,
    Path(id): Path<i64>,
    Query(wish): Query<Wish>,
) -> Result<Response, Fault> {
    let whole = format!("/connexion/poste/{id}?souvenir={}", encoded(&wish.souvenir));
    if !headers.contains_key(HX_REQUEST) {
        return Ok(Redirect::to(&whole).into_response());
    }
    match step(&app, &visitor, id).await {
        Ok(Step::Waiting(ringing)) => {
            let seconds = ringing.request.expires.since(app.clock.now()).as_secs();
            Ok(html(&app, &WaitingState { w, id, seconds, wish: wish.souvenir }, false))
        }
        Ok(Step::Approved(signed, ringing)) => match seated(&app, &visitor, &headers, *signed, &ringing, &wish).await {
            Ok(response) => Ok(elsewhere(&ringing.request.return_to, response)),
            Err(fault) => {
                let refusal = refused::refusal_of(fault)?;
                let (person, retry) = (Some(&ringing.request.person), "/connexion/poste".to_owned());
                let mut shown = turn_away(&app, w, &visitor, Turned { refusal, person, means: "telephone", retry }).await;
                // The script puts no refused answer in a page: the whole page is replaced instead.
                *shown.status_mut() = StatusCode::OK;
                Ok(([(HX_RETARGET, "body"), (HX_RESWAP, "innerHTML")], shown).into_response())
            }
        },
        Ok(Step::Denied) => Ok(elsewhere("/connexion/poste/0?refus=oui", StatusCode::OK.into_response())),
        Ok(Step::Over) | Err(_) => Ok(elsewhere("/connexion/poste/0", StatusCode::OK.into_response())),
    }
}

/// Keeps the headers (cookies) of an answer, and sends the whole page elsewhere.
fn elsewhere(to: &str, response: Response) -> Response {
    let (head, _) = response.into_parts();
    let mut sent = StatusCode::OK.into_response();
    for value in head.headers.get_all(axum::http::header::SET_COOKIE) {
        sent.headers_mut().append(axum::http::header::SET_COOKIE, value.clone());
    }
    if let Ok(to) = HeaderValue::from_str(&own_path(to)) {
        sent.headers_mut().insert(HX_REDIRECT, to);
    }
    sent
}

/// Asks Pro Santé Connect when the interval has passed; nobody else of this node or another does at the same time.
async fn step(app: &App, visitor: &Visitor, id: i64) -> Result<Step, Fault> {
    let now = app.clock.now();
    let Some(secret) = visitor.secret() else { return Ok(Step::Over) };
    let Some(ringing) = app.store.phone_request(id, secret, now).await? else { return Ok(Step::Over) };
    if !ringing.due {
        return Ok(Step::Waiting(Box::new(ringing)));
    }
    let request = &ringing.request;
    match app.party.poll_phone(request.auth_req_id.expose_secret(), &request.person).await {
        Ok(PhoneAnswer::Pending) => Ok(Step::Waiting(Box::new(ringing))),
        Ok(PhoneAnswer::SlowDown) => {
            app.store.phone_slow_down(id).await?;
            Ok(Step::Waiting(Box::new(ringing)))
        }
        Ok(PhoneAnswer::Approved(signed)) => {
            app.store.drop_phone_request(id, secret).await?;
            Ok(Step::Approved(signed, Box::new(ringing)))
        }
        Ok(PhoneAnswer::Denied) => {
            app.store.drop_phone_request(id, secret).await?;
            Ok(Step::Denied)
        }
        Ok(PhoneAnswer::Expired) => {
            app.store.drop_phone_request(id, secret).await?;
            Ok(Step::Over)
        }
        // An outage of a moment: the request lives on, and is asked about again until it expires.
        Err(Refusal::PscUnavailable) => Ok(Step::Waiting(Box::new(ringing))),
        Err(refusal) => {
            app.store.drop_phone_request(id, secret).await?;
            Err(refusal.into())
        }
    }
}

async fn seated(
    app: &App,
    visitor: &Visitor,
    headers: &HeaderMap,
    signed: SignedIn,
    ringing: &Ringing,
    wish: &Wish,
) -> Result<Response, Fault> {
    let person = seat::admitted(app, &ringing.request.person, app.clock.now()).await?;
    let proved = Proved::by_provider(seat::who(&person), person.name(), signed);
    let mut response = seat::sit(app, visitor, proved, &ringing.request.return_to).await?;
    if !wish.souvenir.is_empty() {
        station::remember(app, headers, &mut response, &person.idnat);
    }
    Ok(response)
}

/// `POST /connexion/poste/{id}/abandon`: the page was left.
async fn abandon(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>) -> Result<Response, Fault> {
    if let Some(secret) = visitor.secret() {
        app.store.drop_phone_request(id, secret).await?;
    }
    Ok(Redirect::to("/connexion/poste").into_response())
}

#[derive(Deserialize)]
struct Forget {
    personne: String,
}

/// `POST /connexion/poste/oublier`: a tile is taken away.
async fn forget(State(app): State<App>, w: Words, headers: HeaderMap, Form(form): Form<Forget>) -> Result<Response, Fault> {
    let mut response = Notice::good(w.tile_forgotten()).then(&app, "/connexion/poste");
    if let Ok(person) = IdNat::parse(&form.personne) {
        station::forget(&app, &headers, &mut response, &person);
    }
    Ok(response)
}
