//! Synthetic French medical mail, for `--fill-mailbox` and for tests: realistic in form, invented in every word, the same for the same seed.
//!
//! Plain letters, replies, and letters with a small PDF (one in three). XDM packages are not built. No clock and no randomness but the seed.

mod encode;
mod pdf;
mod words;

use std::fmt::Write as _;
use std::time::Duration;

use rules::{Address, Domain, Entropy, Moment};

/// An endless pile of letters for one mailbox.
#[derive(Clone, Debug)]
pub struct Letters {
    to: Address,
    from: Domain,
    newest: Moment,
    seed: u64,
}

/// One letter, as it would arrive: CRLF line ends, no trace lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub from: Address,
    /// When it was sent.
    pub at: Moment,
    pub bytes: Vec<u8>,
}

impl Letters {
    /// Letters to `to` from correspondents at `from`, the first of them sent just before `newest`.
    pub fn new(to: Address, from: Domain, newest: Moment, seed: u64) -> Self {
        Self { to, from, newest, seed }
    }

    /// The `n`th letter back in time. Independent of the others, so that a pile can be made in any order.
    pub fn letter(&self, n: u64) -> Letter {
        let mut draw = Draw(Entropy::seeded(self.seed.rotate_left(32) ^ n));
        let case = Case::drawn(&mut draw);
        let sender = draw.one_of(&words::SENDERS);
        // About twelve letters a working day, never two in the same second.
        let at = self.newest.minus(Duration::from_secs(n * 2400 + draw.below(2399)));
        let from = format!("{}@{}", sender.local, self.from);
        let message_id = |n: u64| format!("<{:016x}.{n}@{}>", self.seed, self.from);
        let mut head = String::new();
        let reply = n.is_multiple_of(5) && n > 0;
        let subject = if reply { format!("Re: {}", case.subject) } else { case.subject.clone() };
        let name = encode::words(sender.name);
        let _ = write!(head, "From: {name}\r\n <{from}>\r\nTo: {}\r\n{}", self.to, encode::field("Subject", &subject));
        let _ = write!(head, "Date: {}\r\nMessage-ID: {}\r\n", date(at), message_id(n));
        if reply {
            // The letter before it in time has the next number.
            let _ = write!(head, "In-Reply-To: {0}\r\nReferences: {0}\r\n", message_id(n + 1));
        }
        head.push_str("MIME-Version: 1.0\r\n");
        let text = case.text(sender, &mut draw);
        let body = if n % 3 == 2 { with_pdf(&case, &text, self.seed, n) } else { plain(&text) };
        let from = Address::parse(&from).expect("the correspondents' names are plain, and a test writes to each");
        Letter { from, at, bytes: (head + &body).into_bytes() }
    }

    /// The first `count` letters, oldest first, as they would have arrived.
    pub fn oldest_first(&self, count: u64) -> impl Iterator<Item = Letter> + '_ {
        (0..count).rev().map(|n| self.letter(n))
    }
}

/// What a letter is about.
struct Case {
    kind: &'static words::Kind,
    patient: String,
    subject: String,
}

impl Case {
    fn drawn(draw: &mut Draw) -> Self {
        let kind = draw.one_of(&words::KINDS);
        let (title, given) = *draw.one_of(&words::PATIENTS);
        let patient = format!("{title} {given} {}", draw.one_of(&words::FAMILIES));
        let subject = format!("{} - {patient}", kind.subject);
        Self { kind, patient, subject }
    }

    fn text(&self, sender: &words::Sender, draw: &mut Draw) -> String {
        let age = 18 + draw.below(75);
        let mut text = format!("{}\n\n{} {} ans, {}.\n", draw.one_of(&words::GREETINGS), self.patient, age, draw.one_of(self.kind.reasons));
        for _ in 0..1 + draw.below(4) {
            let _ = write!(text, "\n{} {}\n", draw.one_of(self.kind.findings), draw.one_of(&words::ADVICE));
        }
        let _ = write!(text, "\n{}\n\n{}\n{}\n", draw.one_of(&words::CLOSINGS), sender.name, sender.role);
        text
    }
}

fn plain(text: &str) -> String {
    format!(
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{}",
        encode::quoted_printable(text)
    )
}

fn with_pdf(case: &Case, text: &str, seed: u64, n: u64) -> String {
    let boundary = format!("pli-{seed:016x}-{n}");
    let pdf = encode::base64(&pdf::page(&case.subject, text));
    let file = format!("{}_{n}.pdf", case.kind.file);
    let mut body = format!(
        "Content-Type: multipart/mixed; boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n{}",
        plain("Bonjour,\n\nVeuillez trouver le document en pièce jointe.\n\nBien confraternellement,\n")
    );
    let _ = write!(body, "\r\n--{boundary}\r\nContent-Type: application/pdf; name=\"{file}\"\r\nContent-Transfer-Encoding: base64\r\n");
    let _ = write!(body, "Content-Disposition: attachment; filename=\"{file}\"\r\n\r\n{pdf}\r\n--{boundary}--\r\n");
    body
}

/// RFC 5322 §3.3, in the time of Paris.
fn date(at: Moment) -> String {
    at.paris().strftime("%a, %d %b %Y %H:%M:%S %z").to_string()
}

/// Choices from the seed.
struct Draw(Entropy);

impl Draw {
    fn below(&mut self, bound: u64) -> u64 {
        u64::from_le_bytes(self.0.bytes()) % bound
    }

    fn one_of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        let place = usize::try_from(self.below(list.len() as u64)).unwrap_or(0);
        &list[place]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(seed: u64) -> Letters {
        let to = Address::parse("cabinet.des-lilas@pli.mssante.test").expect("a fixture");
        Letters::new(to, Domain::parse("voisin.mssante.test").expect("a fixture"), Moment::from_secs(1_795_000_000), seed)
    }

    #[test]
    fn the_same_seed_writes_the_same_letters_and_another_one_others() {
        assert_eq!(letters(7).letter(12), letters(7).letter(12));
        assert_ne!(letters(7).letter(12).bytes, letters(8).letter(12).bytes);
        assert_ne!(letters(7).letter(12).bytes, letters(7).letter(13).bytes);
    }

    #[test]
    fn every_line_is_ascii_short_and_ended_by_crlf() {
        for letter in letters(1).oldest_first(120) {
            let text = std::str::from_utf8(&letter.bytes).expect("ASCII is UTF-8");
            assert!(text.is_ascii() && text.ends_with("\r\n"));
            for line in text.split("\r\n") {
                assert!(line.len() <= 78 && !line.contains(['\r', '\n']), "{line:?}");
            }
        }
    }

    #[test]
    fn one_letter_in_three_carries_a_pdf_whose_cross_references_are_right() {
        use base64::Engine as _;
        let letter = letters(3).letter(2);
        let text = String::from_utf8(letter.bytes).expect("ASCII");
        let (_, encoded) = text.split_once("filename=").and_then(|(_, rest)| rest.split_once("\r\n\r\n")).expect("an attachment");
        let (encoded, _) = encoded.split_once("\r\n--").expect("the closing boundary");
        let pdf = base64::engine::general_purpose::STANDARD.decode(encoded.replace("\r\n", "")).expect("base64");
        let find = |what: &[u8]| pdf.windows(what.len()).position(|w| w == what);
        assert!(pdf.starts_with(b"%PDF-1.4") && pdf.ends_with(b"%%EOF\n"));
        let tail = String::from_utf8_lossy(&pdf[find(b"startxref\n").expect("startxref")..]).into_owned();
        let at: usize = tail.lines().nth(1).expect("a number").parse().expect("a number");
        assert_eq!(&pdf[at..at + 4], b"xref");
        let table = String::from_utf8_lossy(&pdf[at..]).into_owned();
        for (number, line) in table.lines().skip(3).take(5).enumerate() {
            let offset: usize = line[..10].parse().expect("an offset");
            let object = format!("{} 0 obj", number + 1);
            assert!(pdf[offset..].starts_with(object.as_bytes()), "{object}");
        }
    }

    #[test]
    fn letters_go_back_in_time_from_the_newest() {
        let moments: Vec<Moment> = letters(5).oldest_first(50).map(|letter| letter.at).collect();
        assert!(moments.is_sorted() && moments[49] <= Moment::from_secs(1_795_000_000));
    }
}
