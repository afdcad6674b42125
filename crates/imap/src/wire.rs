//! One connection's bytes in and out: small buffers that exist only while they hold something, literals written from where they lie.
//!
//! Knows nothing of IMAP beyond lines and literals. A client that stops reading is given up after a while.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;
use trust::Presented;
use trust::tls::{Doors, Through};

use crate::framing::{Input, Limits};

/// A stream a session can be held over.
pub trait Conn: AsyncRead + AsyncWrite + Unpin + Send + Sync {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + Sync> Conn for T {}

/// Above this, what waits to be written is written.
const ENOUGH: usize = 16 * 1024;
/// Below this, a literal is copied among its neighbours; above, it goes out from where it lies.
const SMALL: usize = 4 * 1024;
/// A client that takes not one slice of output in this time is gone.
const STALLED: Duration = Duration::from_secs(120);
const SLICE: usize = 128 * 1024;
const HANDSHAKE: Duration = Duration::from_secs(10);

pub(crate) struct Wire {
    io: Box<dyn Conn>,
    pub(crate) input: Input,
    out: Vec<u8>,
}

impl Wire {
    pub(crate) fn new(io: Box<dyn Conn>) -> Self {
        Self { io, input: Input::new(Limits::STRANGER), out: Vec::new() }
    }

    /// Waits for bytes; false at the end of the stream. Cancel-safe.
    pub(crate) async fn fill(&mut self) -> io::Result<bool> {
        Ok(self.io.read_buf(self.input.room()).await? > 0)
    }

    /// Adds to what will be written.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    /// A whole line; its text is ours or already checked, it holds no line end.
    pub(crate) fn line(&mut self, text: &str) {
        self.push(text.as_bytes());
        self.push(b"\r\n");
    }

    /// `{n}` and the bytes; long ones are not copied.
    pub(crate) async fn literal(&mut self, bytes: &Bytes) -> io::Result<()> {
        self.push(format!("{{{}}}\r\n", bytes.len()).as_bytes());
        if bytes.len() <= SMALL {
            self.push(bytes);
            return Ok(());
        }
        self.drain().await?;
        write_all(&mut self.io, bytes).await
    }

    /// Writes when enough has gathered: for answers of many lines.
    pub(crate) async fn relieve(&mut self) -> io::Result<()> {
        if self.out.len() > ENOUGH { self.drain().await } else { Ok(()) }
    }

    /// Everything goes out now, and the buffer is given back.
    pub(crate) async fn flush(&mut self) -> io::Result<()> {
        self.drain().await?;
        self.out = Vec::new();
        timeout(STALLED, self.io.flush()).await.map_err(|_| io::ErrorKind::TimedOut)?
    }

    async fn drain(&mut self) -> io::Result<()> {
        let out = std::mem::take(&mut self.out);
        write_all(&mut self.io, &out).await?;
        // Kept for the next lines of the same answer.
        self.out = out;
        self.out.clear();
        Ok(())
    }

    /// The TLS handshake, as server; what was received in clear must have been looked at before (TRU-46).
    /// Gives what the client showed, if it came by the name of machines (LPS-21).
    pub(crate) async fn secure(&mut self, doors: &Doors) -> io::Result<Option<Presented>> {
        let plain = std::mem::replace(&mut self.io, Box::new(tokio::io::empty()));
        let shaken = Box::pin(timeout(HANDSHAKE, shake_hands(plain, doors))).await;
        let (tls, through) = shaken.map_err(|_| io::ErrorKind::TimedOut)??;
        let presented = (through == Through::Machines).then(|| Presented::new(tls.get_ref().1.peer_certificates()));
        self.io = Box::new(tls);
        self.input = Input::new(Limits::STRANGER);
        Ok(presented)
    }

    /// Says good-bye to the transport; failures do not matter any more.
    pub(crate) async fn close(&mut self) {
        let _ = self.flush().await;
        let _ = timeout(Duration::from_secs(5), self.io.shutdown()).await;
    }
}

/// The client's first words say which door it wants; the rest of the handshake is that door's.
async fn shake_hands(plain: Box<dyn Conn>, doors: &Doors) -> io::Result<(TlsStream<Box<dyn Conn>>, Through)> {
    let hello = LazyConfigAcceptor::new(rustls::server::Acceptor::default(), plain).await?;
    let (through, config) = doors.choose(hello.client_hello().server_name());
    Ok((hello.into_stream(config).await?, through))
}

async fn write_all(io: &mut Box<dyn Conn>, bytes: &[u8]) -> io::Result<()> {
    for slice in bytes.chunks(SLICE) {
        timeout(STALLED, io.write_all(slice)).await.map_err(|_| io::ErrorKind::TimedOut)??;
    }
    Ok(())
}
