//! Accesses that end before their date: withdrawn by those who manage, or given up by the person herself.
//!
//! `POST …/acces/retirer`, `POST …/acces/renoncer`. Requirements: CAB-06, CAB-08, DEL-02, DEL-03. Withdrawing can be undone; leaving cannot:
//! who has left asks those who stay.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use rules::access::Capacity;
use rules::movement::{Change, Spell, renounce};
use rules::{Channel, IdNat, Refusal};
use serde::Deserialize;

use super::give::undone_by_giving;
use super::room::Inside;
use crate::App;
use crate::frame::{Fault, Notice, Words};
use crate::keyboard::Member;

#[derive(Deserialize)]
pub(super) struct Whom {
    #[serde(default)]
    personne: String,
}

pub(super) async fn withdraw(
    State(app): State<App>,
    w: Words,
    member: Member,
    Path(address): Path<String>,
    Form(whom): Form<Whom>,
) -> Result<Response, Fault> {
    let inside = Inside::enter(&app, &member, &address).await?;
    inside.access.manager_rights()?;
    let person = IdNat::parse(&whom.personne).map_err(|_| Refusal::NotThere)?;
    let spell = held(&inside, &person).ok_or(Refusal::NotThere)?;
    app.store.move_as(&inside.access, ending(spell.capacity, &person), None, false, Channel::Webmail, inside.now).await?;
    let name = app.store.person(&person).await?.map_or_else(|| person.to_string(), |person| person.name());
    let notice = Notice::good(format!("{} {}", w.withdrawn(name), w.undo_attests()));
    Ok(undone_by_giving(notice, &inside, &spell).then(&app, &inside.path("acces")))
}

/// The spell to end: the highest of cotitulaire and délégataire that she has, now or announced.
fn held(inside: &Inside, person: &IdNat) -> Option<Spell> {
    let standing = inside.standing();
    let alive = standing.spells().iter().filter(|s| s.person == *person && s.ever() && s.until.is_none_or(|until| inside.now < until));
    alive.filter(|s| matches!(s.capacity, Capacity::Cotitulaire | Capacity::Delegataire)).max_by_key(|s| s.capacity).cloned()
}

pub(super) async fn leave(State(app): State<App>, w: Words, member: Member, Path(address): Path<String>) -> Result<Response, Fault> {
    let inside = Inside::enter(&app, &member, &address).await?;
    let person = inside.access.person().cloned().ok_or(Refusal::NoRight)?;
    if held(&inside, &person).is_none() {
        // An owner or a responsable does not simply leave: the rule says what she can do instead.
        renounce(&inside.mailbox, &person, inside.now)?;
    }
    // Somebody who was délégataire before she became cotitulaire leaves for good.
    for capacity in [Capacity::Cotitulaire, Capacity::Delegataire] {
        if inside.standing().has(&person, capacity) {
            app.store.move_as(&inside.access, ending(capacity, &person), None, false, Channel::Webmail, inside.now).await?;
        }
    }
    Ok(Notice::good(w.you_left(&inside.mailbox.label)).then(&app, "/boites"))
}

/// The movement that ends what somebody has in that capacity.
fn ending(capacity: Capacity, person: &IdNat) -> Change {
    match capacity {
        Capacity::Cotitulaire => Change::CotitulaireRemoved { person: person.clone() },
        _ => Change::DelegationEnded { person: person.clone() },
    }
}
