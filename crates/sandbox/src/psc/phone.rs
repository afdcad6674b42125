//! The phone of a persona: requests to approve with the number to compare, and the activation of her e-CPS. Works without JavaScript.
//!
//! Requirements: SIM-06, CPS-01, CPS-03 (the 48 h clock), CPS-04. The phone never sees a token and opens no session: it only answers.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use qrcode::QrCode;
use rules::Moment;
use serde::Deserialize;

use super::approvals::{self, Act, Approval, LIFE};
use super::ecps::{self, Ecps, Finish, Hitch};
use super::live;
use super::state::Memory;
use crate::outbox::{Kind, Outgoing};
use crate::pages::{self, page};
use crate::personas::{Persona, Personas};

/// A request on the screen.
struct Line {
    id: String,
    program: String,
    card: bool,
    number: String,
    age: u64,
    left: u64,
}

/// What the activation part of the page offers.
enum Step {
    /// Nothing can be done here.
    Nothing,
    Waiting,
    Begin,
    Finish {
        /// The QR code on the screen (card path): its text, its size, its drawing.
        shown: Option<(String, usize, String)>,
        until: String,
    },
    Active,
    Expired,
}

#[derive(Template)]
#[template(path = "phone.html")]
struct PhonePage<'a> {
    name: String,
    label: &'a str,
    idnat: &'a str,
    email: &'a str,
    mark: String,
    error: &'a str,
    active: bool,
    lines: Vec<Line>,
    state: &'static str,
    sentence: String,
    step: Step,
    card: bool,
}

#[derive(Template)]
#[template(path = "phones.html")]
struct PhonesPage {
    lines: Vec<Owner>,
}

struct Owner {
    idnat: String,
    name: String,
    sentence: String,
    waiting: usize,
}

/// `GET /phone`: everybody's phone.
pub(super) async fn list(State(sim): State<Arc<Memory>>) -> Response {
    let now = sim.clock.now();
    let owner = |p: &Persona| {
        let ecps = sim.phones.lock().now(&p.idnat, now).cloned()?;
        let waiting = sim.approvals.lock().waiting(Some(&p.idnat), now).len();
        Some(Owner { idnat: p.idnat.clone(), name: Personas::name(p), sentence: sentence(&ecps), waiting })
    };
    page(PhonesPage { lines: sim.personas.all().iter().filter_map(owner).collect() }.render(), None)
}

/// `GET /phone/{idnat}`.
pub(super) async fn show(State(sim): State<Arc<Memory>>, Path(idnat): Path<String>) -> Response {
    render(&sim, &idnat, "")
}

/// The stream that tells the page to look again.
pub(super) async fn follow(State(sim): State<Arc<Memory>>, Path(idnat): Path<String>) -> Response {
    live::follow(sim, move |sim| mark(sim, &idnat))
}

/// Body of `POST /phone/{idnat}/reponse`.
#[derive(Deserialize)]
pub(super) struct Reply {
    request: String,
    /// `approve` or `refuse`.
    action: String,
    #[serde(default)]
    code: String,
}

pub(super) async fn answer(State(sim): State<Arc<Memory>>, Path(idnat): Path<String>, axum::Form(reply): axum::Form<Reply>) -> Response {
    let act = if reply.action == "approve" { Act::Approve(Some(&reply.code)) } else { Act::Refuse };
    match approvals::act(&sim, &idnat, &reply.request, act) {
        Ok(_) => pages::redirect(&format!("/phone/{idnat}"), None),
        Err(why) => refused(&sim, &idnat, why.message()),
    }
}

/// Body of `POST /phone/{idnat}/activation`.
#[derive(Deserialize)]
pub(super) struct Activation {
    /// `card`, `contact`, `finish`, `start-over` or `hasten`.
    step: String,
    #[serde(default)]
    qr: String,
    #[serde(default)]
    sms: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    again: String,
}

pub(super) async fn activate(
    State(sim): State<Arc<Memory>>,
    Path(idnat): Path<String>,
    axum::Form(asked): axum::Form<Activation>,
) -> Response {
    let now = sim.clock.now();
    let done = match asked.step.as_str() {
        "card" | "contact" => send_qr(&sim, &idnat, if asked.step == "card" { ecps::Path::Card } else { ecps::Path::Contact }),
        "finish" => {
            let typed = Finish { qr: &asked.qr, sms: &asked.sms, code: &asked.code, again: &asked.again };
            sim.phones.lock().finish(&idnat, &typed, now)
        }
        "start-over" => sim.phones.lock().start_over(&idnat, now),
        "hasten" => sim.phones.lock().hasten(&idnat, now),
        _ => Err(Hitch::NotNow),
    };
    match done {
        Ok(()) => {
            sim.ring();
            pages::redirect(&format!("/phone/{idnat}"), None)
        }
        Err(hitch) => refused(&sim, &idnat, hitch.message()),
    }
}

/// The QR code on the screen (card), or the two secrets by e-mail and SMS (contact).
fn send_qr(sim: &Memory, idnat: &str, path: ecps::Path) -> Result<(), Hitch> {
    let persona = sim.personas.find(idnat).ok_or(Hitch::NotNow)?;
    let contact = &persona.contact_prive;
    if path == ecps::Path::Contact && (contact.email.is_empty() || contact.mobile.is_empty()) {
        return Err(Hitch::NoContact);
    }
    let drawn = hex::encode_upper(sim.entropy.bytes::<4>());
    let (qr, sms) = (format!("ECPS-{}-{}", &drawn[..4], &drawn[4..]), sim.digits(6));
    let now = sim.clock.now();
    sim.phones.lock().send_qr(idnat, path, (qr.clone(), sms.clone()), now)?;
    if path == ecps::Path::Contact {
        let name = Personas::name(persona);
        sim.outbox.put(Outgoing {
            to: contact.email.clone(),
            kind: Kind::Email,
            subject: "Activation de votre e-CPS".to_owned(),
            text: format!(
                "Bonjour {name},\n\nScannez ce QR code avec l'application e-CPS de votre téléphone. En texte : {qr}\n\nIl est valable 24 heures. \
                 Un second code vous est envoyé par SMS au numéro que le registre connaît.\n\n(Message du simulateur : rien n'est envoyé.)"
            ),
            at: now,
        });
        let text = format!("e-CPS : votre code d'activation est {sms}. Ne le communiquez à personne.");
        sim.outbox.put(Outgoing { to: contact.mobile.clone(), kind: Kind::Sms, subject: String::new(), text, at: now });
    }
    Ok(())
}

fn refused(sim: &Memory, idnat: &str, why: &str) -> Response {
    let mut response = render(sim, idnat, why);
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    response
}

fn render(sim: &Memory, idnat: &str, error: &str) -> Response {
    let now = sim.clock.now();
    let ecps = sim.phones.lock().now(idnat, now).cloned();
    let Some((persona, ecps)) = sim.personas.find(idnat).zip(ecps) else {
        return pages::message(StatusCode::NOT_FOUND, "Téléphone inconnu", "Aucun professionnel du simulateur ne porte ce numéro.");
    };
    let waiting = sim.approvals.lock().waiting(Some(idnat), now);
    let shown = PhonePage {
        name: Personas::name(persona),
        label: &persona.label,
        idnat,
        email: &persona.contact_prive.email,
        mark: mark(sim, idnat),
        error,
        active: ecps.state == ecps::State::Active,
        lines: waiting.into_iter().map(|approval| line(sim, approval, now)).collect(),
        state: ecps.state.name(),
        sentence: sentence(&ecps),
        step: step(&ecps),
        card: persona.psc.channels.iter().any(|channel| channel == "CARD"),
    };
    page(shown.render(), None)
}

fn line(sim: &Memory, approval: Approval, now: Moment) -> Line {
    Line {
        program: sim.program_name(&approval.client).to_owned(),
        card: approval.channel == "CARD",
        age: now.since(approval.begun).as_secs(),
        left: approval.begun.plus(LIFE).since(now).as_secs(),
        id: approval.id,
        number: approval.number,
    }
}

fn step(ecps: &Ecps) -> Step {
    match &ecps.state {
        ecps::State::Waiting => Step::Waiting,
        ecps::State::Activable => Step::Begin,
        ecps::State::QrSent { path, qr, .. } => Step::Finish {
            shown: Some(qr).filter(|_| *path == ecps::Path::Card).and_then(|qr| drawing(qr).map(|(size, path)| (qr.clone(), size, path))),
            until: day_and_time(ecps.since.plus(path.life())),
        },
        ecps::State::Active => Step::Active,
        ecps::State::Expired => Step::Expired,
        ecps::State::None | ecps::State::Blocked => Step::Nothing,
    }
}

/// Where the e-CPS stands, and its clock, in words.
fn sentence(ecps: &Ecps) -> String {
    let since = day_and_time(ecps.since);
    match &ecps.state {
        ecps::State::None => "Pas d'e-CPS : cette personne n'est pas encore inscrite au registre.".to_owned(),
        ecps::State::Waiting => {
            let until = day_and_time(ecps.since.plus(ecps::KNOWN_AFTER));
            format!("Numéro RPPS attribué le {since} ; l'e-CPS pourra être activée au plus tard le {until} (48 heures).")
        }
        ecps::State::Activable => "L'e-CPS peut être activée maintenant.".to_owned(),
        ecps::State::QrSent { path, .. } => {
            let until = day_and_time(ecps.since.plus(path.life()));
            format!("Activation commencée ; le QR code est valable jusqu'au {until}.")
        }
        ecps::State::Active => "L'e-CPS est active.".to_owned(),
        ecps::State::Expired => format!("L'e-CPS a expiré le {since} : supprimez-la dans l'application, puis activez-la de nouveau."),
        ecps::State::Blocked => "L'e-CPS est bloquée : cette personne n'exerce plus d'après le registre.".to_owned(),
    }
}

/// What the page depends on, besides ages.
fn mark(sim: &Memory, idnat: &str) -> String {
    let now = sim.clock.now();
    let ecps = sim.phones.lock().now(idnat, now).map(|ecps| (ecps.state.clone(), ecps.since));
    let waiting: Vec<String> = sim.approvals.lock().waiting(Some(idnat), now).into_iter().map(|approval| approval.id).collect();
    live::mark(&format!("{ecps:?} {waiting:?}"))
}

/// `le 22/11/2026 à 05:10` without the `le`, Europe/Paris.
pub(super) fn day_and_time(at: Moment) -> String {
    at.paris().strftime("%d/%m/%Y à %H:%M:%S").to_string()
}

/// A QR code as the path of an SVG: its side with the margin, and one square a dark module.
fn drawing(text: &str) -> Option<(usize, String)> {
    const MARGIN: usize = 4;
    let code = QrCode::new(text).ok()?;
    let width = code.width();
    let dark = code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == qrcode::Color::Dark);
    let path = dark.map(|(index, _)| format!("M{} {}h1v1h-1z", index % width + MARGIN, index / width + MARGIN)).collect();
    Some((width + 2 * MARGIN, path))
}
