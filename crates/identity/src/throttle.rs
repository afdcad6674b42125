//! Attempts are counted per address, per (address, mailbox) and per proved person; never per mailbox (PSC-26).

use std::net::IpAddr;

use rules::{Address, IdNat, Moment, Refusal};

/// Counters of failures of this node. Cheap to clone.
#[derive(Clone, Default)]
pub struct Throttle {}

impl Throttle {
    /// `TooManyAttempts` when one of the three is over its limit: 10 a minute (for 60 s), 50 an hour (for 15 min).
    pub fn check(&self, ip: IpAddr, mailbox: Option<&Address>, person: Option<&IdNat>, now: Moment) -> Result<(), Refusal> {
        let _ = (ip, mailbox, person, now);
        todo!()
    }

    /// Counts a refusal (`PscUnavailable` and `TermsNotAccepted` do not count).
    pub fn failed(&self, ip: IpAddr, mailbox: Option<&Address>, person: Option<&IdNat>, refusal: &Refusal, now: Moment) {
        let _ = (ip, mailbox, person, refusal, now);
        todo!()
    }
}
