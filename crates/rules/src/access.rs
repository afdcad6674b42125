//! The one way into a mailbox (architecture, invariant 2). IMAP, submission, webmail and API come through here and nowhere else.
//!
//! Requirements: CAB-09, CAB-10, CAB-17, DEL-05, DEL-06, DEL-08, DEL-09, DEL-10, BAL-04, CGU-01, CGU-02, PSC-E, PSC-25, PSC-41, LPS-20,
//! LPS-22, LOC-05. People come in by [`open`], machines by [`open_machine`]; there is no third way.
//! A right is a value: only an [`Access`] can read or send; only [`ManagerRights`] can make a movement of delegation;
//! only [`OwnerRights`] can make a movement of cotitulaires. None of them can be built outside this file.

use serde::{Deserialize, Serialize};

use crate::author::{Author, Channel};
use crate::eligibility;
use crate::ids::{Address, IdNat};
use crate::mailbox::{Kind, Mailbox, MailboxId, State};
use crate::movement::{Right, Standing, standing};
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

/// Who holds an access: a person by her own proof, or a machine by its certificate (PSC-41).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    Person {
        id: IdNat,
        /// E.g. `Nadia SUREAU`.
        name: String,
        capacity: Capacity,
    },
    /// By the normalised DN of its certificate.
    Machine { dn: String },
}

impl Holder {
    /// National number of the person, or DN of the machine: what tells this holder from another.
    pub fn id(&self) -> &str {
        match self {
            Self::Person { id, .. } => id.as_str(),
            Self::Machine { dn } => dn,
        }
    }
}

/// The right to read and to send, held by one person or one machine on one mailbox. It says until when it may be believed without asking again.
#[derive(Clone, Debug)]
pub struct Access {
    mailbox: MailboxId,
    address: Address,
    kind: Kind,
    state: State,
    holder: Holder,
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

    /// State of the mailbox when the access was decided: active, or being closed.
    pub fn state(&self) -> State {
        self.state
    }

    pub fn holder(&self) -> &Holder {
        &self.holder
    }

    /// The person who holds it; none for a machine.
    pub fn person(&self) -> Option<&IdNat> {
        match &self.holder {
            Holder::Person { id, .. } => Some(id),
            Holder::Machine { .. } => None,
        }
    }

    /// Name of the person, e.g. `Nadia SUREAU`; of a machine, the one in its certificate.
    pub fn name(&self) -> &str {
        match &self.holder {
            Holder::Person { name, .. } => name,
            Holder::Machine { dn } => dn,
        }
    }

    /// The person's capacity; a machine has none.
    pub fn capacity(&self) -> Option<Capacity> {
        match &self.holder {
            Holder::Person { capacity, .. } => Some(*capacity),
            Holder::Machine { .. } => None,
        }
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
        match &self.holder {
            Holder::Person { id, capacity, .. } => Author::Person { id: id.clone(), capacity: Some(*capacity) },
            Holder::Machine { dn } => Author::Machine { id: dn.clone() },
        }
    }

    /// The right to manage the délégataires of this mailbox, if this person has it.
    pub fn manager_rights(&self) -> Result<ManagerRights, Refusal> {
        match &self.holder {
            Holder::Person { id, capacity, .. } if manages(*capacity) => Ok(ManagerRights { mailbox: self.mailbox, person: id.clone() }),
            _ => Err(Refusal::NotManager),
        }
    }

    /// The owner's own rights, if this person is the owner.
    pub fn owner_rights(&self) -> Result<OwnerRights, Refusal> {
        match &self.holder {
            Holder::Person { id, capacity, .. } if owns(*capacity) => Ok(OwnerRights { mailbox: self.mailbox, person: id.clone() }),
            _ => Err(Refusal::NotOwner),
        }
    }
}

/// The right to manage délégataires: owner and cotitulaires, responsables of an ORG; never a délégataire (DEL-02).
///
/// It says who asks; each decider of [`crate::movement`] looks again at the mailbox it is given, so an old value opens nothing.
#[derive(Clone, Debug)]
pub struct ManagerRights {
    mailbox: MailboxId,
    person: IdNat,
}

/// The right to declare cotitulaires, to hand over and to close: the owner alone (CAB-06, CAB-12, CAB-13). For an ORG or an APP, which
/// have no owner, a responsable closes (TRU-55).
#[derive(Clone, Debug)]
pub struct OwnerRights {
    mailbox: MailboxId,
    person: IdNat,
}

impl ManagerRights {
    /// Still held, on this very mailbox, at the moment of the decision.
    pub(crate) fn confirm(&self, mailbox: MailboxId, standing: &Standing) -> Result<(), Refusal> {
        let held = mailbox == self.mailbox && matches!(standing.right_of(&self.person), Right::Held { capacity, .. } if manages(capacity));
        if held { Ok(()) } else { Err(Refusal::NotManager) }
    }
}

impl OwnerRights {
    /// Still held, on this very mailbox, at the moment of the decision.
    pub(crate) fn confirm(&self, mailbox: MailboxId, standing: &Standing) -> Result<(), Refusal> {
        let held = mailbox == self.mailbox && matches!(standing.right_of(&self.person), Right::Held { capacity, .. } if owns(capacity));
        if held { Ok(()) } else { Err(Refusal::NotOwner) }
    }
}

fn manages(capacity: Capacity) -> bool {
    capacity > Capacity::Delegataire
}

fn owns(capacity: Capacity) -> bool {
    matches!(capacity, Capacity::Owner | Capacity::Responsable)
}

/// May this person come through that door at all? Somebody known to one structure only, who proved herself to it and not by Pro Santé
/// Connect, reads and writes on the pages and nowhere else (LOC-05).
pub fn channel_allows(person: &IdNat, channel: Channel) -> Result<(), Refusal> {
    let for_software = matches!(channel, Channel::Imap | Channel::Smtp | Channel::Api);
    if for_software && person.employer().is_some() { Err(Refusal::LocalWebmailOnly) } else { Ok(()) }
}

/// May this person enter this mailbox, now? Every cause of refusal is told apart.
///
/// Somebody who never had a right learns nothing else (PSC-25). Then, in this order: entitled by the register in that capacity, within
/// the period, terms accepted, mailbox not suspended. Only this mailbox's own movements are read: what somebody has elsewhere gives nothing here. A CAB whose owner is gone stays open to the others (CAB-17): only the person who
/// knocks is judged.
pub fn open(mailbox: &Mailbox, person: &Person, terms: &Terms, now: Moment) -> Result<Access, Refusal> {
    let standing = standing(&mailbox.movements, now);
    if matches!(standing.state(), State::Demandee | State::Close) {
        return Err(Refusal::NoRight);
    }
    let right = standing.right_of(&person.idnat);
    let (Right::Held { capacity, .. } | Right::NotBegun { capacity, .. } | Right::Ended { capacity, .. }) = right else {
        return Err(Refusal::NoRight);
    };
    let entitled = eligibility::entitled(mailbox, person, capacity, now).ok_or(Refusal::PersonNotEntitled)?;
    let written = match right {
        Right::Held { until, .. } => until,
        Right::NotBegun { from, .. } => return Err(Refusal::RightNotBegun { from }),
        Right::Ended { at, .. } => return Err(Refusal::RightEnded { at }),
        Right::Never => return Err(Refusal::NoRight),
    };
    if !terms.up_to_date() {
        return Err(Refusal::TermsNotAccepted { url: terms.url.clone(), version: terms.current.clone() });
    }
    if standing.state() == State::Suspendue {
        return Err(Refusal::MailboxSuspended);
    }
    Ok(Access {
        mailbox: mailbox.id,
        address: mailbox.address.clone(),
        kind: mailbox.kind,
        state: standing.state(),
        holder: Holder::Person { id: person.idnat.clone(), name: person.name(), capacity },
        until: [written, entitled.until()].into_iter().flatten().min(),
        revision: mailbox.revision,
    })
}

/// May the machine of this certificate enter this mailbox, now? The certificate itself was found good before (`trust`).
///
/// Requirements: PSC-41, LPS-20, LPS-22. Only an APP mailbox, and only by a certificate that is written beside it (`certificates`, normalised
/// DNs); a machine that opens nothing here learns nothing else. The terms of use bind people: no machine accepts them.
pub fn open_machine(mailbox: &Mailbox, dn: &str, certificates: &[String], now: Moment) -> Result<Access, Refusal> {
    let standing = standing(&mailbox.movements, now);
    let mapped = mailbox.kind == Kind::App && certificates.iter().any(|known| known == dn);
    if !mapped || matches!(standing.state(), State::Demandee | State::Close) {
        return Err(Refusal::CertificateRefused);
    }
    if standing.state() == State::Suspendue {
        return Err(Refusal::MailboxSuspended);
    }
    Ok(Access {
        mailbox: mailbox.id,
        address: mailbox.address.clone(),
        kind: mailbox.kind,
        state: standing.state(),
        holder: Holder::Machine { dn: dn.to_owned() },
        until: None,
        revision: mailbox.revision,
    })
}
