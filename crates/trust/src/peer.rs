//! The verdict on a presented chain (TRU-24, TRU-32): one function, both directions.

use crate::dn::Dn;

/// An operator whose certificate is good: chain, dates, revocation. What it may speak for is asked of the snapshot, per domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    pub dn: Dn,
    /// Common name, for traces.
    pub cn: String,
    /// The DN as declared, for the journal.
    pub subject: String,
}
