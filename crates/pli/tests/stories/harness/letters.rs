//! Letters of the stories: invented, whole, and recognisable.

/// A short letter; lines end with CRLF. `mark` makes it unique.
pub fn letter(from: &str, to: &str, mark: &str) -> Vec<u8> {
    format!(
        "From: <{from}>\r\nTo: <{to}>\r\nSubject: Essai {mark}\r\nDate: Sat, 21 Nov 2026 23:00:00 +0100\r\nMessage-ID: <{mark}@essai.test>\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
         Chère consœur,\r\n.une ligne qui commence par un point\r\nMarque : {mark}\r\n\r\nBien à vous.\r\n"
    )
    .into_bytes()
}

/// A letter of at least this size, whose every line can be checked.
pub fn large(from: &str, to: &str, mark: &str, bytes: usize) -> Vec<u8> {
    let mut whole = letter(from, to, mark);
    let mut line = 0;
    while whole.len() < bytes {
        whole.extend_from_slice(format!("{mark} {line:08} abcdefghijklmnopqrstuvwxyz0123456789\r\n").as_bytes());
        line += 1;
    }
    whole
}

/// The letter without what operators put on top.
pub fn as_sent<'a>(stored: &'a [u8], sent: &[u8]) -> Option<&'a [u8]> {
    stored.len().checked_sub(sent.len()).map(|at| &stored[at..]).filter(|tail| *tail == sent)
}
