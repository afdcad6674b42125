//! API tokens: one's own, or the operator's. Shown once. Requirements: STF-04.

use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use store::accounts::{NewToken, TokenInfo, TokenOwner};
use utoipa::ToSchema;

use super::caller::Caller;
use super::idempotent::once;
use super::input::{Body, Path, moment};
use super::problem::{Problem, Problems};
use super::shapes::List;
use crate::App;

/// A token lives a year at most.
const LONGEST: Duration = Duration::from_secs(366 * 86_400);

/// A token: everything but itself.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": 7, "name": "logiciel du cabinet", "owner": "899790000014", "scopes": ["mailboxes.read"], "created": "2026-11-21T22:00:00.000000Z",
    "ends": "2027-05-21T22:00:00.000000Z", "last_used": null, "revoked": null, "secret": null}))]
pub struct TokenShape {
    pub id: i64,
    pub name: String,
    /// National number of the person, or `operator`.
    pub owner: String,
    pub scopes: Vec<String>,
    #[schema(format = "date-time")]
    pub created: String,
    #[schema(format = "date-time")]
    pub ends: String,
    #[schema(format = "date-time")]
    pub last_used: Option<String>,
    #[schema(format = "date-time")]
    pub revoked: Option<String>,
    /// The token itself, told once at its creation.
    pub secret: Option<String>,
}

impl TokenShape {
    fn of(token: &TokenInfo, secret: Option<String>) -> Self {
        Self {
            id: token.id,
            name: token.name.clone(),
            owner: match &token.owner {
                TokenOwner::Person(idnat) => idnat.to_string(),
                TokenOwner::Operator => "operator".to_owned(),
            },
            scopes: token.scopes.clone(),
            created: token.created.to_string(),
            ends: token.ends.to_string(),
            last_used: token.last_used.map(|at| at.to_string()),
            revoked: token.revoked.map(|at| at.to_string()),
            secret,
        }
    }
}

/// A token to make.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[schema(example = json!({"name": "logiciel du cabinet", "scopes": ["mailboxes.read"], "ends": "2026-12-31T23:00:00Z"}))]
#[serde(deny_unknown_fields)]
pub struct NewTokenShape {
    #[schema(min_length = 1, max_length = 80)]
    pub name: String,
    pub scopes: Vec<String>,
    /// At most a year ahead.
    #[schema(format = "date-time")]
    pub ends: String,
}

/// The caller's tokens; the operator's for a system with the scope `staff`.
#[utoipa::path(get, path = "/tokens", tag = "tokens", responses((status = 200, body = List<TokenShape>), Problems))]
pub async fn list(State(app): State<App>, caller: Caller) -> Result<axum::Json<List<TokenShape>>, Problem> {
    let owner = owner(&caller)?;
    let tokens = app.store.api_tokens().await?;
    Ok(axum::Json(List { items: tokens.iter().filter(|token| token.owner == owner).map(|token| TokenShape::of(token, None)).collect() }))
}

/// Makes one. A person asks with her Pro Santé Connect token: a token begets no token of its own kind for people.
#[utoipa::path(post, path = "/tokens", tag = "tokens", request_body = NewTokenShape,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 128 characters, kept 24 hours")),
    responses((status = 201, body = TokenShape), Problems))]
pub async fn make(State(app): State<App>, caller: Caller, headers: HeaderMap, Body(new): Body<NewTokenShape>) -> Result<Response, Problem> {
    let owner = owner(&caller)?;
    once(&app, &caller, &headers, &("token", &new), async || {
        let now = app.clock.now();
        let ends = moment(&new.ends)?;
        let name = new.name.trim();
        if name.is_empty() || name.chars().count() > 80 || name.chars().any(char::is_control) {
            return Err(Problem::bad("name : 1 à 80 caractères."));
        }
        if ends > now.plus(LONGEST) {
            return Err(Problem::bad("ends : un an au plus."));
        }
        let asked = NewToken { name: name.to_owned(), owner: owner.clone(), scopes: new.scopes.clone(), ends };
        let (token, secret) = app.store.make_api_token(asked, caller.author(), now).await?;
        Ok((StatusCode::CREATED, TokenShape::of(&token, Some(secret.expose_secret().to_owned()))))
    })
    .await
}

/// Revokes one.
#[utoipa::path(delete, path = "/tokens/{id}", tag = "tokens", params(("id" = i64, Path, description = "Number of the token")),
    responses((status = 200, body = TokenShape), Problems))]
pub async fn revoke(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> Result<axum::Json<TokenShape>, Problem> {
    let owner = owner(&caller)?;
    let known = app.store.api_tokens().await?.into_iter().any(|token| token.id == id && token.owner == owner);
    if !known {
        return Err(Problem::not_found());
    }
    let token = app.store.revoke_api_token(id, caller.author(), app.clock.now()).await?;
    Ok(axum::Json(TokenShape::of(&token, None)))
}

/// Whose tokens the caller may manage. A person does so as herself, never with a token.
fn owner(caller: &Caller) -> Result<TokenOwner, Problem> {
    match caller {
        Caller::Person(person) if person.is_herself() => Ok(TokenOwner::Person(person.idnat.clone())),
        Caller::Person(_) => Err(Problem::scope("Pro Santé Connect")),
        Caller::System(_) => {
            caller.may("staff")?;
            Ok(TokenOwner::Operator)
        }
    }
}
