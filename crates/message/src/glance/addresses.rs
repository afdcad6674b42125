//! Address lists of a header (RFC 5322 §3.4, with the old routes of §4.4) as IMAP shows them.
//!
//! Quotes go, RFC 2047 words stay as they are. An address that cannot be read is shown as what stood there: nothing is left out.

use super::parameters::{comment, quoted_string};

/// One element of an address list, in the order of the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    Address(Address),
    GroupStart(Vec<u8>),
    GroupEnd,
}

/// Name, old source route, local part and domain, all without quotes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Address {
    pub name: Option<Vec<u8>>,
    pub route: Option<Vec<u8>>,
    pub mailbox: Vec<u8>,
    /// Empty when the address has no domain.
    pub host: Vec<u8>,
}

/// Reads one unfolded field value; never fails.
pub(super) fn read(text: &[u8]) -> Vec<Entry> {
    let mut reader = Reader::default();
    let mut at = 0;
    while at < text.len() {
        at = reader.step(text, at);
    }
    reader.finish();
    reader.entries
}

#[derive(Default)]
struct Reader {
    entries: Vec<Entry>,
    in_group: bool,
    /// The words so far, one blank between them: a display name, if an angle follows.
    words: Vec<u8>,
    blank: bool,
    /// The same without blanks: an address, if none follows; and where its last bare `@` is.
    bare: Vec<u8>,
    at_sign: Option<usize>,
    comment: Option<Vec<u8>>,
    angle: Option<Address>,
}

impl Reader {
    /// Takes what begins at `at` and answers where the next thing begins.
    fn step(&mut self, text: &[u8], at: usize) -> usize {
        match text[at] {
            b'"' => {
                let (content, end) = quoted_string(text, at);
                self.word(&content);
                return end;
            }
            b'(' => {
                let (content, end) = comment(text, at);
                self.comment = Some(content.trim_ascii().to_vec());
                self.blank = true;
                return end;
            }
            b'<' => {
                let (address, end) = angle(text, at);
                self.angle = Some(address);
                return end;
            }
            b'[' => return self.domain_literal(text, at),
            b',' => self.flush(),
            b';' => self.end_group(),
            b':' if !self.in_group => self.start_group(),
            byte if byte.is_ascii_whitespace() => self.blank = true,
            byte => {
                if byte == b'@' {
                    self.at_sign = Some(self.bare.len());
                }
                self.word(&[byte]);
            }
        }
        at + 1
    }

    fn word(&mut self, content: &[u8]) {
        if std::mem::take(&mut self.blank) && !self.words.is_empty() {
            self.words.push(b' ');
        }
        self.words.extend_from_slice(content);
        self.bare.extend_from_slice(content);
    }

    /// `user@[192.0.2.1]` and `user@[IPv6:…]`: the colon in it opens no group.
    fn domain_literal(&mut self, text: &[u8], at: usize) -> usize {
        let end = text[at..].iter().position(|byte| *byte == b']').map_or(at + 1, |close| at + close + 1);
        self.word(&text[at..end]);
        end
    }

    fn flush(&mut self) {
        let words = std::mem::take(&mut self.words);
        let bare = std::mem::take(&mut self.bare);
        let at_sign = self.at_sign.take();
        let comment = self.comment.take().filter(|text| !text.is_empty());
        self.blank = false;
        let address = match (self.angle.take(), at_sign) {
            (Some(address), _) => Address { name: Some(words).filter(|name| !name.is_empty()).or(comment), ..address },
            (None, Some(sign)) => Address { name: comment, route: None, mailbox: bare[..sign].to_vec(), host: bare[sign + 1..].to_vec() },
            (None, None) if words.is_empty() => return,
            (None, None) => Address { name: comment, route: None, mailbox: words, host: Vec::new() },
        };
        self.entries.push(Entry::Address(address));
    }

    fn start_group(&mut self) {
        let name = std::mem::take(&mut self.words);
        (self.bare, self.at_sign, self.comment, self.angle, self.blank) = (Vec::new(), None, None, None, false);
        self.in_group = true;
        self.entries.push(Entry::GroupStart(name));
    }

    fn end_group(&mut self) {
        self.flush();
        if std::mem::take(&mut self.in_group) {
            self.entries.push(Entry::GroupEnd);
        }
    }

    fn finish(&mut self) {
        self.flush();
        if self.in_group {
            self.entries.push(Entry::GroupEnd);
        }
    }
}

/// `<local@domain>` or `<@relay,@relay:local@domain>`, and the offset after it.
fn angle(text: &[u8], at: usize) -> (Address, usize) {
    let mut bare = Vec::new();
    let mut at_sign = None;
    let mut route = None;
    let mut in_literal = false;
    let mut at = at + 1;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'>' => {
                at += 1;
                break;
            }
            b'"' => {
                let (content, end) = quoted_string(text, at);
                bare.extend_from_slice(&content);
                at = end;
                continue;
            }
            b'(' => {
                at = comment(text, at).1;
                continue;
            }
            b':' if route.is_none() && !in_literal && bare.first() == Some(&b'@') => {
                route = Some(std::mem::take(&mut bare));
                at_sign = None;
            }
            _ if byte.is_ascii_whitespace() => {}
            _ => {
                match byte {
                    b'@' => at_sign = Some(bare.len()),
                    b'[' => in_literal = true,
                    b']' => in_literal = false,
                    _ => {}
                }
                bare.push(byte);
            }
        }
        at += 1;
    }
    let (mailbox, host) = match at_sign {
        Some(sign) => (bare[..sign].to_vec(), bare[sign + 1..].to_vec()),
        None => (bare, Vec::new()),
    };
    (Address { name: None, route, mailbox, host }, at)
}
