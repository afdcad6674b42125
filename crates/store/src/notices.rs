//! Letters that the operator writes by itself: kept in the transaction that caused them, taken by the worker that sends them.
//!
//! Requirements: LOC-06, LOC-08, CAB-06, CAB-12, DEL-03. To whom: the address an account was made with, or the person's own mailbox here;
//! somebody who has neither is told by the pages only. What leaves and how is the worker's.

use std::time::Duration;

use rules::access::Capacity;
use rules::mailbox::{Kind, Mailbox, MailboxId, State};
use rules::movement::{Change, standing};
use rules::notice::Notice;
use rules::{Author, IdNat, Moment};

use crate::accounts::Told;
use crate::engine::{Tx, params};
use crate::words::{from_json, json};
use crate::{Result, Store};

/// What is waited after each failure, one minute to six hours; after the last it is given up.
const DELAYS: [u64; 8] = [60, 300, 900, 3_600, 3_600, 10_800, 21_600, 21_600];
/// Those that left are forgotten after a day, those given up after thirty.
const FORGOTTEN: Duration = Duration::from_secs(24 * 3600);
const BURIED: Duration = Duration::from_secs(30 * 24 * 3600);

/// One letter to write, leased to a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    pub id: i64,
    /// As it was given: an address of the trust space, or a private one.
    pub to: String,
    pub notice: Notice,
    /// Tries before this one.
    pub attempts: u32,
}

impl Store {
    /// Letters to write now, oldest first, leased for that long.
    pub async fn notices_due(&self, limit: u32, lease: Duration, now: Moment) -> Result<Vec<Due>> {
        self.context.note(now);
        // Looking costs no commit.
        let waits = self.read_facts(now, |tx, now| {
            Box::pin(async move {
                let sql = "SELECT id FROM notice WHERE state = 0 AND next <= $1 AND lease_until <= $2 LIMIT 1";
                Ok(tx.row(sql, params![*now, *now]).await?.is_some())
            })
        });
        if !waits.await? {
            return Ok(Vec::new());
        }
        self.write((limit, now.plus(lease), now), |tx, (limit, until, now)| Box::pin(take(tx, *limit, *until, *now))).await
    }

    /// What became of it: gone, tried again later, or given up after the last try.
    pub async fn settle_notice(&self, id: i64, told: Told, now: Moment) -> Result<()> {
        self.context.note(now);
        self.write((id, told, now), |tx, (id, told, now)| Box::pin(settle(tx, *id, told, *now))).await
    }
}

async fn take(tx: &mut Tx<'_>, limit: u32, until: Moment, now: Moment) -> Result<Vec<Due>> {
    let sql = "WITH picked AS MATERIALIZED (SELECT id AS picked_id FROM notice WHERE state = 0 AND next <= $1 AND lease_until <= $2
                 ORDER BY next, id LIMIT $3 FOR UPDATE SKIP LOCKED)
               UPDATE notice SET lease_until = $4 FROM picked WHERE id = picked.picked_id RETURNING id, recipient, body, attempts";
    let mut due = Vec::new();
    for mut row in tx.rows(sql, params![now, now, limit, until]).await? {
        due.push(Due { id: row.take()?, to: row.take()?, notice: from_json(&row.take::<String>()?)?, attempts: row.take()? });
    }
    due.sort_by_key(|due| due.id);
    Ok(due)
}

async fn settle(tx: &mut Tx<'_>, id: i64, told: &Told, now: Moment) -> Result<()> {
    let Some(mut row) = tx.row("SELECT attempts FROM notice WHERE id = $1 AND state = 0 FOR UPDATE", params![id]).await? else {
        return Ok(());
    };
    let attempts: u32 = row.take()?;
    let (state, why): (i64, _) = match told {
        Told::Delivered => (1, None),
        Told::Failed { why } => (if DELAYS.len() > attempts as usize { 0 } else { 2 }, Some(why.as_str())),
    };
    let next = now.plus(Duration::from_secs(DELAYS.get(attempts as usize).copied().unwrap_or_default()));
    let ended = (state != 0).then_some(now);
    let sql = "UPDATE notice SET state = $1, attempts = $2, next = $3, last = $4, ended = $5, lease_until = 0 WHERE id = $6";
    tx.exec(sql, params![state, attempts + 1, next, why, ended, id]).await?;
    let sql = "DELETE FROM notice WHERE (state = 1 AND ended <= $1) OR (state = 2 AND ended <= $2)";
    tx.exec(sql, params![now.minus(FORGOTTEN), now.minus(BURIED)]).await.map(|_| ())
}

impl Tx<'_> {
    /// Somebody is written to, once this transaction is durable.
    pub(crate) async fn notify(&mut self, to: &str, notice: &Notice, now: Moment) -> Result<()> {
        let sql = "INSERT INTO notice (recipient, body, state, created, attempts, next, lease_until) VALUES ($1, $2, 0, $3, 0, $4, 0)";
        self.exec(sql, params![to, &json(notice)?, now, now]).await?;
        self.effects.notices = true;
        Ok(())
    }

    /// As [`Self::notify`], each of these people at her own mailbox. Returns how many have one.
    pub(crate) async fn notify_people<'a>(
        &mut self,
        people: impl IntoIterator<Item = &'a IdNat>,
        notice: &Notice,
        now: Moment,
    ) -> Result<usize> {
        let mut told = 0;
        for person in people {
            if let Some(own) = self.own_address(person, now).await? {
                self.notify(&own, notice, now).await?;
                told += 1;
            }
        }
        Ok(told)
    }

    /// The person a movement is about is told of it, unless she made it herself.
    pub(crate) async fn notify_of(&mut self, mailbox: &Mailbox, change: &Change, author: &Author, now: Moment) -> Result<()> {
        let Some(person) = change.person().filter(|person| author.person() != Some(*person)) else { return Ok(()) };
        let (address, label, by) = (mailbox.address.clone(), mailbox.label.clone(), self.called(author).await?);
        let notice = match *change {
            Change::Delegated { from, until, .. } => Notice::Delegated { mailbox: address, label, by, from, until },
            Change::CotitulaireAdded { .. } => Notice::CotitulaireAdded { mailbox: address, label, by },
            Change::ResponsableAdded { .. } => Notice::ResponsableAdded { mailbox: address, label, by },
            Change::HandOverOffered { .. } => Notice::HandOverOffered { mailbox: address, label, by },
            Change::DelegationEnded { .. } | Change::CotitulaireRemoved { .. } | Change::ResponsableRemoved { .. } => {
                Notice::RightEnded { mailbox: address, label, by }
            }
            _ => return Ok(()),
        };
        self.notify_people([person], &notice, now).await.map(|_| ())
    }

    /// The people responsible for the mailboxes of a structure where this person stands; a mailbox whose people have none of their own
    /// is written to itself (LOC-06).
    pub(crate) async fn notify_responsables(&mut self, person: &IdNat, notice: &Notice, now: Moment) -> Result<()> {
        for mailbox in self.mailboxes_with(person).await? {
            let stands = standing(&mailbox.movements, now);
            if mailbox.kind != Kind::Org || stands.state() != State::Active {
                continue;
            }
            self.notify_mailbox(&mailbox, notice, now).await?;
        }
        Ok(())
    }

    /// The gestionnaires of a structure, or those who answer for its mailboxes when none of them has a mailbox of her own (LOC-08).
    pub(crate) async fn notify_structure(&mut self, structure: &str, people: &[IdNat], notice: &Notice, now: Moment) -> Result<()> {
        if self.notify_people(people, notice, now).await? > 0 {
            return Ok(());
        }
        let sql = "SELECT id FROM mailbox WHERE structure = $1 AND kind = $2 ORDER BY id";
        for mut row in self.rows(sql, params![structure, Kind::Org.as_str()]).await? {
            let mailbox = self.mailbox(MailboxId(row.take()?)).await?;
            if standing(&mailbox.movements, now).state() == State::Active {
                self.notify_mailbox(&mailbox, notice, now).await?;
            }
        }
        Ok(())
    }

    async fn notify_mailbox(&mut self, mailbox: &Mailbox, notice: &Notice, now: Moment) -> Result<()> {
        let stands = standing(&mailbox.movements, now);
        let responsables: Vec<&IdNat> = stands.now_in(Capacity::Responsable).collect();
        if self.notify_people(responsables, notice, now).await? == 0 {
            self.notify(mailbox.address.as_str(), notice, now).await?;
        }
        Ok(())
    }

    /// Her own mailbox at this operator, the oldest active PER that she holds; the address of her account when only a structure knows her.
    async fn own_address(&mut self, person: &IdNat, now: Moment) -> Result<Option<String>> {
        if person.employer().is_some() {
            return self.local_email(person).await;
        }
        let own = |mailbox: &Mailbox| {
            let stands = standing(&mailbox.movements, now);
            mailbox.kind == Kind::Per && stands.state() == State::Active && stands.owner() == Some(person)
        };
        Ok(self.mailboxes_with(person).await?.iter().find(|mailbox| own(mailbox)).map(|mailbox| mailbox.address.to_string()))
    }

    /// Every mailbox that has a movement about this person, oldest first.
    async fn mailboxes_with(&mut self, person: &IdNat) -> Result<Vec<Mailbox>> {
        let sql = "SELECT mailbox FROM movement_person WHERE person = $1 ORDER BY mailbox";
        let mut mailboxes = Vec::new();
        for mut row in self.rows(sql, params![person.as_str()]).await? {
            mailboxes.push(self.mailbox(MailboxId(row.take()?)).await?);
        }
        Ok(mailboxes)
    }

    /// Who did it, in words.
    pub(crate) async fn called(&mut self, author: &Author) -> Result<String> {
        let known = match author.person() {
            Some(person) => self.person(person).await?,
            None => None,
        };
        Ok(known.map_or_else(|| "L'opérateur".to_owned(), |person| person.name()))
    }
}
