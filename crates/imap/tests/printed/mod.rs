//! Commands drawn at random, and how a careful client would write them.

use std::num::NonZeroU32;

use bytes::Bytes;
use imap::command::*;
use proptest::prelude::*;
use rules::Moment;
use store::mail::{FlagChange, Flags, flag};

pub fn print(tag: &str, command: &Command) -> Vec<u8> {
    let mut out = format!("{tag} ").into_bytes();
    let text: String = match command {
        Command::Capability => "CAPABILITY".into(),
        Command::Noop => "NOOP".into(),
        Command::Logout => "LOGOUT".into(),
        Command::StartTls => "STARTTLS".into(),
        Command::Namespace => "NAMESPACE".into(),
        Command::Close => "CLOSE".into(),
        Command::Unselect => "UNSELECT".into(),
        Command::Check => "CHECK".into(),
        Command::Expunge => "EXPUNGE".into(),
        Command::Idle => "IDLE".into(),
        Command::Id => "ID (\"name\" \"essai\")".into(),
        Command::Enable(names) => format!("ENABLE {}", names.join(" ")),
        Command::Authenticate { mechanism, initial: None } => format!("AUTHENTICATE {mechanism}"),
        Command::Select { folder, read_only, condstore } => {
            let verb = if *read_only { "EXAMINE" } else { "SELECT" };
            format!("{verb} {}{}", quoted(folder), if *condstore { " (CONDSTORE)" } else { "" })
        }
        Command::Create(name) => format!("CREATE {}", quoted(name)),
        Command::Delete(name) => format!("DELETE {}", quoted(name)),
        Command::Rename { from, to } => format!("RENAME {} {}", quoted(from), quoted(to)),
        Command::Subscribe(name) => format!("SUBSCRIBE {}", quoted(name)),
        Command::Unsubscribe(name) => format!("UNSUBSCRIBE {}", quoted(name)),
        Command::List(list) => format!("LIST {} {}", quoted(&list.reference), quoted(&list.pattern)),
        Command::Lsub { reference, pattern } => format!("LSUB {} {}", quoted(reference), quoted(pattern)),
        Command::Status { folder, items } => {
            format!("STATUS {} ({})", quoted(folder), items.iter().map(status_item).collect::<Vec<_>>().join(" "))
        }
        Command::Append(append) => return print_append(out, append),
        Command::Fetch(fetch) => print_fetch(fetch),
        Command::Search { uid, key } => format!("{}SEARCH {}", uid_word(*uid), print_key(key, true)),
        Command::Store(store) => print_store(store),
        Command::Copy { uid, set, to } => format!("{}COPY {} {}", uid_word(*uid), print_set(set), quoted(to)),
        Command::Move { uid, set, to } => format!("{}MOVE {} {}", uid_word(*uid), print_set(set), quoted(to)),
        Command::UidExpunge(set) => format!("UID EXPUNGE {}", print_set(set)),
        other => panic!("not drawn: {other:?}"),
    };
    out.extend_from_slice(text.as_bytes());
    out
}

fn uid_word(uid: bool) -> &'static str {
    if uid { "UID " } else { "" }
}

/// ASCII without `&`: names in modified UTF-7 have their own tests.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn print_append(mut out: Vec<u8>, append: &Append) -> Vec<u8> {
    out.extend_from_slice(format!("APPEND {} ({}) ", quoted(&append.folder), print_flags(&append.flags)).as_bytes());
    if append.date.is_some() {
        out.extend_from_slice(b"\"21-Nov-2026 23:00:00 +0100\" ");
    }
    out.extend_from_slice(format!("{{{}+}}\r\n", append.message.len()).as_bytes());
    out.extend_from_slice(&append.message);
    out
}

fn print_set(set: &Set) -> String {
    let seq = |seq: &Seq| match seq {
        Seq::Number(n) => n.to_string(),
        Seq::Last => "*".to_owned(),
    };
    set.0.iter().map(|(a, b)| if a == b { seq(a) } else { format!("{}:{}", seq(a), seq(b)) }).collect::<Vec<_>>().join(",")
}

fn print_flags(flags: &Flags) -> String {
    let names = [
        (flag::SEEN, "\\Seen"),
        (flag::ANSWERED, "\\Answered"),
        (flag::FLAGGED, "\\Flagged"),
        (flag::DELETED, "\\Deleted"),
        (flag::DRAFT, "\\Draft"),
    ];
    let system = names.iter().filter(|(bit, _)| flags.system & bit != 0).map(|(_, name)| (*name).to_owned());
    system.chain(flags.keywords.iter().cloned()).collect::<Vec<_>>().join(" ")
}

fn print_store(store: &Store) -> String {
    let since = store.unchanged_since.map(|n| format!("(UNCHANGEDSINCE {n}) ")).unwrap_or_default();
    let (sign, flags) = match &store.change {
        FlagChange::Replace(flags) => ("", flags),
        FlagChange::Add(flags) => ("+", flags),
        FlagChange::Remove(flags) => ("-", flags),
    };
    let silent = if store.silent { ".SILENT" } else { "" };
    format!("{}STORE {} {since}{sign}FLAGS{silent} ({})", uid_word(store.uid), print_set(&store.set), print_flags(flags))
}

fn print_fetch(fetch: &Fetch) -> String {
    let items: Vec<String> = fetch.items.iter().map(print_item).collect();
    let since = fetch.changed_since.map(|n| format!(" (CHANGEDSINCE {n})")).unwrap_or_default();
    format!("{}FETCH {} ({}){since}", uid_word(fetch.uid), print_set(&fetch.set), items.join(" "))
}

fn print_item(item: &FetchItem) -> String {
    match item {
        FetchItem::Uid => "UID".into(),
        FetchItem::Flags => "FLAGS".into(),
        FetchItem::InternalDate => "INTERNALDATE".into(),
        FetchItem::Size => "RFC822.SIZE".into(),
        FetchItem::Modseq => "MODSEQ".into(),
        FetchItem::Envelope => "ENVELOPE".into(),
        FetchItem::Body => "BODY".into(),
        FetchItem::BodyStructure => "BODYSTRUCTURE".into(),
        FetchItem::Section(section) => print_section(section),
    }
}

fn print_section(section: &Section) -> String {
    let mut inner: Vec<String> = section.path.iter().map(u16::to_string).collect();
    match &section.text {
        SectionText::Whole => {}
        SectionText::Header => inner.push("HEADER".into()),
        SectionText::Text => inner.push("TEXT".into()),
        SectionText::Mime => inner.push("MIME".into()),
        SectionText::Fields { not, names } => inner.push(format!("HEADER.FIELDS{} ({})", if *not { ".NOT" } else { "" }, names.join(" "))),
    }
    let partial = section.partial.map(|(first, length)| format!("<{first}.{length}>")).unwrap_or_default();
    format!("BODY{}[{}]{partial}", if section.peek { ".PEEK" } else { "" }, inner.join("."))
}

fn status_item(item: &StatusItem) -> &'static str {
    match item {
        StatusItem::Messages => "MESSAGES",
        StatusItem::Recent => "RECENT",
        StatusItem::UidNext => "UIDNEXT",
        StatusItem::UidValidity => "UIDVALIDITY",
        StatusItem::Unseen => "UNSEEN",
        StatusItem::HighestModseq => "HIGHESTMODSEQ",
    }
}

fn print_key(key: &Key, top: bool) -> String {
    match key {
        Key::All => "ALL".into(),
        Key::Never => "NEW".into(),
        Key::And(keys) => {
            let inner = keys.iter().map(|key| print_key(key, false)).collect::<Vec<_>>().join(" ");
            if top { inner } else { format!("({inner})") }
        }
        Key::Or(left, right) => format!("OR {} {}", print_key(left, false), print_key(right, false)),
        Key::Not(key) => format!("NOT {}", print_key(key, false)),
        Key::Sequence(set) => print_set(set),
        Key::Uid(set) => format!("UID {}", print_set(set)),
        Key::Has(bit) => ["SEEN", "ANSWERED", "FLAGGED", "DELETED", "DRAFT"][bit.trailing_zeros() as usize].into(),
        Key::Keyword(word) => format!("KEYWORD {word}"),
        Key::Larger(size) => format!("LARGER {size}"),
        Key::Smaller(size) => format!("SMALLER {size}"),
        // One known day, in both directions.
        Key::Before(_) => "BEFORE 21-Nov-2026".into(),
        Key::On(_) => "ON \"21-Nov-2026\"".into(),
        Key::Since(_) => "SINCE 21-nov-2026".into(),
        Key::SentBefore(_) => "SENTBEFORE 21-Nov-2026".into(),
        Key::SentOn(_) => "SENTON 21-Nov-2026".into(),
        Key::SentSince(_) => "SENTSINCE 21-Nov-2026".into(),
        Key::Header { name, text } if name == "From" => format!("FROM {}", quoted(text)),
        Key::Header { name, text } => format!("HEADER {name} {}", quoted(text)),
        Key::Body(text) => format!("BODY {}", quoted(text)),
        Key::Text(text) => format!("TEXT {}", quoted(text)),
        Key::Modseq(n) => format!("MODSEQ {n}"),
    }
}

/// 21 November 2026.
const DAY: i32 = 20_778;

pub fn commands() -> impl Strategy<Value = Command> {
    prop_oneof![
        simple(),
        folders(),
        (any::<bool>(), sets(), names()).prop_map(|(uid, set, to)| Command::Copy { uid, set, to }),
        (any::<bool>(), sets(), names()).prop_map(|(uid, set, to)| Command::Move { uid, set, to }),
        (names(), flags(), any::<bool>(), proptest::collection::vec(1_u8..=255, 1..60)).prop_map(|(folder, flags, dated, message)| {
            let date = dated.then(|| Moment::parse("2026-11-21T22:00:00Z").unwrap());
            Command::Append(Append { folder, flags, date, message: Bytes::from(message) })
        }),
        fetches(),
        stores(),
        (any::<bool>(), keys()).prop_map(|(uid, key)| Command::Search { uid, key }),
    ]
}

fn simple() -> impl Strategy<Value = Command> {
    prop_oneof![
        Just(Command::Capability),
        Just(Command::Noop),
        Just(Command::Logout),
        Just(Command::StartTls),
        Just(Command::Namespace),
        Just(Command::Close),
        Just(Command::Unselect),
        Just(Command::Check),
        Just(Command::Expunge),
        Just(Command::Idle),
        Just(Command::Id),
        Just(Command::Enable(vec!["CONDSTORE".into()])),
        Just(Command::Authenticate { mechanism: "XOAUTH2".into(), initial: None }),
        sets().prop_map(Command::UidExpunge),
    ]
}

fn folders() -> impl Strategy<Value = Command> {
    let items = proptest::collection::vec(
        prop_oneof![
            Just(StatusItem::Messages),
            Just(StatusItem::Recent),
            Just(StatusItem::UidNext),
            Just(StatusItem::UidValidity),
            Just(StatusItem::Unseen),
            Just(StatusItem::HighestModseq),
        ],
        1..6,
    );
    prop_oneof![
        (names(), any::<bool>(), any::<bool>()).prop_map(|(folder, read_only, condstore)| Command::Select { folder, read_only, condstore }),
        names().prop_map(Command::Create),
        names().prop_map(Command::Delete),
        (names(), names()).prop_map(|(from, to)| Command::Rename { from, to }),
        names().prop_map(Command::Subscribe),
        names().prop_map(Command::Unsubscribe),
        (names(), "[a-zA-Z0-9/*% ]{0,12}").prop_map(|(reference, pattern)| Command::List(List { reference, pattern, ..List::default() })),
        (names(), "[a-zA-Z0-9/*% ]{0,12}").prop_map(|(reference, pattern)| Command::Lsub { reference, pattern }),
        (names(), items).prop_map(|(folder, items)| Command::Status { folder, items }),
    ]
}

fn names() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("INBOX".to_owned()),
        "[a-zA-Z0-9/\"\\\\ ._-]{1,20}".prop_filter("INBOX has one spelling", |name| !name.eq_ignore_ascii_case("INBOX"))
    ]
}

fn sets() -> impl Strategy<Value = Set> {
    let seq = prop_oneof![4 => (1_u32..=u32::MAX).prop_map(|n| Seq::Number(NonZeroU32::new(n).unwrap())), 1 => Just(Seq::Last)];
    proptest::collection::vec((seq.clone(), seq), 1..5).prop_map(Set)
}

fn flags() -> impl Strategy<Value = Flags> {
    (0_u8..32, proptest::collection::btree_set("[a-zA-Z$][a-zA-Z0-9]{0,10}", 0..4))
        .prop_map(|(system, keywords)| Flags { system, keywords: keywords.into_iter().collect() })
}

fn modseqs() -> impl Strategy<Value = Option<u64>> {
    proptest::option::of(1_u64..=i64::MAX as u64)
}

fn fetches() -> impl Strategy<Value = Command> {
    let item = prop_oneof![
        Just(FetchItem::Uid),
        Just(FetchItem::Flags),
        Just(FetchItem::InternalDate),
        Just(FetchItem::Size),
        Just(FetchItem::Modseq),
        Just(FetchItem::Envelope),
        Just(FetchItem::Body),
        Just(FetchItem::BodyStructure),
        sections().prop_map(FetchItem::Section),
    ];
    (any::<bool>(), sets(), proptest::collection::vec(item, 1..5), modseqs())
        .prop_map(|(uid, set, items, changed_since)| Command::Fetch(Fetch { uid, set, items, changed_since }))
}

fn sections() -> impl Strategy<Value = Section> {
    let text = prop_oneof![
        Just(SectionText::Whole),
        Just(SectionText::Header),
        Just(SectionText::Text),
        Just(SectionText::Mime),
        (any::<bool>(), proptest::collection::vec("[A-Za-z][A-Za-z-]{0,12}", 1..4))
            .prop_map(|(not, names)| SectionText::Fields { not, names }),
    ];
    (any::<bool>(), proptest::collection::vec(1_u16..9, 0..4), text, proptest::option::of((any::<u32>(), 1_u32..)))
        .prop_filter("MIME is of a part", |(_, path, text, _)| *text != SectionText::Mime || !path.is_empty())
        .prop_map(|(peek, path, text, partial)| Section { alias: Alias::Body, peek, path, text, partial })
}

fn stores() -> impl Strategy<Value = Command> {
    let change = (0_u8..3, flags()).prop_map(|(how, flags)| match how {
        0 => FlagChange::Replace(flags),
        1 => FlagChange::Add(flags),
        _ => FlagChange::Remove(flags),
    });
    (any::<bool>(), sets(), change, any::<bool>(), modseqs())
        .prop_map(|(uid, set, change, silent, unchanged_since)| Command::Store(Store { uid, set, change, silent, unchanged_since }))
}

fn keys() -> impl Strategy<Value = Key> {
    let text = || "[a-zA-Z0-9 \"\\\\()*%{}]{0,12}";
    let leaf = prop_oneof![
        Just(Key::All),
        Just(Key::Never),
        sets().prop_map(Key::Sequence),
        sets().prop_map(Key::Uid),
        (0_u8..5).prop_map(|bit| Key::Has(1 << bit)),
        "[a-zA-Z$][a-zA-Z0-9]{0,8}".prop_map(Key::Keyword),
        any::<u32>().prop_map(Key::Larger),
        any::<u32>().prop_map(Key::Smaller),
        Just(Key::Before(DAY)),
        Just(Key::On(DAY)),
        Just(Key::Since(DAY)),
        Just(Key::SentBefore(DAY)),
        Just(Key::SentOn(DAY)),
        Just(Key::SentSince(DAY)),
        text().prop_map(|text| Key::Header { name: "From".into(), text }),
        ("X-[A-Za-z]{1,8}", text()).prop_map(|(name, text)| Key::Header { name, text }),
        text().prop_map(Key::Body),
        text().prop_map(Key::Text),
        (1_u64..1 << 40).prop_map(Key::Modseq),
    ];
    leaf.prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Key::And),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| Key::Or(Box::new(left), Box::new(right))),
            inner.prop_map(|key| Key::Not(Box::new(key))),
        ]
    })
}
