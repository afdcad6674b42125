//! Where a message ends, and what may be in it: the strict machine of DATA, and its mirror for what we send.
//!
//! RFC 5321 §4.5.2. Requirements: TRU-45. The end is exactly CRLF `.` CRLF. A bare CR, a bare LF or a NUL is never repaired: the message is
//! refused and the connection closed, so that no two servers can disagree on where it ends (SMTP smuggling). It never looks at what is written.

use memchr::memchr3;
use tokio::io::{AsyncWrite, AsyncWriteExt};

/// Octets of a line, without its CRLF (trust-space §11).
pub(crate) const LINE: usize = 998;

/// Why the bytes cannot be a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    BareCr,
    BareLf,
    Nul,
    LongLine,
}

impl Fault {
    /// The reason in the reply `FORME`.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::BareCr => "bare CR",
            Self::BareLf => "bare LF",
            Self::Nul => "NUL",
            Self::LongLine => "line over 998 octets",
        }
    }
}

/// What a chunk brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fed {
    /// All of it was taken; the end is yet to come.
    More,
    /// The message is whole; this many bytes of the chunk were taken, the rest is the next command.
    Done(usize),
    /// Stop reading: nothing after this can be understood.
    Fault(Fault),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    LineStart,
    InLine,
    Cr,
    Dot,
    DotCr,
}

/// The machine. It keeps the message, dots removed, after what `body` held at the start (our `Received` line).
pub(crate) struct Data {
    at: At,
    body: Vec<u8>,
    /// Bytes of the message so far, kept or not.
    size: u64,
    limit: u64,
    line: usize,
    long_line: bool,
}

impl Data {
    /// `limit`: octets of the message beyond which it is read but no longer kept.
    pub(crate) fn new(body: Vec<u8>, limit: u64) -> Self {
        Self { at: At::LineStart, body, size: 0, limit, line: 0, long_line: false }
    }

    /// Takes the next bytes from the network, in whatever pieces they come.
    pub(crate) fn feed(&mut self, chunk: &[u8]) -> Fed {
        // Content goes over in runs: a run is cut only where a dot is removed.
        let mut run = 0;
        let mut pos = 0;
        while pos < chunk.len() {
            match self.at {
                At::LineStart if chunk[pos] == b'.' => {
                    self.keep(&chunk[run..pos]);
                    pos += 1;
                    run = pos;
                    self.at = At::Dot;
                }
                At::LineStart => self.at = At::InLine,
                At::InLine => {
                    let found = memchr3(b'\r', b'\n', 0, &chunk[pos..]);
                    let length = found.unwrap_or(chunk.len() - pos);
                    self.line += length;
                    self.long_line |= self.line > LINE;
                    pos += length;
                    match found.map(|_| chunk[pos]) {
                        None => {}
                        Some(b'\r') => {
                            self.at = At::Cr;
                            pos += 1;
                        }
                        Some(b'\n') => return Fed::Fault(Fault::BareLf),
                        Some(_) => return Fed::Fault(Fault::Nul),
                    }
                }
                At::Cr if chunk[pos] == b'\n' => {
                    self.at = At::LineStart;
                    self.line = 0;
                    pos += 1;
                }
                At::Dot if chunk[pos] == b'\r' => {
                    self.at = At::DotCr;
                    pos += 1;
                    run = pos;
                }
                // The dot was there to hide this one line from the end mark.
                At::Dot => self.at = At::InLine,
                At::DotCr if chunk[pos] == b'\n' => return Fed::Done(pos + 1),
                At::Cr | At::DotCr => return Fed::Fault(Fault::BareCr),
            }
        }
        self.keep(&chunk[run..]);
        Fed::More
    }

    fn keep(&mut self, run: &[u8]) {
        self.size += run.len() as u64;
        if self.size <= self.limit {
            self.body.extend_from_slice(run);
        }
    }

    /// Octets of the message so far.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// The message is over its limit and was not kept.
    pub(crate) fn too_big(&self) -> bool {
        self.size > self.limit
    }

    pub(crate) fn long_line(&self) -> bool {
        self.long_line
    }

    /// What `body` was at the start, then the message.
    pub(crate) fn into_body(self) -> Vec<u8> {
        self.body
    }
}

/// Checks that bytes may be sent as they are: every line ends with CRLF, none is too long, no NUL.
pub(crate) fn check(bytes: &[u8]) -> Result<(), Fault> {
    let mut start = 0;
    while start < bytes.len() {
        let rest = &bytes[start..];
        let length = memchr3(b'\r', b'\n', 0, rest).unwrap_or(rest.len());
        if length > LINE {
            return Err(Fault::LongLine);
        }
        match (rest.get(length), rest.get(length + 1)) {
            (None, _) | (Some(b'\r'), Some(b'\n')) => start += length + 2,
            (Some(b'\r'), _) => return Err(Fault::BareCr),
            (Some(b'\n'), _) => return Err(Fault::BareLf),
            (Some(_), _) => return Err(Fault::Nul),
        }
    }
    Ok(())
}

/// Sends a checked message: dots doubled, last line ended, then the end mark. `bytes` must have passed [`check`].
pub(crate) async fn send<W: AsyncWrite + Unpin>(out: &mut W, bytes: &[u8]) -> std::io::Result<()> {
    let mut from = 0;
    if bytes.first() == Some(&b'.') {
        out.write_all(b".").await?;
    }
    for at in memchr::memmem::find_iter(bytes, b"\n.") {
        out.write_all(&bytes[from..=at]).await?;
        out.write_all(b".").await?;
        from = at + 1;
    }
    out.write_all(&bytes[from..]).await?;
    if !bytes.is_empty() && !bytes.ends_with(b"\r\n") {
        out.write_all(b"\r\n").await?;
    }
    out.write_all(b".\r\n").await
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same rule, said in the most naive way: byte after byte over the whole stream.
    fn oracle(stream: &[u8]) -> Result<Option<(Vec<u8>, usize)>, Fault> {
        let mut body = Vec::new();
        let mut start = 0;
        loop {
            let mut end = start;
            loop {
                match (stream.get(end), stream.get(end + 1)) {
                    (None, _) | (Some(b'\r'), None) => return Ok(None),
                    (Some(b'\r'), Some(b'\n')) => break,
                    (Some(b'\r'), Some(_)) => return Err(Fault::BareCr),
                    (Some(b'\n'), _) => return Err(Fault::BareLf),
                    (Some(0), _) => return Err(Fault::Nul),
                    _ => end += 1,
                }
            }
            let line = &stream[start..end];
            if line == b"." {
                return Ok(Some((body, end + 2)));
            }
            body.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
            body.extend_from_slice(b"\r\n");
            start = end + 2;
        }
    }

    fn machine(stream: &[u8], cuts: &[usize]) -> Result<Option<(Vec<u8>, usize)>, Fault> {
        let mut data = Data::new(Vec::new(), u64::MAX);
        let mut at = 0;
        let mut cuts = cuts.iter().copied().cycle();
        while at < stream.len() {
            let length = cuts.next().unwrap_or(1).clamp(1, stream.len() - at);
            match data.feed(&stream[at..at + length]) {
                Fed::More => at += length,
                Fed::Done(taken) => return Ok(Some((data.into_body(), at + taken))),
                Fed::Fault(fault) => return Err(fault),
            }
        }
        Ok(None)
    }

    /// Streams made of the bytes that matter, so that every state is met often.
    fn streams() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            6 => Just(b"\r\n".to_vec()),
            4 => Just(b".".to_vec()),
            4 => Just(b"a".to_vec()),
            2 => Just(b"\r\n.\r\n".to_vec()),
            1 => Just(b"\r".to_vec()),
            1 => Just(b"\n".to_vec()),
            1 => Just(vec![0]),
            2 => proptest::collection::vec(any::<u8>(), 0..40),
        ];
        proptest::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        /// Proves: TRU-45.
        #[test]
        fn the_machine_equals_the_naive_oracle_for_any_chunking(stream in streams(), cuts in proptest::collection::vec(1usize..9, 1..6)) {
            prop_assert_eq!(machine(&stream, &cuts), oracle(&stream));
        }

        /// Proves: TRU-45. What we send is read back as the same message, and ends where it ends.
        #[test]
        fn what_we_send_is_received_byte_for_byte(lines in proptest::collection::vec("[ -~.]{0,60}", 0..20)) {
            let message = lines.iter().map(|line| format!("{line}\r\n")).collect::<String>().into_bytes();
            prop_assert_eq!(check(&message), Ok(()));
            let mut sent = Vec::new();
            let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
            runtime.block_on(send(&mut sent, &message)).expect("a vector takes everything");
            prop_assert_eq!(machine(&sent, &[3]), Ok(Some((message, sent.len()))));
        }

        /// Proves: TRU-45. A stored message that could be read in two ways never leaves.
        #[test]
        fn check_agrees_with_the_machine(stream in streams()) {
            let lone = |bytes: &[u8]| {
                bytes.iter().enumerate().any(|(i, b)| match b {
                    0 => true,
                    b'\n' => i == 0 || bytes[i - 1] != b'\r',
                    b'\r' => bytes.get(i + 1) != Some(&b'\n'),
                    _ => false,
                })
            };
            prop_assert_eq!(check(&stream).is_err(), lone(&stream));
        }
    }

    /// Proves: TRU-45. The corpus of SMTP smuggling.
    #[test]
    fn none_of_the_false_ends_is_an_end() {
        for (false_end, fault) in [
            (&b"\n.\n"[..], Fault::BareLf),
            (b"\r\n.\n", Fault::BareLf),
            (b"\n.\r\n", Fault::BareLf),
            (b"\r.\r\n", Fault::BareCr),
            (b"\r\n.\r", Fault::BareCr),
            (b"\r\n.\r\r\n", Fault::BareCr),
            (b"\r\r\n.\r\n", Fault::BareCr),
            (b"\0\r\n.\r\n", Fault::Nul),
        ] {
            let stream = [b"Subject: a\r\n\r\nb", false_end, b"MAIL FROM:<x@y.test>\r\n.\r\n"].concat();
            assert_eq!(machine(&stream, &[64]), Err(fault), "{false_end:?}");
        }
    }

    #[test]
    fn a_message_over_the_limit_is_read_to_its_end_and_not_kept() {
        let mut data = Data::new(b"Received: x\r\n".to_vec(), 10);
        assert_eq!(data.feed(b"0123456789abcdef\r\n.\r\nQUIT\r\n"), Fed::Done(21));
        assert!(data.too_big());
        assert_eq!(data.size(), 18);
    }

    #[test]
    fn a_line_of_998_octets_passes_and_one_of_999_is_told() {
        for (length, long) in [(998, false), (999, true)] {
            let mut data = Data::new(Vec::new(), u64::MAX);
            let stream = [&vec![b'x'; length][..], b"\r\n.\r\n"].concat();
            assert_eq!(data.feed(&stream), Fed::Done(stream.len()));
            assert_eq!(data.long_line(), long);
            assert_eq!(check(&stream[..length]).is_err(), long);
        }
    }
}
