//! Arguments of the commands about folders.

use super::cursor::Cursor;
use super::{LONGEST_LIST, Parsed};
use crate::command::{Command, List, StatusItem};

pub(super) fn only_name(c: &mut Cursor<'_>) -> Parsed<String> {
    c.space()?;
    c.folder()
}

/// SELECT and EXAMINE; the only parameter is CONDSTORE (RFC 7162 §3.1.8).
pub(super) fn select(c: &mut Cursor<'_>, read_only: bool) -> Parsed<Command> {
    let folder = only_name(c)?;
    let mut condstore = false;
    if !c.at_end() {
        c.space()?;
        c.list(1, |c| {
            condstore = c.keyword()? == "CONDSTORE";
            if condstore { Ok(()) } else { Err("unknown parameter of SELECT") }
        })?;
    }
    Ok(Command::Select { folder, read_only, condstore })
}

pub(super) fn rename(c: &mut Cursor<'_>) -> Parsed<Command> {
    let from = only_name(c)?;
    let to = only_name(c)?;
    Ok(Command::Rename { from, to })
}

/// LIST, also with the two selection options and the return options whose answers we always give.
pub(super) fn list(c: &mut Cursor<'_>) -> Parsed<Command> {
    c.space()?;
    let mut list = List::default();
    if c.peek() == Some(b'(') {
        let options = c.list(LONGEST_LIST, Cursor::keyword)?;
        for option in options {
            match option.as_str() {
                "SPECIAL-USE" => list.only_special_use = true,
                "SUBSCRIBED" => list.only_subscribed = true,
                "REMOTE" => {}
                _ => return Err("unknown option of LIST"),
            }
        }
        c.space()?;
    }
    list.reference = c.folder()?;
    c.space()?;
    list.pattern = c.pattern()?;
    if !c.at_end() {
        c.space()?;
        if c.keyword()? != "RETURN" {
            return Err("too many arguments");
        }
        c.space()?;
        c.list(LONGEST_LIST, |c| match c.keyword()?.as_str() {
            "SPECIAL-USE" | "CHILDREN" | "SUBSCRIBED" => Ok(()),
            _ => Err("unknown return option of LIST"),
        })?;
    }
    Ok(Command::List(list))
}

pub(super) fn lsub(c: &mut Cursor<'_>) -> Parsed<Command> {
    c.space()?;
    let reference = c.folder()?;
    c.space()?;
    let pattern = c.pattern()?;
    Ok(Command::Lsub { reference, pattern })
}

pub(super) fn status(c: &mut Cursor<'_>) -> Parsed<Command> {
    let folder = only_name(c)?;
    c.space()?;
    let items = c.list(LONGEST_LIST, |c| {
        Ok(match c.keyword()?.as_str() {
            "MESSAGES" => StatusItem::Messages,
            "RECENT" => StatusItem::Recent,
            "UIDNEXT" => StatusItem::UidNext,
            "UIDVALIDITY" => StatusItem::UidValidity,
            "UNSEEN" => StatusItem::Unseen,
            "HIGHESTMODSEQ" => StatusItem::HighestModseq,
            _ => return Err("unknown item of STATUS"),
        })
    })?;
    if items.is_empty() { Err("an item of STATUS is expected") } else { Ok(Command::Status { folder, items }) }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::parse::command;

    fn read(line: &'static str) -> Command {
        command(&Bytes::from_static(line.as_bytes())).unwrap().command
    }

    #[test]
    fn names_are_decoded_and_inbox_is_in_capitals() {
        assert_eq!(read("a SELECT inBox"), Command::Select { folder: "INBOX".into(), read_only: false, condstore: false });
        assert_eq!(
            read("a EXAMINE \"&AOk-t&AOk-\" (CONDSTORE)"),
            Command::Select { folder: "été".into(), read_only: true, condstore: true }
        );
        assert_eq!(read("a RENAME {3}\r\nfoo \"b \\\\r\""), Command::Rename { from: "foo".into(), to: "b \\r".into() });
        assert!(command(&Bytes::from_static(b"a SELECT caf\xc3\xa9")).is_err());
    }

    #[test]
    fn list_is_read_as_clients_write_it() {
        let plain = List { pattern: "*".into(), ..List::default() };
        for line in ["a LIST \"\" *", "a LIST \"\" \"*\"", "a LIST (REMOTE) \"\" * RETURN (CHILDREN SPECIAL-USE)"] {
            assert_eq!(read(line), Command::List(plain.clone()), "{line}");
        }
        assert_eq!(read("a LIST (SPECIAL-USE) \"\" \"*\""), Command::List(List { only_special_use: true, ..plain }));
        assert_eq!(read("a LSUB \"\" \"%/x\""), Command::Lsub { reference: String::new(), pattern: "%/x".into() });
    }

    #[test]
    fn status_needs_an_item_it_knows() {
        assert_eq!(
            read("a STATUS INBOX (MESSAGES unseen HIGHESTMODSEQ)"),
            Command::Status { folder: "INBOX".into(), items: vec![StatusItem::Messages, StatusItem::Unseen, StatusItem::HighestModseq] }
        );
        assert_eq!(command(&Bytes::from_static(b"a STATUS INBOX (SIZES)")).unwrap_err().why, "unknown item of STATUS");
    }
}
