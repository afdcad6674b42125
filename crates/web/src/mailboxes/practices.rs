//! The practices where somebody could have a cabinet mailbox, found in the register: she is never asked what it knows.
//!
//! Requirements: CAB-01, CAB-03, CAB-05, CAB-21, BAL-04. A practice is named on pages by its name and town, in addresses by a digest: never by
//! its technical number.

use rules::access::Capacity;
use rules::mailbox::Kind;
use rules::register::{Person, Structure};
use rules::{Moment, Refusal};
use sha2::{Digest, Sha256};

use crate::App;
use crate::access::found;
use crate::frame::Fault;

/// One place where she practises freely.
#[derive(Clone, Debug)]
pub(super) struct Practice {
    pub(super) key: String,
    pub(super) structure: Structure,
    pub(super) said: String,
    /// The mailboxes it has already: label, address.
    pub(super) cabinets: Vec<(String, String)>,
    /// With a FINESS number: those of the structure itself.
    pub(super) organisational: Vec<(String, String)>,
}

impl Practice {
    /// Its FINESS number: it then has no cabinet mailbox (CAB-03).
    pub(super) fn finess(&self) -> Option<&str> {
        self.structure.finess.as_deref().or_else(|| self.structure.id.strip_prefix('1'))
    }
}

/// Somebody who may own a cabinet mailbox by what she is, wherever it is (CAB-05).
pub(super) fn may_ask(person: &Person, now: Moment) -> bool {
    let owner = person.idnat.is_national() && person.capacities(now).of(Capacity::Owner).is_some();
    owner && person.occupations(now).iter().any(|one| one.mode == "L" && one.structure.is_some())
}

/// The reason for somebody who may not.
pub(super) fn asked(person: Option<&Person>, now: Moment) -> Result<&Person, Refusal> {
    let person = person.ok_or(Refusal::PersonUnknown)?;
    if may_ask(person, now) { Ok(person) } else { Err(Refusal::NotEligible) }
}

/// Where she practises freely today, in the order of the register; closed places left out.
pub(super) async fn of(app: &App, person: &Person, now: Moment) -> Result<Vec<Practice>, Fault> {
    let mut list: Vec<Practice> = Vec::new();
    for occupation in person.occupations(now).iter().filter(|one| one.mode == "L") {
        let Some(id) = occupation.structure else { continue };
        if list.iter().any(|known| known.structure.id == id) {
            continue;
        }
        let Some(structure) = app.store.structure(id).await? else { continue };
        if structure.closed.is_some_and(|closed| closed <= now) {
            continue;
        }
        let (mut cabinets, mut organisational) = (Vec::new(), Vec::new());
        for mailbox in app.store.mailboxes_at(id).await? {
            match mailbox.kind {
                Kind::Cab => cabinets.push((mailbox.label, mailbox.address.to_string())),
                Kind::Org => organisational.push((mailbox.label, mailbox.address.to_string())),
                Kind::Per | Kind::App => {}
            }
        }
        list.push(Practice { key: key(id), said: found::said(&structure), structure, cabinets, organisational });
    }
    Ok(list)
}

fn key(id: &str) -> String {
    hex::encode(&Sha256::digest(id.as_bytes())[..6])
}
