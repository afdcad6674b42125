//! What time does to cabinets whose owner is gone: reminders, then suspension.
//!
//! Requirements: CAB-17, TRU-53. Looked at once a day. A hand-over, or any other state than active, begins the count anew.

use rules::mailbox::MailboxId;
use rules::movement::Change;
use rules::movement::vacancy::{Due, Warning, due};
use rules::notice::Notice;
use rules::{Author, Channel, Moment};

use super::consult::warnings;
use super::movements::{Made, write_movement};
use crate::engine::{Tx, params};
use crate::{Error, Result, Store};

/// Why the movement was made, as the history tells it.
const REASON: &str = "90 jours sans propriétaire";

impl Store {
    /// Reminds the people of cabinets without owner, and suspends those that nobody took over in ninety days; how many were suspended.
    pub async fn vacancies_due(&self, now: Moment) -> Result<u32> {
        self.context.note(now);
        let cabinets = self.read_facts(now, |tx, now| Box::pin(concerned(tx, *now)));
        let mut suspended = 0;
        for mailbox in cabinets.await? {
            suspended += u32::from(self.write((mailbox, now), |tx, args| Box::pin(look(tx, args.0, args.1))).await?);
        }
        Ok(suspended)
    }
}

/// Cabinets without owner, and those that had none when they were last looked at.
async fn concerned(tx: &mut Tx<'_>, now: Moment) -> Result<Vec<MailboxId>> {
    let mut concerned = Vec::new();
    for mut row in tx.rows("SELECT mailbox FROM vacancy ORDER BY mailbox", &[]).await? {
        concerned.push(MailboxId(row.take()?));
    }
    for mut row in tx.rows("SELECT id FROM mailbox WHERE kind = 'CAB' AND state = 'ACTIVE' ORDER BY id", &[]).await? {
        let id = MailboxId(row.take()?);
        if !concerned.contains(&id) && vacant(tx, id, now).await? {
            concerned.push(id);
        }
    }
    Ok(concerned)
}

async fn vacant(tx: &mut Tx<'_>, id: MailboxId, now: Moment) -> Result<bool> {
    Ok(warnings(tx, id, now).await?.contains(&Warning::OwnerGone))
}

/// True when it was suspended.
async fn look(tx: &mut Tx<'_>, id: MailboxId, now: Moment) -> Result<bool> {
    let active = tx.hold(id).await?.state == rules::mailbox::State::Active;
    if !active || !vacant(tx, id, now).await? {
        tx.exec("DELETE FROM vacancy WHERE mailbox = $1", params![id.0]).await?;
        return Ok(false);
    }
    let sql = "INSERT INTO vacancy (mailbox, since, told) VALUES ($1, $2, 0) ON CONFLICT (mailbox) DO NOTHING";
    tx.exec(sql, params![id.0, now]).await?;
    let mut row = tx.one("SELECT since, told FROM vacancy WHERE mailbox = $1", params![id.0]).await?;
    let (since, told): (Moment, i64) = (row.take()?, row.take()?);
    let told = u8::try_from(told).map_err(|_| Error::Internal("a reminder of no day".to_owned()))?;
    match due(since, told, now) {
        Due::Nothing => Ok(false),
        Due::Remind { day, suspended } => {
            let mailbox = tx.mailbox(id).await?;
            let notice = Notice::OwnerGone { mailbox: mailbox.address.clone(), label: mailbox.label.clone(), suspended };
            // All who work there read it in the mailbox itself.
            tx.notify(mailbox.address.as_str(), &notice, now).await?;
            tx.exec("UPDATE vacancy SET told = $1 WHERE mailbox = $2", params![i64::from(day), id.0]).await?;
            Ok(false)
        }
        Due::Suspend => {
            let author = Author::task("vacancy");
            let change = Change::Suspended;
            let made = Made { change: &change, reason: Some(REASON), attested: false, author: &author, channel: Channel::System, now };
            write_movement(tx, id, &made).await?;
            tx.exec("DELETE FROM vacancy WHERE mailbox = $1", params![id.0]).await?;
            Ok(true)
        }
    }
}
