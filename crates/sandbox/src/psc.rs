//! psc-sim: Pro Santé Connect as an operator and its software vendors meet it, over real HTTP, faults on demand.
//!
//! | file | plays |
//! |---|---|
//! | `server` | the two listeners, and the faults of the network |
//! | `discovery` | `wallet-openid-configuration`, published keys |
//! | `login` | authorization endpoint and login page |
//! | `grant`, `introspect`, `userinfo`, `logout` | the endpoints that programs call |
//! | `token` | what a token says, and how it is signed |
//! | `control` | the door of tests and of the demo: `/sim` |
//! | `state`, `keys`, `faults`, `requests`, `clients` | what the simulator remembers |
//!
//! Requirements: SIM-01..SIM-08. Loopback only; state in memory; time and randomness are handed over. The phone page, CIBA and back-channel
//! notices are not built, hence absent.

mod clients;
mod control;
mod discovery;
mod faults;
mod grant;
mod introspect;
mod keys;
mod login;
mod logout;
mod requests;
mod server;
mod state;
mod token;
mod userinfo;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rules::{Address, Clock, Entropy, IdNat};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use clients::{Client, shipped as shipped_clients};

use crate::personas::Personas;

/// Path of the issuer under its origin, as at the real one.
const REALM: &str = "/auth/realms/esante-wallet";

/// Moves the clock of the whole process.
pub type OnClock = Arc<dyn Fn(Duration) + Send + Sync>;

/// Who owns a mailbox that no persona bears (`u0000@…` of a load test).
pub type MailboxOwner = Arc<dyn Fn(&Address) -> Option<IdNat> + Send + Sync>;

/// What the simulator is given.
pub struct SimConfig {
    /// Issuer and control API (base+90 in the demo). Port 0 allowed.
    pub issuer_listener: TcpListener,
    /// Login page (base+91): another origin, as in reality.
    pub login_listener: TcpListener,
    pub personas: Arc<Personas>,
    /// [`shipped_clients`], and one more for each further operator.
    pub clients: Vec<Client>,
    pub clock: Clock,
    pub entropy: Entropy,
    pub on_clock: OnClock,
    pub mailbox_owner: MailboxOwner,
}

/// Why the simulator does not start.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    #[error("psc-sim: {0} is not a loopback address; the simulator serves this machine only")]
    NotLoopback(SocketAddr),
    #[error("psc-sim: the listening address cannot be read: {0}")]
    Listener(#[from] std::io::Error),
    #[error("psc-sim: the shipped test keys cannot be read")]
    Keys,
}

/// The running simulator. Dropping it leaves it running until the process ends; [`PscSim::stop`] ends it.
pub struct PscSim {
    issuer: String,
    control: String,
    login_page: String,
    stop: watch::Sender<bool>,
    servers: Vec<JoinHandle<()>>,
}

impl PscSim {
    /// Starts serving both listeners; returns as soon as they answer.
    pub async fn start(config: SimConfig) -> Result<Self, SimError> {
        let issuer_at = loopback(&config.issuer_listener)?;
        let login_at = loopback(&config.login_listener)?;
        let origin = format!("http://{issuer_at}");
        let login_page = format!("http://{login_at}");
        let (stop, stopped) = watch::channel(false);
        let memory = state::Memory {
            issuer: format!("{origin}{REALM}"),
            login_page: login_page.clone(),
            personas: config.personas,
            clients: config.clients,
            clock: config.clock,
            entropy: config.entropy,
            on_clock: config.on_clock,
            mailbox_owner: config.mailbox_owner,
            keys: parking_lot::Mutex::new(keys::KeyRing::shipped().ok_or(SimError::Keys)?),
            faults: parking_lot::Mutex::default(),
            book: parking_lot::Mutex::default(),
            requests: parking_lot::Mutex::default(),
        };
        let sim = Arc::new(memory);
        let issuer_door = server::issuer_router(sim.clone());
        let login_door = server::login_router(sim.clone());
        let servers = vec![
            tokio::spawn(server::serve(config.issuer_listener, sim.clone(), issuer_door, stopped.clone())),
            tokio::spawn(server::serve(config.login_listener, sim.clone(), login_door, stopped)),
        ];
        Ok(Self { issuer: sim.issuer.clone(), control: format!("{origin}/sim"), login_page, stop, servers })
    }

    /// `http://127.0.0.1:20090/auth/realms/esante-wallet`
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    pub fn discovery_url(&self) -> String {
        format!("{}{}", self.issuer, discovery::SUFFIX)
    }

    /// `http://127.0.0.1:20090/sim`
    pub fn control(&self) -> &str {
        &self.control
    }

    /// `http://127.0.0.1:20091`
    pub fn login_page(&self) -> &str {
        &self.login_page
    }

    /// Accepts nothing more, lets answers under way finish (1 s at most), frees the ports.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for server in self.servers {
            if let Err(fault) = server.await {
                tracing::error!(%fault, "psc-sim ended badly");
            }
        }
    }
}

fn loopback(listener: &TcpListener) -> Result<SocketAddr, SimError> {
    let at = listener.local_addr()?;
    if at.ip().is_loopback() { Ok(at) } else { Err(SimError::NotLoopback(at)) }
}
