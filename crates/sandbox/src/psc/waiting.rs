//! The page that waits for the phone: the number to compare, then on to the program. Works without JavaScript.
//!
//! Requirements: SIM-05. The session belongs to the browser that waits, never to the phone's.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::approvals::{Answer, Approval, For, LIFE};
use super::login::{enter, no_longer, with_code, with_error};
use super::state::{Memory, Pending};
use super::{live, sso};
use crate::pages::{self, page};
use crate::personas::Personas;

#[derive(Template)]
#[template(path = "waiting.html")]
struct WaitingPage<'a> {
    id: &'a str,
    mark: String,
    /// The authorization request, to choose again.
    request: &'a str,
    client: &'a str,
    name: String,
    idnat: &'a str,
    number: &'a str,
    /// Seconds left; 0 when nobody answered in time.
    left: u64,
    refused: bool,
}

fn asked(sim: &Memory, id: &str) -> Option<(Approval, String, Pending)> {
    let approval = sim.approvals.lock().get(id).cloned()?;
    let For::Browser { request } = &approval.waits else { return None };
    let pending = sim.book.lock().pending.get(request).cloned()?;
    let request = request.clone();
    Some((approval, request, pending))
}

/// `GET /attente/{id}`.
pub(super) async fn show(State(sim): State<Arc<Memory>>, Path(id): Path<String>) -> Response {
    let Some((approval, request, pending)) = asked(&sim, &id) else { return no_longer() };
    let Some(persona) = sim.personas.find(&approval.idnat) else { return no_longer() };
    let now = sim.clock.now();
    let answer = approval.answer(now);
    if answer == Answer::Approved {
        sim.approvals.lock().forget(&id);
        // Two tabs may ask at once: only one takes the request.
        if sim.book.lock().pending.remove(&request).is_none() {
            return no_longer();
        }
        let sid = enter(&sim, &pending, persona, Some(&approval.channel), None);
        let cookie = sso::remember(&sim, &sid);
        return pages::redirect(&with_code(&sim, &pending, &sid), Some(&cookie));
    }
    let shown = WaitingPage {
        id: &id,
        mark: mark(&sim, &id),
        request: &request,
        client: sim.program_name(&approval.client),
        name: Personas::name(persona),
        idnat: &approval.idnat,
        number: &approval.number,
        left: if answer == Answer::Waiting { approval.begun.plus(LIFE).since(now).as_secs().max(1) } else { 0 },
        refused: answer == Answer::Refused,
    };
    page(shown.render(), Some(&pending.redirect_uri))
}

/// `POST /attente/{id}`: the person gives up.
pub(super) async fn give_up(State(sim): State<Arc<Memory>>, Path(id): Path<String>) -> Response {
    let Some((_, request, pending)) = asked(&sim, &id) else { return no_longer() };
    sim.approvals.lock().forget(&id);
    sim.book.lock().pending.remove(&request);
    sim.ring();
    pages::redirect(&with_error(&sim, &pending, "access_denied"), None)
}

/// The stream that tells the page to look again.
pub(super) async fn follow(State(sim): State<Arc<Memory>>, Path(id): Path<String>) -> Response {
    live::follow(sim, move |sim| mark(sim, &id))
}

fn mark(sim: &Memory, id: &str) -> String {
    let answer = sim.approvals.lock().get(id).map(|approval| approval.answer(sim.clock.now()));
    live::mark(&format!("{answer:?}"))
}
