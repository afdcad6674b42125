//! The first time: the code that a gestionnaire handed over becomes means of one's own.
//!
//! Requirements: LOC-05, LOC-06. The code is spent by the means it enrols; recovery codes are shown once. The secret of the one-time codes waits in
//! the store between two pages, sealed, bound to this browser: the form does not choose it.

use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use identity::local::{codes, password, totp::Totp};
use qrcode::QrCode;
use rules::Refusal;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use store::accounts::{Enrolment, LocalAccount};

use super::{name, name_of};
use crate::App;
use crate::frame::{Fault, Notice, Page, Words, html};
use crate::sign_in::passkey;
use crate::sign_in::refused;
use crate::sign_in::visitor::Visitor;

const WAITS: Duration = Duration::from_secs(10 * 60);
const TOTP: &str = "totp";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/connexion/structure/inscription", get(code).post(means))
        .route("/connexion/structure/inscription/mot-de-passe", post(with_password))
        .route("/connexion/structure/inscription/cle", post(with_passkey))
        .route("/connexion/structure/inscription/cle/question", post(question))
}

#[derive(Template)]
#[template(path = "sign_in/enrol_code.html")]
struct CodePage {
    page: Page,
    error: String,
}

/// `GET /connexion/structure/inscription`: the code, please.
async fn code(State(app): State<App>, w: Words) -> Response {
    ask_code(&app, w, String::new())
}

fn ask_code(app: &App, w: Words, error: String) -> Response {
    let wrong = !error.is_empty();
    let page = Page::open(app, w, w.enrol_title()).at(Default::default(), "/connexion/structure/inscription");
    let mut response = html(app, &CodePage { page, error }, false);
    if wrong {
        *response.status_mut() = StatusCode::FORBIDDEN;
    }
    response
}

#[derive(Deserialize)]
struct Coded {
    code: String,
}

#[derive(Template)]
#[template(path = "sign_in/enrol.html")]
struct Means {
    page: Page,
    name: String,
    structure: String,
    login: String,
    code: String,
    secret: String,
    uri: String,
    /// Squares of the picture that a telephone reads, one path of an SVG.
    picture: String,
    size: usize,
    error: String,
    elsewhere: String,
}

/// `POST /connexion/structure/inscription`: the code opens the choice of means.
async fn means(State(app): State<App>, w: Words, visitor: Visitor, Form(form): Form<Coded>) -> Result<Response, Fault> {
    match invited(&app, &visitor, &form.code).await {
        Ok((account, _)) => draw_means(&app, w, &visitor, &account, &form.code, String::new(), StatusCode::OK).await,
        Err(fault) => Ok(ask_code(&app, w, w.refusal(&refused::refusal_of(fault)?))),
    }
}

/// Whom the code invites. Tries are counted by network: ten wrong codes a minute, no more.
async fn invited(app: &App, visitor: &Visitor, code: &str) -> Result<(LocalAccount, [u8; 32]), Fault> {
    let now = app.clock.now();
    if let Some(ip) = visitor.ip {
        app.throttle.check(ip, None, None, now)?;
    }
    let found = match codes::hash(code) {
        Some(hash) => app.store.local_account_by_code(hash, now).await?.map(|account| (account, hash)),
        None => None,
    };
    if let (None, Some(ip)) = (&found, visitor.ip) {
        app.throttle.failed(ip, None, None, &Refusal::CodeSpent, now);
    }
    found.ok_or(Fault::Refused(Refusal::CodeSpent))
}

async fn draw_means(
    app: &App,
    w: Words,
    visitor: &Visitor,
    account: &LocalAccount,
    code: &str,
    error: String,
    status: StatusCode,
) -> Result<Response, Fault> {
    let (now, totp, browser) = (app.clock.now(), Totp::draw(&app.entropy), visitor.secret_or_new(app));
    let secret = totp.text();
    app.store.keep_challenge(&browser, TOTP, Value::from(secret.expose_secret()), now.plus(WAITS), now).await?;
    let uri = totp.uri(&app.config.operator_name, &account.login);
    let (picture, size) = picture(uri.expose_secret());
    let page = Page::open(app, w, w.enrol_title()).at(Default::default(), "/connexion/structure/inscription");
    let shown = Means {
        page,
        name: name(account),
        structure: name_of(app, &account.structure).await?,
        login: account.login.clone(),
        code: code.to_owned(),
        secret: secret.expose_secret().to_owned(),
        uri: uri.expose_secret().to_owned(),
        picture,
        size,
        error,
        elsewhere: passkey::elsewhere(app, visitor, "/connexion/structure/inscription"),
    };
    let mut response = html(app, &shown, false);
    *response.status_mut() = status;
    Visitor::holds(app, &mut response, &browser);
    Ok(response)
}

/// The dark squares as one SVG path, with the quiet zone that readers need; nothing when the text is too long for any code.
fn picture(text: &str) -> (String, usize) {
    const QUIET: usize = 4;
    let Ok(code) = QrCode::new(text) else { return (String::new(), 0) };
    let width = code.width();
    let squares = code.to_colors().into_iter().enumerate().filter(|(_, colour)| *colour == qrcode::Color::Dark);
    let path = squares.map(|(at, _)| format!("M{} {}h1v1h-1z", at % width + QUIET, at / width + QUIET)).collect();
    (path, width + 2 * QUIET)
}

#[derive(Deserialize)]
struct Chosen {
    code: String,
    #[serde(deserialize_with = "super::secret")]
    mot_de_passe: SecretString,
    #[serde(deserialize_with = "super::secret")]
    encore: SecretString,
    chiffres: String,
}

#[derive(Template)]
#[template(path = "sign_in/recovery.html")]
struct Recovery {
    page: Page,
    codes: Vec<String>,
    structure: String,
}

/// `POST …/mot-de-passe`: a password, and the first one-time code to show that the telephone counts as we do.
async fn with_password(State(app): State<App>, w: Words, visitor: Visitor, Form(form): Form<Chosen>) -> Result<Response, Fault> {
    let now = app.clock.now();
    let (account, code) = match invited(&app, &visitor, &form.code).await {
        Ok(invited) => invited,
        Err(fault) => return Ok(ask_code(&app, w, w.refusal(&refused::refusal_of(fault)?))),
    };
    let again = |error: String| draw_means(&app, w, &visitor, &account, &form.code, error, StatusCode::UNPROCESSABLE_ENTITY);
    if form.mot_de_passe.expose_secret() != form.encore.expose_secret() {
        return again(w.passwords_differ()).await;
    }
    let kept = match visitor.secret() {
        Some(browser) => app.store.take_challenge(browser, TOTP, now).await?,
        None => None,
    };
    let totp = kept.as_ref().and_then(Value::as_str).and_then(Totp::parse);
    let Some((totp, step)) = totp.and_then(|totp| totp.verify(&form.chiffres, None, now).map(|step| (totp, step))) else {
        return again(w.totp_wrong()).await;
    };
    let phc = match hashed(&app, &account, form.mot_de_passe.clone()).await {
        Ok(phc) => phc,
        Err(fault) => return again(w.refusal(&refused::refusal_of(fault)?)).await,
    };
    let recovery = codes::recovery(&app.entropy);
    let enrolment = Enrolment::PasswordAndTotp {
        password: phc,
        totp: totp.text(),
        step: Some(step),
        recovery: recovery.iter().map(|code| code.kept).collect(),
    };
    app.store.enrol_local(code, enrolment, now).await?;
    let page = Page::open(&app, w, w.recovery_title()).at(Default::default(), "/connexion/structure");
    let codes = recovery.iter().map(|code| code.shown.expose_secret().to_owned()).collect();
    Ok(html(&app, &Recovery { page, codes, structure: account.structure }, false))
}

/// Judged and hashed off the threads that serve pages: it takes a while on purpose.
async fn hashed(app: &App, account: &LocalAccount, typed: SecretString) -> Result<SecretString, Fault> {
    let about = [account.family.clone(), account.given.clone(), account.login.clone()];
    let entropy = app.entropy.clone();
    let work = tokio::task::spawn_blocking(move || {
        let about: Vec<&str> = about.iter().map(String::as_str).collect();
        password::judge(typed.expose_secret(), &about)?;
        password::hash(typed.expose_secret(), &about, &entropy)
    });
    let phc = work.await.map_err(|error| Fault::ours("a password could not be hashed", error))??;
    Ok(SecretString::from(phc))
}

/// `POST …/cle/question`: what the browser must make a key for.
async fn question(State(app): State<App>, visitor: Visitor, Form(form): Form<Coded>) -> Result<Response, Fault> {
    let (account, _) = invited(&app, &visitor, &form.code).await?;
    passkey::invite(&app, &visitor, account.person.as_str(), &name(&account), account.passkeys.clone()).await
}

#[derive(Deserialize)]
struct Keyed {
    code: String,
    reponse: String,
    #[serde(default)]
    nom: String,
}

/// `POST …/cle`: the new key.
async fn with_passkey(State(app): State<App>, w: Words, visitor: Visitor, Form(form): Form<Keyed>) -> Result<Response, Fault> {
    let (account, code) = match invited(&app, &visitor, &form.code).await {
        Ok(invited) => invited,
        Err(fault) => return Ok(ask_code(&app, w, w.refusal(&refused::refusal_of(fault)?))),
    };
    let signed = passkey::Signed { reponse: form.reponse, vers: String::new(), nom: form.nom };
    let key = match passkey::made(&app, &visitor, &signed).await {
        Ok(key) => key,
        Err(fault) => {
            let error = w.refusal(&refused::refusal_of(fault)?);
            return draw_means(&app, w, &visitor, &account, &form.code, error, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
    };
    app.store.enrol_local(code, Enrolment::Passkey(key), app.clock.now()).await?;
    let to = format!("/connexion/structure/{}", account.structure);
    Ok(Notice::good(w.passkey_enrolled()).then(&app, &to).into_response())
}
