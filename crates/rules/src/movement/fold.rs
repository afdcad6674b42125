//! The fold: movements in, who stands in the mailbox out.
//!
//! Requirements: CAB-08, CAB-12, DEL-03, DEL-08, IND-05. Pure history: the register, the terms and the state of the mailbox are judged
//! elsewhere ([`crate::access::open`]); a right told here is not yet an access.

use crate::access::Capacity;
use crate::author::Author;
use crate::ids::IdNat;
use crate::mailbox::State;
use crate::movement::{Change, Movement};
use crate::time::Moment;

/// One person's time in one capacity, from the movement that gave it to the one (or the date) that ended it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spell {
    pub person: IdNat,
    pub capacity: Capacity,
    /// When it was given.
    pub given: Moment,
    /// First moment with the right: `given`, or later for a delegation that says so.
    pub from: Moment,
    /// First moment without it: planned, or brought forward by a movement. `None`: nobody has said yet.
    pub until: Option<Moment>,
    /// Who gave it.
    pub by: Author,
}

impl Spell {
    pub fn covers(&self, moment: Moment) -> bool {
        self.from <= moment && self.until.is_none_or(|until| moment < until)
    }

    /// It gave a right at some moment: a delegation withdrawn before it began gave none.
    pub fn ever(&self) -> bool {
        self.until.is_none_or(|until| self.from < until)
    }
}

/// What one person has in the mailbox by its movements alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// No right now, none before, none announced.
    Never,
    /// A delegation begins later.
    NotBegun { capacity: Capacity, from: Moment },
    /// The highest capacity held now (IND-05), and when it ends by what is written.
    Held { capacity: Capacity, until: Option<Moment> },
    /// The last right is over.
    Ended { capacity: Capacity, at: Moment },
}

/// A hand-over that waits for the consent of the one who was asked (CAB-12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub to: IdNat,
    pub at: Moment,
}

/// Who stands in the mailbox, as known at one moment.
#[derive(Clone, Debug)]
pub struct Standing {
    at: Moment,
    state: State,
    state_since: Moment,
    spells: Vec<Spell>,
    offer: Option<Offer>,
    accepted: Vec<IdNat>,
}

/// Folds what had been written by `at`. Movements after it are not known yet; those before it never change meaning.
pub fn standing(movements: &[Movement], at: Moment) -> Standing {
    let mut standing = Standing { at, state: State::Demandee, state_since: at, spells: Vec::new(), offer: None, accepted: Vec::new() };
    for movement in movements.iter().filter(|m| m.at <= at) {
        standing.apply(movement);
    }
    standing
}

impl Standing {
    pub fn state(&self) -> State {
        self.state
    }

    /// When the state began; the moment of the fold when the mailbox has not been opened yet.
    pub fn state_since(&self) -> Moment {
        self.state_since
    }

    /// Holder of a PER, owner of a CAB.
    pub fn owner(&self) -> Option<&IdNat> {
        self.now_in(Capacity::Owner).next()
    }

    /// Those who hold this capacity now, in the order in which they got it.
    pub fn now_in(&self, capacity: Capacity) -> impl Iterator<Item = &IdNat> {
        self.spells.iter().filter(move |s| s.capacity == capacity && s.covers(self.at)).map(|s| &s.person)
    }

    /// The whole history, in the order of the movements (CAB-08, DEL-03).
    pub fn spells(&self) -> &[Spell] {
        &self.spells
    }

    /// Everyone with a right now or announced, one line a person, in the highest capacity; highest capacities first.
    pub fn people(&self) -> Vec<&Spell> {
        let mut people: Vec<&Spell> = Vec::new();
        for spell in self.spells.iter().filter(|s| s.ever() && s.until.is_none_or(|until| self.at < until)) {
            let rank = |s: &Spell| (s.covers(self.at), s.capacity);
            match people.iter_mut().find(|known| known.person == spell.person) {
                Some(known) if rank(known) < rank(spell) => *known = spell,
                Some(_) => {}
                None => people.push(spell),
            }
        }
        people.sort_by(|a, b| b.capacity.cmp(&a.capacity).then(a.given.cmp(&b.given)).then_with(|| a.person.cmp(&b.person)));
        people
    }

    /// What this person has. Of several capacities the highest held now counts; of several ends the last.
    pub fn right_of(&self, person: &IdNat) -> Right {
        let own = || self.spells.iter().filter(|s| s.person == *person && s.ever());
        if let Some(spell) = own().filter(|s| s.covers(self.at)).max_by_key(|s| s.capacity) {
            return Right::Held { capacity: spell.capacity, until: spell.until };
        }
        if let Some(spell) = own().filter(|s| self.at < s.from).min_by_key(|s| s.from) {
            return Right::NotBegun { capacity: spell.capacity, from: spell.from };
        }
        match own().filter_map(|s| Some((s.until?, s.capacity))).max() {
            Some((at, capacity)) => Right::Ended { capacity, at },
            None => Right::Never,
        }
    }

    /// The hand-over that waits for an answer. It ends with the answer, with another owner, or when the mailbox closes.
    pub fn offer(&self) -> Option<&Offer> {
        self.offer.as_ref()
    }

    /// This person took up what she was given since she was let in (the last time, if she had left meanwhile). An owner did by asking for
    /// the mailbox or taking it over.
    pub fn accepted(&self, person: &IdNat) -> bool {
        self.owner() == Some(person) || self.accepted.contains(person)
    }

    /// This person has this very capacity, now or announced.
    pub fn has(&self, person: &IdNat, capacity: Capacity) -> bool {
        self.spells.iter().any(|s| s.person == *person && s.capacity == capacity && s.ever() && s.until.is_none_or(|until| self.at < until))
    }

    fn apply(&mut self, movement: &Movement) {
        let at = movement.at;
        match &movement.change {
            Change::Opened { owner } => {
                self.enter_state(State::Active, at);
                if let Some(owner) = owner {
                    self.change_owner(owner, movement);
                }
            }
            Change::HandedOver { to } => {
                self.change_owner(to, movement);
                self.offer = None;
            }
            Change::ResponsableAdded { person } => self.give_lasting(person, Capacity::Responsable, movement),
            Change::ResponsableRemoved { person } => self.end(person, Capacity::Responsable, at),
            Change::CotitulaireAdded { person } => self.give_lasting(person, Capacity::Cotitulaire, movement),
            Change::CotitulaireRemoved { person } => self.end(person, Capacity::Cotitulaire, at),
            Change::Delegated { person, from, until } => self.lend(person, *from, *until, movement),
            Change::DelegationEnded { person } => self.end(person, Capacity::Delegataire, at),
            Change::Accepted { person } => {
                if !self.accepted.contains(person) {
                    self.accepted.push(person.clone());
                }
            }
            Change::HandOverOffered { to } => self.offer = Some(Offer { to: to.clone(), at }),
            Change::HandOverDropped { to } => self.offer = self.offer.take().filter(|offer| offer.to != *to),
            Change::Suspended => self.enter_state(State::Suspendue, at),
            Change::Resumed => self.enter_state(State::Active, at),
            Change::Closing => {
                self.enter_state(State::EnCloture, at);
                self.offer = None;
            }
            Change::Closed => {
                self.enter_state(State::Close, at);
                self.offer = None;
            }
        }
    }

    /// A closed mailbox stays closed: its address is a tombstone (TRU-51). The same state again does not begin anew.
    fn enter_state(&mut self, state: State, at: Moment) {
        if self.state != State::Close && self.state != state {
            (self.state, self.state_since) = (state, at);
        }
    }

    fn change_owner(&mut self, owner: &IdNat, movement: &Movement) {
        let at = movement.at;
        if let Some(previous) = self.running(Capacity::Owner, at).map(|s| s.person.clone()).filter(|previous| previous != owner) {
            self.end(&previous, Capacity::Owner, at);
        }
        self.give_lasting(owner, Capacity::Owner, movement);
    }

    fn give_lasting(&mut self, person: &IdNat, capacity: Capacity, movement: &Movement) {
        self.welcome(person, movement.at);
        if !self.spells.iter().any(|s| s.person == *person && s.capacity == capacity && s.until.is_none()) {
            let (at, by) = (movement.at, movement.by.clone());
            self.spells.push(Spell { person: person.clone(), capacity, given: at, from: at, until: None, by });
        }
    }

    fn lend(&mut self, person: &IdNat, from: Option<Moment>, until: Option<Moment>, movement: &Movement) {
        let at = movement.at;
        self.welcome(person, at);
        self.end(person, Capacity::Delegataire, at);
        let from = from.map_or(at, |from| from.max(at));
        let (person, by) = (person.clone(), movement.by.clone());
        self.spells.push(Spell { person, capacity: Capacity::Delegataire, given: at, from, until, by });
    }

    /// Somebody who had nothing left, now or announced, is let in anew: what she took up before counts no more.
    fn welcome(&mut self, person: &IdNat, at: Moment) {
        if !self.spells.iter().any(|s| s.person == *person && s.ever() && s.until.is_none_or(|until| at < until)) {
            self.accepted.retain(|accepted| accepted != person);
        }
    }

    /// Ends what has not ended yet; a right that lapsed by its own date keeps that date.
    fn end(&mut self, person: &IdNat, capacity: Capacity, at: Moment) {
        for spell in self.spells.iter_mut().filter(|s| s.person == *person && s.capacity == capacity) {
            if spell.until.is_none_or(|until| at < until) {
                spell.until = Some(at);
            }
        }
    }

    fn running(&self, capacity: Capacity, at: Moment) -> Option<&Spell> {
        self.spells.iter().find(|s| s.capacity == capacity && s.covers(at))
    }
}
