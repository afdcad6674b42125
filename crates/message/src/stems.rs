//! Words of a text as a search finds them: without accents, case, or French endings. `hospitalisations` finds `hospitalisée`.
//!
//! Used on both sides, at indexing and at searching, so that they always agree. Requirements: invariant 12 (what leaves here towards the
//! index is hashed under the mailbox's key by `store`, which never sees a word). It decides nothing, and keeps nothing.

use std::collections::BTreeSet;

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Words of one letter that are indexed, at most.
pub const MOST: usize = 4_000;
/// Text of one letter that is read for words, bytes.
const READ: usize = 512 * 1024;
const LONGEST: usize = 64;

/// Words so frequent that they find everything.
const EMPTY: [&str; 44] = [
    "a", "au", "aux", "avec", "ce", "ces", "cette", "dans", "de", "des", "du", "elle", "en", "est", "et", "eu", "il", "je", "la", "le",
    "les", "leur", "lui", "ma", "me", "mes", "mon", "ne", "nous", "on", "ou", "par", "pas", "pour", "que", "qui", "sa", "se", "son", "sur",
    "un", "une", "vous", "y",
];

/// Forms under which a word is found; the first is the usual one. Two texts share a word when they share a form.
pub type Forms = Vec<String>;

/// The words of a text, each with its forms, in order, repeats left out.
pub fn words(text: &str) -> Vec<Forms> {
    let end = (0..=text.len().min(READ)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let stemmer = Stemmer::create(Algorithm::French);
    let mut seen = BTreeSet::new();
    let mut words = Vec::new();
    for word in text[..end].split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c)) {
        if word.is_empty() || word.len() > LONGEST {
            continue;
        }
        let forms = forms(&stemmer, word);
        let Some(first) = forms.first() else { continue };
        if seen.insert(first.clone()) {
            words.push(forms);
            if words.len() >= MOST {
                break;
            }
        }
    }
    words
}

/// Every form of every word: what is kept of a text.
pub fn all(text: &str) -> BTreeSet<String> {
    words(text).into_iter().flatten().collect()
}

fn forms(stemmer: &Stemmer, word: &str) -> Forms {
    let lower: String = word.nfc().flat_map(char::to_lowercase).collect();
    let plain = fold(&lower);
    if EMPTY.contains(&plain.as_str()) || (plain.chars().count() < 2 && !plain.bytes().all(|b| b.is_ascii_digit())) {
        return Vec::new();
    }
    if plain.bytes().any(|b| b.is_ascii_digit()) {
        return vec![plain];
    }
    // People write with or without accents; the endings of French are told apart by them. Both readings are kept.
    let (bare, accented) = (stemmer.stem(&plain).into_owned(), fold(&stemmer.stem(&lower)));
    if bare == accented { vec![bare] } else { vec![bare, accented] }
}

/// Without accents, ligatures opened.
fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfd().filter(|c| !is_combining_mark(*c)) {
        match c {
            'œ' => out.push_str("oe"),
            'æ' => out.push_str("ae"),
            'ß' => out.push_str("ss"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meet(asked: &str, text: &str) -> bool {
        let kept = all(text);
        words(asked).iter().all(|forms| forms.iter().any(|form| kept.contains(form)))
    }

    #[test]
    fn a_word_is_found_whatever_its_accents_its_number_or_its_case() {
        for asked in ["medecin", "Médecins", "MEDECIN", "médecin"] {
            assert!(meet(asked, "Le médecin traitant"), "{asked}");
            assert!(meet(asked, "les MEDECINS"), "{asked}");
        }
        assert!(meet("hospitalisations", "une hospitalisation"));
        assert!(meet("hospitalisee", "Patiente hospitalisée hier"));
        assert!(meet("hospitalisée", "Patiente hospitalisee hier"));
        assert!(meet("oedeme", "Œdème des membres"));
        assert!(meet("l'hôpital", "transfert à l’hopital"));
        assert!(!meet("cardiologie", "Le médecin traitant"));
    }

    #[test]
    fn numbers_are_found_as_they_are_and_empty_words_are_not_kept() {
        assert!(meet("2026", "le 21/11/2026"));
        assert!(all("et de la une").is_empty());
        assert!(words("").is_empty());
    }

    #[test]
    fn decomposed_letters_are_the_same_letters() {
        assert_eq!(all("me\u{301}decin"), all("médecin"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_finds_itself(text in "\\PC{0,80}") {
            proptest::prop_assert!(meet(&text, &text));
        }
    }
}
