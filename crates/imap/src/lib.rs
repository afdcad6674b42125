//! IMAP sessions: one connection = one mailbox, opened by one person (LPS-30), or by one machine (LPS-20).
//!
//! A command walks through these files, in this order:
//!
//! | file | what it does |
//! |---|---|
//! | `framing` | bytes -> whole commands (lines and literals), within limits |
//! | `parse`, `command` | a command -> our own tree; never panics, never guesses |
//! | `session` | the loop: one command at a time; right, clock, feed and stop are looked at before and between |
//! | `auth`, `external`, `seats` | who enters (`identity::prove`, then `store.enter`; a machine by its certificate), how many at once |
//! | `verbs` | one file a verb: facts from `store`, answer to the client |
//! | `view` | what this client believes of the selected folder: sequence numbers, what it still must be told |
//! | `section`, `search`, `date`, `name`, `fold` | pieces of a message, search of text, dates, folder names, ASCII |
//!
//! It may not: decide a right (`rules::access::open` does, inside `store`), read a clock, write SQL, log content.
//!
//! RFC 3501, 2177 (IDLE), 2342 (NAMESPACE), 2971 (ID), 3348 (CHILDREN), 3691 (UNSELECT), 4315 (UIDPLUS), 4959 (SASL-IR), 5161 (ENABLE),
//! 6154 (SPECIAL-USE), 6851 (MOVE), 7162 (CONDSTORE only), 7628 (OAUTHBEARER), 7888 (LITERAL+).

mod auth;
pub mod command;
mod date;
mod external;
mod fold;
pub mod framing;
mod name;
mod outcome;
pub mod parse;
mod search;
pub mod seats;
mod section;
mod session;
mod verbs;
pub mod view;
mod wire;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use rules::access::Access;
use rules::{Clock, Entropy};
use store::Store;
use tokio_util::sync::CancellationToken;
use trust::TrustSpace;
use trust::tls::Doors;

pub use wire::Conn;

/// What every IMAP session of this operator shares. Cheap to clone.
#[derive(Clone)]
pub struct Shared {
    pub store: Store,
    /// By which the certificates of machines are judged.
    pub trust: TrustSpace,
    pub psc: identity::Psc,
    pub throttle: identity::throttle::Throttle,
    pub clock: Clock,
    pub entropy: Entropy,
    /// PSC discovery URL, for the OAUTHBEARER challenge.
    pub discovery_url: String,
    /// How many sessions are open, by mailbox and person (LPS-44); `Seats::default()` at start.
    pub seats: seats::Seats,
}

/// One connection: 143 (`implicit_tls` false: STARTTLS) or 993. Returns when it is over; at `stop`, `* BYE`.
///
/// Requirements: LPS-03, LPS-10, LPS-21, LPS-30.
pub async fn session(
    tcp: tokio::net::TcpStream,
    from: SocketAddr,
    shared: Arc<Shared>,
    tls: Doors,
    implicit_tls: bool,
    stop: CancellationToken,
) {
    // A lost peer is found by the write that fails; small answers must not wait for the next one.
    let _ = tcp.set_nodelay(true);
    session::over_tcp(tcp, from.ip(), shared, tls, implicit_tls, stop).await;
}

/// How a conversation begins when it does not begin in clear.
pub enum Begin {
    /// Inside TLS, nobody logged in yet.
    Secured,
    /// Already let in by `store.enter`.
    LoggedIn(Box<Access>),
}

/// The same session over any stream: tests, and bridges that bring their own transport.
pub async fn converse(io: Box<dyn Conn>, from: IpAddr, shared: Arc<Shared>, begin: Begin, stop: CancellationToken) {
    session::over_stream(io, from, shared, begin, stop).await;
}
