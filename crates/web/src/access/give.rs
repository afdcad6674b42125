//! `POST /boites/{address}/acces/donner`: somebody is let in, for a period or until further notice; or her dates change.
//!
//! Requirements: CAB-06, CAB-07, CAB-15, DEL-01, DEL-02, DEL-04, DEL-08, DEL-13, DEL-14. The rules decide, inside the transaction that writes.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use rules::access::Capacity;
use rules::movement::{Change, Spell};
use rules::register::Person;
use rules::{Channel, IdNat, Moment, Refusal};

use super::room::{self, Draft, Inside};
use super::{found, periods, sentences};
use crate::App;
use crate::frame::{Fault, Notice, Words};
use crate::keyboard::Member;

pub(super) async fn give(
    State(app): State<App>,
    w: Words,
    member: Member,
    Path(address): Path<String>,
    Form(draft): Form<Draft>,
) -> Result<Response, Fault> {
    let inside = Inside::enter(&app, &member, &address).await?;
    // Who may not manage is told so whatever the form says.
    inside.access.manager_rights()?;
    if draft.as_cotitulaire() {
        inside.access.owner_rights()?;
    }
    match try_to_give(&app, w, &inside, &draft).await {
        Ok(done) => Ok(done.then(&app, &inside.path("acces"))),
        Err(Sent::Said(why)) => room::draw(&app, w, &member, &inside, &draft, None, Some(why)).await,
        Err(Sent::Refused(why)) => room::draw(&app, w, &member, &inside, &draft, None, Some(w.refusal(&why))).await,
        Err(Sent::Fault(fault)) => Err(fault),
    }
}

/// Why nothing was given.
enum Sent {
    /// To be said beside the sentence, which stays as it was written; so is a refusal.
    Said(String),
    Refused(Refusal),
    Fault(Fault),
}

impl From<Fault> for Sent {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<store::Error> for Sent {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Refused(refusal @ (Refusal::RightLost | Refusal::NoRight)) => Self::Fault(Fault::Refused(refusal)),
            store::Error::Refused(refusal) => Self::Refused(refusal),
            other => Self::Fault(other.into()),
        }
    }
}

async fn try_to_give(app: &App, w: Words, inside: &Inside, draft: &Draft) -> Result<Notice, Sent> {
    let person = found::known(app, Some(&inside.mailbox), &draft.personne).await?;
    let person = person.ok_or_else(|| Sent::Said(w.choose_somebody()))?;
    if !draft.attested() {
        return Err(Sent::Refused(Refusal::NotAttested));
    }
    if draft.as_cotitulaire() {
        cotitulaire(app, w, inside, &person).await
    } else {
        let from = periods::chosen(&draft.debut, &draft.debut_le).map_err(|_| Sent::Said(w.start_unreadable()))?;
        let until = periods::chosen(&draft.fin, &draft.fin_le).map_err(|_| Sent::Said(w.end_unreadable()))?;
        delegataire(app, w, inside, &person, from, until).await
    }
}

async fn cotitulaire(app: &App, w: Words, inside: &Inside, person: &Person) -> Result<Notice, Sent> {
    inside.access.owner_rights().map_err(Fault::from)?;
    let change = Change::CotitulaireAdded { person: person.idnat.clone() };
    app.store.move_as(&inside.access, change, None, true, Channel::Webmail, inside.now).await?;
    let undo = [("personne", person.idnat.as_str())];
    Ok(Notice::good(w.now_cotitulaire(person.name())).with_undo(inside.path("acces/retirer"), &undo))
}

async fn delegataire(
    app: &App,
    w: Words,
    inside: &Inside,
    person: &Person,
    from: Option<Moment>,
    until: Option<Moment>,
) -> Result<Notice, Sent> {
    let before = spell_of(inside, &person.idnat);
    inside.access.manager_rights().map_err(Fault::from)?;
    let change = Change::Delegated { person: person.idnat.clone(), from, until };
    app.store.move_as(&inside.access, change, None, true, Channel::Webmail, inside.now).await?;
    let period = sentences::period(w, from, until, inside.now);
    Ok(match before {
        Some(spell) => {
            let notice = Notice::good(format!("{} {}", w.dates_changed(person.name(), period), w.undo_attests()));
            undone_by_giving(notice, inside, &spell)
        }
        None => {
            let undo = [("personne", person.idnat.as_str())];
            Notice::good(w.now_delegataire(person.name(), period)).with_undo(inside.path("acces/retirer"), &undo)
        }
    })
}

/// What she has as délégataire, now or announced.
pub(super) fn spell_of(inside: &Inside, person: &IdNat) -> Option<Spell> {
    let standing = inside.standing();
    let mut hers = standing.spells().iter().filter(|s| s.person == *person && s.capacity == Capacity::Delegataire && s.ever());
    hers.rfind(|spell| spell.until.is_none_or(|until| inside.now < until)).cloned()
}

/// A notice whose undoing gives back what somebody had, with the same dates.
pub(super) fn undone_by_giving(notice: Notice, inside: &Inside, spell: &Spell) -> Notice {
    let from = if spell.from > inside.now { spell.from.to_string() } else { periods::OPEN.to_owned() };
    let until = spell.until.map_or_else(|| periods::OPEN.to_owned(), |until| until.to_string());
    let capacity = if spell.capacity == Capacity::Cotitulaire { "cotitulaire" } else { "delegataire" };
    let fields = [("personne", spell.person.as_str()), ("qualite", capacity), ("debut", &*from), ("fin", &*until), ("atteste", "oui")];
    notice.with_undo(inside.path("acces/donner"), &fields)
}
