//! Folder names: modified UTF-7 on the wire (RFC 3501 §5.1.3), UTF-8 inside; and the patterns of LIST.
//!
//! Decoding is strict, so that one folder has one name: `&AOk-` is `é`, while `&AGE-` (an `a` in disguise) is refused.

use base64::Engine;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::{GeneralPurpose, general_purpose::NO_PAD};

const BASE64: GeneralPurpose = GeneralPurpose::new(&IMAP_MUTF7, NO_PAD);
/// Longest name, bytes of UTF-8.
pub(crate) const LONGEST: usize = 512;

/// From the wire. `None` when it is not modified UTF-7.
pub(crate) fn decode(wire: &[u8]) -> Option<String> {
    let mut out = String::with_capacity(wire.len());
    let mut rest = wire;
    while let Some((&first, after)) = rest.split_first() {
        match first {
            b'&' => {
                let end = after.iter().position(|&b| b == b'-')?;
                if end == 0 {
                    out.push('&');
                } else {
                    decode_shifted(&after[..end], &mut out)?;
                    // Two shifts in a row should have been one.
                    if after.get(end + 1) == Some(&b'&') && after.get(end + 2) != Some(&b'-') {
                        return None;
                    }
                }
                rest = &after[end + 1..];
            }
            0x20..=0x7e => {
                out.push(char::from(first));
                rest = after;
            }
            _ => return None,
        }
    }
    Some(out)
}

fn decode_shifted(base64: &[u8], out: &mut String) -> Option<()> {
    let bytes = BASE64.decode(base64).ok()?;
    if bytes.len() % 2 != 0 {
        return None;
    }
    let units = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    for c in char::decode_utf16(units) {
        let c = c.ok()?;
        if (' '..='~').contains(&c) {
            return None;
        }
        out.push(c);
    }
    Some(())
}

/// To the wire.
pub(crate) fn encode(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut shifted: Vec<u8> = Vec::new();
    let unshift = |shifted: &mut Vec<u8>, out: &mut String| {
        if !shifted.is_empty() {
            out.push('&');
            BASE64.encode_string(&shifted, out);
            out.push('-');
            shifted.clear();
        }
    };
    for c in name.chars() {
        if (' '..='~').contains(&c) {
            unshift(&mut shifted, &mut out);
            out.push(c);
            if c == '&' {
                out.push('-');
            }
        } else {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                shifted.extend_from_slice(&unit.to_be_bytes());
            }
        }
    }
    unshift(&mut shifted, &mut out);
    out
}

/// As a quoted string for a response.
pub(crate) fn quoted(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 2);
    out.push('"');
    for c in encode(name).chars() {
        if c == '"' || c == '\\' {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

/// `inbox` in any case is `INBOX` (RFC 3501 §5.1).
pub(crate) fn canonical(name: String) -> String {
    if name.eq_ignore_ascii_case("INBOX") { "INBOX".to_owned() } else { name }
}

/// A name that may be created: levels not empty, no wildcard, no control character, not too long.
pub(crate) fn may_be_created(name: &str) -> bool {
    name.len() <= LONGEST
        && name.split('/').all(|level| !level.is_empty() && level.trim() == level)
        && !name.chars().any(|c| c.is_control() || c == '*' || c == '%')
}

/// Does a name match a LIST pattern? `*` is anything, `%` anything within one level. Linear in memory, bounded in time.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    // Classic dynamic programming over "which prefixes of the name can have been eaten": no backtracking, whatever the pattern.
    let mut name: Vec<char> = name.chars().collect();
    if inbox_first(pattern.chars()) && inbox_first(name.iter().copied()) {
        // INBOX is one folder however it is written.
        name.splice(..5, pattern.chars().take(5));
    }
    let mut reached = vec![false; name.len() + 1];
    reached[0] = true;
    for p in pattern.chars() {
        let mut next = vec![false; name.len() + 1];
        match p {
            '*' | '%' => {
                let mut open = false;
                for at in 0..=name.len() {
                    open |= reached[at];
                    next[at] = open;
                    // `%` may not eat the delimiter: what was open stops before it.
                    if p == '%' && name.get(at) == Some(&'/') {
                        open = false;
                    }
                }
            }
            _ => {
                for at in 0..name.len() {
                    next[at + 1] = reached[at] && name[at] == p;
                }
            }
        }
        reached = next;
    }
    reached[name.len()]
}

/// The first level begins like INBOX, in any case.
fn inbox_first(chars: impl Iterator<Item = char>) -> bool {
    let head: String = chars.take(6).collect();
    head.get(..5).is_some_and(|inbox| inbox.eq_ignore_ascii_case("INBOX")) && matches!(head.get(5..), Some("" | "/" | "*" | "%"))
}

/// The names above a name, nearest first: `a/b/c` gives `a/b`, `a`.
pub(crate) fn ancestors(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(name.rsplit_once('/').map(|(up, _)| up), |name| name.rsplit_once('/').map(|(up, _)| up))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_example_of_the_rfc_is_read() {
        let wire = b"~peter/mail/&U,BTFw-/&ZeVnLIqe-";
        assert_eq!(decode(wire).as_deref(), Some("~peter/mail/台北/日本語"));
        assert_eq!(encode("~peter/mail/台北/日本語").as_bytes(), wire);
        assert_eq!(encode("Comptes rendus été & hiver"), "Comptes rendus &AOk-t&AOk- &- hiver");
    }

    #[test]
    fn a_name_in_disguise_is_refused() {
        for bad in [&b"&AGE-"[..], b"&AOk", b"&A-", b"caf\xc3\xa9", b"&2D0-", b"a\x01", b"&AOk-&AOk-"] {
            assert_eq!(decode(bad), None, "{bad:?}");
        }
        assert_eq!(decode(b"&AOk-&-").as_deref(), Some("é&"));
    }

    #[test]
    fn wildcards_follow_the_levels() {
        assert!(matches("*", "a/b/c") && matches("%", "a") && !matches("%", "a/b"));
        assert!(matches("a/%", "a/b") && !matches("a/%", "a/b/c") && matches("a/%/c", "a/b/c"));
        assert!(matches("inbox", "INBOX") && matches("*", "INBOX") && !matches("inboxes", "INBOX"));
        assert!(matches("inbox/%", "INBOX/Labo") && matches("Inbox*", "INBOX") && !matches("inboxes/%", "INBOX/Labo"));
        assert!(!matches("sent", "Sent"));
        assert!(matches("%/%", "a/b") && !matches("%/%", "a/b/c") && matches("", ""));
    }

    #[test]
    fn parents_come_nearest_first() {
        assert_eq!(ancestors("a/b/c").collect::<Vec<_>>(), ["a/b", "a"]);
        assert_eq!(ancestors("a").count(), 0);
    }

    /// The definition, word for word, and exponential.
    fn naive(pattern: &[char], name: &[char]) -> bool {
        match (pattern.split_first(), name.split_first()) {
            (None, None) => true,
            (Some((w @ ('*' | '%'), rest)), _) => {
                naive(rest, name) || name.split_first().is_some_and(|(c, after)| (*w == '*' || *c != '/') && naive(pattern, after))
            }
            (Some((p, rest)), Some((c, after))) => p == c && naive(rest, after),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn every_name_survives_the_wire(name in "\\PC{0,40}") {
            let wire = encode(&name);
            prop_assert!(wire.is_ascii());
            prop_assert_eq!(decode(wire.as_bytes()), Some(name));
        }

        #[test]
        fn what_is_decoded_has_one_spelling(wire in proptest::collection::vec(0x20_u8..0x7f, 0..24)) {
            if let Some(name) = decode(&wire) {
                // Base64 of a shift may carry non-zero spare bits; those spellings are refused by the decoder.
                prop_assert_eq!(encode(&name).into_bytes(), wire);
            }
        }

        #[test]
        fn patterns_agree_with_their_definition(pattern in "[ab/%*]{0,7}", name in "[ab/]{0,7}") {
            let p: Vec<char> = pattern.chars().collect();
            let n: Vec<char> = name.chars().collect();
            prop_assert_eq!(matches(&pattern, &name), naive(&p, &n));
        }
    }
}
