//! `pli register search|person|structure|situation`: the register consulted, and in the sandbox changed as an import would.
//!
//! Requirements: BAL-06, DEL-09, REG-03. Finding somebody opens nothing (PSC-E).

use clap::Args;
use rules::register::{Person, Structure};
use rules::{Author, IdNat, Moment};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{idnat, moment, show};
use crate::failure::{Failure, Outcome};
use crate::operator::Operator;

/// Answers shown.
const SHOWN: u32 = 50;

/// `register search`.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Search {
    /// Un nom, un prénom, un début de l'un ou de l'autre, ou un numéro (RPPS, ADELI ; FINESS ou SIRET pour une structure)
    #[arg(value_name = "MOTS", required = true)]
    pub words: Vec<String>,
    /// Chercher une structure
    #[arg(long)]
    #[serde(default)]
    pub structure: bool,
}

/// `register person`.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Show {
    #[arg(value_name = "IDNAT", value_parser = idnat)]
    pub person: IdNat,
}

/// `register situation end`.
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

/// `register structure`.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Place {
    /// Son nom ou l'un de ses numéros, tel que « register search --structure » les montre
    #[arg(value_name = "STRUCTURE")]
    pub structure: String,
    /// Le numéro FINESS qu'elle vient d'obtenir
    #[arg(long, value_name = "FINESS")]
    pub finess: Option<String>,
    /// Qui, chez l'opérateur, fait ce geste
    #[arg(long, value_name = "LOGIN", default_value = "cli")]
    pub staff: String,
}

impl Place {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        let mut found = operator.store.search_structures(&self.structure, 2).await?;
        let mut structure = match (found.pop(), found.is_empty()) {
            (Some(one), true) => one,
            (None, _) => return Err(Failure::refused("ABSENT", format!("« {} » n'est pas dans le registre", self.structure))),
            _ => return Err(Failure::refused("PLUSIEURS", format!("« {} » en désigne plusieurs : précisez", self.structure))),
        };
        if let Some(finess) = self.finess {
            if !operator.config.is_sandbox() {
                return Err(Failure::refused("PRODUCTION", "le registre s'importe : ce changement n'existe que dans le bac à sable"));
            }
            let finess = rules::ids::Finess::parse(&finess).map_err(|error| Failure::usage(error.to_string()))?;
            structure.finess = Some(finess.to_string());
            operator.store.put_structure(&structure, Author::staff(&self.staff), operator.clock.now()).await?;
        }
        Ok(place(&structure))
    }
}

impl Search {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        let (query, now) = (self.words.join(" "), operator.clock.now());
        if self.structure {
            let found = operator.store.search_structures(&query, SHOWN).await?;
            return Ok(found.iter().map(place).collect());
        }
        let mut rows = Vec::new();
        for person in operator.store.search_people(&query, SHOWN, now).await? {
            rows.push(line(operator, &person, now).await?);
        }
        Ok(Value::Array(rows))
    }

    pub fn table(&self, value: &Value) -> String {
        if self.structure {
            return show::table(value, &[("NOM", "name"), ("FINESS", "finess"), ("SIRET", "siret"), ("VILLE", "town")]);
        }
        show::table(value, &[("IDNAT", "idnat"), ("NOM", "name"), ("EXERCE COMME", "occupation"), ("OÙ", "place")])
    }
}

impl Show {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        let unknown = || Failure::refused("PERSON_UNKNOWN", format!("{} n'est pas dans le registre", self.person));
        let person = operator.store.person(&self.person).await?.ok_or_else(unknown)?;
        let now = operator.clock.now();
        let mut situations = Vec::new();
        for situation in person.exercises.iter().flat_map(|exercise| &exercise.situations) {
            situations.push(json!({
                "id": situation.id, "place": name_of(operator, situation.structure.as_deref()).await?, "role": situation.role,
                "begin": situation.begin.to_string(), "end": situation.end.map(|end| end.to_string()), "active": situation.active_at(now),
            }));
        }
        let mut mailboxes = Vec::new();
        for mine in operator.store.mailboxes_of(&person.idnat, now).await? {
            mailboxes.push(json!({
                "address": mine.mailbox.address, "kind": mine.mailbox.kind, "capacity": mine.capacity, "state": mine.state,
                "since": mine.since.to_string(), "until": mine.until.map(|until| until.to_string()), "unseen": mine.unseen,
            }));
        }
        let mut shown = line(operator, &person, now).await?;
        shown["struck_off"] = json!(person.struck_off.map(|off| off.to_string()));
        shown["aliases"] = json!(person.aliases);
        shown["situations"] = Value::Array(situations);
        shown["mailboxes"] = Value::Array(mailboxes);
        Ok(shown)
    }
}

pub fn person_table(value: &Value) -> String {
    let word = |key: &str| value[key].as_str().unwrap_or("–").to_owned();
    let head = format!("{} ({}), {}", word("name"), word("idnat"), word("occupation"));
    let situations = show::table(
        &value["situations"],
        &[("SITUATION", "id"), ("OÙ", "place"), ("RÔLE", "role"), ("DÉBUT", "begin"), ("FIN", "end"), ("EN COURS", "active")],
    );
    let mailboxes = show::table(
        &value["mailboxes"],
        &[("BOÎTE", "address"), ("GENRE", "kind"), ("QUALITÉ", "capacity"), ("ÉTAT", "state"), ("DEPUIS", "since"), ("JUSQU'À", "until")],
    );
    format!("{head}\n\n{situations}\n\n{mailboxes}")
}

async fn line(operator: &Operator, person: &Person, now: Moment) -> Outcome<Value> {
    let occupation = person.occupations(now).into_iter().next();
    let place = name_of(operator, occupation.as_ref().and_then(|occupation| occupation.structure)).await?;
    let label = occupation.map(|occupation| occupation.label);
    Ok(json!({"idnat": person.idnat, "name": person.name(), "occupation": label, "place": place}))
}

/// The name of a place; its number may be technical, and is never shown (CAB-21).
async fn name_of(operator: &Operator, structure: Option<&str>) -> Outcome<Option<String>> {
    let Some(id) = structure else { return Ok(None) };
    Ok(operator.store.structure(id).await?.map(|structure| structure.name))
}

fn place(structure: &Structure) -> Value {
    json!({
        "name": structure.name, "finess": structure.finess, "siret": structure.siret, "town": structure.address.line,
        "closed": structure.closed.map(|closed| closed.to_string()),
    })
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
