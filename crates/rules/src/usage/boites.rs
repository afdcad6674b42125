//! `boites`: the stock of mailboxes at the end of the month, and the facts of a mailbox that the figures need.
//!
//! Requirements: IND-C, IND-D, CAB-02, CAB-21. Cotitulaires and délégataires are numbers only: their names are not for this file.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Serialize;

use crate::access::Capacity;
use crate::ids::Address;
use crate::journal::{Act, Line};
use crate::mailbox::{Bearer, Kind, Mailbox, MailboxId, State};
use crate::movement::standing;
use crate::time::Moment;
use crate::usage::Month;
use crate::usage::actor::User;
use crate::usage::month::date;
use crate::usage::stock::Stock;

/// What the figures need to know of a mailbox, as it stands at the end of the month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailboxFacts {
    pub id: MailboxId,
    pub address: Address,
    pub kind: Kind,
    /// IdNat of the holder or owner, or id of the structure.
    pub bearer: String,
    /// Structure in which it is used (IND-D), FINESS or SIRET only: an RPPS-rang is shown nowhere (CAB-21).
    pub structure: Option<String>,
    pub state: State,
    pub state_since: Moment,
    pub created: Moment,
    pub cotitulaires: u64,
    pub delegataires: u64,
}

impl MailboxFacts {
    /// Computed from the movements known at `at` (see [`Month::stock_at`]). `workplace`: structure id of the exercise a PER hangs on.
    pub fn of(mailbox: &Mailbox, workplace: Option<&str>, at: Moment) -> Self {
        let standing = standing(&mailbox.movements, at);
        let bearer = match &mailbox.bearer {
            Bearer::Person { idnat, .. } => standing.owner().unwrap_or(idnat).to_string(),
            Bearer::Structure { structure } => structure.clone(),
        };
        let place = match mailbox.kind {
            Kind::Per => workplace,
            Kind::Org | Kind::App => Some(bearer.as_str()),
            Kind::Cab => None,
        };
        Self {
            id: mailbox.id,
            address: mailbox.address.clone(),
            kind: mailbox.kind,
            structure: place.filter(|id| id.starts_with(['1', '3'])).map(str::to_owned),
            bearer,
            state: standing.state(),
            state_since: standing.state_since(),
            created: mailbox.created,
            cotitulaires: standing.now_in(Capacity::Cotitulaire).count() as u64,
            delegataires: standing.now_in(Capacity::Delegataire).count() as u64,
        }
    }
}

/// One row; names and order of the columns are those of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Boite {
    pub mois: Month,
    pub domaine: String,
    pub adresse_boite: String,
    pub type_boite: &'static str,
    pub id_porteur: String,
    pub etat: &'static str,
    pub date_creation: String,
    pub date_cloture: Option<String>,
    pub liste_rouge: &'static str,
    pub nb_cotitulaires: u64,
    pub nb_delegataires: u64,
    pub nb_acteurs_mois: u64,
    pub nb_messages_stock: u64,
    pub octets_stock: u64,
    pub date_derniere_authentification: Option<String>,
    pub preavis_inactivite: Option<&'static str>,
}

/// Who came to a mailbox.
#[derive(Default)]
pub(super) struct Presence {
    users: BTreeMap<MailboxId, BTreeSet<String>>,
    last_opening: BTreeMap<MailboxId, Date>,
}

impl Presence {
    pub(super) fn line(&mut self, mailbox: MailboxId, user: &User, act: Act, line: &Line, counted: bool) {
        if act == Act::AccessRefused {
            return;
        }
        if act == Act::AccessOpened {
            let day = date(line.at);
            let last = self.last_opening.entry(mailbox).or_insert(day);
            *last = day.max(*last);
        }
        if counted {
            self.users.entry(mailbox).or_default().insert(user.id_acteur.clone());
        }
    }

    pub(super) fn rows(self, month: Month, mailboxes: &BTreeMap<MailboxId, MailboxFacts>, stock: &Stock) -> Vec<Boite> {
        let existed = |facts: &&MailboxFacts| {
            let gone = facts.state == State::Close && facts.state_since < month.begin();
            facts.created < month.end() && facts.state != State::Demandee && !gone
        };
        let row = |facts: &MailboxFacts| Boite {
            mois: month,
            domaine: facts.address.domain().to_string(),
            adresse_boite: facts.address.to_string(),
            type_boite: facts.kind.as_str(),
            id_porteur: facts.bearer.clone(),
            etat: etat(facts.state),
            date_creation: date(facts.created).to_string(),
            date_cloture: (facts.state == State::Close).then(|| date(facts.state_since).to_string()),
            liste_rouge: "N",
            nb_cotitulaires: facts.cotitulaires,
            nb_delegataires: facts.delegataires,
            nb_acteurs_mois: self.users.get(&facts.id).map_or(0, |users| users.len() as u64),
            nb_messages_stock: stock.of(facts.id).messages,
            octets_stock: stock.of(facts.id).bytes,
            date_derniere_authentification: self.last_opening.get(&facts.id).map(|day| day.to_string()),
            preavis_inactivite: None,
        };
        let mut rows: Vec<Boite> = mailboxes.values().filter(existed).map(row).collect();
        rows.sort_by(|a, b| (&a.domaine, &a.adresse_boite).cmp(&(&b.domaine, &b.adresse_boite)));
        rows
    }
}

fn etat(state: State) -> &'static str {
    match state {
        State::Demandee => "DEMANDEE",
        State::Active => "ACTIVE",
        State::Suspendue => "SUSPENDUE",
        State::EnCloture => "EN_CLOTURE",
        State::Close => "CLOSE",
    }
}
