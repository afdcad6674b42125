//! The layout: who is at the keyboard (top right), which mailbox is in hand (top left), what just happened.
//!
//! A page is a template that extends `frame.html` and has a field `page: Page`. Requirements: PSC-C (who is at the keyboard is always visible).

use askama::Template;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use store::accounts::{WebSession, Who};

use super::guard::HTML;
use super::words::Words;
use crate::App;

/// What `frame.html` shows around a page.
#[derive(Clone, Debug, Default)]
pub struct Page {
    pub w: Words,
    /// Without the product's name.
    pub title: String,
    pub who: Option<Keyboard>,
    pub hand: Option<InHand>,
    /// Which entry of the navigation this page belongs to.
    pub place: Place,
    pub notice: Option<Notice>,
    pub sandbox: bool,
    pub operator: String,
    /// Path of this page, to come back to it.
    pub path: String,
    /// The page uses the live script; others work and stay without.
    pub live: bool,
}

/// The person at the keyboard.
#[derive(Clone, Debug)]
pub struct Keyboard {
    pub name: String,
    /// `Pro Santé Connect`, `authentification locale`, `personnel de l'opérateur`.
    pub means: Means,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    Psc,
    Local,
    Staff,
}

impl Keyboard {
    pub(crate) fn is_staff(&self) -> bool {
        self.means == Means::Staff
    }
}

/// The mailbox in hand.
#[derive(Clone, Debug)]
pub struct InHand {
    pub address: String,
    pub label: String,
}

/// Entries of the navigation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    #[default]
    None,
    Mailboxes,
    Letters,
    Access,
    History,
    Figures,
    Me,
    Desk,
    Structure,
}

impl Page {
    /// A page for somebody signed in.
    pub fn of(app: &App, w: Words, session: &WebSession, title: impl Into<String>) -> Self {
        let means = match session.who {
            Who::Person(_) => Means::Psc,
            Who::Local(_) => Means::Local,
            Who::Staff(_) => Means::Staff,
        };
        Self { who: Some(Keyboard { name: session.name.clone(), means }), ..Self::open(app, w, title) }
    }

    /// A page for anybody.
    pub fn open(app: &App, w: Words, title: impl Into<String>) -> Self {
        Self { w, title: title.into(), sandbox: app.config.sandbox, operator: app.config.operator_name.clone(), ..Self::default() }
    }

    #[must_use]
    pub fn at(mut self, place: Place, path: impl Into<String>) -> Self {
        (self.place, self.path) = (place, path.into());
        self
    }

    #[must_use]
    pub fn holding(mut self, address: impl std::fmt::Display, label: &str) -> Self {
        self.hand = Some(InHand { address: address.to_string(), label: label.to_owned() });
        self
    }

    #[must_use]
    pub fn saying(mut self, notice: Option<Notice>) -> Self {
        self.notice = notice;
        self
    }

    #[must_use]
    pub fn live(mut self) -> Self {
        self.live = true;
        self
    }

    pub(crate) fn css(&self) -> &'static super::files::Asset {
        super::files::named("pli.css")
    }

    pub(crate) fn script(&self, name: &str) -> &'static super::files::Asset {
        super::files::named(name)
    }

    pub(crate) fn icon(&self, name: &str) -> String {
        super::icons::icon(name)
    }

    pub(crate) fn is(&self, place: &str) -> bool {
        format!("{:?}", self.place) == place
    }
}

/// What just happened, said once at the top of the next page, with a way to undo it where there is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub kind: Tone,
    pub text: String,
    #[serde(default)]
    pub undo: Option<Undo>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    Good,
    Warn,
    Bad,
}

impl Tone {
    pub fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }
}

/// A form of one button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    /// One of our own paths.
    pub action: String,
    pub fields: Vec<(String, String)>,
}

impl Notice {
    pub fn good(text: impl Into<String>) -> Self {
        Self { kind: Tone::Good, text: text.into(), undo: None }
    }

    pub fn bad(text: impl Into<String>) -> Self {
        Self { kind: Tone::Bad, text: text.into(), undo: None }
    }

    #[must_use]
    pub fn with_undo(mut self, action: impl Into<String>, fields: &[(&str, &str)]) -> Self {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.undo = Some(Undo { action: action.into(), fields });
        self
    }

    /// Goes to another page, which will say this once.
    pub fn then(&self, app: &App, to: &str) -> Response {
        let value = URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default());
        let mut response = axum::response::Redirect::to(to).into_response();
        set_cookie(app, &mut response, "dit", &value, 60);
        response
    }

    /// The notice left by the request before, if any. Its page forgets it by [`html`].
    pub fn left(app: &App, headers: &HeaderMap) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(cookie(app, headers, "dit")?).ok()?;
        let mut notice: Self = serde_json::from_slice(&bytes).ok()?;
        notice.undo = notice.undo.filter(|undo| crate::keyboard::own_path(&undo.action) == undo.action);
        Some(notice)
    }
}

/// Draws a page. A notice that it says is forgotten.
pub fn html(app: &App, template: &impl Template, said: bool) -> Response {
    match template.render() {
        Ok(text) => {
            let mut response = ([HTML], text).into_response();
            if said {
                set_cookie(app, &mut response, "dit", "", 0);
            }
            response
        }
        Err(error) => super::Fault::ours("a page could not be drawn", error).into_response(),
    }
}

/// The value of one of our cookies.
pub fn cookie<'a>(app: &App, headers: &'a HeaderMap, what: &str) -> Option<&'a str> {
    let name = app.config.cookie_name(what);
    let values = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(';')).find_map(|one| one.trim().strip_prefix(&*name)?.strip_prefix('=')).filter(|v| !v.is_empty())
}

/// Sets (or, with 0 seconds, forgets) one of our cookies.
pub fn set_cookie(app: &App, response: &mut Response, what: &str, value: &str, seconds: u32) {
    let secure = if app.config.is_secure() { "; Secure" } else { "" };
    let text = format!("{}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}", app.config.cookie_name(what));
    match HeaderValue::from_str(&text) {
        Ok(value) => drop(response.headers_mut().append(SET_COOKIE, value)),
        Err(error) => tracing::error!(%error, what, "a cookie could not be written"),
    }
}
