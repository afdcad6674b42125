//! Passkeys on the pages: the question for the browser, its answer checked. For local people and for staff.
//!
//! W3C Web Authentication Level 2. Requirements: LOC-05, STF-01. The one thing that needs scripts (`static/passkey.js`). The challenge is kept by the
//! store, bound to this browser, used once, five minutes long.

use axum::Json;
use axum::response::{IntoResponse, Response};
use identity::webauthn::{Challenge, Passkey, Site};
use rules::Refusal;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use store::accounts::Holder;

use super::visitor::Visitor;
use crate::App;
use crate::frame::Fault;

const ASSERT: &str = "assert";
const REGISTER: &str = "register";

/// What the script puts in the form.
#[derive(Deserialize)]
pub(crate) struct Signed {
    /// `PublicKeyCredential.toJSON()`
    pub reponse: String,
    #[serde(default)]
    pub vers: String,
    /// The person's own word for a new key.
    #[serde(default)]
    pub nom: String,
}

/// The site under the name by which the browser reached us: keys belong to a host name, never to an address of numbers.
fn site(app: &App, visitor: &Visitor) -> Result<Site, Fault> {
    Site::new(&visitor.origin, &app.config.operator_name).map_err(|why| {
        tracing::warn!(origin = visitor.origin, why, "passkeys do not work under this name");
        Fault::Refused(Refusal::LoginFailed)
    })
}

/// Where passkeys work, for a browser that reached us by an address of numbers; nothing when it is well where it is.
pub(crate) fn elsewhere(app: &App, visitor: &Visitor, path: &str) -> String {
    let named = crate::by_name(&app.config.base_url, &app.config.trusted_origins);
    let works = |origin: &str| Site::new(origin, &app.config.operator_name).is_ok();
    if works(&visitor.origin) || !works(named) { String::new() } else { format!("{named}{path}") }
}

/// The question of a login: any key of this site.
pub(crate) async fn ask(app: &App, visitor: &Visitor) -> Result<Response, Fault> {
    let (options, challenge) = site(app, visitor)?.begin_assertion(&[], &app.entropy, app.clock.now());
    keep(app, visitor, ASSERT, options, &challenge).await
}

/// Whose key signed; its counter is kept.
pub(crate) async fn check(app: &App, visitor: &Visitor, posted: &str) -> Result<Holder, Fault> {
    let now = app.clock.now();
    let challenge = taken(app, visitor, ASSERT).await?;
    let claimed = Site::claimed(posted).ok_or(Refusal::LoginFailed)?;
    let holder = app.store.passkey_holder(&claimed.id).await?.ok_or(Refusal::LoginFailed)?;
    let keys = read(app.store.passkeys_of(&holder).await?)?;
    let asserted = site(app, visitor)?.finish_assertion(posted, &challenge, &keys, now)?;
    app.store.update_passkey_counter(&asserted.id, asserted.counter, now).await?;
    Ok(holder)
}

/// The question of a new key. `about`: the login, which nobody reads in the key; `display`: the person's name.
pub(crate) async fn invite(app: &App, visitor: &Visitor, about: &str, display: &str, existing: Vec<Value>) -> Result<Response, Fault> {
    let handle: [u8; 32] = Sha256::digest(about.as_bytes()).into();
    let existing = read(existing)?;
    let (options, challenge) = site(app, visitor)?.begin_registration(&handle, about, display, &existing, &app.entropy, app.clock.now());
    keep(app, visitor, REGISTER, options, &challenge).await
}

/// The new key, to be kept.
pub(crate) async fn made(app: &App, visitor: &Visitor, signed: &Signed) -> Result<Value, Fault> {
    let challenge = taken(app, visitor, REGISTER).await?;
    let label: String = signed.nom.chars().filter(|c| !c.is_control()).take(60).collect();
    let key = site(app, visitor)?.finish_registration(&signed.reponse, &challenge, label.trim(), app.clock.now())?;
    serde_json::to_value(key).map_err(|error| Fault::ours("a passkey could not be written", error))
}

async fn keep(app: &App, visitor: &Visitor, purpose: &str, options: Value, challenge: &Challenge) -> Result<Response, Fault> {
    let secret = visitor.secret_or_new(app);
    let kept = serde_json::to_value(challenge).map_err(|error| Fault::ours("a challenge could not be written", error))?;
    app.store.keep_challenge(&secret, purpose, kept, challenge.expires, app.clock.now()).await?;
    let mut response = Json(options).into_response();
    Visitor::holds(app, &mut response, &secret);
    Ok(response)
}

async fn taken(app: &App, visitor: &Visitor, purpose: &str) -> Result<Challenge, Fault> {
    let secret = visitor.secret().ok_or(Refusal::LoginFailed)?;
    let kept = app.store.take_challenge(secret, purpose, app.clock.now()).await?.ok_or(Refusal::LoginFailed)?;
    serde_json::from_value(kept).map_err(|error| Fault::ours("a challenge could not be read", error))
}

fn read(keys: Vec<Value>) -> Result<Vec<Passkey>, Fault> {
    keys.into_iter()
        .map(serde_json::from_value)
        .collect::<Result<_, _>>()
        .map_err(|error| Fault::ours("a passkey could not be read", error))
}
