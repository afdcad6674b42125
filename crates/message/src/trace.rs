//! Trace lines that an operator adds: `Received` (RFC 5321 §4.4), and only that (TRU-28).

use rules::{Domain, Moment};

/// What the `Received` line says. No address of end users.
#[derive(Clone, Debug)]
pub struct Received<'a> {
    /// Name the client gave at EHLO; `None` for submission by a person (no end user's address or host, TRU-28).
    pub from: Option<&'a str>,
    pub by: &'a Domain,
    /// `ESMTPS` or `ESMTPSA`.
    pub with: &'a str,
    /// e.g. `TLS1.3 TLS13_AES_256_GCM_SHA384`.
    pub tls: &'a str,
    pub transaction: &'a str,
    pub at: Moment,
}

impl Received<'_> {
    /// The folded header line, CRLF included.
    pub fn line(&self) -> String {
        todo!()
    }
}
