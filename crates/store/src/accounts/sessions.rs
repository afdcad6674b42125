//! Web sessions: 256 random bits in a cookie, its SHA-256 here; 30 minutes idle, 4 hours from the proof of identity.
//!
//! Requirements: PSC-13, PSC-35, PSC-36, PSC-37, LOC-07, LOC-08. Never holds an access token; the ID token is sealed, for logout alone.

use std::net::IpAddr;
use std::time::Duration;

use rules::{IdNat, Moment};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::{Result, Store};

/// A session nobody touched for this long is over.
pub const IDLE: Duration = Duration::from_secs(30 * 60);
/// A session ends this long after the proof of identity, whatever happens.
pub const LIFE: Duration = Duration::from_secs(4 * 3600);

/// Whose session it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "type", content = "id", rename_all = "lowercase")]
pub enum Who {
    /// Proved by Pro Santé Connect, by a national number.
    Person(IdNat),
    /// Proved by her structure (LOC-03).
    Local(IdNat),
    /// Staff of the operator, by login.
    Staff(String),
}

/// Somebody who has just proved who they are.
#[derive(Clone, Debug)]
pub struct NewWebSession {
    pub who: Who,
    /// `Nadia SUREAU`, as shown at the top of every page.
    pub name: String,
    pub acr: String,
    pub auth_mode: String,
    /// Session at the provider, its subject, the provider: what a back-channel logout names.
    pub sid: Option<String>,
    pub sub: Option<String>,
    pub issuer: Option<String>,
    pub auth_time: Moment,
    /// For the logout at the provider; sealed at rest.
    pub id_token: Option<SecretString>,
    pub ip: Option<IpAddr>,
    pub agent: String,
}

/// A session that is alive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebSession {
    pub id: i64,
    pub who: Who,
    pub name: String,
    pub acr: String,
    pub auth_mode: String,
    pub sid: Option<String>,
    pub sub: Option<String>,
    pub issuer: Option<String>,
    pub auth_time: Moment,
    pub begun: Moment,
    /// Last activity, to the minute.
    pub seen: Moment,
    pub ip: Option<IpAddr>,
    pub agent: String,
}

/// What the provider must be told of a session that ended here.
#[derive(Clone, Debug)]
pub struct Ended {
    pub id_token: Option<SecretString>,
    pub issuer: Option<String>,
}

impl Store {
    /// Opens a session; the value for the cookie: 43 characters, shown nowhere else.
    pub async fn open_web_session(&self, new: NewWebSession, now: Moment) -> Result<String> {
        let _ = (new, now);
        todo!()
    }

    /// The session behind a cookie; `None` when it is unknown or over. `touch`: a person did something (not a poll, PSC-37).
    pub async fn web_session(&self, cookie: &str, touch: bool, now: Moment) -> Result<Option<WebSession>> {
        let _ = (cookie, touch, now);
        todo!()
    }

    /// Ends the session behind a cookie.
    pub async fn end_web_session(&self, cookie: &str, now: Moment) -> Result<Option<Ended>> {
        let _ = (cookie, now);
        todo!()
    }

    /// The living sessions of somebody, newest first.
    pub async fn web_sessions_of(&self, who: &Who, now: Moment) -> Result<Vec<WebSession>> {
        let _ = (who, now);
        todo!()
    }

    /// Closes one of one's own sessions; false when there is no such session.
    pub async fn end_web_session_by_id(&self, who: &Who, id: i64, now: Moment) -> Result<bool> {
        let _ = (who, id, now);
        todo!()
    }

    /// The provider says that a session of its own is over: ends all web sessions of that `sid`, else of that `sub`; returns how many.
    /// IMAP and SMTP sessions hear it by [`crate::feed::Feed::sessions_over`], on every node.
    pub async fn end_sessions_of(&self, issuer: &str, sid: Option<&str>, sub: Option<&str>, now: Moment) -> Result<u64> {
        let _ = (issuer, sid, sub, now);
        todo!()
    }

    /// The provider said that this session is over (kept 5 hours): what an IMAP session asks when the feed made it look.
    pub async fn session_is_over(&self, issuer: &str, sid: &str) -> Result<bool> {
        let _ = (issuer, sid);
        todo!()
    }

    /// Notes the number of a logout notice; false when it was seen in the last ten minutes: a replay.
    pub async fn note_logout_jti(&self, issuer: &str, jti: &str, now: Moment) -> Result<bool> {
        let _ = (issuer, jti, now);
        todo!()
    }
}
