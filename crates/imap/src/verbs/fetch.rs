//! FETCH and UID FETCH (RFC 3501 §6.4.5, §7.4.2; RFC 7162 §3.1.4). The answer streams, a group of messages at a time.
//!
//! Requirements: LPS-31, LPS-43. Bytes that go to the person are journalled by the store before they are returned (`Want::to_person`);
//! `BODY[…]` without PEEK sets `\Seen` in that same transaction.

use std::collections::BTreeSet;

use bytes::Bytes;
use message::Glance;
use rules::Channel;
use store::mail::{Stored, Want};

use super::{batch, picked};
use crate::command::{Fetch, FetchItem};
use crate::date;
use crate::outcome::{Halt, Outcome, Reply};
use crate::section::{Whole, label};
use crate::session::{Session, Stage};
use crate::view::Shown;

/// What is to be said of each message, and what must be read for it.
struct Plan {
    items: Vec<FetchItem>,
    want: Want,
}

pub(crate) async fn run(session: &mut Session, fetch: Fetch) -> Outcome {
    let store = session.shared.store.clone();
    let inside = session.inside()?;
    let plan = Plan::of(&fetch, inside.view()?.read_only);
    inside.condstore |= plan.items.contains(&FetchItem::Modseq);
    let view = inside.view()?;
    let mut uids = picked(view, &fetch.set, fetch.uid)?;
    if let Some(since) = fetch.changed_since {
        let folder = view.folder;
        let changes = store.changes(&inside.access, folder, since).await?;
        let moved: BTreeSet<u32> = changes.arrived.into_iter().chain(changes.flagged.into_iter().map(|(uid, ..)| uid)).collect();
        uids.retain(|uid| moved.contains(uid));
    }
    if plan.items == [FetchItem::Uid] {
        // The session knows these itself.
        return only_uids(session, &uids).await;
    }
    let rows = if plan.want.glance { batch::GLANCES } else { batch::ROWS };
    for chunk in uids.chunks(rows) {
        if plan.want.bytes {
            for group in batch::groups_of(chunk, read(session, chunk, Want::default())).await? {
                one_group(session, &group, &plan).await?;
            }
        } else {
            one_group(session, chunk, &plan).await?;
        }
    }
    Ok(Reply::ok("FETCH completed"))
}

async fn read(session: &Session, uids: &[u32], want: Want) -> store::Result<Vec<Stored>> {
    let Stage::Inside(inside) = &session.stage else { return Ok(Vec::new()) };
    let Some(view) = &inside.view else { return Ok(Vec::new()) };
    session.shared.store.read(&inside.access, view.folder, uids, want, Channel::Imap, session.shared.clock.now()).await
}

async fn only_uids(session: &mut Session, uids: &[u32]) -> Outcome {
    for uid in uids {
        if let Some(number) = session.inside()?.view()?.number(*uid) {
            session.wire.line(&format!("* {number} FETCH (UID {uid})"));
            session.wire.relieve().await?;
        }
    }
    Ok(Reply::ok("FETCH completed"))
}

/// Messages that are gone meanwhile are passed over: their EXPUNGE is still to be told.
async fn one_group(session: &mut Session, uids: &[u32], plan: &Plan) -> Result<(), Halt> {
    for stored in read(session, uids, plan.want).await? {
        let view = session.inside()?.view()?;
        let Some(number) = view.number(stored.uid) else { continue };
        // `\Seen` was just set, by us or by somebody else at the same moment: either way this answer tells it.
        let flags_moved = plan.want.mark_seen && stored.modseq > view.modseq();
        if flags_moved {
            view.told_already(stored.uid, stored.modseq);
        }
        session.wire.push(format!("* {number} FETCH (").as_bytes());
        one_message(session, &stored, plan, flags_moved).await?;
        session.wire.push(b")\r\n");
        session.wire.relieve().await?;
    }
    Ok(())
}

async fn one_message(session: &mut Session, stored: &Stored, plan: &Plan, flags_moved: bool) -> Result<(), Halt> {
    let glance = stored.glance.as_ref().and_then(|encoded| Glance::decode(encoded)).unwrap_or_default();
    let condstore = session.inside()?.condstore;
    let also_flags = flags_moved && !plan.items.contains(&FetchItem::Flags);
    let also_modseq = flags_moved && condstore && !plan.items.contains(&FetchItem::Modseq);
    let extra = [(also_flags, FetchItem::Flags), (also_modseq, FetchItem::Modseq)];
    let extra = extra.iter().filter(|(also, _)| *also).map(|(_, item)| item);
    for (at, item) in plan.items.iter().chain(extra).enumerate() {
        if at > 0 {
            session.wire.push(b" ");
        }
        one_item(session, stored, &glance, item).await?;
    }
    Ok(())
}

async fn one_item(session: &mut Session, stored: &Stored, glance: &Glance, item: &FetchItem) -> Result<(), Halt> {
    let wire = &mut session.wire;
    match item {
        FetchItem::Uid => wire.push(format!("UID {}", stored.uid).as_bytes()),
        FetchItem::Flags => wire.push(format!("FLAGS {}", Shown(&stored.flags)).as_bytes()),
        FetchItem::InternalDate => wire.push(format!("INTERNALDATE \"{}\"", date::internal_date(stored.internal_date)).as_bytes()),
        FetchItem::Size => wire.push(format!("RFC822.SIZE {}", stored.size).as_bytes()),
        FetchItem::Modseq => wire.push(format!("MODSEQ ({})", stored.modseq).as_bytes()),
        FetchItem::Envelope => value(session, "ENVELOPE ", &glance.envelope),
        FetchItem::Body => value(session, "BODY ", &glance.body),
        FetchItem::BodyStructure => value(session, "BODYSTRUCTURE ", &glance.body_structure),
        FetchItem::Section(section) => {
            wire.push(label(section).as_bytes());
            let nothing = Bytes::new();
            let whole = Whole { bytes: stored.bytes.as_ref().unwrap_or(&nothing), glance, shift: stored.glance_shift };
            match whole.cut(section) {
                Some(piece) => {
                    wire.push(b" ");
                    wire.literal(&piece).await?;
                }
                None => wire.push(b" NIL"),
            }
        }
    }
    Ok(())
}

/// A value that was made ready at arrival.
fn value(session: &mut Session, name: &str, value: &[u8]) {
    session.wire.push(name.as_bytes());
    session.wire.push(if value.is_empty() { b"NIL" } else { value });
}

impl Plan {
    fn of(fetch: &Fetch, read_only: bool) -> Self {
        let mut items = fetch.items.clone();
        if fetch.changed_since.is_some() && !items.contains(&FetchItem::Modseq) {
            items.insert(0, FetchItem::Modseq);
        }
        if fetch.uid && !items.contains(&FetchItem::Uid) {
            items.insert(0, FetchItem::Uid);
        }
        let mut want = Want::default();
        for item in &items {
            match item {
                FetchItem::Envelope | FetchItem::Body | FetchItem::BodyStructure => want.glance = true,
                FetchItem::Section(section) => {
                    want.glance = true;
                    want.bytes = true;
                    want.to_person = true;
                    want.mark_seen |= !section.peek && !read_only;
                }
                _ => {}
            }
        }
        Self { items, want }
    }
}
