//! FETCH: items, macros, sections (RFC 3501 §6.4.5), CHANGEDSINCE (RFC 7162 §3.1.4.1).

use bytes::Bytes;

use super::cursor::Cursor;
use super::{LONGEST_LIST, Parsed};
use crate::command::{Alias, Command, Fetch, FetchItem, Section, SectionText};

/// Deepest part path; as deep as a message is read at arrival.
const DEEPEST: usize = 32;

pub(super) fn fetch(c: &mut Cursor<'_>, uid: bool) -> Parsed<Command> {
    c.space()?;
    let set = c.set()?;
    c.space()?;
    let items = if c.peek() == Some(b'(') { c.list(LONGEST_LIST, one_item)? } else { item_or_macro(c)? };
    if items.is_empty() {
        return Err("an item of FETCH is expected");
    }
    let mut changed_since = None;
    if !c.at_end() {
        c.space()?;
        c.list(1, |c| {
            if c.keyword()? != "CHANGEDSINCE" {
                return Err("unknown modifier of FETCH");
            }
            c.space()?;
            changed_since = Some(c.modseq()?);
            Ok(())
        })?;
    }
    Ok(Command::Fetch(Fetch { uid, set, items, changed_since }))
}

fn item_or_macro(c: &mut Cursor<'_>) -> Parsed<Vec<FetchItem>> {
    use FetchItem::{Body, Envelope, Flags, InternalDate, Size};
    for (name, items) in [
        ("ALL", &[Flags, InternalDate, Size, Envelope][..]),
        ("FULL", &[Flags, InternalDate, Size, Envelope, Body]),
        ("FAST", &[Flags, InternalDate, Size]),
    ] {
        if c.eat_word(name) {
            return Ok(items.to_vec());
        }
    }
    Ok(vec![one_item(c)?])
}

fn one_item(c: &mut Cursor<'_>) -> Parsed<FetchItem> {
    let name = c.item_name()?;
    Ok(match name.as_str() {
        "UID" => FetchItem::Uid,
        "FLAGS" => FetchItem::Flags,
        "INTERNALDATE" => FetchItem::InternalDate,
        "RFC822.SIZE" => FetchItem::Size,
        "MODSEQ" => FetchItem::Modseq,
        "ENVELOPE" => FetchItem::Envelope,
        "BODYSTRUCTURE" => FetchItem::BodyStructure,
        "RFC822" => alias(Alias::Rfc822, SectionText::Whole, false),
        "RFC822.HEADER" => alias(Alias::Rfc822Header, SectionText::Header, true),
        "RFC822.TEXT" => alias(Alias::Rfc822Text, SectionText::Text, false),
        "BODY" if c.peek() == Some(b'[') => section(c, false)?,
        "BODY" => FetchItem::Body,
        "BODY.PEEK" => section(c, true)?,
        _ => return Err("unknown item of FETCH"),
    })
}

fn alias(alias: Alias, text: SectionText, peek: bool) -> FetchItem {
    FetchItem::Section(Section { alias, peek, path: Vec::new(), text, partial: None })
}

fn section(c: &mut Cursor<'_>, peek: bool) -> Parsed<FetchItem> {
    c.expect(b'[', "a section is expected")?;
    let mut path = Vec::new();
    let mut text = SectionText::Whole;
    while c.peek() != Some(b']') {
        if c.peek().is_some_and(|b| b.is_ascii_digit()) {
            let number = u16::try_from(c.number()?).ok().filter(|&n| n > 0).ok_or("no such part number")?;
            path.push(number);
            if path.len() > DEEPEST {
                return Err("section too deep");
            }
            if !c.eat(b'.') {
                break;
            }
            if c.peek() == Some(b']') {
                return Err("unfinished section");
            }
        } else {
            text = section_text(c, path.is_empty())?;
            break;
        }
    }
    c.expect(b']', "unfinished section")?;
    let partial = if c.eat(b'<') { Some(partial(c)?) } else { None };
    Ok(FetchItem::Section(Section { alias: Alias::Body, peek, path, text, partial }))
}

fn section_text(c: &mut Cursor<'_>, of_message: bool) -> Parsed<SectionText> {
    let name = c.item_name()?;
    Ok(match name.as_str() {
        "HEADER" => SectionText::Header,
        "TEXT" => SectionText::Text,
        "MIME" if !of_message => SectionText::Mime,
        "HEADER.FIELDS" => fields(c, false)?,
        "HEADER.FIELDS.NOT" => fields(c, true)?,
        _ => return Err("unknown section"),
    })
}

fn fields(c: &mut Cursor<'_>, not: bool) -> Parsed<SectionText> {
    c.space()?;
    let names = c.list(LONGEST_LIST, |c| field_name(&c.astring()?))?;
    if names.is_empty() { Err("a field name is expected") } else { Ok(SectionText::Fields { not, names }) }
}

/// RFC 5322: printable ASCII but `:` and space. It goes back as it came.
pub(super) fn field_name(bytes: &Bytes) -> Parsed<String> {
    let good = |b: &u8| (0x21..0x7f).contains(b) && *b != b':';
    if bytes.is_empty() || bytes.len() > 128 || !bytes.iter().all(good) {
        return Err("bad field name");
    }
    Ok(String::from_utf8_lossy(bytes).into_owned())
}

fn partial(c: &mut Cursor<'_>) -> Parsed<(u32, u32)> {
    let first = c.number()?;
    c.expect(b'.', "bad partial")?;
    let length = c.number()?;
    c.expect(b'>', "bad partial")?;
    if length == 0 { Err("bad partial") } else { Ok((first, length)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::command;

    fn items(line: &'static str) -> Vec<FetchItem> {
        match command(&Bytes::from_static(line.as_bytes())).unwrap().command {
            Command::Fetch(fetch) => fetch.items,
            other => panic!("{other:?}"),
        }
    }

    fn body(path: &[u16], text: SectionText, peek: bool, partial: Option<(u32, u32)>) -> FetchItem {
        FetchItem::Section(Section { alias: Alias::Body, peek, path: path.to_vec(), text, partial })
    }

    #[test]
    fn sections_are_read() {
        assert_eq!(items("a FETCH 1 BODY[]"), [body(&[], SectionText::Whole, false, None)]);
        assert_eq!(items("a FETCH 1 BODY.PEEK[1.2.MIME]<0.20>"), [body(&[1, 2], SectionText::Mime, true, Some((0, 20)))]);
        assert_eq!(items("a FETCH 1 BODY[4.1]"), [body(&[4, 1], SectionText::Whole, false, None)]);
        let fields = SectionText::Fields { not: true, names: vec!["From".into(), "X-MSS-NIL".into()] };
        assert_eq!(items("a FETCH 1 (BODY[3.HEADER.FIELDS.NOT (From \"X-MSS-NIL\")])"), [body(&[3], fields, false, None)]);
    }

    #[test]
    fn macros_stand_alone_and_bodystructure_is_not_body() {
        assert_eq!(items("a FETCH 1 fast"), [FetchItem::Flags, FetchItem::InternalDate, FetchItem::Size]);
        assert_eq!(items("a UID FETCH 1 (UID BODY BODYSTRUCTURE)"), [FetchItem::Uid, FetchItem::Body, FetchItem::BodyStructure]);
        for bad in [
            "a FETCH 1 (FAST)",
            "a FETCH 1 ()",
            "a FETCH 1 BODY[MIME]",
            "a FETCH 1 BODY[0]",
            "a FETCH 1 BODY[1.]",
            "a FETCH 0 FLAGS",
            "a FETCH 1 BODY[]<1.0>",
        ] {
            assert!(command(&Bytes::from_static(bad.as_bytes())).is_err(), "{bad}");
        }
    }

    #[test]
    fn changedsince_is_read() {
        let read = command(&Bytes::from_static(b"a UID FETCH 1:* (FLAGS) (CHANGEDSINCE 12345)")).unwrap().command;
        assert!(matches!(read, Command::Fetch(Fetch { uid: true, changed_since: Some(12345), .. })));
    }
}
