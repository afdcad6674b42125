//! Who is at the keyboard, and the one way from a page into a mailbox.
//!
//! | extractor | gives |
//! |---|---|
//! | [`Signed`] | somebody signed in, whoever it is; counts as activity |
//! | [`Watching`] | the same, for what a page asks by itself (live streams, polling): no activity (PSC-37) |
//! | [`Member`] | a person (by Pro Santé Connect or by her structure) who accepted the terms in force |
//! | [`Staff`] | a member of the operator's staff |
//!
//! Requirements: PSC-37, PSC-39, PSC-40, CAB-09, DEL-05, STF-03. Rights and terms are never cached with a session: each request looks again.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use parking_lot::Mutex;
use rules::access::Access;
use rules::{Address, Channel, IdNat};
use store::accounts::{WebSession, Who};
use store::mailboxes::Knock;

use crate::App;
use crate::frame::Fault;
use crate::frame::page;

/// Where a request comes from. Put on each request by [`crate::serve`].
#[derive(Clone, Copy, Debug)]
pub struct From(pub SocketAddr);

/// The certificate that the other side of the connection presented, DER, not yet judged.
#[derive(Clone, Debug)]
pub struct PeerCertificate(pub Vec<u8>);

/// Somebody signed in.
#[derive(Clone, Debug)]
pub struct Signed {
    pub session: WebSession,
    /// Value of the cookie.
    pub cookie: String,
    pub ip: Option<IpAddr>,
}

/// Somebody signed in, whose page asks by itself.
#[derive(Clone, Debug)]
pub struct Watching(pub Signed);

/// A person who accepted the terms in force.
#[derive(Clone, Debug)]
pub struct Member {
    pub signed: Signed,
    pub person: IdNat,
}

/// A member of the operator's staff.
#[derive(Clone, Debug)]
pub struct Staff {
    pub signed: Signed,
    pub login: String,
}

/// The cookie's name before its prefix: `__Host-pli`.
pub const COOKIE: &str = "pli";

async fn signed(parts: &Parts, app: &App, active: bool) -> Result<Option<Signed>, Fault> {
    let Some(cookie) = page::cookie(app, &parts.headers, COOKIE) else { return Ok(None) };
    let session = app.store.web_session(cookie, active, app.clock.now()).await?;
    let ip = parts.extensions.get::<From>().map(|from| from.0.ip());
    Ok(session.map(|session| Signed { session, cookie: cookie.to_owned(), ip }))
}

fn here(parts: &Parts) -> String {
    // Only what can be asked again by a link is worth coming back to.
    match (parts.method.is_safe(), parts.uri.path_and_query()) {
        (true, Some(path)) => path.as_str().to_owned(),
        _ => "/boites".to_owned(),
    }
}

impl FromRequestParts<App> for Signed {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        signed(parts, app, true).await?.ok_or_else(|| Fault::SignIn { back: here(parts) })
    }
}

impl OptionalFromRequestParts<App> for Signed {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>, Fault> {
        signed(parts, app, true).await
    }
}

impl FromRequestParts<App> for Watching {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        signed(parts, app, false).await?.map(Self).ok_or_else(|| Fault::SignIn { back: here(parts) })
    }
}

impl FromRequestParts<App> for Member {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        let signed = <Signed as FromRequestParts<App>>::from_request_parts(parts, app).await?;
        let back = here(parts);
        Self::of(app, signed, back).await
    }
}

impl FromRequestParts<App> for Staff {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        let signed = <Signed as FromRequestParts<App>>::from_request_parts(parts, app).await?;
        match &signed.session.who {
            Who::Staff(login) => Ok(Self { login: login.clone(), signed }),
            Who::Person(_) | Who::Local(_) => Err(Fault::NotFound),
        }
    }
}

impl Member {
    /// The terms gate (PSC-40): they are read at each request, so that a new version asks again.
    pub async fn of(app: &App, signed: Signed, back: String) -> Result<Self, Fault> {
        let person = match &signed.session.who {
            Who::Person(person) | Who::Local(person) => person.clone(),
            Who::Staff(_) => return Err(Fault::NotFound),
        };
        if !app.store.terms(&person).await?.up_to_date() {
            return Err(Fault::Terms { back });
        }
        Ok(Self { signed, person })
    }

    /// Into a mailbox, or the reason why not. The decision is `rules::access::open`'s, in the store.
    pub async fn enter(&self, app: &App, address: &Address) -> Result<Access, Fault> {
        app.entered.enter(app, self, address).await
    }
}

/// Accesses open on this node, one a session and a mailbox. Each is rechecked before it is used.
#[derive(Default)]
pub struct Entered {
    open: Mutex<HashMap<(i64, Address), Access>>,
}

/// Beyond this many, all are forgotten: the next request enters anew.
const OPEN_AT_ONCE: usize = 20_000;

impl Entered {
    async fn enter(&self, app: &App, member: &Member, address: &Address) -> Result<Access, Fault> {
        let now = app.clock.now();
        let key = (member.signed.session.id, address.clone());
        let kept = self.open.lock().get(&key).cloned();
        if let Some(access) = kept {
            match app.store.recheck(&access, Channel::Webmail, now).await {
                Ok(None) => return Ok(access),
                Ok(Some(renewed)) => {
                    self.keep(key, renewed.clone());
                    return Ok(renewed);
                }
                // Falls through: knocking again tells the reason.
                Err(store::Error::Refused(_)) => drop(self.open.lock().remove(&key)),
                Err(error) => return Err(error.into()),
            }
        }
        let session = &member.signed.session;
        let knock = Knock {
            address: address.clone(),
            person: member.person.clone(),
            channel: Channel::Webmail,
            azp: "pli".to_owned(),
            acr: session.acr.clone(),
            auth_mode: session.auth_mode.clone(),
            ip: member.signed.ip,
        };
        let access = app.store.enter(knock, now).await?;
        self.keep(key, access.clone());
        Ok(access)
    }

    fn keep(&self, key: (i64, Address), access: Access) {
        let mut open = self.open.lock();
        if open.len() >= OPEN_AT_ONCE {
            open.clear();
        }
        open.insert(key, access);
    }
}

/// A path of ours to go to, or the front page: never another site's (open redirection).
pub fn own_path(wanted: &str) -> String {
    let ours = wanted.starts_with('/')
        && !wanted.starts_with("//")
        && !wanted.starts_with("/\\")
        && wanted.len() <= 1_024
        && wanted.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if ours { wanted.to_owned() } else { "/boites".to_owned() }
}

/// A text as a value in a query.
pub fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b'@' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_ours_are_gone_back_to() {
        assert_eq!(own_path("/boites/x@y.test/lettres?dossier=Sent"), "/boites/x@y.test/lettres?dossier=Sent");
        for foreign in
            ["", "https://ailleurs.test/", "//ailleurs.test/", "/\\ailleurs.test", "/a\\b", "javascript:alert(1)", "/a\r\nSet-Cookie: x"]
        {
            assert_eq!(own_path(foreign), "/boites", "{foreign:?}");
        }
    }
}
