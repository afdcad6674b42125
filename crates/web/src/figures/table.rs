//! Totals as a table, as bars, as CSV: the same numbers three times.
//!
//! Requirements: IND-60, IND-62. Bars are drawn with the `meter` element: no colour alone, and a text beside each.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use rules::usage::{Month, Total};

/// One line: somebody in a mailbox, or a mailbox of somebody.
pub struct Row {
    /// Whom or what the line is about.
    pub what: String,
    /// Small words under it: capacities, an address.
    pub more: String,
    pub total: Total,
}

impl Row {
    /// Sent and first read, for the bar.
    pub fn acts(&self) -> u64 {
        self.total.nb_emis + self.total.nb_lus
    }
}

/// Lines, and what the longest bar stands for.
pub struct Table {
    pub rows: Vec<Row>,
    pub most: u64,
}

impl Table {
    pub fn of(mut rows: Vec<Row>) -> Self {
        rows.sort_by(|a, b| b.acts().cmp(&a.acts()).then_with(|| a.what.cmp(&b.what)));
        let most = rows.iter().map(Row::acts).max().unwrap_or(0).max(1);
        Self { rows, most }
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The same numbers, for a spreadsheet.
    pub fn csv(&self, month: Month, name: &str) -> Response {
        let mut text = String::from(
            "mois;adresse_boite;type_acteur;id_acteur;nom;qualites;nb_visites;nb_refus;nb_emis;nb_destinataires;nb_lus;nb_echecs;derniere_connexion\n",
        );
        for row in &self.rows {
            let total = &row.total;
            let capacities = total.qualites.iter().copied().collect::<Vec<_>>().join(",");
            let last = total.derniere_connexion.as_deref().unwrap_or_default();
            let cells = [
                month.to_string(),
                total.adresse_boite.clone(),
                total.type_acteur.to_owned(),
                total.id_acteur.clone(),
                row.what.clone(),
                capacities,
                total.nb_visites.to_string(),
                total.nb_refus.to_string(),
                total.nb_emis.to_string(),
                total.nb_destinataires.to_string(),
                total.nb_lus.to_string(),
                total.nb_echecs.to_string(),
                last.to_owned(),
            ];
            text.push_str(&cells.map(|cell| safe(&cell)).join(";"));
            text.push('\n');
        }
        let disposition = format!("attachment; filename=\"{name}-{month}.csv\"");
        ([(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, disposition)], text).into_response()
    }
}

/// A cell that no spreadsheet takes for a formula, quoted where it must be.
fn safe(cell: &str) -> String {
    let cell = if cell.starts_with(['=', '+', '-', '@', '\t']) { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains([';', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_never_a_formula() {
        assert_eq!(safe("=1+1"), "'=1+1");
        assert_eq!(safe("Nadia; SUREAU \"dite\" N"), "\"Nadia; SUREAU \"\"dite\"\" N\"");
        assert_eq!(safe("Nadia SUREAU"), "Nadia SUREAU");
    }
}
