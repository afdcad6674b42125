//! `pli mailbox certificate add|remove|list`: the machines that open an APP mailbox, by the name in their certificate.
//!
//! Requirements: BAL-01, PSC-A, LPS-22. The name is kept in its normal form, so that it is found however the certificate writes it.

use clap::Args;
use rules::mailbox::{Bearer, certificate_of_bearer};
use rules::register::Structure;
use rules::{Address, Author, Channel};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::mailboxes::NewCertificate;

use crate::commands::{address, show};
use crate::failure::{Failure, Outcome};
use crate::operator::Operator;

#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Add {
    #[command(flatten)]
    #[serde(flatten)]
    pub change: Change,
    /// Qui approuve un certificat d'une autre structure que celle qui porte la boîte
    #[arg(long, value_name = "NOM")]
    #[serde(default)]
    pub approved_by: Option<String>,
}

#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Change {
    #[arg(value_name = "ADRESSE", value_parser = address)]
    pub address: Address,
    /// Le nom (DN) du certificat, tel que l'IGC-Santé l'a écrit
    #[arg(long, value_name = "DN")]
    pub dn: String,
    /// Qui, chez l'opérateur, fait ce geste
    #[arg(long, value_name = "LOGIN", default_value = "cli")]
    pub staff: String,
}

#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct List {
    #[arg(value_name = "ADRESSE", value_parser = address)]
    pub address: Address,
}

impl Add {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        let Self { change: Change { address, dn, staff }, approved_by } = self;
        let new = entered(&dn, approved_by)?;
        operator.store.add_certificate(&address, new, Author::staff(&staff), Channel::Cli, operator.clock.now()).await?;
        list(operator, &address).await
    }
}

impl Change {
    pub async fn remove(self, operator: &Operator) -> Outcome<Value> {
        let (dn, author) = (name(&self.dn)?.key(), Author::staff(&self.staff));
        operator.store.remove_certificate(&self.address, &dn, author, Channel::Cli, operator.clock.now()).await?;
        list(operator, &self.address).await
    }
}

impl List {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        list(operator, &self.address).await
    }
}

async fn list(operator: &Operator, address: &Address) -> Outcome<Value> {
    let certificates = operator.store.certificates(address).await?;
    let bearer = bearer(operator, address).await?;
    let row = |one: store::mailboxes::Certificate| {
        let unit = trust::Dn::parse(&one.dn).ok().and_then(|dn| dn.structure().map(str::to_owned));
        let ours = certificate_of_bearer(unit.as_deref(), bearer.as_ref());
        json!({"dn": one.dn, "added": one.added.to_string(), "author": one.author, "other_structure": !ours})
    };
    Ok(certificates.into_iter().map(row).collect())
}

/// The structure that bears the mailbox.
async fn bearer(operator: &Operator, address: &Address) -> Outcome<Option<Structure>> {
    match operator.store.mailbox(address).await?.map(|mailbox| mailbox.bearer) {
        Some(Bearer::Structure { structure }) => Ok(operator.store.structure(&structure).await?),
        _ => Ok(None),
    }
}

/// A certificate as it is to be entered: its name in normal form, the structure it names, who approves another one than the bearer.
pub(crate) fn entered(dn: &str, approved_by: Option<String>) -> Outcome<NewCertificate> {
    let dn = name(dn)?;
    Ok(NewCertificate { dn: dn.key(), structure: dn.structure().map(str::to_owned), approved_by })
}

fn name(dn: &str) -> Outcome<trust::Dn> {
    trust::Dn::parse(dn).map_err(|error| Failure::usage(format!("« {dn} » n'est pas un nom de certificat : {error}")))
}

pub fn table(value: &Value) -> String {
    let others = value.as_array().into_iter().flatten().filter(|one| one["other_structure"] == true);
    let warned: String = others
        .map(|one| {
            let dn = one["dn"].as_str().unwrap_or_default();
            format!("\nAttention : {dn} nomme une autre structure que celle qui porte la boîte ; le journal dit qui l'a approuvé.")
        })
        .collect();
    format!("{}{warned}", show::table(value, &[("CERTIFICAT", "dn"), ("DEPUIS", "added"), ("PAR", "author")]))
}
