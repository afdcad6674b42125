//! The identity providers inside the demo: psc-sim with its clients and the clock that it moves for everybody, a structure's own login; and
//! the relay of ordinary e-mail, whose letters end in psc-sim's outbox.
//!
//! Requirements: SIM-01, SIM-04, SIM-07, SIM-10. They run only here and in `pli sim`: `pli serve` has no path to them (SIM-02).

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rules::{Address, Domain};
use sandbox::Personas;
use sandbox::idp::{IdpConfig, StructureIdp};
use sandbox::psc::{Client, PscSim, SimConfig, shipped_clients};
use sandbox::relay::Relay;
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

/// The providers, running.
pub struct Running {
    sim: PscSim,
    structure: StructureIdp,
    _relay: Relay,
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
        let stage_clock = clock.clone();
        let ours = domains.first().cloned();
        let draw = || seed.map_or_else(clock::entropy, rules::Entropy::seeded);
        let structure = IdpConfig {
            listener: bind(ports.structure_idp()).await?,
            personas: Arc::clone(&personas),
            clock: clock.clone(),
            entropy: draw(),
            lab: false,
        };
        let config = SimConfig {
            personas,
            clients: clients(ports),
            on_clock: Arc::new(move |by| advance(&stage, by, moved.get().map_or(&[], Vec::as_slice))),
            mailbox_owner: Arc::new(move |address: &Address| load::bulk_owner(address, ours.as_ref()?)),
            ..SimConfig::new(bind(ports.psc()).await?, bind(ports.psc_pages()).await?, clock, draw())
        };
        let sim = PscSim::start(config).await.map_err(|error| Failure::ours("simulateur PSC", error))?;
        let structure = StructureIdp::start(structure).await.map_err(|error| Failure::ours("connexion de la structure", error))?;
        let relay = Relay::start(bind(ports.relay()).await?, sim.outbox(), stage_clock);
        Ok(Self { sim, structure, _relay: relay, nodes })
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

    /// `…/phone/{idnat}`, the braces for the reader to fill.
    pub fn phone(&self) -> String {
        self.sim.phone_template()
    }

    /// The page of the private e-mail and SMS that were caught.
    pub fn outbox_page(&self) -> String {
        self.sim.outbox_page()
    }

    /// Issuer of the structure's own login.
    pub fn structure_issuer(&self) -> &str {
        self.structure.issuer()
    }

    pub async fn stop(self) {
        tokio::join!(self.sim.stop(), self.structure.stop());
    }
}

/// The shipped clients; the pages of each operator are told when a session ends.
fn clients(ports: &Ports) -> Vec<Client> {
    let told = |client: Client| match (0..2).find(|operator| web_client(*operator).0 == client.id) {
        Some(operator) => client.with_backchannel_logout(&format!("http://{}/psc/backchannel-logout", ports.operator(operator).web())),
        None => client,
    };
    shipped_clients().into_iter().map(told).collect()
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
    bound.map_err(|error| Failure::configuration(format!("simulateur : impossible d'écouter sur {address} : {error}")))
}
