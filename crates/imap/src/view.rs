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

    /// The messages that are still there, as far as is known: those gone but not told yet are left out.
    pub fn present(&self) -> Vec<u32> {
        self.uids.iter().copied().filter(|uid| self.vanished.binary_search(uid).is_err()).collect()
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
        self.vanished.sort_unstable();
        self.vanished.dedup();
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
        let all =
            Flags { system: flag::SEEN | flag::ANSWERED | flag::FLAGGED | flag::DELETED | flag::DRAFT, keywords: self.keywords.clone() };
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use store::folders::Folder;

    use super::*;

    fn opened(uids: Vec<u32>, modseq: u64) -> Opened {
        let folder = Folder {
            id: FolderId(1),
            name: "INBOX".into(),
            special_use: None,
            subscribed: true,
            uid_validity: 1,
            uid_next: 1,
            highest_modseq: modseq,
            messages: 0,
            unseen: 0,
            size: 0,
        };
        Opened { folder, uids, first_unseen_uid: None, keywords: vec![] }
    }

    fn set(text: &str) -> Set {
        let line = bytes::Bytes::from(format!("a UID EXPUNGE {text}"));
        match crate::parse::command(&line).unwrap().command {
            crate::command::Command::UidExpunge(set) => set,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn numbers_and_uids_are_picked() {
        let view = View::new(opened(vec![10, 20, 30], 1), false);
        assert_eq!(view.pick(&set("1,3"), false), Ok(vec![10, 30]));
        assert_eq!(view.pick(&set("2:*"), false), Ok(vec![20, 30]));
        assert_eq!(view.pick(&set("4"), false), Err(NoSuchNumber));
        assert_eq!(view.pick(&set("1:20,99"), true), Ok(vec![10, 20]));
        assert_eq!(view.pick(&set("99:*"), true), Ok(vec![30]));
        let empty = View::new(opened(vec![], 1), false);
        assert_eq!(empty.pick(&set("1:*"), false), Err(NoSuchNumber));
        assert_eq!(empty.pick(&set("1:*"), true), Ok(vec![]));
    }

    #[test]
    fn expunged_messages_keep_their_number_while_numbers_may_not_move() {
        let mut view = View::new(opened(vec![10, 20, 30], 1), false);
        let gone = Changes { highest_modseq: 2, vanished: vec![10, 30], arrived: vec![40], flagged: vec![] };
        assert_eq!(view.absorb(gone, false, false), "* 4 EXISTS\r\n");
        assert_eq!(view.number(40), Some(4));
        let flags = Flags { system: flag::SEEN, keywords: vec!["$Lu".into()] };
        let later = Changes { highest_modseq: 3, flagged: vec![(40, flags, 3)], ..Changes::default() };
        let said = view.absorb(later, true, true);
        assert_eq!(
            said,
            "* 3 EXPUNGE\r\n* 1 EXPUNGE\r\n* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Lu)\r\n* 2 FETCH (UID 40 FLAGS (\\Seen $Lu) MODSEQ (3))\r\n"
        );
    }

    #[test]
    fn what_a_client_did_itself_is_not_told_twice_unless_it_changed_again() {
        let mut view = View::new(opened(vec![10], 1), false);
        let flagged = |modseq| Changes { highest_modseq: modseq, flagged: vec![(10, Flags::default(), modseq)], ..Changes::default() };
        view.told_already(10, 2);
        assert_eq!(view.absorb(flagged(2), true, false), "");
        view.told_already(10, 3);
        assert_eq!(view.absorb(flagged(4), true, false), "* 1 FETCH (UID 10 FLAGS ())\r\n");
    }

    /// A folder, without cleverness.
    #[derive(Default)]
    struct Model {
        modseq: u64,
        next: u32,
        /// uid, modseq of arrival, modseq now.
        messages: Vec<(u32, u64, u64)>,
        expunged: Vec<(u32, u64)>,
    }

    impl Model {
        fn arrive(&mut self) {
            self.modseq += 1;
            self.next += 1;
            self.messages.push((self.next, self.modseq, self.modseq));
        }

        fn flag(&mut self, at: usize) {
            self.modseq += 1;
            if let Some(message) = self.messages.get_mut(at) {
                message.2 = self.modseq;
            }
        }

        fn expunge(&mut self, at: usize) {
            self.modseq += 1;
            if at < self.messages.len() {
                let (uid, ..) = self.messages.remove(at);
                self.expunged.push((uid, self.modseq));
            }
        }

        fn since(&self, modseq: u64) -> Changes {
            Changes {
                highest_modseq: self.modseq,
                vanished: self.expunged.iter().filter(|(_, at)| *at > modseq).map(|(uid, _)| *uid).collect(),
                arrived: self.messages.iter().filter(|(_, born, _)| *born > modseq).map(|(uid, ..)| *uid).collect(),
                flagged: self
                    .messages
                    .iter()
                    .filter(|(_, born, now)| *born <= modseq && *now > modseq)
                    .map(|(uid, _, now)| (*uid, Flags::default(), *now))
                    .collect(),
            }
        }
    }

    /// A client that believes only what it is told: one place a message, its UID once it has learnt it.
    #[derive(Default)]
    struct Client(Vec<Option<u32>>);

    impl Client {
        fn hear(&mut self, said: &str) {
            for line in said.lines() {
                let words: Vec<&str> = line.split(' ').collect();
                let number: usize = words[1].parse().unwrap();
                match words[2] {
                    "EXISTS" => {
                        assert!(number >= self.0.len(), "EXISTS never shrinks: {line}");
                        self.0.resize(number, None);
                    }
                    "EXPUNGE" => drop(self.0.remove(number - 1)),
                    "FETCH" => {
                        let uid = words[4].parse().unwrap();
                        let place = &mut self.0[number - 1];
                        assert!(place.is_none_or(|known| known == uid), "{line}: it was {place:?}");
                        *place = Some(uid);
                    }
                    other => panic!("{other}"),
                }
            }
        }
    }

    proptest! {
        /// Two clients, whatever happens between them and whenever they may be told, end with the folder as it is.
        #[test]
        fn two_sessions_agree_with_the_folder(steps in proptest::collection::vec((0_u8..6, 0_usize..12), 1..120)) {
            let mut model = Model::default();
            (0..5).for_each(|_| model.arrive());
            let uids: Vec<u32> = model.messages.iter().map(|(uid, ..)| *uid).collect();
            let mut sessions: Vec<(View, Client)> = (0..2)
                .map(|_| (View::new(opened(uids.clone(), model.modseq), false), Client(uids.iter().copied().map(Some).collect())))
                .collect();
            for (step, at) in steps {
                match step {
                    0 => model.arrive(),
                    1 => model.flag(at),
                    2 => model.expunge(at),
                    step => {
                        let (view, client) = &mut sessions[at % 2];
                        client.hear(&view.absorb(model.since(view.modseq()), step != 3, false));
                        prop_assert_eq!(client.0.len(), view.exists());
                        for (place, uid) in client.0.iter().zip(view.uids()) {
                            prop_assert!(place.is_none_or(|known| known == *uid));
                        }
                    }
                }
            }
            let truth: Vec<u32> = model.messages.iter().map(|(uid, ..)| *uid).collect();
            for (view, client) in &mut sessions {
                client.hear(&view.absorb(model.since(view.modseq()), true, false));
                prop_assert_eq!(view.uids(), &truth[..]);
                prop_assert_eq!(client.0.len(), truth.len());
            }
        }
    }
}
