//! What each mailbox holds at the end of the month, told by its journal alone: same lines, same stock, whenever it is asked.
//!
//! Requirements: IND-C, IND-50. A message counts once in each folder where it lies, as the folders' own counters have it.

use std::collections::BTreeMap;

use crate::author::Author;
use crate::journal::{Act, Line};
use crate::mailbox::MailboxId;
use crate::usage::echanges::{message, number, ranges};

/// Numbers of the folders that acts do not name: a reception goes to the first, the copy of a sending to the second.
const INBOX: u64 = 1;
const SENT: u64 = 2;

/// Messages of one mailbox, all folders together, and the sum of their sizes in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Holding {
    pub messages: u64,
    pub bytes: u64,
}

/// A message and the folders it lies in; twice in one folder when it was copied there.
struct Filed {
    size: u64,
    folders: Vec<u64>,
}

#[derive(Default)]
pub(super) struct Stock {
    shelves: BTreeMap<MailboxId, BTreeMap<u64, Filed>>,
}

impl Stock {
    pub(super) fn line(&mut self, mailbox: MailboxId, act: Act, line: &Line) {
        let shelf = self.shelves.entry(mailbox).or_default();
        match act {
            Act::MessageReceived => file(shelf, line, INBOX),
            Act::MessageAppended => {
                remove(shelf, number(&line.facts, "replaces"), SENT);
                file(shelf, line, number(&line.facts, "folder"));
            }
            Act::MessageSent if keeps_a_copy(line) => file(shelf, line, SENT),
            Act::MessageCopied => each(shelf, line, |filed| filed.folders.push(number(&line.facts, "to"))),
            Act::MessageMoved => each(shelf, line, |filed| {
                if take(filed, number(&line.facts, "from")) {
                    filed.folders.push(number(&line.facts, "to"));
                }
            }),
            Act::MessageExpunged => {
                each(shelf, line, |filed| {
                    take(filed, number(&line.facts, "from"));
                });
            }
            Act::FolderDeleted => empty(shelf, line.object.parse().unwrap_or(0)),
            Act::FolderRenamed if line.facts.get("from").is_some() => {
                let (from, to) = (number(&line.facts, "from"), line.object.parse().unwrap_or(0));
                shelf.values_mut().flat_map(|filed| &mut filed.folders).filter(|folder| **folder == from).for_each(|folder| *folder = to);
            }
            _ => {}
        }
    }

    pub(super) fn of(&self, mailbox: MailboxId) -> Holding {
        let mut holding = Holding::default();
        for filed in self.shelves.get(&mailbox).into_iter().flat_map(BTreeMap::values) {
            let copies = filed.folders.len() as u64;
            holding.messages += copies;
            holding.bytes += copies * filed.size;
        }
        holding
    }
}

/// A report is queued and not kept; what a task sends is kept nowhere either.
fn keeps_a_copy(line: &Line) -> bool {
    let report = line.facts.get("report").is_some_and(|report| report.as_bool() != Some(false));
    !report && !matches!(line.author, Author::Task { .. })
}

fn file(shelf: &mut BTreeMap<u64, Filed>, line: &Line, folder: u64) {
    if let Ok(message) = message(line).parse() {
        shelf.insert(message, Filed { size: number(&line.facts, "size"), folders: vec![folder] });
    }
}

/// Changes each message that the line names; one that lies nowhere any more is forgotten.
fn each(shelf: &mut BTreeMap<u64, Filed>, line: &Line, change: impl Fn(&mut Filed)) {
    for range in ranges(&line.object).flatten() {
        let mut gone = Vec::new();
        for (message, filed) in shelf.range_mut(range) {
            change(filed);
            if filed.folders.is_empty() {
                gone.push(*message);
            }
        }
        for message in gone {
            shelf.remove(&message);
        }
    }
}

fn remove(shelf: &mut BTreeMap<u64, Filed>, message: u64, folder: u64) {
    if let Some(filed) = shelf.get_mut(&message)
        && take(filed, folder)
        && filed.folders.is_empty()
    {
        shelf.remove(&message);
    }
}

fn take(filed: &mut Filed, folder: u64) -> bool {
    let place = filed.folders.iter().position(|known| *known == folder);
    place.map(|place| filed.folders.swap_remove(place)).is_some()
}

fn empty(shelf: &mut BTreeMap<u64, Filed>, folder: u64) {
    shelf.retain(|_, filed| {
        filed.folders.retain(|known| *known != folder);
        !filed.folders.is_empty()
    });
}
