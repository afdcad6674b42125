//! PSC's public keys: kept an hour, fetched again at once when a token names one we do not know, at most once a minute.
//!
//! RFC 7517. Requirements: PSC-04. A key of another use or of another algorithm does not verify.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::{Algorithm, DecodingKey};
use parking_lot::Mutex;
use rules::Moment;
use serde::Deserialize;

use super::shape::Shape;

const FRESH: Duration = Duration::from_secs(3600);
const FORCED_AGAIN: Duration = Duration::from_secs(60);
/// Keys read from one set.
const KEYS: usize = 64;

#[derive(Deserialize)]
struct Set {
    keys: Vec<Jwk>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

struct Key {
    key: DecodingKey,
    rsa: bool,
    alg: Option<String>,
}

/// The keys of one reading.
pub(crate) struct KeySet {
    by_kid: HashMap<String, Key>,
    read_at: Moment,
}

/// The set in use, and who may fetch another.
#[derive(Default)]
pub(crate) struct Keys {
    current: Mutex<Option<Arc<KeySet>>>,
    forced_at: Mutex<Option<Moment>>,
    pub one_reader: tokio::sync::Mutex<()>,
}

/// What the keys at hand say of a name.
pub(crate) enum Found {
    Here(Arc<KeySet>),
    /// No set, or an old one.
    ReadFirst,
    /// Not in a fresh set, which is young enough to be believed.
    Nowhere,
}

impl Keys {
    /// Requirements: PSC-04.
    pub fn find(&self, kid: &str, now: Moment) -> Found {
        let current = self.current.lock().clone().filter(|set| now.since(set.read_at) < FRESH);
        match current {
            None => Found::ReadFirst,
            Some(set) if set.by_kid.contains_key(kid) => Found::Here(set),
            Some(_) if self.forced_lately(now) => Found::Nowhere,
            Some(_) => Found::ReadFirst,
        }
    }

    /// A reading begins because a fresh set lacked a key: the next of that sort waits a minute.
    pub fn begin_reading(&self, now: Moment) {
        if self.current.lock().as_ref().is_some_and(|set| now.since(set.read_at) < FRESH) {
            *self.forced_at.lock() = Some(now);
        }
    }

    pub fn replace(&self, set: KeySet) {
        *self.current.lock() = Some(Arc::new(set));
    }

    fn forced_lately(&self, now: Moment) -> bool {
        self.forced_at.lock().is_some_and(|at| now.since(at) < FORCED_AGAIN)
    }
}

impl KeySet {
    /// `None` when it is no JWK set; keys that cannot serve are left out.
    pub fn read(reply: &[u8], now: Moment) -> Option<Self> {
        let set: Set = serde_json::from_slice(reply).ok()?;
        let by_kid = set.keys.into_iter().take(KEYS).filter_map(usable).collect();
        Some(Self { by_kid, read_at: now })
    }

    /// Is the signature made by the key it names, with an algorithm of that key?
    ///
    /// Requirements: PSC-21 (step 2).
    pub fn signed(&self, shape: &Shape<'_>) -> bool {
        let Some(key) = self.by_kid.get(&shape.kid) else { return false };
        let fits = key.rsa == (shape.alg != Algorithm::ES256) && key.alg.as_deref().is_none_or(|alg| alg == name(shape.alg));
        fits && jsonwebtoken::crypto::verify(shape.signature, shape.message.as_bytes(), &key.key, shape.alg).unwrap_or(false)
    }
}

fn usable(jwk: Jwk) -> Option<(String, Key)> {
    if jwk.usage.as_deref().is_some_and(|usage| usage != "sig") {
        return None;
    }
    let (key, rsa) = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
        ("RSA", _) => (DecodingKey::from_rsa_components(&jwk.n?, &jwk.e?).ok()?, true),
        ("EC", Some("P-256")) => (DecodingKey::from_ec_components(&jwk.x?, &jwk.y?).ok()?, false),
        _ => return None,
    };
    Some((jwk.kid?, Key { key, rsa, alg: jwk.alg }))
}

fn name(alg: Algorithm) -> &'static str {
    match alg {
        Algorithm::PS256 => "PS256",
        Algorithm::ES256 => "ES256",
        _ => "RS256",
    }
}
