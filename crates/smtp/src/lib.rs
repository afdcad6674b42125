//! SMTP: between operators (in and out) and submission by people.

use rules::{Clock, Domain, Entropy};
use store::Store;
use trust::TrustSpace;

/// What every SMTP session of this operator shares. Cheap to clone.
#[derive(Clone)]
pub struct Shared {
    pub store: Store,
    pub trust: TrustSpace,
    pub psc: identity::Psc,
    pub throttle: identity::throttle::Throttle,
    pub clock: Clock,
    pub entropy: Entropy,
    /// Domains hosted here.
    pub domains: Vec<Domain>,
    /// Name in greetings and `Received`, e.g. `smtp.pli.mssante.test`.
    pub host_name: Domain,
    /// PSC discovery URL, for the OAUTHBEARER challenge.
    pub discovery_url: String,
    pub limits: Limits,
}

/// Limits (TRU-29, trust-space §11), all configurable.
#[derive(Clone, Debug)]
pub struct Limits {
    pub inbound_bytes: u64,
    pub submission_bytes: u64,
    pub recipients: usize,
    pub connections_per_peer: usize,
    /// Give up after (48 h), and after a failure of trust (4 h).
    pub expire: std::time::Duration,
    pub expire_trust: std::time::Duration,
    pub delay_warning: std::time::Duration,
}

/// One connection of another operator on port 25 (STARTTLS, client certificate). Returns when it is over; at `stop`, after the current transaction, `421`.
pub async fn operator_session(
    tcp: tokio::net::TcpStream,
    from: std::net::SocketAddr,
    shared: std::sync::Arc<Shared>,
    tls: std::sync::Arc<rustls::ServerConfig>,
    stop: tokio_util::sync::CancellationToken,
) {
    let _ = (tcp, from, shared, tls, stop);
    todo!()
}

/// One connection of a person on 587 (`implicit_tls` false: STARTTLS) or 465.
pub async fn submission_session(
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

/// Where a domain's mail goes: a table first (the demo, a private interconnection), then MX.
#[derive(Clone, Debug, Default)]
pub struct Routes {
    pub table: std::collections::BTreeMap<Domain, (String, u16)>,
    /// Ask the DNS for domains outside the table (production).
    pub dns: bool,
}

/// Carries the queue to the other operators (and files what is for our own mailboxes). Runs until `stop`.
pub async fn courier(
    shared: std::sync::Arc<Shared>,
    tls: std::sync::Arc<arc_swap::ArcSwap<rustls::ClientConfig>>,
    routes: Routes,
    stop: tokio_util::sync::CancellationToken,
) {
    let _ = (shared, tls, routes, stop);
    todo!()
}
