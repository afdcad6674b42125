//! `/bureau`: the operator's health on one page, each line leading to its page.
//!
//! Requirements: TRU-11, TRU-36, CAB-17, CAB-18, RSK-04, LOC-08. It reads states; no subject, no content, no correspondent.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use rules::mailbox::{Kind, State as Life};
use rules::movement::standing;
use rules::movement::vacancy::Warning;
use store::queue::QueueState;

use super::colleague::Colleague;
use crate::App;
use crate::frame::{Fault, Notice, Page, Words, html};

/// One line of health.
struct Line {
    /// `good`, `warn`, `bad`.
    tone: &'static str,
    word: String,
    what: String,
    more: String,
    /// Where to look; empty when there is no page yet.
    href: String,
}

#[derive(Template)]
#[template(path = "desk/home.html")]
struct Home {
    page: Page,
    lines: Vec<Line>,
    roles: String,
}

pub(super) async fn show(State(app): State<App>, colleague: Colleague, w: Words, headers: HeaderMap) -> Result<Response, Fault> {
    let lines = vec![list(&app, w), queue(&app, w).await?, webhooks(&app, w).await?, cabinets(&app, w).await?, local(&app, w).await?];
    let notice = Notice::left(&app, &headers);
    let said = notice.is_some();
    let roles = colleague.roles.iter().map(|role| w.role(*role)).collect::<Vec<_>>().join(", ");
    let page = colleague.page(&app, w, w.desk_home(), "/bureau").saying(notice);
    Ok(html(&app, &Home { page, lines, roles }, said))
}

fn line(w: Words, tone: &'static str, what: String, more: String, href: &str) -> Line {
    let word = match tone {
        "good" => w.state_good(),
        "warn" => w.state_warn(),
        _ => w.state_bad(),
    };
    Line { tone, word, what, more, href: href.to_owned() }
}

fn list(app: &App, w: Words) -> Line {
    let status = app.trust.status();
    let tone = match (status.freshness, status.crls.iter().any(|crl| crl.expired)) {
        (trust::space::Freshness::Fresh, false) => "good",
        (trust::space::Freshness::Fresh, true) => "bad",
        _ => "warn",
    };
    let age = status.generated.map_or_else(|| w.list_none(), |at| w.date_time(at));
    line(w, tone, w.health_list(status.domains), w.health_list_more(age, status.crls.len()), "")
}

async fn queue(app: &App, w: Words) -> Result<Line, Fault> {
    let rows = app.store.queue().await?;
    let count = |state: QueueState| rows.iter().filter(|row| row.state == state).count();
    let (waiting, held) = (count(QueueState::Waiting), count(QueueState::Held));
    let late = rows.iter().filter(|row| row.state == QueueState::Waiting && row.attempts > 2).count();
    let tone = if late > 0 || held > 0 { "warn" } else { "good" };
    Ok(line(w, tone, w.health_queue(waiting), w.health_queue_more(late, held), ""))
}

async fn webhooks(app: &App, w: Words) -> Result<Line, Fault> {
    let (all, dead) = (app.store.webhooks().await?.len(), app.store.dead_webhooks().await?.len());
    Ok(line(w, if dead > 0 { "warn" } else { "good" }, w.health_webhooks(all), w.health_webhooks_more(dead), ""))
}

/// Cabinets whose owner is gone or leaves, or that could be organisational mailboxes (RSK-04).
async fn cabinets(app: &App, w: Words) -> Result<Line, Fault> {
    let now = app.clock.now();
    let (mut gone, mut leaving, mut finess, mut suspended) = (0, 0, 0, 0);
    for light in app.store.mailboxes().await? {
        if light.kind != Kind::Cab {
            continue;
        }
        let Some(mailbox) = app.store.mailbox(&light.address).await? else { continue };
        if standing(&mailbox.movements, now).state() == Life::Suspendue {
            suspended += 1;
        }
        for warning in app.store.warnings(&light.address, now).await? {
            match warning {
                Warning::OwnerGone => gone += 1,
                Warning::OwnerLeaving { .. } => leaving += 1,
                Warning::StructureHasFiness => finess += 1,
            }
        }
    }
    let tone = if gone > 0 {
        "bad"
    } else if leaving + finess + suspended > 0 {
        "warn"
    } else {
        "good"
    };
    Ok(line(w, tone, w.health_cabinets(gone), w.health_cabinets_more(leaving, finess, suspended), "/bureau/boites?etat=attention"))
}

async fn local(app: &App, w: Words) -> Result<Line, Fault> {
    let structures = app.store.local_structures().await?;
    let on = structures.iter().filter(|structure| structure.enabled).count();
    Ok(line(w, "good", w.health_local(on), String::new(), ""))
}
