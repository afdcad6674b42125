//! Port 25: another operator hands us mail. One session, one command after the other.
//!
//! RFC 5321. Requirements: TRU-22 to TRU-29, OPE-01. The handshake is finished whatever certificate is shown; the verdict is told at MAIL (TRU-24).
//! It relays nothing, and opens no mailbox for reading.

mod data;
mod mail;
mod rcpt;
mod receipt;
mod standing;

use std::net::SocketAddr;
use std::sync::Arc;

use rules::mail::Recipient;
use rules::{Address, Domain, Refusal};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use trust::{Snapshot, peer::Peer};

use crate::command::{Command, Reverse};
use crate::hello::{self, Ear};
use crate::peers::Place;
use crate::wire::{COMMAND, Wire};
use crate::{Shared, reply, transaction};

use standing::Standing;

/// One session after its handshake.
struct Session<T> {
    wire: Wire<TlsStream<T>>,
    ear: Ear,
    shared: Arc<Shared>,
    /// Address of the peer, for the traces.
    from: SocketAddr,
    tls: String,
    /// Name told at EHLO; no mail without it.
    hello: Option<String>,
    standing: Standing,
    envelope: Option<Box<Envelope>>,
}

/// One transaction: it keeps the snapshot of the trust space it began with (TRU-12).
struct Envelope {
    id: String,
    snapshot: Arc<Snapshot>,
    peer: Arc<Peer>,
    /// Domain the peer speaks for in this transaction; the author of what is filed.
    speaks_for: Domain,
    from: Reverse,
    to: Vec<To>,
}

/// One accepted recipient.
struct To {
    mailbox: Recipient,
    notify: Option<u8>,
    original: Option<String>,
}

/// Whether the session goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    On,
    Over,
}

/// Runs one connection from its greeting to its end.
pub(crate) async fn serve<T: AsyncRead + AsyncWrite + Unpin>(
    stream: T,
    from: SocketAddr,
    shared: Arc<Shared>,
    tls: Arc<rustls::ServerConfig>,
    stop: CancellationToken,
) {
    let Some(stream) = hello::until_starttls(stream, &shared, &Refusal::TlsRequired, &stop).await else { return };
    let Some(stream) = Box::pin(hello::shake_hands(stream, tls)).await else { return };
    let description = hello::describe(stream.get_ref().1);
    let mut session = Session {
        wire: Wire::new(stream),
        ear: Ear::default(),
        shared,
        from,
        tls: description,
        hello: None,
        standing: Standing::default(),
        envelope: None,
    };
    let place = session.take_place();
    match place {
        Some(_) => session.talk(&stop).await,
        None => {
            let id = session.new_id();
            session.wire.say_lines(&reply::refusal(&Refusal::Overload, &id));
        }
    }
    session.wire.hang_up().await;
}

impl<T: AsyncRead + AsyncWrite + Unpin> Session<T> {
    /// Counts this connection against its operator's twenty (TRU-29); a peer without a good certificate is counted by its address.
    fn take_place(&mut self) -> Option<Place> {
        let name = match &self.standing.judge(&self.shared, self.wire.stream()).verdict {
            Ok(peer) => peer.dn.as_str().to_owned(),
            Err(why) => {
                tracing::info!(from = %self.from, code = why.code(), "peer with a bad certificate");
                self.from.ip().to_string()
            }
        };
        self.shared.peers.enter(name, self.shared.limits.connections_per_peer)
    }

    async fn talk(&mut self, stop: &CancellationToken) {
        loop {
            // A transaction begun is let to its end.
            let stop = self.envelope.is_none().then_some(stop);
            let Some(line) = self.ear.line(&mut self.wire, COMMAND, stop).await else { return };
            let next = match Command::parse(&line) {
                Ok(command) => self.obey(command).await,
                Err(wrong) => {
                    let id = self.id();
                    self.keep_on(|session| session.ear.wrong(&mut session.wire, wrong, &id))
                }
            };
            if next == Next::Over {
                return;
            }
        }
    }

    async fn obey(&mut self, command: Command) -> Next {
        match command {
            Command::Ehlo(name) => {
                self.ehlo(name);
                Next::On
            }
            Command::Helo(_) => {
                self.envelope = None;
                self.say(&format!("250 {}", self.shared.host_name))
            }
            Command::Mail(from) => self.mail(from),
            Command::Rcpt(to) => self.rcpt(to).await,
            Command::Data => Box::pin(self.data()).await,
            Command::Rset => {
                self.envelope = None;
                self.say(reply::OK)
            }
            Command::Noop => self.say(reply::OK),
            Command::Help => self.say(reply::HELP),
            Command::Quit => {
                self.wire.say(reply::BYE);
                Next::Over
            }
            Command::StartTls => self.mistake(reply::ALREADY_SECURE),
            Command::Auth(..) | Command::NotOffered => self.mistake(reply::NOT_IMPLEMENTED),
        }
    }

    /// Only what works, and nothing that is for people. Requirements: TRU-23.
    fn ehlo(&mut self, name: String) {
        self.envelope = None;
        self.hello = Some(name);
        let size = format!("SIZE {}", self.shared.limits.inbound_bytes);
        let list = ["PIPELINING", &size, "8BITMIME", "ENHANCEDSTATUSCODES", "DSN", "HELP"];
        hello::capabilities(&mut self.wire, &self.shared, &list);
    }

    fn say(&mut self, line: &str) -> Next {
        self.wire.say(line);
        Next::On
    }

    fn refuse(&mut self, why: &Refusal, recipient: Option<&Address>) -> Next {
        let id = self.id();
        let to = recipient.map_or("", Address::as_str);
        tracing::info!(from = %self.from, transaction = id, code = why.code(), to, "refused");
        self.wire.say_lines(&reply::refusal(why, &id));
        Next::On
    }

    fn mistake(&mut self, answer: &str) -> Next {
        self.keep_on(|session| session.ear.mistake(&mut session.wire, answer))
    }

    fn keep_on(&mut self, answer: impl FnOnce(&mut Self) -> bool) -> Next {
        if answer(self) { Next::On } else { Next::Over }
    }

    /// Id of the transaction, or a fresh one for a reply outside of any.
    fn id(&self) -> String {
        self.envelope.as_ref().map_or_else(|| self.new_id(), |envelope| envelope.id.clone())
    }

    fn new_id(&self) -> String {
        transaction::new(&self.shared.clock, &self.shared.entropy)
    }
}
