//! What somebody answers who was let in, or asked to take a cabinet over.
//!
//! `POST /boites/{address}/invitation`, `GET|POST /boites/{address}/transmission`. Requirements: CAB-05, CAB-12, CAB-15, PSC-37. The one who is
//! asked may have no right there yet: her own list says that she is asked, and a mailbox that is not in it answers as an unknown one.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use rules::access::Capacity;
use rules::movement::{Change, Right, accept, drop_hand_over, renounce, take_over};
use rules::{Address, Author, Channel, Moment, Refusal};
use serde::Deserialize;
use store::mailboxes::Mine;

use crate::App;
use crate::access::fresh;
use crate::access::sentences::Names;
use crate::frame::page::Place;
use crate::frame::{Fault, Notice, Page, Words, html};
use crate::keyboard::Member;

#[derive(Deserialize)]
pub(super) struct Answer {
    #[serde(default)]
    reponse: String,
    #[serde(default)]
    accepte: String,
}

impl Answer {
    fn says_yes(&self) -> Result<bool, Fault> {
        match self.reponse.as_str() {
            "accepter" => Ok(true),
            "decliner" => Ok(false),
            _ => Err(Fault::BadForm("reponse".to_owned())),
        }
    }
}

/// The mailbox as it stands in her own list.
async fn mine(app: &App, member: &Member, address: &str, now: Moment) -> Result<Mine, Fault> {
    let address = Address::parse(address).map_err(|_| Refusal::NoRight)?;
    let mine = app.store.mailboxes_of(&member.person, now).await?;
    Ok(mine.into_iter().find(|one| one.mailbox.address == address).ok_or(Refusal::NoRight)?)
}

fn author(member: &Member, one: &Mine) -> Author {
    let capacity = match one.right {
        Right::Held { capacity, .. } => Some(capacity),
        Right::Never | Right::NotBegun { .. } | Right::Ended { .. } => None,
    };
    Author::Person { id: member.person.clone(), capacity }
}

/// She takes up what she was given, or will not have it.
pub(super) async fn invitation(
    State(app): State<App>,
    w: Words,
    member: Member,
    Path(address): Path<String>,
    Form(answer): Form<Answer>,
) -> Result<Response, Fault> {
    let now = app.clock.now();
    let one = mine(&app, &member, &address, now).await?;
    let (me, by, address) = (member.person.clone(), author(&member, &one), &one.mailbox.address);
    if answer.says_yes()? {
        let change = Change::Accepted { person: me.clone() };
        let decide = move |mailbox: &_, _: Option<&_>| accept(mailbox, &me, now);
        app.store.move_mailbox(address, change, None, false, by, Channel::Webmail, now, decide).await?;
        return Ok(Notice::good(w.invitation_taken(&one.mailbox.label)).then(&app, "/boites"));
    }
    let change = match one.capacity {
        Capacity::Cotitulaire => Change::CotitulaireRemoved { person: me.clone() },
        _ => Change::DelegationEnded { person: me.clone() },
    };
    let decide = move |mailbox: &_, _: Option<&_>| renounce(mailbox, &me, now);
    app.store.move_mailbox(address, change, None, false, by, Channel::Webmail, now, decide).await?;
    Ok(Notice::good(w.you_left(&one.mailbox.label)).then(&app, "/boites"))
}

#[derive(Template)]
#[template(path = "mailboxes/take_over.html")]
struct TakeOver {
    page: Page,
    address: String,
    label: String,
    asked: String,
    confirm: String,
    error: String,
}

/// The mailbox, if a hand-over waits for her there.
async fn offered(app: &App, member: &Member, address: &str, now: Moment) -> Result<Mine, Fault> {
    let one = mine(app, member, address, now).await?;
    match (one.offer_to_me, one.right) {
        (true, _) => Ok(one),
        (false, Right::Held { .. }) => Err(Refusal::NoOffer.into()),
        // Somebody who has nothing there learns nothing.
        (false, _) => Err(Refusal::NoRight.into()),
    }
}

pub(super) async fn page(State(app): State<App>, w: Words, member: Member, Path(address): Path<String>) -> Result<Response, Fault> {
    let now = app.clock.now();
    let one = offered(&app, &member, &address, now).await?;
    draw(&app, w, &member, &one, now, String::new()).await
}

async fn draw(app: &App, w: Words, member: &Member, one: &Mine, now: Moment, error: String) -> Result<Response, Fault> {
    let offer = one.mailbox.movements.iter().rev().find(|m| matches!(m.change, Change::HandOverOffered { .. })).ok_or(Refusal::NoOffer)?;
    let names = Names::of(app, offer.by.person().cloned().into_iter().collect()).await?;
    let path = format!("/boites/{}/transmission", one.mailbox.address);
    let page = TakeOver {
        page: Page::of(app, w, &member.signed.session, w.take_over_title(&one.mailbox.label)).at(Place::Mailboxes, path.clone()),
        address: one.mailbox.address.to_string(),
        label: one.mailbox.label.clone(),
        asked: w.offered_by(names.author(w, &offer.by), w.date(offer.at)),
        confirm: if fresh::is_fresh(member, now) { String::new() } else { fresh::confirm_at(&path) },
        error,
    };
    let mut response = html(app, &page, false);
    if !page.error.is_empty() {
        *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// She becomes the owner, or declines.
pub(super) async fn transmission(
    State(app): State<App>,
    w: Words,
    member: Member,
    Path(address): Path<String>,
    Form(answer): Form<Answer>,
) -> Result<Response, Fault> {
    let now = app.clock.now();
    let one = offered(&app, &member, &address, now).await?;
    let (me, by, address) = (member.person.clone(), author(&member, &one), &one.mailbox.address);
    if !answer.says_yes()? {
        let change = Change::HandOverDropped { to: me.clone() };
        let decide = move |mailbox: &_, _: Option<&_>| drop_hand_over(mailbox, &me, now);
        app.store.move_mailbox(address, change, None, false, by, Channel::Webmail, now, decide).await?;
        return Ok(Notice::good(w.offer_declined(&one.mailbox.label)).then(&app, "/boites"));
    }
    fresh::asked(&member, &format!("/boites/{address}/transmission"), now)?;
    if answer.accepte != "oui" {
        return draw(&app, w, &member, &one, now, w.take_over_unaccepted()).await;
    }
    let change = Change::HandedOver { to: me };
    let decide = move |mailbox: &_, to: Option<&_>| take_over(mailbox, to.ok_or(Refusal::PersonUnknown)?, now);
    app.store.move_mailbox(address, change, None, true, by, Channel::Webmail, now, decide).await?;
    Ok(Notice::good(w.taken_over(&one.mailbox.label)).then(&app, &format!("/boites/{address}/acces")))
}
