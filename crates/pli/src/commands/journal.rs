//! `pli journal show|verify|export|check-proof`: who did what, and the proof that nothing was rewritten.
//!
//! | file | what |
//! |---|---|
//! | `export` | lines as they were hashed, in a file; such a file verified alone |
//! | `proof` | one act proved by its day's root; such a proof checked alone |
//!
//! Requirements: CAB-08, DEL-03, TRU-58, IND-04. Shows acts, never content: the journal holds none.

pub mod export;
pub mod proof;

use clap::Args;
use rules::{Address, IdNat, Moment};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::history::{Placed, Query};

use super::{address, idnat, moment, show};
use crate::failure::{Failure, Outcome};
use crate::operator::Operator;

/// `journal show`.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Show {
    /// La boîte ; sans elle, la chaîne du registre et de l'opérateur
    #[arg(long, value_name = "ADRESSE", value_parser = address)]
    pub mailbox: Option<Address>,
    /// À partir de ce moment (2026-11-21, 2026-11-21T22:00:00Z)
    #[arg(long, value_name = "T", value_parser = moment)]
    pub since: Option<Moment>,
    /// Les actes de cette personne seulement
    #[arg(long, value_name = "IDNAT", value_parser = idnat)]
    pub author: Option<IdNat>,
    /// Au plus tant de lignes
    #[arg(long, value_name = "N")]
    pub limit: Option<u32>,
    /// Plutôt la preuve de l'acte qui porte ce numéro, à vérifier ailleurs par « pli journal check-proof »
    #[arg(long, value_name = "N°", conflicts_with_all = ["since", "author", "limit"])]
    #[serde(default)]
    pub proof: Option<i64>,
}

impl Show {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        if let Some(mailbox) = &self.mailbox
            && operator.store.mailbox(mailbox).await?.is_none()
        {
            return Err(Failure::refused("BAL-INCONNUE", format!("la boîte {mailbox} n'existe pas ici")));
        }
        if let Some(seq) = self.proof {
            return proof::show(operator, self.mailbox.as_ref(), seq).await;
        }
        let query = Query { mailbox: self.mailbox, since: self.since, until: None, author: self.author, limit: self.limit };
        let lines = operator.store.journal_lines(query).await?;
        Ok(Value::Array(lines.into_iter().map(line).collect()))
    }
}

/// One line as the contract writes it.
fn line(Placed { mailbox, line }: Placed) -> Value {
    json!({
        "seq": line.seq, "at": line.at.to_string(), "mailbox": mailbox, "author": line.author, "act": line.act,
        "object": line.object, "channel": line.channel, "facts": line.facts, "hash": line.hash,
    })
}

/// `journal verify`: every hash of every chain, and the heads. A fault is an answer, and exit code 1.
pub async fn verify(operator: &Operator) -> Outcome<Value> {
    let verified = operator.store.verify_journal().await?;
    Ok(json!({
        "ok": verified.faults.is_empty(), "operator": operator.domain(),
        "chains": verified.chains, "lines": verified.lines, "roots": verified.roots, "faults": verified.faults,
    }))
}

/// The same over every operator of the folder, added up.
pub async fn verify_all(operators: &[Operator]) -> Outcome<Value> {
    let mut whole = store::history::Verified::default();
    for operator in operators {
        let verified = operator.store.verify_journal().await?;
        whole.chains += verified.chains;
        whole.lines += verified.lines;
        whole.roots += verified.roots;
        whole.faults.extend(verified.faults.into_iter().map(|fault| format!("{} : {fault}", operator.domain())));
    }
    let domains: Vec<_> = operators.iter().map(Operator::domain).collect();
    Ok(json!({
        "ok": whole.faults.is_empty(), "operators": domains, "chains": whole.chains, "lines": whole.lines, "roots": whole.roots,
        "faults": whole.faults,
    }))
}

pub fn table(value: &Value) -> String {
    // A proof is a file for somebody else: it stays JSON.
    if value.is_object() {
        return serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string());
    }
    let columns = [("N°", "seq"), ("QUAND", "at"), ("QUI", "author"), ("ACTE", "act"), ("OBJET", "object"), ("CANAL", "channel")];
    show::table(value, &columns)
}
