//! IMAP sessions: one connection = one mailbox, opened by one person (LPS-30).

use rules::{Clock, Entropy};
use store::Store;

/// What every IMAP session of this operator shares. Cheap to clone.
#[derive(Clone)]
pub struct Shared {
    pub store: Store,
    pub psc: identity::Psc,
    pub throttle: identity::throttle::Throttle,
    pub clock: Clock,
    pub entropy: Entropy,
    /// PSC discovery URL, for the OAUTHBEARER challenge.
    pub discovery_url: String,
}

/// One connection: 143 (`implicit_tls` false: STARTTLS) or 993. Returns when it is over; at `stop`, `* BYE`.
pub async fn session(
    tcp: tokio::net::TcpStream,
    from: std::net::SocketAddr,
    shared: std::sync::Arc<Shared>,
    tls: std::sync::Arc<rustls::ServerConfig>,
    implicit_tls: bool,
    stop: tokio_util::sync::CancellationToken,
) {
    let _ = (tcp, from, shared, tls, implicit_tls, stop);
    todo!()
}
