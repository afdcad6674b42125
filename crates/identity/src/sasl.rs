//! SASL messages of the API LPS: XOAUTH2 and OAUTHBEARER (PSC-27..PSC-30), challenges of refusal. No I/O: both protocols use it.

use rules::{Address, Refusal};
use zeroize::Zeroizing;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    Xoauth2,
    OauthBearer,
}

/// What the client said: the mailbox to open, and the token of the person. The token is wiped when dropped and cannot be printed.
pub struct Credentials {
    /// `None` when `user=` is not an address at all: answered like an unknown mailbox (PSC-25).
    pub mailbox: Option<Address>,
    pub token: Zeroizing<String>,
}

/// Malformed SASL message: IMAP `BAD`, SMTP `501 5.5.2` (PSC-29).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed SASL message")]
pub struct Malformed;

impl Mechanism {
    /// By its IANA name, any case.
    pub fn named(name: &str) -> Option<Self> {
        let _ = name;
        todo!()
    }

    /// Reads the base64 line of the client (at most 12,288 octets, LPS-14).
    pub fn read(self, base64: &[u8]) -> Result<Credentials, Malformed> {
        let _ = base64;
        todo!()
    }

    /// Base64 of the challenge that announces a refusal; `None` when there is none (`TooManyAttempts`).
    pub fn challenge(self, refusal: &Refusal, discovery_url: &str) -> Option<String> {
        let _ = (refusal, discovery_url);
        todo!()
    }
}
