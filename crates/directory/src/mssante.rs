//! `Extraction_Correspondance_MSSante`: one row a published mailbox, 31 columns, as the national file has them.
//!
//! Requirements: ANN-52, ANN-54, ANN-55, CAB-21. UTF-8 without BOM, `|`, one header line, no quoting, LF, sorted by address. Where the published
//! names leave a choice, our reading: a column without « Libellé » holds a code; the kind of a structure's number is its TRE_G07 code
//! (`1` FINESS, `3` SIRET), as the kind of a person's is (`8` RPPS).

use rules::Moment;
use rules::nomenclature::{self, Table};
use rules::publish::{Card, Carrier, Professional};

use crate::Options;

/// The header. Columns are never renamed, moved or removed (ANN-55).
pub const COLUMNS: [&str; 31] = [
    "Type de BAL",
    "Adresse BAL",
    "Type Identifiant PP",
    "Identifiant PP",
    "Identification nationale PP",
    "Type identifiant structure",
    "Identification Structure",
    "Service de rattachement",
    "Civilité d'exercice",
    "Nom d'exercice",
    "Prénom d'exercice",
    "Catégorie profession",
    "Libellé de catégorie profession",
    "Code Profession",
    "Libellé Profession",
    "Code savoir-faire",
    "Libellé savoir-faire",
    "Dématérialisation",
    "Raison Sociale structure BAL",
    "Enseigne commerciale structure BAL",
    "L2COMPLEMENTLOCALISATION structure BAL",
    "L3COMPLEMENTDISTRIBUTION structure BAL",
    "L4NUMEROVOIE structure BAL",
    "L4COMPLEMENTNUMEROVOIE structure BAL",
    "NL4TYPEVOIE structure BAL",
    "L4LIBELLEVOIE structure BAL",
    "L5LIEUDITMENTION structure BAL",
    "L6LIGNEACHEMINEMENT structure BAL",
    "Code postal structure BAL",
    "Département structure BAL",
    "Pays structure BAL",
];

/// `Extraction_Correspondance_MSSante_202611220300`: the time of generation in Paris.
pub fn base_name(at: Moment) -> String {
    format!("Extraction_Correspondance_MSSante_{}", at.paris().strftime("%Y%m%d%H%M"))
}

/// The whole file. The cards come sorted ([`crate::cards`]).
pub fn text(cards: &[Card], options: &Options) -> String {
    let end = if options.trailing_separator { "|\n" } else { "\n" };
    let header = COLUMNS.map(str::to_owned);
    [header].into_iter().chain(cards.iter().map(row)).map(|cells| cells.join("|") + end).collect()
}

fn row(card: &Card) -> [String; 31] {
    let mut cells: [String; 31] = Default::default();
    let mut set = |column: usize, value: &str| cells[column - 1] = clean(value);
    set(1, card.kind.as_str());
    set(2, card.address.as_str());
    if let Some(number) = card.number() {
        set(6, number.kind());
        set(7, number.value());
    }
    if let Some(person) = card.professional() {
        professional(person, &mut set);
    }
    if let Carrier::Structure(_) = card.carrier {
        set(8, card.description.as_deref().unwrap_or_default());
    }
    if let Some(place) = card.place() {
        let address = &place.address;
        set(19, &place.name);
        set(20, place.sign.as_deref().unwrap_or_default());
        set(21, &address.inside);
        set(22, &address.outside);
        set(23, &address.number);
        set(24, &address.repetition);
        set(25, &address.street_type);
        set(26, &address.street);
        set(27, &address.mention);
        set(28, &address.line);
        set(29, &address.postal_code);
        set(30, &address.department);
        set(31, &address.country);
    }
    cells
}

fn professional(person: &Professional, set: &mut impl FnMut(usize, &str)) {
    // `8` + RPPS; another form has no kind and value of its own.
    if let Some(rpps) = person.idnat.as_str().strip_prefix('8') {
        set(3, "8");
        set(4, rpps);
    }
    set(5, person.idnat.as_str());
    set(9, &person.title);
    set(10, &person.family);
    set(11, &person.given);
    set(12, &person.category);
    set(13, nomenclature::label(Table::R09, &person.category));
    set(14, &person.profession);
    set(15, nomenclature::profession(&person.profession));
    if let Some(main) = person.know_how.first() {
        set(16, &main.code);
        set(17, nomenclature::label(Table::R38, &main.code));
    }
}

/// Separators and line ends inside a value become one space; none at its ends (ANN-54).
fn clean(value: &str) -> String {
    let mut clean = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '|' | '\r' | '\n' | '\t' if clean.ends_with('\u{1}') => {}
            '|' | '\r' | '\n' | '\t' => clean.push('\u{1}'),
            c => clean.push(c),
        }
    }
    clean.replace('\u{1}', " ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: ANN-54.
    #[test]
    fn what_would_break_a_row_becomes_one_space() {
        assert_eq!(clean("CABINET|DES\r\nLILAS\t|"), "CABINET DES LILAS");
        assert_eq!(clean("  \n12 BIS "), "12 BIS");
        assert_eq!(clean("a  b"), "a  b", "spaces inside a name are its own");
    }

    /// Proves: ANN-52.
    #[test]
    fn the_name_of_the_file_tells_when_it_was_made_in_paris() {
        let at = Moment::parse("2026-07-01T22:05:59Z").unwrap();
        assert_eq!(base_name(at), "Extraction_Correspondance_MSSante_202607020005");
    }

    /// Proves: ANN-52, ANN-55.
    #[test]
    fn the_header_is_the_national_one_to_the_letter() {
        let header = "Type de BAL|Adresse BAL|Type Identifiant PP|Identifiant PP|Identification nationale PP|Type identifiant structure|\
            Identification Structure|Service de rattachement|Civilité d'exercice|Nom d'exercice|Prénom d'exercice|Catégorie profession|\
            Libellé de catégorie profession|Code Profession|Libellé Profession|Code savoir-faire|Libellé savoir-faire|Dématérialisation|\
            Raison Sociale structure BAL|Enseigne commerciale structure BAL|L2COMPLEMENTLOCALISATION structure BAL|\
            L3COMPLEMENTDISTRIBUTION structure BAL|L4NUMEROVOIE structure BAL|L4COMPLEMENTNUMEROVOIE structure BAL|NL4TYPEVOIE structure BAL|\
            L4LIBELLEVOIE structure BAL|L5LIEUDITMENTION structure BAL|L6LIGNEACHEMINEMENT structure BAL|Code postal structure BAL|\
            Département structure BAL|Pays structure BAL";
        assert_eq!(text(&[], &Options::default()), format!("{header}\n"));
        let old = Options { trailing_separator: true, ..Options::default() };
        assert_eq!(text(&[], &old), format!("{header}|\n"));
    }
}
