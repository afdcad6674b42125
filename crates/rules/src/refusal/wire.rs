//! The shapes a refusal takes on a wire: one or two SMTP lines, an HTTP status. ASCII only, never a line end from outside.
//!
//! RFC 5321 §4.2, RFC 2034, trust-space §10. Requirements: TRU-38, TRU-47.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// One reply of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmtpReply {
    pub code: u16,
    pub enhanced: &'static str,
    pub english: String,
    pub french: String,
}

impl SmtpReply {
    /// The reply as written to the socket, line ends included: two lines, English with `[code transaction]` then French;
    /// a single line for people at the door, whose English is empty.
    ///
    /// ```
    /// let refusal = rules::Refusal::ListDn;
    /// assert_eq!(
    ///     refusal.smtp().lines(refusal.code(), "01J0"),
    ///     "550-5.7.1 Certificate DN not declared for this domain [LB-DN 01J0]\r\n550 5.7.1 Certificat non declare pour ce domaine\r\n"
    /// );
    /// ```
    pub fn lines(&self, code: &str, transaction: &str) -> String {
        let Self { code: number, enhanced, english, french } = self;
        if english.is_empty() {
            return format!("{number} {enhanced} {french}\r\n");
        }
        let transaction = ascii(transaction);
        let mark = if transaction.is_empty() { format!("[{code}]") } else { format!("[{code} {transaction}]") };
        format!("{number}-{enhanced} {english} {mark}\r\n{number} {enhanced} {french}\r\n")
    }
}

/// What the API and the pages answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Http {
    pub status: u16,
    /// `WWW-Authenticate` (RFC 6750, RFC 9470).
    pub www_authenticate: Option<&'static str>,
    /// `Retry-After`, in seconds.
    pub retry_after: Option<u32>,
}

/// Text that may stand in a reply line: accents dropped, anything else that is not printable ASCII replaced.
pub(super) fn ascii(text: &str) -> String {
    text.nfd()
        .filter(|c| !is_combining_mark(*c))
        .map(|c| match c {
            '’' => '\'',
            ' '..='~' => c,
            _ => '?',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: TRU-47.
    #[test]
    fn a_text_from_outside_cannot_begin_a_new_reply_line() {
        assert_eq!(ascii("cgu\r\n250 OK"), "cgu??250 OK");
        assert_eq!(ascii("Accès refusé à l’heure"), "Acces refuse a l'heure");
    }

    #[test]
    fn a_reply_without_english_is_a_single_line() {
        let reply = crate::Refusal::NoRight.smtp();
        assert_eq!(reply.lines("NO_RIGHT", "t1"), "535 5.7.1 Pas d'acces a cette boite\r\n");
    }
}
