//! `pli indicators`: the month's figures shown, written as files, verified, traced back to their acts, handed over in another layout.
//!
//! Requirements: IND-A, IND-C, IND-01, IND-02, IND-11, IND-50. The figures come from `store.figures`, the counting from `rules::usage`: nothing is
//! counted here.
//!
//! | file | verb |
//! |---|---|
//! | `edition` | `compute`: the three files and their manifest; corrections |
//! | `verify` | `verify`: computed again and compared |
//! | `trace` | `trace`: the acts behind one row |
//! | `deposit` | `deposit`: the files in the layout somebody else asks for |

pub mod deposit;
pub mod edition;
pub mod trace;
pub mod verify;

use std::path::PathBuf;

use clap::Args;
use rules::Domain;
use rules::usage::Month as Calendar;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::show;
use crate::failure::{Failure, Outcome};
use crate::operator::Operator;

#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Month {
    /// Le mois ; celui en cours par défaut, jusqu'à maintenant
    #[arg(long, value_name = "AAAA-MM", value_parser = month)]
    pub month: Option<String>,
}

/// Reads a month of the command line.
fn month(text: &str) -> Result<String, String> {
    Calendar::parse(text).map(|month| month.to_string()).map_err(|error| error.to_string())
}

/// The running process may have another current folder.
fn absolute(text: &str) -> Result<PathBuf, String> {
    std::path::absolute(text).map_err(|error| error.to_string())
}

fn calendar(text: &str) -> Outcome<Calendar> {
    Calendar::parse(text).map_err(|error| Failure::usage(error.to_string()))
}

/// Short name of the operator in the names of the files: the first label of its domain, `[a-z0-9-]{2,20}` (IND-20).
pub fn short_name(domain: &Domain) -> String {
    let label = domain.as_str().split('.').next().unwrap_or_default();
    let name: String = label.chars().take(20).collect();
    if name.len() < 2 { "operateur".to_owned() } else { name }
}

impl Month {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        let now = operator.clock.now();
        let month = match &self.month {
            Some(text) => calendar(text)?,
            None => Calendar::of(now),
        };
        let figures = operator.store.figures(month, now).await?;
        serde_json::to_value(figures).map_err(|error| Failure::ours("indicateurs", error))
    }
}

pub fn table(value: &Value) -> String {
    let connexions = [
        ("BOÎTE", "adresse_boite"),
        ("QUI", "id_acteur"),
        ("QUALITÉ", "qualite"),
        ("CANAL", "canal"),
        ("VISITES", "nb_visites"),
        ("JOURS", "nb_jours_actifs"),
        ("REFUS", "nb_refus"),
    ];
    let echanges = [
        ("BOÎTE", "adresse_boite"),
        ("QUI", "id_acteur"),
        ("QUALITÉ", "qualite"),
        ("CANAL", "canal"),
        ("SENS", "sens"),
        ("MESSAGES", "nb_messages"),
        ("ÉCHECS", "nb_echecs"),
        ("OCTETS", "octets"),
    ];
    let boites = [
        ("BOÎTE", "adresse_boite"),
        ("GENRE", "type_boite"),
        ("ÉTAT", "etat"),
        ("ACTEURS", "nb_acteurs_mois"),
        ("MESSAGES", "nb_messages_stock"),
        ("OCTETS", "octets_stock"),
    ];
    let part = |title: &str, key: &str, columns: &[(&str, &str)]| format!("{title}\n{}", show::table(&value[key], columns));
    let month = value["month"].as_str().unwrap_or_default();
    [
        format!("Indicateurs de {month}"),
        part("\nConnexions", "connexions", &connexions),
        part("\nÉchanges", "echanges", &echanges),
        part("\nBoîtes", "boites", &boites),
    ]
    .join("\n")
}

#[cfg(test)]
mod tests;
