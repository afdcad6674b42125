//! The mailboxes of the demo and who may enter them, as a plan that `pli demo` carries out through the store.
//!
//! Requirements: SIM-11, CAB-06, DEL-08. May not create anything.

use std::collections::BTreeSet;

use rules::mailbox::{Bearer, Kind};
use rules::{Address, Domain, IdNat, Moment};

use super::model::{Joined, Persona, PersonaMailbox};
use super::{Personas, dates};

/// A mailbox to create, with the people to let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedMailbox {
    pub address: Address,
    pub kind: Kind,
    pub bearer: Bearer,
    /// What people call it, e.g. `Cabinet médical des Lilas`; the bearer's name when the file has none.
    pub label: String,
    /// CAB: structure id of the practice.
    pub structure: Option<String>,
    /// PER: holder; CAB: owner.
    pub owner: Option<IdNat>,
    pub responsables: Vec<IdNat>,
    pub cotitulaires: Vec<Grant>,
    pub delegataires: Vec<Grant>,
    pub suspended: bool,
}

/// A person let in by somebody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub person: IdNat,
    /// She accepted the terms already.
    pub terms: bool,
    pub from: Option<Moment>,
    pub until: Option<Moment>,
}

impl Personas {
    /// The mailboxes of one operator, in the order of the file; offsets count from `start`.
    ///
    /// People known to their structure's own login alone are left out: they are [`Personas::local_delegations`].
    pub fn mailboxes(&self, domain: &Domain, start: Moment) -> Vec<PlannedMailbox> {
        self.file.mailboxes.iter().filter_map(|m| self.planned(m, start)).filter(|m| m.address.domain() == *domain).collect()
    }

    /// The delegations of people known to their structure's own login alone, by mailbox: to be made once their accounts exist (DEL-11).
    pub fn local_delegations(&self, domain: &Domain, start: Moment) -> Vec<(Address, Grant)> {
        let local = |j: &Joined| self.by_key(&j.who).filter(|p| p.local.is_some()).and_then(|p| IdNat::parse(&p.idnat).ok());
        let mut found = Vec::new();
        for mailbox in &self.file.mailboxes {
            let Some(address) = Address::parse(&mailbox.address).ok().filter(|address| address.domain() == *domain) else { continue };
            let grants = mailbox.delegataires.iter().filter_map(|j| Some(grant(local(j)?, j, start)));
            found.extend(grants.map(|grant| (address.clone(), grant)));
        }
        found
    }

    /// Who accepted the terms before the demo began: bearers and responsible persons (at contract), and those whom the file says so.
    pub fn accepted_terms(&self, domain: &Domain, start: Moment) -> BTreeSet<IdNat> {
        let mut people = BTreeSet::new();
        for mailbox in self.mailboxes(domain, start) {
            people.extend(mailbox.owner);
            people.extend(mailbox.responsables);
            people.extend(mailbox.cotitulaires.into_iter().chain(mailbox.delegataires).filter(|g| g.terms).map(|g| g.person));
        }
        people
    }

    /// What this persona is in each mailbox, e.g. `owner of cabinet.des-lilas@pli.mssante.test`.
    pub fn roles(&self, persona: &Persona) -> Vec<String> {
        let mut roles = Vec::new();
        for mailbox in &self.file.mailboxes {
            let mut role = |name: &str| roles.push(format!("{name} of {}", mailbox.address));
            if mailbox.bearer == persona.id {
                role("owner");
            }
            if mailbox.responsables.contains(&persona.id) {
                role("responsable");
            }
            if mailbox.cotitulaires.iter().any(|j| j.who == persona.id) {
                role("cotitulaire");
            }
            if mailbox.delegataires.iter().any(|j| j.who == persona.id) {
                role("delegataire");
            }
        }
        roles
    }

    fn planned(&self, mailbox: &PersonaMailbox, start: Moment) -> Option<PlannedMailbox> {
        let kind = kind(&mailbox.kind)?;
        let (bearer, owner, name) = match kind {
            Kind::Per | Kind::Cab => {
                let persona = self.by_key(&mailbox.bearer)?;
                let idnat = IdNat::parse(&persona.idnat).ok()?;
                let bearer = Bearer::Person { idnat: idnat.clone(), situation: mailbox.situation_id.clone() };
                // A cabinet's mailbox is called after the practice, never after a person (CAB-04).
                let practice = mailbox.structure.as_deref().and_then(|key| self.place(key));
                (bearer, Some(idnat), practice.map_or_else(|| Personas::name(persona), |place| place.name.clone()))
            }
            Kind::Org | Kind::App => {
                let place = self.place(&mailbox.bearer)?;
                (Bearer::Structure { structure: place.idnat_struct.clone() }, None, place.name.clone())
            }
        };
        Some(PlannedMailbox {
            address: Address::parse(&mailbox.address).ok()?,
            kind,
            bearer,
            label: mailbox.description.clone().unwrap_or(name),
            structure: mailbox.structure.as_deref().and_then(|key| self.place(key)).map(|p| p.idnat_struct.clone()),
            owner,
            responsables: mailbox.responsables.iter().filter_map(|key| self.registered(key)).collect(),
            cotitulaires: self.grants(&mailbox.cotitulaires, start),
            delegataires: self.grants(&mailbox.delegataires, start),
            suspended: mailbox.state.as_deref() == Some("SUSPENDUE"),
        })
    }

    fn grants(&self, joined: &[Joined], start: Moment) -> Vec<Grant> {
        joined.iter().filter_map(|j| Some(grant(self.registered(&j.who)?, j, start))).collect()
    }

    fn registered(&self, key: &str) -> Option<IdNat> {
        self.by_key(key).filter(|p| p.local.is_none()).and_then(|p| IdNat::parse(&p.idnat).ok())
    }
}

fn grant(person: IdNat, joined: &Joined, start: Moment) -> Grant {
    let moved = |offset: &Option<String>| offset.as_deref().and_then(|text| dates::moved(start, text));
    Grant { person, terms: joined.cgu, from: moved(&joined.from_offset), until: moved(&joined.until_offset) }
}

pub(super) fn kind(text: &str) -> Option<Kind> {
    [Kind::Per, Kind::Org, Kind::App, Kind::Cab].into_iter().find(|kind| kind.as_str() == text)
}
