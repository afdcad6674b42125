//! SASL messages of the API LPS: XOAUTH2 and OAUTHBEARER, and the challenges that announce a refusal. No I/O: IMAP and submission both use it.
//!
//! RFC 7628, RFC 5801 §4. Requirements: PSC-28, PSC-29, LPS-10, LPS-12, LPS-13, LPS-14. May not judge the token, nor keep it.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use rules::{Address, Refusal};
use zeroize::Zeroizing;

/// Longest base64 line of a client (LPS-14).
pub const LINE_LIMIT: usize = 12_288;

/// Padding may be missing: some clients leave it out.
pub(crate) const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent));

/// Separates the fields of both messages.
const SEPARATOR: char = '\u{1}';

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
        [Self::Xoauth2, Self::OauthBearer].into_iter().find(|mechanism| mechanism.name().eq_ignore_ascii_case(name))
    }

    /// `XOAUTH2`, `OAUTHBEARER`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Xoauth2 => "XOAUTH2",
            Self::OauthBearer => "OAUTHBEARER",
        }
    }

    /// Reads the base64 line of the client (at most 12,288 octets, LPS-14).
    ///
    /// Requirements: PSC-29.
    pub fn read(self, base64: &[u8]) -> Result<Credentials, Malformed> {
        if base64.len() > LINE_LIMIT {
            return Err(Malformed);
        }
        let mut message = Zeroizing::new(vec![0; base64.len()]);
        let length = BASE64.decode_slice(base64, &mut message).map_err(|_| Malformed)?;
        let message = std::str::from_utf8(&message[..length]).map_err(|_| Malformed)?;
        match self {
            Self::Xoauth2 => read_xoauth2(message),
            Self::OauthBearer => read_oauthbearer(message),
        }
    }

    /// Base64 of the challenge that announces a refusal; `None` when there is none (`TooManyAttempts`).
    ///
    /// Requirements: LPS-12, LPS-13.
    pub fn challenge(self, refusal: &Refusal, discovery_url: &str) -> Option<String> {
        let status = refusal.sasl_status()?;
        let payload = match self {
            Self::Xoauth2 => format!(r#"{{"status":"{status}","schemes":"bearer","scope":"mail"}}"#),
            Self::OauthBearer => {
                let status = match status {
                    401 => "invalid_token",
                    503 => "temporarily_unavailable",
                    _ => "insufficient_scope",
                };
                let discovery_url = serde_json::Value::from(discovery_url);
                format!(r#"{{"status":"{status}","scope":"openid scope_all","openid-configuration":{discovery_url}}}"#)
            }
        };
        Some(BASE64.encode(payload))
    }
}

/// `user=` mailbox `^A` `auth=Bearer ` token `^A^A`; other pairs are ignored, in any order.
fn read_xoauth2(message: &str) -> Result<Credentials, Malformed> {
    let fields = fields(message)?;
    let user = once(&fields, "user")?.ok_or(Malformed)?;
    Ok(Credentials { mailbox: Address::parse(user).ok(), token: bearer(&fields)? })
}

/// `n,a=` mailbox `,^Ahost=…^Aport=…^Aauth=Bearer …^A^A`; host and port are not checked.
fn read_oauthbearer(message: &str) -> Result<Credentials, Malformed> {
    let (header, rest) = message.split_once(SEPARATOR).ok_or(Malformed)?;
    let (binding, named) = header.split_once(',').ok_or(Malformed)?;
    if binding != "n" && binding != "y" {
        // `p=`: a channel binding, which neither mechanism has.
        return Err(Malformed);
    }
    let name = named.strip_suffix(',').ok_or(Malformed)?;
    let mailbox = match name.strip_prefix("a=") {
        Some(name) => Address::parse(&saslname(name)?).ok(),
        None if name.is_empty() => None,
        None => return Err(Malformed),
    };
    Ok(Credentials { mailbox, token: bearer(&fields(rest)?)? })
}

/// The `key=value` pairs of a message that ends with two separators.
fn fields(message: &str) -> Result<Vec<(&str, &str)>, Malformed> {
    let pairs = message.strip_suffix("\u{1}\u{1}").ok_or(Malformed)?;
    pairs.split(SEPARATOR).map(|pair| pair.split_once('=').filter(|(key, _)| !key.is_empty()).ok_or(Malformed)).collect()
}

/// A field that may stand once only: two readings of one message would be a hole.
fn once<'a>(fields: &[(&'a str, &'a str)], wanted: &str) -> Result<Option<&'a str>, Malformed> {
    let mut found = fields.iter().filter(|(key, _)| *key == wanted).map(|(_, value)| *value);
    let first = found.next();
    if found.next().is_some() { Err(Malformed) } else { Ok(first) }
}

fn bearer(fields: &[(&str, &str)]) -> Result<Zeroizing<String>, Malformed> {
    let (scheme, token) = once(fields, "auth")?.ok_or(Malformed)?.split_once(' ').ok_or(Malformed)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Malformed);
    }
    Ok(Zeroizing::new(token.trim().to_owned()))
}

/// `=2C` and `=3D` stand for `,` and `=` (RFC 5801 §4).
fn saslname(name: &str) -> Result<String, Malformed> {
    let mut parts = name.split('=');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (code, rest) = part.split_at_checked(2).ok_or(Malformed)?;
        match code {
            "2C" => plain.push(','),
            "3D" => plain.push('='),
            _ => return Err(Malformed),
        }
        plain.push_str(rest);
    }
    Ok(plain)
}
