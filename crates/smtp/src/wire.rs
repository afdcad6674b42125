//! One connection: lines in, replies out, data through. The only reader and writer of sockets in this crate.
//!
//! RFC 5321 §2.3.8: lines end with CRLF and nothing else does. Replies wait until the other side's pipelined commands are used up, and leave
//! together (RFC 2920). An idle session holds about one KiB here. It understands no command, and may not decide anything.

use std::time::Duration;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufWriter};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use crate::data::{self, Data, Fault, Fed};

/// Octets of a command line (RFC 5321 §4.5.3.1.4, with room for the parameters of DSN).
pub(crate) const COMMAND: usize = 2_048;
/// Octets of a line that may be an authentication exchange (PSC-28).
pub(crate) const SASL: usize = 12_288 + 64;

const IDLE_BUFFER: usize = 1_024;
const DATA_BUFFER: usize = 32 * 1_024;
const SEND_BUFFER: usize = 16 * 1_024;
/// A line that is still not over after this is no mistake.
const ENDLESS: usize = 64 * 1_024;
/// How much of a refused peer's talk is listened to so that it gets to read our answer, and for how long.
const DRAIN: usize = 1 << 20;
const DRAIN_TIME: Duration = Duration::from_secs(5);
/// RFC 5321 §4.5.3.2.
const WRITE_TIME: Duration = Duration::from_secs(300);

/// Why there is no line.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stop {
    #[error("closed by the other side")]
    Closed,
    #[error("network: {0}")]
    Io(#[from] std::io::Error),
    #[error("nothing came in time")]
    Silence,
    #[error("this operator is stopping")]
    Stopping,
    /// The line was read to its end and dropped.
    #[error("line too long")]
    TooLong,
    /// The line was read to its end and dropped: NUL, bare CR, bare LF.
    #[error("malformed line")]
    Malformed,
    #[error("endless data")]
    Flood,
}

/// A line without its CRLF; wiped when dropped, because it may hold a token (PSC-12).
pub(crate) type Line = Zeroizing<Vec<u8>>;

pub(crate) struct Wire<S> {
    stream: S,
    inbox: BytesMut,
    outbox: Vec<u8>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, inbox: BytesMut::new(), outbox: Vec::new() }
    }

    pub(crate) fn stream(&self) -> &S {
        &self.stream
    }

    /// The stream, for its TLS handshake; `None` when the other side already said more than it may in clear (TRU-46).
    pub(crate) fn into_stream(self) -> Option<S> {
        self.inbox.is_empty().then_some(self.stream)
    }

    /// The other side said something we have not read yet.
    pub(crate) fn heard_more(&self) -> bool {
        !self.inbox.is_empty()
    }

    /// Puts a reply or a command in the outbox; it leaves when we next wait for the other side.
    pub(crate) fn say(&mut self, line: &str) {
        debug_assert!(!line.contains(['\r', '\n', '\0']), "one line, no injection");
        self.outbox.extend_from_slice(line.as_bytes());
        self.outbox.extend_from_slice(b"\r\n");
    }

    /// Puts lines that already have their CRLF in the outbox (refusals).
    pub(crate) fn say_lines(&mut self, lines: &str) {
        self.outbox.extend_from_slice(lines.as_bytes());
    }

    pub(crate) async fn flush(&mut self) -> Result<(), Stop> {
        if self.outbox.is_empty() {
            return Ok(());
        }
        let write = async {
            self.stream.write_all(&self.outbox).await?;
            self.stream.flush().await
        };
        timeout(WRITE_TIME, write).await.map_err(|_| Stop::Silence)??;
        self.outbox.clear();
        Ok(())
    }

    /// The next line. `stop` ends the wait (never in the middle of a transaction: the caller then gives none).
    pub(crate) async fn line(&mut self, limit: usize, wait: Duration, stop: Option<&CancellationToken>) -> Result<Line, Stop> {
        let mut scanned = 0;
        let mut dropped = 0;
        loop {
            if let Some(found) = memchr::memchr(b'\n', &self.inbox[scanned..]) {
                let length = scanned + found + 1;
                let line = self.take(length);
                return if dropped > 0 || length > limit + 2 { Err(Stop::TooLong) } else { checked(line) };
            }
            if self.inbox.len() > limit + 2 {
                dropped += self.inbox.len();
                self.inbox.clear();
            }
            if dropped > ENDLESS {
                return Err(Stop::Flood);
            }
            scanned = self.inbox.len();
            self.flush().await?;
            self.rest();
            self.fill(IDLE_BUFFER, wait, stop).await?;
        }
    }

    /// Reads a message to its end (`354` must be in the outbox). The outer error is the connection's, the inner one the message's.
    pub(crate) async fn data(&mut self, data: &mut Data, most: u64, wait: Duration) -> Result<Result<(), Fault>, Stop> {
        loop {
            match data.feed(&self.inbox) {
                Fed::More => self.inbox.clear(),
                Fed::Done(taken) => {
                    self.inbox.advance(taken);
                    return Ok(Ok(()));
                }
                Fed::Fault(fault) => return Ok(Err(fault)),
            }
            if data.size() > most {
                return Err(Stop::Flood);
            }
            self.flush().await?;
            self.fill(DATA_BUFFER, wait, None).await?;
        }
    }

    /// Sends a message that passed [`data::check`], with its end mark.
    pub(crate) async fn send(&mut self, message: &[u8], wait: Duration) -> Result<(), Stop> {
        self.flush().await?;
        // A small message leaves in one packet with its end mark.
        let mut out = BufWriter::with_capacity(SEND_BUFFER, &mut self.stream);
        let write = async {
            data::send(&mut out, message).await?;
            out.flush().await
        };
        timeout(wait, write).await.map_err(|_| Stop::Silence)?.map_err(Stop::Io)
    }

    /// Says what is left to say and closes, politely: the other side gets to read our last reply even if it is still talking.
    pub(crate) async fn hang_up(mut self) {
        let farewell = async {
            self.flush().await?;
            self.stream.shutdown().await?;
            let mut heard = 0;
            while heard < DRAIN {
                self.inbox.clear();
                self.inbox.reserve(IDLE_BUFFER);
                match self.stream.read_buf(&mut self.inbox).await? {
                    0 => break,
                    more => heard += more,
                }
            }
            Ok::<(), Stop>(())
        };
        // A peer that is gone already, or will not stop talking, loses nothing it was owed.
        if !matches!(timeout(DRAIN_TIME, farewell).await, Ok(Ok(()))) {
            tracing::trace!("the other side did not close in order");
        }
    }

    /// Takes the first bytes of the inbox and wipes them there.
    fn take(&mut self, length: usize) -> Line {
        let line = Zeroizing::new(self.inbox[..length].to_vec());
        self.inbox[..length].fill(0);
        self.inbox.advance(length);
        line
    }

    /// Gives back large buffers before a wait that may be long.
    fn rest(&mut self) {
        if self.inbox.is_empty() && self.inbox.capacity() > 2 * IDLE_BUFFER {
            self.inbox = BytesMut::new();
        }
        if self.outbox.capacity() > 2 * IDLE_BUFFER {
            self.outbox = Vec::new();
        }
    }

    async fn fill(&mut self, room: usize, wait: Duration, stop: Option<&CancellationToken>) -> Result<(), Stop> {
        self.inbox.reserve(room);
        let read = timeout(wait, self.stream.read_buf(&mut self.inbox));
        let read = match stop {
            None => read.await,
            Some(stop) => tokio::select! {
                read = read => read,
                () = stop.cancelled() => return Err(Stop::Stopping),
            },
        };
        match read {
            Err(_) => Err(Stop::Silence),
            Ok(Err(error)) => Err(Stop::Io(error)),
            Ok(Ok(0)) => Err(Stop::Closed),
            Ok(Ok(_)) => Ok(()),
        }
    }
}

/// A line that ends with CRLF and holds no other CR, no NUL.
fn checked(mut line: Line) -> Result<Line, Stop> {
    if !line.ends_with(b"\r\n") {
        return Err(Stop::Malformed);
    }
    let length = line.len() - 2;
    line.truncate(length);
    if memchr::memchr2(b'\r', 0, &line).is_some() { Err(Stop::Malformed) } else { Ok(line) }
}

/// What came from outside, as it may stand in a journal, a log or a report: printable ASCII, of bounded length.
pub(crate) fn printable(text: &str) -> String {
    text.chars().take(500).map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAIT: Duration = Duration::from_secs(5);

    /// What the server side reads, one line after the other, of these bytes.
    async fn lines_of(sent: &[u8]) -> Vec<Result<String, String>> {
        let (mut client, server) = tokio::io::duplex(1 << 17);
        client.write_all(sent).await.expect("room enough");
        drop(client);
        let mut wire = Wire::new(server);
        let mut lines = Vec::new();
        loop {
            match wire.line(40, WAIT, None).await {
                Ok(line) => lines.push(Ok(String::from_utf8_lossy(&line).into_owned())),
                Err(Stop::Closed) => return lines,
                Err(stop @ Stop::Flood) => {
                    lines.push(Err(stop.to_string()));
                    return lines;
                }
                Err(stop) => lines.push(Err(stop.to_string())),
            }
        }
    }

    /// Proves: TRU-47.
    #[tokio::test]
    async fn only_crlf_ends_a_line_and_a_bad_line_does_not_spoil_the_next() {
        let malformed = || Err("malformed line".to_owned());
        let got = lines_of(b"NOOP\r\nNOOP\nNO\rOP\r\nNO\0OP\r\nNOOP\r\r\nQUIT\r\n").await;
        assert_eq!(got, [Ok("NOOP".into()), malformed(), malformed(), malformed(), malformed(), Ok("QUIT".into())]);
    }

    #[tokio::test]
    async fn a_long_line_is_dropped_whole_and_an_endless_one_ends_the_session() {
        let long = [&[b'x'; 5_000][..], b"\r\nQUIT\r\n"].concat();
        assert_eq!(lines_of(&long).await, [Err("line too long".into()), Ok("QUIT".into())]);
        assert_eq!(lines_of(&[b'x'; 80_000]).await, [Err("endless data".to_owned())]);
    }

    /// Proves: TRU-46.
    #[tokio::test]
    async fn words_said_before_the_handshake_forbid_it() {
        let (mut client, server) = tokio::io::duplex(1 << 10);
        client.write_all(b"STARTTLS\r\nMAIL FROM:<a@b.test>\r\n").await.expect("room enough");
        let mut wire = Wire::new(server);
        assert_eq!(&wire.line(40, WAIT, None).await.expect("a line")[..], b"STARTTLS");
        assert!(wire.into_stream().is_none());
    }

    #[tokio::test]
    async fn an_idle_connection_holds_little_memory() {
        let (mut client, server) = tokio::io::duplex(1 << 20);
        let mut wire = Wire::new(server);
        client.write_all(&[&[b'x'; 500_000][..], b"\r\n.\r\nNOOP\r\n"].concat()).await.expect("room enough");
        let mut data = Data::new(Vec::new(), 1 << 20);
        assert_eq!(wire.data(&mut data, 1 << 20, WAIT).await.expect("whole"), Ok(()));
        wire.line(40, WAIT, None).await.expect("NOOP");
        let idle = timeout(Duration::from_millis(1), wire.line(40, WAIT, None)).await;
        assert!(idle.is_err(), "nothing more was said");
        assert!(wire.inbox.capacity() + wire.outbox.capacity() <= 4 * IDLE_BUFFER, "{}", wire.inbox.capacity());
    }
}
