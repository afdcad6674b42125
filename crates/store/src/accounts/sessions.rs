//! Web sessions: 256 random bits in a cookie, its SHA-256 here; 30 minutes idle, 4 hours from the proof of identity.
//!
//! Requirements: PSC-13, PSC-35, PSC-36, PSC-37, LOC-07, LOC-08. Never holds an access token; the ID token is sealed, for logout alone.

use std::net::IpAddr;
use std::time::Duration;

use rules::journal::{Act, Entry};
use rules::{Author, Channel, IdNat, Moment, Refusal};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::secrets::{draw, hash, place};
use crate::door::OPERATOR;
use crate::engine::{Row, Tx, params};
use crate::feed::mark;
use crate::words::{from_json, json as word, parse};
use crate::{Error, Result, Store};

/// A session nobody touched for this long is over.
pub const IDLE: Duration = Duration::from_secs(30 * 60);
/// A session ends this long after the proof of identity, whatever happens.
pub const LIFE: Duration = Duration::from_secs(4 * 3600);

/// Activity is written at most this often.
const STEP: Duration = Duration::from_secs(60);
/// How long the end of a provider's session is remembered: longer than any session of ours.
const OVER: Duration = Duration::from_secs(5 * 3600);
/// How long the number of a logout notice is remembered (PSC-36).
const NOTICE: Duration = Duration::from_secs(10 * 60);

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

impl Who {
    /// The author of what is done in this session, outside of any mailbox.
    pub fn author(&self) -> Author {
        match self {
            Self::Person(id) | Self::Local(id) => Author::Person { id: id.clone(), capacity: None },
            Self::Staff(login) => Author::staff(login),
        }
    }
}

impl WebSession {
    fn alive(&self, now: Moment) -> bool {
        now < self.seen.plus(IDLE) && now < self.auth_time.plus(LIFE)
    }
}

impl Store {
    /// Opens a session; the value for the cookie: 43 characters, shown nowhere else. [`Refusal::SessionEnded`] when the provider has said
    /// meanwhile that its own session is over.
    pub async fn open_web_session(&self, new: NewWebSession, now: Moment) -> Result<String> {
        self.context.note(now);
        let cookie = draw(&self.context.entropy);
        self.write((new, hash(&cookie), now), |tx, (new, token, now)| Box::pin(open(tx, new, token, *now))).await?;
        Ok(cookie)
    }

    /// The session behind a cookie; `None` when it is unknown or over. `touch`: a person did something (not a poll, PSC-37).
    pub async fn web_session(&self, cookie: &str, touch: bool, now: Moment) -> Result<Option<WebSession>> {
        self.context.note(now);
        let found = self.read_facts((hash(cookie), now), |tx, (token, now)| Box::pin(session(tx, token, *now))).await?;
        let Some(mut session) = found else { return Ok(None) };
        if touch && now.since(session.seen) >= STEP {
            session.seen = now;
            let moved = self.write((session.id, now), |tx, (id, now)| {
                Box::pin(async move { tx.exec("UPDATE web_session SET seen = $1 WHERE id = $2", params![*now, *id]).await })
            });
            if moved.await? == 0 {
                return Ok(None);
            }
        }
        Ok(Some(session))
    }

    /// Ends the session behind a cookie.
    pub async fn end_web_session(&self, cookie: &str, now: Moment) -> Result<Option<Ended>> {
        self.context.note(now);
        self.write((hash(cookie), now), |tx, (token, now)| Box::pin(end(tx, token, *now))).await
    }

    /// The living sessions of somebody, newest first.
    pub async fn web_sessions_of(&self, who: &Who, now: Moment) -> Result<Vec<WebSession>> {
        self.read_facts((who.clone(), now), |tx, (who, now)| {
            Box::pin(async move {
                let sql = format!("SELECT {COLUMNS} FROM web_session WHERE who = $1 ORDER BY begun DESC, id DESC");
                let rows = tx.rows(&sql, params![&word(who)?]).await?;
                let sessions = rows.into_iter().map(session_of).collect::<Result<Vec<_>>>()?;
                Ok(sessions.into_iter().filter(|session| session.alive(*now)).collect())
            })
        })
        .await
    }

    /// Closes one of one's own sessions; false when there is no such session.
    pub async fn end_web_session_by_id(&self, who: &Who, id: i64, now: Moment) -> Result<bool> {
        self.context.note(now);
        self.write((who.clone(), id, now), |tx, (who, id, now)| {
            Box::pin(async move {
                let sql = "DELETE FROM web_session WHERE id = $1 AND who = $2";
                let ended = tx.exec(sql, params![*id, &word(who)?]).await? == 1;
                if ended {
                    tx.journal(OPERATOR, &line(who.author(), Act::SessionEnded, *id, json!({ "cause": "person" }), *now)).await?;
                }
                Ok(ended)
            })
        })
        .await
    }

    /// The provider says that a session of its own is over: ends all web sessions of that `sid`, else of that `sub`; returns how many.
    /// IMAP and SMTP sessions hear it by [`crate::feed::Feed::sessions_over`], on every node.
    pub async fn end_sessions_of(&self, issuer: &str, sid: Option<&str>, sub: Option<&str>, now: Moment) -> Result<u64> {
        self.context.note(now);
        let args = (issuer.to_owned(), sid.map(str::to_owned), sub.map(str::to_owned), now);
        self.write(args, |tx, (issuer, sid, sub, now)| Box::pin(end_from_afar(tx, issuer, sid.as_deref(), sub.as_deref(), *now))).await
    }

    /// The provider said that this session is over (kept 5 hours): what an IMAP session asks when the feed made it look.
    pub async fn session_is_over(&self, issuer: &str, sid: &str) -> Result<bool> {
        self.read_facts(mark(issuer, sid), |tx, mark| Box::pin(is_over(tx, mark))).await
    }

    /// Notes the number of a logout notice; false when it was seen in the last ten minutes: a replay.
    pub async fn note_logout_jti(&self, issuer: &str, jti: &str, now: Moment) -> Result<bool> {
        self.context.note(now);
        self.write((hash(&format!("{issuer}\n{jti}")), now), |tx, (jti, now)| {
            Box::pin(async move {
                tx.exec("DELETE FROM logout_notice WHERE at <= $1", params![now.minus(NOTICE)]).await?;
                let sql = "INSERT INTO logout_notice (jti_hash, at) VALUES ($1, $2) ON CONFLICT (jti_hash) DO NOTHING";
                Ok(tx.exec(sql, params![jti, *now]).await? == 1)
            })
        })
        .await
    }
}

/// Columns in the order `session_of` takes them.
const COLUMNS: &str = "id, who, name, acr, auth_mode, sid, sub, issuer, auth_time, begun, seen, ip, agent";

fn session_of(mut row: Row) -> Result<WebSession> {
    Ok(WebSession {
        id: row.take()?,
        who: from_json(&row.take::<String>()?)?,
        name: row.take()?,
        acr: row.take()?,
        auth_mode: row.take()?,
        sid: row.take()?,
        sub: row.take()?,
        issuer: row.take()?,
        auth_time: row.take()?,
        begun: row.take()?,
        seen: row.take()?,
        ip: row.take::<Option<String>>()?.as_deref().map(parse).transpose()?,
        agent: row.take()?,
    })
}

async fn open(tx: &mut Tx<'_>, new: &NewWebSession, token: &[u8; 32], now: Moment) -> Result<()> {
    if let (Some(issuer), Some(sid)) = (&new.issuer, &new.sid)
        && is_over(tx, &mark(issuer, sid)).await?
    {
        return Err(Error::Refused(Refusal::SessionEnded));
    }
    // What nobody touches any more goes when somebody else comes.
    tx.exec("DELETE FROM web_session WHERE seen <= $1", params![now.minus(IDLE)]).await?;
    let id_token = match &new.id_token {
        Some(secret) => Some(tx.seal("id token", place(token), secret).await?),
        None => None,
    };
    let (who, ip) = (word(&new.who)?, new.ip.map(|ip| ip.to_string()));
    // A proof of the future is a clock that runs fast: it does not lengthen the session.
    let auth_time = new.auth_time.min(now);
    let sql =
        "INSERT INTO web_session (token_hash, who, name, acr, auth_mode, sid, sub, issuer, auth_time, begun, seen, ip, agent, id_token)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING id";
    let values = params![
        token,
        &who,
        &new.name,
        &new.acr,
        &new.auth_mode,
        new.sid.as_deref(),
        new.sub.as_deref(),
        new.issuer.as_deref(),
        auth_time,
        now,
        now,
        ip.as_deref(),
        &new.agent,
        id_token.as_ref(),
    ];
    let id = tx.one(sql, values).await?.take()?;
    let facts = json!({ "acr": new.acr, "auth_mode": new.auth_mode, "ip": ip });
    tx.journal(OPERATOR, &line(new.who.author(), Act::SessionOpened, id, facts, now)).await
}

async fn session(tx: &mut Tx<'_>, token: &[u8; 32], now: Moment) -> Result<Option<WebSession>> {
    let sql = format!("SELECT {COLUMNS} FROM web_session WHERE token_hash = $1");
    let Some(row) = tx.row(&sql, params![token]).await? else { return Ok(None) };
    let session = session_of(row)?;
    // An account that was shut since shuts its sessions (LOC-08), even those that its end did not find.
    let welcome = match &session.who {
        Who::Person(_) => true,
        Who::Local(person) => tx.local_open(person, now).await?,
        Who::Staff(login) => tx.staff_welcome(login).await?,
    };
    Ok((welcome && session.alive(now)).then_some(session))
}

async fn end(tx: &mut Tx<'_>, token: &[u8; 32], now: Moment) -> Result<Option<Ended>> {
    let sql = "DELETE FROM web_session WHERE token_hash = $1 RETURNING id, who, issuer, id_token";
    let Some(mut row) = tx.row(sql, params![token]).await? else { return Ok(None) };
    let (id, who, issuer): (i64, Who, Option<String>) = (row.take()?, from_json(&row.take::<String>()?)?, row.take()?);
    let id_token = match row.take::<Option<Vec<u8>>>()? {
        Some(sealed) => Some(tx.unseal("id token", place(token), &sealed).await?),
        None => None,
    };
    tx.journal(OPERATOR, &line(who.author(), Act::SessionEnded, id, json!({ "cause": "person" }), now)).await?;
    Ok(Some(Ended { id_token, issuer }))
}

async fn end_from_afar(tx: &mut Tx<'_>, issuer: &str, sid: Option<&str>, sub: Option<&str>, now: Moment) -> Result<u64> {
    tx.exec("DELETE FROM session_over WHERE at <= $1", params![now.minus(OVER)]).await?;
    let gone = match (sid, sub) {
        (Some(sid), _) => {
            let mark = mark(issuer, sid);
            let sql = "INSERT INTO session_over (mark, at) VALUES ($1, $2) ON CONFLICT (mark) DO NOTHING";
            tx.exec(sql, params![&mark, now]).await?;
            tx.effects.over.push(mark);
            let sql = "DELETE FROM web_session WHERE issuer = $1 AND sid = $2 RETURNING id";
            tx.rows(sql, params![issuer, sid]).await?
        }
        (None, Some(sub)) => {
            let sql = "DELETE FROM web_session WHERE issuer = $1 AND sub = $2 RETURNING id";
            tx.rows(sql, params![issuer, sub]).await?
        }
        (None, None) => Vec::new(),
    };
    let count = gone.len() as u64;
    for mut row in gone {
        let author = Author::task("back-channel-logout");
        tx.journal(OPERATOR, &line(author, Act::SessionEnded, row.take()?, json!({ "cause": "provider" }), now)).await?;
    }
    Ok(count)
}

async fn is_over(tx: &mut Tx<'_>, mark: &String) -> Result<bool> {
    Ok(tx.row("SELECT mark FROM session_over WHERE mark = $1", params![mark]).await?.is_some())
}

impl Tx<'_> {
    /// Everything open in somebody's name is closed, because the account itself is.
    pub(super) async fn end_all_sessions(&mut self, who: &Who, by: &Author, now: Moment) -> Result<()> {
        let sql = "DELETE FROM web_session WHERE who = $1 RETURNING id";
        for mut row in self.rows(sql, params![&word(who)?]).await? {
            let line = line(by.clone(), Act::SessionEnded, row.take()?, json!({ "cause": "account" }), now);
            self.journal(OPERATOR, &line).await?;
        }
        Ok(())
    }
}

fn line(author: Author, act: Act, id: i64, facts: Value, at: Moment) -> Entry {
    Entry { at, author, act, object: id.to_string(), channel: Channel::Webmail, facts }
}
