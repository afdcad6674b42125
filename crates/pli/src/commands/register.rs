//! `pli register situation end`: a role or an activity ends, as an import from the registry would say.
//!
//! Requirements: DEL-09, REG-03. The sandbox only: elsewhere the registry is imported, not typed.

use clap::Args;
use rules::{Author, IdNat, Moment};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{idnat, moment};
use crate::failure::{Failure, Outcome};
use crate::operator::Operator;

#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct SituationEnd {
    #[arg(long, value_name = "IDNAT", value_parser = idnat)]
    pub person: IdNat,
    /// Le numéro de la situation
    #[arg(long, value_name = "ID")]
    pub situation: String,
    /// Premier moment où elle n'est plus ; maintenant par défaut
    #[arg(long, value_name = "T", value_parser = moment)]
    pub at: Option<Moment>,
    /// Qui, chez l'opérateur, fait ce geste
    #[arg(long, value_name = "LOGIN", default_value = "cli")]
    pub staff: String,
}

impl SituationEnd {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        if !operator.config.is_sandbox() {
            return Err(Failure::refused("PRODUCTION", "le registre s'importe : cette commande n'existe que dans le bac à sable"));
        }
        let now = operator.clock.now();
        let unknown = || Failure::refused("PERSON_UNKNOWN", format!("{} n'est pas dans le registre", self.person));
        let mut person = operator.store.person(&self.person).await?.ok_or_else(unknown)?;
        let mut situations = person.exercises.iter_mut().flat_map(|exercise| exercise.situations.iter_mut());
        let absent = || Failure::refused("ABSENT", format!("{} n'a pas de situation {}", self.person, self.situation));
        let situation = situations.find(|situation| situation.id == self.situation).ok_or_else(absent)?;
        let end = self.at.unwrap_or(now);
        situation.end = Some(end);
        operator.store.put_person(&person, Author::staff(&self.staff), now).await?;
        Ok(json!({"person": person.idnat, "situation": self.situation, "end": end.to_string()}))
    }
}
