//! One connection to another operator's server: STARTTLS or nothing, its certificate judged, then as many messages as wait for it.
//!
//! RFC 5321, RFC 3207, RFC 2920, RFC 3461. Requirements: TRU-31, TRU-32, TRU-33, TRU-45, TRU-46, TRU-47. Never in clear, never a byte of mail before
//! the verdict. Only typed addresses and xtext reach the command lines.

use std::sync::Arc;
use std::time::Duration;

use rules::Domain;
use rustls::pki_types::ServerName;
use store::queue::Queued;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use trust::{Snapshot, peer::Peer};

use super::outcome::{Failure, Kind, Seen};
use super::reply::{Reply, read};
use super::route::Target;
use crate::Shared;
use crate::command::{notify, to_xtext};
use crate::hello::{self, COMMAND_WAIT};
use crate::wire::{Stop, Wire};

const CONNECT_WAIT: Duration = Duration::from_secs(30);
/// RFC 5321 §4.5.3.2.4 to .6.
const DATA_WAIT: Duration = Duration::from_secs(120);
const BLOCKS_WAIT: Duration = Duration::from_secs(3600);
const END_WAIT: Duration = Duration::from_secs(600);

/// What the peer's EHLO offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Offers {
    starttls: bool,
    pipelining: bool,
    eight_bit: bool,
    pub(super) dsn: bool,
    size: Option<u64>,
}

impl Offers {
    fn of(reply: &Reply) -> Self {
        let mut offers = Self::default();
        for line in reply.lines.iter().skip(1) {
            let mut words = line.split(' ');
            match words.next().unwrap_or_default().to_ascii_uppercase().as_str() {
                "STARTTLS" => offers.starttls = true,
                "PIPELINING" => offers.pipelining = true,
                "8BITMIME" => offers.eight_bit = true,
                "DSN" => offers.dsn = true,
                "SIZE" => offers.size = words.next().and_then(|text| text.parse().ok()).filter(|limit| *limit > 0),
                _ => {}
            }
        }
        offers
    }
}

/// An open connection whose peer has a good certificate.
pub(super) struct Connection {
    wire: Wire<TlsStream<TcpStream>>,
    pub(super) offers: Offers,
    pub(super) seen: Arc<Seen>,
    snapshot: Arc<Snapshot>,
    peer: Peer,
    /// Messages carried: a connection used before may have been closed meanwhile.
    pub(super) carried: u32,
}

/// What happened to a message on a connection.
pub(super) struct Transaction {
    /// For each recipient, in order: the peer's reply at the end, or why not.
    pub(super) results: Vec<Result<Reply, Failure>>,
    /// The connection can carry another message.
    pub(super) alive: bool,
}

impl Connection {
    /// Tries the servers in order until one of them opens; the last failure is told.
    pub(super) async fn open(
        targets: &[Target],
        shared: &Shared,
        tls: &Arc<rustls::ClientConfig>,
        snapshot: Arc<Snapshot>,
    ) -> Result<Self, Failure> {
        let mut last = Failure::of(Kind::Temporary, "5.4.4", "the server has no address");
        for target in targets {
            let mut seen = Seen { host: Some(target.name.clone()), ..Seen::default() };
            match Self::open_one(target, shared, tls, Arc::clone(&snapshot), &mut seen).await {
                Ok(connection) => return Ok(connection),
                Err(failure) => last = failure.by(&Arc::new(seen)),
            }
        }
        Err(last)
    }

    async fn open_one(
        target: &Target,
        shared: &Shared,
        tls: &Arc<rustls::ClientConfig>,
        snapshot: Arc<Snapshot>,
        seen: &mut Seen,
    ) -> Result<Self, Failure> {
        let tcp = connect(target).await?;
        let mut wire = Wire::new(tcp);
        expect(&mut wire, 220).await?;
        let offers = greet(&mut wire, shared).await?;
        if !offers.starttls {
            return Err(Failure::no_tls("the server does not offer STARTTLS"));
        }
        wire.say("STARTTLS");
        let ready = read(&mut wire, COMMAND_WAIT).await.map_err(broken)?;
        if ready.code != 220 {
            return Err(Failure::no_tls(format!("STARTTLS answered {ready}")));
        }
        let tcp = wire.into_stream().ok_or_else(|| Failure::network("the server spoke between STARTTLS and the handshake"))?;
        let name = ServerName::try_from(target.name.clone()).map_err(|_| Failure::network("the server's name cannot be a name"))?;
        let handshake = timeout(CONNECT_WAIT, TlsConnector::from(Arc::clone(tls)).connect(name, tcp)).await;
        let stream = handshake
            .map_err(|_| Failure::network("TLS handshake too slow"))?
            .map_err(|error| Failure::of(Kind::Trust, "5.7.5", format!("TLS handshake: {error}")))?;
        let session = stream.get_ref().1;
        seen.tls = Some(hello::describe(session));
        let chain = session.peer_certificates().unwrap_or_default();
        let peer = snapshot.judge(chain, shared.clock.now()).map_err(Failure::refused)?;
        seen.dn = Some(peer.subject.clone());
        let mut wire = Wire::new(stream);
        let offers = greet(&mut wire, shared).await?;
        Ok(Self { wire, offers, seen: Arc::new(seen.clone()), snapshot, peer, carried: 0 })
    }

    /// Judges the peer anew when the trust space moved since (TRU-12).
    pub(super) fn judge(&mut self, shared: &Shared, snapshot: &Arc<Snapshot>) -> Result<(), Failure> {
        if !Arc::ptr_eq(&self.snapshot, snapshot) {
            let chain = self.wire.stream().get_ref().1.peer_certificates().unwrap_or_default();
            self.peer = snapshot.judge(chain, shared.clock.now()).map_err(|why| Failure::refused(why).by(&self.seen))?;
            self.snapshot = Arc::clone(snapshot);
        }
        Ok(())
    }

    /// May this peer be handed mail for that domain? (TRU-32)
    pub(super) fn serves(&self, domain: &Domain) -> Result<(), Failure> {
        self.snapshot.speaks_for(&self.peer, domain).map_err(|why| Failure::refused(why).by(&self.seen))
    }

    /// One message to some of its recipients. `bytes` passed `data::check`.
    pub(super) async fn carry(&mut self, rows: &[&Queued], bytes: &[u8]) -> Transaction {
        if let Some(failure) = self.unfit(bytes) {
            return Transaction { results: vec![Err(failure.by(&self.seen)); rows.len()], alive: true };
        }
        let mut results: Vec<Option<Result<Reply, Failure>>> = rows.iter().map(|_| None).collect();
        let ended = self.talk(rows, bytes, &mut results).await;
        self.carried += 1;
        let alive = ended.is_ok();
        let rest = ended.err().unwrap_or_else(|| Failure::network("no answer"));
        let results = results.into_iter().map(|known| known.unwrap_or_else(|| Err(rest.clone())).map_err(|f| f.by(&self.seen))).collect();
        Transaction { results, alive }
    }

    /// What the peer's offers forbid before a word is said (TRU-33).
    fn unfit(&self, bytes: &[u8]) -> Option<Failure> {
        match self.offers.size {
            Some(limit) if bytes.len() as u64 > limit => {
                return Some(Failure::of(Kind::Permanent, "5.3.4", format!("message of {} octets, the server takes {limit}", bytes.len())));
            }
            _ => {}
        }
        (!self.offers.eight_bit && !bytes.is_ascii()).then(|| Failure::of(Kind::Permanent, "5.6.3", "the server takes no 8-bit message"))
    }

    /// The dialogue. What is known of each recipient stays known when the connection breaks (`Err`).
    async fn talk(&mut self, rows: &[&Queued], bytes: &[u8], results: &mut [Option<Result<Reply, Failure>>]) -> Result<(), Failure> {
        self.wire.say(&self.mail_line(rows, bytes.len()));
        if !self.offers.pipelining {
            let mail = self.answer().await?;
            if mail.code / 100 != 2 {
                return self.sender_refused(&mail, results);
            }
        }
        for row in rows {
            self.wire.say(&self.rcpt_line(row));
            if !self.offers.pipelining {
                self.wire.flush().await.map_err(broken)?;
            }
        }
        if self.offers.pipelining {
            let mail = self.answer().await?;
            if mail.code / 100 != 2 {
                for _ in rows {
                    self.answer().await?;
                }
                self.wire.say("RSET");
                self.answer().await?;
                return self.sender_refused(&mail, results);
            }
        }
        for result in results.iter_mut() {
            let reply = self.answer().await?;
            if reply.code / 100 != 2 {
                *result = Some(Err(refused_by_peer(&reply)));
            }
        }
        if results.iter().all(Option::is_some) {
            self.wire.say("RSET");
            self.answer().await?;
            return Ok(());
        }
        self.data(bytes, results).await
    }

    async fn data(&mut self, bytes: &[u8], results: &mut [Option<Result<Reply, Failure>>]) -> Result<(), Failure> {
        self.wire.say("DATA");
        let go = read(&mut self.wire, DATA_WAIT).await.map_err(broken)?;
        if go.code != 354 {
            return self.settle_open(results, &go);
        }
        self.wire.send(bytes, BLOCKS_WAIT).await.map_err(broken)?;
        let end = read(&mut self.wire, END_WAIT).await.map_err(broken)?;
        self.settle_open(results, &end)
    }

    /// Gives the last reply to every recipient that was still in.
    fn settle_open(&self, results: &mut [Option<Result<Reply, Failure>>], reply: &Reply) -> Result<(), Failure> {
        for result in results.iter_mut().filter(|result| result.is_none()) {
            *result = Some(if reply.code / 100 == 2 { Ok(reply.clone()) } else { Err(refused_by_peer(reply)) });
        }
        closing(reply)
    }

    fn sender_refused(&self, mail: &Reply, results: &mut [Option<Result<Reply, Failure>>]) -> Result<(), Failure> {
        self.settle_open(results, mail)
    }

    /// A reply; 421 ends the connection for whoever has no answer yet.
    async fn answer(&mut self) -> Result<Reply, Failure> {
        let reply = read(&mut self.wire, COMMAND_WAIT).await.map_err(broken)?;
        closing(&reply)?;
        Ok(reply)
    }

    fn mail_line(&self, rows: &[&Queued], size: usize) -> String {
        let first = rows.first();
        let sender = first.and_then(|row| row.sender.as_ref()).map(ToString::to_string).unwrap_or_default();
        let mut line = format!("MAIL FROM:<{sender}>");
        if self.offers.size.is_some() {
            line.push_str(&format!(" SIZE={size}"));
        }
        if self.offers.eight_bit {
            line.push_str(" BODY=8BITMIME");
        }
        if self.offers.dsn
            && let Some(row) = first
        {
            line.push_str(if row.return_full { " RET=FULL" } else { " RET=HDRS" });
            if let Some(id) = &row.envelope_id {
                line.push_str(&format!(" ENVID={}", to_xtext(id)));
            }
        }
        line
    }

    fn rcpt_line(&self, row: &Queued) -> String {
        let mut line = format!("RCPT TO:<{}>", row.recipient);
        if self.offers.dsn {
            if let Some(bits) = row.notify {
                line.push_str(&format!(" NOTIFY={}", notify_words(bits)));
            }
            if let Some((kind, address)) = row.original.as_deref().and_then(|original| original.split_once(';')) {
                line.push_str(&format!(" ORCPT={kind};{}", to_xtext(address)));
            }
        }
        line
    }

    /// Says goodbye without waiting for an answer that nobody needs.
    pub(super) async fn close(mut self) {
        self.wire.say("QUIT");
        self.wire.hang_up().await;
    }
}

async fn connect(target: &Target) -> Result<TcpStream, Failure> {
    let mut last = "no address".to_owned();
    for address in &target.addresses {
        match timeout(CONNECT_WAIT, TcpStream::connect(address)).await {
            Ok(Ok(tcp)) => {
                if let Err(error) = tcp.set_nodelay(true) {
                    tracing::debug!(%error, "TCP_NODELAY");
                }
                return Ok(tcp);
            }
            Ok(Err(error)) => last = format!("{address}: {error}"),
            Err(_) => last = format!("{address}: no answer"),
        }
    }
    Err(Failure::network(last))
}

async fn greet<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin>(wire: &mut Wire<S>, shared: &Shared) -> Result<Offers, Failure> {
    wire.say(&format!("EHLO {}", shared.host_name));
    Ok(Offers::of(&expect(wire, 250).await?))
}

async fn expect<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin>(wire: &mut Wire<S>, code: u16) -> Result<Reply, Failure> {
    let reply = read(wire, COMMAND_WAIT).await.map_err(broken)?;
    if reply.code == code {
        return Ok(reply);
    }
    // A server that refuses to talk at all may be in trouble: only mail commands are refused for good.
    Err(Failure { kind: Kind::Temporary, ..refused_by_peer(&reply) })
}

fn broken(stop: Stop) -> Failure {
    Failure::network(stop.to_string())
}

fn closing(reply: &Reply) -> Result<(), Failure> {
    if reply.code == 421 { Err(refused_by_peer(reply)) } else { Ok(()) }
}

/// A 4xx or 5xx of the peer, in its own words.
fn refused_by_peer(reply: &Reply) -> Failure {
    let kind = if reply.code / 100 == 5 { Kind::Permanent } else { Kind::Temporary };
    let status = match kind {
        Kind::Permanent => reply.status().unwrap_or_else(|| "5.0.0".to_owned()),
        _ => "5.4.7".to_owned(),
    };
    Failure { replied: true, ..Failure::of(kind, &status, reply.to_string()) }
}

fn notify_words(bits: u8) -> String {
    let words: Vec<_> = [(notify::SUCCESS, "SUCCESS"), (notify::FAILURE, "FAILURE"), (notify::DELAY, "DELAY")]
        .into_iter()
        .filter(|(bit, _)| bits & bit != 0)
        .map(|(_, word)| word)
        .collect();
    if words.is_empty() { "NEVER".to_owned() } else { words.join(",") }
}
