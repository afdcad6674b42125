//! The line that a client sends to enter a mailbox: for tests, for `pli sim token --xoauth2` and for the demo's page.
//!
//! Requirements: PSC-29, SIM-08. Written apart from the reader in `identity`, so that each checks the other.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Base64 of the XOAUTH2 message.
pub fn xoauth2(mailbox: &str, token: &str) -> String {
    STANDARD.encode(format!("user={mailbox}\u{1}auth=Bearer {token}\u{1}\u{1}"))
}

/// Base64 of the OAUTHBEARER message (RFC 7628).
pub fn oauthbearer(mailbox: &str, token: &str, host: &str, port: u16) -> String {
    STANDARD.encode(format!("n,a={mailbox},\u{1}host={host}\u{1}port={port}\u{1}auth=Bearer {token}\u{1}\u{1}"))
}

#[cfg(test)]
mod tests {
    /// Proves: PSC-29.
    #[test]
    fn the_line_is_that_of_the_published_example() {
        let line = super::xoauth2("cabinet.des-lilas@pli.mssante.test", "hhh.ppp.sss");
        assert_eq!(line, "dXNlcj1jYWJpbmV0LmRlcy1saWxhc0BwbGkubXNzYW50ZS50ZXN0AWF1dGg9QmVhcmVyIGhoaC5wcHAuc3NzAQE=");
    }
}
