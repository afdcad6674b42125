//! Names of people in greetings, folded to ASCII: protocol texts are ASCII (PSC-31).

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// `Zoé ŒUVRARD` becomes `Zoe OEUVRARD`. What has no ASCII letter becomes `?`; controls and the characters that end a response text vanish.
pub(crate) fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)) {
        match c {
            'œ' => out.push_str("oe"),
            'Œ' => out.push_str("OE"),
            'æ' => out.push_str("ae"),
            'Æ' => out.push_str("AE"),
            'ß' => out.push_str("ss"),
            'ø' => out.push('o'),
            'Ø' => out.push('O'),
            'ł' => out.push('l'),
            'Ł' => out.push('L'),
            'đ' => out.push('d'),
            'Đ' => out.push('D'),
            '\u{2018}' | '\u{2019}' => out.push('\''),
            '\u{2010}'..='\u{2015}' => out.push('-'),
            c if c.is_ascii_control() || c == '[' || c == ']' => {}
            c if c.is_ascii() => out.push(c),
            _ => out.push('?'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_fall_and_nothing_can_break_the_line() {
        assert_eq!(ascii("Zoé ŒUVRARD-L’HÔTE"), "Zoe OEUVRARD-L'HOTE");
        assert_eq!(ascii("a\r\n* BYE]"), "a* BYE");
        assert_eq!(ascii("李"), "?");
    }
}
