//! Identifiers: parsing is the only way to one, so a held value is a valid value.
//!
//! Requirements: REG-01, BAL-06, CAB-21.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a text is not the identifier it claims to be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} invalide : {why}")]
pub struct BadId {
    pub what: &'static str,
    pub why: &'static str,
}

pub(crate) const fn bad(what: &'static str, why: &'static str) -> BadId {
    BadId { what, why }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadId;
            fn try_from(text: String) -> Result<Self, BadId> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                Self::parse(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id! {
    /// National identity number of a person as PSC gives it: `8`+RPPS, `0`+ADELI, structure-bound forms, ANS test ids (PSC-17).
    IdNat
}

impl IdNat {
    pub fn parse(text: &str) -> Result<Self, BadId> {
        let text = text.trim();
        if text.is_empty() || text.len() > 40 || !text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'/' || b == b'-' || b == b'_') {
            return Err(bad("IdNat", "forme inattendue"));
        }
        Ok(Self(text.to_owned()))
    }
}

text_id! {
    /// A mail domain: ASCII, lower case, no trailing dot, at most 255 octets (TRU-19).
    Domain
}

impl Domain {
    pub fn parse(text: &str) -> Result<Self, BadId> {
        let text = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
        let label = |l: &str| {
            !l.is_empty()
                && l.len() <= 63
                && !l.starts_with('-')
                && !l.ends_with('-')
                && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        if text.len() > 255 || !text.contains('.') || !text.split('.').all(label) {
            return Err(bad("domaine", "ce n'est pas un nom de domaine"));
        }
        Ok(Self(text))
    }
}

text_id! {
    /// A mail address `local@domain`: dot-atom local part of at most 64 octets, ASCII; kept in lower case (TRU-47, PSC-25).
    Address
}

impl Address {
    pub fn parse(text: &str) -> Result<Self, BadId> {
        let (local, domain) = text.rsplit_once('@').ok_or(bad("adresse", "il manque « @ »"))?;
        let domain = Domain::parse(domain)?;
        let atom = |a: &str| !a.is_empty() && a.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&'*+-/=?^_`{|}~".contains(&b));
        if local.len() > 64 || !local.split('.').all(atom) {
            return Err(bad("adresse", "la partie avant « @ » est mal formée"));
        }
        // `!` and `%` routes are refused, RFC 5321 appendix F.
        if local.contains('!') || local.contains('%') {
            return Err(bad("adresse", "les routes « ! » et « % » sont refusées"));
        }
        Ok(Self(format!("{}@{domain}", local.to_ascii_lowercase())))
    }

    pub fn local(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(l, _)| l)
    }

    pub fn domain(&self) -> Domain {
        Domain(self.0.rsplit_once('@').map_or("", |(_, d)| d).to_owned())
    }
}
