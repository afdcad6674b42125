//! The mailboxes of one person: held, announced, offered, or lost of late.
//!
//! Requirements: BAL-04, CAB-12, DEL-08, DEL-10. Shows what she may know of each; entering one is the door's to decide.

use rules::access::Capacity;
use rules::eligibility;
use rules::mailbox::{GRACE, Mailbox, MailboxId, State};
use rules::movement::{Right, standing};
use rules::register::Person;
use rules::{IdNat, Moment};

use super::Mine;
use crate::engine::{Tx, params};
use crate::folders::rows::INBOX;
use crate::{Result, Store};

impl Store {
    /// Every mailbox that this person holds now, will hold, is asked to take over, or lost within thirty days; by label, then address.
    pub async fn mailboxes_of(&self, person: &IdNat, now: Moment) -> Result<Vec<Mine>> {
        self.read_facts((person.clone(), now), |tx, args| Box::pin(mailboxes_of(tx, &args.0, args.1))).await
    }
}

async fn mailboxes_of(tx: &mut Tx<'_>, idnat: &IdNat, now: Moment) -> Result<Vec<Mine>> {
    let Some(person) = tx.person(idnat).await? else { return Ok(Vec::new()) };
    let sql = "SELECT mailbox FROM movement_person WHERE person = $1 ORDER BY mailbox";
    let mut mine = Vec::new();
    for mut row in tx.rows(sql, params![person.idnat.as_str()]).await? {
        let mailbox = tx.mailbox(MailboxId(row.take()?)).await?;
        if let Some(one) = one(tx, mailbox, &person, now).await? {
            mine.push(one);
        }
    }
    mine.sort_by(|a, b| a.mailbox.label.cmp(&b.mailbox.label).then_with(|| a.mailbox.address.cmp(&b.mailbox.address)));
    Ok(mine)
}

async fn one(tx: &mut Tx<'_>, mailbox: Mailbox, person: &Person, now: Moment) -> Result<Option<Mine>> {
    let standing = standing(&mailbox.movements, now);
    let idnat = &person.idnat;
    let offer = standing.offer().filter(|offer| offer.to == *idnat);
    let right = standing.right_of(idnat);
    let late = |at: Moment| at.plus(GRACE) <= now;
    let gone = standing.state() == State::Close && late(standing.state_since());
    let (capacity, written) = match (right, offer) {
        _ if gone || standing.state() == State::Demandee => return Ok(None),
        (Right::Held { capacity, until }, _) => (capacity, until),
        (Right::NotBegun { capacity, .. }, _) => (capacity, end_of(&standing, idnat, capacity)),
        (Right::Ended { .. } | Right::Never, Some(_)) => (Capacity::Owner, None),
        (Right::Ended { at, .. }, None) if late(at) => return Ok(None),
        (Right::Ended { capacity, at }, None) => (capacity, Some(at)),
        (Right::Never, None) => return Ok(None),
    };
    let since = match (right, offer) {
        (Right::NotBegun { from, .. }, _) => from,
        (Right::Held { .. } | Right::Ended { .. }, _) => began(&standing, idnat, capacity).or(offer.map(|offer| offer.at)).unwrap_or(now),
        (Right::Never, offer) => offer.map_or(now, |offer| offer.at),
    };
    let entitled = eligibility::entitled(&mailbox, person, capacity, now);
    let held = matches!(right, Right::Held { .. });
    let by_register = if held { entitled.and_then(rules::register::Lasting::until) } else { None };
    let open = held && entitled.is_some() && matches!(standing.state(), State::Active | State::EnCloture);
    let unseen = if open { unseen(tx, mailbox.id).await? } else { 0 };
    Ok(Some(Mine {
        state: standing.state(),
        right,
        capacity,
        since,
        until: [written, by_register].into_iter().flatten().min(),
        unseen,
        accepted: standing.accepted(idnat),
        last_use: tx.last_use(mailbox.id, idnat).await?.map(|(at, _)| at),
        offer_to_me: offer.is_some(),
        mailbox,
    }))
}

fn began(standing: &rules::movement::Standing, person: &IdNat, capacity: Capacity) -> Option<Moment> {
    let own = standing.spells().iter().filter(|s| s.person == *person && s.capacity == capacity && s.ever());
    own.map(|spell| spell.from).max()
}

fn end_of(standing: &rules::movement::Standing, person: &IdNat, capacity: Capacity) -> Option<Moment> {
    standing.people().into_iter().find(|s| s.person == *person && s.capacity == capacity).and_then(|spell| spell.until)
}

async fn unseen(tx: &mut Tx<'_>, mailbox: MailboxId) -> Result<u32> {
    let mut row = tx.one("SELECT unseen FROM folder WHERE mailbox = $1 AND id = $2", params![mailbox.0, INBOX.0]).await?;
    row.take()
}
