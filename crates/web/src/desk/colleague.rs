//! Who is at the desk, and with which roles: read anew at each request, so that a role taken away is gone at once.
//!
//! Requirements: STF-02. A role opens pages of the desk; none opens a mailbox.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use rules::Author;
use rules::staff::StaffRole;

use crate::App;
use crate::frame::page::Place;
use crate::frame::{Fault, Page, Words};
use crate::keyboard::Staff;

/// Somebody of the operator, with the roles of this moment.
pub(super) struct Colleague {
    pub staff: Staff,
    pub roles: Vec<StaffRole>,
}

impl FromRequestParts<App> for Colleague {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        let staff = Staff::from_request_parts(parts, app).await?;
        let member = app.store.staff(&staff.login).await?.filter(|member| member.suspended.is_none()).ok_or(Fault::NotFound)?;
        Ok(Self { staff, roles: member.roles })
    }
}

impl Colleague {
    pub fn has(&self, role: StaffRole) -> bool {
        self.roles.contains(&role)
    }

    /// The page or the act is for that role.
    pub fn must(&self, role: StaffRole) -> Result<(), Fault> {
        if self.has(role) { Ok(()) } else { Err(Fault::Refused(rules::Refusal::StaffRoleRequired)) }
    }

    pub fn author(&self) -> Author {
        Author::staff(&self.staff.login)
    }

    pub fn page(&self, app: &App, w: Words, title: String, path: &str) -> Page {
        Page::of(app, w, &self.staff.signed.session, title).at(Place::Desk, path)
    }
}
