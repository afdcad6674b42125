//! `pli delegation add|end|list`: who else opens this mailbox, from when, until when.
//!
//! Requirements: DEL-01, DEL-02, DEL-03, DEL-08, DEL-14.

use clap::Args;
use rules::mailbox::Mailbox;
use rules::movement::{self, Change};
use rules::register::Person;
use rules::{Address, IdNat, Moment, Refusal};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::movement::By;
use super::{address, idnat, mailbox, moment, show};
use crate::failure::Outcome;
use crate::operator::Operator;

/// `delegation list`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct List {
    pub mailbox: Address,
}

/// `delegation add`.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Add {
    #[arg(long, value_name = "ADRESSE", value_parser = address)]
    pub mailbox: Address,
    /// La personne à qui la boîte est ouverte
    #[arg(long, value_name = "IDNAT", value_parser = idnat)]
    pub person: IdNat,
    /// Premier moment avec le droit
    #[arg(long, value_name = "T", value_parser = moment)]
    pub from: Option<Moment>,
    /// Premier moment sans le droit
    #[arg(long, value_name = "T", value_parser = moment)]
    pub until: Option<Moment>,
    #[command(flatten)]
    #[serde(flatten)]
    pub by: By,
    /// Pourquoi
    #[arg(long, value_name = "TEXTE")]
    pub reason: Option<String>,
    /// Attester que la personne a droit à cet accès et qu'elle est tenue au secret
    #[arg(long)]
    #[serde(default)]
    pub attest: bool,
}

/// `delegation end`.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct End {
    #[arg(long, value_name = "ADRESSE", value_parser = address)]
    pub mailbox: Address,
    #[arg(long, value_name = "IDNAT", value_parser = idnat)]
    pub person: IdNat,
    #[command(flatten)]
    #[serde(flatten)]
    pub by: By,
    /// Pourquoi
    #[arg(long, value_name = "TEXTE")]
    pub reason: Option<String>,
}

impl List {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        let shown = mailbox::show(operator, &self.mailbox).await?;
        let people = shown["people"].as_array().cloned().unwrap_or_default();
        Ok(people.into_iter().filter(|person| person["capacity"] == "delegataire").collect())
    }
}

impl Add {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        let Self { mailbox, person, from, until, by, reason, attest } = self;
        let asker = by.asker(operator, &mailbox).await?;
        let mandate = asker.manager()?;
        let change = Change::Delegated { person, from, until };
        super::movement::write(operator, &mailbox, change, reason, attest, &asker, move |mailbox, person, now| {
            movement::delegate(&mandate, mailbox, person.ok_or(Refusal::PersonUnknown)?, from, until, now)
        })
        .await
    }
}

impl End {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        let Self { mailbox, person, by, reason } = self;
        let asker = by.asker(operator, &mailbox).await?;
        let change = Change::DelegationEnded { person: person.clone() };
        if by.by.as_ref() == Some(&person) {
            let leave = move |mailbox: &Mailbox, _: Option<&Person>, now| movement::renounce(mailbox, &person, now);
            return super::movement::write(operator, &mailbox, change, reason, false, &asker, leave).await;
        }
        let mandate = asker.manager()?;
        super::movement::write(operator, &mailbox, change, reason, false, &asker, move |mailbox, _, now| {
            movement::end_delegation(&mandate, mailbox, &person, now)
        })
        .await
    }
}

pub fn table(value: &Value) -> String {
    show::table(value, mailbox::PEOPLE)
}
