//! The cabinet des Lilas and its neighbours, as mailboxes with their movements; shared by the tests of this folder.

#![allow(dead_code, reason = "each test binary uses its own part")]

use rules::access::{Access, open};
use rules::mailbox::{Bearer, Kind, Mailbox, MailboxId};
use rules::movement::{Change, Movement};
use rules::register::Person;
use rules::terms::Terms;
use rules::{Address, Author, Moment, Refusal};

use crate::people::{at, person};

pub const LILAS: &str = "499790000014017";

pub fn now() -> Moment {
    at("2026-11-21T22:00:00Z")
}

pub fn mailbox(id: i64, address: &str, kind: Kind, bearer: Bearer, structure: Option<&str>) -> Mailbox {
    let created = at("2026-01-05T08:00:00Z");
    let owner = match &bearer {
        Bearer::Person { idnat, .. } => Some(idnat.clone()),
        Bearer::Structure { .. } => None,
    };
    let mut mailbox = Mailbox {
        id: MailboxId(id),
        address: Address::parse(address).unwrap(),
        kind,
        bearer,
        label: "Boîte inventée".to_owned(),
        structure: structure.map(str::to_owned),
        created,
        revision: 1,
        movements: vec![],
    };
    moved(&mut mailbox, created, Change::Opened { owner });
    mailbox
}

/// Writes a movement without asking anybody, as history does.
pub fn moved(mailbox: &mut Mailbox, at: Moment, change: Change) {
    let seq = mailbox.movements.len() as i64 + 1;
    mailbox.movements.push(Movement { seq, at, by: Author::staff("exploitation"), change, reason: None, attested: false });
    mailbox.revision += 1;
}

/// CAB of P01; P02 cotitulaire; P03 délégataire for a fortnight, P04 and P05 délégataires.
pub fn cabinet() -> Mailbox {
    let bearer = Bearer::Person { idnat: person("P01").idnat, situation: None };
    let mut mailbox = mailbox(1, "cabinet.des-lilas@pli.mssante.test", Kind::Cab, bearer, Some(LILAS));
    let day = at("2026-11-19T22:00:00Z");
    moved(&mut mailbox, day, Change::CotitulaireAdded { person: person("P02").idnat });
    moved(&mut mailbox, day, lent("P04", None, None));
    moved(&mut mailbox, day, lent("P05", None, None));
    moved(&mut mailbox, day, lent("P03", None, Some("2026-12-03T22:00:00Z")));
    mailbox
}

/// ORG of the hospital; P09 responsable, P10 délégataire.
pub fn cardiology() -> Mailbox {
    let bearer = Bearer::Structure { structure: "1990000028".to_owned() };
    let mut mailbox = mailbox(3, "secretariat.cardiologie@pli.mssante.test", Kind::Org, bearer, None);
    moved(&mut mailbox, at("2026-02-01T08:00:00Z"), Change::ResponsableAdded { person: person("P09").idnat });
    moved(&mut mailbox, at("2026-02-01T08:00:00Z"), lent("P10", None, None));
    mailbox
}

/// PER of that persona.
pub fn personal(id: i64, key: &str) -> Mailbox {
    let owner = person(key);
    let address = format!("{}.{}@pli.mssante.test", owner.given.to_lowercase(), owner.family.to_lowercase());
    mailbox(id, &address, Kind::Per, Bearer::Person { idnat: owner.idnat, situation: None }, None)
}

pub fn lent(key: &str, from: Option<&str>, until: Option<&str>) -> Change {
    Change::Delegated { person: person(key).idnat, from: from.map(at), until: until.map(at) }
}

pub fn terms(accepted: bool) -> Terms {
    let version = "2026-01".to_owned();
    let accepted = accepted.then(|| (version.clone(), at("2026-01-06T08:00:00Z")));
    Terms { current: version, accepted, url: "https://mss.pli.mssante.test/cgu".to_owned() }
}

/// Opens with the terms accepted.
pub fn enter(mailbox: &Mailbox, person: &Person, now: Moment) -> Result<Access, Refusal> {
    open(mailbox, person, &terms(true), now)
}
