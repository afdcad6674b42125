//! Usage figures: a fold over the journal (architecture, invariant 6). Every use is counted for the person who did it, never for the owner
//! by default.
//!
//! Requirements: IND-A, IND-B, IND-C, IND-01, IND-02, IND-03, IND-04, IND-05, IND-06, IND-10, IND-11, IND-23, IND-30, IND-70.
//! It may not read anything but journal lines and the mailbox facts it is handed: same lines, same figures, on any machine. No
//! correspondent, subject, message id or IP address gets into a row.
//!
//! | file | gives |
//! |---|---|
//! | `month` | the calendar month of Europe/Paris |
//! | `actor` | who counts as the user of a line, in which capacity, by which channel |
//! | `connexions` | visits, who opened what |
//! | `echanges` | what was sent, received, read |
//! | `boites` | the stock of mailboxes, and the facts of one |

mod actor;
mod boites;
mod connexions;
mod echanges;
mod month;

use std::collections::BTreeMap;

use serde::Serialize;

pub use boites::{Boite, MailboxFacts};
pub use connexions::Connexion;
pub use echanges::Echange;
pub use month::Month;

use crate::journal::{Act, Line};
use crate::mailbox::MailboxId;

/// The three files of one month; rows are keyed by the column names of the files and sorted by their key columns, byte-wise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Figures {
    pub month: Month,
    pub connexions: Vec<Connexion>,
    pub echanges: Vec<Echange>,
    pub boites: Vec<Boite>,
}

/// The fold. Give it the lines of every mailbox's chain in their order, those of earlier months too when they are at hand: they say when
/// somebody was last here, and who sent what fails later.
pub struct Fold {
    month: Month,
    mailboxes: BTreeMap<MailboxId, MailboxFacts>,
    connexions: connexions::Visits,
    echanges: echanges::Exchanges,
    boites: boites::Presence,
}

impl Fold {
    pub fn new(month: Month, mailboxes: impl IntoIterator<Item = MailboxFacts>) -> Self {
        let mailboxes = mailboxes.into_iter().map(|facts| (facts.id, facts)).collect();
        Self { month, mailboxes, connexions: Default::default(), echanges: Default::default(), boites: Default::default() }
    }

    /// One line of this mailbox's chain. Lines of other chains, of later months and acts that are no usage are passed over.
    pub fn line(&mut self, mailbox: MailboxId, line: &Line) {
        let (Some(facts), Some(act)) = (self.mailboxes.get(&mailbox), Act::parse(&line.act)) else {
            return;
        };
        if self.month.end() <= line.at {
            return;
        }
        let counted = self.month.begin() <= line.at;
        if let Some(user) = actor::user(facts, line) {
            self.connexions.line(facts.id, &user, act, line, counted);
            self.boites.line(facts.id, &user, act, line, counted);
        }
        self.echanges.line(facts, act, line, counted);
    }

    pub fn finish(self) -> Figures {
        let Self { month, mailboxes, connexions, echanges, boites } = self;
        Figures {
            connexions: connexions.rows(month, &mailboxes),
            echanges: echanges.rows(month, &mailboxes),
            boites: boites.rows(month, &mailboxes),
            month,
        }
    }
}
