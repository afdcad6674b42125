//! The sandbox's people, places and mailboxes, moved into the house's store.

use rules::access::Capacity;
use rules::movement::Change;
use rules::{Author, Channel, Domain, IdNat, Moment};
use sandbox::Personas;
use sandbox::personas::Grant;
use store::Store;
use store::mailboxes::NewMailbox;

use super::TERMS;

pub async fn move_in(store: &Store, personas: &Personas, domain: &Domain, now: Moment) {
    let by = Author::task("import");
    for structure in personas.structures() {
        store.put_structure(&structure, by.clone(), now).await.expect("a structure");
    }
    for person in personas.persons() {
        store.put_person(&person, by.clone(), now).await.expect("a person");
    }
    for person in personas.accepted_terms(domain, now) {
        accept(store, &person, now).await;
    }
    for planned in personas.mailboxes(domain, now) {
        // Whoever owns the mailbox let its people in: the pages tell who gave what.
        let mut first: Vec<Change> = planned.responsables.into_iter().map(|person| Change::ResponsableAdded { person }).collect();
        first.extend(planned.cotitulaires.into_iter().map(|grant| Change::CotitulaireAdded { person: grant.person }));
        first.extend(planned.delegataires.into_iter().map(|Grant { person, from, until, .. }| Change::Delegated { person, from, until }));
        if planned.suspended {
            first.push(Change::Suspended);
        }
        let author = planned.owner.map_or(Author::staff("demo"), |id| Author::Person { id, capacity: Some(Capacity::Owner) });
        let structure = planned.structure.filter(|_| planned.kind.as_str() == "CAB" || planned.kind.as_str() == "PER");
        let (address, kind, bearer, label) = (planned.address, planned.kind, planned.bearer, planned.label);
        let new = NewMailbox { address, kind, bearer, label, structure, first };
        store.import_mailbox(new, author, Channel::Webmail, now).await.expect("a mailbox");
    }
}

/// A person accepts the terms in force.
pub async fn accept(store: &Store, person: &IdNat, now: Moment) {
    let author = Author::Person { id: person.clone(), capacity: None };
    store.accept_terms(person, store::mailboxes::Acceptance::of(TERMS, Channel::Webmail), author, now).await.expect("accepted");
}
