//! « Ouvrir la boîte du cabinet »: the practice, the name, the people, on one page.
//!
//! `GET|POST /boites/ouvrir`, `GET /boites/ouvrir/nom`. Requirements: CAB-01, CAB-02, CAB-03, CAB-04, CAB-05, CAB-15, CAB-20, CGU-03, RSK-04.
//! Proposes and explains; `rules::mailbox::may_create` decides in the transaction that creates.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rules::access::Capacity;
use rules::mailbox::{Bearer, Kind};
use rules::movement::Change;
use rules::refusal::NamePoint;
use rules::register::Person;
use rules::{Address, Author, Channel, Moment, Refusal};
use serde::Deserialize;
use store::mailboxes::NewMailbox;

use super::practices::{self, Practice};
use crate::App;
use crate::access::found::{self, Found};
use crate::frame::page::Place;
use crate::frame::{Fault, Notice, Page, Words, html};
use crate::keyboard::Member;

/// People invited on this page at most: the room of the mailbox has no such limit.
const INVITED: usize = 12;
/// Letters of a label.
const LABEL: usize = 120;

/// What is being written: from the address of the page, or from the form.
#[derive(Clone, Debug, Default)]
struct Draft {
    cabinet: String,
    nom: String,
    libelle: String,
    qui: String,
    /// `cotitulaire 8…`, `delegataire 8…`.
    inviter: Vec<String>,
    accepte: bool,
    atteste: bool,
    /// The button pressed was the one that searches.
    chercher: bool,
}

impl Draft {
    fn read(pairs: Vec<(String, String)>) -> Self {
        let mut draft = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "cabinet" => draft.cabinet = value,
                "nom" => draft.nom = value,
                "libelle" => draft.libelle = value,
                "qui" => draft.qui = value,
                "inviter" if !value.is_empty() && draft.inviter.len() < INVITED => draft.inviter.push(value),
                "accepte" => draft.accepte = value == "oui",
                "atteste" => draft.atteste = value == "oui",
                "chercher" => draft.chercher = true,
                _ => {}
            }
        }
        draft
    }
}

/// Somebody to invite.
#[derive(Debug)]
struct Guest {
    found: Found,
    cotitulaire: bool,
    delegataire: bool,
}

#[derive(Template)]
#[template(path = "mailboxes/open.html")]
struct OpenPage {
    page: Page,
    /// Those that can have a cabinet mailbox.
    practices: Vec<Practice>,
    /// Those with a FINESS number, and why not.
    with_finess: Vec<Practice>,
    why_not: String,
    operator: String,
    chosen: Option<Practice>,
    proposed: Vec<String>,
    name: String,
    domain: String,
    label: String,
    advices: Vec<Advice>,
    guests: Vec<Guest>,
    query: String,
    searched: bool,
    accepted: bool,
    attested: bool,
    error: String,
}

/// A point of the rule in words, and whether what is typed keeps it.
struct Advice {
    ok: bool,
    text: String,
}

#[derive(Template)]
#[template(path = "mailboxes/advice.html")]
struct AdvicePart {
    w: Words,
    advices: Vec<Advice>,
}

/// The person at the keyboard, if she may have a cabinet mailbox at all.
async fn asker(app: &App, member: &Member, now: Moment) -> Result<Person, Fault> {
    let person = app.store.person(&member.person).await?;
    Ok(practices::asked(person.as_ref(), now)?.clone())
}

pub(super) async fn page(
    State(app): State<App>,
    w: Words,
    member: Member,
    Query(pairs): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let person = asker(&app, &member, app.clock.now()).await?;
    draw(&app, w, &member, &person, &Draft::read(pairs), Notice::left(&app, &headers), String::new()).await
}

async fn draw(
    app: &App,
    w: Words,
    member: &Member,
    person: &Person,
    draft: &Draft,
    notice: Option<Notice>,
    error: String,
) -> Result<Response, Fault> {
    let now = app.clock.now();
    let all = practices::of(app, person, now).await?;
    let (with_finess, practices): (Vec<_>, Vec<_>) = all.into_iter().partition(|practice| practice.finess().is_some());
    let without = practices.iter().find(|practice| practice.cabinets.is_empty());
    let chosen = practices.iter().find(|practice| practice.key == draft.cabinet).or(without.or(practices.first())).cloned();
    let proposed = match &chosen {
        Some(practice) => proposals(app, person, &practice.structure.name).await?,
        None => Vec::new(),
    };
    let name = match draft.nom.trim() {
        "" => proposed.first().cloned().unwrap_or_else(|| app.store.naming().cabinet_prefix.clone()),
        typed => typed.to_owned(),
    };
    let advices = explained(app, w, person, &name).await?;
    let said = notice.is_some();
    let status = if error.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = OpenPage {
        page: Page::of(app, w, &member.signed.session, w.open_title()).at(Place::Mailboxes, "/boites/ouvrir").saying(notice).live(),
        label: match (draft.libelle.trim(), &chosen) {
            ("", Some(practice)) => practice.structure.name.clone(),
            (typed, _) => typed.to_owned(),
        },
        guests: guests(app, w, member, draft, now).await?,
        why_not: w.refusal(&Refusal::StructureHasFiness),
        operator: app.config.operator_name.clone(),
        domain: app.config.domain.to_string(),
        query: draft.qui.clone(),
        searched: draft.qui.trim().chars().count() >= 2,
        accepted: draft.accepte,
        attested: draft.atteste,
        practices,
        with_finess,
        chosen,
        proposed,
        name,
        advices,
        error,
    };
    let mut response = html(app, &page, said);
    *response.status_mut() = status;
    Ok(response)
}

/// Names after the practice that are free.
async fn proposals(app: &App, person: &Person, practice: &str) -> Result<Vec<String>, Fault> {
    let mut taken: Vec<String> = Vec::new();
    // Each round learns which of the proposals are taken; people have few practices of the same name.
    for _ in 0..4 {
        let proposed = app.store.naming().propose(practice, &[person], |local| taken.iter().any(|one| one == local));
        let mut found = Vec::new();
        for local in &proposed {
            if free(app, local).await? == Some(false) {
                found.push(local.clone());
            }
        }
        if found.is_empty() {
            return Ok(proposed);
        }
        taken.append(&mut found);
    }
    Ok(Vec::new())
}

/// `None`: not an address.
async fn free(app: &App, local: &str) -> Result<Option<bool>, Fault> {
    match address(app, local) {
        Some(address) => Ok(Some(app.store.mailbox(&address).await?.is_none())),
        None => Ok(None),
    }
}

/// An address of ours, if it is one at all; the naming rule judges it.
fn address(app: &App, local: &str) -> Option<Address> {
    Address::parse(&format!("{}@{}", local.trim(), app.config.domain)).ok()
}

/// The rule point by point, and whether the address is free (an address is never given twice, TRU-51).
async fn explained(app: &App, w: Words, person: &Person, name: &str) -> Result<Vec<Advice>, Fault> {
    let rule = app.store.naming();
    let text = |point| match point {
        NamePoint::Prefix => w.name_prefix(&rule.cabinet_prefix),
        NamePoint::Practice => w.name_practice(),
        NamePoint::Nobody => w.name_nobody(),
        NamePoint::Reserved => w.name_reserved(&rule.cabinet_prefix),
        NamePoint::Spelling => w.name_spelling(),
    };
    let points = rule.explain(Kind::Cab, name, &[person]);
    let mut advices: Vec<Advice> = points.into_iter().map(|point| Advice { ok: point.ok, text: text(point.point) }).collect();
    if let Some(free) = free(app, name).await? {
        advices.push(Advice { ok: free, text: if free { w.name_free() } else { w.name_taken() } });
    }
    Ok(advices)
}

#[derive(Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    nom: String,
}

/// The part of the page that explains the name while it is typed.
pub(super) async fn name(State(app): State<App>, w: Words, member: Member, Query(typed): Query<Typed>) -> Result<Response, Fault> {
    let person = asker(&app, &member, app.clock.now()).await?;
    let advices = explained(&app, w, &person, &typed.nom).await?;
    Ok(html(&app, &AdvicePart { w, advices }, false))
}

/// Those chosen already, then those found.
async fn guests(app: &App, w: Words, member: &Member, draft: &Draft, now: Moment) -> Result<Vec<Guest>, Fault> {
    let mut people = Vec::new();
    for choice in &draft.inviter {
        people.extend(invited(app, choice).await?.map(|(_, person)| person));
    }
    people.extend(found::people(app, None, &draft.qui, now).await?);
    people.retain(|person| person.idnat != member.person);
    let mut seen = Vec::new();
    people.retain(|person| {
        !seen.contains(&person.idnat) && {
            seen.push(person.idnat.clone());
            true
        }
    });
    let able = |person: &Person, capacity| person.idnat.is_national() && person.capacities(now).of(capacity).is_some();
    let judged = |person: &Person| if able(person, Capacity::Delegataire) { Ok(()) } else { Err(Refusal::NotEligible) };
    let found = found::shown(app, w, &people, now, judged, |person| able(person, Capacity::Cotitulaire)).await?;
    let chosen = |capacity: &str, found: &Found| draft.inviter.iter().any(|one| *one == format!("{capacity} {}", found.idnat));
    let guest = |found: Found| Guest { cotitulaire: chosen("cotitulaire", &found), delegataire: chosen("delegataire", &found), found };
    Ok(found.into_iter().map(guest).collect())
}

/// `cotitulaire 8…`: in which capacity, and who.
async fn invited(app: &App, choice: &str) -> Result<Option<(Capacity, Person)>, Fault> {
    let (capacity, idnat) = match choice.split_once(' ') {
        Some(("cotitulaire", idnat)) => (Capacity::Cotitulaire, idnat),
        Some(("delegataire", idnat)) => (Capacity::Delegataire, idnat),
        _ => return Ok(None),
    };
    Ok(found::known(app, None, idnat).await?.map(|person| (capacity, person)))
}

pub(super) async fn open(
    State(app): State<App>,
    w: Words,
    member: Member,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let now = app.clock.now();
    let draft = Draft::read(pairs);
    let person = asker(&app, &member, now).await?;
    if draft.chercher {
        return draw(&app, w, &member, &person, &draft, None, String::new()).await;
    }
    match try_to_open(&app, w, &person, &draft, now).await? {
        Ok(address) => {
            let failed = invite(&app, w, &member, &address, &draft, now).await?;
            let notice = match failed.as_slice() {
                [] => Notice::good(w.opened(address.as_str())),
                failed => Notice::bad(format!("{} {}", w.opened(address.as_str()), w.invited_failed(failed.join(" · ")))),
            };
            Ok(notice.then(&app, &format!("/boites/{address}/acces")))
        }
        Err(why) => draw(&app, w, &member, &person, &draft, None, why).await,
    }
}

/// The address of the new mailbox, or why there is none.
async fn try_to_open(app: &App, w: Words, person: &Person, draft: &Draft, now: Moment) -> Result<Result<Address, String>, Fault> {
    let all = practices::of(app, person, now).await?;
    let Some(practice) = all.into_iter().find(|practice| practice.key == draft.cabinet) else { return Ok(Err(w.choose_practice())) };
    let Some(address) = address(app, &draft.nom) else { return Ok(Err(w.name_unreadable())) };
    if !draft.accepte {
        return Ok(Err(w.contract_unaccepted()));
    }
    if !draft.inviter.is_empty() && !draft.atteste {
        return Ok(Err(w.refusal(&Refusal::NotAttested)));
    }
    let label = match draft.libelle.trim() {
        "" => practice.structure.name.clone(),
        label => label.chars().filter(|c| !c.is_control()).take(LABEL).collect(),
    };
    let new = NewMailbox {
        address: address.clone(),
        kind: Kind::Cab,
        bearer: Bearer::Person { idnat: person.idnat.clone(), situation: None },
        label,
        structure: Some(practice.structure.id),
        first: Vec::new(),
    };
    let author = Author::Person { id: person.idnat.clone(), capacity: Some(Capacity::Owner) };
    match app.store.create_mailbox(new, draft.accepte, author, Channel::Webmail, now).await {
        Ok(_) => Ok(Ok(address)),
        Err(store::Error::Refused(refusal)) => Ok(Err(w.refusal(&refusal))),
        Err(error) => Err(error.into()),
    }
}

/// Lets in those who were chosen, by the owner's own right; returns who could not be, and why.
async fn invite(app: &App, w: Words, member: &Member, address: &Address, draft: &Draft, now: Moment) -> Result<Vec<String>, Fault> {
    let mut failed = Vec::new();
    for choice in &draft.inviter {
        let Some((capacity, person)) = invited(app, choice).await? else { continue };
        let access = member.enter(app, address).await?;
        let idnat = person.idnat.clone();
        let change = match capacity {
            Capacity::Cotitulaire => Change::CotitulaireAdded { person: idnat },
            _ => Change::Delegated { person: idnat, from: None, until: None },
        };
        let done = app.store.move_as(&access, change, None, draft.atteste, Channel::Webmail, now).await;
        match done {
            Ok(_) => {}
            Err(store::Error::Refused(refusal)) => failed.push(format!("{} : {}", person.name(), w.refusal(&refusal))),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(failed)
}

/// `GET /boites/{address}`: its letters.
pub(super) async fn into_letters(Path(address): Path<String>) -> axum::response::Redirect {
    axum::response::Redirect::to(&crate::keyboard::own_path(&format!("/boites/{address}/lettres")))
}
