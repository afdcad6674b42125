//! Accounts that nobody uses or nobody confirms are suspended. Requirements: LOC-08.

use rules::journal::{Act, Entry};
use rules::local::{PATIENCE, Step, Use};
use rules::notice::Notice;
use rules::{Author, Channel, IdNat, Moment, local};
use serde_json::json;

use super::people::settle;
use super::{LocalStructure, structures};
use crate::door::OPERATOR;
use crate::engine::{Row, Tx, params};
use crate::words::parse;
use crate::{Error, Result, Store};

/// What the review of today did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Review {
    /// Suspended now: 90 days without login, or not confirmed after two reminders.
    pub suspended: Vec<IdNat>,
    /// Whose last day has passed: their delegations were ended now.
    pub ended: Vec<IdNat>,
    /// Sent to the gestionnaires now.
    pub reminders: Vec<Reminder>,
}

/// A structure whose list must be confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminder {
    pub structure: String,
    pub gestionnaires: Vec<IdNat>,
    /// First or second.
    pub number: u8,
    pub people: Vec<IdNat>,
    /// Suspended at this moment if nobody confirms.
    pub deadline: Moment,
}

impl Store {
    /// A gestionnaire confirms that these people still work there.
    pub async fn confirm_local_accounts(&self, structure: &str, people: Vec<IdNat>, author: Author, now: Moment) -> Result<()> {
        self.context.note(now);
        let args = (structure.to_owned(), people, author, now);
        self.write(args, |tx, (structure, people, author, now)| Box::pin(confirm(tx, structure, people, author, *now))).await
    }

    /// The daily job: what is over is settled, what is unused or unconfirmed is suspended. Each reminder is returned once.
    pub async fn local_review(&self, now: Moment) -> Result<Review> {
        self.context.note(now);
        self.write(now, |tx, now| Box::pin(review(tx, *now))).await
    }
}

async fn confirm(tx: &mut Tx<'_>, structure: &str, people: &[IdNat], author: &Author, now: Moment) -> Result<()> {
    tx.managed(structure, author).await?;
    for person in people {
        let sql = "UPDATE local_account SET confirmed = $1, reminders = 0, reminded = NULL WHERE person = $2 AND structure = $3";
        if tx.exec(sql, params![now, person.as_str(), structure]).await? == 0 {
            return Err(Error::NotFound("local account"));
        }
    }
    let line = Entry {
        at: now,
        author: author.clone(),
        act: Act::LocalConfirmed,
        object: structure.to_owned(),
        channel: Channel::System,
        facts: json!({ "people": people }),
    };
    tx.journal(OPERATOR, &line).await
}

async fn review(tx: &mut Tx<'_>, now: Moment) -> Result<Review> {
    let author = Author::task("local-review");
    let mut done = Review::default();
    for mut row in tx.rows("SELECT person FROM local_account WHERE ends <= $1 AND settled = 0", params![now]).await? {
        let person: IdNat = parse(&row.take::<String>()?)?;
        settle(tx, &person, &author, now).await?;
        done.ended.push(person);
    }
    for structure in structures::all(tx).await?.into_iter().filter(|structure| structure.enabled) {
        let sql = "SELECT person, begins, created, enrolled, last_login, lifted, confirmed, reminders, reminded FROM local_account
                   WHERE structure = $1 AND suspended IS NULL AND (ends IS NULL OR ends > $2) ORDER BY person FOR UPDATE";
        let mut reminders = [Vec::new(), Vec::new()];
        for row in tx.rows(sql, params![&structure.structure, now]).await? {
            let (person, account) = use_of(row)?;
            match local::review(&account, now) {
                Step::Keep => {}
                Step::Unused => {
                    tx.suspend_local(&person, "unused", &author, now).await?;
                    done.suspended.push(person);
                }
                Step::Unconfirmed => {
                    tx.suspend_local(&person, "unconfirmed", &author, now).await?;
                    done.suspended.push(person);
                }
                Step::Remind(number) => {
                    let sql = "UPDATE local_account SET reminders = $1, reminded = $2 WHERE person = $3";
                    tx.exec(sql, params![number, now, person.as_str()]).await?;
                    reminders[usize::from(number > 1)].push(person);
                }
            }
        }
        for (number, people) in (1_u8..).zip(reminders).filter(|(_, people)| !people.is_empty()) {
            let deadline = now.plus(PATIENCE * (3 - u32::from(number)));
            remind(tx, &structure, &people, number, deadline, now).await?;
            let (structure, gestionnaires) = (structure.structure.clone(), structure.gestionnaires.clone());
            done.reminders.push(Reminder { structure, gestionnaires, number, people, deadline });
        }
    }
    Ok(done)
}

/// The list stands at the top of the structure's pages too.
async fn remind(tx: &mut Tx<'_>, of: &LocalStructure, people: &[IdNat], number: u8, deadline: Moment, now: Moment) -> Result<()> {
    let mut names = Vec::with_capacity(people.len());
    for person in people {
        names.push(tx.person(person).await?.map_or_else(|| person.to_string(), |known| known.name()));
    }
    let structure = tx.structure(&of.structure).await?.map_or_else(|| of.structure.clone(), |place| place.name);
    let notice = Notice::AccountsToConfirm { structure, people: names, number, deadline };
    tx.notify_structure(&of.structure, &of.gestionnaires, &notice, now).await
}

fn use_of(mut row: Row) -> Result<(IdNat, Use)> {
    let person = parse(&row.take::<String>()?)?;
    let (begins, created): (Moment, Moment) = (row.take()?, row.take()?);
    let later: [Option<Moment>; 3] = [row.take()?, row.take()?, row.take()?];
    let last = later.into_iter().flatten().fold(begins.max(created), Moment::max);
    Ok((person, Use { last, confirmed: row.take()?, reminders: row.take()?, reminded: row.take()? }))
}
