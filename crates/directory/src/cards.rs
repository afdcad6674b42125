//! The published mailboxes of one domain: the facts of the store handed to `rules::publish::card`, one mailbox after the other.
//!
//! Requirements: ANN-G, BAL-03, CAB-12. It asks for the owner and the place that the mailbox names, never for the others.

use rules::mailbox::Mailbox;
use rules::publish::{BearerFacts, Card, Registered, card, owner_of, place_of};
use rules::{Domain, Moment};
use store::Store;

use crate::{Options, Result};

/// Sorted by address, one each.
pub async fn cards(store: &Store, domain: &Domain, options: &Options, at: Moment) -> Result<Vec<Card>> {
    let mut cards = Vec::new();
    for light in store.mailboxes().await? {
        if light.address.domain() != *domain || !options.kinds.contains(&light.kind) {
            continue;
        }
        let Some(mailbox) = store.mailbox(&light.address).await? else { continue };
        cards.extend(one(store, &mailbox, options, at).await?);
    }
    cards.sort_by(|a, b| a.address.as_str().cmp(b.address.as_str()));
    Ok(cards)
}

async fn one(store: &Store, mailbox: &Mailbox, options: &Options, at: Moment) -> Result<Option<Card>> {
    let person = match owner_of(mailbox, at) {
        Some(owner) => store.person(&owner).await?,
        None => None,
    };
    let place = match place_of(mailbox, person.as_ref()) {
        Some(id) => store.structure(id).await?,
        None => None,
    };
    let bearer = match (&person, &place) {
        (Some(person), place) => Registered::Person { person, place: place.as_ref() },
        (None, Some(structure)) => Registered::Structure(structure),
        (None, None) => return Ok(None),
    };
    Ok(card(mailbox, BearerFacts { bearer, red_list: options.red_list.contains(&mailbox.address) }, at))
}
