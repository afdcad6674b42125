//! `connexions`: who opened which mailbox, by which channel, in which capacity.
//!
//! Requirements: IND-A, IND-01, IND-02, IND-05, IND-22, IND-23. A visit is an opening with no act of the same person in the same mailbox by
//! the same channel in the thirty minutes before it; it lasts while acts go on.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::civil::Date;
use serde::Serialize;

use crate::journal::{Act, Line};
use crate::mailbox::{MailboxId, State};
use crate::refusal::Refusal;
use crate::time::Moment;
use crate::usage::actor::User;
use crate::usage::month::date;
use crate::usage::{MailboxFacts, Month};

const SAME_VISIT: Duration = Duration::from_secs(30 * 60);

/// One row; names and order of the columns are those of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Connexion {
    pub mois: Month,
    pub domaine: String,
    pub adresse_boite: String,
    pub type_boite: &'static str,
    pub id_porteur: String,
    pub type_acteur: Option<&'static str>,
    pub id_acteur: Option<String>,
    pub canal: Option<&'static str>,
    pub qualite: Option<&'static str>,
    pub nb_visites: u64,
    pub nb_jours_actifs: u64,
    pub date_premiere_connexion: Option<String>,
    pub date_derniere_connexion: Option<String>,
    pub date_connue: &'static str,
    pub nb_refus: u64,
    pub azp: Option<String>,
    pub id_structure: Option<String>,
}

#[derive(Default)]
struct Count {
    visits: u64,
    days: BTreeSet<Date>,
    first: Option<Date>,
    /// Last opening ever known up to the end of the month.
    last: Option<Date>,
    refusals: u64,
    clients: BTreeMap<String, u64>,
}

/// Somebody's passage through one mailbox by one channel, whatever the capacity.
type Trail = (MailboxId, String, &'static str);

#[derive(Default)]
pub(super) struct Visits {
    counts: BTreeMap<(MailboxId, User), Count>,
    last_act: BTreeMap<Trail, Moment>,
    /// Last capacity known of a person in a mailbox: a refusal carries none.
    qualities: BTreeMap<(MailboxId, String), &'static str>,
}

impl Visits {
    /// Returns the user under whom the line was counted in the month, if it was.
    pub(super) fn line(&mut self, mailbox: MailboxId, user: &User, act: Act, line: &Line, counted: bool) -> Option<User> {
        let user = match act {
            // A session that lost its right was no login that failed.
            Act::AccessRefused if line.facts.get("code").and_then(|code| code.as_str()) == Some(Refusal::RightLost.code()) => return None,
            Act::AccessRefused => return counted.then(|| self.refused(mailbox, user)),
            Act::AccessOpened => {
                self.opened(mailbox, user, line, counted);
                user
            }
            _ => {
                self.acted(mailbox, user, line.at, counted);
                user
            }
        };
        counted.then(|| user.clone())
    }

    fn opened(&mut self, mailbox: MailboxId, user: &User, line: &Line, counted: bool) {
        let before = self.last_act.insert((mailbox, user.id_acteur.clone(), user.canal), line.at);
        let new_visit = before.is_none_or(|before| SAME_VISIT <= line.at.since(before));
        self.qualities.insert((mailbox, user.id_acteur.clone()), user.qualite);
        let day = date(line.at);
        let count = self.counts.entry((mailbox, user.clone())).or_default();
        count.last = count.last.max(Some(day));
        if !counted {
            return;
        }
        count.visits += u64::from(new_visit);
        count.first.get_or_insert(day);
        count.days.insert(day);
        if let Some(client) = line.facts.get("azp").and_then(|azp| azp.as_str()).filter(|azp| !azp.is_empty()) {
            *count.clients.entry(client.to_owned()).or_default() += 1;
        }
    }

    /// Acts prolong a visit and begin none: what was done before the first opening (terms accepted, a mailbox begun) hides it not.
    fn acted(&mut self, mailbox: MailboxId, user: &User, at: Moment, counted: bool) {
        let trail = (mailbox, user.id_acteur.clone(), user.canal);
        if let Some(last) = self.last_act.get_mut(&trail).filter(|last| at.since(**last) < SAME_VISIT) {
            *last = at;
        }
        if counted {
            self.counts.entry((mailbox, user.clone())).or_default().days.insert(date(at));
        }
    }

    fn refused(&mut self, mailbox: MailboxId, user: &User) -> User {
        let mut user = user.clone();
        if user.qualite.is_empty() {
            user.qualite = self.qualities.get(&(mailbox, user.id_acteur.clone())).copied().unwrap_or_default();
        }
        self.counts.entry((mailbox, user.clone())).or_default().refusals += 1;
        user
    }

    pub(super) fn rows(self, month: Month, mailboxes: &BTreeMap<MailboxId, MailboxFacts>) -> Vec<Connexion> {
        let mut last_by_anyone: BTreeMap<MailboxId, Date> = BTreeMap::new();
        let mut visited = BTreeSet::new();
        let mut rows = Vec::new();
        for ((mailbox, user), count) in self.counts {
            let Some(facts) = mailboxes.get(&mailbox) else { continue };
            if let Some(last) = count.last {
                let known = last_by_anyone.entry(mailbox).or_insert(last);
                *known = last.max(*known);
            }
            if count.visits > 0 {
                visited.insert(mailbox);
            }
            if count.visits > 0 || count.refusals > 0 {
                rows.push(row(month, facts, Some(user), count));
            }
        }
        for facts in mailboxes.values().filter(|facts| facts.state == State::Active && !visited.contains(&facts.id)) {
            let last = last_by_anyone.get(&facts.id).copied();
            rows.push(row(month, facts, None, Count { last, ..Count::default() }));
        }
        rows.sort_by(|a, b| a.key().cmp(&b.key()));
        rows
    }
}

fn row(month: Month, facts: &MailboxFacts, user: Option<User>, count: Count) -> Connexion {
    // The client used most; of equals the first in byte order, which `rev` leaves last for `max_by_key`.
    let azp = count.clients.iter().rev().max_by_key(|(_, times)| **times).map(|(azp, _)| azp.clone());
    let (type_acteur, id_acteur, canal, qualite) = match user {
        Some(user) => (Some(user.type_acteur), Some(user.id_acteur), Some(user.canal), Some(user.qualite).filter(|q| !q.is_empty())),
        None => (None, None, None, None),
    };
    Connexion {
        mois: month,
        domaine: facts.address.domain().to_string(),
        adresse_boite: facts.address.to_string(),
        type_boite: facts.kind.as_str(),
        id_porteur: facts.bearer.clone(),
        type_acteur,
        id_acteur,
        canal,
        qualite,
        nb_visites: count.visits,
        nb_jours_actifs: count.days.len() as u64,
        date_premiere_connexion: count.first.map(|day| day.to_string()),
        date_derniere_connexion: count.last.map(|day| day.to_string()),
        date_connue: if count.last.is_some() { "O" } else { "N" },
        nb_refus: count.refusals,
        azp,
        id_structure: facts.structure.clone(),
    }
}

impl Connexion {
    /// Columns 1 to 9; a missing one sorts as empty.
    fn key(&self) -> impl Ord + '_ {
        (
            (self.domaine.as_str(), self.adresse_boite.as_str(), self.type_boite, self.id_porteur.as_str()),
            (self.type_acteur, self.id_acteur.as_deref(), self.canal, self.qualite),
        )
    }
}
