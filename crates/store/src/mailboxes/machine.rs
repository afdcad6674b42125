//! The door for machines: a good certificate asks to open an APP mailbox. Later it is renewed and rechecked as a person's access is (`enter`).
//!
//! Requirements: PSC-41, LPS-20, LPS-22, PSC-39. That the certificate is good was found before (`trust`); here is only what it opens.

use std::net::IpAddr;

use rules::access::Access;
use rules::journal::Act;
use rules::{Address, Author, Channel, Moment, Refusal};
use serde_json::json;

use super::enter::entry;
use crate::door::OPERATOR;
use crate::engine::Tx;
use crate::{Error, Result, Store};

/// A machine with a good certificate asks to enter.
#[derive(Clone, Debug)]
pub struct MachineKnock {
    /// The mailbox it names; none: the only one that its certificate opens.
    pub address: Option<Address>,
    /// Normalised name of its certificate.
    pub dn: String,
    pub channel: Channel,
    pub ip: Option<IpAddr>,
}

impl Store {
    /// Loads mailbox and certificates, calls `rules::access::open_machine`, journals `access.opened` or `access.refused` with the machine as author.
    /// An unknown mailbox, and one that this certificate does not open, answer the same: `Refusal::CertificateRefused`.
    pub async fn enter_machine(&self, knock: MachineKnock, now: Moment) -> Result<Access> {
        self.context.note(now);
        let decided = self.write((knock, now), |tx, args| Box::pin(enter(tx, &args.0, args.1))).await?;
        decided.map_err(Error::Refused)
    }
}

async fn enter(tx: &mut Tx<'_>, knock: &MachineKnock, now: Moment) -> Result<std::result::Result<Access, Refusal>> {
    let mailbox = match &knock.address {
        Some(address) => tx.mailbox_id(address).await?,
        None => tx.only_mailbox_of(&knock.dn).await?,
    };
    let chain = mailbox.unwrap_or(OPERATOR);
    tx.hold(chain).await?;
    let decided = tx.decide_machine(mailbox, &knock.dn, now).await?;
    let ip = knock.ip.map(|ip| ip.to_string());
    let (act, facts) = match &decided {
        Ok(_) => (Act::AccessOpened, json!({ "auth_mode": "CERTIFICAT", "ip": ip })),
        Err(refusal) => (Act::AccessRefused, json!({ "code": refusal.code(), "ip": ip })),
    };
    let object = match (&decided, &knock.address) {
        (Ok(access), _) => access.address().to_string(),
        (Err(_), Some(address)) => address.to_string(),
        (Err(_), None) => String::new(),
    };
    let author = Author::Machine { id: knock.dn.clone() };
    tx.journal(chain, &entry(author, act, object, knock.channel, facts, now)).await?;
    Ok(decided)
}
