//! Mail domains and addresses as they may be written to a socket.
//!
//! RFC 5321 §4.1.2 restricted: dot-atom local parts, no quoted string, no source route, no address literal. Requirements: TRU-19, TRU-47, PSC-25.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{BadId, bad};

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

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: PSC-25, TRU-47.
    #[test]
    fn an_address_is_kept_in_lower_case_and_in_two_parts() {
        let address = Address::parse("Cabinet.Des-Lilas@PLI.mssante.test.").unwrap();
        assert_eq!(address.as_str(), "cabinet.des-lilas@pli.mssante.test");
        assert_eq!((address.local(), address.domain().as_str()), ("cabinet.des-lilas", "pli.mssante.test"));
    }

    /// Proves: TRU-47.
    #[test]
    fn nothing_that_could_slip_a_command_or_a_route_into_a_dialogue_is_an_address() {
        for text in [
            "a",
            "@b.test",
            "a@b",
            "a b@c.test",
            "a\r\nRCPT TO:<x@y.test>@c.test",
            "\"a\"@c.test",
            "a!b@c.test",
            "a%b@c.test",
            "a..b@c.test",
            "<a@c.test>",
            "a@[127.0.0.1]",
            "é@c.test",
            "a@-c.test",
        ] {
            assert!(Address::parse(text).is_err(), "{text:?} was taken");
        }
        assert!(Address::parse(&format!("{}@c.test", "a".repeat(65))).is_err());
    }
}
