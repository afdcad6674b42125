//! One line of a list of letters, read off what was glanced at arrival: the message itself stays closed.
//!
//! RFC 3501 §7.4.2 (the ENVELOPE that `Glance` keeps), RFC 2047. Requirements: LPS-43, MSG-12, MSG-14. Never fails: what cannot be read is empty.

use rules::Moment;

use crate::Glance;
use crate::correspondent::{Correspondent, tidy};

/// What a list shows of a letter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Card {
    pub subject: String,
    pub from: Vec<Correspondent>,
    pub to: Vec<Correspondent>,
    pub cc: Vec<Correspondent>,
    pub date: Option<Moment>,
    /// Something is attached (an image shown in the text does not count).
    pub attached: bool,
    /// It carries documents of a patient (`IHE_XDM.ZIP`).
    pub documents: bool,
    /// A delivery report, or a reading receipt.
    pub report: bool,
}

impl Card {
    pub fn of(glance: &Glance) -> Self {
        let mut reader = Reader { text: &glance.envelope, at: 0 };
        let Some(Node::List(fields)) = reader.node() else { return Self::default() };
        let people = |at: usize| fields.get(at).map(people).unwrap_or_default();
        Self {
            subject: fields.get(1).map(Node::words).unwrap_or_default(),
            from: people(2),
            to: people(5),
            cc: people(6),
            date: glance.date.map(Moment::from_micros),
            attached: attached(&glance.body_structure),
            documents: glance.facts.xdm,
            report: glance.facts.is_dsn || glance.facts.is_mdn,
        }
    }

    /// The subject without the mark that a message with documents begins with (MSG-12). Never a source of identity.
    pub fn shown_subject(&self) -> String {
        shown_subject(&self.subject)
    }
}

/// See [`Card::shown_subject`]: `[…] XDM/1.0/DDM+` goes, tags before it stay.
pub fn shown_subject(subject: &str) -> String {
    let mut rest = subject.trim_start();
    while let Some(after) = rest.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        rest = after.1.trim_start();
    }
    const MARK: &str = "XDM/1.0/DDM";
    match rest.get(..MARK.len()) {
        Some(mark) if mark.eq_ignore_ascii_case(MARK) => {
            let tags = &subject[..subject.len() - rest.len()];
            format!("{tags}{}", rest[MARK.len()..].trim_start_matches('+').trim_start())
        }
        _ => subject.to_owned(),
    }
}

/// A disposition `attachment`, or a message inside, somewhere in the structure.
fn attached(structure: &[u8]) -> bool {
    let lower = structure.to_ascii_lowercase();
    let has = |text: &[u8]| memchr::memmem::find(&lower, text).is_some();
    has(b"(\"attachment\"") || has(b"\"message\" \"rfc822\"") || has(b"\"application\" \"pdf\"") || has(b"\"application\" \"zip\"")
}

fn people(node: &Node) -> Vec<Correspondent> {
    let Node::List(list) = node else { return Vec::new() };
    let mut people = Vec::new();
    for one in list {
        let Node::List(parts) = one else { continue };
        let [name, _, local, host] = parts.as_slice() else { continue };
        let (local, host) = (local.plain(), host.plain());
        // A group begins or ends with no host.
        if host.is_empty() {
            continue;
        }
        people.push(Correspondent::new(Some(name.words()).filter(|name| !name.is_empty()), &format!("{local}@{host}")));
    }
    people
}

enum Node {
    Nil,
    Text(Vec<u8>),
    List(Vec<Node>),
}

impl Node {
    fn plain(&self) -> String {
        match self {
            Self::Text(text) => String::from_utf8_lossy(text).into_owned(),
            Self::Nil | Self::List(_) => String::new(),
        }
    }

    /// As text for people: words of RFC 2047 decoded, one line.
    fn words(&self) -> String {
        let text = self.plain();
        if !text.contains("=?") {
            return tidy(&text);
        }
        let header = format!("Subject: {}\r\n\r\n", tidy(&text));
        let parsed = mail_parser::MessageParser::new().parse_headers(header.as_bytes());
        tidy(parsed.as_ref().and_then(|message| message.subject()).unwrap_or(&text))
    }
}

/// Reads the list that `glance` wrote: `NIL`, quoted strings, literals, lists.
struct Reader<'t> {
    text: &'t [u8],
    at: usize,
}

impl Reader<'_> {
    fn node(&mut self) -> Option<Node> {
        self.blanks();
        match self.text.get(self.at)? {
            b'(' => self.list(),
            b'"' => self.quoted(),
            b'{' | b'~' => self.literal(),
            _ => {
                let end = self.text[self.at..].iter().position(|b| b" ()".contains(b)).map_or(self.text.len(), |n| self.at + n);
                let word = &self.text[self.at..end];
                self.at = end.max(self.at + 1);
                Some(if word.eq_ignore_ascii_case(b"NIL") { Node::Nil } else { Node::Text(word.to_vec()) })
            }
        }
    }

    fn blanks(&mut self) {
        while self.text.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
    }

    fn list(&mut self) -> Option<Node> {
        self.at += 1;
        let mut nodes = Vec::new();
        loop {
            self.blanks();
            match self.text.get(self.at)? {
                b')' => {
                    self.at += 1;
                    return Some(Node::List(nodes));
                }
                _ => nodes.push(self.node()?),
            }
        }
    }

    fn quoted(&mut self) -> Option<Node> {
        self.at += 1;
        let mut text = Vec::new();
        loop {
            match self.text.get(self.at)? {
                b'"' => {
                    self.at += 1;
                    return Some(Node::Text(text));
                }
                b'\\' => {
                    text.push(*self.text.get(self.at + 1)?);
                    self.at += 2;
                }
                byte => {
                    text.push(*byte);
                    self.at += 1;
                }
            }
        }
    }

    fn literal(&mut self) -> Option<Node> {
        let open = self.text[self.at..].iter().position(|b| *b == b'{')? + self.at + 1;
        let close = self.text[open..].iter().position(|b| *b == b'}')? + open;
        let count: usize = std::str::from_utf8(&self.text[open..close]).ok()?.trim_end_matches('+').parse().ok()?;
        let start = close + 3;
        let text = self.text.get(start..start.checked_add(count)?)?.to_vec();
        self.at = start + count;
        Some(Node::Text(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(message: &str) -> Card {
        Card::of(&Glance::of(message.replace('\n', "\r\n").as_bytes()))
    }

    #[test]
    fn a_letter_is_listed_by_its_people_and_its_subject_in_clear() {
        let card = card(
            "From: =?UTF-8?Q?Nadia_SUREAU?= <Nadia@pli.mssante.test>\nTo: Equipe: a@b.test, \"C, D\" <c@d.test>;\n\
             Subject: XDM/1.0/DDM+=?UTF-8?B?w4ljaG8=?= CORSE\nDate: Sat, 21 Nov 2026 09:00:00 +0100\n\nBonjour\n",
        );
        assert_eq!(card.from, [Correspondent::new(Some("Nadia SUREAU".into()), "nadia@pli.mssante.test")]);
        assert_eq!(card.to, [Correspondent::new(None, "a@b.test"), Correspondent::new(Some("C, D".into()), "c@d.test")]);
        assert_eq!(card.shown_subject(), "Écho CORSE");
        assert_eq!(card.date, Moment::parse("2026-11-21T08:00:00Z"));
        assert!(!card.attached && !card.documents);
        assert_eq!(shown_subject("[Annule et remplace] xdm/1.0/ddm+CR Écho"), "[Annule et remplace] CR Écho");
        assert_eq!(shown_subject("[a"), "[a");
    }

    #[test]
    fn a_header_in_raw_utf8_or_with_quotes_is_read_too() {
        let card = card("From: \"Le \\\"Dr\\\" Frêne\" <l@b.test>\nSubject: À revoir\n\n.\n");
        assert_eq!(card.from[0].name.as_deref(), Some("Le \"Dr\" Frêne"));
        assert_eq!(card.subject, "À revoir");
    }

    #[test]
    fn what_is_attached_is_told() {
        let with = "From: a@b.test\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nBonjour\n--x\nContent-Type: application/pdf\n\
                    Content-Disposition: attachment; filename=a.pdf\n\nJVBERg\n--x--\n";
        assert!(card(with).attached);
    }

    proptest::proptest! {
        #[test]
        fn any_message_has_a_card(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400), envelope in ".{0,120}") {
            let mut glance = Glance::of(&bytes);
            Card::of(&glance);
            glance.envelope = envelope.into_bytes();
            Card::of(&glance);
        }
    }
}
