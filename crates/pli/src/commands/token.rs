//! `pli token create|list|revoke`: what machines sign in with.
//!
//! Requirements: STF-04. The token is printed once, and kept nowhere.

use clap::{Args, Subcommand};
use rules::{Author, IdNat, Moment};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::accounts::{NewToken, TokenInfo, TokenOwner};

use super::{idnat, moment, show};
use crate::failure::{Failure, Outcome};
use crate::operator::Operator;

#[derive(Debug, Clone, Subcommand, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum Token {
    /// Faire un jeton ; il n'est montré qu'une fois
    Create(Create),
    /// Tous les jetons, avec leur dernier usage
    List,
    /// Retirer un jeton, tout de suite
    Revoke(Revoke),
}

/// `token create`.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Create {
    /// À quoi il sert
    #[arg(long, value_name = "NOM")]
    pub name: String,
    /// Ce qu'il permet, par exemple journal.read ; plusieurs fois si besoin
    #[arg(long = "scope", value_name = "PORTÉE", required = true, value_parser = scope)]
    pub scopes: Vec<String>,
    /// Premier moment où il ne sert plus
    #[arg(long, value_name = "T", value_parser = moment)]
    pub ends: Moment,
    /// Au nom de cette personne, dans la limite de ses droits (bac à sable) ; sans elle, au nom de l'opérateur
    #[arg(long, value_name = "IDNAT", value_parser = idnat)]
    pub person: Option<IdNat>,
    /// Qui, chez l'opérateur, fait ce geste
    #[arg(long, value_name = "LOGIN", default_value = "cli")]
    pub staff: String,
}

/// `token revoke`.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Revoke {
    /// Le numéro du jeton
    #[arg(value_name = "N")]
    pub id: i64,
    /// Qui, chez l'opérateur, fait ce geste
    #[arg(long, value_name = "LOGIN", default_value = "cli")]
    pub staff: String,
}

/// Reads a scope of the command line.
fn scope(text: &str) -> Result<String, String> {
    let known = rules::staff::SCOPES;
    if known.contains(&text) { Ok(text.to_owned()) } else { Err(format!("« {text} » n'est pas une portée : {}", known.join(", "))) }
}

impl Token {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        let (store, now) = (&operator.store, operator.clock.now());
        match self {
            Self::Create(order) => {
                if order.person.is_some() && !operator.config.is_sandbox() {
                    let why = "une personne fait elle-même ses jetons, dans ses pages : --person n'existe que dans le bac à sable";
                    return Err(Failure::refused("PRODUCTION", why));
                }
                let owner = order.person.map_or(TokenOwner::Operator, TokenOwner::Person);
                if matches!(owner, TokenOwner::Person(_)) {
                    let personal = rules::staff::PERSONAL_SCOPES;
                    if let Some(scope) = order.scopes.iter().find(|scope| !personal.contains(&scope.as_str())) {
                        return Err(Failure::usage(format!("« {scope} » n'est pas pour une personne : {}", personal.join(", "))));
                    }
                }
                let new = NewToken { name: order.name, owner, scopes: order.scopes, ends: order.ends };
                let (info, secret) = store.make_api_token(new, Author::staff(&order.staff), now).await?;
                let mut shown = row(&info);
                shown["token"] = json!(secret.expose_secret());
                Ok(shown)
            }
            Self::List => Ok(store.api_tokens().await?.iter().map(row).collect()),
            Self::Revoke(order) => Ok(row(&store.revoke_api_token(order.id, Author::staff(&order.staff), now).await?)),
        }
    }

    pub fn table(&self, value: &Value) -> String {
        let Self::List = self else { return show::facts(value) };
        let columns = [
            ("N°", "id"),
            ("NOM", "name"),
            ("POUR", "owner"),
            ("PORTÉES", "scopes"),
            ("FIN", "ends"),
            ("DERNIER USAGE", "last_used"),
            ("RETIRÉ", "revoked"),
        ];
        show::table(value, &columns)
    }
}

fn row(info: &TokenInfo) -> Value {
    json!({
        "id": info.id, "name": info.name, "owner": info.owner, "scopes": info.scopes, "created": info.created.to_string(), "by": info.by,
        "ends": info.ends.to_string(), "last_used": info.last_used.map(|at| at.to_string()), "revoked": info.revoked.map(|at| at.to_string()),
    })
}
