//! Staff of the operator: invited by a link, signed in by a passkey, given roles by two people.
//!
//! Requirements: STF-01, STF-02, STF-03. Rules of roles are `rules::staff`; no role opens a mailbox.

use std::time::Duration;

use rules::journal::{Act, Entry};
use rules::staff::{self, Colleague, Giving, StaffRole};
use rules::{Author, Channel, Moment, Refusal};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::passkeys::Holder;
use super::secrets::{draw, hash};
use super::sessions::Who;
use crate::door::OPERATOR;
use crate::engine::{Tx, params};
use crate::words::{from_json, json as word};
use crate::{Error, Result, Store};

/// A link lives this long (STF-01).
pub const LINK: Duration = Duration::from_secs(24 * 3600);

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
        self.context.note(now);
        let code = draw(&self.context.entropy);
        self.write((new, hash(&code), by, now), |tx, (new, code, by, now)| Box::pin(invite(tx, new, code, by, *now))).await?;
        Ok(SecretString::from(code))
    }

    /// Who a living link invites.
    pub async fn staff_by_code(&self, code: &str, now: Moment) -> Result<Option<StaffMember>> {
        self.read_facts((hash(code), now), |tx, (code, now)| {
            Box::pin(async move {
                let sql = "SELECT login FROM staff_code WHERE code_hash = $1 AND ends > $2";
                match tx.row(sql, params![code, *now]).await? {
                    Some(mut row) => tx.staff_member(&row.take::<String>()?).await,
                    None => Ok(None),
                }
            })
        })
        .await
    }

    /// Adds a passkey, with the link's code (used up by it) or, when signed in already, without. [`Refusal::CodeSpent`] for any other code.
    pub async fn add_staff_passkey(&self, login: &str, passkey: Value, code: Option<&str>, now: Moment) -> Result<StaffMember> {
        self.context.note(now);
        let args = (login.to_owned(), passkey, code.map(hash), now);
        self.write(args, |tx, (login, passkey, code, now)| Box::pin(enrol(tx, login, passkey, code.as_ref(), *now))).await
    }

    pub async fn staff(&self, login: &str) -> Result<Option<StaffMember>> {
        self.read_facts(login.to_owned(), |tx, login| Box::pin(tx.staff_member(login))).await
    }

    /// By login.
    pub async fn all_staff(&self) -> Result<Vec<StaffMember>> {
        self.read_facts((), |tx, ()| Box::pin(tx.all_staff())).await
    }

    /// Asks a role for somebody; given at once while fewer than two people could approve it.
    pub async fn ask_staff_role(&self, login: &str, role: StaffRole, by: Author, now: Moment) -> Result<Asked> {
        self.context.note(now);
        let args = (login.to_owned(), role, by, now);
        self.write(args, |tx, (login, role, by, now)| {
            Box::pin(async move {
                tx.hold(OPERATOR).await?;
                ask(tx, login, *role, by, *now).await
            })
        })
        .await
    }

    /// Roles that wait for a second person.
    pub async fn staff_role_requests(&self) -> Result<Vec<RoleRequest>> {
        self.read_facts((), |tx, ()| {
            Box::pin(async move {
                let rows = tx.rows("SELECT id, login, role, author, at FROM staff_role_request ORDER BY id", &[]).await?;
                rows.into_iter()
                    .map(|mut row| {
                        Ok(RoleRequest {
                            id: row.take()?,
                            login: row.take()?,
                            role: role_of(&row.take::<String>()?)?,
                            by: from_json(&row.take::<String>()?)?,
                            at: row.take()?,
                        })
                    })
                    .collect()
            })
        })
        .await
    }

    /// The second person says yes.
    pub async fn approve_staff_role(&self, id: i64, by: Author, now: Moment) -> Result<StaffMember> {
        self.context.note(now);
        self.write((id, by, now), |tx, (id, by, now)| Box::pin(approve(tx, *id, by, *now))).await
    }

    /// Takes a role away, or drops the request for it: one person suffices.
    pub async fn take_staff_role(&self, login: &str, role: StaffRole, by: Author, now: Moment) -> Result<StaffMember> {
        self.context.note(now);
        let args = (login.to_owned(), role, by, now);
        self.write(args, |tx, (login, role, by, now)| Box::pin(take(tx, login, *role, by, *now))).await
    }

    /// Shuts somebody out (sessions end at once), or lets them in again.
    pub async fn suspend_staff(&self, login: &str, suspended: bool, by: Author, now: Moment) -> Result<StaffMember> {
        self.context.note(now);
        let args = (login.to_owned(), suspended, by, now);
        self.write(args, |tx, (login, suspended, by, now)| Box::pin(suspend(tx, login, *suspended, by, *now))).await
    }
}

async fn invite(tx: &mut Tx<'_>, new: &NewStaff, code: &[u8; 32], by: &Author, now: Moment) -> Result<()> {
    tx.hold(OPERATOR).await?;
    // Inviting is the beginning of giving a role: who may not ask one invites nobody.
    staff::ask_role(by, &new.login, &tx.colleagues().await?).map_err(Error::Refused)?;
    let sql = "INSERT INTO staff (login, name, roles, created) VALUES ($1, $2, '[]', $3) ON CONFLICT (login) DO NOTHING";
    tx.exec(sql, params![&new.login, &new.name, now]).await?;
    tx.exec("DELETE FROM staff_code WHERE login = $1 OR ends <= $2", params![&new.login, now]).await?;
    let sql = "INSERT INTO staff_code (code_hash, login, ends) VALUES ($1, $2, $3)";
    tx.exec(sql, params![code, &new.login, now.plus(LINK)]).await?;
    let facts = json!({ "roles": new.roles });
    tx.journal(OPERATOR, &line(Act::StaffInvited, &new.login, by, facts, now)).await?;
    let held = tx.known_member(&new.login).await?.roles;
    for role in new.roles.iter().filter(|role| !held.contains(role)) {
        ask(tx, &new.login, *role, by, now).await?;
    }
    Ok(())
}

async fn enrol(tx: &mut Tx<'_>, login: &str, passkey: &Value, code: Option<&[u8; 32]>, now: Moment) -> Result<StaffMember> {
    if let Some(code) = code {
        let sql = "DELETE FROM staff_code WHERE code_hash = $1 AND login = $2 AND ends > $3";
        if tx.exec(sql, params![code, login, now]).await? == 0 {
            return Err(Error::Refused(Refusal::CodeSpent));
        }
    }
    let member = tx.known_member(login).await?;
    if member.suspended.is_some() {
        return Err(Error::Refused(Refusal::StaffRoleRequired));
    }
    tx.add_passkey(&Holder::Staff(login.to_owned()), passkey, now).await?;
    let facts = json!({ "link": code.is_some() });
    tx.journal(OPERATOR, &line(Act::StaffEnrolled, login, &Author::staff(login), facts, now)).await?;
    tx.known_member(login).await
}

async fn ask(tx: &mut Tx<'_>, login: &str, role: StaffRole, by: &Author, now: Moment) -> Result<Asked> {
    if tx.known_member(login).await?.roles.contains(&role) {
        return Ok(Asked::Given);
    }
    match staff::ask_role(by, login, &tx.colleagues().await?).map_err(Error::Refused)? {
        Giving::Now => {
            tx.give_role(login, role).await?;
            tx.journal(OPERATOR, &line(Act::StaffRoleGiven, login, by, json!({ "role": role }), now)).await?;
            Ok(Asked::Given)
        }
        Giving::Second => {
            // Asked again by somebody else: the word of the first one stays.
            let sql = "INSERT INTO staff_role_request (login, role, author, at) VALUES ($1, $2, $3, $4)
                       ON CONFLICT (login, role) DO UPDATE SET role = excluded.role RETURNING id";
            let id = tx.one(sql, params![login, role.as_str(), &word(by)?, now]).await?.take()?;
            let facts = json!({ "role": role, "request": id });
            tx.journal(OPERATOR, &line(Act::StaffRoleAsked, login, by, facts, now)).await?;
            Ok(Asked::Waiting(id))
        }
    }
}

async fn approve(tx: &mut Tx<'_>, id: i64, by: &Author, now: Moment) -> Result<StaffMember> {
    tx.hold(OPERATOR).await?;
    let sql = "DELETE FROM staff_role_request WHERE id = $1 RETURNING login, role, author";
    let mut row = tx.row(sql, params![id]).await?.ok_or(Error::NotFound("request"))?;
    let (login, role): (String, String) = (row.take()?, row.take()?);
    let (role, asked_by): (StaffRole, Author) = (role_of(&role)?, from_json(&row.take::<String>()?)?);
    staff::approve_role(by, &asked_by, &login, &tx.colleagues().await?).map_err(Error::Refused)?;
    tx.give_role(&login, role).await?;
    let facts = json!({ "role": role, "request": id, "asked_by": asked_by });
    tx.journal(OPERATOR, &line(Act::StaffRoleGiven, &login, by, facts, now)).await?;
    tx.known_member(&login).await
}

async fn take(tx: &mut Tx<'_>, login: &str, role: StaffRole, by: &Author, now: Moment) -> Result<StaffMember> {
    tx.hold(OPERATOR).await?;
    staff::take_role(by, &tx.colleagues().await?).map_err(Error::Refused)?;
    let mut member = tx.known_member(login).await?;
    member.roles.retain(|held| *held != role);
    tx.exec("UPDATE staff SET roles = $1 WHERE login = $2", params![&word(&member.roles)?, login]).await?;
    tx.exec("DELETE FROM staff_role_request WHERE login = $1 AND role = $2", params![login, role.as_str()]).await?;
    tx.journal(OPERATOR, &line(Act::StaffRoleTaken, login, by, json!({ "role": role }), now)).await?;
    Ok(member)
}

async fn suspend(tx: &mut Tx<'_>, login: &str, suspended: bool, by: &Author, now: Moment) -> Result<StaffMember> {
    tx.hold(OPERATOR).await?;
    staff::take_role(by, &tx.colleagues().await?).map_err(Error::Refused)?;
    let act = if suspended { Act::StaffSuspended } else { Act::StaffResumed };
    let at = suspended.then_some(now);
    tx.exec("UPDATE staff SET suspended = $1 WHERE login = $2", params![at, login]).await?;
    let member = tx.known_member(login).await?;
    tx.journal(OPERATOR, &line(act, login, by, Value::Null, now)).await?;
    if suspended {
        tx.end_all_sessions(&Who::Staff(login.to_owned()), by, now).await?;
        tx.exec("DELETE FROM staff_code WHERE login = $1", params![login]).await?;
    }
    Ok(member)
}

impl Tx<'_> {
    /// May this login's sessions go on?
    pub(super) async fn staff_welcome(&mut self, login: &str) -> Result<bool> {
        Ok(self.row("SELECT login FROM staff WHERE login = $1 AND suspended IS NULL", params![login]).await?.is_some())
    }

    async fn staff_member(&mut self, login: &str) -> Result<Option<StaffMember>> {
        let sql = "SELECT name, roles, created, suspended FROM staff WHERE login = $1";
        let Some(mut row) = self.row(sql, params![login]).await? else { return Ok(None) };
        Ok(Some(StaffMember {
            login: login.to_owned(),
            name: row.take()?,
            roles: from_json(&row.take::<String>()?)?,
            created: row.take()?,
            suspended: row.take()?,
            passkeys: self.passkeys(&Holder::Staff(login.to_owned())).await?,
        }))
    }

    async fn known_member(&mut self, login: &str) -> Result<StaffMember> {
        self.staff_member(login).await?.ok_or(Error::NotFound("staff"))
    }

    async fn all_staff(&mut self) -> Result<Vec<StaffMember>> {
        let mut all = Vec::new();
        for mut row in self.rows("SELECT login FROM staff ORDER BY login", &[]).await? {
            all.push(self.known_member(&row.take::<String>()?).await?);
        }
        Ok(all)
    }

    /// The house as the decisions of `rules::staff` need it.
    async fn colleagues(&mut self) -> Result<Vec<Colleague>> {
        let all = self.all_staff().await?;
        let colleague = |one: StaffMember| Colleague {
            signs_in: one.suspended.is_none() && !one.passkeys.is_empty(),
            login: one.login,
            roles: one.roles,
        };
        Ok(all.into_iter().map(colleague).collect())
    }

    async fn give_role(&mut self, login: &str, role: StaffRole) -> Result<()> {
        let mut roles = self.known_member(login).await?.roles;
        roles.push(role);
        roles.sort_unstable();
        roles.dedup();
        self.exec("UPDATE staff SET roles = $1 WHERE login = $2", params![&word(&roles)?, login]).await.map(|_| ())
    }
}

fn role_of(text: &str) -> Result<StaffRole> {
    StaffRole::parse(text).ok_or_else(|| Error::Internal(format!("unknown role {text:?} in a column")))
}

fn line(act: Act, login: &str, by: &Author, facts: Value, at: Moment) -> Entry {
    Entry { at, author: by.clone(), act, object: login.to_owned(), channel: Channel::System, facts }
}
