//! A request on somebody's telephone (CIBA): one at a time per person and per browser, three per person in ten minutes.
//!
//! Requirements: PSC-34. The provider's request number is sealed; the browser is kept hashed. It asks nothing of the provider by itself.

use rules::{IdNat, Moment};
use secrecy::SecretString;

use crate::{Result, Store};

/// A request that the provider accepted.
#[derive(Clone, Debug)]
pub struct PhoneRequest {
    /// The browser's own secret, raw; kept hashed.
    pub browser: String,
    pub person: IdNat,
    /// The number to compare, shown on the screen and on the telephone.
    pub number: String,
    /// `MOBILE` or `CARD`.
    pub channel: String,
    pub auth_req_id: SecretString,
    pub expires: Moment,
    /// Seconds between two questions to the provider.
    pub interval: u32,
    pub return_to: String,
}

/// A request that waits for its person.
#[derive(Clone, Debug)]
pub struct Ringing {
    pub id: i64,
    pub request: PhoneRequest,
    /// The interval has passed: the caller asks the provider now, and nobody else does.
    pub due: bool,
}

impl Store {
    /// Before the provider is asked: may this person's telephone ring once more? Counts the request; an older one of the same person or
    /// browser is dropped. [`rules::Refusal::TooManyAttempts`] at the fourth in ten minutes.
    pub async fn reserve_phone_request(&self, person: &IdNat, browser: &str, now: Moment) -> Result<()> {
        let _ = (person, browser, now);
        todo!()
    }

    /// Keeps a request that the provider accepted; counts it itself when it was not reserved.
    pub async fn keep_phone_request(&self, request: PhoneRequest, now: Moment) -> Result<i64> {
        let _ = (request, now);
        todo!()
    }

    /// The request, for the browser that made it, while it is alive. Only one caller an interval is told that it is due.
    pub async fn phone_request(&self, id: i64, browser: &str, now: Moment) -> Result<Option<Ringing>> {
        let _ = (id, browser, now);
        todo!()
    }

    /// The provider wants to be asked less often: five more seconds between two questions.
    pub async fn phone_slow_down(&self, id: i64) -> Result<()> {
        let _ = id;
        todo!()
    }

    /// The page was left, or the request answered.
    pub async fn drop_phone_request(&self, id: i64, browser: &str) -> Result<()> {
        let _ = (id, browser);
        todo!()
    }
}
