//! The room of a mailbox: who stands in it, and the sentence that lets somebody else in.
//!
//! Requirements: CAB-02, CAB-06, CAB-10, CAB-15, CAB-17, CAB-18, CAB-19, CAB-20, DEL-01, DEL-02, DEL-08, DEL-11, DEL-13, DEL-14. It shows and
//! asks; movements are made by its neighbours (`give`, `withdraw`, `hand_over`, `closing`), decisions by `rules`.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rules::access::{Access, Capacity};
use rules::mailbox::{GRACE, Kind, Mailbox, State as Life};
use rules::movement::{Standing, standing};
use rules::register::Person;
use rules::{Address, Moment, Refusal};
use serde::Deserialize;

use super::found::{self, Found};
use super::history::{self, Told};
use super::people::{self, Line};
use super::periods::{self, Choice};
use super::warned::{self, Alert};
use crate::App;
use crate::frame::page::Place;
use crate::frame::{Fault, Notice, Page, Words, html};
use crate::keyboard::Member;

/// What is being written in the sentence: from the address of the page, or from a form that was refused.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Draft {
    /// Name or number searched for.
    pub(crate) qui: String,
    /// Number of the person chosen.
    pub(crate) personne: String,
    /// `cotitulaire`, otherwise délégataire.
    pub(crate) qualite: String,
    pub(crate) debut: String,
    pub(crate) debut_le: String,
    pub(crate) fin: String,
    pub(crate) fin_le: String,
    pub(crate) atteste: String,
}

impl Draft {
    pub(crate) fn attested(&self) -> bool {
        self.atteste == "oui"
    }

    pub(crate) fn as_cotitulaire(&self) -> bool {
        self.qualite == "cotitulaire"
    }
}

/// The sentence to complete.
#[derive(Debug)]
struct Sentence {
    query: String,
    searched: bool,
    found: Vec<Found>,
    /// She is named by the address of the page: her dates are being changed, or she was chosen before.
    only: bool,
    /// The name in the sentence.
    name: String,
    /// The owner chooses between délégataire and cotitulaire.
    capacities: bool,
    cotitulaire: bool,
    starts: Vec<Choice>,
    ends: Vec<Choice>,
    start_date: String,
    end_date: String,
    attested: bool,
    /// « pour le cabinet ».
    on_behalf: String,
    error: String,
}

#[derive(Template)]
#[template(path = "access/room.html")]
struct Room {
    page: Page,
    address: String,
    kind: &'static str,
    opened: String,
    alerts: Vec<Alert>,
    lines: Vec<Line>,
    sentence: Option<Sentence>,
    /// One's own capacity, and whether one may leave.
    capacity: &'static str,
    may_leave: bool,
    /// Hand over and close.
    owner: bool,
    cabinet: bool,
    /// Opened by machines, whose certificates this person enters.
    machines: bool,
    told: Vec<Told>,
}

/// What this page and its neighbours know of the mailbox once somebody is in.
pub(crate) struct Inside {
    pub(crate) access: Access,
    pub(crate) mailbox: Mailbox,
    pub(crate) now: Moment,
}

impl Inside {
    /// The one way in; an address that is none, one that is nobody's and one that is somebody else's are answered alike (PSC-25).
    pub(crate) async fn enter(app: &App, member: &Member, address: &str) -> Result<Self, Fault> {
        let address = Address::parse(address).map_err(|_| Refusal::NoRight)?;
        let access = member.enter(app, &address).await?;
        let mailbox = app.store.mailbox(access.address()).await?.ok_or(Refusal::NoRight)?;
        Ok(Self { access, mailbox, now: app.clock.now() })
    }

    pub(crate) fn standing(&self) -> Standing {
        standing(&self.mailbox.movements, self.now)
    }

    pub(crate) fn manages(&self) -> bool {
        self.access.manager_rights().is_ok()
    }

    pub(crate) fn owns(&self) -> bool {
        self.access.owner_rights().is_ok()
    }

    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/boites/{}/{rest}", self.mailbox.address)
    }

    pub(crate) fn page(&self, app: &App, w: Words, member: &Member, title: String, rest: &str) -> Page {
        let page = Page::of(app, w, &member.signed.session, title).at(Place::Access, self.path(rest));
        page.holding(&self.mailbox.address, &self.mailbox.label)
    }
}

/// `GET /boites/{address}/acces`
pub(super) async fn page(
    State(app): State<App>,
    w: Words,
    member: Member,
    Path(address): Path<String>,
    Query(draft): Query<Draft>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let inside = Inside::enter(&app, &member, &address).await?;
    draw(&app, w, &member, &inside, &draft, Notice::left(&app, &headers), None).await
}

/// Draws the room; `refused`: why the sentence just sent was not accepted.
pub(super) async fn draw(
    app: &App,
    w: Words,
    member: &Member,
    inside: &Inside,
    draft: &Draft,
    notice: Option<Notice>,
    refused: Option<String>,
) -> Result<Response, Fault> {
    let (access, mailbox, now) = (&inside.access, &inside.mailbox, inside.now);
    let standing = inside.standing();
    let alerts = warned::alerts(app, w, inside).await?;
    let told = history::latest(app, w, access, now).await?;
    let may_give = inside.manages() && standing.state() == Life::Active && mailbox.kind != Kind::App;
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let sentence = if may_give { Some(sentence(app, w, inside, draft, refused.unwrap_or_default()).await?) } else { None };
    let said = notice.is_some();
    let room = Room {
        page: inside.page(app, w, member, w.access_title(&mailbox.label), "acces").saying(notice).live(),
        address: mailbox.address.to_string(),
        kind: w.kind(mailbox.kind),
        opened: w.opened_on(w.date(mailbox.created)),
        alerts,
        lines: people::lines(app, w, inside).await?,
        sentence,
        capacity: access.capacity().map(|capacity| w.capacity(capacity, mailbox.kind)).unwrap_or_default(),
        may_leave: matches!(access.capacity(), Some(Capacity::Cotitulaire | Capacity::Delegataire)),
        owner: inside.owns() && standing.state() == Life::Active,
        cabinet: mailbox.kind == Kind::Cab,
        machines: mailbox.kind == Kind::App && inside.manages(),
        told,
    };
    let mut response = html(app, &room, said);
    *response.status_mut() = status;
    Ok(response)
}

async fn sentence(app: &App, w: Words, inside: &Inside, draft: &Draft, error: String) -> Result<Sentence, Fault> {
    let (mailbox, now) = (&inside.mailbox, inside.now);
    let chosen = found::known(app, Some(mailbox), &draft.personne).await?;
    let only = chosen.is_some() && draft.qui.trim().is_empty();
    let people: Vec<Person> = match &chosen {
        Some(person) if only => vec![person.clone()],
        _ => found::people(app, Some(mailbox), &draft.qui, now).await?,
    };
    let capacities = inside.owns() && mailbox.kind == Kind::Cab;
    let may_be_cotitulaire = |person: &Person| capacities && found::judge(mailbox, Capacity::Cotitulaire, now)(person).is_ok();
    // A délégataire found again is not refused: her dates can be changed.
    let judged = |person: &Person| match found::judge(mailbox, Capacity::Delegataire, now)(person) {
        Err(Refusal::AlreadyThere) if only => Ok(()),
        Err(refusal) => {
            if may_be_cotitulaire(person) {
                Ok(())
            } else {
                Err(refusal)
            }
        }
        Ok(()) => Ok(()),
    };
    let mut found = found::shown(app, w, &people, now, judged, may_be_cotitulaire).await?;
    if let Some(person) = &chosen {
        for one in &mut found {
            one.chosen = one.idnat == person.idnat.as_str() && one.refused.is_empty();
        }
    }
    let named = found.iter().find(|one| one.chosen);
    let (starting, ending) = dates(inside, draft, named);
    Ok(Sentence {
        name: named.map_or_else(|| w.the_person_chosen(), |one| one.name.clone()),
        query: draft.qui.clone(),
        searched: draft.qui.trim().chars().count() >= 2,
        only,
        capacities: capacities && found.iter().any(|one| one.cotitulaire),
        cotitulaire: draft.as_cotitulaire(),
        starts: periods::starts(w, now, &starting),
        ends: periods::ends(w, now, &ending),
        start_date: draft.debut_le.clone(),
        end_date: draft.fin_le.clone(),
        attested: draft.attested(),
        on_behalf: w.on_behalf(mailbox.kind, &mailbox.label),
        found,
        error,
    })
}

/// The dates to show: those being written, otherwise those that she has already.
fn dates(inside: &Inside, draft: &Draft, named: Option<&Found>) -> (String, String) {
    if !draft.debut.is_empty() || !draft.fin.is_empty() {
        return (draft.debut.clone(), draft.fin.clone());
    }
    let standing = inside.standing();
    let spells = standing.people();
    let hers = spells.iter().find(|s| s.capacity == Capacity::Delegataire && named.is_some_and(|one| one.idnat == s.person.as_str()));
    match hers {
        Some(spell) => {
            let start = if spell.from > inside.now { periods::typed(spell.from) } else { periods::OPEN.to_owned() };
            (start, spell.until.map_or_else(|| periods::OPEN.to_owned(), periods::typed))
        }
        None => (String::new(), String::new()),
    }
}

/// The first moment at which a mailbox that is closing is gone.
pub(crate) fn gone_at(standing: &Standing) -> Moment {
    standing.state_since().plus(GRACE)
}
