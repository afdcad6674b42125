//! What the directory shows of a mailbox: the one projection behind every extraction, answer and delta (architecture, invariant 7).
//!
//! Requirements: CAB-11, CAB-21, DEL-07, ANN-02, ANN-10, ANN-11, ANN-12, ANN-13, BAL-03. A [`Card`] has no field for cotitulaires, délégataires,
//! responsables, civil identity or private contacts: what has no field cannot leak. Who may enter is not looked at; only the owner's
//! attachment, the state and the register decide.
//!
//! | file | gives |
//! |---|---|
//! | `publish` | whether a mailbox is shown, and under whom |
//! | `publish/card` | what is shown |

mod card;

pub use card::{Card, Carrier, Establishment, Number, Place, Post, Professional};

use crate::ids::IdNat;
use crate::mailbox::{Bearer, Kind, Mailbox, State};
use crate::movement::standing;
use crate::register::{Exercise, Person, Situation, Structure};
use crate::time::Moment;

/// What the register says of the mailbox's bearer.
#[derive(Clone, Copy, Debug)]
pub struct BearerFacts<'a> {
    pub bearer: Registered<'a>,
    /// The bearer asked that the mailbox be shown nowhere (ANN-11). A fact of its own: mailboxes do not carry it yet.
    pub red_list: bool,
}

/// The bearer as the register knows it.
#[derive(Clone, Copy, Debug)]
pub enum Registered<'a> {
    /// PER and CAB. `place`: the structure named by [`place_of`], when the register has it.
    Person { person: &'a Person, place: Option<&'a Structure> },
    /// ORG and APP.
    Structure(&'a Structure),
}

/// Whom the mailbox is attached to at `now`: the owner after the last hand-over (CAB-12), not the one it was opened for.
pub fn owner_of(mailbox: &Mailbox, now: Moment) -> Option<IdNat> {
    standing(&mailbox.movements, now).owner().cloned()
}

/// Id of the structure whose facts the card needs: the bearer of an ORG or APP, the practice of a CAB, the place of the exercise of a PER.
pub fn place_of<'a>(mailbox: &'a Mailbox, person: Option<&'a Person>) -> Option<&'a str> {
    match (&mailbox.bearer, mailbox.kind) {
        (Bearer::Structure { structure }, _) => Some(structure),
        (_, Kind::Cab) => mailbox.structure.as_deref(),
        (Bearer::Person { situation, .. }, _) => {
            let situation = situation.as_deref()?;
            find(person?, situation).and_then(|(_, situation)| situation.structure.as_deref())
        }
    }
}

/// The card of a mailbox at `now`; `None` when nothing of it is shown.
///
/// Not shown (ANN-11, ANN-13): the red list; a mailbox that is not active; somebody who is not the owner, is struck off, has no national
/// number or no active exercise; an exercise that begins later or is over; a structure that closed or has neither FINESS nor SIRET.
pub fn card(mailbox: &Mailbox, facts: BearerFacts<'_>, now: Moment) -> Option<Card> {
    let standing = standing(&mailbox.movements, now);
    if facts.red_list || standing.state() != State::Active {
        return None;
    }
    let carrier = match (mailbox.kind, facts.bearer) {
        (Kind::Per | Kind::Cab, Registered::Person { person, place }) => {
            let shown = standing.owner() == Some(&person.idnat) && person.idnat.is_national() && !person.struck_off_at(now);
            shown.then(|| held(mailbox, person, place.filter(|place| open(place, now)), now))??
        }
        (Kind::Org | Kind::App, Registered::Structure(structure)) => borne(mailbox, structure, now)?,
        (Kind::Per | Kind::Cab, Registered::Structure(_)) | (Kind::Org | Kind::App, Registered::Person { .. }) => return None,
    };
    // A PER is called by its holder; only the others have a description (ANN-48).
    let description = Some(mailbox.label.clone()).filter(|label| mailbox.kind != Kind::Per && !label.is_empty());
    Some(Card { kind: mailbox.kind, address: mailbox.address.clone(), description, carrier })
}

fn held(mailbox: &Mailbox, person: &Person, place: Option<&Structure>, now: Moment) -> Option<Carrier> {
    let place = place.filter(|place| place_of(mailbox, Some(person)) == Some(place.id.as_str()));
    if mailbox.kind == Kind::Cab {
        let at_the_practice = |e: &&Exercise| active(e, now).any(|s| s.structure.is_some() && s.structure == mailbox.structure);
        let exercise = person.exercises.iter().find(at_the_practice).or_else(|| first_active(person, now))?;
        return Some(Carrier::Cabinet { owner: Professional::of(person, exercise), place: place.map(Place::of) });
    }
    match &mailbox.bearer {
        Bearer::Person { situation: Some(id), .. } => {
            let (exercise, situation) = find(person, id).filter(|(_, situation)| situation.active_at(now))?;
            let structure = place.map(Establishment::of);
            Some(Carrier::Exercise { holder: Professional::of(person, exercise), post: Box::new(Post::of(situation)), structure })
        }
        Bearer::Person { situation: None, .. } => Some(Carrier::Person(Professional::of(person, first_active(person, now)?))),
        Bearer::Structure { .. } => None,
    }
}

fn borne(mailbox: &Mailbox, structure: &Structure, now: Moment) -> Option<Carrier> {
    let bearer = matches!(&mailbox.bearer, Bearer::Structure { structure: id } if *id == structure.id);
    let establishment = Establishment::of(structure);
    (bearer && open(structure, now) && establishment.number.is_some()).then_some(Carrier::Structure(establishment))
}

fn open(structure: &Structure, now: Moment) -> bool {
    structure.closed.is_none_or(|closed| now < closed)
}

fn find<'a>(person: &'a Person, situation: &str) -> Option<(&'a Exercise, &'a Situation)> {
    person.exercises.iter().find_map(|exercise| Some((exercise, exercise.situations.iter().find(|s| s.id == situation)?)))
}

fn first_active(person: &Person, now: Moment) -> Option<&Exercise> {
    person.exercises.iter().find(|exercise| active(exercise, now).next().is_some())
}

fn active(exercise: &Exercise, now: Moment) -> impl Iterator<Item = &Situation> {
    exercise.situations.iter().filter(move |s| s.active_at(now))
}
