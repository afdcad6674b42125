//! One catalogue of sentences for what happened to the rights of a mailbox: the room, the history and its exports say it with these words.
//!
//! Requirements: CAB-08, DEL-03, CAB-16. It turns facts into words and decides nothing; names come from the register.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rules::access::Capacity;
use rules::movement::{Change, Movement, Spell};
use rules::{Author, IdNat, Moment};

use crate::App;
use crate::frame::{Fault, Words};

/// Names of the people a page speaks of.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names(HashMap<IdNat, String>);

impl Names {
    /// Looks each person up once.
    pub(crate) async fn of(app: &App, wanted: Vec<IdNat>) -> Result<Self, Fault> {
        let mut names = Self::default();
        names.learn(app, wanted).await?;
        Ok(names)
    }

    pub(crate) async fn learn(&mut self, app: &App, wanted: Vec<IdNat>) -> Result<(), Fault> {
        for idnat in wanted {
            if let Entry::Vacant(unknown) = self.0.entry(idnat) {
                // Somebody the register forgot keeps her number.
                let person = app.store.person(unknown.key()).await?;
                let name = person.map_or_else(|| unknown.key().to_string(), |person| person.name());
                unknown.insert(name);
            }
        }
        Ok(())
    }

    pub(crate) fn person(&self, idnat: &IdNat) -> String {
        self.0.get(idnat).cloned().unwrap_or_else(|| idnat.to_string())
    }

    /// Who did it, as the subject of a sentence.
    pub(crate) fn author(&self, w: Words, author: &Author) -> String {
        match author {
            Author::Person { id, .. } => self.person(id),
            Author::Staff { .. } => w.by_operator(),
            Author::Task { .. } => w.by_itself(),
            Author::Machine { .. } => w.by_machine(),
            Author::Citizen { .. } => w.by_citizen(),
            Author::Peer { id } => id.to_string(),
        }
    }
}

/// Who did it, inside a sentence: « donné par l'opérateur ».
pub(crate) fn within(w: Words, names: &Names, author: &Author) -> String {
    let said = names.author(w, author);
    if matches!(author, Author::Person { .. } | Author::Peer { .. }) {
        return said;
    }
    let mut letters = said.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// The people a movement names.
pub(crate) fn named(movement: &Movement) -> impl Iterator<Item = IdNat> {
    movement.by.person().cloned().into_iter().chain(movement.change.person().cloned())
}

/// One movement, as a sentence.
pub(crate) fn movement(w: Words, names: &Names, movement: &Movement) -> String {
    let by = names.author(w, &movement.by);
    let alone = movement.by.person().is_some() && movement.by.person() == movement.change.person();
    let whom = movement.change.person().map(|person| names.person(person)).unwrap_or_default();
    let said = match (&movement.change, alone) {
        (Change::Opened { owner: None }, _) | (Change::Opened { .. }, true) => w.moved_opened(by),
        (Change::Opened { .. }, false) => w.moved_opened_for(by, whom),
        (Change::ResponsableAdded { .. }, _) => w.moved_responsable(by, whom),
        (Change::ResponsableRemoved { .. }, _) => w.moved_responsable_removed(by, whom),
        (Change::CotitulaireAdded { .. }, _) => w.moved_cotitulaire(by, whom),
        (Change::CotitulaireRemoved { .. }, true) | (Change::DelegationEnded { .. }, true) => w.moved_left(whom),
        (Change::CotitulaireRemoved { .. }, false) => w.moved_cotitulaire_removed(by, whom),
        (Change::Delegated { from, until, .. }, _) => w.moved_delegated(by, whom, period(w, *from, *until, movement.at)),
        (Change::DelegationEnded { .. }, false) => w.moved_ended(by, whom),
        (Change::Accepted { .. }, _) => w.moved_accepted(whom),
        (Change::HandOverOffered { .. }, _) => w.moved_offered(by, whom),
        (Change::HandOverDropped { .. }, true) => w.moved_declined(whom),
        (Change::HandOverDropped { .. }, false) => w.moved_dropped(by, whom),
        (Change::HandedOver { .. }, true) => w.moved_taken(whom),
        (Change::HandedOver { .. }, false) => w.moved_handed(by, whom),
        (Change::Suspended, _) => w.moved_suspended(by),
        (Change::Resumed, _) => w.moved_resumed(by),
        (Change::Closing, _) => w.moved_closing(by),
        (Change::Closed, _) => w.moved_closed(),
    };
    match movement.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty()) {
        Some(reason) => format!("{said} {}", w.moved_reason(reason)),
        None => said,
    }
}

/// « à partir de maintenant et jusqu'au … »: a period, as given at `at`.
pub(crate) fn period(w: Words, from: Option<Moment>, until: Option<Moment>, at: Moment) -> String {
    let end = until.map_or_else(|| w.until_further_notice(), |until| w.until(w.date_time(until)));
    match from.filter(|from| *from > at) {
        Some(from) => w.period_from(w.date_time(from), end),
        None => end,
    }
}

/// A right that ended by its own date: nobody wrote a movement for it.
pub(crate) fn lapsed(w: Words, names: &Names, spell: &Spell) -> String {
    w.moved_lapsed(names.person(&spell.person), within(w, names, &spell.by), w.date(spell.given))
}

/// Delegations that ended by their date in `[after, before)`, oldest first.
pub(crate) fn lapses<'a>(spells: &'a [Spell], movements: &'a [Movement], after: Moment, before: Moment) -> Vec<(Moment, &'a Spell)> {
    let written = |at: Moment, person: &IdNat| movements.iter().any(|m| m.at == at && m.change.person() == Some(person));
    let mut found: Vec<(Moment, &Spell)> = spells
        .iter()
        .filter(|spell| spell.capacity == Capacity::Delegataire && spell.ever())
        .filter_map(|spell| Some((spell.until?, spell)))
        .filter(|(until, spell)| after <= *until && *until < before && !written(*until, &spell.person))
        .collect();
    found.sort_by_key(|(until, _)| *until);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Lang;

    fn at(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    fn idnat(text: &str) -> IdNat {
        IdNat::parse(text).unwrap()
    }

    fn names() -> Names {
        let people = [("899790000014", "Claire TILLEUL"), ("899790000022", "Karim AUBÉPIN"), ("899790000048", "Nadia SUREAU")];
        Names(people.into_iter().map(|(id, name)| (idnat(id), name.to_owned())).collect())
    }

    fn made(by: Author, change: Change) -> Movement {
        Movement { seq: 1, at: at("2026-11-02T08:00:00Z"), by, change, reason: None, attested: true }
    }

    fn person(id: &str) -> Author {
        Author::Person { id: idnat(id), capacity: None }
    }

    #[test]
    fn a_movement_is_told_by_who_made_it_and_about_whom() {
        let (w, names) = (Words(Lang::Fr), names());
        let nadia = idnat("899790000048");
        let until = Some(at("2026-11-27T17:00:00Z"));
        let given = made(person("899790000022"), Change::Delegated { person: nadia.clone(), from: None, until });
        assert_eq!(movement(w, &names, &given), "Karim AUBÉPIN a donné accès à Nadia SUREAU, jusqu'au vendredi 27 novembre 2026 à 18 h.");
        let later = Some(at("2026-11-09T07:00:00Z"));
        let announced = made(person("899790000022"), Change::Delegated { person: nadia.clone(), from: later, until: None });
        assert_eq!(
            movement(w, &names, &announced),
            "Karim AUBÉPIN a donné accès à Nadia SUREAU, à partir du lundi 9 novembre 2026 à 8 h et jusqu'à nouvel ordre."
        );
        let left = made(person("899790000048"), Change::DelegationEnded { person: nadia.clone() });
        assert_eq!(movement(w, &names, &left), "Nadia SUREAU a renoncé à son accès.");
        let ended = made(Author::staff("camille"), Change::DelegationEnded { person: nadia });
        assert_eq!(movement(w, &names, &ended), "L'opérateur a retiré l'accès de Nadia SUREAU.");
        let mut closing = made(person("899790000014"), Change::Closing);
        closing.reason = Some("Fin du bail".to_owned());
        assert_eq!(movement(w, &names, &closing), "Claire TILLEUL a demandé la fermeture de la boîte. Motif : Fin du bail");
        assert_eq!(
            movement(Words(Lang::En), &names, &made(person("899790000014"), Change::Closing)),
            "Claire TILLEUL asked for the mailbox to be closed."
        );
    }

    #[test]
    fn an_end_by_its_date_is_told_once_and_one_by_a_movement_is_not_told_twice() {
        let nadia = idnat("899790000048");
        let given =
            made(person("899790000022"), Change::Delegated { person: nadia.clone(), from: None, until: Some(at("2026-11-21T17:00:00Z")) });
        let history = [given.clone()];
        let told = rules::movement::standing(&history, at("2026-11-22T00:00:00Z"));
        let found = lapses(told.spells(), &history, at("2026-11-01T00:00:00Z"), at("2026-11-22T00:00:00Z"));
        assert_eq!(found.len(), 1);
        assert_eq!(
            lapsed(Words(Lang::Fr), &names(), found[0].1),
            "L'accès de Nadia SUREAU a pris fin à la date prévue ; il avait été donné par Karim AUBÉPIN le 2 novembre 2026."
        );
        let mut ended = made(person("899790000022"), Change::DelegationEnded { person: nadia });
        ended.at = at("2026-11-10T08:00:00Z");
        let history = [given, ended];
        let told = rules::movement::standing(&history, at("2026-11-22T00:00:00Z"));
        assert!(lapses(told.spells(), &history, at("2026-11-01T00:00:00Z"), at("2026-11-22T00:00:00Z")).is_empty());
    }
}
