//! Staff of the operator: their roles, who may give one, and the scopes of machines' tokens.
//!
//! Requirements: STF-02, STF-03, STF-04. No role and no scope here opens a mailbox: [`crate::access::open`] does not know staff.

use serde::{Deserialize, Serialize};

use crate::author::Author;
use crate::refusal::Refusal;

/// What somebody of the operator may do. A person may have several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StaffRole {
    /// Sees states, never content.
    Support,
    /// Creates, suspends, runs hand-overs with evidence.
    Mailbox,
    /// The register.
    Registry,
    /// Lists, certificates, keys, staff.
    Security,
}

impl StaffRole {
    pub const ALL: [Self; 4] = [Self::Support, Self::Mailbox, Self::Registry, Self::Security];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Support => "support",
            Self::Mailbox => "mailbox",
            Self::Registry => "registry",
            Self::Security => "security",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

/// What a token may be made for.
pub const SCOPES: [&str; 11] = [
    "mailboxes.read",
    "mailboxes.write",
    "movements.write",
    "messages.read",
    "messages.write",
    "indicators.read",
    "journal.read",
    "register.read",
    "webhooks.write",
    "staff",
    "metrics.read",
];

/// Scopes that a person's own token may have: what she can do herself, in her own mailboxes.
pub const PERSONAL_SCOPES: [&str; 6] =
    ["mailboxes.read", "mailboxes.write", "movements.write", "messages.read", "messages.write", "journal.read"];

/// Somebody of the operator, as the decision needs them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    pub login: String,
    pub roles: Vec<StaffRole>,
    /// Has a passkey, and is not suspended.
    pub signs_in: bool,
}

impl Colleague {
    fn gives_roles(&self) -> bool {
        self.signs_in && self.roles.contains(&StaffRole::Security)
    }
}

/// How a role that was asked for is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Giving {
    Now,
    /// After the word of a second person.
    Second,
}

/// Somebody asks a role for `login`. While fewer than two people may give roles nobody could be the second: it is given at once.
/// An author who is nobody of the house (the console of the machine) begins it, and is bound by the same rule as soon as two are there.
pub fn ask_role(by: &Author, login: &str, house: &[Colleague]) -> Result<Giving, Refusal> {
    if !matches!(by, Author::Staff { .. } | Author::Task { .. }) {
        return Err(Refusal::StaffRoleRequired);
    }
    if known(by, house).is_some_and(|asker| !asker.gives_roles() || asker.login == login) {
        return Err(Refusal::StaffRoleRequired);
    }
    let givers = house.iter().filter(|one| one.gives_roles()).count();
    Ok(if givers < 2 { Giving::Now } else { Giving::Second })
}

/// The second person approves what `asked_by` asked for `login`: somebody else than both.
pub fn approve_role(by: &Author, asked_by: &Author, login: &str, house: &[Colleague]) -> Result<(), Refusal> {
    match known(by, house) {
        Some(second) if second.gives_roles() && by != asked_by && second.login != login => Ok(()),
        _ => Err(Refusal::StaffRoleRequired),
    }
}

/// Taking a role away, or shutting somebody out, is never delayed: one person who may give roles suffices, or the console.
pub fn take_role(by: &Author, house: &[Colleague]) -> Result<(), Refusal> {
    let console = matches!(by, Author::Staff { .. } | Author::Task { .. }) && known(by, house).is_none();
    if console || known(by, house).is_some_and(Colleague::gives_roles) { Ok(()) } else { Err(Refusal::StaffRoleRequired) }
}

fn known<'h>(author: &Author, house: &'h [Colleague]) -> Option<&'h Colleague> {
    match author {
        Author::Staff { id } => house.iter().find(|one| one.login == *id),
        _ => None,
    }
}
