//! A walk over the header of a message, field by field, without building anything: for the few checks of submission that `Glance` does not keep.
//!
//! RFC 5322 §2.2. Requirements: LPS-50, LPS-52. It changes nothing.

use crate::correspondent::{self, Correspondent};
use mail_parser::{Address as Parsed, HeaderValue, MessageParser};

/// Values of the fields of that name, in order, unfolded; an absent field gives an empty list. `bytes` is a message or its header.
pub fn values(bytes: &[u8], name: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while let Some((field, after)) = next_field(rest) {
        rest = after;
        let Some(colon) = memchr::memchr(b':', field) else { continue };
        if field[..colon].trim_ascii_end().eq_ignore_ascii_case(name.as_bytes()) {
            let value: Vec<u8> = field[colon + 1..].iter().copied().filter(|b| *b != b'\r' && *b != b'\n').collect();
            found.push(String::from_utf8_lossy(&value).trim().to_owned());
        }
    }
    found
}

/// One field with its folded lines, and what follows; `None` at the empty line.
fn next_field(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    if bytes.is_empty() || bytes.starts_with(b"\r\n") {
        return None;
    }
    let mut end = 0;
    loop {
        let Some(lf) = memchr::memchr(b'\n', &bytes[end..]) else { return Some((bytes, &[])) };
        end += lf + 1;
        if !matches!(bytes.get(end), Some(b' ' | b'\t')) {
            return Some((&bytes[..end], &bytes[end..]));
        }
    }
}

/// Addresses of an address-list value (`From`, `Reply-To`…), groups opened, in lower case. A value that cannot be read gives what could be.
pub fn addresses(value: &str) -> Vec<String> {
    let header = format!("From: {value}\r\n\r\n");
    let Some(message) = MessageParser::new().parse_headers(header.as_bytes()) else { return Vec::new() };
    match message.header("From") {
        Some(HeaderValue::Address(list)) => flat(list),
        _ => Vec::new(),
    }
}

/// As [`addresses`], with the names.
pub fn correspondents(value: &str) -> Vec<Correspondent> {
    let header = format!("From: {}\r\n\r\n", correspondent::tidy(value));
    let Some(message) = MessageParser::new().parse_headers(header.as_bytes()) else { return Vec::new() };
    match message.header("From") {
        Some(HeaderValue::Address(list)) => correspondent::of(list),
        _ => Vec::new(),
    }
}

fn flat(list: &Parsed<'_>) -> Vec<String> {
    list.iter().filter_map(|one| one.address.as_deref()).map(str::to_ascii_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_whatever_their_case_and_folding() {
        let message =
            b"Reply-To: A <a@pli.mssante.test>,\r\n\tb@voisin.mssante.test\r\nX: 1\r\nreply-to : c@d.test\r\n\r\nReply-To: no\r\n";
        let found = values(message, "Reply-To");
        assert_eq!(found, ["A <a@pli.mssante.test>,\tb@voisin.mssante.test", "c@d.test"]);
        assert_eq!(addresses(&found[0]), ["a@pli.mssante.test", "b@voisin.mssante.test"]);
        assert_eq!(values(message, "Date"), [""; 0]);
    }

    #[test]
    fn a_group_gives_its_members_and_nonsense_gives_nothing() {
        assert_eq!(addresses("Equipe: A@d.test, B <b@D.test>;"), ["a@d.test", "b@d.test"]);
        assert_eq!(addresses(""), [""; 0]);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_walked_without_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400), value in ".{0,80}") {
            values(&bytes, "From");
            addresses(&value);
        }
    }
}
