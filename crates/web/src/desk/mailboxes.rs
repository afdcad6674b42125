//! `/bureau/boites`: mailboxes found by address, name or person; one of them, its people, its movements, what staff may do.
//!
//! Requirements: STF-02, STF-03, CAB-17, CAB-13, TRU-53. Staff acts with a reason, kept for ever with the movement; it never sees a letter.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use rules::mailbox::{Mailbox, State as Life};
use rules::movement::{self, Change, standing};
use rules::staff::StaffRole;
use rules::{Address, Channel, IdNat};
use serde::Deserialize;

use super::colleague::Colleague;
use crate::App;
use crate::access::sentences::{self, Names};
use crate::frame::{Fault, Notice, Page, Words, html};

/// Lines of the list, at most: beyond, one looks for something more precise.
const MOST: usize = 100;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    /// `attention`: those that somebody should look at.
    #[serde(default)]
    etat: String,
}

struct Line {
    address: String,
    label: String,
    kind: &'static str,
    state: String,
    warned: bool,
}

#[derive(Template)]
#[template(path = "desk/mailboxes.html")]
struct ListPage {
    page: Page,
    q: String,
    lines: Vec<Line>,
    more: bool,
    may_open: bool,
}

pub(super) async fn list(State(app): State<App>, colleague: Colleague, w: Words, Query(asked): Query<Asked>) -> Result<Response, Fault> {
    let now = app.clock.now();
    let attention = asked.etat == "attention";
    let mut lines = Vec::new();
    let mut more = false;
    for light in found(&app, asked.q.trim()).await? {
        if lines.len() >= MOST {
            more = true;
            break;
        }
        let Some(mailbox) = app.store.mailbox(&light.address).await? else { continue };
        let state = standing(&mailbox.movements, now).state();
        let warned = state != Life::Active || !app.store.warnings(&light.address, now).await?.is_empty();
        if attention && (!warned || state == Life::Close) {
            continue;
        }
        lines.push(Line { address: light.address.to_string(), label: light.label, kind: w.kind(light.kind), state: w.life(state), warned });
    }
    let page = colleague.page(&app, w, w.desk_mailboxes(), "/bureau/boites");
    let may_open = colleague.has(StaffRole::Mailbox);
    Ok(html(&app, &ListPage { page, q: asked.q, lines, more, may_open }, false))
}

/// By address or name; a person's number finds hers.
async fn found(app: &App, q: &str) -> Result<Vec<Mailbox>, Fault> {
    if let Ok(idnat) = IdNat::parse(q) {
        return Ok(app.store.mailboxes_of(&idnat, app.clock.now()).await?.into_iter().map(|mine| mine.mailbox).collect());
    }
    let wanted = q.to_lowercase();
    let all = app.store.mailboxes().await?;
    Ok(all.into_iter().filter(|m| m.address.as_str().contains(&wanted) || m.label.to_lowercase().contains(&wanted)).collect())
}

struct PersonLine {
    name: String,
    idnat: String,
    capacity: &'static str,
    sign: &'static str,
    since: String,
    until: String,
}

#[derive(Template)]
#[template(path = "desk/mailbox.html")]
struct MailboxPage {
    page: Page,
    address: String,
    kind: &'static str,
    state: String,
    people: Vec<PersonLine>,
    history: Vec<(String, String)>,
    may_act: bool,
    may_suspend: bool,
    may_resume: bool,
    may_close: bool,
    may_hand_over: bool,
    may_name: bool,
}

pub(super) async fn show(
    State(app): State<App>,
    colleague: Colleague,
    w: Words,
    headers: HeaderMap,
    Path(address): Path<String>,
) -> Result<Response, Fault> {
    let address = Address::parse(&address).map_err(|_| Fault::NotFound)?;
    let mailbox = app.store.mailbox(&address).await?.ok_or(Fault::NotFound)?;
    let now = app.clock.now();
    let state = standing(&mailbox.movements, now).state();
    let people = app.store.people(&address, now).await?.into_iter().map(|person| PersonLine {
        name: person.name,
        idnat: person.person.to_string(),
        capacity: w.capacity(person.capacity, mailbox.kind),
        sign: person.capacity.as_str(),
        since: w.date(person.since),
        until: person.until.map(|until| w.date_time(until)).unwrap_or_default(),
    });
    let people = people.collect();
    let mut names = Names::default();
    names.learn(&app, mailbox.movements.iter().flat_map(sentences::named).collect()).await?;
    let told = mailbox.movements.iter().rev().map(|one| (w.date_time(one.at), sentences::movement(w, &names, one)));
    let history = told.collect();
    let notice = Notice::left(&app, &headers);
    let said = notice.is_some();
    let page = colleague.page(&app, w, mailbox.label.clone(), &format!("/bureau/boites/{address}")).saying(notice);
    let may_act = colleague.has(StaffRole::Mailbox);
    let view = MailboxPage {
        page,
        address: address.to_string(),
        kind: w.kind(mailbox.kind),
        state: w.life(state),
        people,
        history,
        may_act,
        may_suspend: may_act && state == Life::Active,
        may_resume: may_act && matches!(state, Life::Suspendue | Life::EnCloture),
        may_close: may_act && matches!(state, Life::Active | Life::Suspendue),
        may_hand_over: may_act && mailbox.kind == rules::mailbox::Kind::Cab,
        may_name: may_act && matches!(mailbox.kind, rules::mailbox::Kind::Org | rules::mailbox::Kind::App),
    };
    Ok(html(&app, &view, said))
}

/// A button of the page.
#[derive(Debug, Deserialize)]
pub(super) struct Act {
    geste: String,
    #[serde(default)]
    motif: String,
    #[serde(default)]
    personne: String,
}

pub(super) async fn act(
    State(app): State<App>,
    colleague: Colleague,
    w: Words,
    Path(address): Path<String>,
    Form(act): Form<Act>,
) -> Result<Response, Fault> {
    colleague.must(StaffRole::Mailbox)?;
    let address = Address::parse(&address).map_err(|_| Fault::NotFound)?;
    let person = || IdNat::parse(act.personne.trim()).map_err(|error| Fault::BadForm(error.to_string()));
    let change = match act.geste.as_str() {
        "suspendre" => Change::Suspended,
        "reprendre" => Change::Resumed,
        "fermer" => Change::Closing,
        "transmettre" => Change::HandedOver { to: person()? },
        "responsable" => Change::ResponsableAdded { person: person()? },
        "retirer-responsable" => Change::ResponsableRemoved { person: person()? },
        "retirer-cotitulaire" => Change::CotitulaireRemoved { person: person()? },
        "retirer-delegation" => Change::DelegationEnded { person: person()? },
        other => return Err(Fault::BadForm(other.to_owned())),
    };
    let reason = act.motif.trim();
    if reason.is_empty() {
        return Err(Fault::Refused(rules::Refusal::ReasonRequired));
    }
    let (now, asked) = (app.clock.now(), change.clone());
    let decide = move |mailbox: &Mailbox, about: Option<&_>| movement::by_staff(mailbox, &asked, about, now);
    let (reason, author) = (Some(reason.chars().take(500).collect()), colleague.author());
    app.store.move_mailbox(&address, change, reason, false, author, Channel::Webmail, now, decide).await?;
    Ok(Notice::good(w.desk_done()).then(&app, &format!("/bureau/boites/{address}")))
}
