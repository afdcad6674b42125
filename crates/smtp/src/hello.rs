//! The clear-text part of a connection: greeting, EHLO, STARTTLS, and nothing more; then the handshake.
//!
//! RFC 3207. Requirements: TRU-22, TRU-46, LPS-03. Whatever was said before the handshake is forgotten by construction: only the bare stream goes on.
//! It may not let any mail command through.

use std::sync::Arc;
use std::time::Duration;

use rules::Refusal;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::server::TlsStream;
use tokio_rustls::{LazyConfigAcceptor, TlsAcceptor};
use tokio_util::sync::CancellationToken;
use trust::Presented;
use trust::tls::{Doors, Through};

use crate::command::{Command, Wrong};
use crate::wire::{COMMAND, Line, Stop, Wire};
use crate::{Shared, reply, transaction};

/// RFC 5321 §4.5.3.2.7.
pub(crate) const COMMAND_WAIT: Duration = Duration::from_secs(300);
const HANDSHAKE_WAIT: Duration = Duration::from_secs(30);
/// TRU-29.
const MISTAKES: u8 = 10;

/// Listens to a client, and loses patience with one that keeps talking nonsense.
#[derive(Default)]
pub(crate) struct Ear {
    mistakes: u8,
}

impl Ear {
    /// The next line, or `None` when the connection is over: its last reply is then in the outbox.
    pub(crate) async fn line<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        wire: &mut Wire<S>,
        limit: usize,
        stop: Option<&CancellationToken>,
    ) -> Option<Line> {
        loop {
            let last = match wire.line(limit, COMMAND_WAIT, stop).await {
                Ok(line) => return Some(line),
                Err(Stop::TooLong) if self.mistake(wire, reply::TOO_LONG) => continue,
                Err(Stop::Malformed) if self.mistake(wire, reply::LINE) => continue,
                Err(Stop::Silence) => Some(reply::IDLE),
                Err(Stop::Stopping) => Some(reply::STOPPING),
                Err(_) => None,
            };
            if let Some(last) = last {
                wire.say(last);
            }
            return None;
        }
    }

    /// Answers a mistake; false when it was one too many.
    pub(crate) fn mistake<S: AsyncRead + AsyncWrite + Unpin>(&mut self, wire: &mut Wire<S>, answer: &str) -> bool {
        wire.say(answer);
        self.mistakes += 1;
        if self.mistakes < MISTAKES {
            return true;
        }
        wire.say(reply::TOO_MANY_ERRORS);
        false
    }

    /// Answers a command that could not be read; false when it was one too many.
    pub(crate) fn wrong<S: AsyncRead + AsyncWrite + Unpin>(&mut self, wire: &mut Wire<S>, wrong: Wrong, transaction: &str) -> bool {
        match wrong {
            Wrong::Unknown => self.mistake(wire, reply::UNKNOWN),
            Wrong::Syntax => self.mistake(wire, reply::SYNTAX),
            Wrong::Parameter => self.mistake(wire, reply::PARAMETER),
            Wrong::Address => {
                wire.say_lines(&reply::refusal(&Refusal::BadAddress, transaction));
                true
            }
        }
    }
}

/// Says a list of capabilities after EHLO.
pub(crate) fn capabilities<S: AsyncRead + AsyncWrite + Unpin>(wire: &mut Wire<S>, shared: &Shared, list: &[&str]) {
    let (last, others) = list.split_last().unwrap_or((&"HELP", &[]));
    wire.say(&format!("250-{}", shared.host_name));
    for capability in others {
        wire.say(&format!("250-{capability}"));
    }
    wire.say(&format!("250 {last}"));
}

/// Talks in clear until STARTTLS. `before_tls`: what every mail command is told until then (TRU-22, PSC §1.7). `None`: the connection is over.
pub(crate) async fn until_starttls<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    shared: &Shared,
    before_tls: &Refusal,
    stop: &CancellationToken,
) -> Option<S> {
    let mut wire = Wire::new(stream);
    wire.say(&format!("220 {} ESMTP Pli", shared.host_name));
    let mut ear = Ear::default();
    while let Some(line) = ear.line(&mut wire, COMMAND, Some(stop)).await {
        let go_on = match Command::parse(&line) {
            Ok(Command::StartTls) => {
                wire.say(reply::READY_FOR_TLS);
                return ready(wire).await;
            }
            Ok(Command::Ehlo(_)) => {
                capabilities(&mut wire, shared, &["PIPELINING", "ENHANCEDSTATUSCODES", "8BITMIME", "STARTTLS"]);
                true
            }
            Ok(Command::Helo(_)) => say(&mut wire, &format!("250 {}", shared.host_name)),
            Ok(Command::Noop | Command::Rset) => say(&mut wire, reply::OK),
            Ok(Command::Help) => say(&mut wire, reply::HELP),
            Ok(Command::Quit) => {
                wire.say(reply::BYE);
                false
            }
            Err(Wrong::Unknown) => ear.mistake(&mut wire, reply::UNKNOWN),
            Err(Wrong::Syntax) if !is_mail(&line) => ear.mistake(&mut wire, reply::SYNTAX),
            Ok(_) | Err(_) => {
                wire.say_lines(&reply::refusal(before_tls, &transaction::new(&shared.clock, &shared.entropy)));
                true
            }
        };
        if !go_on {
            break;
        }
    }
    wire.hang_up().await;
    None
}

fn say<S: AsyncRead + AsyncWrite + Unpin>(wire: &mut Wire<S>, line: &str) -> bool {
    wire.say(line);
    true
}

/// A command of mail, however badly written, is first of all one that came too early.
fn is_mail(line: &[u8]) -> bool {
    line.get(..4).is_some_and(|verb| [b"MAIL", b"RCPT", b"DATA", b"AUTH"].iter().any(|mail| verb.eq_ignore_ascii_case(*mail)))
}

/// Sends `220` and gives the stream back, unless words were already waiting behind STARTTLS: then they and the connection are dropped (TRU-46).
async fn ready<S: AsyncRead + AsyncWrite + Unpin>(mut wire: Wire<S>) -> Option<S> {
    if wire.heard_more() {
        tracing::warn!("words after STARTTLS: connection dropped");
        return None;
    }
    wire.flush().await.ok()?;
    wire.into_stream()
}

/// The TLS handshake of a server. `None`: it failed, and nothing can be said about it in clear.
pub(crate) async fn shake_hands<S: AsyncRead + AsyncWrite + Unpin>(stream: S, tls: Arc<rustls::ServerConfig>) -> Option<TlsStream<S>> {
    in_time(TlsAcceptor::from(tls).accept(stream)).await
}

/// The same at a door of people and machines: the client's first words say which it wants (LPS-21). Gives what a machine showed.
pub(crate) async fn shake_hands_by_name<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    doors: &Doors,
) -> Option<(TlsStream<S>, Option<Presented>)> {
    let by_name = async {
        let hello = LazyConfigAcceptor::new(rustls::server::Acceptor::default(), stream).await?;
        let (through, config) = doors.choose(hello.client_hello().server_name());
        let secure = hello.into_stream(config).await?;
        let presented = (through == Through::Machines).then(|| Presented::new(secure.get_ref().1.peer_certificates()));
        Ok((secure, presented))
    };
    in_time(by_name).await
}

async fn in_time<S>(handshake: impl Future<Output = std::io::Result<S>>) -> Option<S> {
    match tokio::time::timeout(HANDSHAKE_WAIT, handshake).await {
        Ok(Ok(shaken)) => Some(shaken),
        Ok(Err(error)) => {
            tracing::info!(%error, "TLS handshake failed");
            None
        }
        Err(_) => {
            tracing::info!("TLS handshake took too long");
            None
        }
    }
}

/// Version and suite, for the `Received` line and the traces: `TLSv1.3 TLS13_AES_256_GCM_SHA384`.
pub(crate) fn describe(tls: &rustls::CommonState) -> String {
    let version = tls.protocol_version().and_then(|version| version.as_str()).unwrap_or("TLS").replace('_', ".");
    let suite = tls.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str()).unwrap_or("unknown");
    format!("{version} {suite}")
}
