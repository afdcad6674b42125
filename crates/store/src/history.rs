//! The journal: chains, reading, verification; and the leases.

use std::time::Duration;

use rules::journal::{Entry, Line};
use rules::{Address, IdNat, Moment};

use crate::{Result, Store};

/// What to show of the journal.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// `None`: the register's chain.
    pub mailbox: Option<Address>,
    pub since: Option<Moment>,
    pub until: Option<Moment>,
    pub author: Option<IdNat>,
    pub limit: Option<u32>,
}

/// What `journal verify` found.
#[derive(Clone, Debug, Default)]
pub struct Verified {
    pub chains: u64,
    pub lines: u64,
    /// First fault of each broken chain, in words.
    pub faults: Vec<String>,
}

/// A line with the chain it belongs to (address of the mailbox, or empty for the register).
#[derive(Clone, Debug)]
pub struct Placed {
    pub mailbox: Option<Address>,
    pub line: Line,
}

impl Store {
    /// Appends a line to the register's chain (lists, persons, operator's acts).
    pub async fn journal(&self, entry: Entry) -> Result<()> {
        let _ = entry;
        todo!()
    }

    pub async fn journal_lines(&self, query: Query) -> Result<Vec<Placed>> {
        let _ = query;
        todo!()
    }

    /// Streams every line of every mailbox between two moments, chain by chain, to a fold (figures).
    pub async fn fold_journal(&self, from: Moment, until: Moment, fold: &mut (dyn FnMut(&Placed) + Send)) -> Result<()> {
        let _ = (from, until, fold);
        todo!()
    }

    /// Recomputes every hash of every chain, and compares the heads.
    pub async fn verify_journal(&self) -> Result<Verified> {
        todo!()
    }

    /// Takes or renews a lease on a named job; false when another node holds it.
    pub async fn lease(&self, job: &str, holder: &str, length: Duration, now: Moment) -> Result<bool> {
        let _ = (job, holder, length, now);
        todo!()
    }
}
