//! A whole command -> [`Command`]. Our own grammar of RFC 3501 §9 and of the extensions we have: one tree, small, with clear errors.
//!
//! `imap-codec` checks it in the tests (`tests/grammar.rs`): what both know, both accept. It never panics, recursion and counts are bounded,
//! and it holds nothing longer than the command.

mod cursor;
mod fetch;
mod folders;
mod search;
mod store;

use bytes::Bytes;

use crate::command::{Command, Set, Tagged};
use cursor::Cursor;

/// Why a command is not understood: the client's fault, said in English to its engineer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bad {
    /// `None` when not even the tag could be read: the answer is untagged.
    pub tag: Option<String>,
    pub why: &'static str,
}

/// Most flags, fields or options in one list.
const LONGEST_LIST: usize = 256;

/// Reads one command as `framing` hands it over.
pub fn command(frame: &Bytes) -> Result<Tagged, Bad> {
    let mut cursor = Cursor::new(frame);
    let tag = read_tag(&mut cursor).ok_or(Bad { tag: None, why: "no tag" })?;
    let read = verb(&mut cursor).and_then(|command| {
        cursor.end()?;
        Ok(command)
    });
    match read {
        Ok(command) => Ok(Tagged { tag, command }),
        Err(why) => Err(Bad { tag: Some(tag), why }),
    }
}

/// A well-formed tag, or nothing.
pub(crate) fn tag(word: &[u8]) -> Option<&str> {
    let good = |b: &u8| cursor::is_astring_char(*b) && *b != b'+';
    if word.is_empty() || word.len() > 128 || !word.iter().all(good) {
        return None;
    }
    std::str::from_utf8(word).ok()
}

fn read_tag(cursor: &mut Cursor<'_>) -> Option<String> {
    let word = cursor.take_while(|b| b != b' ');
    let tag = tag(word)?.to_owned();
    cursor.space().ok()?;
    Some(tag)
}

type Parsed<T> = Result<T, &'static str>;

fn verb(c: &mut Cursor<'_>) -> Parsed<Command> {
    let verb = c.keyword()?;
    Ok(match verb.as_str() {
        "CAPABILITY" => Command::Capability,
        "NOOP" => Command::Noop,
        "LOGOUT" => Command::Logout,
        "STARTTLS" => Command::StartTls,
        "NAMESPACE" => Command::Namespace,
        "CLOSE" => Command::Close,
        "UNSELECT" => Command::Unselect,
        "CHECK" => Command::Check,
        "EXPUNGE" => Command::Expunge,
        "IDLE" => Command::Idle,
        "ID" => id(c)?,
        "ENABLE" => enable(c)?,
        "AUTHENTICATE" => authenticate(c)?,
        "LOGIN" => login(c)?,
        "SELECT" => folders::select(c, false)?,
        "EXAMINE" => folders::select(c, true)?,
        "CREATE" => Command::Create(folders::only_name(c)?),
        "DELETE" => Command::Delete(folders::only_name(c)?),
        "RENAME" => folders::rename(c)?,
        "SUBSCRIBE" => Command::Subscribe(folders::only_name(c)?),
        "UNSUBSCRIBE" => Command::Unsubscribe(folders::only_name(c)?),
        "LIST" => folders::list(c)?,
        "LSUB" => folders::lsub(c)?,
        "STATUS" => folders::status(c)?,
        "APPEND" => store::append(c)?,
        "FETCH" => fetch::fetch(c, false)?,
        "STORE" => store::store(c, false)?,
        "SEARCH" => search::search(c, false)?,
        "COPY" => set_and_folder(c, |set, to| Command::Copy { uid: false, set, to })?,
        "MOVE" => set_and_folder(c, |set, to| Command::Move { uid: false, set, to })?,
        "UID" => uid(c)?,
        _ => return Err("unknown command"),
    })
}

fn uid(c: &mut Cursor<'_>) -> Parsed<Command> {
    c.space()?;
    let verb = c.keyword()?;
    Ok(match verb.as_str() {
        "FETCH" => fetch::fetch(c, true)?,
        "STORE" => store::store(c, true)?,
        "SEARCH" => search::search(c, true)?,
        "COPY" => set_and_folder(c, |set, to| Command::Copy { uid: true, set, to })?,
        "MOVE" => set_and_folder(c, |set, to| Command::Move { uid: true, set, to })?,
        "EXPUNGE" => {
            c.space()?;
            Command::UidExpunge(c.set()?)
        }
        _ => return Err("unknown UID command"),
    })
}

fn set_and_folder(c: &mut Cursor<'_>, build: impl FnOnce(Set, String) -> Command) -> Parsed<Command> {
    c.space()?;
    let set = c.set()?;
    c.space()?;
    let to = c.folder()?;
    Ok(build(set, to))
}

/// RFC 2971: NIL, or pairs. They are read for their form and forgotten.
fn id(c: &mut Cursor<'_>) -> Parsed<Command> {
    c.space()?;
    if c.nil() {
        return Ok(Command::Id);
    }
    c.list(LONGEST_LIST, |c| if c.nil() { Ok(()) } else { c.string().map(drop) })?;
    Ok(Command::Id)
}

fn enable(c: &mut Cursor<'_>) -> Parsed<Command> {
    let mut names = Vec::new();
    while !c.at_end() {
        c.space()?;
        names.push(c.keyword()?);
        if names.len() > LONGEST_LIST {
            return Err("too many capabilities");
        }
    }
    if names.is_empty() { Err("a capability is expected") } else { Ok(Command::Enable(names)) }
}

fn authenticate(c: &mut Cursor<'_>) -> Parsed<Command> {
    c.space()?;
    let mechanism = c.keyword()?;
    let initial = if c.at_end() {
        None
    } else {
        c.space()?;
        let line = c.take_while(|b| b != b' ');
        if line.is_empty() {
            return Err("an initial response is expected");
        }
        Some(zeroize::Zeroizing::new(line.to_vec()))
    };
    Ok(Command::Authenticate { mechanism, initial })
}

fn login(c: &mut Cursor<'_>) -> Parsed<Command> {
    c.space()?;
    c.astring()?;
    c.space()?;
    c.astring()?;
    Ok(Command::Login)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bad(line: &'static str) -> Bad {
        command(&Bytes::from_static(line.as_bytes())).unwrap_err()
    }

    #[test]
    fn errors_name_the_tag_and_the_fault() {
        assert_eq!(bad("a1 FROBNICATE"), Bad { tag: Some("a1".into()), why: "unknown command" });
        assert_eq!(bad("a1 NOOP x"), Bad { tag: Some("a1".into()), why: "too many arguments" });
        assert_eq!(bad(""), Bad { tag: None, why: "no tag" });
        assert_eq!(bad("+ NOOP").tag, None);
        assert_eq!(bad("a1").tag, None);
    }

    #[test]
    fn credentials_are_taken_as_they_stand() {
        let read = command(&Bytes::from_static(b"a1 authenticate xoauth2 dXNlcj0=")).unwrap();
        assert_eq!(read.command, Command::Authenticate { mechanism: "XOAUTH2".into(), initial: Some(b"dXNlcj0=".to_vec().into()) });
        assert_eq!(command(&Bytes::from_static(b"a1 LOGIN {3}\r\nfoo \"b\\\"r\"")).unwrap().command, Command::Login);
    }

    #[test]
    fn id_is_read_in_all_its_forms() {
        for line in ["a ID NIL", "a ID (\"name\" \"x\" \"os\" NIL)", "a ID ()"] {
            assert_eq!(command(&Bytes::from(line)).unwrap().command, Command::Id, "{line}");
        }
    }
}
