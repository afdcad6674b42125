//! From a row of the figures back to the lines of the journal it counts. Requirements: IND-60, IND-B. It counts nothing itself: the fold tells,
//! while it counts, under which row each line went.

use std::fmt;

use crate::usage::files::{File, cell};
use crate::usage::{Counted, MailboxFacts, Month};

/// The key columns of a row, joined as they stand in its file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowKey {
    pub file: File,
    cells: String,
}

impl RowKey {
    /// A key, or a whole line of the file that begins with it.
    pub fn is_in(&self, text: &str) -> bool {
        text.strip_prefix(&self.cells).is_some_and(|rest| rest.is_empty() || rest.starts_with(';'))
    }

    pub(super) fn new(file: File, cells: &[String]) -> Self {
        let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
        Self { file, cells: cells.join(";") }
    }
}

impl fmt::Display for RowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.cells)
    }
}

pub(super) fn keys(month: Month, facts: &MailboxFacts, counted: Counted) -> Vec<RowKey> {
    let mailbox = || {
        let (domain, address) = (facts.address.domain().to_string(), facts.address.to_string());
        vec![month.to_string(), domain, address, facts.kind.as_str().to_owned(), facts.bearer.clone()]
    };
    let user = |user: crate::usage::actor::User| [user.type_acteur.into(), user.id_acteur, user.canal.into(), user.qualite.into()];
    let connexion = counted.connexion.map(|who| RowKey::new(File::Connexions, &[mailbox(), user(who).to_vec()].concat()));
    let echange = counted.echange.map(|key| {
        let rest = vec![key.sens.to_owned(), key.nil];
        RowKey::new(File::Echanges, &[mailbox(), user(key.user).to_vec(), rest].concat())
    });
    connexion.into_iter().chain(echange).collect()
}
