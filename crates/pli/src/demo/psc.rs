//! psc-sim inside the demo: its two listeners, its clients, and the clock that it moves for everybody.
//!
//! Requirements: SIM-01, SIM-04, SIM-07. It runs only here: `pli serve` has no path to it (SIM-02).

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rules::{Address, Domain};
use sandbox::Personas;
use sandbox::psc::{PscSim, SimConfig, shipped_clients};
use tokio::net::TcpListener;

use super::ports::Ports;
use super::{Stage, load};
use crate::clock;
use crate::failure::{Failure, Outcome};
use crate::node::Node;

/// The client under which both operators introspect (SIM-04); published on purpose.
pub const CLIENT_ID: &str = "pli-introspect";
pub const CLIENT_SECRET: &str = "pli-introspect-secret";

/// The client under which the pages of each operator log people in (SIM-04): id and secret.
pub fn web_client(operator: usize) -> (&'static str, &'static str) {
    if operator == 0 { ("pli-web", "pli-web-secret") } else { ("pli-web-voisin", "pli-web-voisin-secret") }
}

/// The simulator, running.
pub struct Running {
    sim: PscSim,
    nodes: Arc<OnceLock<Vec<Node>>>,
}

/// Issuer under the demo's ports.
pub fn issuer(ports: &Ports) -> String {
    format!("http://{}/auth/realms/esante-wallet", ports.psc())
}

impl Running {
    pub async fn start(ports: &Ports, personas: Arc<Personas>, domains: &[Domain], stage: &Arc<Stage>, seed: Option<u64>) -> Outcome<Self> {
        let nodes: Arc<OnceLock<Vec<Node>>> = Arc::default();
        let (stage, moved) = (Arc::clone(stage), Arc::clone(&nodes));
        let clock = stage.clock.shared();
        let ours = domains.first().cloned();
        let config = SimConfig {
            issuer_listener: bind(ports.psc()).await?,
            login_listener: bind(ports.psc_pages()).await?,
            personas,
            clients: shipped_clients(),
            clock,
            entropy: seed.map_or_else(clock::entropy, rules::Entropy::seeded),
            on_clock: Arc::new(move |by| advance(&stage, by, moved.get().map_or(&[], Vec::as_slice))),
            mailbox_owner: Arc::new(move |address: &Address| load::bulk_owner(address, ours.as_ref()?)),
        };
        let sim = PscSim::start(config).await.map_err(|error| Failure::ours("simulateur PSC", error))?;
        Ok(Self { sim, nodes })
    }

    /// From now on a moved clock reaches the operators too.
    pub fn may_move(&self, nodes: Vec<Node>) {
        if self.nodes.set(nodes).is_err() {
            tracing::error!("the operators were told to the simulator twice");
        }
    }

    pub fn issuer(&self) -> &str {
        self.sim.issuer()
    }

    pub fn control(&self) -> &str {
        self.sim.control()
    }

    pub fn login_page(&self) -> &str {
        self.sim.login_page()
    }

    pub async fn stop(self) {
        self.sim.stop().await;
    }
}

/// Answers once list, CRL and sessions have followed: who moved the clock sees the new time everywhere.
fn advance(stage: &Stage, by: Duration, nodes: &[Node]) {
    let moved = tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(stage.advance(by, nodes)));
    match moved {
        Ok(now) => tracing::info!(%now, "clock moved"),
        Err(failure) => tracing::error!(%failure, "clock moved, but not everybody followed"),
    }
}

async fn bind(address: std::net::SocketAddr) -> Outcome<TcpListener> {
    let bound = TcpListener::bind(address).await;
    bound.map_err(|error| Failure::configuration(format!("psc-sim : impossible d'écouter sur {address} : {error}")))
}
