//! Who acts, and through which door.

use serde::{Deserialize, Serialize};

use crate::access::Capacity;
use crate::ids::{Domain, IdNat};

/// The real author of an act. There is no write without one (CAB-16, IND-A).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Author {
    /// A person proved by Pro Santé Connect (or a structure's login), with the capacity held at the moment of the act.
    Person {
        id: IdNat,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        capacity: Option<Capacity>,
    },
    /// A machine, by the normalised DN of its certificate.
    Machine { id: String },
    /// A citizen, by a keyed hash of the INS.
    Citizen { id: String },
    /// Staff of the operator, by login.
    Staff { id: String },
    /// Another operator, by the domain it spoke for.
    Peer { id: Domain },
    /// A named task of the system, e.g. `courier`.
    Task { id: String },
}

impl Author {
    pub fn task(name: &str) -> Self {
        Self::Task { id: name.to_owned() }
    }

    pub fn staff(login: &str) -> Self {
        Self::Staff { id: login.to_owned() }
    }

    /// The person behind the act, if it is a person's.
    pub fn person(&self) -> Option<&IdNat> {
        match self {
            Self::Person { id, .. } => Some(id),
            _ => None,
        }
    }
}

/// The door an act came through; the words of the journal (`docs/journal.md`) and of the figures (IND-13, upper case there).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    Imap,
    /// Submission, and mail between operators.
    Smtp,
    Webmail,
    Api,
    Cli,
    /// No door: a task of the system.
    System,
}

impl Channel {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Imap => "imap",
            Self::Smtp => "smtp",
            Self::Webmail => "webmail",
            Self::Api => "api",
            Self::Cli => "cli",
            Self::System => "system",
        }
    }
}
