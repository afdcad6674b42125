//! SASL EXTERNAL: the client showed its certificate in the handshake, and here only names the mailbox to open. No I/O.
//!
//! RFC 4422 appendix A. Requirements: LPS-22, PSC-41. May not judge the certificate, nor what it opens.

use base64::Engine as _;
use rules::Address;

use crate::sasl::{BASE64, LINE_LIMIT, Malformed};

/// The name of the mechanism, in any case.
pub const NAME: &str = "EXTERNAL";

/// The mailbox that a machine asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    Mailbox(Address),
    /// Nothing named: the only mailbox that the certificate opens.
    TheOnlyOne,
    /// No address at all: answered as an unknown mailbox.
    Nowhere,
}

impl Asked {
    /// The address, when one was named.
    pub fn address(&self) -> Option<&Address> {
        match self {
            Self::Mailbox(address) => Some(address),
            Self::TheOnlyOne | Self::Nowhere => None,
        }
    }
}

/// Reads the base64 line of the client; empty, or `=`, names nothing.
///
/// Requirements: LPS-22.
pub fn read(base64: &[u8]) -> Result<Asked, Malformed> {
    if base64.len() > LINE_LIMIT {
        return Err(Malformed);
    }
    if base64.is_empty() || base64 == b"=" {
        return Ok(Asked::TheOnlyOne);
    }
    let name = BASE64.decode(base64).map_err(|_| Malformed)?;
    let name = String::from_utf8(name).map_err(|_| Malformed)?;
    Ok(Address::parse(&name).map_or(Asked::Nowhere, Asked::Mailbox))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: LPS-22.
    #[test]
    fn the_mailbox_is_named_in_base64_or_not_at_all() {
        let named = Address::parse("cardiologie_auto@pli.mssante.test").unwrap();
        assert_eq!(read(b"Y2FyZGlvbG9naWVfYXV0b0BwbGkubXNzYW50ZS50ZXN0"), Ok(Asked::Mailbox(named)));
        assert_eq!((read(b""), read(b"=")), (Ok(Asked::TheOnlyOne), Ok(Asked::TheOnlyOne)));
        assert_eq!(read(b"cGVyc29ubmU="), Ok(Asked::Nowhere), "personne");
        assert_eq!(read(b"?!"), Err(Malformed));
        assert_eq!(read(b"/w=="), Err(Malformed), "not UTF-8");
        assert_eq!(read(&vec![b'A'; LINE_LIMIT + 4]), Err(Malformed));
    }
}
