//! Staff of the operator: invited by a link, signed in by a passkey, given roles by two people.
//!
//! Requirements: STF-01, STF-02, STF-03. Rules of roles are `rules::staff`; no role opens a mailbox.

use rules::staff::StaffRole;
use rules::{Author, Moment};
use secrecy::SecretString;
use serde_json::Value;

use crate::{Result, Store};

/// Somebody to invite.
#[derive(Clone, Debug)]
pub struct NewStaff {
    /// `m.houx`
    pub login: String,
    pub name: String,
    pub roles: Vec<StaffRole>,
}

/// Somebody of the operator.
#[derive(Clone, Debug, PartialEq)]
pub struct StaffMember {
    pub login: String,
    pub name: String,
    pub roles: Vec<StaffRole>,
    /// As `identity::webauthn` made them.
    pub passkeys: Vec<Value>,
    pub created: Moment,
    pub suspended: Option<Moment>,
}

/// A role asked for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    Given,
    /// A second person must approve it: the number of the request.
    Waiting(i64),
}

/// A role that waits for its second person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleRequest {
    pub id: i64,
    pub login: String,
    pub role: StaffRole,
    pub by: Author,
    pub at: Moment,
}

impl Store {
    /// Invites somebody; the secret of the link (24 h, once). Roles are given at once or wait for a second person ([`Self::ask_staff_role`]).
    /// For a login that exists: a new link, the earlier ones forgotten.
    pub async fn invite_staff(&self, new: NewStaff, by: Author, now: Moment) -> Result<SecretString> {
        let _ = (new, by, now);
        todo!()
    }

    /// Who a living link invites.
    pub async fn staff_by_code(&self, code: &str, now: Moment) -> Result<Option<StaffMember>> {
        let _ = (code, now);
        todo!()
    }

    /// Adds a passkey, with the link's code (used up by it) or, when signed in already, without.
    pub async fn add_staff_passkey(&self, login: &str, passkey: Value, code: Option<&str>, now: Moment) -> Result<StaffMember> {
        let _ = (login, passkey, code, now);
        todo!()
    }

    pub async fn staff(&self, login: &str) -> Result<Option<StaffMember>> {
        let _ = login;
        todo!()
    }

    pub async fn all_staff(&self) -> Result<Vec<StaffMember>> {
        todo!()
    }

    /// Asks a role for somebody; given at once while fewer than two people could approve it.
    pub async fn ask_staff_role(&self, login: &str, role: StaffRole, by: Author, now: Moment) -> Result<Asked> {
        let _ = (login, role, by, now);
        todo!()
    }

    /// Roles that wait for a second person.
    pub async fn staff_role_requests(&self) -> Result<Vec<RoleRequest>> {
        todo!()
    }

    /// The second person says yes.
    pub async fn approve_staff_role(&self, id: i64, by: Author, now: Moment) -> Result<StaffMember> {
        let _ = (id, by, now);
        todo!()
    }

    /// Takes a role away, or drops the request for it: one person suffices.
    pub async fn take_staff_role(&self, login: &str, role: StaffRole, by: Author, now: Moment) -> Result<StaffMember> {
        let _ = (login, role, by, now);
        todo!()
    }

    /// Shuts somebody out (sessions end at once), or lets them in again.
    pub async fn suspend_staff(&self, login: &str, suspended: bool, by: Author, now: Moment) -> Result<StaffMember> {
        let _ = (login, suspended, by, now);
        todo!()
    }
}
