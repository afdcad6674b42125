//! `pli cotitulaire add|end`: professionals who hold a CAB with its owner.
//!
//! Requirements: CAB-06, CAB-07, CAB-08.

use clap::Args;
use rules::movement::{self, Change as Movement};
use rules::{Address, IdNat, Refusal};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::movement::By;
use super::{address, idnat};
use crate::failure::Outcome;
use crate::operator::Operator;

#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Change {
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

impl Change {
    pub async fn add(self, operator: &Operator) -> Outcome<Value> {
        let Self { mailbox, person, by, reason } = self;
        let asker = by.asker(operator, &mailbox).await?;
        let mandate = asker.owner()?;
        super::movement::write(operator, &mailbox, Movement::CotitulaireAdded { person }, reason, &asker, move |mailbox, person, now| {
            movement::add_cotitulaire(&mandate, mailbox, person.ok_or(Refusal::PersonUnknown)?, now)
        })
        .await
    }

    pub async fn end(self, operator: &Operator) -> Outcome<Value> {
        let Self { mailbox, person, by, reason } = self;
        let asker = by.asker(operator, &mailbox).await?;
        let mandate = asker.owner()?;
        let change = Movement::CotitulaireRemoved { person: person.clone() };
        super::movement::write(operator, &mailbox, change, reason, &asker, move |mailbox, _, now| {
            movement::remove_cotitulaire(&mandate, mailbox, &person, now)
        })
        .await
    }
}
