//! `pli staff invite|list|role|suspend`: the operator's people.
//!
//! Requirements: STF-01, STF-02. Here the state folder is the proof of who one is; a role still waits for a second person where two exist.

use clap::{Args, Subcommand};
use rules::Author;
use rules::staff::StaffRole;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::accounts::{Asked, NewStaff, StaffMember};

use super::show;
use crate::failure::Outcome;
use crate::operator::Operator;

#[derive(Debug, Clone, Subcommand, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum Staff {
    /// Inviter quelqu'un : un lien qui sert une fois, pendant 24 heures
    Invite(Invite),
    /// Les personnes, leurs rôles, et les rôles qui attendent un accord
    List,
    /// Donner, retirer ou accorder un rôle
    Role(Role),
    /// Fermer le bureau à quelqu'un, tout de suite
    Suspend(Suspend),
}

/// `staff invite`.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Invite {
    /// Son identifiant, par exemple m.houx
    #[arg(long, value_name = "LOGIN", value_parser = login)]
    pub login: String,
    /// Prénom et nom
    #[arg(long, value_name = "NOM")]
    pub name: String,
    /// support, mailbox, registry ou security ; plusieurs fois si besoin
    #[arg(long = "role", value_name = "RÔLE", value_parser = role)]
    pub roles: Vec<StaffRole>,
    /// Qui invite
    #[arg(long, value_name = "LOGIN", default_value = "cli")]
    pub staff: String,
}

/// `staff role`.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
#[group(id = "what", required = true, multiple = false, args = ["give", "take", "approve"])]
pub struct Role {
    /// La personne dont le rôle change
    #[arg(value_name = "LOGIN", required_unless_present = "approve")]
    pub login: Option<String>,
    /// Le rôle à donner
    #[arg(long, value_name = "RÔLE", value_parser = role)]
    pub give: Option<StaffRole>,
    /// Le rôle à retirer
    #[arg(long, value_name = "RÔLE", value_parser = role)]
    pub take: Option<StaffRole>,
    /// Accorder la demande qui porte ce numéro
    #[arg(long, value_name = "N")]
    pub approve: Option<i64>,
    /// Qui fait ce geste
    #[arg(long, value_name = "LOGIN", default_value = "cli")]
    pub staff: String,
}

/// `staff suspend`.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Suspend {
    #[arg(value_name = "LOGIN")]
    pub login: String,
    /// Rouvrir au lieu de fermer
    #[arg(long)]
    #[serde(default)]
    pub lift: bool,
    /// Qui fait ce geste
    #[arg(long, value_name = "LOGIN", default_value = "cli")]
    pub staff: String,
}

/// Reads a role of the command line.
fn role(text: &str) -> Result<StaffRole, String> {
    StaffRole::parse(text).ok_or_else(|| format!("« {text} » n'est pas un rôle : support, mailbox, registry ou security"))
}

/// Reads a login: letters, digits, `.`, `-`, `_`.
fn login(text: &str) -> Result<String, String> {
    let right = !text.is_empty() && text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    if right { Ok(text.to_owned()) } else { Err(format!("« {text} » : lettres, chiffres, point, tiret, 64 au plus")) }
}

impl Staff {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        let (store, now) = (&operator.store, operator.clock.now());
        match self {
            Self::Invite(order) => {
                let new = NewStaff { login: order.login.clone(), name: order.name, roles: order.roles };
                let code = store.invite_staff(new, Author::staff(&order.staff), now).await?;
                let site = operator.config.web.as_ref().map(|web| web::by_name(&web.base_url, &web.other_origins)).unwrap_or_default();
                let link = format!("{site}/bureau/inscription/{}", code.expose_secret());
                let waiting = waiting(operator, Some(&order.login)).await?;
                Ok(json!({ "login": order.login, "link": link, "hours": 24, "waiting": waiting }))
            }
            Self::List => {
                let people: Vec<Value> = store.all_staff().await?.iter().map(member).collect();
                Ok(json!({ "people": people, "waiting": waiting(operator, None).await? }))
            }
            Self::Role(order) => {
                let by = Author::staff(&order.staff);
                let login = order.login.unwrap_or_default();
                match (order.give, order.take, order.approve) {
                    (_, _, Some(request)) => Ok(member(&store.approve_staff_role(request, by, now).await?)),
                    (_, Some(role), _) => Ok(member(&store.take_staff_role(&login, role, by, now).await?)),
                    (Some(role), ..) => Ok(match store.ask_staff_role(&login, role, by, now).await? {
                        Asked::Given => json!({ "login": login, "role": role, "given": true }),
                        Asked::Waiting(request) => json!({ "login": login, "role": role, "given": false, "request": request }),
                    }),
                    (None, None, None) => Ok(Value::Null),
                }
            }
            Self::Suspend(order) => {
                let by = Author::staff(&order.staff);
                Ok(member(&store.suspend_staff(&order.login, !order.lift, by, now).await?))
            }
        }
    }

    pub fn table(&self, value: &Value) -> String {
        let Self::List = self else { return show::facts(value) };
        let people = [("LOGIN", "login"), ("NOM", "name"), ("RÔLES", "roles"), ("CLÉS", "passkeys"), ("FERMÉ", "suspended")];
        let asked = [("N°", "request"), ("LOGIN", "login"), ("RÔLE EN ATTENTE", "role"), ("DEMANDÉ PAR", "by")];
        let mut text = show::table(&value["people"], &people);
        if value["waiting"].as_array().is_some_and(|waiting| !waiting.is_empty()) {
            text = format!("{text}\n\n{}", show::table(&value["waiting"], &asked));
        }
        text
    }
}

async fn waiting(operator: &Operator, login: Option<&str>) -> Outcome<Vec<Value>> {
    let requests = operator.store.staff_role_requests().await?;
    let asked = requests.iter().filter(|request| login.is_none_or(|login| request.login == login));
    Ok(asked
        .map(|one| json!({ "request": one.id, "login": one.login, "role": one.role, "by": one.by, "at": one.at.to_string() }))
        .collect())
}

fn member(member: &StaffMember) -> Value {
    json!({
        "login": member.login, "name": member.name, "roles": member.roles, "passkeys": member.passkeys.len(),
        "created": member.created.to_string(), "suspended": member.suspended.map(|at| at.to_string()),
    })
}
