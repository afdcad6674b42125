//! STORE (RFC 3501 §6.4.6, RFC 7162 §3.1.3) and APPEND (§6.3.11).

use rules::Moment;
use store::mail::{FlagChange, Flags};

use super::Parsed;
use super::cursor::Cursor;
use crate::command::{Append, Command, Store};
use crate::date;

pub(super) fn store(c: &mut Cursor<'_>, uid: bool) -> Parsed<Command> {
    c.space()?;
    let set = c.set()?;
    c.space()?;
    let mut unchanged_since = None;
    if c.peek() == Some(b'(') {
        c.list(1, |c| {
            if c.keyword()? != "UNCHANGEDSINCE" {
                return Err("unknown modifier of STORE");
            }
            c.space()?;
            unchanged_since = Some(c.modseq()?);
            Ok(())
        })?;
        c.space()?;
    }
    let how: fn(Flags) -> FlagChange = if c.eat(b'+') {
        FlagChange::Add
    } else if c.eat(b'-') {
        FlagChange::Remove
    } else {
        FlagChange::Replace
    };
    let silent = match c.item_name()?.as_str() {
        "FLAGS" => false,
        "FLAGS.SILENT" => true,
        _ => return Err("unknown item of STORE"),
    };
    c.space()?;
    let change = how(c.flags()?);
    Ok(Command::Store(Store { uid, set, change, silent, unchanged_since }))
}

pub(super) fn append(c: &mut Cursor<'_>) -> Parsed<Command> {
    c.space()?;
    let folder = c.folder()?;
    c.space()?;
    let mut flags = Flags::default();
    if c.peek() == Some(b'(') {
        flags = c.flag_list()?;
        c.space()?;
    }
    let mut date = None;
    if c.peek() == Some(b'"') {
        date = Some(date_time(c)?);
        c.space()?;
    }
    let message = c.literal()?;
    Ok(Command::Append(Append { folder, flags, date, message }))
}

/// `"dd-Mon-yyyy hh:mm:ss +zzzz"`, the day with a space or a zero before it.
fn date_time(c: &mut Cursor<'_>) -> Parsed<Moment> {
    const WHY: &str = "bad date";
    c.expect(b'"', WHY)?;
    c.eat(b' ');
    let day = super::search::date_body(c)?;
    c.expect(b' ', WHY)?;
    let hour = c.number()?;
    c.expect(b':', WHY)?;
    let minute = c.number()?;
    c.expect(b':', WHY)?;
    let second = c.number()?;
    c.expect(b' ', WHY)?;
    let sign = if c.eat(b'+') {
        1
    } else if c.eat(b'-') {
        -1
    } else {
        return Err(WHY);
    };
    let zone = i32::try_from(c.number()?).ok().filter(|z| *z <= 9999).ok_or(WHY)?;
    c.expect(b'"', WHY)?;
    date::moment(day, (hour, minute, second), sign * (zone / 100 * 60 + zone % 100)).ok_or(WHY)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use store::mail::flag;

    use super::*;
    use crate::parse::command;

    fn read(line: &'static str) -> Command {
        command(&Bytes::from_static(line.as_bytes())).unwrap().command
    }

    #[test]
    fn flags_are_read_with_and_without_parentheses() {
        let flags = Flags { system: flag::SEEN | flag::DELETED, keywords: vec!["$Forwarded".into()] };
        for line in ["a STORE 1 +FLAGS.SILENT (\\Seen $Forwarded \\Deleted)", "a STORE 1 +flags.silent \\deleted $Forwarded \\SEEN"] {
            let Command::Store(store) = read(line) else { panic!("{line}") };
            assert!(store.silent && matches!(&store.change, FlagChange::Add(f) if *f == flags), "{store:?}");
        }
        let Command::Store(store) = read("a UID STORE 1 (UNCHANGEDSINCE 5) FLAGS ()") else { panic!() };
        assert!(store.unchanged_since == Some(5) && matches!(store.change, FlagChange::Replace(f) if f == Flags::default()));
        assert_eq!(command(&Bytes::from_static(b"a STORE 1 FLAGS (\\Foo)")).unwrap_err().why, "unknown system flag");
    }

    #[test]
    fn append_takes_flags_date_and_the_bytes_as_they_are() {
        let Command::Append(append) = read("a APPEND Sent (\\Seen) \" 1-Nov-2026 23:30:00 +0100\" {5+}\r\na\r\nb\n") else { panic!() };
        assert_eq!(append.date, Moment::parse("2026-11-01T22:30:00Z"));
        assert_eq!((append.folder.as_str(), &append.message[..]), ("Sent", &b"a\r\nb\n"[..]));
        for bad in [
            "a APPEND x \"1-Nov-2026 23:30:00 0100\" {1}\r\na",
            "a APPEND x {1}\r\na {1}\r\nb",
            "a APPEND x {3}\r\na\0b",
            "a APPEND x \"abc\"",
        ] {
            assert!(command(&Bytes::from_static(bad.as_bytes())).is_err(), "{bad}");
        }
    }
}
