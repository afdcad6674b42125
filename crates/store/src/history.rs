//! The journal: chains, reading, verification; and the leases.
//!
//! Requirements: CAB-08, CAB-16, DEL-03, TRU-58; invariants 5 and 6. Lines are written by the commands that act, in their transaction
//! (`held`); here they are only added on behalf of others, read, and proved.

mod figures;
mod lease;
mod note;
mod prove;
mod raw;
mod roots;
pub(crate) mod show;
mod verify;

pub use raw::{Exported, Extent};
pub use roots::{Day, Root};
use rules::journal::Line;
use rules::{Address, IdNat, Moment};

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
    /// Roots of days made again.
    pub roots: u64,
    /// First fault of each broken chain, in words.
    pub faults: Vec<String>,
}

/// A line with the chain it belongs to (address of the mailbox, or empty for the register).
#[derive(Clone, Debug)]
pub struct Placed {
    pub mailbox: Option<Address>,
    pub line: Line,
}
