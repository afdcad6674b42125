//! Pieces of a message, cut by the offsets that were read once at arrival (RFC 3501 §6.4.5). Nothing is parsed again, nothing is copied but chosen header fields.
//!
//! Requirements: architecture invariant 11 (bytes are returned as received). Pure.

use bytes::Bytes;
use message::glance::{Glance, Part};

use crate::command::{Alias, Section, SectionText};

/// A stored message: what was glanced at begins `shift` bytes after the first (the `Delivered-To` line of the copy stands before it).
pub(crate) struct Whole<'a> {
    pub(crate) bytes: &'a Bytes,
    pub(crate) glance: &'a Glance,
    pub(crate) shift: u32,
}

impl Whole<'_> {
    /// The section, partial applied; `None` when the message has no such part (shown as NIL).
    pub(crate) fn cut(&self, section: &Section) -> Option<Bytes> {
        let piece = self.piece(&section.path, &section.text)?;
        Some(match section.partial {
            None => piece,
            Some((first, length)) => {
                let from = (first as usize).min(piece.len());
                let to = from.saturating_add(length as usize).min(piece.len());
                piece.slice(from..to)
            }
        })
    }

    fn piece(&self, path: &[u16], text: &SectionText) -> Option<Bytes> {
        if path.is_empty() {
            let header = self.at(self.glance.header_len);
            return Some(match text {
                SectionText::Whole => self.bytes.clone(),
                SectionText::Header | SectionText::Mime => self.slice(0, header),
                SectionText::Text => self.slice(header, self.bytes.len()),
                SectionText::Fields { not, names } => chosen_fields(&self.slice(0, header), names, *not),
            });
        }
        let part = self.part(path)?;
        let (body, end) = (self.at(part.body_start), self.at(part.body_end));
        // HEADER and TEXT of a part exist only where the part is a message.
        Some(match text {
            SectionText::Whole => self.slice(body, end),
            SectionText::Mime => self.slice(self.start_of_mime(&part), body),
            SectionText::Header => self.slice(body, self.at(part.inner_text?)),
            SectionText::Text => self.slice(self.at(part.inner_text?), end),
            SectionText::Fields { not, names } => chosen_fields(&self.slice(body, self.at(part.inner_text?)), names, *not),
        })
    }

    /// The MIME header of the only part of a plain message is the message's own header, our trace lines included.
    fn start_of_mime(&self, part: &Part) -> usize {
        if part.mime_start == 0 { 0 } else { self.at(part.mime_start) }
    }

    /// A message without parts has one part, 1: its text.
    fn part(&self, path: &[u16]) -> Option<Part> {
        if let Some(part) = self.glance.parts.iter().find(|part| part.path == path) {
            return Some(part.clone());
        }
        let plain = !self.glance.parts.iter().any(|part| part.path.len() == 1);
        let whole = u32::try_from(self.bytes.len()).ok()?.checked_sub(self.shift)?;
        (plain && path == [1]).then(|| Part {
            path: vec![1],
            mime_start: 0,
            body_start: self.glance.header_len,
            body_end: whole,
            inner_text: None,
        })
    }

    fn at(&self, offset: u32) -> usize {
        offset as usize + self.shift as usize
    }

    /// Offsets come from our own store; should they ever lie, less is shown rather than a session lost.
    fn slice(&self, from: usize, to: usize) -> Bytes {
        let to = to.min(self.bytes.len());
        self.bytes.slice(from.min(to)..to)
    }
}

/// The fields named (or all the others), as they stand, with the empty line that ends a header.
fn chosen_fields(header: &Bytes, names: &[String], not: bool) -> Bytes {
    let mut out = Vec::new();
    for field in fields(header) {
        let name = field_name(field);
        let named = names.iter().any(|wanted| wanted.as_bytes().eq_ignore_ascii_case(name));
        if named != not && !name.is_empty() {
            out.extend_from_slice(field);
        }
    }
    out.extend_from_slice(b"\r\n");
    out.into()
}

/// Each field of a header with its folded lines and its line end; the empty line is left out.
pub(crate) fn fields(header: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = header;
    std::iter::from_fn(move || {
        if rest.is_empty() || rest.starts_with(b"\r\n") || rest.starts_with(b"\n") {
            return None;
        }
        let mut end = 0;
        loop {
            end = memchr::memchr(b'\n', &rest[end..]).map_or(rest.len(), |at| end + at + 1);
            if !matches!(rest.get(end), Some(b' ' | b'\t')) {
                break;
            }
        }
        let (field, after) = rest.split_at(end);
        rest = after;
        Some(field)
    })
}

/// Name of a field; empty when it has none.
pub(crate) fn field_name(field: &[u8]) -> &[u8] {
    memchr::memchr(b':', field).map_or(&[], |at| field[..at].trim_ascii_end())
}

/// How the section is called in the answer: as the client called it.
pub(crate) fn label(section: &Section) -> String {
    let mut out = match section.alias {
        Alias::Body => "BODY[".to_owned(),
        Alias::Rfc822 => return "RFC822".to_owned(),
        Alias::Rfc822Header => return "RFC822.HEADER".to_owned(),
        Alias::Rfc822Text => return "RFC822.TEXT".to_owned(),
    };
    let path: Vec<String> = section.path.iter().map(u16::to_string).collect();
    out.push_str(&path.join("."));
    if !path.is_empty() && section.text != SectionText::Whole {
        out.push('.');
    }
    match &section.text {
        SectionText::Whole => {}
        SectionText::Header => out.push_str("HEADER"),
        SectionText::Text => out.push_str("TEXT"),
        SectionText::Mime => out.push_str("MIME"),
        SectionText::Fields { not, names } => {
            out.push_str(if *not { "HEADER.FIELDS.NOT (" } else { "HEADER.FIELDS (" });
            let names: Vec<String> = names.iter().map(|name| astring(name)).collect();
            out.push_str(&names.join(" "));
            out.push(')');
        }
    }
    out.push(']');
    if let Some((first, _)) = section.partial {
        out.push_str(&format!("<{first}>"));
    }
    out
}

/// A field name as an atom, or quoted when it holds specials.
fn astring(name: &str) -> String {
    if name.bytes().all(|b| !b"(){%*\"\\".contains(&b)) {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &str = "Delivered-To: a@b.test\r\nFrom: x@y.test\r\nSubject: un\r\n deux\r\nX-A: 1\r\n\r\ncorps\r\n";

    fn cut(section: &str) -> Option<String> {
        let bytes = Bytes::from_static(MAIL.as_bytes());
        let shift = MAIL.find("From").unwrap() as u32;
        let glance = Glance { header_len: MAIL.find("corps").unwrap() as u32 - shift, ..Glance::default() };
        let line = Bytes::from(format!("a FETCH 1 {section}"));
        let crate::command::Command::Fetch(fetch) = crate::parse::command(&line).unwrap().command else { panic!() };
        let [crate::command::FetchItem::Section(section)] = &fetch.items[..] else { panic!() };
        let piece = Whole { bytes: &bytes, glance: &glance, shift }.cut(section)?;
        Some(String::from_utf8(piece.to_vec()).unwrap())
    }

    #[test]
    fn a_plain_message_is_cut_around_its_trace_line() {
        assert_eq!(cut("BODY[]").unwrap(), MAIL);
        assert_eq!(cut("BODY[TEXT]").unwrap(), "corps\r\n");
        assert_eq!(cut("BODY[1]").unwrap(), "corps\r\n");
        assert_eq!(cut("BODY[1.MIME]").unwrap(), &MAIL[..MAIL.len() - 7]);
        assert_eq!(cut("RFC822.HEADER").unwrap(), &MAIL[..MAIL.len() - 7]);
        assert_eq!(cut("BODY[]<9.3>").unwrap(), "-To");
        assert_eq!(cut("BODY[]<9000.3>").unwrap(), "");
        assert_eq!(cut("BODY[2]"), None);
        assert_eq!(cut("BODY[1.HEADER]"), None, "a text has no header of its own");
    }

    #[test]
    fn chosen_fields_keep_their_folds() {
        assert_eq!(cut("BODY[HEADER.FIELDS (subject delivered-to)]").unwrap(), "Delivered-To: a@b.test\r\nSubject: un\r\n deux\r\n\r\n");
        assert_eq!(cut("BODY[HEADER.FIELDS.NOT (SUBJECT FROM)]").unwrap(), "Delivered-To: a@b.test\r\nX-A: 1\r\n\r\n");
        assert_eq!(cut("BODY[HEADER.FIELDS (Absent)]").unwrap(), "\r\n");
    }

    #[test]
    fn a_section_goes_back_under_the_name_it_was_asked_by() {
        let section = Section {
            alias: Alias::Body,
            peek: true,
            path: vec![2, 1],
            text: SectionText::Fields { not: false, names: vec!["From".into(), "a\"b".into()] },
            partial: Some((5, 9)),
        };
        assert_eq!(label(&section), "BODY[2.1.HEADER.FIELDS (From \"a\\\"b\")]<5>");
    }

    proptest::proptest! {
        /// A glance that lies (a damaged row) shows less; it ends no session.
        #[test]
        fn offsets_that_lie_never_panic(numbers in proptest::collection::vec(proptest::num::u32::ANY, 6), first: u32, length: u32, shift in 0_u32..100) {
            let bytes = Bytes::from_static(MAIL.as_bytes());
            let part = Part { path: vec![1], mime_start: numbers[0], body_start: numbers[1], body_end: numbers[2], inner_text: Some(numbers[3]) };
            let glance = Glance { header_len: numbers[4], parts: vec![part], ..Glance::default() };
            for path in [vec![], vec![1], vec![2]] {
                for text in [SectionText::Whole, SectionText::Header, SectionText::Text, SectionText::Mime] {
                    let section = Section { alias: Alias::Body, peek: true, path: path.clone(), text, partial: Some((first, length)) };
                    let _ = Whole { bytes: &bytes, glance: &glance, shift }.cut(&section);
                }
            }
        }
    }
}
