//! A connection that speaks in lines, in clear or in TLS, and remembers what was said.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use rustls::{ClientConfig, ClientConnection, StreamOwned};

use super::Deadline;

const PATIENCE: Duration = Duration::from_secs(20);

enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

pub struct Lines {
    stream: Option<Stream>,
    buffer: Vec<u8>,
    /// What was said, for a failing story.
    pub said: Vec<String>,
}

impl Lines {
    pub fn connect(port: u16) -> Self {
        let tcp = TcpStream::connect(("127.0.0.1", port)).unwrap_or_else(|error| panic!("port {port}: {error}"));
        tcp.set_nodelay(true).expect("nodelay");
        Self { stream: Some(Stream::Plain(tcp)), buffer: Vec::new(), said: Vec::new() }
    }

    /// From clear to TLS; the handshake must succeed.
    pub fn secure(&mut self, config: &Arc<ClientConfig>) {
        self.secure_by("localhost", config);
    }

    /// The same, asking for this host name.
    pub fn secure_by(&mut self, name: &str, config: &Arc<ClientConfig>) {
        assert!(self.buffer.is_empty(), "bytes in clear after the answer to STARTTLS: {:?}", self.buffer);
        let Some(Stream::Plain(mut tcp)) = self.stream.take() else { panic!("TLS twice") };
        tcp.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let name = name.to_owned().try_into().expect("a name");
        let mut connection = ClientConnection::new(Arc::clone(config), name).expect("a client");
        while connection.is_handshaking() {
            connection.complete_io(&mut tcp).unwrap_or_else(|error| panic!("handshake: {error}\n{}", self.said.join("\n")));
        }
        self.stream = Some(Stream::Tls(Box::new(StreamOwned::new(connection, tcp))));
    }

    /// The chain the other side showed.
    pub fn shown(&self) -> Vec<rustls::pki_types::CertificateDer<'static>> {
        let Some(Stream::Tls(tls)) = &self.stream else { panic!("not in TLS") };
        tls.conn.peer_certificates().expect("a certificate").iter().map(|cert| cert.clone().into_owned()).collect()
    }

    pub fn send(&mut self, bytes: &[u8]) {
        self.try_send(bytes).unwrap_or_else(|error| panic!("send: {error}\n{}", self.said.join("\n")));
    }

    /// The other side may be gone: a story that kills it wants to know, not to fail.
    pub fn try_send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        match self.stream.as_mut().expect("connected") {
            Stream::Plain(tcp) => tcp.write_all(bytes),
            Stream::Tls(tls) => tls.write_all(bytes).and_then(|()| tls.flush()),
        }
    }

    pub fn line(&mut self, text: &str) {
        let shown: String = text.chars().take(160).collect();
        self.said.push(format!("C: {shown}"));
        self.send(format!("{text}\r\n").as_bytes());
    }

    /// The next line without its end; `None` when the other side closed.
    pub fn next(&mut self) -> Option<String> {
        self.next_within(PATIENCE).unwrap_or_else(|()| panic!("nothing came for {PATIENCE:?}\n{}", self.said.join("\n")))
    }

    /// The next line; `Err` when none came in time.
    pub fn next_within(&mut self, within: Duration) -> Result<Option<String>, ()> {
        let deadline = Deadline::after(within);
        loop {
            if let Some(end) = self.buffer.iter().position(|b| *b == b'\n') {
                let line: Vec<u8> = self.buffer.drain(..=end).collect();
                let text = String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned();
                self.said.push(format!("S: {text}"));
                return Ok(Some(text));
            }
            if !self.fill(deadline)? {
                return Ok(None);
            }
        }
    }

    /// Exactly so many bytes, e.g. an IMAP literal.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        let deadline = Deadline::after(PATIENCE);
        while self.buffer.len() < count {
            let more = self.fill(deadline).unwrap_or_else(|()| panic!("{count} bytes did not come"));
            assert!(more, "closed inside a literal of {count} bytes");
        }
        self.buffer.drain(..count).collect()
    }

    /// False when the other side closed.
    fn fill(&mut self, deadline: Deadline) -> Result<bool, ()> {
        let mut chunk = [0; 16 * 1024];
        let left = deadline.left().max(Duration::from_millis(1));
        let read = match self.stream.as_mut().expect("connected") {
            Stream::Plain(tcp) => {
                tcp.set_read_timeout(Some(left)).expect("a timeout");
                tcp.read(&mut chunk)
            }
            Stream::Tls(tls) => {
                tls.sock.set_read_timeout(Some(left)).expect("a timeout");
                tls.read(&mut chunk)
            }
        };
        match read {
            Ok(0) => Ok(false),
            Ok(count) => {
                self.buffer.extend_from_slice(&chunk[..count]);
                Ok(true)
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                if deadline.passed() {
                    Err(())
                } else {
                    Ok(true)
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(true),
            // A cut connection is a closed one.
            Err(_) => Ok(false),
        }
    }
}
