//! The text form of a DN, as the white list holds it: RFC 4514 with the liberties of the real file.
//!
//! Requirements: TRU-17. Reads and prints pairs; normalises nothing but the attribute's name.

use super::{BadDn, MOST};

/// Names and OIDs of the attributes, the printed name first.
const ATTRIBUTES: &[(&str, &[&str], &str)] = &[
    ("CN", &["commonname"], "2.5.4.3"),
    ("OU", &["organizationalunitname"], "2.5.4.11"),
    ("O", &["organizationname"], "2.5.4.10"),
    ("ST", &["s", "stateorprovincename"], "2.5.4.8"),
    ("L", &["localityname"], "2.5.4.7"),
    ("C", &["countryname"], "2.5.4.6"),
    ("SERIALNUMBER", &[], "2.5.4.5"),
    ("STREET", &["streetaddress"], "2.5.4.9"),
    ("T", &["title"], "2.5.4.12"),
    ("SN", &["surname"], "2.5.4.4"),
    ("GN", &["givenname"], "2.5.4.42"),
    ("POSTALCODE", &[], "2.5.4.17"),
    ("ORGANIZATIONIDENTIFIER", &[], "2.5.4.97"),
    ("E", &["emailaddress"], "1.2.840.113549.1.9.1"),
    ("UID", &["userid"], "0.9.2342.19200300.100.1.1"),
    ("DC", &["domaincomponent"], "0.9.2342.19200300.100.1.25"),
];

/// The one name of an attribute: short name, long name or OID in; an unknown OID stays itself.
pub(super) fn attribute(name: &str) -> Result<String, BadDn> {
    let lower = name.trim().to_ascii_lowercase();
    let lower = lower.strip_prefix("oid.").unwrap_or(&lower);
    if lower.is_empty() {
        return Err(BadDn::NoAttribute);
    }
    let known = ATTRIBUTES.iter().find(|(short, long, oid)| short.eq_ignore_ascii_case(lower) || long.contains(&lower) || *oid == lower);
    if let Some((short, _, _)) = known {
        return Ok((*short).to_owned());
    }
    let dotted = lower.len() <= 64
        && lower.split('.').count() > 1
        && lower.split('.').all(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    if dotted { Ok(lower.to_owned()) } else { Err(BadDn::UnknownAttribute(name.trim().chars().take(40).collect())) }
}

/// Splits a DN's text into pairs, in the order of the text, values unescaped.
pub(super) fn split(text: &str) -> Result<Vec<(String, String)>, BadDn> {
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(BadDn::Empty);
    }
    let mut pairs = Vec::new();
    loop {
        if pairs.len() == MOST {
            return Err(BadDn::TooLong);
        }
        let (name, after) = rest.split_once('=').ok_or(BadDn::NoAttribute)?;
        let name = if name.contains(',') { Err(BadDn::NoAttribute) } else { attribute(name) }?;
        let (value, after) = value(after)?;
        pairs.push((name, value));
        match after {
            Some(next) => rest = next,
            None => return Ok(pairs),
        }
    }
}

/// Reads one value; gives what follows its comma, if there is one.
fn value(text: &str) -> Result<(String, Option<&str>), BadDn> {
    let text = text.trim_start();
    if let Some(inside) = text.strip_prefix('"')
        && let Some(end) = unescaped(inside, |c| c == '"')
    {
        let after = inside[end + 1..].trim_start();
        if after.is_empty() {
            return Ok((unescape(&inside[..end])?, None));
        }
        if let Some(next) = after.strip_prefix(',') {
            return Ok((unescape(&inside[..end])?, Some(next)));
        }
    }
    let end = unescaped(text, |c| c == ',');
    let raw = trim_end(&text[..end.unwrap_or(text.len())]);
    let next = end.map(|e| &text[e + 1..]);
    if let Some(inside) = raw.strip_prefix('"').and_then(|r| r.strip_suffix('"'))
        && !ends_escaped(inside)
    {
        return Ok((unescape(inside)?, next));
    }
    if raw.starts_with('#') {
        return Err(BadDn::Hex);
    }
    if unescaped(raw, |c| c == '+').is_some() {
        return Err(BadDn::MultiValued);
    }
    Ok((unescape(raw)?, next))
}

/// Trims the end, but keeps a space that was escaped.
fn trim_end(text: &str) -> &str {
    let trimmed = text.trim_end();
    let kept = if ends_escaped(trimmed) { text[trimmed.len()..].chars().next().map_or(0, char::len_utf8) } else { 0 };
    &text[..trimmed.len() + kept]
}

/// Where the first such character stands that no `\` precedes.
fn unescaped(text: &str, wanted: impl Fn(char) -> bool) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if !escaped && wanted(c) {
            return Some(at);
        }
        escaped = !escaped && c == '\\';
    }
    None
}

fn ends_escaped(text: &str) -> bool {
    text.bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 1
}

/// `\,` and its like, and `\C3\A9` (RFC 4514 §2.4).
fn unescape(text: &str) -> Result<String, BadDn> {
    if !text.contains('\\') {
        return Ok(text.to_owned());
    }
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(b) = bytes.next() {
        if b != b'\\' {
            out.push(b);
            continue;
        }
        match bytes.next().ok_or(BadDn::Escape)? {
            special @ (b',' | b'+' | b'"' | b'\\' | b'<' | b'>' | b';' | b'=' | b'#' | b' ') => out.push(special),
            high => out.push(hex(high)? << 4 | hex(bytes.next().ok_or(BadDn::Escape)?)?),
        }
    }
    String::from_utf8(out).map_err(|_| BadDn::Escape)
}

fn hex(digit: u8) -> Result<u8, BadDn> {
    char::from(digit).to_digit(16).and_then(|d| u8::try_from(d).ok()).ok_or(BadDn::Escape)
}

/// Prints pairs given from C to CN, most specific first, with the escapes that reading needs.
pub(super) fn print(pairs: &[(String, String)]) -> String {
    let mut out = String::new();
    for (attribute, value) in pairs.iter().rev() {
        if !out.is_empty() {
            out.push(',');
        }
        out.push_str(attribute);
        out.push('=');
        for (at, c) in value.char_indices() {
            if matches!(c, ',' | '+' | '\\' | ';' | '<' | '>') || (at == 0 && matches!(c, '#' | '"')) {
                out.push('\\');
            }
            out.push(c);
        }
    }
    out
}
