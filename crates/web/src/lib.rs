//! Pages and JSON: what a doctor, a secretary or the operator's staff see and do in a browser, and what programs ask of `/api/v1`.
//!
//! | folder | room |
//! |---|---|
//! | `frame/` | what every page stands in: layout, errors, static files, security headers, the message catalogue (`words`) |
//! | `keyboard/` | who is at the keyboard: the cookie, the session, the door of a mailbox |
//! | `sign_in/` | Pro Santé Connect by redirection and by the phone, a structure's own login, staff, logout |
//! | `mailboxes/` | my mailboxes, opening one, the terms of use |
//! | `access/` | the room of a mailbox: its people, its movements, its history |
//! | `letters/` | the webmail |
//! | `figures/` | what was counted, for whom |
//! | `structure/` | accounts of a structure's own people (LOC-) |
//! | `desk/` | the operator's desk (STF-) |
//! | `api/` | `/api/v1` |
//!
//! A page asks `store`, `identity` and `rules`; it decides nothing. One way into a mailbox: [`keyboard::Member::enter`], which calls `store.enter`
//! (hence `rules::access::open`). Requirements: PSC-A, CAB-09, DEL-05.

pub mod frame;
pub mod keyboard;
pub mod serve;

mod access;
mod api;
mod desk;
mod figures;
mod letters;
mod mailboxes;
mod sign_in;
mod structure;

use std::sync::Arc;

pub use mailboxes::terms::default_terms;

use axum::Router;
use rules::{Clock, Domain, Entropy};
use store::Store;

/// What every page needs. One per node.
pub struct Shared {
    pub store: Store,
    pub trust: trust::TrustSpace,
    /// Proves access tokens on the API (PSC-21).
    pub psc: identity::Psc,
    /// We as a client of Pro Santé Connect.
    pub party: identity::oidc::Party,
    pub throttle: identity::throttle::Throttle,
    pub clock: Clock,
    pub entropy: Entropy,
    pub config: Config,
    /// Accesses open on this node, rechecked at each request (PSC-39).
    pub entered: keyboard::Entered,
}

pub type App = Arc<Shared>;

/// What the pages are told about the house they stand in.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where people reach us, without a final slash: `https://mss.pli.mssante.fr`, or `http://127.0.0.1:20080` in the demo.
    pub base_url: String,
    /// Other names of the same pages, for the cross-site check.
    pub trusted_origins: Vec<String>,
    /// The domain that names the operator.
    pub domain: Domain,
    pub domains: Vec<Domain>,
    /// What people call the operator.
    pub operator_name: String,
    /// The sandbox says so on every page.
    pub sandbox: bool,
    /// Our software number between operators (X-MSS-NIL).
    pub nil: String,
    /// Largest message that may be sent, bytes.
    pub max_message: u64,
}

impl Config {
    /// Pages are served over TLS: cookies may then bear the `__Host-` prefix.
    pub fn is_secure(&self) -> bool {
        self.base_url.starts_with("https://")
    }

    /// Name of a cookie of ours. Cookies ignore ports: on plain HTTP the port is in the name.
    pub fn cookie_name(&self, what: &str) -> String {
        if self.is_secure() {
            return format!("__Host-{what}");
        }
        let port = self.base_url.rsplit_once(':').map_or("80", |(_, port)| port);
        format!("{what}-{port}")
    }
}

/// The origin under which passkeys work: they belong to a host name, never to an address of numbers, which is what the demo calls itself.
pub fn by_name<'a>(base_url: &'a str, other_origins: &'a [String]) -> &'a str {
    let named = |origin: &&str| {
        let host = origin.split("://").nth(1).unwrap_or_default();
        host.parse::<std::net::SocketAddr>().is_err() && host.parse::<std::net::IpAddr>().is_err()
    };
    std::iter::once(base_url).chain(other_origins.iter().map(String::as_str)).find(named).unwrap_or(base_url)
}

/// Everything, ready to be served by [`serve`].
pub fn router(shared: Shared) -> Router {
    let app: App = Arc::new(shared);
    let pages = Router::new()
        .merge(sign_in::routes())
        .merge(mailboxes::routes())
        .merge(access::routes())
        .merge(letters::routes())
        .merge(figures::routes())
        .merge(structure::routes())
        .merge(desk::routes());
    frame::around(pages, api::routes(&app), &app).with_state(app)
}
