//! The one way into a mailbox (architecture, invariant 2). IMAP, submission, webmail and API come through here and nowhere else.
//!
//! Requirements: CAB-09, CAB-10, DEL-05, DEL-06, DEL-08, DEL-09, CGU-01, PSC-E.
//! A right is a value: only an [`Access`] can read or send; only [`ManagerRights`] can make a movement of delegation;
//! only [`OwnerRights`] can make a movement of cotitulaires. None of them can be built outside this file.

use serde::{Deserialize, Serialize};

use crate::author::Author;
use crate::ids::{Address, IdNat};
use crate::mailbox::{Kind, Mailbox, MailboxId};
use crate::refusal::Refusal;
use crate::register::Person;
use crate::terms::Terms;
use crate::time::Moment;

/// In which capacity a person acts, at the moment of the act (IND-05). Ordered: the highest counts when a person holds several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Capacity {
    Delegataire,
    Cotitulaire,
    /// Responsible person of an ORG or APP mailbox.
    Responsable,
    /// Holder of a PER mailbox, owner of a CAB one.
    Owner,
}

impl Capacity {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delegataire => "delegataire",
            Self::Cotitulaire => "cotitulaire",
            Self::Responsable => "responsable",
            Self::Owner => "owner",
        }
    }
}

/// The right to read and to send, held by one person on one mailbox. It says until when it may be believed without asking again.
#[derive(Clone, Debug)]
pub struct Access {
    mailbox: MailboxId,
    address: Address,
    kind: Kind,
    person: IdNat,
    name: String,
    capacity: Capacity,
    until: Option<Moment>,
    revision: i64,
}

impl Access {
    pub fn mailbox(&self) -> MailboxId {
        self.mailbox
    }

    pub fn address(&self) -> &Address {
        &self.address
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    pub fn person(&self) -> &IdNat {
        &self.person
    }

    /// Name of the person, e.g. `Nadia SUREAU`.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn capacity(&self) -> Capacity {
        self.capacity
    }

    /// The first moment at which this right is over by what is known today (end of delegation or of the role); never later than that.
    pub fn until(&self) -> Option<Moment> {
        self.until
    }

    /// Revision of the mailbox's rights this access was decided on; when the mailbox has moved on, `open` must run anew (PSC-39).
    pub fn revision(&self) -> i64 {
        self.revision
    }

    /// The right has not lapsed by itself.
    pub fn holds_at(&self, now: Moment) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    /// The author of every act done with this access.
    pub fn author(&self) -> Author {
        Author::Person { id: self.person.clone(), capacity: Some(self.capacity) }
    }
}

/// May this person enter this mailbox, now? Every cause of refusal is told apart.
pub fn open(mailbox: &Mailbox, person: &Person, terms: &Terms, now: Moment) -> Result<Access, Refusal> {
    let _ = (mailbox, person, terms, now);
    Err(Refusal::NoRight)
}
