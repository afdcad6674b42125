//! A server's reply: one or several lines of the same code (RFC 5321 §4.2), within limits.
//!
//! A peer may say anything: what is kept is short, printable ASCII. It decides nothing.

use std::fmt;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};

use crate::wire::{Stop, Wire, printable};

/// Octets of a line (RFC 5321 says 512; servers write more), lines of a reply.
const LINE: usize = 2_000;
const LINES: usize = 100;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) code: u16,
    /// Text of each line, after code and separator.
    pub(super) lines: Vec<String>,
}

impl Reply {
    /// The enhanced status (RFC 2034), if it is there and of the class of the code.
    pub(super) fn status(&self) -> Option<String> {
        let word = self.lines.first()?.split(' ').next()?;
        let mut numbers = word.split('.');
        let class = numbers.next()?;
        let detail = |text: Option<&str>| text.is_some_and(|t| (1..=3).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_digit()));
        let whole = class.parse() == Ok(self.code / 100) && detail(numbers.next()) && detail(numbers.next()) && numbers.next().is_none();
        whole.then(|| word.to_owned())
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.lines.join(" / "))
    }
}

/// Reads one reply.
pub(super) async fn read<S: AsyncRead + AsyncWrite + Unpin>(wire: &mut Wire<S>, wait: Duration) -> Result<Reply, Stop> {
    let mut reply: Option<Reply> = None;
    loop {
        let line = wire.line(LINE, wait, None).await?;
        let (code, last, text) = split(&line).ok_or(Stop::Malformed)?;
        let reply = reply.get_or_insert(Reply { code, lines: Vec::new() });
        if code != reply.code || reply.lines.len() >= LINES {
            return Err(Stop::Malformed);
        }
        reply.lines.push(printable(text));
        if last {
            return Ok(reply.clone());
        }
    }
}

/// `250-text`, `250 text`, `250`.
fn split(line: &[u8]) -> Option<(u16, bool, &str)> {
    let (digits, rest) = line.split_at_checked(3)?;
    let code: u16 = std::str::from_utf8(digits).ok().filter(|text| text.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()?;
    if !(200..600).contains(&code) {
        return None;
    }
    let text = std::str::from_utf8(rest.get(1..).unwrap_or_default()).unwrap_or("?");
    match rest.first() {
        None | Some(b' ') => Some((code, true, text)),
        Some(b'-') => Some((code, false, text)),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio::io::AsyncWriteExt;

    use super::*;

    async fn heard(bytes: &[u8]) -> Result<Reply, Stop> {
        let (mut server, client) = tokio::io::duplex(1 << 16);
        server.write_all(bytes).await.expect("room enough");
        drop(server);
        read(&mut Wire::new(client), Duration::from_secs(5)).await
    }

    #[tokio::test]
    async fn a_refusal_of_two_lines_is_one_reply_with_its_status() {
        let reply = heard(b"550-5.7.1 Relaying denied [RELAIS 01J0]\r\n550 5.7.1 Relais refus\xe9\r\n").await.expect("a reply");
        assert_eq!(reply.code, 550);
        assert_eq!(reply.status().as_deref(), Some("5.7.1"));
        assert!(reply.to_string().starts_with("550 5.7.1 Relaying denied [RELAIS 01J0] / "), "{reply}");
    }

    #[tokio::test]
    async fn a_status_of_another_class_is_not_believed() {
        for (text, status) in [("450 5.1.1 x", None), ("550 User unknown", None), ("550 5.1.1x y", None), ("250 2.0.0", Some("2.0.0"))] {
            let reply = heard(format!("{text}\r\n").as_bytes()).await.expect("a reply");
            assert_eq!(reply.status().as_deref(), status, "{text}");
        }
    }

    #[tokio::test]
    async fn what_is_not_a_reply_is_told_apart() {
        for bytes in [&b"hello\r\n"[..], b"25\r\n", b"250-a\r\n550 b\r\n", b"999 x\r\n", b"250_x\r\n"] {
            assert!(matches!(heard(bytes).await, Err(Stop::Malformed)), "{bytes:?}");
        }
        assert!(heard(&b"250-x\r\n".repeat(200)).await.is_err(), "a reply without end");
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_reply_or_not_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
            if let Ok(reply) = runtime.block_on(heard(&bytes)) {
                prop_assert!(reply.to_string().bytes().all(|b| (b' '..=b'~').contains(&b)));
                reply.status();
            }
        }
    }
}
