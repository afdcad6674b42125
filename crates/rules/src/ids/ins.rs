//! The national health identity of a citizen (INS): 13 characters and a key of two.
//!
//! Requirements: CIT-A, CIT-02, CIT-03, CIT-05, TRU-58. A matricule is never printed whole by accident: no `Display`, a short `Debug`.

use std::borrow::Cow;
use std::fmt;

use super::{BadId, bad, without_spaces};

/// Matricule INS with a right key, e.g. of the public test identity `2790…89`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Ins(String);

impl Ins {
    pub fn parse(text: &str) -> Result<Self, BadId> {
        let text = without_spaces(text).to_ascii_uppercase();
        if !shape_is_right(text.as_bytes()) {
            return Err(bad("matricule INS", "quinze caractères sont attendus, dans la forme du numéro de sécurité sociale"));
        }
        if text[13..] != key(&text[..13]) {
            return Err(bad("matricule INS", "la clé ne correspond pas : un chiffre est faux"));
        }
        Ok(Self(text))
    }

    /// The 15 characters. Never for a log, a metric or a journal: those get a keyed hash (CIT-05).
    pub fn expose_matricule(&self) -> &str {
        &self.0
    }
}

/// Hides whatever has the shape of a matricule, right key or not, in a text that comes from outside (a peer's reply, an address): `2790…89`.
/// For journal facts and logs (TRU-58); nothing is lost to a reader who may know, the message itself says it.
pub fn without_ins(text: &str) -> Cow<'_, str> {
    let mut hidden: Option<String> = None;
    let mut kept = 0;
    for (start, run) in words(text) {
        if shape_is_right(run.to_ascii_uppercase().as_bytes()) {
            let out = hidden.get_or_insert_default();
            out.push_str(&text[kept..start]);
            out.push_str(&format!("{}…{}", &run[..4], &run[13..]));
            kept = start + run.len();
        }
    }
    match hidden {
        Some(out) => Cow::Owned(out + &text[kept..]),
        None => Cow::Borrowed(text),
    }
}

/// Unbroken runs of ASCII letters and digits, each with where it starts.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let foreign = |c: char| !c.is_ascii_alphanumeric();
    let pieces = text.split_inclusive(foreign).scan(0, |at, piece| {
        let start = std::mem::replace(at, *at + piece.len());
        Some((start, piece))
    });
    pieces.map(move |(start, piece)| (start, piece.trim_end_matches(foreign)))
}

impl fmt::Debug for Ins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}…{}", &self.0[..4], &self.0[13..])
    }
}

/// Sex, year, month (special codes included), department (Corsica included), commune, rank, key (CIT-02).
fn shape_is_right(text: &[u8]) -> bool {
    if text.len() != 15 {
        return false;
    }
    let number = |from: usize, to: usize| {
        let digits = std::str::from_utf8(&text[from..to]).ok()?;
        digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse::<u32>().ok())?
    };
    let sex = matches!(text[0], b'1'..=b'4' | b'7' | b'8');
    let month = matches!(number(3, 5), Some(1..=12 | 20..=42 | 50..=99));
    let department = &text[5..7] == b"2A" || &text[5..7] == b"2B" || matches!(number(5, 7), Some(1..=99));
    sex && number(1, 3).is_some() && month && department && number(7, 13).is_some() && matches!(number(13, 15), Some(1..=97))
}

/// 97 − (N mod 97), where N is the 13 characters with `2A` read as 19 and `2B` as 18; two digits, 97 possible, 00 never (CIT-03).
fn key(thirteen: &str) -> String {
    let remainder = thirteen
        .replace("2A", "19")
        .replace("2B", "18")
        .bytes()
        .fold(0_u32, |remainder, byte| (remainder * 10 + u32::from(byte - b'0')) % 97);
    format!("{:02}", 97 - remainder)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: CIT-02, CIT-03.
    #[test]
    fn published_and_invented_matricules_with_a_right_key_are_taken() {
        for text in ["279035121518989", "277076322082910", "146026322000196", "114053599000129", "180102A99000420", "291112B99000555"] {
            assert!(Ins::parse(text).is_ok(), "{text}");
        }
    }

    /// Proves: CIT-03.
    #[test]
    fn published_matricules_with_a_wrong_key_are_refused() {
        for text in ["221042545611404", "289057545611404", "276059205062865", "224027511583555", "222127505611201"] {
            assert_eq!(Ins::parse(text).unwrap_err().why, "la clé ne correspond pas : un chiffre est faux", "{text}");
        }
        assert!(Ins::parse("123456789012345").is_err());
    }

    /// Proves: CIT-05.
    #[test]
    fn a_matricule_does_not_show_itself_by_accident() {
        assert_eq!(format!("{:?}", Ins::parse("279035121518989").unwrap()), "2790…89");
    }

    /// Proves: TRU-58, CIT-05.
    #[test]
    fn a_matricule_in_the_words_of_a_peer_is_hidden() {
        assert_eq!(
            without_ins("550 5.1.1 <279035121518989@patient.mssante.test> inconnu"),
            "550 5.1.1 <2790…89@patient.mssante.test> inconnu"
        );
        assert_eq!(without_ins("180102a99000420 et 221042545611404"), "1801…20 et 2210…04", "Corsican, and with a wrong key");
        assert_eq!(without_ins("250 2.0.0 Ok: queued as 4DzX8T12"), "250 2.0.0 Ok: queued as 4DzX8T12");
        assert_eq!(without_ins("n° 2790351215189891 é"), "n° 2790351215189891 é", "one digit more is something else");
    }

    #[test]
    fn a_text_of_another_shape_is_no_matricule() {
        for text in ["", "27903512151898", "579035121518989", "279135121518989", "2790351215189é9", "180102C99000420", "1801éé999000420"]
        {
            assert!(Ins::parse(text).is_err(), "{text:?} was taken");
        }
    }
}
