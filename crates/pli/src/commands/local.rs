//! `pli local structure enable|disable|show`, `pli local account create|list|end|unlock|confirm`: structures with their own login.
//!
//! Requirements: LOC-02, LOC-03, LOC-06, LOC-07, LOC-08. By staff, or in the sandbox in the name of a gestionnaire (`--by`).

use std::path::PathBuf;

use clap::{Args, Subcommand};
use rules::{Author, IdNat, Moment};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::accounts::{Commitment, LocalAccount, LocalKey, LocalStructure, NewLocalAccount};

use super::movement::By;
use super::{idnat, moment, show};
use crate::clock;
use crate::failure::{Failure, Outcome};
use crate::operator::Operator;

#[derive(Debug, Clone, Subcommand, Serialize, Deserialize)]
#[serde(tag = "what", content = "act", rename_all = "snake_case")]
pub enum Local {
    /// La connexion propre d'un établissement
    #[command(subcommand)]
    Structure(Structure),
    /// Les personnes qu'un établissement identifie lui-même
    #[command(subcommand)]
    Account(Account),
}

#[derive(Debug, Clone, Subcommand, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum Structure {
    /// L'ouvrir, sur un engagement écrit
    Enable(Enable),
    /// La fermer : tout le monde sort
    Disable(Which),
    /// Ce qui est ouvert, et qui le gère
    Show,
}

/// `local structure enable`.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Enable {
    /// Le numéro de la structure : 1 suivi du FINESS
    #[arg(long, value_name = "STRUCTURE")]
    pub structure: String,
    /// L'engagement signé ; seule son empreinte est gardée
    #[arg(long, value_name = "FICHIER", value_parser = document)]
    pub document: Document,
    /// Les preuves demandées : oidc, webauthn, totp
    #[arg(long = "factor", value_name = "PREUVE", required = true, value_parser = ["oidc", "webauthn", "totp"])]
    pub factors: Vec<String>,
    /// Quand l'engagement est revu
    #[arg(long, value_name = "DATE", value_parser = moment)]
    pub review: Moment,
    /// Qui gère les comptes, connu de Pro Santé Connect ; une à cinq personnes
    #[arg(long = "gestionnaire", value_name = "IDNAT", required = true, value_parser = idnat)]
    pub gestionnaires: Vec<IdNat>,
    /// Qui, chez l'opérateur, fait ce geste
    #[arg(long, value_name = "LOGIN", default_value = "cli")]
    pub staff: String,
}

/// A document, by its SHA-256 alone: it is read where the command was typed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Document(String);

#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Which {
    /// Le numéro de la structure : 1 suivi du FINESS
    #[arg(long, value_name = "STRUCTURE")]
    pub structure: String,
    /// Qui, chez l'opérateur, fait ce geste
    #[arg(long, value_name = "LOGIN", default_value = "cli")]
    pub staff: String,
}

#[derive(Debug, Clone, Subcommand, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum Account {
    /// Déclarer une personne ; le code à lui remettre n'est montré qu'une fois
    Create(Create),
    /// Les personnes d'une structure
    List {
        #[arg(long, value_name = "STRUCTURE")]
        structure: String,
    },
    /// Son départ : ses accès et ses sessions s'arrêtent
    End(One),
    /// Lever un blocage ou une suspension
    Unlock(One),
    /// Confirmer qu'elle travaille toujours là
    Confirm(One),
    /// Un nouveau code : tous ses moyens de connexion sont oubliés
    Reset(One),
}

/// `local account create`.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Create {
    /// 3 suivi du FINESS, une barre, son matricule : 3990000028/SEC0042
    #[arg(long, value_name = "ID", value_parser = idnat)]
    pub person: IdNat,
    #[arg(long, value_name = "NOM")]
    pub family: String,
    #[arg(long, value_name = "PRÉNOM")]
    pub given: String,
    #[arg(long, value_name = "FONCTION")]
    pub function: String,
    /// Adresse professionnelle
    #[arg(long, value_name = "ADRESSE")]
    pub email: String,
    /// Ce qu'elle tape pour entrer ; son adresse par défaut
    #[arg(long, value_name = "LOGIN")]
    pub login: Option<String>,
    /// Premier jour ; maintenant par défaut
    #[arg(long, value_name = "T", value_parser = moment)]
    pub begins: Option<Moment>,
    /// Premier moment après son départ
    #[arg(long, value_name = "T", value_parser = moment)]
    pub ends: Option<Moment>,
    #[command(flatten)]
    #[serde(flatten)]
    pub by: By,
}

#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct One {
    #[arg(value_name = "ID", value_parser = idnat)]
    pub person: IdNat,
    #[command(flatten)]
    #[serde(flatten)]
    pub by: By,
}

fn document(path: &str) -> Result<Document, String> {
    let bytes = std::fs::read(PathBuf::from(path)).map_err(|error| format!("{path} : {error}"))?;
    Ok(Document(hex::encode(Sha256::digest(bytes))))
}

impl Local {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        match self {
            Self::Structure(order) => order.run(operator).await,
            Self::Account(order) => order.run(operator).await,
        }
    }

    pub fn table(&self, value: &Value) -> String {
        match self {
            Self::Structure(Structure::Show) => {
                let columns =
                    [("STRUCTURE", "structure"), ("OUVERTE", "enabled"), ("GESTIONNAIRES", "gestionnaires"), ("À REVOIR LE", "review")];
                show::table(value, &columns)
            }
            Self::Account(Account::List { .. }) => {
                let columns = [
                    ("ID", "person"),
                    ("NOM", "name"),
                    ("FONCTION", "function"),
                    ("ÉTAT", "state"),
                    ("FIN", "ends"),
                    ("DERNIÈRE VISITE", "last_login"),
                ];
                show::table(value, &columns)
            }
            _ => show::facts(value),
        }
    }
}

impl Structure {
    async fn run(self, operator: &Operator) -> Outcome<Value> {
        let (store, now) = (&operator.store, operator.clock.now());
        match self {
            Self::Enable(order) => {
                let oidc = store.local_structure(&order.structure).await?.and_then(|known| known.oidc);
                let commitment = Commitment { document_sha256: order.document.0, factors: order.factors, review_date: order.review };
                let (structure, gestionnaires) = (order.structure.clone(), order.gestionnaires);
                let wanted = LocalStructure { structure, enabled: true, commitment: Some(commitment), gestionnaires, oidc };
                store.put_local_structure(wanted, Author::staff(&order.staff), now).await?;
                shown(operator, &order.structure).await
            }
            Self::Disable(order) => {
                let known = store.local_structure(&order.structure).await?;
                let known = known.ok_or_else(|| Failure::refused("ABSENT", format!("{} n'a pas de connexion propre", order.structure)))?;
                store.put_local_structure(LocalStructure { enabled: false, ..known }, Author::staff(&order.staff), now).await?;
                shown(operator, &order.structure).await
            }
            Self::Show => Ok(store.local_structures().await?.iter().map(structure).collect()),
        }
    }
}

impl Account {
    async fn run(self, operator: &Operator) -> Outcome<Value> {
        let (store, now) = (&operator.store, operator.clock.now());
        match self {
            Self::Create(order) => {
                let author = author(&order.by, operator)?;
                let code = identity::local::codes::enrolment(&clock::entropy());
                let new = NewLocalAccount {
                    person: order.person,
                    family: order.family,
                    given: order.given,
                    function: order.function,
                    login: order.login.unwrap_or_else(|| order.email.clone()),
                    email: order.email,
                    begins: order.begins.unwrap_or(now),
                    ends: order.ends,
                };
                let mut made = account(&store.create_local_account(new, code.kept, author, now).await?);
                made["code"] = json!(code.shown.expose_secret());
                Ok(made)
            }
            Self::List { structure } => Ok(store.local_accounts(&structure, now).await?.iter().map(account).collect()),
            Self::End(order) => Ok(account(&store.end_local_account(&order.person, author(&order.by, operator)?, now).await?)),
            Self::Unlock(order) => {
                store.unlock_local_account(&order.person, author(&order.by, operator)?, now).await?;
                found(operator, &order.person).await
            }
            Self::Confirm(order) => {
                let structure = order.person.employer().unwrap_or_default();
                store.confirm_local_accounts(&structure, vec![order.person.clone()], author(&order.by, operator)?, now).await?;
                found(operator, &order.person).await
            }
            Self::Reset(order) => {
                let code = identity::local::codes::enrolment(&clock::entropy());
                let author = author(&order.by, operator)?;
                let mut reset = account(&store.reset_local_account(&order.person, code.kept, author, now).await?);
                reset["code"] = json!(code.shown.expose_secret());
                Ok(reset)
            }
        }
    }
}

/// Staff's own name, or in the sandbox a gestionnaire's; the store decides whether she is one.
fn author(by: &By, operator: &Operator) -> Outcome<Author> {
    match &by.by {
        Some(_) if !operator.config.is_sandbox() => {
            Err(Failure::refused("PRODUCTION", "--by n'existe que dans le bac à sable ; signez avec --staff"))
        }
        Some(person) => Ok(Author::Person { id: person.clone(), capacity: None }),
        None => Ok(Author::staff(by.staff.as_deref().unwrap_or("cli"))),
    }
}

async fn shown(operator: &Operator, id: &str) -> Outcome<Value> {
    Ok(operator.store.local_structure(id).await?.as_ref().map_or(Value::Null, structure))
}

async fn found(operator: &Operator, person: &IdNat) -> Outcome<Value> {
    let found = operator.store.local_account(LocalKey::Person(person), operator.clock.now()).await?;
    Ok(found.as_ref().map_or(Value::Null, account))
}

fn structure(known: &LocalStructure) -> Value {
    let commitment = known.commitment.as_ref();
    json!({
        "structure": known.structure, "enabled": known.enabled, "gestionnaires": known.gestionnaires,
        "document_sha256": commitment.map(|written| &written.document_sha256), "factors": commitment.map(|written| &written.factors),
        "review": commitment.map(|written| written.review_date.to_string()), "oidc": known.oidc.as_ref().map(|oidc| &oidc.issuer),
    })
}

fn account(known: &LocalAccount) -> Value {
    json!({
        "person": known.person, "name": format!("{} {}", known.given, known.family), "function": known.function, "login": known.login,
        "structure": known.structure, "state": known.state, "begins": known.begins.to_string(),
        "ends": known.ends.map(|at| at.to_string()), "last_login": known.last_login.map(|at| at.to_string()),
        "confirmed": known.confirmed.to_string(), "rpps": known.linked_rpps,
    })
}
