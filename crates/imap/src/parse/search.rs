//! SEARCH: every key of RFC 3501 §6.4.4, and MODSEQ (RFC 7162 §3.1.5). Depth and number of keys are bounded.

use store::mail::flag;

use super::Parsed;
use super::cursor::Cursor;
use super::fetch::field_name;
use crate::command::{Command, Key};
use crate::date;

const DEEPEST: usize = 32;
const MOST_KEYS: usize = 4096;

pub(super) fn search(c: &mut Cursor<'_>, uid: bool) -> Parsed<Command> {
    c.space()?;
    if c.eat_word("CHARSET ") {
        let charset = c.astring()?;
        c.space()?;
        if !charset.eq_ignore_ascii_case(b"UTF-8") && !charset.eq_ignore_ascii_case(b"US-ASCII") {
            // The keys are in bytes we cannot read: nothing after this is looked at.
            c.take_while(|_| true);
            return Ok(Command::SearchBadCharset);
        }
    }
    let mut count = 0;
    let mut keys = vec![key(c, 0, &mut count)?];
    while !c.at_end() {
        c.space()?;
        keys.push(key(c, 0, &mut count)?);
    }
    Ok(Command::Search { uid, key: and(keys) })
}

fn and(mut keys: Vec<Key>) -> Key {
    if keys.len() == 1 { keys.remove(0) } else { Key::And(keys) }
}

fn key(c: &mut Cursor<'_>, depth: usize, count: &mut usize) -> Parsed<Key> {
    *count += 1;
    if depth > DEEPEST || *count > MOST_KEYS {
        return Err("search too deep");
    }
    match c.peek() {
        Some(b'(') => {
            let keys = c.list(MOST_KEYS, |c| key(c, depth + 1, count))?;
            return if keys.is_empty() { Err("a search key is expected") } else { Ok(and(keys)) };
        }
        Some(b'*' | b'0'..=b'9') => return Ok(Key::Sequence(c.set()?)),
        _ => {}
    }
    let name = c.item_name()?;
    Ok(match name.as_str() {
        "NOT" => {
            c.space()?;
            Key::Not(Box::new(key(c, depth + 1, count)?))
        }
        "OR" => {
            c.space()?;
            let left = key(c, depth + 1, count)?;
            c.space()?;
            Key::Or(Box::new(left), Box::new(key(c, depth + 1, count)?))
        }
        "UID" => {
            c.space()?;
            Key::Uid(c.set()?)
        }
        "MODSEQ" => modseq(c)?,
        name => flag_key(name).map_or_else(|| with_argument(c, name), Ok)?,
    })
}

/// Keys of one word.
fn flag_key(name: &str) -> Option<Key> {
    let not = |key| Key::Not(Box::new(key));
    Some(match name {
        "ALL" | "OLD" => Key::All,
        "NEW" | "RECENT" => Key::Never,
        "ANSWERED" => Key::Has(flag::ANSWERED),
        "DELETED" => Key::Has(flag::DELETED),
        "DRAFT" => Key::Has(flag::DRAFT),
        "FLAGGED" => Key::Has(flag::FLAGGED),
        "SEEN" => Key::Has(flag::SEEN),
        "UNANSWERED" => not(Key::Has(flag::ANSWERED)),
        "UNDELETED" => not(Key::Has(flag::DELETED)),
        "UNDRAFT" => not(Key::Has(flag::DRAFT)),
        "UNFLAGGED" => not(Key::Has(flag::FLAGGED)),
        "UNSEEN" => not(Key::Has(flag::SEEN)),
        _ => return None,
    })
}

fn with_argument(c: &mut Cursor<'_>, name: &str) -> Parsed<Key> {
    let field = |c: &mut Cursor<'_>, name: &str| Ok(Key::Header { name: name.to_owned(), text: text(c)? });
    match name {
        "BEFORE" => date(c).map(Key::Before),
        "ON" => date(c).map(Key::On),
        "SINCE" => date(c).map(Key::Since),
        "SENTBEFORE" => date(c).map(Key::SentBefore),
        "SENTON" => date(c).map(Key::SentOn),
        "SENTSINCE" => date(c).map(Key::SentSince),
        "LARGER" => size(c).map(Key::Larger),
        "SMALLER" => size(c).map(Key::Smaller),
        "KEYWORD" => keyword(c).map(Key::Keyword),
        "UNKEYWORD" => Ok(Key::Not(Box::new(Key::Keyword(keyword(c)?)))),
        "BODY" => text(c).map(Key::Body),
        "TEXT" => text(c).map(Key::Text),
        "FROM" => field(c, "From"),
        "TO" => field(c, "To"),
        "CC" => field(c, "Cc"),
        "BCC" => field(c, "Bcc"),
        "SUBJECT" => field(c, "Subject"),
        "HEADER" => {
            c.space()?;
            let name = field_name(&c.astring()?)?;
            Ok(Key::Header { name, text: text(c)? })
        }
        _ => Err("unknown search key"),
    }
}

fn text(c: &mut Cursor<'_>) -> Parsed<String> {
    c.space()?;
    c.text()
}

fn size(c: &mut Cursor<'_>) -> Parsed<u32> {
    c.space()?;
    c.number()
}

/// A flag-keyword: an atom.
fn keyword(c: &mut Cursor<'_>) -> Parsed<String> {
    c.space()?;
    let word = c.take_while(super::cursor::is_atom_char);
    if word.is_empty() || word.len() > 128 {
        return Err("a keyword is expected");
    }
    Ok(String::from_utf8_lossy(word).into_owned())
}

/// `MODSEQ ["/flags/…" (all|priv|shared)] n`: one mod-sequence covers all the metadata of a message.
fn modseq(c: &mut Cursor<'_>) -> Parsed<Key> {
    c.space()?;
    if c.peek() == Some(b'"') {
        c.string()?;
        c.space()?;
        if !matches!(c.keyword()?.as_str(), "ALL" | "PRIV" | "SHARED") {
            return Err("bad MODSEQ");
        }
        c.space()?;
    }
    Ok(Key::Modseq(c.modseq()?))
}

/// `d-Mon-yyyy`, with or without quotes.
fn date(c: &mut Cursor<'_>) -> Parsed<i32> {
    c.space()?;
    let quoted = c.eat(b'"');
    let day = date_body(c)?;
    if quoted {
        c.expect(b'"', "bad date")?;
    }
    Ok(day)
}

pub(super) fn date_body(c: &mut Cursor<'_>) -> Parsed<i32> {
    const WHY: &str = "bad date";
    let day = c.number().map_err(|_| WHY)?;
    c.expect(b'-', WHY)?;
    let month = date::month(c.take_while(|b| b.is_ascii_alphabetic())).ok_or(WHY)?;
    c.expect(b'-', WHY)?;
    let year = i32::try_from(c.number().map_err(|_| WHY)?).map_err(|_| WHY)?;
    date::days(year, month, day).ok_or(WHY)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::parse::command;

    fn read(line: &str) -> Result<Key, &'static str> {
        match command(&Bytes::from(line.to_owned())).map_err(|bad| bad.why)?.command {
            Command::Search { key, .. } => Ok(key),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_examples_of_the_rfc_are_read() {
        let key = read("A282 SEARCH FLAGGED SINCE 1-Feb-1994 NOT FROM \"Smith\"").unwrap();
        let from = Key::Header { name: "From".into(), text: "Smith".into() };
        assert_eq!(key, Key::And(vec![Key::Has(flag::FLAGGED), Key::Since(8797), Key::Not(Box::new(from))]));
        assert_eq!(read("A284 SEARCH CHARSET UTF-8 TEXT {6}\r\nméde").unwrap_err(), "bad literal");
        assert_eq!(read("A284 SEARCH CHARSET UTF-8 TEXT {5}\r\nméde").unwrap(), Key::Text("méde".into()));
        assert_eq!(read("a SEARCH MODSEQ \"/flags/\\\\draft\" all 620162338").unwrap(), Key::Modseq(620_162_338));
    }

    #[test]
    fn a_foreign_charset_is_told_apart() {
        let read = command(&Bytes::from_static(b"a SEARCH CHARSET KOI8-R TEXT \"\xc1\"")).unwrap();
        assert_eq!(read.command, Command::SearchBadCharset);
    }

    #[test]
    fn depth_is_bounded() {
        let deep = |n: usize| format!("a SEARCH {}ALL{}", "(".repeat(n), ")".repeat(n));
        assert!(read(&deep(32)).is_ok());
        assert_eq!(read(&deep(33)).unwrap_err(), "search too deep");
        assert_eq!(read(&format!("a SEARCH {}ALL", "NOT ".repeat(10_000))).unwrap_err(), "search too deep");
    }
}
