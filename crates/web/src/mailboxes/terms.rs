//! The terms of use: read by anybody, accepted by whoever enters for the first time, or after a new version.
//!
//! Requirements: CGU-01, CGU-02, CGU-03, PSC-40, DEL-14, IND-72. The texts are the operator's, kept by the store with their hash; a default one is shipped.
//! What is recorded: the person, version, hash of the very text shown, time, channel, address, session.

mod blocks;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Form, Router};
use rules::access::Capacity;
use rules::mailbox::Kind;
use rules::movement::{Right, standing};
use rules::{Author, Channel, IdNat, Moment, Refusal};
use serde::Deserialize;
use store::accounts::Who;
use store::mailboxes::{Acceptance, Mine, Published};

use crate::App;
use crate::frame::{Fault, Notice, Page, Words, html};
use crate::keyboard::{Signed, encoded, own_path};

use blocks::Block;

/// The text shipped with Pli, in French: for an operator who has not written its own. Its version is `2026-01`.
pub fn default_terms() -> &'static str {
    include_str!("../../terms/2026-01.md")
}

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/cgu", get(show).post(accept))
}

#[derive(Deserialize, Default)]
struct Asked {
    #[serde(default)]
    version: String,
    #[serde(default)]
    vers: String,
}

/// An access that waits behind the terms: who gave it, what it will allow.
struct Invitation {
    label: String,
    address: String,
    kind: &'static str,
    capacity: &'static str,
    by: String,
    on: String,
    until: Option<String>,
    may: Vec<String>,
}

#[derive(Template)]
#[template(path = "sign_in/terms.html")]
struct TermsPage {
    page: Page,
    version: String,
    since: String,
    sha256: String,
    language: String,
    blocks: Vec<Block>,
    /// Somebody who must accept before going on.
    gate: bool,
    /// The version that she accepted before, if any.
    earlier: Option<String>,
    /// When she accepted this one.
    accepted: Option<String>,
    invitations: Vec<Invitation>,
    to: String,
    in_force: bool,
}

/// `GET /cgu`: the text in force (or an earlier version); for somebody who has not accepted it, the gate.
async fn show(
    State(app): State<App>,
    w: Words,
    headers: HeaderMap,
    signed: Option<Signed>,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let now = app.clock.now();
    let wanted = Some(asked.version.as_str()).filter(|version| !version.is_empty());
    let Published { text, sha256, .. } = app.store.terms_text_in(wanted, w.0.tag()).await?.ok_or(Fault::NotFound)?;
    let current = app.store.terms_text(None).await?.ok_or(Fault::NotFound)?.text.version;
    let person = signed.as_ref().and_then(|signed| person_of(&signed.session.who));
    let known = match person {
        Some(person) => Some(app.store.terms(person).await?),
        None => None,
    };
    let in_force = text.version == current;
    let gate = in_force && known.as_ref().is_some_and(|terms| !terms.up_to_date());
    let invitations = match person {
        Some(person) if gate => invitations(&app, w, person, now).await?,
        _ => Vec::new(),
    };
    let latest = known.and_then(|terms| terms.accepted);
    let (accepted, earlier) = match latest {
        Some((version, at)) if version == text.version => (Some(w.date_time(at)), None),
        Some((version, _)) => (None, Some(version)),
        None => (None, None),
    };
    let notice = Notice::left(&app, &headers);
    let said = notice.is_some();
    let page = match &signed {
        Some(signed) => Page::of(&app, w, &signed.session, w.terms_title()),
        None => Page::open(&app, w, w.terms_title()),
    };
    // Whoever changes language here still goes where she was going.
    let path = if asked.version.is_empty() {
        format!("/cgu?vers={}", encoded(&own_path(&asked.vers)))
    } else {
        format!("/cgu?version={}", encoded(&asked.version))
    };
    let shown = TermsPage {
        page: page.at(Default::default(), path).saying(notice),
        version: text.version,
        since: w.date(if text.since.micros() > 0 { text.since } else { now }),
        sha256,
        language: text.language,
        blocks: blocks::read(&text.body),
        gate,
        earlier,
        accepted,
        invitations,
        to: own_path(&asked.vers),
        in_force,
    };
    Ok(html(&app, &shown, said))
}

fn person_of(who: &Who) -> Option<&IdNat> {
    match who {
        Who::Person(person) | Who::Local(person) => Some(person),
        Who::Staff(_) => None,
    }
}

/// What waits for her: every right held or announced, with whoever gave it.
async fn invitations(app: &App, w: Words, person: &IdNat, now: Moment) -> Result<Vec<Invitation>, Fault> {
    let mut invitations = Vec::new();
    for mine in app.store.mailboxes_of(person, now).await? {
        if !matches!(mine.right, Right::Held { .. } | Right::NotBegun { .. }) {
            continue;
        }
        let given = standing(&mine.mailbox.movements, now);
        let spell = given.spells().iter().rev().find(|spell| spell.person == *person);
        let by = match spell.map(|spell| &spell.by) {
            Some(author) if author.person() == Some(person) => w.by_yourself(),
            Some(author) => match author.person() {
                Some(giver) => app.store.person(giver).await?.map_or_else(|| giver.to_string(), |giver| giver.name()),
                None => app.config.operator_name.clone(),
            },
            None => app.config.operator_name.clone(),
        };
        invitations.push(invitation(w, &mine, by, spell.map_or(mine.since, |spell| spell.given)));
    }
    Ok(invitations)
}

fn invitation(w: Words, mine: &Mine, by: String, given: Moment) -> Invitation {
    let kind = mine.mailbox.kind;
    Invitation {
        label: mine.mailbox.label.clone(),
        address: mine.mailbox.address.to_string(),
        kind: w.kind(kind),
        capacity: w.capacity(mine.capacity, kind),
        by,
        on: w.date(given),
        until: mine.until.map(|until| w.date_time(until)),
        may: may(w, mine.capacity, kind),
    }
}

/// What a capacity allows, in words.
fn may(w: Words, capacity: Capacity, kind: Kind) -> Vec<String> {
    let mut may = vec![w.may_read_write()];
    match capacity {
        Capacity::Owner if kind == Kind::Cab => may.extend([w.may_delegate(), w.may_cotitulaires(), w.may_hand_over()]),
        Capacity::Owner | Capacity::Responsable | Capacity::Cotitulaire => may.push(w.may_delegate()),
        Capacity::Delegataire => may.push(w.may_not_invite()),
    }
    may.push(w.may_in_own_name());
    may
}

#[derive(Deserialize)]
struct Accepting {
    version: String,
    empreinte: String,
    #[serde(default)]
    vers: String,
}

/// `POST /cgu`: "J'accepte".
async fn accept(State(app): State<App>, w: Words, signed: Signed, Form(form): Form<Accepting>) -> Result<Response, Fault> {
    let person = person_of(&signed.session.who).ok_or(Fault::NotFound)?.clone();
    let acceptance = Acceptance {
        version: form.version,
        text_sha256: Some(form.empreinte),
        channel: Channel::Webmail,
        ip: signed.ip,
        session: Some(signed.session.id.to_string()),
    };
    let author = Author::Person { id: person.clone(), capacity: None };
    match app.store.accept_terms(&person, acceptance, author, app.clock.now()).await {
        Ok(()) => Ok(Notice::good(w.terms_thanks()).then(&app, &own_path(&form.vers))),
        // The text changed while she read: the new one is shown.
        Err(store::Error::Refused(Refusal::TermsNotAccepted { .. })) => {
            Ok(Redirect::to(&format!("/cgu?vers={}", encoded(&own_path(&form.vers)))).into_response())
        }
        Err(error) => Err(error.into()),
    }
}
