//! The message catalogue: every sentence that people read on a page, French first, English second. One file a room, in `words/`.
//!
//! A sentence is a method, so that a template that names one which does not exist does not compile. Vouvoiement, short words, no acronym
//! without its meaning (design of the pages).

use axum::Form;
use axum::extract::{FromRequestParts, State};
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE, SET_COOKIE};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use rules::Refusal;
use serde::Deserialize;

use crate::App;

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    #[default]
    Fr,
    En,
}

impl Lang {
    /// For the `lang` attribute.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::En => "en",
        }
    }

    fn of(tag: &str) -> Self {
        if tag.starts_with("en") { Self::En } else { Self::Fr }
    }
}

/// Sentences in one language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Words(pub Lang);

impl Words {
    /// Why something is refused, and what to do next.
    pub fn refusal(self, refusal: &Refusal) -> String {
        match self.0 {
            Lang::Fr => refusal.french(),
            Lang::En => refusal.english(),
        }
    }
}

/// Writes sentences: `name: "français", "English";` or, with what they speak of, `name(who, when): "… {who} … {when}", "…";`.
#[macro_export]
macro_rules! words {
    ($($name:ident $(($($arg:ident),+))? : $fr:literal, $en:literal;)+) => {
        impl $crate::frame::Words {
            $(
                pub fn $name(self $($(, $arg: impl std::fmt::Display)+)?) -> String {
                    match self.0 {
                        $crate::frame::Lang::Fr => format!($fr),
                        $crate::frame::Lang::En => format!($en),
                    }
                }
            )+
        }
    };
}

mod access;
mod desk;
mod figures;
mod frame;
mod letters;
mod mailboxes;
mod sign_in;
mod structure;

/// The language asked for: by our cookie, else by the browser, else French.
impl FromRequestParts<App> for Words {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let name = app.config.cookie_name("langue");
        let cookies = parts.headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        if let Some(chosen) = cookies.flat_map(|value| value.split(';')).find_map(|one| one.trim().strip_prefix(&*name)?.strip_prefix('='))
        {
            return Ok(Self(Lang::of(chosen)));
        }
        let preferred = parts.headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let first = preferred.split(',').map(str::trim).find(|tag| tag.starts_with("fr") || tag.starts_with("en"));
        Ok(Self(first.map_or(Lang::Fr, Lang::of)))
    }
}

#[derive(Deserialize)]
pub(crate) struct Choice {
    langue: String,
    #[serde(default)]
    vers: String,
}

/// `POST /langue`: remembers the language, and goes back.
pub(crate) async fn choose(State(app): State<App>, Form(choice): Form<Choice>) -> Response {
    let tag = Lang::of(&choice.langue).tag();
    let secure = if app.config.is_secure() { "; Secure" } else { "" };
    let cookie = format!("{}={tag}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax{secure}", app.config.cookie_name("langue"));
    ([(SET_COOKIE, cookie)], Redirect::to(&crate::keyboard::own_path(&choice.vers))).into_response()
}
