//! Mailboxes, their movements, who enters.

use std::net::IpAddr;

use rules::access::Access;
use rules::mail::Recipient;
use rules::mailbox::{Bearer, Kind, Mailbox, MailboxId};
use rules::movement::Change;
use rules::register::Person;
use rules::terms::Terms;
use rules::{Address, Author, Channel, IdNat, Moment};

use crate::{Result, Store};

/// A mailbox to create. The standard folders are made with it (LPS-41).
#[derive(Clone, Debug)]
pub struct NewMailbox {
    pub address: Address,
    pub kind: Kind,
    pub bearer: Bearer,
    pub label: String,
    pub structure: Option<String>,
    /// Movements that follow `Opened` at once (responsables of an ORG…).
    pub first: Vec<Change>,
}

/// Somebody proved who they are and asks to enter.
#[derive(Clone, Debug)]
pub struct Knock {
    pub address: Address,
    pub person: IdNat,
    pub channel: Channel,
    /// Of the proof: client software, level, means. For the journal and the figures.
    pub azp: String,
    pub acr: String,
    pub auth_mode: String,
    pub ip: Option<IpAddr>,
}

/// One person of a mailbox as it stands now, for `mailbox show`.
#[derive(Clone, Debug)]
pub struct Standing {
    pub person: IdNat,
    pub name: String,
    pub capacity: rules::access::Capacity,
    pub since: Moment,
    pub until: Option<Moment>,
    pub terms_accepted: bool,
}

impl Store {
    pub async fn create_mailbox(&self, new: NewMailbox, author: Author, channel: Channel, now: Moment) -> Result<MailboxId> {
        let _ = (new, author, channel, now);
        todo!()
    }

    /// With all its movements.
    pub async fn mailbox(&self, address: &Address) -> Result<Option<Mailbox>> {
        let _ = address;
        todo!()
    }

    /// All of them, by address, without their movements.
    pub async fn mailboxes(&self) -> Result<Vec<Mailbox>> {
        todo!()
    }

    /// Owner, cotitulaires, délégataires, responsables of today and of the future, computed from the movements.
    pub async fn people(&self, address: &Address, now: Moment) -> Result<Vec<Standing>> {
        let _ = (address, now);
        todo!()
    }

    /// Writes one movement after `decide` (a function of `rules`) said yes on the facts of this very transaction.
    /// `decide` gets the mailbox with its movements, and the person the change is about (if any).
    pub async fn move_mailbox<F>(
        &self,
        address: &Address,
        change: Change,
        reason: Option<String>,
        author: Author,
        channel: Channel,
        now: Moment,
        decide: F,
    ) -> Result<Mailbox>
    where
        F: Fn(&Mailbox, Option<&Person>) -> std::result::Result<(), rules::Refusal> + Send + Sync + 'static,
    {
        let _ = (address, change, reason, author, channel, now, decide);
        todo!()
    }

    /// Records an acceptance of the terms (CGU-02): who, which version, when, from where.
    pub async fn accept_terms(
        &self,
        person: &IdNat,
        version: &str,
        channel: Channel,
        ip: Option<IpAddr>,
        author: Author,
        now: Moment,
    ) -> Result<()> {
        let _ = (person, version, channel, ip, author, now);
        todo!()
    }

    pub async fn terms(&self, person: &IdNat) -> Result<Terms> {
        let _ = person;
        todo!()
    }

    /// The door: loads mailbox, person and terms, calls `rules::access::open`, journals `access.opened` or `access.refused`.
    /// An unknown mailbox answers as `Refusal::NoRight`.
    pub async fn enter(&self, knock: Knock, now: Moment) -> Result<Access> {
        let _ = (knock, now);
        todo!()
    }

    /// Decides anew for a session whose revision has moved or whose time is over; journals only a refusal (`RightLost`).
    pub async fn renew(&self, access: &Access, channel: Channel, now: Moment) -> Result<Access> {
        let _ = (access, channel, now);
        todo!()
    }

    /// Cheap check before a command of a session (PSC-39): revision and end date; runs `renew` only when they moved.
    /// Returns the access to go on with (the same, or a renewed one), or `Error::Refused(Refusal::RightLost)`.
    pub async fn recheck(&self, access: &Access, channel: Channel, now: Moment) -> Result<Option<Access>> {
        let _ = (access, channel, now);
        todo!()
    }

    /// What RCPT asks, for mailboxes of ours. Very cheap (cached in the node, dropped when the mailbox moves).
    pub async fn recipient(&self, address: &Address) -> Result<Option<Recipient>> {
        let _ = address;
        todo!()
    }
}
