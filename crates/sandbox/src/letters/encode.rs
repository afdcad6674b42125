//! Text on the wire: encoded words (RFC 2047), quoted-printable and base64 (RFC 2045).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Octets of text in one encoded word: base64 of 42 octets and the frame stay under 75 characters.
const WORD: usize = 42;

/// A header field, folded, with its end of line.
pub(super) fn field(name: &str, text: &str) -> String {
    format!("{name}: {}\r\n", words(text))
}

/// Text as it may stand in a header: itself when short and ASCII, encoded words otherwise.
pub(super) fn words(text: &str) -> String {
    if text.is_ascii() && text.len() <= 60 {
        return text.to_owned();
    }
    let mut pieces = vec![String::new()];
    for character in text.chars() {
        if pieces.last().is_some_and(|last| last.len() + character.len_utf8() > WORD) {
            pieces.push(String::new());
        }
        if let Some(last) = pieces.last_mut() {
            last.push(character);
        }
    }
    let encoded: Vec<String> = pieces.iter().map(|piece| format!("=?utf-8?B?{}?=", STANDARD.encode(piece))).collect();
    encoded.join("\r\n ")
}

/// Lines of at most 76 characters, CRLF.
pub(super) fn quoted_printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 5 / 4);
    for line in text.lines() {
        let mut width = 0;
        let bytes = line.as_bytes();
        for (place, &byte) in bytes.iter().enumerate() {
            let last = place + 1 == bytes.len();
            let literal = matches!(byte, b'!'..=b'<' | b'>'..=b'~') || (byte == b' ' && !last);
            let piece = if literal { char::from(byte).to_string() } else { format!("={byte:02X}") };
            if width + piece.len() > 75 {
                out.push_str("=\r\n");
                width = 0;
            }
            width += piece.len();
            out.push_str(&piece);
        }
        out.push_str("\r\n");
    }
    out
}

/// Lines of 76 characters, CRLF between them.
pub(super) fn base64(bytes: &[u8]) -> String {
    let lines: Vec<String> = bytes.chunks(57).map(|chunk| STANDARD.encode(chunk)).collect();
    lines.join("\r\n")
}
