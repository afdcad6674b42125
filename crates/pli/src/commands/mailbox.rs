//! `pli mailbox list|show|create`; its life and its owner in `life`, machines in `certificate`.
//!
//! Requirements: BAL-01, BAL-06, CAB-01, CAB-08, CAB-21. Shows who may enter and since when, never what is inside.

pub mod certificate;
pub mod life;

use clap::Args;
use rules::mailbox::{Bearer, Kind, Mailbox};
use rules::movement::vacancy::Warning;
use rules::movement::{Change, standing};
use rules::{Address, Author, Channel, IdNat, Moment};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::mailboxes::{NewMailbox, Standing};

use super::{address, idnat};
use crate::failure::{Failure, Outcome};
use crate::operator::Operator;

/// `mailbox show`.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Show {
    #[arg(value_name = "ADRESSE", value_parser = address)]
    pub address: Address,
}

/// `mailbox create`.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Create {
    #[arg(value_name = "ADRESSE", value_parser = address)]
    pub address: Address,
    /// PER, ORG, APP ou CAB
    #[arg(long, value_parser = kind)]
    pub kind: Kind,
    /// Le titulaire (PER) ou le propriétaire (CAB)
    #[arg(long, value_name = "IDNAT", value_parser = idnat)]
    pub owner: Option<IdNat>,
    /// La structure, par son numéro FINESS, SIRET ou du registre : porteuse d'une ORG ou d'une APP, cabinet d'une CAB
    #[arg(long, value_name = "ID")]
    pub structure: Option<String>,
    /// Un responsable (ORG, APP) ; plusieurs fois au besoin
    #[arg(long, value_name = "IDNAT", value_parser = idnat)]
    #[serde(default)]
    pub responsable: Vec<IdNat>,
    /// L'exercice auquel une PER s'attache, par le numéro de la situation
    #[arg(long, value_name = "ID")]
    #[serde(default)]
    pub situation: Option<String>,
    /// Le nom (DN) du certificat d'une machine qui ouvre une APP ; plusieurs fois au besoin
    #[arg(long, value_name = "DN")]
    #[serde(default)]
    pub certificate: Vec<String>,
    /// Qui approuve un certificat d'une autre structure que celle qui porte la boîte
    #[arg(long, value_name = "NOM", requires = "certificate")]
    #[serde(default)]
    pub approved_by: Option<String>,
    /// Comment les gens l'appellent
    #[arg(long, value_name = "TEXTE")]
    pub label: Option<String>,
    /// Qui, chez l'opérateur, fait ce geste
    #[arg(long, value_name = "LOGIN", default_value = "cli")]
    pub staff: String,
}

fn kind(text: &str) -> Result<Kind, String> {
    let kinds = [Kind::Per, Kind::Org, Kind::App, Kind::Cab];
    kinds.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(text)).ok_or_else(|| "PER, ORG, APP ou CAB".to_owned())
}

impl Show {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        show(operator, &self.address).await
    }
}

impl Create {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        let author = Author::staff(&self.staff);
        let address = self.address.clone();
        let certificates =
            self.certificate.iter().map(|dn| certificate::entered(dn, self.approved_by.clone())).collect::<Outcome<Vec<_>>>()?;
        if self.kind != Kind::App && !certificates.is_empty() {
            return Err(Failure::usage("une machine n'ouvre qu'une boîte APP : --certificate ne va qu'avec --kind APP"));
        }
        let (new, now) = (self.into_new()?, operator.clock.now());
        operator.store.create_mailbox(new, false, author.clone(), Channel::Cli, now).await?;
        for certificate in certificates {
            operator.store.add_certificate(&address, certificate, author.clone(), Channel::Cli, now).await?;
        }
        show(operator, &address).await
    }

    fn into_new(self) -> Outcome<NewMailbox> {
        let Self { address, kind, owner, structure, responsable, situation, certificate: _, approved_by: _, label, staff: _ } = self;
        if situation.is_some() && kind != Kind::Per {
            return Err(Failure::usage("seule une boîte PER s'attache à un exercice : --situation ne va qu'avec --kind PER"));
        }
        let (bearer, structure) = match (kind, owner, structure) {
            (Kind::Per | Kind::Cab, Some(idnat), structure) => (Bearer::Person { idnat, situation }, structure),
            (Kind::Org | Kind::App, None, Some(structure)) => (Bearer::Structure { structure }, None),
            (Kind::Per | Kind::Cab, None, _) => return Err(Failure::usage("une boîte PER ou CAB a un titulaire : --owner IDNAT")),
            (Kind::Org | Kind::App, ..) => {
                return Err(Failure::usage("une boîte ORG ou APP est portée par une structure : --structure ID, sans --owner"));
            }
        };
        let label = label.unwrap_or_else(|| address.local().to_owned());
        let first = responsable.into_iter().map(|person| Change::ResponsableAdded { person }).collect();
        Ok(NewMailbox { address, kind, bearer, label, structure, first })
    }
}

/// `mailbox list`: every mailbox of the operator.
pub async fn list(operator: &Operator) -> Outcome<Value> {
    let mailboxes = operator.store.mailboxes().await?;
    let row = |mailbox: Mailbox| {
        json!({
            "address": mailbox.address, "kind": mailbox.kind, "label": mailbox.label,
            "bearer": bearer(&mailbox.bearer), "created": mailbox.created.to_string(),
        })
    };
    Ok(mailboxes.into_iter().map(row).collect())
}

/// The mailbox and its people, in the contract's shape.
pub async fn show(operator: &Operator, address: &Address) -> Outcome<Value> {
    let now = operator.clock.now();
    let unknown = || Failure::refused("BAL-INCONNUE", format!("la boîte {address} n'existe pas ici"));
    let mailbox = operator.store.mailbox(address).await?.ok_or_else(unknown)?;
    let people = operator.store.people(address, now).await?;
    let fold = standing(&mailbox.movements, now);
    let warnings = operator.store.warnings(address, now).await?;
    let situation = if let Bearer::Person { situation, .. } = &mailbox.bearer { situation.clone() } else { None };
    let mut shown = json!({
        "address": mailbox.address, "kind": mailbox.kind, "state": fold.state(), "state_since": fold.state_since().to_string(),
        "label": mailbox.label, "bearer": bearer(&mailbox.bearer), "situation": situation, "created": mailbox.created.to_string(),
        "people": people.into_iter().map(person).collect::<Vec<_>>(),
        "offer": fold.offer().map(|offer| json!({"to": offer.to, "at": offer.at.to_string()})),
        "warnings": warnings.iter().map(warning).collect::<Vec<_>>(),
    });
    if mailbox.kind == Kind::App {
        let certificates = operator.store.certificates(address).await?;
        shown["certificates"] = certificates.into_iter().map(|certificate| certificate.dn).collect();
    }
    Ok(shown)
}

fn person(standing: Standing) -> Value {
    json!({
        "idnat": standing.person, "name": standing.name, "capacity": standing.capacity, "since": standing.since.to_string(),
        "until": standing.until.map(|until: Moment| until.to_string()),
        "terms": if standing.terms_accepted { "accepted" } else { "pending" },
        "accepted": standing.accepted, "given": standing.given.to_string(), "by": standing.by, "occupation": standing.occupation,
        "last_use": standing.last_use.map(|(at, channel)| json!({"at": at.to_string(), "channel": channel})),
    })
}

fn warning(warning: &Warning) -> Value {
    match warning {
        Warning::OwnerGone => json!({"warning": "owner_gone"}),
        Warning::OwnerLeaving { at } => json!({"warning": "owner_leaving", "at": at.to_string()}),
        Warning::StructureHasFiness => json!({"warning": "structure_has_finess"}),
    }
}

/// IdNat of the person, or number of the structure.
pub fn bearer(bearer: &Bearer) -> String {
    match bearer {
        Bearer::Person { idnat, .. } => idnat.to_string(),
        Bearer::Structure { structure } => structure.clone(),
    }
}

/// Columns of a mailbox's people.
pub const PEOPLE: &[(&str, &str)] =
    &[("IDNAT", "idnat"), ("NOM", "name"), ("QUALITÉ", "capacity"), ("DEPUIS", "since"), ("JUSQU'À", "until"), ("CGU", "terms")];

pub fn table(value: &Value) -> String {
    let word = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let head = format!("{} ({}, {}) : {}", word("address"), word("kind"), word("state"), word("label"));
    let offer =
        value["offer"]["to"].as_str().map(|to| format!("\nTransmission proposée à {to} : elle attend sa réponse.")).unwrap_or_default();
    let told = value["warnings"].as_array().into_iter().flatten().map(|one| match one["warning"].as_str() {
        Some("owner_gone") => "\nAttention : le propriétaire n'exerce plus ici ; transmettez la boîte (pli mailbox handover).".to_owned(),
        Some("owner_leaving") => {
            format!(
                "\nAttention : l'exercice du propriétaire finit le {} ; la boîte est à transmettre ou à fermer.",
                one["at"].as_str().unwrap_or("–")
            )
        }
        _ => "\nAttention : la structure a maintenant un numéro FINESS ; une boîte organisationnelle est à créer pour elle.".to_owned(),
    });
    format!("{head}\n{}{offer}{}", super::show::table(&value["people"], PEOPLE), told.collect::<String>())
}

pub fn list_table(value: &Value) -> String {
    super::show::table(value, &[("ADRESSE", "address"), ("GENRE", "kind"), ("PORTEUR", "bearer"), ("NOM", "label")])
}
