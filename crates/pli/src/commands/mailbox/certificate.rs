//! `pli mailbox certificate add|remove|list`: the machines that open an APP mailbox, by the name in their certificate.
//!
//! Requirements: BAL-01, PSC-A. The name is kept in its normal form, so that it is found however the certificate writes it.

use clap::Args;
use rules::{Address, Author, Channel};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::commands::{address, show};
use crate::failure::{Failure, Outcome};
use crate::operator::Operator;

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

impl Change {
    pub async fn add(self, operator: &Operator) -> Outcome<Value> {
        let (dn, author) = (normal(&self.dn)?, Author::staff(&self.staff));
        operator.store.add_certificate(&self.address, &dn, author, Channel::Cli, operator.clock.now()).await?;
        list(operator, &self.address).await
    }

    pub async fn remove(self, operator: &Operator) -> Outcome<Value> {
        let (dn, author) = (normal(&self.dn)?, Author::staff(&self.staff));
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
    let row = |one: store::mailboxes::Certificate| json!({"dn": one.dn, "added": one.added.to_string(), "author": one.author});
    Ok(certificates.into_iter().map(row).collect())
}

/// The normal form of a name.
pub(super) fn normal(dn: &str) -> Outcome<String> {
    let wrong = |error| Failure::usage(format!("« {dn} » n'est pas un nom de certificat : {error}"));
    trust::Dn::parse(dn).map(|dn| dn.to_string()).map_err(wrong)
}

pub fn table(value: &Value) -> String {
    show::table(value, &[("CERTIFICAT", "dn"), ("DEPUIS", "added"), ("PAR", "author")])
}
