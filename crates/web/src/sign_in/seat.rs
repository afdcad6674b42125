//! Somebody proved who they are and sits down: the register is asked first, then a session begins, under a new number always.
//!
//! Requirements: PSC-13, PSC-18, PSC-19, PSC-21 (step 8), PSC-37, PSC-A, PSC-E. Session fixation: whatever session the browser brought ends.

use std::time::Duration;

use axum::response::{IntoResponse, Redirect, Response};
use identity::oidc::SignedIn;
use rules::register::Person;
use rules::{IdNat, Moment, Refusal};
use secrecy::SecretString;
use store::accounts::{NewWebSession, Who};

use super::visitor::Visitor;
use crate::App;
use crate::frame::Fault;
use crate::frame::page::set_cookie;
use crate::keyboard::{COOKIE, own_path};

/// A session lives four hours from the proof (PSC-37); its cookie no longer.
const LIFE_S: u32 = 4 * 3600;
pub(super) const LIFE: Duration = Duration::from_secs(4 * 3600);

/// Who was proved, and how.
pub(super) struct Proved {
    pub who: Who,
    /// As shown at the top of every page.
    pub name: String,
    pub acr: String,
    pub auth_mode: String,
    pub sid: Option<String>,
    pub sub: Option<String>,
    pub issuer: Option<String>,
    pub auth_time: Moment,
    pub id_token: Option<SecretString>,
}

impl Proved {
    /// By a provider. `who` was found in the register, or among the structure's people.
    pub fn by_provider(who: Who, name: String, signed: SignedIn) -> Self {
        Self {
            who,
            name,
            acr: signed.acr,
            auth_mode: signed.auth_mode,
            sid: signed.sid,
            sub: Some(signed.sub),
            issuer: Some(signed.issuer),
            auth_time: signed.auth_time,
            id_token: Some(signed.id_token),
        }
    }

    /// By what she holds herself: a password and a code, a passkey.
    pub fn by_own_means(who: Who, name: String, means: &str, now: Moment) -> Self {
        let (acr, auth_mode) = ("local".to_owned(), means.to_owned());
        Self { who, name, acr, auth_mode, sid: None, sub: None, issuer: None, auth_time: now, id_token: None }
    }
}

/// Step 8: the person must be in the register, and entitled to something today. A perfect token is not enough (PSC-19).
pub(super) async fn admitted(app: &App, idnat: &IdNat, now: Moment) -> Result<Person, Fault> {
    let person = app.store.person(idnat).await?.ok_or(Refusal::PersonUnknown)?;
    person.admissible(now)?;
    Ok(person)
}

/// Whose session it is: a number that one structure alone knows stays bound to that structure, whoever proved it.
pub(super) fn who(person: &Person) -> Who {
    match person.idnat.employer() {
        Some(_) => Who::Local(person.idnat.clone()),
        None => Who::Person(person.idnat.clone()),
    }
}

/// Begins the session, ends the one that the browser brought, and goes where the person wanted to go.
pub(super) async fn sit(app: &App, visitor: &Visitor, proved: Proved, to: &str) -> Result<Response, Fault> {
    let mut response = Redirect::to(&own_path(to)).into_response();
    take_seat(app, visitor, proved, &mut response).await?;
    Ok(response)
}

/// The same, with another answer.
pub(super) async fn take_seat(app: &App, visitor: &Visitor, proved: Proved, response: &mut Response) -> Result<(), Fault> {
    let now = app.clock.now();
    if let Some(old) = &visitor.seat {
        app.store.end_web_session(old, now).await?;
    }
    let new = NewWebSession {
        who: proved.who,
        name: proved.name,
        acr: proved.acr,
        auth_mode: proved.auth_mode,
        sid: proved.sid,
        sub: proved.sub,
        issuer: proved.issuer,
        auth_time: proved.auth_time,
        id_token: proved.id_token,
        ip: visitor.ip,
        agent: visitor.agent.clone(),
    };
    let cookie = app.store.open_web_session(new, now).await?;
    Visitor::sits(app, response);
    set_cookie(app, response, COOKIE, &cookie, LIFE_S);
    Ok(())
}
