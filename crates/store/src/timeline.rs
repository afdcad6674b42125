//! The history of a mailbox, for its people: what was done, by whom, newest first; and its movements for ever.
//!
//! Requirements: CAB-08, CAB-16, DEL-03, TRU-58. Only an access reads it; it holds no subject and no content, for the journal holds none.

use std::time::Duration;

use rules::access::Access;
use rules::journal::Line;
use rules::movement::Movement;
use rules::{IdNat, Moment};

use crate::engine::{Tx, params};
use crate::history::show::{COLUMNS, line_of};
use crate::{Result, Store};

/// Which acts to show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kinds {
    #[default]
    All,
    /// Who came in, who was turned away.
    Access,
    /// What was received, read, written, filed.
    Letters,
    /// Who was let in or out, and the life of the mailbox.
    Movements,
}

impl Kinds {
    fn prefix(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Access => "access.",
            Self::Letters => "message.",
            Self::Movements => "movement.",
        }
    }
}

/// Which page of the history.
#[derive(Clone, Debug, Default)]
pub struct TimelineQuery {
    /// The last line of the page before: its moment and number.
    pub before: Option<(Moment, i64)>,
    pub kinds: Kinds,
    /// Acts of this person, and movements about her.
    pub person: Option<IdNat>,
    /// 200 at most.
    pub limit: u32,
}

/// Acts are shown for thirteen months, movements for ever (trust-space §18).
const SHOWN: Duration = Duration::from_secs(396 * 86_400);
const MOST: u32 = 200;
/// Lines looked at in one go.
const PAGE: i64 = 1_000;

impl Store {
    /// Newest first; acts of the last thirteen months, movements since the beginning. Fewer lines than asked: the history begins there.
    pub async fn timeline(&self, access: &Access, query: TimelineQuery, now: Moment) -> Result<Vec<Line>> {
        self.read_facts((access.clone(), query, now), |tx, args| Box::pin(timeline(tx, &args.0, &args.1, args.2))).await
    }

    /// Every movement since the mailbox began, in order: the histories that are never deleted.
    pub async fn movements_history(&self, access: &Access, now: Moment) -> Result<Vec<Movement>> {
        self.read_facts((access.clone(), now), |tx, args| {
            Box::pin(async move {
                let access = tx.guard(&args.0, args.1).await?;
                Ok(tx.mailbox(access.mailbox()).await?.movements)
            })
        })
        .await
    }
}

async fn timeline(tx: &mut Tx<'_>, access: &Access, query: &TimelineQuery, now: Moment) -> Result<Vec<Line>> {
    let access = tx.guard(access, now).await?;
    let limit = usize::try_from(query.limit.min(MOST)).unwrap_or_default();
    let sql = format!(
        "SELECT {COLUMNS} FROM journal WHERE chain = $1 AND seq < $2 AND act LIKE $3 AND (at >= $4 OR act LIKE 'movement.%')
         ORDER BY seq DESC LIMIT $5"
    );
    let acts = format!("{}%", query.kinds.prefix());
    let mut before = query.before.map_or(i64::MAX, |(_, seq)| seq);
    let mut found = Vec::new();
    loop {
        let page = tx.rows(&sql, params![access.mailbox().0, before, &acts, now.minus(SHOWN), PAGE]).await?;
        let last = page.len() < usize::try_from(PAGE).unwrap_or_default();
        for row in page {
            let line = line_of(row)?;
            before = line.seq;
            if query.person.as_ref().is_none_or(|person| about(&line, person)) {
                found.push(line);
            }
            if found.len() >= limit {
                return Ok(found);
            }
        }
        if last {
            return Ok(found);
        }
    }
}

fn about(line: &Line, person: &IdNat) -> bool {
    line.author.person() == Some(person) || (line.act.starts_with("movement.") && line.object == person.as_str())
}
