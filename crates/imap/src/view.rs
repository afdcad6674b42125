//! What one client believes of its selected folder: which UID has which sequence number, and what it must still be told.
//!
//! RFC 3501 §2.3.1.2, §5.2, §7.4.1; RFC 7162 §3.2. Pure: facts come in as `store::mail::Changes`, lines to say go out.
//! Numbers never move while a command that speaks in numbers runs: expunged messages then keep their number until later.

use std::fmt::Write;

use store::folders::{FolderId, Opened};
use store::mail::{Changes, Flags, flag};

use crate::command::Set;

/// One selected folder.
#[derive(Debug)]
pub struct View {
    pub folder: FolderId,
    pub read_only: bool,
    /// Ascending; the place is the sequence number, less one.
    uids: Vec<u32>,
    /// Every change up to this mod-sequence is known (told, or waiting in `vanished`).
    modseq: u64,
    /// Gone from the folder, not told yet; ascending.
    vanished: Vec<u32>,
    /// Changes this client made itself, and was told in the answer of its own command: (uid, modseq).
    own: Vec<(u32, u64)>,
    keywords: Vec<String>,
}

/// A number above the number of messages: the client's fault (RFC 3501 §9, `seq-number`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoSuchNumber;

impl View {
    pub fn new(opened: Opened, read_only: bool) -> Self {
        Self {
            folder: opened.folder.id,
            read_only,
            uids: opened.uids,
            modseq: opened.folder.highest_modseq,
            vanished: Vec::new(),
            own: Vec::new(),
            keywords: opened.keywords,
        }
    }

    /// Number of messages, as the client counts them.
    pub fn exists(&self) -> usize {
        self.uids.len()
    }

    /// All that happened up to this mod-sequence is known.
    pub fn modseq(&self) -> u64 {
        self.modseq
    }

    pub fn uids(&self) -> &[u32] {
        &self.uids
    }

    /// Sequence number of a message, from 1.
    pub fn number(&self, uid: u32) -> Option<usize> {
        self.uids.binary_search(&uid).ok().map(|at| at + 1)
    }

    /// UIDs a client means, ascending. Unknown UIDs are skipped; unknown numbers are its fault.
    pub fn pick(&self, set: &Set, by_uid: bool) -> Result<Vec<u32>, NoSuchNumber> {
        if by_uid { Ok(self.pick_uids(set)) } else { self.pick_numbers(set, true) }
    }

    /// The same for a search, where a number that is not there matches nothing.
    pub fn pick_leniently(&self, set: &Set, by_uid: bool) -> Vec<u32> {
        if by_uid { self.pick_uids(set) } else { self.pick_numbers(set, false).unwrap_or_default() }
    }

    fn pick_uids(&self, set: &Set) -> Vec<u32> {
        let mut picked = Vec::new();
        for (low, high) in set.ranges(self.uids.last().copied().unwrap_or(0)) {
            let from = self.uids.partition_point(|&uid| uid < low);
            let to = self.uids.partition_point(|&uid| uid <= high);
            picked.extend_from_slice(&self.uids[from..to]);
        }
        picked
    }

    fn pick_numbers(&self, set: &Set, strict: bool) -> Result<Vec<u32>, NoSuchNumber> {
        let count = u32::try_from(self.uids.len()).unwrap_or(u32::MAX);
        let ranges = set.ranges(count);
        // An empty folder has no number at all, not even `*`.
        if strict && (count == 0 || ranges.iter().any(|&(_, high)| high > count)) {
            return Err(NoSuchNumber);
        }
        let mut picked = Vec::new();
        for (low, high) in ranges {
            if low <= count {
                picked.extend_from_slice(&self.uids[low as usize - 1..high.min(count) as usize]);
            }
        }
        Ok(picked)
    }

    /// This client made the change and its own answer says so: it is not announced again.
    pub fn told_already(&mut self, uid: u32, modseq: u64) {
        self.own.push((uid, modseq));
    }

    /// Takes in what happened, and gives the untagged lines to say now. With `condstore`, mod-sequences are told too.
    pub fn absorb(&mut self, changes: Changes, may_expunge: bool, condstore: bool) -> String {
        self.modseq = self.modseq.max(changes.highest_modseq);
        self.vanished.extend(changes.vanished.into_iter().filter(|uid| self.uids.binary_search(uid).is_ok()));
        let mut said = String::new();
        if may_expunge && !self.vanished.is_empty() {
            self.tell_expunged(&mut said);
        }
        self.tell_arrived(changes.arrived, &mut said);
        let own = std::mem::take(&mut self.own);
        for (uid, flags, modseq) in changes.flagged {
            if let Some(number) = self.number(uid).filter(|_| !own.contains(&(uid, modseq))) {
                self.note_keywords(&flags, &mut said);
                let _ = write!(said, "* {number} FETCH (UID {uid} FLAGS {}", Shown(&flags));
                let _ = if condstore { write!(said, " MODSEQ ({modseq}))\r\n") } else { write!(said, ")\r\n") };
            }
        }
        said
    }

    fn tell_expunged(&mut self, said: &mut String) {
        self.vanished.sort_unstable();
        self.vanished.dedup();
        // From the last to the first, so that each number is still the one the client knows.
        for uid in self.vanished.iter().rev() {
            if let Ok(at) = self.uids.binary_search(uid) {
                let _ = write!(said, "* {} EXPUNGE\r\n", at + 1);
            }
        }
        let vanished = std::mem::take(&mut self.vanished);
        self.uids.retain(|uid| vanished.binary_search(uid).is_err());
    }

    fn tell_arrived(&mut self, arrived: Vec<u32>, said: &mut String) {
        let known = self.uids.last().copied().unwrap_or(0);
        let before = self.uids.len();
        self.uids.extend(arrived.into_iter().filter(|&uid| uid > known));
        if self.uids.len() > before {
            let _ = write!(said, "* {} EXISTS\r\n", self.uids.len());
        }
    }

    /// A keyword never seen in the folder is announced before it is used (RFC 3501 §7.2.6).
    pub fn note_keywords(&mut self, flags: &Flags, said: &mut String) {
        let new: Vec<String> = flags.keywords.iter().filter(|word| !self.keywords.contains(word)).cloned().collect();
        if !new.is_empty() {
            self.keywords.extend(new);
            let _ = write!(said, "* FLAGS {}\r\n", self.flags_line());
        }
    }

    /// `(\Answered … $Forwarded)`
    pub fn flags_line(&self) -> String {
        let all = Flags { system: flag::SEEN | flag::ANSWERED | flag::FLAGGED | flag::DELETED | flag::DRAFT, keywords: self.keywords.clone() };
        Shown(&all).to_string()
    }
}

/// Flags as FETCH shows them.
pub struct Shown<'a>(pub &'a Flags);

impl std::fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const NAMES: [(u8, &str); 5] = [
            (flag::ANSWERED, "\\Answered"),
            (flag::FLAGGED, "\\Flagged"),
            (flag::DELETED, "\\Deleted"),
            (flag::SEEN, "\\Seen"),
            (flag::DRAFT, "\\Draft"),
        ];
        let system = NAMES.iter().filter(|(bit, _)| self.0.system & bit != 0).map(|(_, name)| *name);
        let mut space = "";
        f.write_str("(")?;
        for word in system.chain(self.0.keywords.iter().map(String::as_str)) {
            write!(f, "{space}{word}")?;
            space = " ";
        }
        f.write_str(")")
    }
}
