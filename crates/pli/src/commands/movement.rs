//! On whose word a movement is made from the command line, and how it is written: one decision of `rules` inside the store's transaction.
//!
//! Requirements: CAB-06, CAB-16, DEL-02, DEL-03, STF-02. `--by` (in the name of a person, with her rights) exists in the sandbox only:
//! elsewhere a person makes her own movements herself, and staff signs with its own name.

use clap::Args;
use rules::access::{Access, ManagerRights, OwnerRights};
use rules::mailbox::Mailbox;
use rules::movement::{Change, Mandate};
use rules::register::Person;
use rules::{Address, Author, Channel, IdNat, Moment, Refusal};
use serde::{Deserialize, Serialize};
use store::mailboxes::Knock;

use super::idnat;
use crate::failure::{Failure, Outcome};
use crate::operator::Operator;

/// Who asks.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct By {
    /// Au nom de cette personne, avec ses droits (bac à sable)
    #[arg(long, value_name = "IDNAT", value_parser = idnat, conflicts_with = "staff")]
    pub by: Option<IdNat>,
    /// Qui, chez l'opérateur, fait ce geste
    #[arg(long, value_name = "LOGIN")]
    pub staff: Option<String>,
}

/// A person's access, or the staff's signature.
pub enum Asker {
    Person(Box<Access>),
    Staff(String),
}

impl By {
    /// Proves the asker's right now; the decision inside the transaction looks at it again.
    pub async fn asker(&self, operator: &Operator, mailbox: &Address) -> Outcome<Asker> {
        let Some(person) = &self.by else {
            return Ok(Asker::Staff(self.staff.clone().unwrap_or_else(|| "cli".to_owned())));
        };
        if !operator.config.is_sandbox() {
            return Err(Failure::refused("PRODUCTION", "--by n'existe que dans le bac à sable ; signez avec --staff"));
        }
        let knock = Knock {
            address: mailbox.clone(),
            person: person.clone(),
            channel: Channel::Cli,
            azp: "pli".to_owned(),
            acr: String::new(),
            auth_mode: "CLI".to_owned(),
            ip: None,
        };
        Ok(Asker::Person(Box::new(operator.store.enter(knock, operator.clock.now()).await?)))
    }
}

impl Asker {
    pub fn author(&self) -> Author {
        match self {
            Self::Person(access) => access.author(),
            Self::Staff(login) => Author::staff(login),
        }
    }

    pub fn manager(&self) -> Result<Mandate<ManagerRights>, Refusal> {
        match self {
            Self::Person(access) => access.manager_rights().map(Mandate::Held),
            Self::Staff(_) => Ok(Mandate::Staff),
        }
    }

    pub fn owner(&self) -> Result<Mandate<OwnerRights>, Refusal> {
        match self {
            Self::Person(access) => access.owner_rights().map(Mandate::Held),
            Self::Staff(_) => Ok(Mandate::Staff),
        }
    }
}

/// Writes one movement that `decide` allows, and shows the mailbox as it then stands.
pub async fn write<F>(
    operator: &Operator,
    mailbox: &Address,
    change: Change,
    reason: Option<String>,
    attested: bool,
    asker: &Asker,
    decide: F,
) -> Outcome<serde_json::Value>
where
    F: Fn(&Mailbox, Option<&Person>, Moment) -> Result<(), Refusal> + Send + Sync + 'static,
{
    let now = operator.clock.now();
    let decide = move |mailbox: &Mailbox, person: Option<&Person>| decide(mailbox, person, now);
    // In the sandbox, to act in somebody's name is to attest in her name.
    let attested = attested || matches!(asker, Asker::Person(_));
    operator.store.move_mailbox(mailbox, change, reason, attested, asker.author(), Channel::Cli, now, decide).await?;
    super::mailbox::show(operator, mailbox).await
}
