//! What a person of a structure holds herself: a password and a one-time code, or a passkey.
//!
//! Requirements: LOC-05, LOC-07. One answer for a wrong login, a wrong password and a wrong code, after the same work; only right factors learn that
//! the account is closed for a while.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use axum::{Form, Router};
use identity::local::{codes, password, totp::Totp};
use rules::{Moment, Refusal};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use store::accounts::{Holder, LocalAccount, LocalKey, LocalLogin, LocalStructure, Recorded};

use super::{Drawn, draw_door, enabled, name, seated, who};
use crate::App;
use crate::frame::{Fault, Words};
use crate::sign_in::passkey;
use crate::sign_in::refused::{self, Turned, turn_away};
use crate::sign_in::seat::Proved;
use crate::sign_in::visitor::Visitor;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/connexion/structure/{id}/cle", post(by_passkey)).route("/connexion/structure/{id}/cle/question", post(question))
}

#[derive(Deserialize)]
pub(super) struct Factors {
    #[serde(default)]
    identifiant: String,
    #[serde(deserialize_with = "super::secret")]
    mot_de_passe: SecretString,
    #[serde(default)]
    code: String,
    #[serde(default)]
    vers: String,
}

/// `POST /connexion/structure/{id}`: login, password, code.
pub(super) async fn by_password(
    State(app): State<App>,
    w: Words,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(factors): Form<Factors>,
) -> Result<Response, Fault> {
    let structure = enabled(&app, &id).await?;
    let now = app.clock.now();
    if let Some(refusal) = visitor.ip.and_then(|ip| app.throttle.check(ip, None, None, now).err()) {
        return Ok(refused::page(&app, w, &refusal, &format!("/connexion/structure/{id}")));
    }
    let login = factors.identifiant.trim();
    let found = app.store.local_account(LocalKey::Login(login), now).await?.filter(|account| account.structure == structure.structure);
    let (Some(account), Some(right)) = (found.as_ref(), checked(found.as_ref(), &factors, now).await?) else {
        if let Some(account) = &found {
            app.store.record_local_login(&account.person, LocalLogin::Failed, now).await?;
        }
        if let Some(ip) = visitor.ip {
            app.throttle.failed(ip, None, None, &Refusal::LoginFailed, now);
        }
        return wrong(&app, w, &visitor, &structure, &factors).await;
    };
    let recorded = app.store.record_local_login(&account.person, right, now).await?;
    if recorded == Recorded::Failed {
        return wrong(&app, w, &visitor, &structure, &factors).await;
    }
    let proved = Proved::by_own_means(who(account), name(account), "TOTP", now);
    match seated(&app, &visitor, account, recorded, proved, &factors.vers).await {
        Ok(response) => Ok(response),
        Err(fault) => shut(&app, w, &visitor, account, recorded, refused::refusal_of(fault)?).await,
    }
}

/// Right factors on an account that is closed: she is told until when, and who can open it.
async fn shut(
    app: &App,
    w: Words,
    visitor: &Visitor,
    account: &LocalAccount,
    recorded: Recorded,
    refusal: Refusal,
) -> Result<Response, Fault> {
    let why = match recorded {
        Recorded::Locked { until } => Some(w.local_locked_why(w.clock(until))),
        Recorded::Blocked => Some(w.local_blocked_why()),
        Recorded::Closed => Some(w.local_closed_why()),
        Recorded::Accepted | Recorded::Failed => None,
    };
    let retry = format!("/connexion/structure/{}", account.structure);
    let turned = Turned { refusal: refusal.clone(), person: Some(&account.person), means: "structure", retry: retry.clone() };
    let shown = turn_away(app, w, visitor, turned).await;
    Ok(match why {
        Some(why) => refused::told(app, w, &refusal, w.local_shut_title(), why, &retry),
        None => shown,
    })
}

async fn wrong(app: &App, w: Words, visitor: &Visitor, structure: &LocalStructure, factors: &Factors) -> Result<Response, Fault> {
    let drawn = Drawn { to: &factors.vers, error: w.local_wrong(), login: factors.identifiant.clone(), notice: None };
    let mut response = draw_door(app, w, visitor, structure, drawn).await?;
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    Ok(response)
}

/// Both factors, checked. The same work is done for a login that nobody has.
async fn checked(account: Option<&LocalAccount>, factors: &Factors, now: Moment) -> Result<Option<LocalLogin>, Fault> {
    let (typed, kept) = (factors.mot_de_passe.clone(), account.and_then(|account| account.password.clone()));
    let right = tokio::task::spawn_blocking(move || match kept {
        Some(kept) => password::check(typed.expose_secret(), kept.expose_secret()),
        None => {
            password::check_nobody(typed.expose_secret());
            false
        }
    });
    let right = right.await.map_err(|error| Fault::ours("a password could not be checked", error))?;
    let Some(account) = account.filter(|_| right) else { return Ok(None) };
    let totp = account.totp.as_ref().and_then(|text| Totp::parse(text.expose_secret()));
    if let Some(step) = totp.and_then(|totp| totp.verify(&factors.code, account.totp_step, now)) {
        return Ok(Some(LocalLogin::Totp { step }));
    }
    // A recovery code is longer than any one-time code.
    let paper = Some(&factors.code).filter(|code| code.trim().len() >= 16).and_then(|code| codes::hash(code));
    Ok(paper.map(|code| LocalLogin::Recovery { code }))
}

/// `POST /connexion/structure/{id}/cle/question`: what the browser must sign.
async fn question(State(app): State<App>, visitor: Visitor, Path(id): Path<String>) -> Result<Response, Fault> {
    enabled(&app, &id).await?;
    passkey::ask(&app, &visitor).await
}

/// `POST /connexion/structure/{id}/cle`: the browser signed.
async fn by_passkey(
    State(app): State<App>,
    w: Words,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(signed): Form<passkey::Signed>,
) -> Result<Response, Fault> {
    let structure = enabled(&app, &id).await?;
    let retry = format!("/connexion/structure/{id}");
    let now = app.clock.now();
    let account = match passkey::check(&app, &visitor, &signed.reponse).await {
        Ok(Holder::Local(person)) => app.store.local_account(LocalKey::Person(&person), now).await?,
        Ok(Holder::Staff(_)) => None,
        Err(fault) => {
            let refusal = refused::refusal_of(fault)?;
            return Ok(turn_away(&app, w, &visitor, Turned { refusal, person: None, means: "structure", retry }).await);
        }
    };
    let Some(account) = account.filter(|account| account.structure == structure.structure) else {
        let refusal = Refusal::LoginFailed;
        return Ok(turn_away(&app, w, &visitor, Turned { refusal, person: None, means: "structure", retry }).await);
    };
    let recorded = app.store.record_local_login(&account.person, LocalLogin::Strong, now).await?;
    let proved = Proved::by_own_means(who(&account), name(&account), "WEBAUTHN", now);
    match seated(&app, &visitor, &account, recorded, proved, &signed.vers).await {
        Ok(response) => Ok(response),
        Err(fault) => shut(&app, w, &visitor, &account, recorded, refused::refusal_of(fault)?).await,
    }
}
