//! psc-sim: Pro Santé Connect as an operator and its software vendors meet it, over real HTTP, faults on demand.
//!
//! | file | plays |
//! |---|---|
//! | `server`, `mutual` | the listeners, the faults of the network, client certificates |
//! | `discovery` | `wallet-openid-configuration`, published keys |
//! | `login`, `choice`, `waiting`, `sso` | authorization endpoint, login page, wait for the phone, the browser that is known |
//! | `phone`, `approvals`, `ecps` | the phones: requests to approve, activation of the e-CPS |
//! | `mailroom`, `live` | the outbox as a page; pages that follow what happens |
//! | `caller` | which program calls, by its secret, its key or its certificate |
//! | `grant`, `ciba`, `introspect`, `userinfo`, `logout`, `notices` | the endpoints that programs call, and what they are told |
//! | `token` | what a token says, and how it is signed |
//! | `control` | the door of tests and of the demo: `/sim` |
//! | `state`, `faults`, `requests`, `clients` | what the simulator remembers |
//!
//! Requirements: SIM-01..SIM-08. Loopback only unless for a laboratory; state in memory; time and randomness are handed over.

mod approvals;
mod caller;
mod choice;
mod ciba;
mod clients;
mod control;
mod discovery;
mod ecps;
mod faults;
mod grant;
mod introspect;
mod live;
mod login;
mod logout;
mod mailroom;
mod mutual;
mod notices;
mod phone;
mod requests;
mod server;
mod sso;
mod state;
mod token;
mod userinfo;
mod waiting;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rules::{Address, Clock, Entropy, IdNat};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

pub use clients::{Client, LPS_MTLS_DN, read as read_clients, shipped as shipped_clients};
pub use mutual::Mutual;

pub(crate) use caller::basic;

use crate::keys::KeyRing;
use crate::outbox::Outbox;
use crate::personas::Personas;

/// Path of the issuer under its origin, as at the real one.
const REALM: &str = "/auth/realms/esante-wallet";

/// Moves the clock of the whole process.
pub type OnClock = Arc<dyn Fn(Duration) + Send + Sync>;

/// Who owns a mailbox that no persona bears (`u0000@…` of a load test).
pub type MailboxOwner = Arc<dyn Fn(&Address) -> Option<IdNat> + Send + Sync>;

/// What the simulator is given. [`SimConfig::new`] fills all but the first two, the clock and the randomness.
pub struct SimConfig {
    /// Issuer and control API (base+90 in the demo). Port 0 allowed.
    pub issuer_listener: TcpListener,
    /// Login page, phones, outbox (base+91): another origin, as in reality.
    pub login_listener: TcpListener,
    /// A third address that asks programs for a certificate; absent in the demo.
    pub mutual: Option<Mutual>,
    pub personas: Arc<Personas>,
    /// [`shipped_clients`], and others.
    pub clients: Vec<Client>,
    pub clock: Clock,
    pub entropy: Entropy,
    pub on_clock: OnClock,
    pub mailbox_owner: MailboxOwner,
    /// Shown at `/outbox`; give a clone to who sends private messages.
    pub outbox: Outbox,
    /// e-CPS requests are approved without anybody touching the phone.
    pub auto_approve: bool,
    /// Serves a laboratory network, not only this machine (`--lab`); the control API stays on this machine.
    pub lab: bool,
}

impl SimConfig {
    /// The shipped personas and clients, a clock that cannot be moved, an outbox of its own, phones that people must touch.
    pub fn new(issuer_listener: TcpListener, login_listener: TcpListener, clock: Clock, entropy: Entropy) -> Self {
        Self {
            issuer_listener,
            login_listener,
            mutual: None,
            personas: Arc::new(Personas::shipped()),
            clients: shipped_clients(),
            clock,
            entropy,
            on_clock: Arc::new(|_| ()),
            mailbox_owner: Arc::new(|_| None),
            outbox: Outbox::default(),
            auto_approve: false,
            lab: false,
        }
    }
}

/// Why a simulator does not start.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    #[error("simulator: {0} is not a loopback address; the simulator serves this machine only")]
    NotLoopback(SocketAddr),
    #[error("simulator: the listening address cannot be read: {0}")]
    Listener(#[from] std::io::Error),
    #[error("simulator: the shipped test keys cannot be read")]
    Keys,
    #[error("simulator: {0}")]
    Tls(String),
}

/// The running simulator. Dropping it leaves it running until the process ends; [`PscSim::stop`] ends it.
pub struct PscSim {
    issuer: String,
    control: String,
    login_page: String,
    outbox: Outbox,
    stop: watch::Sender<bool>,
    servers: Vec<JoinHandle<()>>,
}

impl PscSim {
    /// Starts serving its listeners; returns as soon as they answer.
    pub async fn start(config: SimConfig) -> Result<Self, SimError> {
        let issuer_at = allowed(&config.issuer_listener, config.lab)?;
        let login_at = allowed(&config.login_listener, config.lab)?;
        let mutual_at = config.mutual.as_ref().map(|mutual| allowed(&mutual.listener, config.lab)).transpose()?;
        let origin = format!("http://{issuer_at}");
        let login_page = format!("http://{login_at}");
        let (stop, stopped) = watch::channel(false);
        let start = config.clock.now();
        let memory = state::Memory {
            issuer: format!("{origin}{REALM}"),
            login_page: login_page.clone(),
            mutual_issuer: mutual_at.map(|at| format!("https://{at}{REALM}")),
            auto_approve: config.auto_approve,
            lab: config.lab,
            phones: parking_lot::Mutex::new(ecps::Phones::of(&config.personas, start)),
            personas: config.personas,
            clients: config.clients,
            clock: config.clock,
            entropy: config.entropy,
            on_clock: config.on_clock,
            mailbox_owner: config.mailbox_owner,
            outbox: config.outbox.clone(),
            keys: parking_lot::Mutex::new(KeyRing::shipped().ok_or(SimError::Keys)?),
            faults: parking_lot::Mutex::default(),
            book: parking_lot::Mutex::default(),
            approvals: parking_lot::Mutex::default(),
            requests: parking_lot::Mutex::default(),
            assertions: parking_lot::Mutex::default(),
            bell: watch::Sender::new(0),
            closing: stopped.clone(),
        };
        let sim = Arc::new(memory);
        let issuer_router = server::issuer_router(sim.clone());
        let mut doors = vec![
            server::Door { listener: config.issuer_listener, router: issuer_router.clone(), tls: None },
            server::Door { listener: config.login_listener, router: server::login_router(sim.clone()), tls: None },
        ];
        if let Some(mutual) = config.mutual {
            doors.push(server::Door { listener: mutual.listener, router: issuer_router, tls: Some(TlsAcceptor::from(mutual.tls)) });
        }
        let servers = doors.into_iter().map(|door| tokio::spawn(server::serve(door, sim.clone(), stopped.clone()))).collect();
        Ok(Self { issuer: sim.issuer.clone(), control: format!("{origin}/sim"), login_page, outbox: config.outbox, stop, servers })
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

    /// `http://127.0.0.1:20091/phone/{idnat}`, the braces to be filled by the reader.
    pub fn phone_template(&self) -> String {
        format!("{}/phone/{{idnat}}", self.login_page)
    }

    /// `http://127.0.0.1:20091/outbox`
    pub fn outbox_page(&self) -> String {
        format!("{}/outbox", self.login_page)
    }

    /// Where private e-mail and SMS are caught.
    pub fn outbox(&self) -> Outbox {
        self.outbox.clone()
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

/// The address of a listener, if a simulator may answer there. A laboratory's must be one that others can name.
pub(crate) fn allowed(listener: &TcpListener, lab: bool) -> Result<SocketAddr, SimError> {
    let at = listener.local_addr()?;
    let fit = at.ip().is_loopback() || (lab && !at.ip().is_unspecified());
    if fit { Ok(at) } else { Err(SimError::NotLoopback(at)) }
}
