//! Does a message match? Three answers: yes, no, and *not enough is known yet*; and the exact search of text, case apart.
//!
//! RFC 3501 §6.4.4. Text is compared decoded (RFC 2047, quoted-printable, base64, charsets) in lower case. Pure; whole words or indexes play no part.

use mail_parser::parsers::MessageStream;
use mail_parser::{HeaderValue, Message, MessageParser, PartType};
use message::Glance;
use store::mail::Stored;

use crate::command::Key;
use crate::date;
use crate::section;
use crate::view::View;

/// A key made ready: texts in lower case, sets as UIDs.
#[derive(Debug)]
pub(crate) struct Query {
    test: Test,
    depth: Depth,
    modseq: bool,
}

/// What a test must know, from cheap to dear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Depth {
    Uid,
    Row,
    Glance,
    Bytes,
}

#[derive(Debug)]
enum Test {
    Always(bool),
    And(Vec<Test>),
    Or(Box<Test>, Box<Test>),
    Not(Box<Test>),
    /// Ascending.
    AmongUids(Vec<u32>),
    Has(u8),
    Keyword(String),
    Larger(u32),
    Smaller(u32),
    Day(Compare, i32),
    SentDay(Compare, i32),
    Header {
        name: String,
        text: String,
    },
    Body(String),
    Text(String),
    Modseq(u64),
}

#[derive(Clone, Copy, Debug)]
enum Compare {
    Before,
    On,
    Since,
}

impl Compare {
    fn holds(self, day: i32, limit: i32) -> bool {
        match self {
            Self::Before => day < limit,
            Self::On => day == limit,
            Self::Since => day >= limit,
        }
    }
}

/// What is known of one message so far.
pub(crate) struct Facts<'a> {
    uid: u32,
    row: Option<&'a Stored>,
    sent_day: Option<Option<i32>>,
    content: Option<Content<'a>>,
}

struct Content<'a> {
    bytes: &'a [u8],
    /// Parsed the first time a test looks inside.
    parsed: std::cell::OnceCell<Option<Message<'a>>>,
}

impl<'a> Facts<'a> {
    pub(crate) fn of_uid(uid: u32) -> Self {
        Self { uid, row: None, sent_day: None, content: None }
    }

    pub(crate) fn of_row(row: &'a Stored) -> Self {
        Self { row: Some(row), ..Self::of_uid(row.uid) }
    }

    /// All that was asked was read: what is not there now will never be known, and counts as absent.
    pub(crate) fn of_message(row: &'a Stored) -> Self {
        let sent_day = row.glance.as_ref().and_then(|encoded| Glance::decode(encoded)).and_then(|glance| glance.date_day);
        let content = row.bytes.as_deref().map(|bytes| Content { bytes, parsed: std::cell::OnceCell::new() });
        Self { sent_day: Some(sent_day), content, ..Self::of_row(row) }
    }
}

impl Query {
    pub(crate) fn new(key: Key, view: &View) -> Self {
        let test = Test::of(key, view);
        Self { depth: test.depth(), modseq: test.asks_modseq(), test }
    }

    pub(crate) fn needs_rows(&self) -> bool {
        self.depth > Depth::Uid
    }

    pub(crate) fn needs_glance(&self) -> bool {
        self.depth >= Depth::Glance
    }

    pub(crate) fn needs_bytes(&self) -> bool {
        self.depth == Depth::Bytes
    }

    pub(crate) fn asks_modseq(&self) -> bool {
        self.modseq
    }

    /// `None`: more must be read to know.
    pub(crate) fn judge(&self, facts: &Facts<'_>) -> Option<bool> {
        self.test.judge(facts)
    }
}

impl Test {
    fn of(key: Key, view: &View) -> Self {
        match key {
            Key::All => Self::Always(true),
            Key::Never => Self::Always(false),
            Key::And(keys) => Self::And(keys.into_iter().map(|key| Self::of(key, view)).collect()),
            Key::Or(left, right) => Self::Or(Box::new(Self::of(*left, view)), Box::new(Self::of(*right, view))),
            Key::Not(key) => Self::Not(Box::new(Self::of(*key, view))),
            Key::Sequence(set) => Self::AmongUids(view.pick_leniently(&set, false)),
            Key::Uid(set) => Self::AmongUids(view.pick_leniently(&set, true)),
            Key::Has(bit) => Self::Has(bit),
            Key::Keyword(word) => Self::Keyword(word),
            Key::Larger(size) => Self::Larger(size),
            Key::Smaller(size) => Self::Smaller(size),
            Key::Before(day) => Self::Day(Compare::Before, day),
            Key::On(day) => Self::Day(Compare::On, day),
            Key::Since(day) => Self::Day(Compare::Since, day),
            Key::SentBefore(day) => Self::SentDay(Compare::Before, day),
            Key::SentOn(day) => Self::SentDay(Compare::On, day),
            Key::SentSince(day) => Self::SentDay(Compare::Since, day),
            Key::Header { name, text } => Self::Header { name, text: text.to_lowercase() },
            Key::Body(text) => Self::Body(text.to_lowercase()),
            Key::Text(text) => Self::Text(text.to_lowercase()),
            Key::Modseq(least) => Self::Modseq(least),
        }
    }

    fn depth(&self) -> Depth {
        match self {
            Self::Always(_) | Self::AmongUids(_) => Depth::Uid,
            Self::And(tests) => tests.iter().map(Self::depth).max().unwrap_or(Depth::Uid),
            Self::Or(left, right) => left.depth().max(right.depth()),
            Self::Not(test) => test.depth(),
            Self::Has(_) | Self::Keyword(_) | Self::Larger(_) | Self::Smaller(_) | Self::Day(..) | Self::Modseq(_) => Depth::Row,
            Self::SentDay(..) => Depth::Glance,
            Self::Header { .. } | Self::Body(_) | Self::Text(_) => Depth::Bytes,
        }
    }

    fn asks_modseq(&self) -> bool {
        match self {
            Self::Modseq(_) => true,
            Self::And(tests) => tests.iter().any(Self::asks_modseq),
            Self::Or(left, right) => left.asks_modseq() || right.asks_modseq(),
            Self::Not(test) => test.asks_modseq(),
            _ => false,
        }
    }

    fn judge(&self, facts: &Facts<'_>) -> Option<bool> {
        match self {
            Self::Always(answer) => Some(*answer),
            Self::And(tests) => all(tests.iter().map(|test| test.judge(facts))),
            // De Morgan: one way to join three-valued answers is enough.
            Self::Or(left, right) => {
                let neither = [left, right].into_iter().map(|test| test.judge(facts).map(|answer| !answer));
                all(neither).map(|neither| !neither)
            }
            Self::Not(test) => test.judge(facts).map(|answer| !answer),
            Self::AmongUids(uids) => Some(uids.binary_search(&facts.uid).is_ok()),
            Self::Has(bit) => facts.row.map(|row| row.flags.system & bit != 0),
            Self::Keyword(word) => facts.row.map(|row| row.flags.keywords.iter().any(|one| one.eq_ignore_ascii_case(word))),
            Self::Larger(size) => facts.row.map(|row| row.size > *size),
            Self::Smaller(size) => facts.row.map(|row| row.size < *size),
            Self::Day(compare, day) => facts.row.map(|row| compare.holds(date::day_of(row.internal_date), *day)),
            Self::Modseq(least) => facts.row.map(|row| row.modseq >= *least),
            Self::SentDay(compare, day) => facts.sent_day.map(|sent| sent.is_some_and(|sent| compare.holds(sent, *day))),
            Self::Header { name, text } => facts.content.as_ref().map(|content| content.header_holds(name, text)),
            Self::Body(text) => facts.content.as_ref().map(|content| content.body_holds(text)),
            Self::Text(text) => facts.content.as_ref().map(|content| content.any_header_holds(text) || content.body_holds(text)),
        }
    }
}

/// One no is a no; one unknown among yeses is unknown.
fn all(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut known = Some(true);
    for answer in answers {
        match answer {
            Some(false) => return Some(false),
            None => known = None,
            Some(true) => {}
        }
    }
    known
}

impl Content<'_> {
    /// An empty text matches every message that has the field (RFC 3501 §6.4.4).
    fn header_holds(&self, name: &str, text: &str) -> bool {
        section::fields(self.bytes)
            .filter(|field| name.as_bytes().eq_ignore_ascii_case(section::field_name(field)))
            .any(|field| field_text(field).contains(text))
    }

    fn any_header_holds(&self, text: &str) -> bool {
        section::fields(self.bytes).any(|field| {
            let name = String::from_utf8_lossy(section::field_name(field)).to_lowercase();
            format!("{name}: {}", field_text(field)).contains(text)
        })
    }

    fn body_holds(&self, text: &str) -> bool {
        let parsed = self.parsed.get_or_init(|| MessageParser::default().parse(self.bytes));
        parsed.as_ref().is_some_and(|message| parts_hold(message, text, 0))
    }
}

/// Value of a field, unfolded and decoded, in lower case.
fn field_text(field: &[u8]) -> String {
    let value = memchr::memchr(b':', field).map_or(field, |at| &field[at + 1..]);
    let mut line = value.to_vec();
    if !line.ends_with(b"\n") {
        line.extend_from_slice(b"\r\n");
    }
    match MessageStream::new(&line).parse_unstructured() {
        HeaderValue::Text(text) => text.to_lowercase(),
        _ => String::from_utf8_lossy(value).trim().to_lowercase(),
    }
}

/// Text parts, and the messages within, header and text.
fn parts_hold(message: &Message<'_>, text: &str, depth: usize) -> bool {
    const DEEPEST: usize = 8;
    message.parts.iter().any(|part| match &part.body {
        PartType::Text(body) | PartType::Html(body) => body.to_lowercase().contains(text),
        PartType::Message(inner) if depth < DEEPEST => {
            let inner_bytes = inner.raw_message.as_ref();
            let content = Content { bytes: inner_bytes, parsed: std::cell::OnceCell::new() };
            content.any_header_holds(text) || parts_hold(inner, text, depth + 1)
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use rules::Moment;
    use store::folders::{Folder, FolderId, Opened};
    use store::mail::{Flags, flag};

    use super::*;

    const MAIL: &str = "From: =?utf-8?q?H=C3=A9l=C3=A8ne?= <helene@voisin.mssante.test>\r\nSubject: =?iso-8859-1?Q?Compte_rendu_d'=E9chographie?=\r\n  suite\r\n\
                        MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nw4lsw6l2YXRpb24gZGVzIEdBTU1BLUdUDQo=\r\n";

    fn view() -> View {
        let folder = Folder {
            id: FolderId(1),
            name: "INBOX".into(),
            special_use: None,
            subscribed: true,
            uid_validity: 1,
            uid_next: 10,
            highest_modseq: 9,
            messages: 2,
            unseen: 0,
            size: 0,
        };
        View::new(Opened { folder, uids: vec![4, 7], first_unseen_uid: None, keywords: vec![] }, false)
    }

    fn stored() -> Stored {
        Stored {
            uid: 7,
            message: 1,
            flags: Flags { system: flag::SEEN, keywords: vec!["$Forwarded".into()] },
            modseq: 9,
            internal_date: Moment::parse("2026-11-21T23:59:00Z").unwrap(),
            size: MAIL.len() as u32,
            glance: Some(Glance { date_day: Some(20_000), ..Glance::default() }.encode().into()),
            glance_shift: 0,
            bytes: Some(Bytes::from_static(MAIL.as_bytes())),
        }
    }

    fn query(keys: &str) -> Query {
        let line = Bytes::from(format!("a SEARCH {keys}"));
        match crate::parse::command(&line).unwrap().command {
            crate::command::Command::Search { key, .. } => Query::new(key, &view()),
            other => panic!("{other:?}"),
        }
    }

    fn holds(keys: &str) -> bool {
        query(keys).judge(&Facts::of_message(&stored())).unwrap()
    }

    #[test]
    fn text_is_found_decoded_whatever_its_case() {
        assert!(holds("FROM \"hélène\"") && holds("FROM voisin.mssante") && holds("SUBJECT {12}\r\nÉCHOGRAPHIE"));
        assert!(holds("SUBJECT \"échographie suite\"") && holds("HEADER Subject \"\"") && !holds("HEADER Cc \"\""));
        assert!(holds("BODY \"élévation\"") && holds("BODY gamma-gt") && !holds("BODY \"échographie\""));
        assert!(holds("TEXT \"échographie\"") && holds("TEXT gamma-gt") && !holds("TEXT w4lsw6"));
    }

    #[test]
    fn rows_answer_what_they_can() {
        assert!(holds("SEEN KEYWORD $forwarded ON 21-Nov-2026") && !holds("BEFORE 21-Nov-2026") && holds("SINCE 21-Nov-2026"));
        assert!(holds("2 UID 7:* LARGER 10 NOT SMALLER 10 OLD") && !holds("1") && !holds("UID 1:6") && !holds("5:9"));
        assert!(holds("OR DELETED (SEEN UNFLAGGED) MODSEQ 9") && !holds("MODSEQ 10") && !holds("NEW"));
        assert!(holds("SENTON 4-Oct-2024") && !holds("SENTBEFORE 4-Oct-2024") && holds("SENTSINCE 4-Oct-2024"));
    }

    #[test]
    fn what_the_row_settles_needs_no_bytes() {
        let stored = stored();
        let row = Facts::of_row(&stored);
        assert_eq!(query("DELETED BODY x").judge(&row), Some(false));
        assert_eq!(query("OR SEEN BODY x").judge(&row), Some(true));
        assert_eq!(query("SEEN BODY x").judge(&row), None);
        assert_eq!(query("NOT BODY x").judge(&row), None);
        assert_eq!(query("UID 4 BODY x").judge(&Facts::of_uid(7)), Some(false));
        assert!(!query("1:*").needs_rows() && query("SEEN").needs_rows() && !query("SENTON 1-Jan-2026").needs_bytes());
    }
}
