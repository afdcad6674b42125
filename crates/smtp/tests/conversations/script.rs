//! The language of the dialogue scripts, and who plays the client in them.
//!
//! ```text
//! # comment
//! door operators            operators, submission or submissions; first line
//! cert good                 certificate shown at the handshake: good, expired, revoked, other-ca, wrong-dn, none
//! s <- 220 * ESMTP Pli      a line of the server; `*` stands for anything
//! c -> EHLO x               a line of the client, CRLF added; consecutive lines leave together
//! c => "a\r\n.\n"           bytes of the client, as a Rust string
//! 120 c -> NOOP             the same line many times
//! tls                       the handshake
//! hears nothing             the server has closed (or dropped) the connection
//! clock +4h                 the operator's clock moves
//! psc down refuse           a fault of Pro Santé Connect, see psc-sim
//! cabinet 2                 so many messages in INBOX of cabinet.des-lilas
//! ```
//! In a client's line, `{xoauth2 MAILBOX PERSONA}` and `{oauthbearer MAILBOX PERSONA}` become what an LPS would send with a fresh token.

use std::net::SocketAddr;
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::house::House;
use crate::lab::Shown;

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// A client that knows nothing of SMTP: it says what it is told, and reads lines.
pub struct Client {
    stream: Option<Box<dyn Stream>>,
    heard: Vec<u8>,
    unsaid: Vec<u8>,
}

const WAIT: Duration = Duration::from_secs(20);

impl Client {
    pub async fn connect(at: SocketAddr) -> Self {
        let tcp = TcpStream::connect(at).await.expect("connected");
        tcp.set_nodelay(true).expect("no delay");
        Self { stream: Some(Box::new(tcp)), heard: Vec::new(), unsaid: Vec::new() }
    }

    /// Connects to port 25 and comes to the point where mail may be handed over.
    pub async fn operator(house: &House, shown: Shown) -> Self {
        let mut client = Self::connect(house.operators).await;
        client.hear().await;
        client.tell("STARTTLS").await;
        client.tls(house, shown).await;
        let offered = client.tell("EHLO smtp.voisin.mssante.test").await;
        assert!(offered.starts_with("250"), "{offered}");
        client
    }

    /// Connects to 465 as a person in a mailbox.
    pub async fn person(house: &House, mailbox: &str, persona: &str) -> Self {
        let mut client = Self::connect(house.submissions).await;
        client.tls(house, Shown::None).await;
        client.hear().await;
        client.tell("EHLO poste").await;
        let token = house.token(serde_json::json!({ "persona": persona })).await;
        let answer = client.tell(&format!("AUTH XOAUTH2 {}", sandbox::xoauth2(mailbox, &token))).await;
        assert_eq!(answer, "235 2.7.0 Authentication succeeded");
        client
    }

    /// Connects to 465 under the machines' name with this certificate, up to EHLO; gives the mechanisms that are offered.
    pub async fn machine(house: &House, shown: Option<&trust::pki::Leaf>) -> (Self, Option<String>) {
        let mut client = Self::connect(house.submissions).await;
        client.tls_by(house, crate::lab::APP, shown).await;
        client.hear().await;
        let offered = client.mechanisms().await;
        (client, offered)
    }

    /// Says EHLO; the mechanisms that are offered.
    pub async fn mechanisms(&mut self) -> Option<String> {
        self.say(b"EHLO automate\r\n");
        let mut offered = None;
        loop {
            let line = self.line().await.expect("a reply");
            if let Some(mechanisms) = line.get(4..).and_then(|line| line.strip_prefix("AUTH ")) {
                offered = Some(mechanisms.to_owned());
            }
            if line.as_bytes().get(3) != Some(&b'-') {
                return offered;
            }
        }
    }

    pub fn say(&mut self, bytes: &[u8]) {
        self.unsaid.extend_from_slice(bytes);
    }

    /// One command, one reply (its last line).
    pub async fn tell(&mut self, line: &str) -> String {
        self.say(format!("{line}\r\n").as_bytes());
        self.hear().await
    }

    /// A whole message after `DATA`; the reply.
    pub async fn data(&mut self, message: &str) -> String {
        assert!(self.tell("DATA").await.starts_with("354"));
        assert!(!message.starts_with('.'), "no test begins a message so");
        self.say(message.replace("\r\n.", "\r\n..").as_bytes());
        self.tell(".").await
    }

    /// The next reply; its last line.
    pub async fn hear(&mut self) -> String {
        loop {
            let line = self.line().await.expect("a reply, not the end of the connection");
            if line.as_bytes().get(3) != Some(&b'-') {
                return line;
            }
        }
    }

    pub async fn tls(&mut self, house: &House, shown: Shown) {
        self.tls_by(house, "localhost", shown.leaf(&house.lab)).await;
    }

    /// The handshake under this host name, with this certificate.
    pub async fn tls_by(&mut self, house: &House, name: &'static str, shown: Option<&trust::pki::Leaf>) {
        self.flush().await;
        assert!(self.heard.is_empty(), "the server spoke before the handshake");
        let config = match shown {
            Some(leaf) => trust::tls::operator_client(&leaf.identity()),
            None => trust::tls::people_client(house.lab.ca.cert_pem.as_bytes()),
        };
        let connector = TlsConnector::from(config.expect("a configuration"));
        let name = ServerName::try_from(name).expect("a name");
        let stream = self.stream.take().expect("open");
        self.stream = Some(Box::new(connector.connect(name, stream).await.expect("a handshake")));
    }

    pub async fn flush(&mut self) {
        let bytes = std::mem::take(&mut self.unsaid);
        let stream = self.stream.as_mut().expect("open");
        // A server that closed on us is seen when it is listened to.
        if stream.write_all(&bytes).await.is_ok() {
            stream.flush().await.ok();
        }
    }

    /// The next line without its CRLF; `None` at the end of the connection.
    pub async fn line(&mut self) -> Option<String> {
        self.flush().await;
        loop {
            if let Some(end) = self.heard.windows(2).position(|pair| pair == b"\r\n") {
                let line: Vec<u8> = self.heard.drain(..end + 2).collect();
                return Some(String::from_utf8(line[..end].to_vec()).expect("replies are ASCII"));
            }
            let mut chunk = [0; 4096];
            let stream = self.stream.as_mut().expect("open");
            match tokio::time::timeout(WAIT, stream.read(&mut chunk)).await.expect("an answer in time") {
                Ok(0) | Err(_) => {
                    assert!(self.heard.is_empty(), "the connection ended within a line");
                    return None;
                }
                Ok(more) => self.heard.extend_from_slice(&chunk[..more]),
            }
        }
    }
}

/// Plays a script against our operator.
pub async fn play(script: &str) {
    let house = House::ours().await;
    play_with(&house, script).await;
    house.close().await;
}

pub async fn play_with(house: &House, script: &str) {
    let mut client: Option<Client> = None;
    let mut shown = Shown::Good;
    for (number, line) in script.lines().enumerate() {
        let place = format!("line {}: {line}", number + 1);
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "" | "#" => {}
            "door" => client = Some(Client::connect(door(house, rest)).await),
            "cert" => shown = Shown::named(rest),
            "clock" => house.advance(duration(rest)),
            "psc" => {
                let (fault, how) = rest.split_once(' ').expect("a fault and its form");
                house.faults(serde_json::json!({ fault: how })).await;
            }
            "cabinet" => assert_eq!(house.cabinet().await.len().to_string(), rest, "{place}"),
            _ => act(house, client.as_mut().expect("a door first"), shown, line, &place).await,
        }
    }
}

async fn act(house: &House, client: &mut Client, shown: Shown, line: &str, place: &str) {
    if line == "tls" {
        return client.tls(house, shown).await;
    }
    if line == "hears nothing" {
        return assert_eq!(client.line().await, None, "{place}");
    }
    if let Some(pattern) = line.strip_prefix("s <- ") {
        let said = client.line().await.unwrap_or_else(|| panic!("{place}: the connection ended"));
        return assert!(matches(pattern, &said), "{place}\n  said: {said}");
    }
    if let Some(quoted) = line.strip_prefix("c => ") {
        return client.say(&unescape(quoted));
    }
    let (times, words) = line.split_once("c -> ").unwrap_or_else(|| panic!("{place}: not understood"));
    let times: usize = times.trim().parse().unwrap_or(1);
    let said = fill(house, words).await;
    for _ in 0..times {
        client.say(format!("{said}\r\n").as_bytes());
    }
}

fn door(house: &House, name: &str) -> SocketAddr {
    match name {
        "operators" => house.operators,
        "submission" => house.submission,
        "submissions" => house.submissions,
        other => panic!("no door is called {other}"),
    }
}

/// `+4h`, `+30m`, `+2s`.
fn duration(text: &str) -> Duration {
    let (number, unit) = text.trim_start_matches('+').split_at(text.len() - 2);
    let unit = match unit {
        "h" => 3600,
        "m" => 60,
        "s" => 1,
        other => panic!("no unit is called {other}"),
    };
    Duration::from_secs(number.parse::<u64>().expect("a number") * unit)
}

fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, after)) => text
            .strip_prefix(before)
            .is_some_and(|rest| (0..=rest.len()).filter(|at| rest.is_char_boundary(*at)).any(|at| matches(after, &rest[at..]))),
    }
}

fn unescape(quoted: &str) -> Vec<u8> {
    let inside = quoted.trim().strip_prefix('"').and_then(|text| text.strip_suffix('"')).expect("a quoted text");
    let text = inside.replace("\\r", "\r").replace("\\n", "\n").replace("\\0", "\0").replace("\\t", "\t");
    text.into_bytes()
}

/// Puts a fresh token where the script asks for one.
async fn fill(house: &House, words: &str) -> String {
    let Some((before, rest)) = words.split_once('{') else { return words.to_owned() };
    let (inside, after) = rest.split_once('}').expect("a closing brace");
    let asked: Vec<&str> = inside.split(' ').collect();
    let [form, mailbox, persona, ttl @ ..] = asked.as_slice() else { panic!("{{form mailbox persona}}: {inside}") };
    let mut order = serde_json::json!({ "persona": persona });
    if let [ttl] = ttl {
        order["ttl_s"] = ttl.parse::<i64>().expect("seconds").into();
    }
    let token = house.token(order).await;
    let line = match *form {
        "xoauth2" => sandbox::xoauth2(mailbox, &token),
        "oauthbearer" => sandbox::oauthbearer(mailbox, &token, "localhost", 587),
        other => panic!("no form is called {other}"),
    };
    format!("{before}{line}{after}")
}
