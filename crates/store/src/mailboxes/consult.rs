//! What is asked of mailboxes without entering them: which ones there are, who stands in them, whether mail may come in.
//!
//! Requirements: CAB-17, CAB-18, CAB-19, TRU-25, TRU-53. Never a message, never a folder.

use rules::mail::Recipient;
use rules::mailbox::{Bearer, Mailbox, MailboxId};
use rules::movement::standing;
use rules::movement::vacancy::{self, Warning};
use rules::register::Person;
use rules::{Address, Moment};

use super::Standing;
use crate::door::{MAILBOX, OPERATOR, mailbox_of};
use crate::engine::{Tx, params};
use crate::words::{json, kind_of, state_of};
use crate::{Error, Result, Store};

impl Store {
    /// With all its movements.
    pub async fn mailbox(&self, address: &Address) -> Result<Option<Mailbox>> {
        self.read_facts(address.clone(), |tx, address| {
            Box::pin(async move {
                match tx.mailbox_id(address).await? {
                    Some(id) => tx.mailbox(id).await.map(Some),
                    None => Ok(None),
                }
            })
        })
        .await
    }

    /// All of them, by address, without their movements.
    pub async fn mailboxes(&self) -> Result<Vec<Mailbox>> {
        self.read_facts((), |tx, ()| {
            Box::pin(async move {
                let sql = format!("SELECT {MAILBOX} FROM mailbox WHERE id <> $1 ORDER BY address");
                tx.rows(&sql, params![OPERATOR.0]).await?.iter_mut().map(mailbox_of).collect()
            })
        })
        .await
    }

    /// Owner, cotitulaires, délégataires, responsables of today and of the future, computed from the movements.
    pub async fn people(&self, address: &Address, now: Moment) -> Result<Vec<Standing>> {
        self.read_facts((address.clone(), now), |tx, args| Box::pin(people(tx, &args.0, args.1))).await
    }

    /// The mailboxes of a place, by address, without their movements: those of a practice (CAB, and PER that say so), those it bears (ORG, APP).
    /// `structure`: what [`Self::find_structure`] takes.
    pub async fn mailboxes_at(&self, structure: &str) -> Result<Vec<Mailbox>> {
        self.read_facts(structure.to_owned(), |tx, structure| Box::pin(mailboxes_at(tx, structure))).await
    }

    /// What the people of a cabinet are to be warned of today (CAB-17, CAB-18, CAB-19).
    pub async fn warnings(&self, address: &Address, now: Moment) -> Result<Vec<Warning>> {
        self.read_facts((address.clone(), now), |tx, (address, now)| {
            Box::pin(async move {
                let id = tx.mailbox_id(address).await?.ok_or(Error::NotFound("mailbox"))?;
                warnings(tx, id, *now).await
            })
        })
        .await
    }

    /// What RCPT asks, for mailboxes of ours. Very cheap (cached in the node, dropped when the mailbox moves).
    pub async fn recipient(&self, address: &Address) -> Result<Option<Recipient>> {
        if let (true, Some(known)) = (self.db.hears(), self.context.recipient(address)) {
            return Ok(known);
        }
        let epoch = self.context.epoch();
        let found = self.read_facts(address.clone(), |tx, address| Box::pin(recipient(tx, address))).await?;
        // An address that is not ours is not remembered: a new mailbox moves nothing that would make it forgotten.
        if found.is_some() {
            self.context.remember_recipient(epoch, address.clone(), found.clone());
        }
        Ok(found)
    }
}

async fn people(tx: &mut Tx<'_>, address: &Address, now: Moment) -> Result<Vec<Standing>> {
    let id = tx.mailbox_id(address).await?.ok_or(Error::NotFound("mailbox"))?;
    let mailbox = tx.mailbox(id).await?;
    let fold = standing(&mailbox.movements, now);
    let mut people = Vec::new();
    for spell in fold.people() {
        let known = tx.person(&spell.person).await?;
        let doing = known.as_ref().and_then(|person| person.occupations(now).into_iter().next().map(|occupation| occupation.label));
        people.push(Standing {
            person: spell.person.clone(),
            name: known.as_ref().map_or_else(String::new, Person::name),
            capacity: spell.capacity,
            since: spell.from,
            until: spell.until,
            terms_accepted: tx.terms(&spell.person, now).await?.up_to_date(),
            accepted: fold.accepted(&spell.person),
            last_use: tx.last_use(id, &spell.person).await?,
            given: spell.given,
            by: spell.by.clone(),
            occupation: doing,
        });
    }
    Ok(people)
}

async fn mailboxes_at(tx: &mut Tx<'_>, structure: &str) -> Result<Vec<Mailbox>> {
    let id = tx.find_structure(structure).await?.map_or_else(|| structure.to_owned(), |structure| structure.id);
    let bearer = json(&Bearer::Structure { structure: id.clone() })?;
    let sql = format!("SELECT {MAILBOX} FROM mailbox WHERE structure = $1 OR bearer = $2 ORDER BY address");
    tx.rows(&sql, params![&id, &bearer]).await?.iter_mut().map(mailbox_of).collect()
}

pub(super) async fn warnings(tx: &mut Tx<'_>, id: MailboxId, now: Moment) -> Result<Vec<Warning>> {
    let mailbox = tx.mailbox(id).await?;
    let owner = match standing(&mailbox.movements, now).owner() {
        Some(owner) => tx.person(owner).await?,
        None => None,
    };
    let structure = match &mailbox.structure {
        Some(structure) => tx.structure(structure).await?,
        None => None,
    };
    Ok(vacancy::warnings(&mailbox, owner.as_ref(), structure.as_ref(), now))
}

async fn recipient(tx: &mut Tx<'_>, address: &Address) -> Result<Option<Recipient>> {
    let sql = "SELECT id, kind, state, state_since FROM mailbox WHERE address = $1";
    let Some(mut row) = tx.row(sql, params![address.as_str()]).await? else { return Ok(None) };
    Ok(Some(Recipient {
        mailbox: MailboxId(row.take()?),
        address: address.clone(),
        kind: kind_of(&row.take::<String>()?)?,
        state: state_of(&row.take::<String>()?)?,
        state_since: row.take()?,
    }))
}
