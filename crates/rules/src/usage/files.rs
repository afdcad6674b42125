//! The figures of a month as files: CSV to hand over, JSON and NDJSON for machines, all with the same columns.
//!
//! Requirements: IND-20, IND-21, IND-22, IND-23, IND-24, IND-41. UTF-8 without BOM, `;`, LF, a header even when there is no row, quotes only where a
//! field holds `;`, `"` or a line end. A new column goes at the end and raises [`VERSION`]; no column is ever used anew.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::usage::{Figures, Month, RowKey};

/// Version of the three formats (IND-24).
pub(super) const VERSION: u32 = 1;

/// The three files of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum File {
    Connexions,
    Echanges,
    Boites,
}

/// What an operator may choose about the files.
#[derive(Clone, Debug, Default)]
pub struct Format {
    /// Written where the date of the last connection is not known (IND-22); empty unless configured, e.g. `1900-01-01`.
    pub unknown_date: String,
}

const CONNEXIONS: [&str; 17] = [
    "mois",
    "domaine",
    "adresse_boite",
    "type_boite",
    "id_porteur",
    "type_acteur",
    "id_acteur",
    "canal",
    "qualite",
    "nb_visites",
    "nb_jours_actifs",
    "date_premiere_connexion",
    "date_derniere_connexion",
    "date_connue",
    "nb_refus",
    "azp",
    "id_structure",
];

const ECHANGES: [&str; 29] = [
    "mois",
    "domaine",
    "adresse_boite",
    "type_boite",
    "id_porteur",
    "type_acteur",
    "id_acteur",
    "canal",
    "qualite",
    "sens",
    "nil",
    "nb_messages",
    "nb_dest_interne",
    "nb_dest_espace",
    "nb_dest_usager",
    "nb_avec_xdm",
    "nb_documents",
    "nb_ins_o",
    "nb_ins_n",
    "nb_ins_ecart",
    "codes_cda_declares",
    "codes_cda_reels",
    "nb_mes_fin",
    "nb_mdn_demandes",
    "nb_mdn_emis",
    "nb_mdn_recus",
    "nb_echecs",
    "octets",
    "id_structure",
];

const BOITES: [&str; 16] = [
    "mois",
    "domaine",
    "adresse_boite",
    "type_boite",
    "id_porteur",
    "etat",
    "date_creation",
    "date_cloture",
    "liste_rouge",
    "nb_cotitulaires",
    "nb_delegataires",
    "nb_acteurs_mois",
    "nb_messages_stock",
    "octets_stock",
    "date_derniere_authentification",
    "preavis_inactivite",
];

impl File {
    pub const ALL: [Self; 3] = [Self::Connexions, Self::Echanges, Self::Boites];

    pub fn name(self) -> &'static str {
        match self {
            Self::Connexions => "connexions",
            Self::Echanges => "echanges",
            Self::Boites => "boites",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|file| file.name() == text)
    }

    /// The header.
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Connexions => &CONNEXIONS,
            Self::Echanges => &ECHANGES,
            Self::Boites => &BOITES,
        }
    }

    /// How many of the first columns tell a row from the others.
    pub fn key_columns(self) -> usize {
        match self {
            Self::Connexions => 9,
            Self::Echanges => 11,
            Self::Boites => 3,
        }
    }

    /// Its rows as objects, keyed by column; integers as numbers, missing as null.
    pub fn rows(self, figures: &Figures) -> Vec<Value> {
        match self {
            Self::Connexions => objects(&figures.connexions),
            Self::Echanges => objects(&figures.echanges),
            Self::Boites => objects(&figures.boites),
        }
    }

    /// The key of each row, in the order of the file.
    pub fn keys(self, figures: &Figures) -> Vec<RowKey> {
        let key = |row: Value| {
            let cells: Vec<String> = self.columns()[..self.key_columns()].iter().map(|column| plain(&row[*column])).collect();
            RowKey::new(self, &cells)
        };
        self.rows(figures).into_iter().map(key).collect()
    }
}

fn objects<T: Serialize>(rows: &[T]) -> Vec<Value> {
    rows.iter().map(|row| serde_json::to_value(row).expect("a row holds texts, numbers and maps with text keys")).collect()
}

/// `pli_2026-10_connexions_v1.csv`
pub fn file_name(operator: &str, month: Month, file: File, edition: u32) -> String {
    format!("{operator}_{month}_{}_v{edition}.csv", file.name())
}

/// `pli_2026-10_manifeste_v1.json`
pub fn manifest_name(operator: &str, month: Month, edition: u32) -> String {
    format!("{operator}_{month}_manifeste_v{edition}.json")
}

/// The whole file. Same figures, same bytes.
pub fn csv(file: File, figures: &Figures, format: &Format) -> String {
    let mut text = file.columns().join(";");
    text.push('\n');
    for row in file.rows(figures) {
        let value = |column: &&str| match (*column, &row[*column]) {
            ("date_derniere_connexion", Value::Null) => cell(&format.unknown_date),
            (_, value) => cell(&plain(value)),
        };
        text.push_str(&file.columns().iter().map(value).collect::<Vec<_>>().join(";"));
        text.push('\n');
    }
    text
}

/// `{"version":1,"fichier":"echanges","mois":"2026-10","edition":1,"lignes":[{…}]}` (IND-41).
pub fn json(file: File, figures: &Figures, edition: u32) -> Value {
    json!({"version": VERSION, "fichier": file.name(), "mois": figures.month, "edition": edition, "lignes": file.rows(figures)})
}

/// One object a line, for large files (`application/x-ndjson`).
pub fn ndjson(file: File, figures: &Figures) -> String {
    file.rows(figures).iter().map(|row| format!("{row}\n")).collect()
}

/// A value as text: `34112-3=10,11502-2=1` for counts by code, in byte order of the codes.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Object(counts) => {
            let mut counts: Vec<String> = counts.iter().map(|(code, count)| format!("{code}={count}")).collect();
            counts.sort_unstable();
            counts.join(",")
        }
        other => other.to_string(),
    }
}

/// A field as it stands in the file.
pub(super) fn cell(text: &str) -> String {
    if text.contains([';', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: IND-21.
    #[test]
    fn only_a_field_that_needs_quotes_has_them() {
        assert_eq!(cell("lps-demo"), "lps-demo");
        assert_eq!(cell("a;b"), "\"a;b\"");
        assert_eq!(cell("dit \"x\""), "\"dit \"\"x\"\"\"");
        assert_eq!(cell("a\nb"), "\"a\nb\"");
        assert_eq!(plain(&json!({"34112-3": 10, "11502-2": 1})), "11502-2=1,34112-3=10");
    }

    /// Proves: IND-20.
    #[test]
    fn names_say_operator_month_file_and_edition() {
        let month = Month::parse("2026-10").unwrap();
        assert_eq!(file_name("pli", month, File::Connexions, 1), "pli_2026-10_connexions_v1.csv");
        assert_eq!(manifest_name("pli", month, 2), "pli_2026-10_manifeste_v2.json");
    }
}
