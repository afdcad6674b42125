//! Delivery status notifications (RFC 3461-3464): built here, in French then English. Requirements: TRU-40, MSG-20, MSG-21.

use rules::{Address, Domain, Moment};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Failed,
    Delayed,
    Delivered,
    Relayed,
}

/// One recipient reported on.
#[derive(Clone, Debug)]
pub struct Reported {
    pub recipient: Address,
    pub original: Option<String>,
    pub action: Action,
    /// e.g. `5.7.1`.
    pub status: String,
    pub remote_mta: Option<String>,
    /// e.g. `550 5.7.1 …`.
    pub diagnostic: Option<String>,
    pub last_attempt: Moment,
    pub will_retry_until: Option<Moment>,
    /// The French sentence for the person: what happened, what to do.
    pub explanation: String,
}

/// A report to build.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    pub domain: &'a Domain,
    pub to: &'a Address,
    pub arrival: Moment,
    pub envelope_id: Option<&'a str>,
    pub recipients: &'a [Reported],
    /// The whole original message.
    pub original: &'a [u8],
    pub return_full: bool,
    /// Message-ID of the report, without brackets.
    pub message_id: &'a str,
    pub boundary: &'a str,
    pub at: Moment,
}

impl Report<'_> {
    /// The message, CRLF.
    pub fn build(&self) -> Vec<u8> {
        todo!()
    }
}
