//! SMTP: between operators (in and out) and submission by people and machines.
//!
//! | file | does |
//! |---|---|
//! | `wire` | lines, replies and data over one connection; the only reader and writer of sockets |
//! | `data` | where a message ends: the strict machine of DATA (TRU-45), and its mirror for what we send |
//! | `command` | what a client may say, as types; nothing else can reach a session |
//! | `hello` | the clear-text part of a connection: EHLO, STARTTLS, and nothing more |
//! | `inbound` | port 25: another operator hands us mail |
//! | `submission` | 587 and 465: a person sends from the mailbox she opened |
//! | `letter` | what both doors look at in a whole message, and the facts kept of it |
//! | `courier` | carries the queue to the other operators, and to our own mailboxes |
//! | `peers`, `transaction`, `reply` | connections per operator; transaction ids; the replies that are not refusals |
//!
//! It may not decide: who may send or receive is asked of `rules`, `trust`, `identity` and `store`. Refusals are those of `rules::refusal`.

mod command;
mod courier;
mod data;
mod hello;
mod inbound;
mod letter;
mod peers;
mod reply;
mod submission;
mod transaction;
mod wire;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rules::{Clock, Domain, Entropy};
use store::Store;
use tokio_util::sync::CancellationToken;
use trust::{Dn, Snapshot, TrustSpace};

pub use peers::Peers;

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
    /// The DN declared for our own certificate (TRU-14).
    pub own_dn: Dn,
    /// Name in greetings and `Received`, e.g. `smtp.pli.mssante.test`.
    pub host_name: Domain,
    /// PSC discovery URL, for the OAUTHBEARER challenge.
    pub discovery_url: String,
    pub limits: Limits,
    /// Connections open now, counted per operator (TRU-29).
    pub peers: Peers,
}

impl Shared {
    /// The domain is hosted here.
    fn hosts(&self, domain: &Domain) -> bool {
        self.domains.contains(domain)
    }

    /// The domain is hosted here and open to the other operators: the list declares it with our own certificate.
    ///
    /// Requirements: TRU-14.
    fn opens(&self, domain: &Domain, snapshot: &Snapshot) -> bool {
        self.hosts(domain) && snapshot.declares(domain, &self.own_dn)
    }
}

/// Limits (TRU-29, trust-space §11), all configurable.
#[derive(Clone, Debug)]
pub struct Limits {
    pub inbound_bytes: u64,
    pub submission_bytes: u64,
    pub recipients: usize,
    pub connections_per_peer: usize,
    /// Give up after (48 h), and after a failure of trust (4 h).
    pub expire: Duration,
    pub expire_trust: Duration,
    pub delay_warning: Duration,
}

/// One connection of another operator on port 25 (STARTTLS, client certificate). Returns when it is over; at `stop`, after the current transaction, `421`.
pub async fn operator_session(
    tcp: tokio::net::TcpStream,
    from: SocketAddr,
    shared: Arc<Shared>,
    tls: Arc<rustls::ServerConfig>,
    stop: CancellationToken,
) {
    without_delay(&tcp);
    inbound::serve(tcp, from, shared, tls, stop).await;
}

/// One connection of a person, or of a machine, on 587 (`implicit_tls` false: STARTTLS) or 465.
pub async fn submission_session(
    tcp: tokio::net::TcpStream,
    from: SocketAddr,
    shared: Arc<Shared>,
    doors: trust::tls::Doors,
    implicit_tls: bool,
    stop: CancellationToken,
) {
    without_delay(&tcp);
    submission::serve(tcp, from, shared, doors, implicit_tls, stop).await;
}

/// Replies are small and awaited: they leave at once.
fn without_delay(tcp: &tokio::net::TcpStream) {
    if let Err(error) = tcp.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY");
    }
}

/// Where a domain's mail goes: a table first (the demo, a private interconnection), then MX.
#[derive(Clone, Debug, Default)]
pub struct Routes {
    pub table: BTreeMap<Domain, (String, u16)>,
    /// Ask the DNS for domains outside the table (production).
    pub dns: bool,
}

/// Carries the queue to the other operators (and files what is for our own mailboxes). Runs until `stop`.
pub async fn courier(shared: Arc<Shared>, tls: Arc<arc_swap::ArcSwap<rustls::ClientConfig>>, routes: Routes, stop: CancellationToken) {
    courier::run(shared, tls, routes, stop).await;
}
