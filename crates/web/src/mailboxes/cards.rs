//! One mailbox of one person, as a card: what it is, what she is there, until when, what waits, and what she may do.
//!
//! Requirements: BAL-04, CAB-02, CAB-12, CAB-17, CAB-18, CAB-19, CAB-20, CAB-21, DEL-08. Words of facts that the store computed; decides nothing.

use rules::access::Capacity;
use rules::mailbox::{Bearer, Kind, Mailbox, State as Life};
use rules::movement::vacancy::Warning;
use rules::movement::{Change, Movement, Right, standing};
use rules::{Author, IdNat, Moment};
use store::mailboxes::Mine;

use crate::App;
use crate::access::found::Places;
use crate::access::sentences::Names;
use crate::access::warned::{self, Alert};
use crate::frame::{Fault, Words};

/// A mailbox in one's list.
#[derive(Debug)]
pub(super) struct Card {
    pub(super) address: String,
    pub(super) label: String,
    /// « boîte du cabinet »: never an acronym (CAB-02).
    pub(super) kind: &'static str,
    /// Practice and town: tells the mailboxes of several exercises apart (BAL-04).
    pub(super) place: String,
    pub(super) sign: &'static str,
    pub(super) capacity: &'static str,
    /// « jusqu'au … »; « votre accès a pris fin … ».
    pub(super) period: String,
    pub(super) unseen: String,
    pub(super) used: String,
    /// « Karim AUBÉPIN vous a donné accès … »; « … vous propose … ».
    pub(super) asked: String,
    /// What she can do there once she takes it.
    pub(super) meaning: String,
    /// Suspended, closing, closed.
    pub(super) state: String,
    pub(super) alerts: Vec<Alert>,
    pub(super) opens: bool,
}

/// The list in the parts of the page.
#[derive(Debug, Default)]
pub(super) struct Shelves {
    /// A hand-over waits for her answer.
    pub(super) offered: Vec<Card>,
    /// She was let in and has not come yet.
    pub(super) invited: Vec<Card>,
    pub(super) open: Vec<Card>,
    pub(super) announced: Vec<Card>,
    pub(super) ended: Vec<Card>,
}

pub(super) async fn shelves(app: &App, w: Words, me: &IdNat, mine: Vec<Mine>, now: Moment) -> Result<Shelves, Fault> {
    let mut shelves = Shelves::default();
    let mut places = Places::default();
    for one in mine {
        if one.offer_to_me {
            shelves.offered.push(offered(app, w, &one, &mut places, now).await?);
        }
        let shelf = match one.right {
            Right::Held { .. } if came(&one) => &mut shelves.open,
            Right::Held { .. } => &mut shelves.invited,
            Right::NotBegun { .. } => &mut shelves.announced,
            Right::Ended { .. } if !one.offer_to_me => &mut shelves.ended,
            Right::Ended { .. } | Right::Never => continue,
        };
        let card = card(app, w, me, &one, &mut places, now).await?;
        shelf.push(card);
    }
    Ok(shelves)
}

/// She took up what she was given, by saying so or by coming.
fn came(one: &Mine) -> bool {
    one.accepted || one.last_use.is_some()
}

/// What every card says.
async fn plain(app: &App, w: Words, one: &Mine, places: &mut Places, now: Moment) -> Result<Card, Fault> {
    let mailbox = &one.mailbox;
    Ok(Card {
        address: mailbox.address.to_string(),
        label: mailbox.label.clone(),
        kind: w.kind(mailbox.kind),
        place: place(app, mailbox, places).await?,
        sign: one.capacity.as_str(),
        capacity: w.capacity(one.capacity, mailbox.kind),
        period: String::new(),
        unseen: String::new(),
        used: String::new(),
        asked: String::new(),
        meaning: String::new(),
        state: warned::state(w, mailbox, now),
        alerts: Vec::new(),
        opens: matches!(one.right, Right::Held { .. }) && matches!(one.state, Life::Active | Life::EnCloture),
    })
}

/// Where one works with this mailbox: the structure, the practice, or the place of the exercise it hangs on (BAL-04).
async fn place(app: &App, mailbox: &Mailbox, places: &mut Places) -> Result<String, Fault> {
    let id = match (&mailbox.bearer, &mailbox.structure) {
        (Bearer::Structure { structure }, _) | (Bearer::Person { .. }, Some(structure)) => Some(structure.clone()),
        (Bearer::Person { idnat, situation: Some(id) }, None) => {
            let holder = app.store.person(idnat).await?;
            let situations = holder.iter().flat_map(|holder| &holder.exercises).flat_map(|exercise| &exercise.situations);
            situations.filter(|situation| situation.id == *id).find_map(|situation| situation.structure.clone())
        }
        (Bearer::Person { situation: None, .. }, None) => None,
    };
    match id {
        Some(id) => places.said(app, &id).await,
        None => Ok(String::new()),
    }
}

async fn card(app: &App, w: Words, me: &IdNat, one: &Mine, places: &mut Places, now: Moment) -> Result<Card, Fault> {
    let mut card = plain(app, w, one, places, now).await?;
    let mailbox = &one.mailbox;
    let owner = matches!(one.right, Right::Held { capacity: Capacity::Owner, .. });
    match one.right {
        Right::Held { .. } => {
            card.period = one.until.map_or_else(|| w.since(w.date(one.since)), |until| w.until(w.date_time(until)));
            card.unseen = match one.unseen {
                0 => w.nothing_unread(),
                1 => w.one_unread(),
                many => w.some_unread(many),
            };
            card.used = one.last_use.map_or_else(|| w.you_never_came(), |at| w.you_came(w.ago(at, now)));
            let warnings: Vec<Warning> =
                if mailbox.kind == Kind::Cab { app.store.warnings(&mailbox.address, now).await? } else { Vec::new() };
            card.alerts = warned::warned(app, w, mailbox, &warnings, owner).await?;
            if !came(one) {
                let (by, at) = giver(one, me, now).unwrap_or((Author::task("import"), one.since));
                let names = Names::of(app, by.person().cloned().into_iter().collect()).await?;
                card.asked = w.invited_by(names.author(w, &by), w.date(at));
                card.meaning = w.invited_meaning(w.on_behalf(mailbox.kind, &mailbox.label));
            }
        }
        Right::NotBegun { from, .. } => card.period = w.announced_period(w.date_time(from), until(w, one.until)),
        Right::Ended { at, capacity } => card.period = ended(app, w, me, one, capacity, at).await?,
        Right::Never => {}
    }
    Ok(card)
}

fn until(w: Words, until: Option<Moment>) -> String {
    until.map_or_else(|| w.until_further_notice(), |until| w.until(w.date_time(until)))
}

async fn offered(app: &App, w: Words, one: &Mine, places: &mut Places, now: Moment) -> Result<Card, Fault> {
    let mut card = plain(app, w, one, places, now).await?;
    let offer = one.mailbox.movements.iter().rev().find(|m| matches!(m.change, Change::HandOverOffered { .. }));
    if let Some(offer) = offer {
        let names = Names::of(app, offer.by.person().cloned().into_iter().collect()).await?;
        card.asked = w.offered_by(names.author(w, &offer.by), w.date(offer.at));
    }
    card.opens = false;
    Ok(card)
}

/// Who gave her what she has.
fn giver(one: &Mine, me: &IdNat, now: Moment) -> Option<(Author, Moment)> {
    let standing = standing(&one.mailbox.movements, now);
    let spell = standing.people().into_iter().find(|spell| spell.person == *me)?;
    Some((spell.by.clone(), spell.given))
}

/// Why her access is over: its date, somebody, or herself.
async fn ended(app: &App, w: Words, me: &IdNat, one: &Mine, capacity: Capacity, at: Moment) -> Result<String, Fault> {
    let movements = &one.mailbox.movements;
    let hers = |m: &&Movement| match &m.change {
        Change::DelegationEnded { person } | Change::CotitulaireRemoved { person } | Change::ResponsableRemoved { person } => person == me,
        Change::HandedOver { .. } => capacity == Capacity::Owner,
        _ => false,
    };
    let Some(cause) = movements.iter().filter(|m| m.at == at).find(hers) else { return Ok(w.ended_by_date(w.date_time(at))) };
    let names = Names::of(app, cause.by.person().cloned().into_iter().chain(cause.change.person().cloned()).collect()).await?;
    Ok(match &cause.change {
        Change::HandedOver { to } => w.ended_handed(names.person(to), w.date(at)),
        _ if cause.by.person() == Some(me) => w.ended_left(w.date(at)),
        _ => w.ended_by(names.author(w, &cause.by), w.date_time(at)),
    })
}
