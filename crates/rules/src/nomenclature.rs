//! The national nomenclatures as data: what a code is called in the national files, and what people call it.
//!
//! Requirements: REG-07, ANN-H. `tables/labels.csv` holds the official labels (published by the Agence du numérique en santé under the
//! Licence Ouverte 2.0), `tables/words.csv` our own words for people. What a code allows is in [`crate::eligibility`], never here.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Nomenclatures of labels. The name is that of the national table (`TRE_R85`…).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Health professions.
    G15,
    /// Users of title.
    R95,
    /// Social professions.
    R94,
    /// Roles.
    R85,
    /// Categories: civil, student, military…
    R09,
    /// Civilities.
    R81,
    /// Civilities of exercise: Docteur, Professeur…
    R11,
    /// Sectors of activity.
    R02,
    /// Functions.
    R21,
    /// Genres of activity.
    R22,
    /// Modes of exercise: liberal, salaried.
    R23,
    /// Kinds of liberal activity.
    R24,
    /// Sections of pharmacists.
    G05,
    /// Specialities.
    R38,
}

impl Table {
    const ALL: [(&'static str, Self); 14] = [
        ("G15", Self::G15),
        ("R95", Self::R95),
        ("R94", Self::R94),
        ("R85", Self::R85),
        ("R09", Self::R09),
        ("R81", Self::R81),
        ("R11", Self::R11),
        ("R02", Self::R02),
        ("R21", Self::R21),
        ("R22", Self::R22),
        ("R23", Self::R23),
        ("R24", Self::R24),
        ("G05", Self::G05),
        ("R38", Self::R38),
    ];

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, table)| *table)
    }
}

/// The form of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gender {
    Masculine,
    Feminine,
}

/// A code of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    pub label: &'static str,
    /// The code is no longer given.
    pub ended: bool,
}

type Labels = BTreeMap<(Table, &'static str), Code>;
type Words = BTreeMap<(Table, &'static str), (&'static str, &'static str)>;

static LABELS: LazyLock<Labels> = LazyLock::new(|| {
    let read = |row: [&'static str; 4]| Some(((Table::parse(row[0])?, row[1]), Code { label: row[3], ended: !row[2].is_empty() }));
    rows(include_str!("../tables/labels.csv")).filter_map(read).collect()
});

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let read = |row: [&'static str; 4]| Some(((Table::parse(row[0])?, row[1]), (row[2], row[3])));
    rows(include_str!("../tables/words.csv")).filter_map(read).collect()
});

/// Four cells a line; `#` begins a comment, the header's first cell is no table.
fn rows(text: &'static str) -> impl Iterator<Item = [&'static str; 4]> {
    text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut cells = line.splitn(4, ';');
        Some([cells.next()?, cells.next()?, cells.next()?, cells.next()?])
    })
}

/// The row of a code.
pub fn code(table: Table, code: &str) -> Option<Code> {
    LABELS.get(&(table, code)).copied()
}

/// The official label; empty for a code that the table does not have, as the national files leave it.
pub fn label(table: Table, code: &str) -> &'static str {
    self::code(table, code).map_or("", |code| code.label)
}

/// The nomenclature a bare profession code belongs to, as Pro Santé Connect and the files give it: health professions, then users of title,
/// then social professions, passing over codes no longer given (`93` is a psychologist of R95; the ended `93` of G15 is not).
pub fn profession_table(code: &str) -> Option<Table> {
    let tables = || [Table::G15, Table::R95, Table::R94].into_iter().filter_map(|table| Some((table, self::code(table, code)?)));
    tables().find(|(_, row)| !row.ended).or_else(|| tables().next()).map(|(table, _)| table)
}

/// The official label of a bare profession code.
pub fn profession(code: &str) -> &'static str {
    profession_table(code).map_or("", |table| label(table, code))
}

/// The civility of an exercise: a title (`DR` Docteur) or a plain civility (`MME` Madame).
pub fn exercise_civility(code: &str) -> &'static str {
    match label(Table::R11, code) {
        "" => label(Table::R81, code),
        title => title,
    }
}

/// What people call a profession: the speciality says more than the profession when it has a word (« cardiologue »).
pub fn spoken_profession(code: &str, know_how: Option<&str>, gender: Gender) -> String {
    let speciality = know_how.and_then(|know_how| word(Table::R38, know_how, gender));
    match (speciality, profession_table(code)) {
        (Some(word), _) => word.to_owned(),
        (None, Some(table)) => spoken(table, code, gender),
        (None, None) => code.to_owned(),
    }
}

/// What people call a role.
pub fn spoken_role(code: &str, gender: Gender) -> String {
    spoken(Table::R85, code, gender)
}

fn spoken(table: Table, code: &str, gender: Gender) -> String {
    match (word(table, code, gender), label(table, code)) {
        (Some(word), _) => word.to_owned(),
        (None, "") => code.to_owned(),
        (None, label) => lower(label),
    }
}

fn word(table: Table, code: &str, gender: Gender) -> Option<&'static str> {
    WORDS.get(&(table, code)).map(|(masculine, feminine)| match gender {
        Gender::Masculine => *masculine,
        Gender::Feminine => *feminine,
    })
}

/// Lower case, except for abbreviations.
fn lower(label: &str) -> String {
    let word = |word: &str| {
        let abbreviation = word.chars().filter(|c| c.is_uppercase()).count() > 1 && !word.chars().any(char::is_lowercase);
        if abbreviation { word.to_owned() } else { word.to_lowercase() }
    };
    label.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: REG-07.
    #[test]
    fn every_line_of_the_tables_is_read_and_every_code_stands_once() {
        let lines = |text: &str| text.lines().filter(|line| line.starts_with(['G', 'R'])).count();
        assert_eq!(LABELS.len(), lines(include_str!("../tables/labels.csv")));
        assert_eq!(WORDS.len(), lines(include_str!("../tables/words.csv")));
        assert!(WORDS.keys().all(|key| LABELS.contains_key(key)), "a word for a code without a label");
    }

    /// Proves: REG-07.
    #[test]
    fn a_code_of_eligibility_has_a_label_and_the_same_end() {
        use crate::eligibility::{Ground, Nomenclature, standard};
        for (table, code, row) in standard().rows() {
            let table = match table {
                Nomenclature::G15 => Table::G15,
                Nomenclature::R95 => Table::R95,
                Nomenclature::R94 => Table::R94,
                Nomenclature::R85 => Table::R85,
            };
            let labelled = self::code(table, code).unwrap_or_else(|| panic!("{table:?} {code} has no label"));
            assert!(row.ground != Ground::Ended || labelled.ended, "{table:?} {code} ended there and not here");
        }
    }

    #[test]
    fn people_are_called_as_they_call_themselves() {
        use Gender::{Feminine, Masculine};
        assert_eq!(spoken_profession("10", Some("SM53"), Feminine), "médecin généraliste");
        assert_eq!(spoken_profession("10", Some("SM04"), Feminine), "cardiologue");
        assert_eq!(spoken_profession("10", None, Masculine), "médecin");
        assert_eq!(
            (spoken_profession("60", None, Feminine), spoken_profession("60", None, Masculine)),
            ("infirmière".into(), "infirmier".into())
        );
        assert_eq!(spoken_profession("93", None, Feminine), "psychologue");
        assert_eq!(spoken_role("331", Feminine), "secrétaire médicale");
        assert_eq!(spoken_role("332", Masculine), "assistant médical");
        assert_eq!(spoken_role("317", Feminine), "préparatrice en pharmacie");
        assert_eq!(spoken_role("309", Masculine), "gestionnaire de cas MAIA", "no word of ours: the official label");
        assert_eq!(spoken_role("999", Masculine), "999", "an unknown code is told as it is");
    }

    #[test]
    fn the_files_leave_an_unknown_code_without_label() {
        assert_eq!((profession("93"), profession("999"), label(Table::R38, "XX")), ("Psychologue", "", ""));
        assert_eq!((exercise_civility("DR"), exercise_civility("MME"), exercise_civility("")), ("Docteur", "Madame", ""));
    }
}
