//! A header cut into its fields (RFC 5322 §2.2): names, raw values, and where the body begins. Decodes nothing.

use memchr::memchr;

use super::MAX_FIELDS;

/// One field; the value is everything after the colon, folds included, without the last line end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field<'a> {
    pub name: &'a [u8],
    pub value: &'a [u8],
}

/// The fields of one header, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Header<'a> {
    fields: Vec<Field<'a>>,
}

impl<'a> Header<'a> {
    /// Reads from `start` to the empty line, to a line for which `stops` is true (a boundary where the writer forgot the empty line),
    /// or to the end of `bytes`; answers where the body begins. Lines without a colon are passed over.
    pub fn read(bytes: &'a [u8], start: usize, stops: impl Fn(&[u8]) -> bool) -> (Self, usize) {
        let mut header = Self::default();
        let mut at = start;
        while at < bytes.len() {
            let end = line_end(bytes, at);
            let line = without_line_end(&bytes[at..end]);
            if line.is_empty() {
                return (header, end);
            }
            if line.starts_with(b"--") && stops(line) {
                return (header, at);
            }
            let end = unfolded_end(bytes, end);
            header.push(&bytes[at..end]);
            at = end;
        }
        (header, at)
    }

    fn push(&mut self, lines: &'a [u8]) {
        let Some(colon) = memchr(b':', lines) else { return };
        let name = lines[..colon].trim_ascii_end();
        let is_name = !name.is_empty() && name.iter().all(|byte| byte.is_ascii_graphic());
        if is_name && self.fields.len() < MAX_FIELDS {
            self.fields.push(Field { name, value: without_line_end(&lines[colon + 1..]) });
        }
    }

    /// Raw values of every field of that name (lower or upper case alike), in order.
    pub fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'a [u8]> + 's {
        self.fields.iter().filter(move |field| field.name.eq_ignore_ascii_case(name.as_bytes())).map(|field| field.value)
    }

    /// Raw value of the first field of that name.
    pub fn first(&self, name: &str) -> Option<&'a [u8]> {
        self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name.as_bytes())).map(|field| field.value)
    }

    /// First field of that name, unfolded and trimmed; empty when it stands there empty.
    pub fn unfolded(&self, name: &str) -> Option<Vec<u8>> {
        self.first(name).map(unfold)
    }

    /// As [`Header::unfolded`], as text; bytes that are not UTF-8 are replaced.
    pub fn text(&self, name: &str) -> Option<String> {
        self.unfolded(name).map(|value| String::from_utf8_lossy(&value).into_owned())
    }
}

/// Takes the line ends out and trims the blanks around (RFC 5322 §2.2.3). A CR that ends no line stays.
pub(super) fn unfold(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some(feed) = memchr(b'\n', rest) {
        out.extend_from_slice(without_line_end(&rest[..=feed]));
        rest = &rest[feed + 1..];
    }
    out.extend_from_slice(rest);
    let kept = out.trim_ascii();
    if kept.len() == out.len() { out } else { kept.to_vec() }
}

/// Offset after the line that begins at `at`.
pub(super) fn line_end(bytes: &[u8], at: usize) -> usize {
    memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |feed| at + feed + 1)
}

/// The line without CRLF, or without a bare LF (messages that a client appended).
pub(super) fn without_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Goes on over the lines that continue the field: those that begin with a blank, even if nothing else is on them.
fn unfolded_end(bytes: &[u8], mut end: usize) -> usize {
    while matches!(bytes.get(end), Some(b' ' | b'\t')) {
        end = line_end(bytes, end);
    }
    end
}
