//! The owner asks somebody to take the cabinet over, or thinks better of it.
//!
//! `GET|POST …/acces/transmettre`, `POST …/acces/transmettre/retirer`. Requirements: CAB-05, CAB-12, CAB-19, PSC-37. Nothing moves before the
//! one who was asked consents (`mailboxes::offered`).

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rules::access::Capacity;
use rules::mailbox::Kind;
use rules::movement::Change;
use rules::register::Person;
use rules::{Channel, Refusal};

use super::found::{self, Found};
use super::fresh;
use super::room::{Draft, Inside};
use crate::App;
use crate::frame::{Fault, Notice, Page, Words, html};
use crate::keyboard::Member;

#[derive(Template)]
#[template(path = "access/hand_over.html")]
struct HandOver {
    page: Page,
    address: String,
    query: String,
    searched: bool,
    found: Vec<Found>,
    /// Where to prove anew who one is, when it must be done first.
    confirm: String,
    error: String,
}

pub(super) async fn page(
    State(app): State<App>,
    w: Words,
    member: Member,
    Path(address): Path<String>,
    Query(draft): Query<Draft>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let inside = entered(&app, &member, &address).await?;
    draw(&app, w, &member, &inside, &draft, Notice::left(&app, &headers), String::new()).await
}

/// In, as the owner of a cabinet.
async fn entered(app: &App, member: &Member, address: &str) -> Result<Inside, Fault> {
    let inside = Inside::enter(app, member, address).await?;
    inside.access.owner_rights()?;
    if inside.mailbox.kind != Kind::Cab {
        return Err(Refusal::NotForThisKind.into());
    }
    Ok(inside)
}

async fn draw(
    app: &App,
    w: Words,
    member: &Member,
    inside: &Inside,
    draft: &Draft,
    notice: Option<Notice>,
    error: String,
) -> Result<Response, Fault> {
    let (mailbox, now) = (&inside.mailbox, inside.now);
    let searched = draft.qui.trim().chars().count() >= 2;
    let people = if searched { found::people(app, Some(mailbox), &draft.qui, now).await? } else { cotitulaires(app, inside).await? };
    let found = found::shown(app, w, &people, now, found::judge(mailbox, Capacity::Owner, now), |_| false).await?;
    let path = inside.path("acces/transmettre");
    let said = notice.is_some();
    let status = if error.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = HandOver {
        page: inside.page(app, w, member, w.hand_over_title(&mailbox.label), "acces/transmettre").saying(notice),
        address: mailbox.address.to_string(),
        query: draft.qui.clone(),
        searched,
        found,
        confirm: if fresh::is_fresh(member, now) { String::new() } else { fresh::confirm_at(&path) },
        error,
    };
    let mut response = html(app, &page, said);
    *response.status_mut() = status;
    Ok(response)
}

/// Those who know the cabinet already come first.
async fn cotitulaires(app: &App, inside: &Inside) -> Result<Vec<Person>, Fault> {
    let mut people = Vec::new();
    for idnat in inside.standing().now_in(Capacity::Cotitulaire) {
        people.extend(app.store.person(idnat).await?);
    }
    Ok(people)
}

pub(super) async fn offer(
    State(app): State<App>,
    w: Words,
    member: Member,
    Path(address): Path<String>,
    Form(draft): Form<Draft>,
) -> Result<Response, Fault> {
    let inside = entered(&app, &member, &address).await?;
    fresh::asked(&member, &inside.path("acces/transmettre"), inside.now)?;
    let Some(person) = found::known(&app, Some(&inside.mailbox), &draft.personne).await? else {
        return draw(&app, w, &member, &inside, &draft, None, w.choose_somebody()).await;
    };
    inside.access.owner_rights()?;
    let change = Change::HandOverOffered { to: person.idnat.clone() };
    match app.store.move_as(&inside.access, change, None, false, Channel::Webmail, inside.now).await {
        Ok(_) => {
            let notice = Notice::good(w.offered(person.name())).with_undo(inside.path("acces/transmettre/retirer"), &[]);
            Ok(notice.then(&app, &inside.path("acces")))
        }
        Err(store::Error::Refused(refusal)) => draw(&app, w, &member, &inside, &draft, None, w.refusal(&refusal)).await,
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn drop_offer(State(app): State<App>, w: Words, member: Member, Path(address): Path<String>) -> Result<Response, Fault> {
    let inside = entered(&app, &member, &address).await?;
    let to = inside.standing().offer().map(|offer| offer.to.clone()).ok_or(Refusal::NoOffer)?;
    app.store.move_as(&inside.access, Change::HandOverDropped { to }, None, false, Channel::Webmail, inside.now).await?;
    Ok(Notice::good(w.offer_withdrawn()).then(&app, &inside.path("acces")))
}
