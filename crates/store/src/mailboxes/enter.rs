//! The door: somebody proved who they are and asks to enter; later, whether they may stay.
//!
//! Requirements: CAB-09, CAB-10, DEL-05, DEL-08, CGU-01, PSC-25, PSC-39, LPS-31, LOC-05. It never reads mail.

use rules::access::{Access, channel_allows};
use rules::journal::{Act, Entry};
use rules::mailbox::MailboxId;
use rules::{Author, Channel, Moment, Refusal};
use serde_json::{Value, json};

use super::Knock;
use crate::door::OPERATOR;
use crate::engine::{Tx, params};
use crate::{Error, Result, Store};

impl Store {
    /// The door: loads mailbox, person and terms, calls `rules::access::open`, journals `access.opened` or `access.refused`.
    /// An unknown mailbox answers as `Refusal::NoRight`, after the same readings.
    pub async fn enter(&self, knock: Knock, now: Moment) -> Result<Access> {
        self.context.note(now);
        let decided = self.write((knock, now), |tx, args| Box::pin(enter(tx, &args.0, args.1))).await?;
        decided.map_err(Error::Refused)
    }

    /// Decides anew for a session whose revision has moved or whose time is over; journals only a refusal (`RightLost`).
    pub async fn renew(&self, access: &Access, channel: Channel, now: Moment) -> Result<Access> {
        self.context.note(now);
        let args = (access.clone(), channel, now);
        // Most renewals are granted, and write nothing: a snapshot is enough to say yes.
        let granted = self.read_facts(args.clone(), |tx, args| Box::pin(async move { Ok(tx.decide_again(&args.0, args.2).await?.ok()) }));
        if let Some(access) = granted.await? {
            return Ok(access);
        }
        self.write(args, |tx, args| Box::pin(renew(tx, &args.0, args.1, args.2))).await?.map_err(Error::Refused)
    }

    /// Cheap check before a command of a session (PSC-39): revision and end date; runs `renew` only when they moved.
    /// Returns the access to go on with: `None` the same, `Some` a renewed one; or `Error::Refused(Refusal::RightLost)`.
    pub async fn recheck(&self, access: &Access, channel: Channel, now: Moment) -> Result<Option<Access>> {
        self.context.note(now);
        if access.holds_at(now) && self.revision(access.mailbox()).await? == access.revision() {
            return Ok(None);
        }
        self.renew(access, channel, now).await.map(Some)
    }

    /// The revision of a mailbox's rights: remembered on a single node, asked for when other nodes may have moved it.
    async fn revision(&self, mailbox: MailboxId) -> Result<i64> {
        if let (true, Some(revision)) = (self.db.remembers(), self.context.revision(mailbox)) {
            return Ok(revision);
        }
        let epoch = self.context.epoch();
        let read = self.read_facts(mailbox, |tx, mailbox| {
            Box::pin(async move {
                let row = tx.row("SELECT revision FROM mailbox WHERE id = $1", params![mailbox.0]).await?;
                row.ok_or(Error::NotFound("mailbox"))?.take::<i64>()
            })
        });
        let revision = read.await?;
        self.context.remember_revision(epoch, mailbox, revision);
        Ok(revision)
    }
}

async fn enter(tx: &mut Tx<'_>, knock: &Knock, now: Moment) -> Result<std::result::Result<Access, Refusal>> {
    let mailbox = tx.mailbox_id(&knock.address).await?;
    let chain = mailbox.unwrap_or(OPERATOR);
    tx.hold(chain).await?;
    let decided = tx.decide(mailbox, &knock.person, now).await?;
    // Asked last: somebody without right learns nothing of the doors.
    let decided =
        decided.and_then(|access| access.person().map_or(Ok(()), |person| channel_allows(person, knock.channel)).map(|()| access));
    let ip = knock.ip.map(|ip| ip.to_string());
    let (author, act, facts) = match &decided {
        Ok(access) => {
            let facts = json!({ "azp": knock.azp, "acr": knock.acr, "auth_mode": knock.auth_mode, "ip": ip });
            (access.author(), Act::AccessOpened, facts)
        }
        Err(refusal) => (turned_away(knock), Act::AccessRefused, json!({ "azp": knock.azp, "code": refusal.code(), "ip": ip })),
    };
    tx.journal(chain, &entry(author, act, knock.address.to_string(), knock.channel, facts, now)).await?;
    Ok(decided)
}

async fn renew(tx: &mut Tx<'_>, access: &Access, channel: Channel, now: Moment) -> Result<std::result::Result<Access, Refusal>> {
    tx.hold(access.mailbox()).await?;
    let cause = match tx.decide_again(access, now).await? {
        Ok(access) => return Ok(Ok(access)),
        Err(cause) => cause,
    };
    let facts = json!({ "code": Refusal::RightLost.code(), "cause": cause.code() });
    let line = entry(access.author(), Act::AccessRefused, access.address().to_string(), channel, facts, now);
    tx.journal(access.mailbox(), &line).await?;
    Ok(Err(Refusal::RightLost))
}

/// Somebody without a right has no capacity: the line names the person alone.
fn turned_away(knock: &Knock) -> Author {
    Author::Person { id: knock.person.clone(), capacity: None }
}

pub(super) fn entry(author: Author, act: Act, object: String, channel: Channel, facts: Value, at: Moment) -> Entry {
    Entry { at, author, act, object, channel, facts }
}
