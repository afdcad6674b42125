//! What the simulator remembers: sessions, codes, tokens issued. Everything is lost when it stops.
//!
//! Requirements: SIM-03 (sessions of 4 h, 30 min idle, shared by the programs of one browser; codes of 60 s, once), SIM-07.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rules::{Clock, Entropy, Moment};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use super::approvals::Approvals;
use super::clients::Client;
use super::ecps::Phones;
use super::faults::Faults;
use super::requests::Requests;
use super::{MailboxOwner, OnClock};
use crate::keys::KeyRing;
use crate::outbox::Outbox;
use crate::personas::{Persona, Personas};

/// Fields of a form or of a query; the last one wins.
pub(super) type Form = BTreeMap<String, String>;

const SESSION: Duration = Duration::from_secs(4 * 3600);
const SESSION_IDLE: Duration = Duration::from_secs(1800);
const CODE: Duration = Duration::from_secs(60);
const PENDING: Duration = Duration::from_secs(600);
/// Above this many entries what is over is swept away.
const SWEEP: usize = 20_000;

/// The simulator, shared by its handlers.
pub(super) struct Memory {
    pub issuer: String,
    pub login_page: String,
    /// Issuer as reached through the listener that asks for a client certificate; `None` without it.
    pub mutual_issuer: Option<String>,
    pub auto_approve: bool,
    /// Serves a laboratory network, not only this machine.
    pub lab: bool,
    pub personas: Arc<Personas>,
    pub clients: Vec<Client>,
    pub clock: Clock,
    pub entropy: Entropy,
    pub on_clock: OnClock,
    pub mailbox_owner: MailboxOwner,
    pub outbox: Outbox,
    pub keys: Mutex<KeyRing>,
    pub faults: Mutex<Faults>,
    pub book: Mutex<Book>,
    pub approvals: Mutex<Approvals>,
    pub phones: Mutex<Phones>,
    pub requests: Mutex<Requests>,
    /// `jti` of the assertions that clients signed, until they are over.
    pub assertions: Mutex<BTreeMap<String, Moment>>,
    /// Rung whenever a page that somebody looks at may have changed.
    pub bell: watch::Sender<u64>,
    pub closing: watch::Receiver<bool>,
}

impl Memory {
    /// A random UUID (version 4).
    pub fn uuid(&self) -> String {
        let mut bytes = self.entropy.bytes::<16>();
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let text = hex::encode(bytes);
        format!("{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..])
    }

    /// A random number of so many decimal digits, zeros in front.
    pub fn digits(&self, count: u32) -> String {
        let drawn = u64::from_le_bytes(self.entropy.bytes::<8>()) % 10_u64.pow(count);
        format!("{drawn:0width$}", width = count as usize)
    }

    pub fn client(&self, id: &str) -> Option<&Client> {
        self.clients.iter().find(|client| client.id == id)
    }

    /// What people call a program.
    pub fn program_name<'a>(&'a self, id: &'a str) -> &'a str {
        self.client(id).map_or(id, |client| client.name.as_str())
    }

    /// Tells the pages that somebody looks at.
    pub fn ring(&self) {
        self.bell.send_modify(|rung| *rung += 1);
    }

    /// May this person use that means of login now? Without a means: any of hers.
    pub fn may_log_in(&self, persona: &Persona, channel: Option<&str>) -> bool {
        let active = self.phones.lock().is_active(&persona.idnat, self.clock.now());
        let offers = |means: &str| persona.psc.channels.iter().any(|c| c == means);
        let by_phone = offers("MOBILE") && active;
        let by_card = offers("CARD") && persona.psc.login;
        match channel {
            Some("MOBILE") => by_phone,
            Some("CARD") => persona.psc.login || active,
            _ => by_phone || by_card,
        }
    }
}

/// Who logged in and how; shared by the programs that the same browser leads to.
#[derive(Clone)]
struct Session {
    idnat: String,
    acr: String,
    auth_mode: String,
    auth_time: Moment,
    last_used: Moment,
    ended: bool,
    /// What the browser must show to be let in again without being asked.
    browser: Option<[u8; 32]>,
    /// By program.
    visits: BTreeMap<String, Visit>,
}

/// One program's part in a session.
#[derive(Clone)]
struct Visit {
    scope: String,
    /// The only refresh token that may still be used.
    refresh_jti: Option<String>,
}

impl Session {
    fn alive(&self, now: Moment) -> bool {
        !self.ended && now < self.auth_time.plus(SESSION) && now < self.last_used.plus(SESSION_IDLE)
    }
}

/// A session as one program sees it: what its tokens say.
#[derive(Clone)]
pub(super) struct Share {
    pub sid: String,
    pub idnat: String,
    pub client: String,
    pub scope: String,
    pub acr: String,
    pub auth_mode: String,
    pub auth_time: Moment,
    pub refresh_jti: Option<String>,
    /// SHA-256 of the certificate that the program showed when it asked for the token.
    pub bound_to: Option<[u8; 32]>,
}

/// A login about to be noted.
pub(super) struct Login {
    pub idnat: String,
    pub client: String,
    pub scope: String,
    pub acr: String,
    pub auth_mode: String,
}

/// An authorization request that waits on the login page.
#[derive(Clone)]
pub(super) struct Pending {
    pub client: String,
    pub redirect_uri: String,
    pub scope: String,
    pub state: Option<String>,
    pub nonce: String,
    pub challenge: Option<String>,
    pub begun: Moment,
}

/// A code that waits to be exchanged.
#[derive(Clone)]
pub(super) struct Code {
    pub request: Pending,
    pub sid: String,
    pub issued: Moment,
    pub used: bool,
}

impl Code {
    pub fn fresh(&self, now: Moment) -> bool {
        !self.used && now < self.issued.plus(CODE)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Access,
    Refresh,
    Id,
}

/// A token that went out, found again by its SHA-256.
#[derive(Clone)]
pub(super) struct Issued {
    pub usage: Use,
    pub claims: Map<String, Value>,
    pub sid: String,
    pub client: String,
    pub until: Moment,
    /// The real PSC would know it as its own: right key, right issuer. False for tokens minted with a defect.
    pub genuine: bool,
}

#[derive(Default)]
pub(super) struct Book {
    sessions: HashMap<String, Session>,
    pub pending: HashMap<String, Pending>,
    pub codes: HashMap<String, Code>,
    issued: HashMap<[u8; 32], Issued>,
}

impl Book {
    pub fn open_session(&mut self, sid: String, login: Login, now: Moment) -> Share {
        if self.sessions.len() >= SWEEP {
            self.sessions.retain(|_, session| session.alive(now));
        }
        let Login { idnat, client, scope, acr, auth_mode } = login;
        let visits = BTreeMap::from([(client.clone(), Visit { scope: scope.clone(), refresh_jti: None })]);
        let session = Session {
            idnat: idnat.clone(),
            acr: acr.clone(),
            auth_mode: auth_mode.clone(),
            auth_time: now,
            last_used: now,
            ended: false,
            browser: None,
            visits,
        };
        self.sessions.insert(sid.clone(), session);
        Share { sid, idnat, client, scope, acr, auth_mode, auth_time: now, refresh_jti: None, bound_to: None }
    }

    /// A living session as a program sees it.
    pub fn share(&self, sid: &str, client: &str, now: Moment) -> Option<Share> {
        let session = self.sessions.get(sid).filter(|session| session.alive(now))?;
        let visit = session.visits.get(client)?;
        Some(Share {
            sid: sid.to_owned(),
            idnat: session.idnat.clone(),
            client: client.to_owned(),
            scope: visit.scope.clone(),
            acr: session.acr.clone(),
            auth_mode: session.auth_mode.clone(),
            auth_time: session.auth_time,
            refresh_jti: visit.refresh_jti.clone(),
            bound_to: None,
        })
    }

    /// Another program of the same browser comes into a living session.
    pub fn join(&mut self, sid: &str, client: &str, scope: &str, now: Moment) -> Option<Share> {
        let session = self.sessions.get_mut(sid).filter(|session| session.alive(now))?;
        session.last_used = now;
        session.visits.insert(client.to_owned(), Visit { scope: scope.to_owned(), refresh_jti: None });
        self.share(sid, client, now)
    }

    /// Binds a living session to a browser.
    pub fn remember_browser(&mut self, sid: &str, secret: &str) {
        if let Some(session) = self.sessions.get_mut(sid) {
            session.browser = Some(digest(secret));
        }
    }

    /// The living session of a browser: `sid`, IdNat, `acr`.
    pub fn of_browser(&self, secret: &str, now: Moment) -> Option<(String, String, String)> {
        let wanted = Some(digest(secret));
        let mut living = self.sessions.iter().filter(|(_, session)| session.browser == wanted && session.alive(now));
        living.next().map(|(sid, session)| (sid.clone(), session.idnat.clone(), session.acr.clone()))
    }

    /// Notes the refresh token in use, and that the session was.
    pub fn refreshed(&mut self, sid: &str, client: &str, jti: String, now: Moment) {
        if let Some(session) = self.sessions.get_mut(sid).filter(|session| session.alive(now)) {
            session.last_used = now;
            if let Some(visit) = session.visits.get_mut(client) {
                visit.refresh_jti = Some(jti);
            }
        }
    }

    /// Ends a session: the person, and the programs that were in it; `None` when there was none.
    pub fn end(&mut self, sid: &str) -> Option<(String, Vec<String>)> {
        let session = self.sessions.get_mut(sid).filter(|session| !session.ended)?;
        session.ended = true;
        Some((session.idnat.clone(), session.visits.keys().cloned().collect()))
    }

    pub fn keep(&mut self, token: &str, issued: Issued, now: Moment) {
        if self.issued.len() >= SWEEP {
            self.issued.retain(|_, issued| now < issued.until);
        }
        self.issued.insert(digest(token), issued);
    }

    pub fn issued(&self, token: &str) -> Option<&Issued> {
        self.issued.get(&digest(token))
    }

    pub fn forget(&mut self, token: &str) {
        self.issued.remove(&digest(token));
    }

    /// The token as the real PSC would know it now: its own, not over, of a session that lives.
    pub fn living(&self, token: &str, now: Moment) -> Option<Issued> {
        let issued = self.issued(token).filter(|issued| issued.genuine && now < issued.until)?;
        self.share(&issued.sid, &issued.client, now)?;
        Some(issued.clone())
    }

    pub fn wait(&mut self, id: String, pending: Pending, now: Moment) {
        self.pending.retain(|_, old| now < old.begun.plus(PENDING));
        self.pending.insert(id, pending);
    }

    pub fn hand_out(&mut self, code: String, entry: Code, now: Moment) {
        // Used codes stay a while: a second use must be noticed.
        self.codes.retain(|_, old| now < old.issued.plus(PENDING));
        self.codes.insert(code, entry);
    }
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
