//! Writes ENVELOPE, BODY and BODYSTRUCTURE (RFC 3501 §7.4.2 and the grammar of §9). Only writes: all was read before.

use super::addresses::{self, Entry};
use super::header::{Header, unfold};
use super::parameters::{Parameters, Parametric, is_token};
use super::tree::{Content, Entity};

/// `(date subject from sender reply-to to cc bcc in-reply-to message-id)`.
pub(super) fn envelope(header: &Header<'_>, out: &mut Vec<u8>) {
    out.push(b'(');
    nstring(header.unfolded("date").as_deref(), out);
    out.push(b' ');
    nstring(header.unfolded("subject").as_deref(), out);
    let from = header.first("from").map(read).unwrap_or_default();
    address_list(&from, out);
    // Sender and Reply-To that are absent or empty are the author's.
    for name in ["sender", "reply-to"] {
        let own = header.first(name).map(read).unwrap_or_default();
        address_list(if own.is_empty() { &from } else { &own }, out);
    }
    // Recipients that a careless writer spread over several fields are all shown.
    for name in ["to", "cc", "bcc"] {
        address_list(&header.all(name).flat_map(read).collect::<Vec<_>>(), out);
    }
    for name in ["in-reply-to", "message-id"] {
        out.push(b' ');
        nstring(header.unfolded(name).as_deref(), out);
    }
    out.push(b')');
}

/// `BODYSTRUCTURE` with `extended`, else `BODY`.
pub(super) fn structure(entity: &Entity<'_>, bytes: &[u8], extended: bool, out: &mut Vec<u8>) {
    out.push(b'(');
    if let Content::Multipart(parts) = &entity.content {
        for part in parts {
            structure(part, bytes, extended, out);
        }
        multipart_tail(entity, extended, out);
    } else {
        single(entity, bytes, extended, out);
    }
    out.push(b')');
}

fn multipart_tail(entity: &Entity<'_>, extended: bool, out: &mut Vec<u8>) {
    let media = entity.media.as_ref();
    out.push(b' ');
    string(media.and_then(Parametric::media).map_or(b"mixed", |(_, subtype)| subtype), out);
    if extended {
        out.push(b' ');
        parameters(media.map(|media| &media.parameters), out);
        placement(&entity.header, out);
    }
}

fn single(entity: &Entity<'_>, bytes: &[u8], extended: bool, out: &mut Vec<u8>) {
    let declared = entity.media.as_ref().filter(|_| !matches!(entity.content, Content::Opaque));
    let (kind, subtype) = match (&entity.content, declared.and_then(Parametric::media)) {
        (_, Some(media)) => media,
        // The parts of a digest are messages unless they say otherwise (RFC 2046 §5.1.5).
        (Content::Message(_), None) => (b"message".as_slice(), b"rfc822".as_slice()),
        (_, None) => (b"text".as_slice(), b"plain".as_slice()),
    };
    string(kind, out);
    out.push(b' ');
    string(subtype, out);
    out.push(b' ');
    match declared {
        None if kind == b"text" => out.extend_from_slice(b"(\"charset\" \"us-ascii\")"),
        declared => parameters(declared.map(|media| &media.parameters), out),
    }
    for name in ["content-id", "content-description"] {
        out.push(b' ');
        nstring(entity.header.unfolded(name).as_deref(), out);
    }
    out.push(b' ');
    string(&encoding(&entity.header), out);
    let body = &bytes[entity.body.clone()];
    number(body.len(), out);
    if let Content::Message(inner) = &entity.content {
        out.push(b' ');
        envelope(&inner.header, out);
        out.push(b' ');
        structure(inner, bytes, extended, out);
        number(lines(body), out);
    } else if kind.eq_ignore_ascii_case(b"text") {
        number(lines(body), out);
    }
    if extended {
        out.push(b' ');
        nstring(entity.header.unfolded("content-md5").as_deref(), out);
        placement(&entity.header, out);
    }
}

/// Line ends in the content: what `wc -l` says.
fn lines(body: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', body).count()
}

/// `Content-Transfer-Encoding` without its comments; `7BIT` when there is none or it is no token.
fn encoding(header: &Header<'_>) -> Vec<u8> {
    let declared = header.unfolded("content-transfer-encoding").map(|text| Parametric::read(&text).value);
    declared.filter(|encoding| is_token(encoding)).unwrap_or_else(|| b"7BIT".to_vec())
}

/// Disposition, language and location: the last three of both forms.
fn placement(header: &Header<'_>, out: &mut Vec<u8>) {
    out.push(b' ');
    match header.unfolded("content-disposition").map(|text| Parametric::read(&text)).filter(|said| !said.value.is_empty()) {
        Some(said) => {
            out.push(b'(');
            string(&said.value, out);
            out.push(b' ');
            parameters(Some(&said.parameters), out);
            out.push(b')');
        }
        None => out.extend_from_slice(b"NIL"),
    }
    out.push(b' ');
    languages(header.unfolded("content-language"), out);
    out.push(b' ');
    nstring(header.unfolded("content-location").as_deref(), out);
}

fn languages(field: Option<Vec<u8>>, out: &mut Vec<u8>) {
    let text = field.unwrap_or_default();
    let tags: Vec<&[u8]> = text.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).filter(|tag| !tag.is_empty()).collect();
    match tags.as_slice() {
        [] => out.extend_from_slice(b"NIL"),
        [tag] => string(tag, out),
        tags => {
            out.push(b'(');
            for (index, tag) in tags.iter().enumerate() {
                if index > 0 {
                    out.push(b' ');
                }
                string(tag, out);
            }
            out.push(b')');
        }
    }
}

fn parameters(parameters: Option<&Parameters>, out: &mut Vec<u8>) {
    let Some(parameters) = parameters.filter(|parameters| !parameters.is_empty()) else {
        out.extend_from_slice(b"NIL");
        return;
    };
    for (index, (name, value)) in parameters.iter().enumerate() {
        out.push(if index == 0 { b'(' } else { b' ' });
        string(name, out);
        out.push(b' ');
        string(value, out);
    }
    out.push(b')');
}

fn read(value: &[u8]) -> Vec<Entry> {
    addresses::read(&unfold(value))
}

fn address_list(entries: &[Entry], out: &mut Vec<u8>) {
    out.push(b' ');
    if entries.is_empty() {
        out.extend_from_slice(b"NIL");
        return;
    }
    out.push(b'(');
    for entry in entries {
        match entry {
            Entry::Address(one) => address(one, out),
            Entry::GroupStart(name) => {
                out.extend_from_slice(b"(NIL NIL ");
                string(name, out);
                out.extend_from_slice(b" NIL)");
            }
            Entry::GroupEnd => out.extend_from_slice(b"(NIL NIL NIL NIL)"),
        }
    }
    out.push(b')');
}

/// `(name adl mailbox host)`. Mailbox and host are never NIL: that would announce a group.
fn address(address: &addresses::Address, out: &mut Vec<u8>) {
    out.push(b'(');
    nstring(address.name.as_deref(), out);
    out.push(b' ');
    nstring(address.route.as_deref(), out);
    out.push(b' ');
    string(&address.mailbox, out);
    out.push(b' ');
    string(&address.host, out);
    out.push(b')');
}

fn nstring(text: Option<&[u8]>, out: &mut Vec<u8>) {
    match text {
        Some(text) => string(text, out),
        None => out.extend_from_slice(b"NIL"),
    }
}

/// A quoted string where the grammar allows it, else a literal. NUL may stand in neither: it becomes `?`.
fn string(text: &[u8], out: &mut Vec<u8>) {
    if text.iter().any(|byte| !(b' '..=b'~').contains(byte) && *byte != b'\t') {
        out.extend_from_slice(format!("{{{}}}\r\n", text.len()).as_bytes());
        out.extend(text.iter().map(|byte| if *byte == 0 { b'?' } else { *byte }));
        return;
    }
    out.push(b'"');
    for byte in text {
        if matches!(byte, b'"' | b'\\') {
            out.push(b'\\');
        }
        out.push(*byte);
    }
    out.push(b'"');
}

fn number(value: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(format!(" {value}").as_bytes());
}
