//! A neighbour that shows whatever certificate it is told to, or none, and remembers what reached it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What reached the neighbour.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub connections: usize,
    /// Every line of every dialogue, in clear or not.
    pub lines: Vec<String>,
    /// Bodies received whole.
    pub messages: Vec<Vec<u8>>,
}

pub struct Neighbour {
    pub port: u16,
    seen: Arc<Mutex<Seen>>,
    config: Arc<Mutex<Option<Arc<ServerConfig>>>>,
}

impl Neighbour {
    /// Listens for as long as the story lasts. Without an identity it offers no STARTTLS.
    pub fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let neighbour = Self { port, seen: Arc::default(), config: Arc::default() };
        let (seen, config) = (Arc::clone(&neighbour.seen), Arc::clone(&neighbour.config));
        std::thread::spawn(move || {
            for tcp in listener.incoming().flatten() {
                let config = config.lock().expect("no panic").clone();
                let seen = Arc::clone(&seen);
                std::thread::spawn(move || {
                    seen.lock().expect("no panic").connections += 1;
                    // A peer that hangs up in the middle is what these stories are about.
                    let _ = serve(tcp, config, &seen);
                });
            }
        });
        neighbour
    }

    /// From the next connection on.
    pub fn shows(&self, identity: &trust::tls::Identity) {
        let config = trust::tls::operator_server(identity).expect("a server");
        *self.config.lock().expect("no panic") = Some(config);
    }

    pub fn seen(&self) -> Seen {
        self.seen.lock().expect("no panic").clone()
    }

    /// Something of a mail transaction reached it.
    pub fn was_given_mail(&self) -> bool {
        let given = |line: &String| ["MAIL", "RCPT", "DATA"].iter().any(|verb| line.to_ascii_uppercase().starts_with(verb));
        self.seen().lines.iter().any(given)
    }
}

trait Both: Read + Write + Send {}
impl<T: Read + Write + Send> Both for T {}

fn serve(tcp: TcpStream, config: Option<Arc<ServerConfig>>, seen: &Mutex<Seen>) -> std::io::Result<()> {
    tcp.set_read_timeout(Some(Duration::from_secs(20)))?;
    let mut clear = tcp.try_clone()?;
    clear.write_all(b"220 voisin.test ESMTP\r\n")?;
    let mut reader = BufReader::new(tcp.try_clone()?);
    loop {
        let line = line(&mut reader, seen)?;
        match line.get(..4).unwrap_or("").to_ascii_uppercase().as_str() {
            "EHLO" if config.is_some() => clear.write_all(b"250-voisin.test\r\n250-STARTTLS\r\n250 SIZE 52428800\r\n")?,
            "EHLO" => clear.write_all(b"250-voisin.test\r\n250 SIZE 52428800\r\n")?,
            "STAR" => break,
            "QUIT" => return clear.write_all(b"221 bye\r\n"),
            // Without STARTTLS this neighbour would take mail in clear: nobody may give it any.
            "DATA" => clear.write_all(b"354 go on\r\n")?,
            _ => clear.write_all(b"250 ok\r\n")?,
        }
    }
    let Some(config) = config else { return Ok(()) };
    clear.write_all(b"220 go on\r\n")?;
    let connection = ServerConnection::new(config).map_err(std::io::Error::other)?;
    let mut stream: BufReader<Box<dyn Both>> = BufReader::new(Box::new(StreamOwned::new(connection, tcp)));
    in_tls(&mut stream, seen)
}

fn in_tls(stream: &mut BufReader<Box<dyn Both>>, seen: &Mutex<Seen>) -> std::io::Result<()> {
    loop {
        let line = line(stream, seen)?;
        let answer: &[u8] = match line.get(..4).unwrap_or("").to_ascii_uppercase().as_str() {
            "EHLO" => b"250-voisin.test\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250 SIZE 52428800\r\n",
            "DATA" => {
                stream.get_mut().write_all(b"354 go on\r\n")?;
                let message = message(stream)?;
                seen.lock().expect("no panic").messages.push(message);
                b"250 2.0.0 taken\r\n"
            }
            "QUIT" => return stream.get_mut().write_all(b"221 2.0.0 bye\r\n"),
            _ => b"250 2.0.0 ok\r\n",
        };
        stream.get_mut().write_all(answer)?;
        stream.get_mut().flush()?;
    }
}

fn line(reader: &mut impl BufRead, seen: &Mutex<Seen>) -> std::io::Result<String> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    let line = line.trim_end().to_owned();
    seen.lock().expect("no panic").lines.push(line.clone());
    Ok(line)
}

fn message(reader: &mut impl BufRead) -> std::io::Result<Vec<u8>> {
    let mut message = Vec::new();
    loop {
        let mut line = Vec::new();
        if reader.read_until(b'\n', &mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" {
            return Ok(message);
        }
        message.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}
