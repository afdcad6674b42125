//! A letter in a list: who, what about, when, and its signs, each with a word.
//!
//! Requirements: LPS-43, MSG-12, MSG-14, CAB-16. Read off the glance: the letter stays closed.

use message::{Card, Correspondent, Glance};
use rules::mail::Class;
use rules::{Domain, Moment};
use store::mail::page::Opened;
use store::mail::{Stored, flag};

use super::shelf::Sort;
use crate::frame::Words;

/// One line.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) uid: u32,
    pub(super) href: String,
    pub(super) who: String,
    pub(super) subject: String,
    pub(super) when: String,
    pub(super) iso: String,
    pub(super) seen: bool,
    pub(super) flagged: bool,
    pub(super) answered: bool,
    pub(super) forwarded: bool,
    pub(super) attached: bool,
    pub(super) documents: bool,
    pub(super) report: bool,
    /// A citizen writes (MSG-14).
    pub(super) citizen: bool,
    pub(super) current: bool,
    /// `Ouverte par Nadia SUREAU à 10 h 31`; empty when nobody opened it.
    pub(super) opened: String,
    /// The folder where it lies, in a list that spans several.
    pub(super) place: String,
}

/// What a line needs to know of the list it stands in.
pub(super) struct Context<'a> {
    pub(super) w: Words,
    pub(super) now: Moment,
    pub(super) domains: &'a [Domain],
    pub(super) sort: Sort,
    pub(super) current: Option<u32>,
}

impl Line {
    pub(super) fn of(context: &Context<'_>, stored: &Stored, opened: &[Opened], href: String) -> Self {
        let (w, now) = (context.w, context.now);
        let card = card(stored);
        let outgoing = matches!(context.sort, Sort::Special(store::folders::SpecialUse::Sent | store::folders::SpecialUse::Drafts));
        let who = if outgoing { w.to_whom(people(w, &card.to)) } else { people(w, &card.from) };
        let when = if outgoing { stored.internal_date } else { card.date.filter(|date| *date <= now).unwrap_or(stored.internal_date) };
        let has = |bit| stored.flags.system & bit != 0;
        let subject = card.shown_subject();
        Self {
            uid: stored.uid,
            href,
            who,
            subject: if subject.is_empty() { w.no_subject() } else { subject },
            when: w.ago(when, now),
            iso: when.to_string(),
            seen: has(flag::SEEN),
            flagged: has(flag::FLAGGED),
            answered: has(flag::ANSWERED),
            forwarded: stored.flags.keywords.iter().any(|word| word.eq_ignore_ascii_case("$Forwarded")),
            attached: card.attached,
            documents: card.documents,
            report: card.report,
            citizen: card.from.iter().any(|one| is_citizen(one, context.domains)),
            current: context.current == Some(stored.uid),
            opened: opened.first().map(|first| opened_by(w, first, now)).unwrap_or_default(),
            place: String::new(),
        }
    }
}

/// What was glanced of it; nothing for a glance of another time that cannot be read.
pub(super) fn card(stored: &Stored) -> Card {
    stored.glance.as_deref().and_then(Glance::decode).map(|glance| Card::of(&glance)).unwrap_or_default()
}

/// `Ouverte par Nadia SUREAU à 10 h 31`.
pub(super) fn opened_by(w: Words, one: &Opened, now: Moment) -> String {
    let name = if one.name.is_empty() { w.somebody() } else { one.name.clone() };
    w.opened_by(name, when(w, one.at, now))
}

/// `à 10 h 31` today; `le 3 mars 2026 à 10 h 31` otherwise.
pub(super) fn when(w: Words, at: Moment, now: Moment) -> String {
    let clock = w.clock(at);
    if at.paris().date() == now.paris().date() { w.at_time(clock) } else { w.on_day_at(w.date(at), clock) }
}

pub(super) fn is_citizen(one: &Correspondent, domains: &[Domain]) -> bool {
    let domain = one.address.rsplit_once('@').and_then(|(_, domain)| Domain::parse(domain).ok());
    domain.is_some_and(|domain| message::leaving::class_of(&domain, domains) == Class::Usager)
}

/// The first two by their names, then how many others.
pub(super) fn people(w: Words, people: &[Correspondent]) -> String {
    match people {
        [] => w.nobody_named(),
        [one] => one.shown(),
        [one, two] => format!("{}, {}", one.shown(), two.shown()),
        [one, two, rest @ ..] => w.and_others(format!("{}, {}", one.shown(), two.shown()), rest.len()),
    }
}
