//! `pli cotitulaire add|end`: professionals who hold a CAB with its owner.
//!
//! Requirements: CAB-06, CAB-07, CAB-08, CAB-15.

use clap::Args;
use rules::mailbox::Mailbox;
use rules::movement::{self, Change as Movement};
use rules::register::Person;
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
    /// Attester que la personne a droit à cet accès et qu'elle est tenue au secret
    #[arg(long)]
    #[serde(default)]
    pub attest: bool,
}

impl Change {
    pub async fn add(self, operator: &Operator) -> Outcome<Value> {
        let Self { mailbox, person, by, reason, attest } = self;
        let asker = by.asker(operator, &mailbox).await?;
        let mandate = asker.owner()?;
        super::movement::write(
            operator,
            &mailbox,
            Movement::CotitulaireAdded { person },
            reason,
            attest,
            &asker,
            move |mailbox, person, now| movement::add_cotitulaire(&mandate, mailbox, person.ok_or(Refusal::PersonUnknown)?, now),
        )
        .await
    }

    pub async fn end(self, operator: &Operator) -> Outcome<Value> {
        let Self { mailbox, person, by, reason, attest: _ } = self;
        let asker = by.asker(operator, &mailbox).await?;
        let change = Movement::CotitulaireRemoved { person: person.clone() };
        if by.by.as_ref() == Some(&person) {
            let leave = move |mailbox: &Mailbox, _: Option<&Person>, now| movement::renounce(mailbox, &person, now);
            return super::movement::write(operator, &mailbox, change, reason, false, &asker, leave).await;
        }
        let mandate = asker.owner()?;
        super::movement::write(operator, &mailbox, change, reason, false, &asker, move |mailbox, _, now| {
            movement::remove_cotitulaire(&mandate, mailbox, &person, now)
        })
        .await
    }
}
