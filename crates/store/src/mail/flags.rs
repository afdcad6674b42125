//! STORE: flags set and cleared, and who opened what first.
//!
//! RFC 3501 §6.4.6, RFC 7162 §3.1.3. Requirements: LPS-43 (`\Seen` is shared, who read what is kept apart), IND-A.

use std::collections::BTreeMap;

use rules::access::Access;
use rules::journal::{Act, Entry};
use rules::{Channel, Moment};
use serde_json::json;

use super::place::{All, Placement, Source};
use super::{FlagChange, Flags, flag};
use crate::engine::{Tx, list, params};
use crate::folders::FolderId;
use crate::folders::rows::Count;
use crate::words::imap_set;
use crate::{Error, Result, Store};

/// Keywords of one message, and length of one of them, at most.
const KEYWORDS: usize = 100;
const KEYWORD: usize = 128;

/// Uid, flags, modseq: what a message became.
type Became = (u32, Flags, u64);

struct Args {
    access: Access,
    folder: FolderId,
    uids: Vec<u32>,
    change: FlagChange,
    unchanged_since: Option<u64>,
    channel: Channel,
    now: Moment,
}

/// A change of flags about to be made, by whom.
pub(super) struct Change<'a> {
    pub(super) access: &'a Access,
    pub(super) folder: FolderId,
    pub(super) change: &'a FlagChange,
    pub(super) channel: Channel,
    pub(super) now: Moment,
}

impl Store {
    /// Applies to each UID unless its modseq is above `unchanged_since`; returns what they became, and the UIDs left alone (CONDSTORE `MODIFIED`).
    #[allow(clippy::too_many_arguments)]
    pub async fn set_flags(
        &self,
        access: &Access,
        folder: FolderId,
        uids: &[u32],
        change: FlagChange,
        unchanged_since: Option<u64>,
        channel: Channel,
        now: Moment,
    ) -> Result<(Vec<(u32, Flags, u64)>, Vec<u32>)> {
        self.context.note(now);
        let args = Args { access: access.clone(), folder, uids: uids.to_vec(), change, unchanged_since, channel, now };
        self.write(args, |tx, args| Box::pin(set(tx, args))).await
    }
}

async fn set(tx: &mut Tx<'_>, args: &Args) -> Result<(Vec<Became>, Vec<u32>)> {
    let access = tx.guard_change(&args.access, args.now).await?;
    tx.folder_by_id(access.mailbox(), args.folder).await?;
    let source = Source { folder: args.folder, which: All::Among(args.uids.clone()) };
    let rows = tx.placements(access.mailbox(), &source).await?;
    let newer = |row: &Placement| args.unchanged_since.is_some_and(|since| row.modseq > since);
    let (left, rows): (Vec<_>, Vec<_>) = rows.into_iter().partition(newer);
    let mut became: Vec<Became> = rows.iter().map(|row| (row.uid, row.flags.clone(), row.modseq)).collect();
    let numbers: Vec<(u32, i64)> = rows.iter().map(|row| (row.uid, row.number)).collect();
    let change = Change { access: &access, folder: args.folder, change: &args.change, channel: args.channel, now: args.now };
    let changed: BTreeMap<u32, Became> = change_rows(tx, &change, rows).await?.into_iter().map(|b| (b.0, b)).collect();
    if !changed.is_empty() {
        let object = imap_set(numbers.into_iter().filter(|(uid, _)| changed.contains_key(uid)).map(|(_, number)| number).collect());
        tx.journal(access.mailbox(), &flagged(&change, object)).await?;
    }
    for one in &mut became {
        if let Some(new) = changed.get(&one.0) {
            *one = new.clone();
        }
    }
    Ok((became, left.iter().map(|row| row.uid).collect()))
}

/// Changes the flags of these rows; returns those that changed. Journals who opened a received message for the first time.
pub(super) async fn change_rows(tx: &mut Tx<'_>, change: &Change<'_>, rows: Vec<Placement>) -> Result<Vec<Became>> {
    let mailbox = change.access.mailbox();
    let mut groups: BTreeMap<(u8, String), Vec<u32>> = BTreeMap::new();
    let (mut became, mut opened, mut unseen) = (Vec::new(), Vec::new(), 0);
    for row in rows {
        let flags = apply(&row.flags, change.change)?;
        if flags == row.flags {
            continue;
        }
        let (before, after) = (row.flags.system & flag::SEEN != 0, flags.system & flag::SEEN != 0);
        unseen += i64::from(before) - i64::from(after);
        if !before && after && row.received {
            opened.push((row.message, row.number));
        }
        groups.entry((flags.system, flags.keywords.join(" "))).or_default().push(row.uid);
        became.push((row.uid, flags, 0));
    }
    if became.is_empty() {
        return Ok(became);
    }
    let modseq = tx.hold(mailbox).await?.modseq();
    for ((system, keywords), uids) in groups {
        let uids = list(uids.into_iter().map(i64::from));
        let sql = "UPDATE placement SET flags = $1, keywords = $2, modseq = $3 WHERE mailbox = $4 AND folder = $5 AND uid IN_LIST($6)";
        tx.exec(sql, params![system, &keywords, modseq, mailbox.0, change.folder.0, &uids]).await?;
    }
    tx.count(mailbox, change.folder, Count { unseen, ..Count::default() }, 0).await?;
    tx.effects.woken.push(mailbox);
    for (message, number) in opened {
        opened_first(tx, change, message, number).await?;
    }
    for one in &mut became {
        one.2 = modseq.unsigned_abs();
    }
    Ok(became)
}

/// One line the first time this person (or machine) opens this message, whoever opened it before.
async fn opened_first(tx: &mut Tx<'_>, change: &Change<'_>, message: i64, number: i64) -> Result<()> {
    let mailbox = change.access.mailbox();
    let sql =
        "INSERT INTO opened_by (mailbox, message, person, at) VALUES ($1, $2, $3, $4) ON CONFLICT (mailbox, message, person) DO NOTHING";
    if tx.exec(sql, params![mailbox.0, message, change.access.holder().id(), change.now]).await? == 0 {
        return Ok(());
    }
    let line = Entry {
        at: change.now,
        author: change.access.author(),
        act: Act::MessageOpened,
        object: number.to_string(),
        channel: change.channel,
        facts: serde_json::Value::Null,
    };
    tx.journal(mailbox, &line).await
}

/// Keywords are people's words: they are counted in the line, not repeated.
fn flagged(change: &Change<'_>, object: String) -> Entry {
    let (how, flags) = match change.change {
        FlagChange::Replace(flags) => ("replace", flags),
        FlagChange::Add(flags) => ("add", flags),
        FlagChange::Remove(flags) => ("remove", flags),
    };
    let names = [
        (flag::SEEN, "seen"),
        (flag::ANSWERED, "answered"),
        (flag::FLAGGED, "flagged"),
        (flag::DELETED, "deleted"),
        (flag::DRAFT, "draft"),
    ];
    let system: Vec<&str> = names.iter().filter(|(bit, _)| flags.system & bit != 0).map(|(_, name)| *name).collect();
    Entry {
        at: change.now,
        author: change.access.author(),
        act: Act::MessageFlagged,
        object,
        channel: change.channel,
        facts: json!({ "change": how, "flags": system, "keywords": flags.keywords.len() }),
    }
}

fn apply(flags: &Flags, change: &FlagChange) -> Result<Flags> {
    match change {
        FlagChange::Replace(with) => tidy(with),
        FlagChange::Add(more) => {
            let mut keywords = flags.keywords.clone();
            keywords.extend(more.keywords.iter().cloned());
            tidy(&Flags { system: flags.system | more.system, keywords })
        }
        FlagChange::Remove(less) => {
            let gone = |word: &String| less.keywords.iter().any(|k| k.eq_ignore_ascii_case(word));
            let keywords = flags.keywords.iter().filter(|word| !gone(word)).cloned().collect();
            Ok(Flags { system: flags.system & !less.system, keywords })
        }
    }
}

/// Flags as they are kept: keywords sorted, each once whatever its case, within limits.
pub(super) fn tidy(flags: &Flags) -> Result<Flags> {
    let mut keywords: Vec<String> = Vec::new();
    for word in &flags.keywords {
        let sound = !word.is_empty() && word.len() <= KEYWORD && word.chars().all(|c| c.is_ascii_graphic());
        if !sound {
            return Err(Error::NotAllowed("keyword"));
        }
        if !keywords.iter().any(|k| k.eq_ignore_ascii_case(word)) {
            keywords.push(word.clone());
        }
    }
    if keywords.len() > KEYWORDS {
        return Err(Error::NotAllowed("keyword"));
    }
    keywords.sort();
    Ok(Flags { system: flags.system, keywords })
}
