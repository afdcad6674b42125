//! Trace lines that an operator adds: `Received` (RFC 5321 §4.4), and only that (TRU-28); and the dates of the header lines we write.
//!
//! Requirements: TRU-28, TRU-47. What comes from outside (the name told at EHLO) is reduced to what may stand in a header. It reads nothing.

use rules::{Domain, Moment};

/// What the `Received` line says. No address of end users.
#[derive(Clone, Debug)]
pub struct Received<'a> {
    /// Name the client gave at EHLO; `None` for submission by a person (no end user's address or host, TRU-28).
    pub from: Option<&'a str>,
    pub by: &'a Domain,
    /// `ESMTPS` or `ESMTPSA`.
    pub with: &'a str,
    /// e.g. `TLSv1.3 TLS13_AES_256_GCM_SHA384`.
    pub tls: &'a str,
    pub transaction: &'a str,
    pub at: Moment,
}

impl Received<'_> {
    /// The folded header line, CRLF included.
    pub fn line(&self) -> String {
        let from = self.from.map(|name| format!("from {}\r\n\t", word(name))).unwrap_or_default();
        format!(
            "Received: {from}by {} (Pli) with {} ({})\r\n\tid {}; {}\r\n",
            self.by,
            word(self.with),
            self.tls.split(' ').map(word).collect::<Vec<_>>().join(" "),
            word(self.transaction),
            date(self.at)
        )
    }
}

/// A date as RFC 5322 §3.3 wants it, in the time of Paris: `Sat, 21 Nov 2026 23:00:00 +0100`.
pub fn date(at: Moment) -> String {
    at.paris().strftime("%a, %d %b %Y %H:%M:%S %z").to_string()
}

/// One word of a header: no space, no control, no parenthesis that could open a comment.
fn word(text: &str) -> String {
    text.chars().take(255).map(|c| if c.is_ascii_graphic() && !"();\\\"<>".contains(c) { c } else { '?' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received<'a>(from: Option<&'a str>, by: &'a Domain) -> Received<'a> {
        let at = Moment::parse("2026-11-21T22:00:00Z").expect("a moment");
        Received { from, by, with: "ESMTPS", tls: "TLSv1.3 TLS13_AES_256_GCM_SHA384", transaction: "01KAX8", at }
    }

    /// Proves: TRU-28.
    #[test]
    fn the_line_between_operators_names_the_peer_the_suite_and_the_transaction() {
        let by = Domain::parse("smtp.pli.mssante.test").expect("a domain");
        assert_eq!(
            received(Some("smtp.voisin.mssante.test"), &by).line(),
            "Received: from smtp.voisin.mssante.test\r\n\tby smtp.pli.mssante.test (Pli) with ESMTPS (TLSv1.3 TLS13_AES_256_GCM_SHA384)\r\n\
             \tid 01KAX8; Sat, 21 Nov 2026 23:00:00 +0100\r\n"
        );
    }

    /// Proves: TRU-28. The line of a person's message says nothing of where she is.
    #[test]
    fn the_line_of_a_submission_names_no_host() {
        let by = Domain::parse("smtp.pli.mssante.test").expect("a domain");
        assert!(received(None, &by).line().starts_with("Received: by smtp.pli.mssante.test (Pli) with"));
    }

    /// Proves: TRU-47.
    #[test]
    fn a_name_that_tries_to_write_a_header_of_its_own_stays_one_word() {
        let by = Domain::parse("smtp.pli.mssante.test").expect("a domain");
        let line = received(Some("x\r\nBcc: y (z"), &by).line();
        assert!(line.starts_with("Received: from x??Bcc:?y??z\r\n\tby "), "{line}");
    }
}
