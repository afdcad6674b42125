//! The structure's own OIDC provider: one a structure, two factors proved, a person bound beforehand.
//!
//! Requirements: LOC-05. No account is created at login. What proves two factors is `identity`'s to say; a weaker login is refused.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Extension, Router};
use identity::oidc::{ClientAuth, Party, PartyConfig, PartyKind, Return, SignedIn};
use identity::prove::Preset;
use parking_lot::Mutex;
use rules::Refusal;
use secrecy::ExposeSecret;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use store::accounts::{Attempt, LocalAccount, LocalKey, LocalLogin, LocalOidc};

use super::{enabled, name, seated, who};
use crate::App;
use crate::frame::{Fault, Words};
use crate::keyboard::{encoded, own_path};
use crate::sign_in::refused::{self, Turned, turn_away};
use crate::sign_in::seat::Proved;
use crate::sign_in::visitor::Visitor;
use crate::sign_in::welcome::To;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/connexion/structure/{id}/oidc", get(begin)).route("/structure/retour", get(back))
}

/// We as clients of the structures' providers, one each, made when first needed and made anew when its settings change.
#[derive(Default)]
pub(crate) struct Providers {
    known: Mutex<HashMap<String, ([u8; 32], Party)>>,
}

impl Providers {
    /// The provider of a structure; `None` when it has none, or its login is off.
    pub async fn of(&self, app: &App, structure: &str) -> Result<Option<Party>, Fault> {
        let local = app.store.local_structure(structure).await?.filter(|local| local.enabled);
        let Some(oidc) = local.and_then(|local| local.oidc) else { return Ok(None) };
        let mark = mark(&oidc);
        if let Some((known, party)) = self.known.lock().get(structure)
            && *known == mark
        {
            return Ok(Some(party.clone()));
        }
        let party = Party::new(config(app, oidc), app.clock.clone(), app.entropy.clone(), None)
            .map_err(|why| Fault::ours("a structure's provider cannot be used", why))?;
        self.known.lock().insert(structure.to_owned(), (mark, party.clone()));
        Ok(Some(party))
    }
}

/// Tells settings apart without keeping them.
fn mark(oidc: &LocalOidc) -> [u8; 32] {
    let mut hash = Sha256::new();
    let texts = [oidc.issuer.as_str(), &oidc.client_id, oidc.secret.expose_secret(), oidc.id_claim.as_deref().unwrap_or_default()];
    for text in
        texts.into_iter().chain(oidc.acr_strong.iter().map(String::as_str)).chain(["|"]).chain(oidc.amr_strong.iter().map(String::as_str))
    {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    hash.finalize().into()
}

fn config(app: &App, oidc: LocalOidc) -> PartyConfig {
    PartyConfig {
        discovery_url: format!("{}/.well-known/openid-configuration", oidc.issuer.trim_end_matches('/')),
        issuer: oidc.issuer,
        authorization_override: None,
        client_id: oidc.client_id,
        auth: ClientAuth::Basic(oidc.secret),
        scope: "openid profile".to_owned(),
        acr_values: oidc.acr_strong.first().cloned(),
        min_acr: String::new(),
        preset: if app.config.sandbox { Preset::Sim } else { Preset::Prod },
        kind: PartyKind::Structure { id_claim: oidc.id_claim, acr_strong: oidc.acr_strong, amr_strong: oidc.amr_strong },
        idp_hint: None,
    }
}

fn retry(structure: &str, to: &str) -> String {
    format!("/connexion/structure/{}?vers={}", encoded(structure), encoded(to))
}

/// `GET /connexion/structure/{id}/oidc?vers=`: to the structure's login page.
async fn begin(
    State(app): State<App>,
    w: Words,
    visitor: Visitor,
    Extension(providers): Extension<Arc<Providers>>,
    Path(id): Path<String>,
    Query(to): Query<To>,
) -> Result<Response, Fault> {
    let structure = enabled(&app, &id).await?.structure;
    let party = providers.of(&app, &structure).await?.ok_or(Fault::NotFound)?;
    let return_to = own_path(&to.vers);
    let redirect_uri = format!("{}/structure/retour", visitor.origin);
    let begun = match party.begin(&redirect_uri, visitor.left).await {
        Ok(begun) => begun,
        Err(refusal) => return Ok(refused::page(&app, w, &refusal, &retry(&structure, &return_to))),
    };
    let secret = visitor.secret_or_new(&app);
    let attempt = Attempt {
        state: begun.state,
        cookie: secret.clone(),
        nonce: begun.nonce,
        verifier: begun.verifier,
        redirect_uri,
        return_to,
        purpose: "structure".to_owned(),
        issuer: structure,
    };
    app.store.keep_attempt(attempt, app.clock.now()).await?;
    let mut response = Redirect::to(&begun.url).into_response();
    Visitor::holds(&app, &mut response, &secret);
    Ok(response)
}

#[derive(Deserialize, Default)]
struct Back {
    #[serde(default)]
    state: String,
    code: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

/// `GET /structure/retour`
async fn back(
    State(app): State<App>,
    w: Words,
    visitor: Visitor,
    Extension(providers): Extension<Arc<Providers>>,
    query: Result<Query<Back>, QueryRejection>,
) -> Result<Response, Fault> {
    let back = query.map(|Query(back)| back).unwrap_or_default();
    let attempt = match visitor.secret() {
        Some(secret) if !back.state.is_empty() => app.store.take_attempt(&back.state, secret, app.clock.now()).await?,
        _ => None,
    };
    let Some(attempt) = attempt.filter(|attempt| attempt.purpose == "structure") else {
        tracing::info!("a return from a structure's provider that no attempt of this browser waits for");
        return Ok(refused::page(&app, w, &Refusal::LoginFailed, "/connexion/structure"));
    };
    let again = retry(&attempt.issuer, &attempt.return_to);
    if back.error.is_some() {
        return Ok(refused::told(&app, w, &Refusal::LoginFailed, w.denied_title(), w.structure_denied_why(), &again));
    }
    let mut found = None;
    match entered(&app, &providers, &visitor, &back, &attempt, &mut found).await {
        Ok(response) => Ok(response),
        Err(fault) => {
            let refusal = refused::refusal_of(fault)?;
            let person = found.as_ref().map(|account: &LocalAccount| &account.person);
            Ok(turn_away(&app, w, &visitor, Turned { refusal, person, means: "structure", retry: again }).await)
        }
    }
}

async fn entered(
    app: &App,
    providers: &Providers,
    visitor: &Visitor,
    back: &Back,
    attempt: &Attempt,
    found: &mut Option<LocalAccount>,
) -> Result<Response, Fault> {
    let party = providers.of(app, &attempt.issuer).await?.ok_or(Refusal::LoginFailed)?;
    let signed = party
        .finish(Return {
            code: back.code.as_deref().unwrap_or_default(),
            iss: back.iss.as_deref(),
            nonce: &attempt.nonce,
            verifier: attempt.verifier.expose_secret(),
            redirect_uri: &attempt.redirect_uri,
        })
        .await?;
    let account = found.insert(account(app, &signed, &attempt.issuer).await?);
    let recorded = app.store.record_local_login(&account.person, LocalLogin::Strong, app.clock.now()).await?;
    let proved = Proved::by_provider(who(account), name(account), signed);
    seated(app, visitor, account, recorded, proved, &attempt.return_to).await
}

/// Whom the provider means: by the configured claim, else by the pair that a gestionnaire bound; always of this very structure.
async fn account(app: &App, signed: &SignedIn, structure: &str) -> Result<LocalAccount, Fault> {
    let now = app.clock.now();
    let key = match &signed.person {
        Some(person) => LocalKey::Person(person),
        None => LocalKey::Bound { issuer: &signed.issuer, subject: &signed.sub },
    };
    let account = app.store.local_account(key, now).await?.filter(|account| account.structure == structure);
    account.ok_or(Fault::Refused(Refusal::LoginFailed))
}
