//! Whose browser asks: its address, its own secret, the session it brought, under which of our names it reached us.
//!
//! Requirements: PSC-05 (a login is bound to the browser that began it). The secret is 256 random bits in a cookie of ten minutes, renewed by
//! each login that begins; the store keeps its hash.

use std::convert::Infallible;
use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::header::{HOST, USER_AGENT};
use axum::http::request::Parts;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::App;
use crate::frame::page::{cookie, set_cookie};
use crate::keyboard;

/// The browser's own secret while somebody signs in.
const SECRET: &str = "essai";
/// Ten minutes: as long as an attempt lives.
const SECRET_LIFE: u32 = 600;
/// Somebody left this browser: the provider must ask who is there, not remember.
const LEFT: &str = "change";
/// As long as a session at the provider may last (PSC-37).
const LEFT_LIFE: u32 = 4 * 3600;

/// A browser, whoever sits at it.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    pub ip: Option<IpAddr>,
    /// What the browser says it is; at most 200 characters.
    pub agent: String,
    /// The one of our own names under which it reached us, without a final slash.
    pub origin: String,
    /// The session's cookie it brought, alive or not.
    pub seat: Option<String>,
    secret: Option<String>,
    /// Somebody left: see [`Visitor::leaves`].
    pub left: bool,
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let brought = |what| cookie(app, &parts.headers, what).map(str::to_owned);
        Ok(Self {
            ip: parts.extensions.get::<keyboard::From>().map(|from| from.0.ip()),
            agent: text(USER_AGENT).chars().filter(|c| !c.is_control()).take(200).collect(),
            origin: origin(app, text(HOST)),
            seat: brought(keyboard::COOKIE),
            secret: brought(SECRET).filter(|secret| (20..=100).contains(&secret.len())),
            left: brought(LEFT).is_some(),
        })
    }
}

impl Visitor {
    /// The secret that this browser brought back.
    pub fn secret(&self) -> Option<&str> {
        self.secret.as_deref()
    }

    /// The secret that it has, or a new one; to be handed over by [`Visitor::holds`].
    pub fn secret_or_new(&self, app: &App) -> String {
        self.secret.clone().unwrap_or_else(|| URL_SAFE_NO_PAD.encode(app.entropy.bytes::<32>()))
    }

    /// This browser keeps its secret for ten minutes more.
    pub fn holds(app: &App, response: &mut Response, secret: &str) {
        set_cookie(app, response, SECRET, secret, SECRET_LIFE);
    }

    /// Whoever sat here left: the next login by redirection asks the provider who is there, even if it remembers somebody.
    pub fn leaves(app: &App, response: &mut Response) {
        set_cookie(app, response, LEFT, "1", LEFT_LIFE);
    }

    /// Somebody new sits down.
    pub fn sits(app: &App, response: &mut Response) {
        set_cookie(app, response, LEFT, "", 0);
        set_cookie(app, response, SECRET, "", 0);
    }
}

/// Only names of ours that the configuration knows are ever sent to a provider as the place to come back to.
fn origin(app: &App, host: &str) -> String {
    let named = |origin: &&String| origin.split_once("://").is_some_and(|(_, name)| name == host);
    let known = app.config.trusted_origins.iter().chain([&app.config.base_url]).find(named);
    known.unwrap_or(&app.config.base_url).trim_end_matches('/').to_owned()
}
