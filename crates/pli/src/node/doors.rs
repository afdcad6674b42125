//! The sockets: one accept loop a listener, at most so many connections at once, each handed to its protocol.
//!
//! Requirements: TRU-29 (too many connections: `421`), PSC-42, LPS-21. It reads not one byte of what comes in.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rules::Refusal;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::certificates::Certificates;

const HANDSHAKE: Duration = Duration::from_secs(10);

/// What a listener is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// 25, between operators.
    Operators,
    /// 587, STARTTLS.
    Submission,
    /// 465, implicit TLS.
    Submissions,
    /// 143, STARTTLS.
    Imap,
    /// 993, implicit TLS.
    Imaps,
    /// Pages and API.
    Web,
}

impl Door {
    pub fn name(self) -> &'static str {
        match self {
            Self::Operators => "smtp",
            Self::Submission => "submission",
            Self::Submissions => "submissions",
            Self::Imap => "imap",
            Self::Imaps => "imaps",
            Self::Web => "web",
        }
    }
}

/// What a door needs to hand a connection over.
pub struct House {
    pub mail: Arc<smtp::Shared>,
    pub imap: Arc<imap::Shared>,
    /// Pages and API, and whether they are served over TLS.
    pub pages: Option<Pages>,
    pub certificates: Certificates,
    /// Connections open at once on one listener.
    pub limit: usize,
    pub tasks: TaskTracker,
    pub stop: CancellationToken,
}

/// Binds now, so that a taken port is told before anything else is opened.
pub fn bind(address: SocketAddr) -> std::io::Result<std::net::TcpListener> {
    let socket = std::net::TcpListener::bind(address)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// Accepts until `stop`.
pub async fn keep(door: Door, listener: TcpListener, house: House) {
    let room = Arc::new(Semaphore::new(house.limit));
    loop {
        let accepted = tokio::select! {
            () = house.stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((tcp, from)) => welcome(door, tcp, from, &room, &house),
            // No descriptors left, or the peer went away meanwhile: the listener itself is well; let others end first.
            Err(error) => {
                tracing::warn!(door = door.name(), %error, "accept failed");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

fn welcome(door: Door, tcp: TcpStream, from: SocketAddr, room: &Arc<Semaphore>, house: &House) {
    // Without it a fresh TLS 1.3 connection can lose 40 ms to delayed acknowledgements.
    if let Err(error) = tcp.set_nodelay(true) {
        tracing::debug!(door = door.name(), %error, "nodelay refused");
    }
    match Arc::clone(room).try_acquire_owned() {
        Ok(place) => {
            house.tasks.spawn(serve(door, tcp, from, place, Served::of(house)));
        }
        Err(_) => {
            tracing::warn!(door = door.name(), limit = house.limit, "too many connections");
            house.tasks.spawn(turn_away(door, tcp));
        }
    }
}

/// The pages, and how they are reached.
#[derive(Clone)]
pub struct Pages {
    pub router: axum::Router,
    pub tls: bool,
}

struct Served {
    mail: Arc<smtp::Shared>,
    imap: Arc<imap::Shared>,
    pages: Option<Pages>,
    certificates: Certificates,
    stop: CancellationToken,
}

impl Served {
    fn of(house: &House) -> Self {
        Self {
            mail: Arc::clone(&house.mail),
            imap: Arc::clone(&house.imap),
            pages: house.pages.clone(),
            certificates: house.certificates.clone(),
            stop: house.stop.clone(),
        }
    }
}

async fn serve(door: Door, tcp: TcpStream, from: SocketAddr, _place: OwnedSemaphorePermit, with: Served) {
    let Served { mail, imap, pages, certificates, stop } = with;
    match door {
        Door::Operators => smtp::operator_session(tcp, from, mail, certificates.operators(), stop).await,
        Door::Submission => smtp::submission_session(tcp, from, mail, certificates.doors(), false, stop).await,
        Door::Submissions => smtp::submission_session(tcp, from, mail, certificates.doors(), true, stop).await,
        Door::Imap => imap::session(tcp, from, imap, certificates.doors(), false, stop).await,
        Door::Imaps => imap::session(tcp, from, imap, certificates.doors(), true, stop).await,
        Door::Web => match pages {
            Some(Pages { router, tls: false }) => web::serve::connection(tcp, from, None, router, stop).await,
            Some(Pages { router, tls: true }) => secured(tcp, from, router, certificates, stop).await,
            None => {}
        },
    }
}

/// Pages over TLS: a handshake that takes too long is a connection less. A certificate is asked for under the machines' host name only, for
/// tokens that are bound to one (PSC-42): no browser ever shows a choice of cards.
async fn secured(tcp: TcpStream, from: SocketAddr, router: axum::Router, certificates: Certificates, stop: CancellationToken) {
    let doors = certificates.doors();
    let handshake = async {
        let hello = tokio_rustls::LazyConfigAcceptor::new(rustls::server::Acceptor::default(), tcp).await?;
        let (_, config) = doors.choose(hello.client_hello().server_name());
        hello.into_stream(config).await
    };
    match tokio::time::timeout(HANDSHAKE, handshake).await {
        Ok(Ok(tls)) => {
            let certificate = tls.get_ref().1.peer_certificates().and_then(|chain| chain.first()).map(|leaf| leaf.to_vec());
            web::serve::connection(tls, from, certificate, router, stop).await;
        }
        Ok(Err(error)) => tracing::debug!(%error, "TLS handshake failed"),
        Err(_) => tracing::debug!("TLS handshake too slow"),
    }
}

/// Says why where it can be said: under implicit TLS a plain sentence would only be noise.
async fn turn_away(door: Door, mut tcp: TcpStream) {
    let reply = Refusal::Overload.smtp();
    let line = match door {
        Door::Operators | Door::Submission => format!("{} {} {}\r\n", reply.code, reply.enhanced, reply.french),
        Door::Imap => format!("* BYE {}\r\n", reply.french),
        Door::Submissions | Door::Imaps | Door::Web => return,
    };
    let said = tokio::time::timeout(Duration::from_secs(1), tcp.write_all(line.as_bytes())).await;
    if !matches!(said, Ok(Ok(()))) {
        tracing::debug!(door = door.name(), "the refused peer did not wait for its answer");
    }
}
