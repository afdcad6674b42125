//! Usage figures: a fold over the journal (architecture, invariant 6). Every use is counted for the person who did it, never for the owner
//! by default.
//!
//! Requirements: IND-A, IND-B, IND-C, IND-01, IND-02, IND-03, IND-04, IND-05, IND-06, IND-10, IND-11, IND-23, IND-30,
//! IND-60, IND-70.
//! It may not read anything but journal lines and the mailbox facts it is handed: same lines, same figures, on any machine. No
//! correspondent, subject, message id or IP address gets into a row.
//!
//! | file | gives |
//! |---|---|
//! | `month` | the calendar month of Europe/Paris |
//! | `actor` | who counts as the user of a line, in which capacity, by which channel |
//! | `connexions` | visits, who opened what |
//! | `echanges` | what was sent, received, read |
//! | `boites`, `stock` | the mailboxes at the end of the month, the facts of one, what it holds |
//! | `files`, `manifest` | the figures as CSV, JSON, NDJSON, and the paper that goes with them |
//! | `people` | the same figures added up for the pages |
//! | `trace` | from a row back to the lines it counts |

mod actor;
mod boites;
mod connexions;
mod echanges;
mod files;
mod manifest;
mod month;
mod people;
mod stock;
mod trace;

use std::collections::BTreeMap;

use serde::Serialize;

pub use boites::{Boite, MailboxFacts};
pub use connexions::Connexion;
pub use echanges::Echange;
pub use files::{File, Format, csv, file_name, json, manifest_name, ndjson};
pub use manifest::{Corrected, Edition, Entry, Linked, Manifest, Roots, Totals};
pub use month::Month;
pub use people::{Total, mailbox_people, person_mailboxes};
pub use trace::RowKey;

use crate::journal::{Act, Line};
use crate::mailbox::MailboxId;

/// The three files of one month; rows are keyed by the column names of the files and sorted by their key columns, byte-wise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Figures {
    pub month: Month,
    pub connexions: Vec<Connexion>,
    pub echanges: Vec<Echange>,
    pub boites: Vec<Boite>,
    /// Lines of the month in the chains of these mailboxes, whatever the act; for the manifest.
    #[serde(skip)]
    pub events: u64,
}

/// The fold. Give it the lines of every mailbox's chain in their order, those of earlier months too when they are at hand: they say when
/// somebody was last here, and who sent what fails later.
pub struct Fold {
    month: Month,
    mailboxes: BTreeMap<MailboxId, MailboxFacts>,
    connexions: connexions::Visits,
    echanges: echanges::Exchanges,
    boites: boites::Presence,
    stock: stock::Stock,
    events: u64,
}

impl Fold {
    pub fn new(month: Month, mailboxes: impl IntoIterator<Item = MailboxFacts>) -> Self {
        let mailboxes = mailboxes.into_iter().map(|facts| (facts.id, facts)).collect();
        Self {
            month,
            mailboxes,
            connexions: Default::default(),
            echanges: Default::default(),
            boites: Default::default(),
            stock: Default::default(),
            events: 0,
        }
    }

    /// One line of this mailbox's chain. Lines of other chains, of later months and acts that are no usage are passed over.
    pub fn line(&mut self, mailbox: MailboxId, line: &Line) {
        self.count(mailbox, line);
    }

    /// The same, and the rows of `connexions` and `echanges` that the line was counted in (IND-60: the very code that counts).
    pub fn traced(&mut self, mailbox: MailboxId, line: &Line) -> Vec<RowKey> {
        let counted = self.count(mailbox, line);
        self.mailboxes.get(&mailbox).map_or_else(Vec::new, |facts| trace::keys(self.month, facts, counted))
    }

    fn count(&mut self, mailbox: MailboxId, line: &Line) -> Counted {
        let mut rows = Counted::default();
        let Some(facts) = self.mailboxes.get(&mailbox).filter(|_| line.at < self.month.end()) else { return rows };
        let counted = self.month.begin() <= line.at;
        self.events += u64::from(counted);
        let Some(act) = Act::parse(&line.act) else { return rows };
        if let Some(user) = actor::user(facts, line) {
            rows.connexion = self.connexions.line(facts.id, &user, act, line, counted);
            self.boites.line(facts.id, &user, act, line, counted);
        }
        rows.echange = self.echanges.line(facts, act, line, counted);
        self.stock.line(facts.id, act, line);
        rows
    }

    pub fn finish(self) -> Figures {
        let Self { month, mailboxes, connexions, echanges, boites, stock, events } = self;
        Figures {
            connexions: connexions.rows(month, &mailboxes),
            echanges: echanges.rows(month, &mailboxes),
            boites: boites.rows(month, &mailboxes, &stock),
            month,
            events,
        }
    }
}

/// Where one line was counted: columns 6 to 9 of a row of `connexions`, 6 to 11 of a row of `echanges`.
#[derive(Default)]
struct Counted {
    connexion: Option<actor::User>,
    echange: Option<echanges::Key>,
}
