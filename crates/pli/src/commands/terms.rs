//! `pli terms accept`: records that a person accepted the terms in force. The sandbox only: elsewhere nobody accepts for somebody else.
//!
//! Requirements: CGU-01, CGU-02.

use clap::Args;
use rules::{Author, Channel, IdNat};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::idnat;
use crate::failure::{Failure, Outcome};
use crate::operator::Operator;

#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Accept {
    /// La personne qui accepte
    #[arg(long, value_name = "IDNAT", value_parser = idnat)]
    pub person: IdNat,
}

impl Accept {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        if !operator.config.is_sandbox() {
            return Err(Failure::refused(
                "PRODUCTION",
                "les CGU s'acceptent en personne : cette commande n'existe que dans le bac à sable",
            ));
        }
        let version = &operator.config.terms.version;
        let author = Author::Person { id: self.person.clone(), capacity: None };
        operator.store.accept_terms(&self.person, version, Channel::Cli, None, author, operator.clock.now()).await?;
        Ok(json!({"person": self.person, "version": version}))
    }
}
