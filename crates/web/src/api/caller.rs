//! Who calls: a person by a token of Pro Santé Connect or by a token of her own, or a system of the operator (STF-04).
//!
//! Requirements: PSC-21, PSC-42, STF-03, STF-04. A system never opens a mailbox; a person's token reaches no further than her rights.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use rules::access::Access;
use rules::{Address, Author, Channel, IdNat};
use store::accounts::{TokenInfo, TokenOwner};
use store::mailboxes::Knock;

use super::problem::Problem;
use crate::App;
use crate::keyboard::{From, PeerCertificate};

/// Who calls the API.
#[derive(Clone, Debug)]
pub enum Caller {
    Person(Person),
    /// A system of the operator.
    System(TokenInfo),
}

/// A person who calls.
#[derive(Clone, Debug)]
pub struct Person {
    pub idnat: IdNat,
    azp: String,
    acr: String,
    auth_mode: String,
    ip: Option<IpAddr>,
    /// `None`: a token of Pro Santé Connect, which is the person herself.
    token: Option<TokenInfo>,
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).ok_or_else(Problem::unauthorized)?;
        let token = match header.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
            _ => return Err(Problem::unauthorized()),
        };
        let ip = parts.extensions.get::<From>().map(|from| from.0.ip());
        let now = app.clock.now();
        if token.starts_with("pli_") {
            let known = app.store.api_token(token, now).await?.ok_or_else(Problem::unauthorized)?;
            return Ok(match &known.owner {
                TokenOwner::Operator => Self::System(known),
                TokenOwner::Person(idnat) => Self::Person(Person {
                    idnat: idnat.clone(),
                    azp: "pli-api".to_owned(),
                    acr: String::new(),
                    auth_mode: "TOKEN".to_owned(),
                    ip,
                    token: Some(known),
                }),
            });
        }
        if let Some(ip) = ip {
            app.throttle.check(ip, None, None, now)?;
        }
        let proof = match app.psc.prove(token).await {
            Ok(proof) => proof,
            Err(refusal) => {
                if let Some(ip) = ip {
                    app.throttle.failed(ip, None, None, &refusal, now);
                }
                return Err(refusal.into());
            }
        };
        // PSC-42: a token bound to a certificate is good in the hands of its holder only.
        let certificate = parts.extensions.get::<PeerCertificate>().map(|certificate| certificate.0.as_slice());
        identity::bound::check(proof.cnf.as_deref(), certificate)?;
        Ok(Self::Person(Person { idnat: proof.person, azp: proof.azp, acr: proof.acr, auth_mode: proof.auth_mode, ip, token: None }))
    }
}

impl Caller {
    /// The token was given that scope. A person with her own Pro Santé Connect token needs none.
    pub fn may(&self, scope: &str) -> Result<(), Problem> {
        let token = match self {
            Self::Person(Person { token: None, .. }) => return Ok(()),
            Self::Person(Person { token: Some(token), .. }) | Self::System(token) => token,
        };
        if token.may(scope) { Ok(()) } else { Err(Problem::scope(scope)) }
    }

    /// A person, or the reason why a system may not.
    pub fn person(&self) -> Result<&Person, Problem> {
        match self {
            Self::Person(person) => Ok(person),
            Self::System(_) => Err(Problem::for_people_only()),
        }
    }

    pub fn system(&self) -> Result<&TokenInfo, Problem> {
        match self {
            Self::System(token) => Ok(token),
            Self::Person(_) => Err(Problem::for_systems_only()),
        }
    }

    /// Who signs an act that needs no access to a mailbox.
    pub fn author(&self) -> Author {
        match self {
            Self::Person(person) => Author::Person { id: person.idnat.clone(), capacity: None },
            Self::System(token) => Author::staff(&format!("jeton:{}", token.name)),
        }
    }

    /// One name an actor, for idempotency keys.
    pub fn actor(&self) -> String {
        match self {
            Self::Person(person) => format!("person:{}", person.idnat),
            Self::System(token) => format!("token:{}", token.id),
        }
    }
}

impl Person {
    /// She calls with her Pro Santé Connect token, not with one that stands for her.
    pub fn is_herself(&self) -> bool {
        self.token.is_none()
    }

    /// The software that she came with.
    pub fn azp(&self) -> &str {
        &self.azp
    }

    pub fn ip(&self) -> Option<IpAddr> {
        self.ip
    }

    /// Into a mailbox, or the reason why not.
    pub async fn enter(&self, app: &App, address: &Address) -> Result<Access, Problem> {
        let knock = Knock {
            address: address.clone(),
            person: self.idnat.clone(),
            channel: Channel::Api,
            azp: self.azp.clone(),
            acr: self.acr.clone(),
            auth_mode: self.auth_mode.clone(),
            ip: self.ip,
        };
        Ok(app.store.enter(knock, app.clock.now()).await?)
    }
}
