//! `pli mailbox close|reopen|suspend|resume|handover`: the life of a mailbox, and its owner.
//!
//! Requirements: CAB-12, CAB-13, CAB-17, TRU-53, TRU-55. Staff acts in the place of the people of a mailbox and writes on what evidence
//! (`--reason`); in the sandbox `--by` acts in a person's name, with her rights.

use clap::Args;
use rules::mailbox::Mailbox;
use rules::movement::{self, Change};
use rules::{Address, Author, Channel, IdNat, Refusal};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::show;
use crate::commands::movement::By;
use crate::commands::{address, idnat};
use crate::failure::{Failure, Outcome};
use crate::operator::Operator;

/// What becomes of the mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    Close,
    Reopen,
    Suspend,
    Resume,
}

#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Life {
    #[arg(value_name = "ADRESSE", value_parser = address)]
    pub address: Address,
    #[command(flatten)]
    #[serde(flatten)]
    pub by: By,
    /// Pourquoi, et sur quelle pièce
    #[arg(long, value_name = "TEXTE")]
    pub reason: Option<String>,
}

/// `mailbox handover`.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct HandOver {
    #[arg(value_name = "ADRESSE", value_parser = address)]
    pub address: Address,
    /// Le nouveau propriétaire
    #[arg(long, value_name = "IDNAT", value_parser = idnat)]
    pub to: IdNat,
    /// Accepter la transmission proposée, au nom du nouveau propriétaire (bac à sable)
    #[arg(long, conflicts_with_all = ["drop", "by", "staff"])]
    #[serde(default)]
    pub take: bool,
    /// Retirer la proposition (`--by` le propriétaire) ou la décliner (`--by` celui à qui elle est faite)
    #[arg(long)]
    #[serde(default)]
    pub drop: bool,
    #[command(flatten)]
    #[serde(flatten)]
    pub by: By,
    /// Pourquoi, et sur quelle pièce ; obligatoire quand l'opérateur transmet lui-même
    #[arg(long, value_name = "TEXTE")]
    pub reason: Option<String>,
}

impl Life {
    pub async fn run(self, step: Step, operator: &Operator) -> Outcome<Value> {
        let Self { address, by, reason } = self;
        let asker = by.asker(operator, &address).await?;
        let change = match step {
            Step::Close => Change::Closing,
            Step::Suspend => Change::Suspended,
            Step::Reopen | Step::Resume => Change::Resumed,
        };
        if matches!(step, Step::Suspend | Step::Resume) && by.by.is_some() {
            return Err(Failure::usage("l'opérateur seul suspend une boîte et lève sa suspension : signez avec --staff"));
        }
        let owner = if matches!(step, Step::Close | Step::Reopen) { Some(asker.owner()?) } else { None };
        let decide = move |mailbox: &Mailbox, _: Option<&rules::register::Person>, now| match (step, &owner) {
            (Step::Close, Some(owner)) => movement::close(owner, mailbox, now),
            (Step::Reopen, Some(owner)) => movement::reopen(owner, mailbox, now),
            (Step::Suspend, _) => movement::suspend(mailbox, now),
            (Step::Resume, _) => movement::resume(mailbox, now),
            (Step::Close | Step::Reopen, None) => Err(Refusal::NotOwner),
        };
        crate::commands::movement::write(operator, &address, change, reason, false, &asker, decide).await
    }
}

impl HandOver {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        if self.take || (self.drop && self.by.by.is_some()) {
            return self.answer(operator).await;
        }
        let Self { address, to, by, reason, drop, .. } = self;
        let asker = by.asker(operator, &address).await?;
        let owner = asker.owner()?;
        let change = match (drop, by.by.is_some()) {
            (true, _) => Change::HandOverDropped { to },
            (false, true) => Change::HandOverOffered { to },
            (false, false) => Change::HandedOver { to },
        };
        let asked = change.clone();
        crate::commands::movement::write(operator, &address, change, reason, false, &asker, move |mailbox, person, now| match &asked {
            Change::HandOverOffered { .. } => movement::offer_hand_over(&owner, mailbox, person.ok_or(Refusal::PersonUnknown)?, now),
            other => movement::by_staff(mailbox, other, person, now),
        })
        .await
    }

    /// The answer of whoever is concerned, who need not have an access to the mailbox.
    async fn answer(self, operator: &Operator) -> Outcome<Value> {
        let Self { address, to, take, by, reason, .. } = self;
        if !operator.config.is_sandbox() {
            return Err(Failure::refused("PRODUCTION", "une transmission s'accepte ou se décline en personne, sur les pages"));
        }
        let person = by.by.unwrap_or_else(|| to.clone());
        let author = Author::Person { id: person.clone(), capacity: None };
        let change = if take { Change::HandedOver { to } } else { Change::HandOverDropped { to } };
        let now = operator.clock.now();
        let decide = move |mailbox: &Mailbox, known: Option<&rules::register::Person>| {
            if take {
                movement::take_over(mailbox, known.ok_or(Refusal::PersonUnknown)?, now)
            } else {
                movement::drop_hand_over(mailbox, &person, now)
            }
        };
        // Taking it is the consent to the owner's contract (CGU-03).
        operator.store.move_mailbox(&address, change, reason, take, author, Channel::Cli, now, decide).await?;
        show(operator, &address).await
    }
}
