//! What was typed in the search field: words, and filters as people write them (`de:`, `à:`, `avant:`, `après:`, `pièce jointe`).
//!
//! Words in quotes are words like others: the search knows stems, not phrases.

use message::stems::{self, Forms};
use message::{Card, Letter};
use rules::Moment;

/// Marks of the places where a word stands; no word holds a control character.
const FROM: char = '\u{1}';
const TO: char = '\u{2}';
const ATTACHED: &str = "\u{3}piece";
/// Words of one question.
const MOST: usize = 12;

/// A question understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// Each of these, in any of its forms.
    pub(super) words: Vec<Forms>,
    pub(super) from: Option<Moment>,
    pub(super) until: Option<Moment>,
    /// Filters that could not be understood.
    pub(super) strange: Vec<String>,
}

impl Asked {
    pub(super) fn read(text: &str) -> Self {
        let mut asked = Self::default();
        let mut rest = String::new();
        for piece in pieces(&attached(text, &mut asked.words)) {
            let (name, value) = piece.split_once(':').unwrap_or(("", &piece));
            let value = value.trim_matches(['"', '«', '»', ' ']);
            match name.to_lowercase().as_str() {
                "de" | "from" => asked.words.extend(marked(FROM, value)),
                "à" | "a" | "to" | "pour" => asked.words.extend(marked(TO, value)),
                "avant" | "before" => match day(value) {
                    Some(at) => asked.until = Some(at),
                    None => asked.strange.push(piece),
                },
                "après" | "apres" | "depuis" | "after" => match day(value) {
                    Some(at) => asked.from = Some(at),
                    None => asked.strange.push(piece),
                },
                _ => {
                    rest.push_str(&piece);
                    rest.push(' ');
                }
            }
        }
        asked.words.extend(stems::words(&rest));
        asked.words.truncate(MOST);
        asked
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty() && self.from.is_none() && self.until.is_none()
    }

    /// Does this letter answer the question? Asked of the letter opened: a hash alone proves nothing.
    pub(super) fn met_by(&self, known: &std::collections::BTreeSet<String>) -> bool {
        self.words.iter().all(|forms| forms.iter().any(|form| known.contains(form)))
    }
}

/// The words of a letter, with those of its people marked. `bytes`: the whole letter; without, only what a list shows.
pub(super) fn words_of(card: &Card, bytes: Option<&[u8]>) -> std::collections::BTreeSet<String> {
    let mut words = stems::all(&card.subject);
    for (mark, people) in [(FROM, &card.from), (TO, &card.to), (TO, &card.cc)] {
        for one in people {
            let named = format!("{} {}", one.name.as_deref().unwrap_or_default().replace('_', " "), one.address);
            let found = stems::all(&named);
            words.extend(found.iter().map(|word| format!("{mark}{word}")));
            words.extend(found);
        }
    }
    if card.attached || card.documents {
        words.insert(ATTACHED.to_owned());
    }
    if let Some(bytes) = bytes {
        let letter = Letter::read(bytes);
        words.extend(stems::all(&letter.text()));
        for one in letter.attachments() {
            words.extend(stems::all(&one.name));
        }
    }
    words
}

fn marked(mark: char, text: &str) -> Vec<Forms> {
    stems::words(text).into_iter().map(|forms| forms.into_iter().map(|form| format!("{mark}{form}")).collect()).collect()
}

/// Takes « pièce jointe » out of the text, however it is written.
fn attached(text: &str, words: &mut Vec<Forms>) -> String {
    let lower = text.to_lowercase();
    for phrase in ["pièces jointes", "pieces jointes", "pièce jointe", "piece jointe", "has:attachment"] {
        if let Some(at) = lower.find(phrase)
            && lower.len() == text.len()
        {
            words.push(vec![ATTACHED.to_owned()]);
            return format!(
                "{} {}",
                text[..at].trim_end_matches(['"', '«', ' ']),
                text[at + phrase.len()..].trim_start_matches(['"', '»', ' '])
            );
        }
    }
    text.to_owned()
}

/// Split at blanks, but for what stands in quotes; `de: x` is `de:x`.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            '«' => quoted = true,
            '»' => quoted = false,
            c if c.is_whitespace() && !quoted => {
                if piece.ends_with(':') {
                    continue;
                }
                pieces.push(std::mem::take(&mut piece));
            }
            c => piece.push(c),
        }
    }
    pieces.push(piece);
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// `21/11/2026`, `2026-11-21`, `11/2026`, `2026`: the first moment of it, in Paris.
fn day(text: &str) -> Option<Moment> {
    let numbers: Vec<i16> = text.split(['/', '-', '.']).map(str::parse).collect::<Result<_, _>>().ok()?;
    let (year, month, day) = match numbers.as_slice() {
        [year] => (*year, 1, 1),
        [month, year] if *year > 31 => (*year, *month, 1),
        [year, month] => (*year, *month, 1),
        [day, month, year] if *year > 31 => (*year, *month, *day),
        [year, month, day] => (*year, *month, *day),
        _ => return None,
    };
    let date = jiff::civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let zone = Moment::from_secs(0).paris().time_zone().clone();
    Some(Moment::from_micros(date.to_zoned(zone).ok()?.timestamp().as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_read_as_people_write_them() {
        let asked = Asked::read("hospitalisations de:cardiologie à: \"Claire Tilleul\" après:20/11/2026 avant:2026-11-22 pièce jointe");
        assert_eq!(asked.from, Moment::parse("2026-11-19T23:00:00Z"));
        assert_eq!(asked.until, Moment::parse("2026-11-21T23:00:00Z"));
        assert_eq!(asked.words.len(), 5, "{:?}", asked.words);
        assert_eq!(asked.words[0], [ATTACHED]);
        assert!(asked.words[1][0].starts_with(FROM) && asked.words[2][0].starts_with(TO));
        assert!(asked.strange.is_empty());
        assert_eq!(Asked::read("avant:hier").strange, ["avant:hier"]);
        assert!(Asked::read("  de la  ").is_empty());
    }

    #[test]
    fn a_letter_answers_by_its_people_and_by_its_words_and_not_by_the_people_it_only_speaks_of() {
        let bytes = b"From: Cardiologie <cardio@voisin.test>\r\nTo: a@b.test\r\nSubject: Suite\r\n\r\nVu avec le Dr Peuplier.\r\n";
        let card = Card::of(&message::Glance::of(bytes));
        let words = words_of(&card, Some(bytes));
        for yes in ["peuplier", "de:cardiologie", "de:cardio@voisin.test", "à:a@b.test", "suite peuplier"] {
            assert!(Asked::read(yes).met_by(&words), "{yes}");
        }
        for no in ["de:peuplier", "à:cardiologie", "pièce jointe", "absent"] {
            assert!(!Asked::read(no).met_by(&words), "{no}");
        }
        assert!(!Asked::read("peuplier").met_by(&words_of(&card, None)));
    }
}
