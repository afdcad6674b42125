//! What the simulator remembers: sessions, codes, tokens issued. Everything is lost when it stops.
//!
//! Requirements: SIM-03 (sessions of 4 h, 30 min idle; codes of 60 s, once), SIM-07.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rules::{Clock, Entropy, Moment};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::clients::Client;
use super::faults::Faults;
use super::keys::KeyRing;
use super::requests::Requests;
use super::{MailboxOwner, OnClock};
use crate::personas::Personas;

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
    pub personas: Arc<Personas>,
    pub clients: Vec<Client>,
    pub clock: Clock,
    pub entropy: Entropy,
    pub on_clock: OnClock,
    pub mailbox_owner: MailboxOwner,
    pub keys: Mutex<KeyRing>,
    pub faults: Mutex<Faults>,
    pub book: Mutex<Book>,
    pub requests: Mutex<Requests>,
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

    pub fn client(&self, id: &str) -> Option<&Client> {
        self.clients.iter().find(|client| client.id == id)
    }
}

/// Who logged in, where and how.
#[derive(Clone)]
pub(super) struct Session {
    pub sid: String,
    pub idnat: String,
    pub client: String,
    pub scope: String,
    pub acr: String,
    pub auth_mode: String,
    pub auth_time: Moment,
    pub last_used: Moment,
    /// The only refresh token that may still be used.
    pub refresh_jti: Option<String>,
    pub ended: bool,
}

impl Session {
    fn alive(&self, now: Moment) -> bool {
        !self.ended && now < self.auth_time.plus(SESSION) && now < self.last_used.plus(SESSION_IDLE)
    }
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
    pub fn open_session(&mut self, session: Session, now: Moment) {
        if self.sessions.len() >= SWEEP {
            self.sessions.retain(|_, session| session.alive(now));
        }
        self.sessions.insert(session.sid.clone(), session);
    }

    pub fn session(&mut self, sid: &str, now: Moment) -> Option<&mut Session> {
        self.sessions.get_mut(sid).filter(|session| session.alive(now))
    }

    /// Ends a session; false when there was none.
    pub fn end(&mut self, sid: &str) -> bool {
        self.sessions.get_mut(sid).is_some_and(|session| !std::mem::replace(&mut session.ended, true))
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
    pub fn living(&mut self, token: &str, now: Moment) -> Option<Issued> {
        let issued = self.issued(token).filter(|issued| issued.genuine && now < issued.until).cloned()?;
        self.session(&issued.sid, now)?;
        Some(issued)
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
