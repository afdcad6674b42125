//! List, anchors and CRLs at one moment, and the questions that a session asks of them.
//!
//! Requirements: TRU-11, TRU-12, TRU-14 to TRU-19, TRU-25, TRU-32. Immutable: a transaction keeps the one it began with.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use rules::{Domain, Moment, Refusal};
use rustls_pki_types::CertificateDer;

use crate::authorities::Authorities;
use crate::dn::Dn;
use crate::list::{Aside, Declared, Read, Record, Signed};
use crate::peer::{self, Machine, Peer};

const HOUR: Duration = Duration::from_secs(3_600);

/// A verified list, indexed.
#[derive(Debug)]
pub(super) struct WhiteList {
    pub generated: Moment,
    pub sha256: String,
    pub signed: Signed,
    pub entries: Vec<Record>,
    pub aside: Vec<Aside>,
    pub unusual: usize,
    dns: Vec<Declared>,
    /// Each domain's DNs, positions in `dns`, each once (TRU-15).
    sets: HashMap<Domain, Vec<usize>>,
    /// For each DN, the first of its domains by name.
    first: HashMap<Dn, Domain>,
}

impl WhiteList {
    pub fn new(read: Read, signed: Signed, sha256: String) -> Self {
        let Read { generated, dns, entries, aside, unusual } = read;
        let mut sets: HashMap<Domain, Vec<usize>> = HashMap::new();
        let mut first: HashMap<Dn, Domain> = HashMap::new();
        for entry in &entries {
            let set = sets.entry(entry.domain.clone()).or_default();
            if !set.contains(&entry.dn) {
                set.push(entry.dn);
            }
            let known = first.entry(dns[entry.dn].dn.clone()).or_insert_with(|| entry.domain.clone());
            if entry.domain < *known {
                *known = entry.domain.clone();
            }
        }
        Self { generated, sha256, signed, entries, aside, unusual, dns, sets, first }
    }

    pub fn domains(&self) -> usize {
        self.sets.len()
    }

    pub fn names(&self) -> impl Iterator<Item = &Domain> {
        self.sets.keys()
    }

    pub fn lists(&self, domain: &Domain) -> bool {
        self.sets.contains_key(domain)
    }

    /// The domain's DNs in normal form.
    pub fn set(&self, domain: &Domain) -> BTreeSet<&Dn> {
        self.declared(domain).map(|d| &d.dn).collect()
    }

    pub fn declares(&self, domain: &Domain, dn: &Dn) -> bool {
        self.declared(domain).any(|d| d.dn == *dn)
    }

    fn declared(&self, domain: &Domain) -> impl Iterator<Item = &Declared> {
        self.sets.get(domain).into_iter().flatten().filter_map(|at| self.dns.get(*at))
    }
}

/// How long ago the list was last verified (TRU-11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Freshness {
    Fresh,
    /// 24 hours: a warning.
    Late,
    /// 48 hours: an alarm.
    Alarm,
    /// 14 days, or no list at all: mail between operators waits.
    Stale,
}

/// One entry of the list, for `pli whitelist show`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary<'s> {
    pub domain: &'s Domain,
    /// As declared.
    pub dn: &'s str,
    /// FINESS or SIRET of the structure, with its leading `1` or `3` (TRU-18).
    pub structure: Option<&'s str>,
    pub description: &'s str,
    pub updated: Option<Moment>,
}

/// List, anchors and CRLs at one moment.
pub struct Snapshot {
    pub(super) list: Option<Arc<WhiteList>>,
    pub(super) verified_at: Option<Moment>,
    pub(super) authorities: Arc<Authorities>,
}

impl Snapshot {
    /// The list is there and was verified less than 14 days ago (TRU-11): else `Refusal::ListStale`.
    pub fn fresh(&self, now: Moment) -> Result<(), Refusal> {
        if self.freshness(now) == Freshness::Stale { Err(Refusal::ListStale) } else { Ok(()) }
    }

    /// Time since the last successful verification, in steps that call for somebody's attention (TRU-11).
    pub fn freshness(&self, now: Moment) -> Freshness {
        let Some(verified_at) = self.verified_at else { return Freshness::Stale };
        match now.since(verified_at) {
            age if age >= 14 * 24 * HOUR => Freshness::Stale,
            age if age >= 48 * HOUR => Freshness::Alarm,
            age if age >= 24 * HOUR => Freshness::Late,
            _ => Freshness::Fresh,
        }
    }

    /// Judges a presented chain, leaf first: `TlsAbsent` (empty), `TlsForeign`, `TlsExpired`, `TlsRevoked`, `CrlStale`.
    ///
    /// Requirements: TRU-24, TRU-32.
    pub fn judge(&self, chain: &[CertificateDer<'_>], now: Moment) -> Result<Peer, Refusal> {
        peer::judge(&self.authorities, chain, now)
    }

    /// Judges the chain of a machine at the door of APP mailboxes: the same refusals; the list itself has no say.
    ///
    /// Requirements: LPS-20.
    pub fn judge_machine(&self, chain: &[CertificateDer<'_>], now: Moment) -> Result<Machine, Refusal> {
        peer::judge_machine(&self.authorities, chain, now)
    }

    /// May this operator speak for (or be handed mail for) that domain? `ListAbsent` or `ListDn` (TRU-25, TRU-32).
    ///
    /// Requirements: TRU-15, TRU-16, TRU-19.
    pub fn speaks_for(&self, peer: &Peer, domain: &Domain) -> Result<(), Refusal> {
        let list = self.list.as_deref().filter(|list| list.lists(domain)).ok_or(Refusal::ListAbsent)?;
        let found = list.declared(domain).find(|d| d.dn == peer.dn).ok_or(Refusal::ListDn)?;
        if !found.dn.same_order(&peer.dn) {
            tracing::info!(domain = domain.as_str(), dn = peer.dn.as_str(), "DN declared in another order");
        }
        Ok(())
    }

    /// The operator belongs to at least one listed domain (`MAIL FROM:<>`, TRU-25): `ListDn` otherwise. Gives one of them (the first by name).
    pub fn any_domain_of(&self, peer: &Peer) -> Result<Domain, Refusal> {
        self.list.as_deref().and_then(|list| list.first.get(&peer.dn)).cloned().ok_or(Refusal::ListDn)
    }

    pub fn lists(&self, domain: &Domain) -> bool {
        self.list.as_deref().is_some_and(|list| list.lists(domain))
    }

    /// Is this DN declared for the domain? For our own domains before they are opened on port 25 (TRU-14).
    pub fn declares(&self, domain: &Domain, dn: &Dn) -> bool {
        self.list.as_deref().is_some_and(|list| list.declares(domain, dn))
    }

    /// The DNs of a domain, as declared; empty when it is not listed.
    pub fn dns_of(&self, domain: &Domain) -> Vec<&str> {
        self.list.as_deref().into_iter().flat_map(|list| list.declared(domain)).map(|d| d.text.as_str()).collect()
    }

    /// The entries in the order of the file, exact duplicates included.
    pub fn entries(&self) -> impl Iterator<Item = Summary<'_>> {
        let list = self.list.as_deref();
        list.into_iter().flat_map(|list| list.entries.iter().map(move |entry| (entry, &list.dns[entry.dn]))).map(|(entry, declared)| {
            Summary {
                domain: &entry.domain,
                dn: &declared.text,
                structure: declared.dn.structure(),
                description: &entry.description,
                updated: entry.updated,
            }
        })
    }
}
