//! `pli indicators trace`: the acts behind one row of the figures.
//!
//! Requirements: IND-60, IND-B. The fold that counts says where it counted each line; nothing is counted a second time. Acts only, never content.

use clap::Args;
use rules::usage::{File, RowKey};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::history::Placed;

use super::{calendar, month};
use crate::commands::show;
use crate::failure::{Failure, Outcome};
use crate::operator::Operator;

/// `indicators trace`.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Trace {
    /// Le mois
    #[arg(long, value_name = "AAAA-MM", value_parser = month)]
    pub month: String,
    /// Le fichier : connexions ou echanges
    #[arg(long, value_name = "FICHIER", value_parser = file)]
    pub file: String,
    /// La clé de la ligne (ses premières colonnes), ou la ligne entière
    #[arg(long, value_name = "CLÉ", conflicts_with = "line", required_unless_present = "line")]
    pub key: Option<String>,
    /// Le numéro de la ligne dans le fichier, sans compter l'en-tête
    #[arg(long, value_name = "N")]
    pub line: Option<usize>,
}

/// `boites` is a stock: its rows are not made of acts.
fn file(text: &str) -> Result<String, String> {
    match File::parse(text) {
        Some(File::Connexions | File::Echanges) => Ok(text.to_owned()),
        _ => Err(format!("« {text} » n'est ni connexions ni echanges")),
    }
}

impl Trace {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        let (month, now) = (calendar(&self.month)?, operator.clock.now());
        let file = File::parse(&self.file).ok_or_else(|| Failure::usage(format!("fichier inconnu : {}", self.file)))?;
        let absent = || Failure::refused("LIGNE-ABSENTE", format!("cette ligne n'est pas dans {} de {month}", file.name()));
        let wanted = match (&self.key, self.line) {
            (Some(key), _) => key.clone(),
            (None, Some(line)) => {
                let keys = file.keys(&operator.store.figures(month, now).await?);
                line.checked_sub(1).and_then(|index| keys.get(index)).ok_or_else(absent)?.to_string()
            }
            (None, None) => return Err(Failure::usage("donnez --key ou --line")),
        };
        let mut acts = Vec::new();
        let mut told = |placed: &Placed, rows: &[RowKey]| {
            if rows.iter().any(|row| row.file == file && row.is_in(&wanted)) {
                acts.push(act(placed));
            }
        };
        let figures = operator.store.figures_traced(month, now, &mut told).await?;
        let key = file.keys(&figures).into_iter().find(|key| key.is_in(&wanted)).ok_or_else(absent)?;
        Ok(json!({"month": month, "file": file.name(), "key": key.to_string(), "acts": acts}))
    }
}

fn act(Placed { mailbox, line }: &Placed) -> Value {
    json!({
        "mailbox": mailbox, "seq": line.seq, "at": line.at.to_string(), "author": line.author, "act": line.act, "object": line.object,
        "channel": line.channel,
    })
}

pub fn table(value: &Value) -> String {
    let columns = [("BOÎTE", "mailbox"), ("N°", "seq"), ("QUAND", "at"), ("QUI", "author"), ("ACTE", "act"), ("OBJET", "object")];
    let word = |key: &str| value[key].as_str().unwrap_or_default();
    format!("{} de {} : {}\n\n{}", word("file"), word("month"), word("key"), show::table(&value["acts"], &columns))
}
