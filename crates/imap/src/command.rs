//! The tree of a command, as every verb gets it. Whatever read it (today `parse`), it comes out as these types.
//!
//! RFC 3501 §6 and §9, with the extensions named in `lib.rs`. Holds no session state and decides nothing.

use std::num::NonZeroU32;

use bytes::Bytes;
use rules::Moment;
use store::mail::{FlagChange, Flags};
use zeroize::Zeroizing;

/// A command with the tag its answer must bear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tagged {
    pub tag: String,
    pub command: Command,
}

/// Every command we understand. Folder names are UTF-8, `INBOX` in capitals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Capability,
    Noop,
    Logout,
    Id,
    Enable(Vec<String>),
    StartTls,
    Authenticate {
        mechanism: String,
        /// Base64, as it came (SASL-IR); wiped when dropped.
        initial: Option<Zeroizing<Vec<u8>>>,
    },
    /// Understood only to be refused: no password exists (LPS-16). Its arguments are not kept.
    Login,
    Namespace,
    Select {
        folder: String,
        read_only: bool,
        condstore: bool,
    },
    Close,
    Unselect,
    Check,
    Expunge,
    Idle,
    Create(String),
    Delete(String),
    Rename {
        from: String,
        to: String,
    },
    Subscribe(String),
    Unsubscribe(String),
    List(List),
    Lsub {
        reference: String,
        pattern: String,
    },
    Status {
        folder: String,
        items: Vec<StatusItem>,
    },
    Append(Append),
    Fetch(Fetch),
    Search {
        uid: bool,
        key: Key,
    },
    /// SEARCH in a charset we do not have.
    SearchBadCharset,
    Store(Store),
    Copy {
        uid: bool,
        set: Set,
        to: String,
    },
    Move {
        uid: bool,
        set: Set,
        to: String,
    },
    UidExpunge(Set),
}

impl Command {
    /// RFC 3501 §7.4.1: while a command that speaks in sequence numbers runs, these numbers may not move.
    pub fn lets_expunge_be_told(&self) -> bool {
        !matches!(self, Self::Fetch(Fetch { uid: false, .. }) | Self::Store(Store { uid: false, .. }) | Self::Search { uid: false, .. })
    }
}

/// LIST, with the options of RFC 5258 that RFC 6154 and RFC 3348 speak of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    pub reference: String,
    pub pattern: String,
    pub only_special_use: bool,
    pub only_subscribed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusItem {
    Messages,
    Recent,
    UidNext,
    UidValidity,
    Unseen,
    HighestModseq,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Append {
    pub folder: String,
    pub flags: Flags,
    pub date: Option<Moment>,
    pub message: Bytes,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch {
    pub uid: bool,
    pub set: Set,
    pub items: Vec<FetchItem>,
    pub changed_since: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    pub uid: bool,
    pub set: Set,
    pub change: FlagChange,
    pub silent: bool,
    pub unchanged_since: Option<u64>,
}

/// One thing FETCH returns for a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FetchItem {
    Uid,
    Flags,
    InternalDate,
    Size,
    Modseq,
    Envelope,
    Body,
    BodyStructure,
    Section(Section),
}

/// `BODY[…]<…>` and its three old names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    pub alias: Alias,
    /// Does not set `\Seen`.
    pub peek: bool,
    /// Part numbers, empty for the message itself.
    pub path: Vec<u16>,
    pub text: SectionText,
    /// First byte, and how many at most.
    pub partial: Option<(u32, u32)>,
}

/// Under which name the section goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alias {
    Body,
    Rfc822,
    Rfc822Header,
    Rfc822Text,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SectionText {
    Whole,
    Header,
    /// HEADER.FIELDS, or HEADER.FIELDS.NOT.
    Fields {
        not: bool,
        names: Vec<String>,
    },
    Text,
    Mime,
}

/// A search key. `UNSEEN` is `Not(Has(SEEN))`, `FROM x` is `Header("From", x)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    All,
    /// `NEW`, `RECENT`: we never give `\Recent`.
    Never,
    And(Vec<Key>),
    Or(Box<Key>, Box<Key>),
    Not(Box<Key>),
    Sequence(Set),
    Uid(Set),
    /// A bit of `store::mail::flag`.
    Has(u8),
    Keyword(String),
    Larger(u32),
    Smaller(u32),
    /// Days since 1970-01-01, of INTERNALDATE.
    Before(i32),
    On(i32),
    Since(i32),
    /// Days since 1970-01-01, of the `Date:` field as written.
    SentBefore(i32),
    SentOn(i32),
    SentSince(i32),
    Header {
        name: String,
        text: String,
    },
    Body(String),
    Text(String),
    /// RFC 7162: mod-sequence at least this.
    Modseq(u64),
}

/// One end of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seq {
    Number(NonZeroU32),
    /// `*`
    Last,
}

/// A sequence set, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set(pub Vec<(Seq, Seq)>);

impl Set {
    /// Ascending, disjoint ranges, `*` being `last`. With `last` 0 (an empty folder) `*` stands for nothing.
    pub fn ranges(&self, last: u32) -> Vec<(u32, u32)> {
        let value = |seq: Seq| match seq {
            Seq::Number(n) => n.get(),
            Seq::Last => last,
        };
        let mut ranges: Vec<(u32, u32)> = self
            .0
            .iter()
            .map(|&(a, b)| (value(a).min(value(b)), value(a).max(value(b))))
            .filter(|&(_, high)| high > 0)
            .map(|(low, high)| (low.max(1), high))
            .collect();
        ranges.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::with_capacity(ranges.len());
        for (low, high) in ranges {
            match merged.last_mut() {
                Some((_, end)) if low <= end.saturating_add(1) => *end = (*end).max(high),
                _ => merged.push((low, high)),
            }
        }
        merged
    }
}

/// Writes numbers (in the order given) as an IMAP set: `1:3,5`.
pub fn write_set(numbers: impl IntoIterator<Item = u32>) -> String {
    use std::fmt::Write;
    let mut out = String::new();
    let mut run: Option<(u32, u32)> = None;
    let mut close = |run: Option<(u32, u32)>| {
        let Some((low, high)) = run else { return };
        if !out.is_empty() {
            out.push(',');
        }
        let _ = if low == high { write!(out, "{low}") } else { write!(out, "{low}:{high}") };
    };
    for n in numbers {
        run = match run {
            Some((low, high)) if high.checked_add(1) == Some(n) => Some((low, n)),
            other => {
                close(other);
                Some((n, n))
            }
        };
    }
    close(run);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(parts: &[(u32, u32)]) -> Set {
        let seq = |n: u32| NonZeroU32::new(n).map_or(Seq::Last, Seq::Number);
        Set(parts.iter().map(|&(a, b)| (seq(a), seq(b))).collect())
    }

    #[test]
    fn ranges_are_sorted_joined_and_star_is_the_last() {
        assert_eq!(set(&[(5, 3), (4, 8), (1, 1), (0, 0)]).ranges(20), [(1, 1), (3, 8), (20, 20)]);
        assert_eq!(set(&[(30, 0)]).ranges(20), [(20, 30)], "n:* holds the last even when n is above it");
        assert_eq!(set(&[(0, 0)]).ranges(0), []);
    }

    #[test]
    fn a_set_is_written_in_runs() {
        assert_eq!(write_set([1, 2, 3, 5, 9, 10]), "1:3,5,9:10");
        assert_eq!(write_set([]), "");
        assert_eq!(write_set([u32::MAX]), "4294967295");
    }
}
