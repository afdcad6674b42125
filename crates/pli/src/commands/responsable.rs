//! `pli responsable add|end`: who answers for the mailbox of a structure or of a machine. The operator's staff decides.
//!
//! Requirements: BAL-01, CAB-16, DEL-01, STF-02.

use clap::Args;
use rules::movement::{self, Change as Movement};
use rules::{Address, IdNat};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::movement::Asker;
use super::{address, idnat};
use crate::failure::Outcome;
use crate::operator::Operator;

#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Change {
    #[arg(long, value_name = "ADRESSE", value_parser = address)]
    pub mailbox: Address,
    #[arg(long, value_name = "IDNAT", value_parser = idnat)]
    pub person: IdNat,
    /// Qui, chez l'opérateur, fait ce geste
    #[arg(long, value_name = "LOGIN", default_value = "cli")]
    pub staff: String,
    /// Pourquoi
    #[arg(long, value_name = "TEXTE")]
    pub reason: Option<String>,
}

impl Change {
    pub async fn add(self, operator: &Operator) -> Outcome<Value> {
        let change = Movement::ResponsableAdded { person: self.person.clone() };
        self.make(operator, change).await
    }

    pub async fn end(self, operator: &Operator) -> Outcome<Value> {
        let change = Movement::ResponsableRemoved { person: self.person.clone() };
        self.make(operator, change).await
    }

    async fn make(self, operator: &Operator, change: Movement) -> Outcome<Value> {
        let asked = change.clone();
        let decide = move |mailbox: &_, person: Option<&_>, now| movement::by_staff(mailbox, &asked, person, now);
        super::movement::write(operator, &self.mailbox, change, self.reason, true, &Asker::Staff(self.staff), decide).await
    }
}
