//! A running operator: its listeners, its courier, its white list job, and how all of them end.
//!
//! | file | what |
//! |---|---|
//! | `node.rs` | start, reload, stop |
//! | `node/doors.rs` | sockets and accept loops, with a limit a listener |
//! | `node/certificates.rs` | TLS configurations, swapped live (TRU-37) |
//! | `node/list.rs` | the white list job (TRU-01, TRU-02) |
//! | `node/figures.rs` | the monthly files (IND-51) |
//! | `node/pages.rs` | the pages and the API: what they are given |
//! | `node/webhooks.rs` | programs told of movements |
//! | `node/notices.rs` | letters that the operator writes by itself |
//! | `node/jobs.rs` | what is done by the hour: closings, daily roots, monthly figures, reviews of local accounts |
//!
//! It decides nothing about mail or people: `smtp` and `imap` do, with `rules`.

pub mod certificates;
mod doors;
pub mod figures;
mod jobs;
pub mod list;
mod notices;
mod pages;
pub mod webhooks;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rules::Entropy;
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::{Config, Preset};
use crate::failure::{Failure, Outcome};
use crate::operator::Operator;
use certificates::Certificates;
use doors::Door;

/// How long open connections get to finish when the process is told to stop (the contract allows 5 s for everything).
const GRACE: Duration = Duration::from_millis(3_500);

/// A running operator. Cheap to clone: clones speak of the same one.
#[derive(Clone)]
pub struct Node {
    pub operator: Operator,
    certificates: Certificates,
    tasks: TaskTracker,
    /// Ends listeners and sessions.
    stop: CancellationToken,
}

/// Sockets bound before anything is opened: a port that is taken is told at once, with its name.
pub struct Sockets(Vec<(Door, std::net::TcpListener)>);

impl Sockets {
    pub fn bind(config: &Config) -> Outcome<Self> {
        let listen = &config.listen;
        let wanted = [
            (Door::Operators, listen.smtp),
            (Door::Submission, listen.submission),
            (Door::Submissions, listen.submissions),
            (Door::Imap, listen.imap),
            (Door::Imaps, listen.imaps),
            (Door::Web, listen.web),
        ];
        let bind = |(door, address): (Door, Option<SocketAddr>)| {
            let address = address?;
            Some(
                doors::bind(address)
                    .map(|socket| (door, socket))
                    .map_err(|error| Failure::configuration(format!("{} : impossible d'écouter sur {address} : {error}", door.name()))),
            )
        };
        Ok(Self(wanted.into_iter().filter_map(bind).collect::<Outcome<_>>()?))
    }
}

impl Node {
    /// Opens the doors. When it returns, every listener answers.
    pub async fn start(operator: Operator, sockets: Sockets, entropy: Entropy) -> Outcome<Self> {
        let certificates = Certificates::read(&operator.config.tls, &operator.config.host_name)?;
        let node = Self { operator, certificates, tasks: TaskTracker::new(), stop: CancellationToken::new() };
        list::load_if_new(&node.operator).await;
        node.report_own_entry();
        let psc = node.relying_party(entropy.clone())?;
        let throttle = identity::throttle::Throttle::default();
        let mail = Arc::new(node.smtp_shared(psc.clone(), throttle.clone(), entropy.clone())?);
        let pages = pages::router(&node.operator, psc.clone(), throttle.clone(), entropy.clone())?;
        let imap = Arc::new(node.imap_shared(psc, throttle, entropy.clone()));
        let relay = node.operator.config.notices.as_ref().map(notices::Relay::open).transpose()?;
        for (door, socket) in sockets.0 {
            let house = doors::House {
                mail: Arc::clone(&mail),
                imap: Arc::clone(&imap),
                pages: pages.clone(),
                certificates: node.certificates.clone(),
                limit: node.operator.config.limits.connections,
                tasks: node.tasks.clone(),
                stop: node.stop.clone(),
            };
            let listener = tokio::net::TcpListener::from_std(socket).map_err(|error| Failure::ours(door.name(), error))?;
            node.tasks.spawn(doors::keep(door, listener, house));
        }
        node.tasks.spawn(smtp::courier(mail, node.certificates.client(), node.routes()?, node.stop.clone()));
        node.tasks.spawn(list::keep_fresh(node.operator.clone(), entropy.clone(), node.stop.clone()));
        node.tasks.spawn(jobs::keep(node.operator.clone(), entropy.clone(), node.stop.clone()));
        node.tasks.spawn(notices::keep(node.operator.clone(), relay, entropy.clone(), node.stop.clone()));
        node.tasks.spawn(webhooks::keep(node.operator.clone(), entropy, node.stop.clone()));
        Ok(node)
    }

    /// Re-reads certificates, anchors, CRLs and the list file; open connections go on with what they have (TRU-12, TRU-37).
    pub async fn reload(&self) -> Outcome<()> {
        self.certificates.reload(&self.operator.config.tls, &self.operator.config.host_name)?;
        self.operator.trust.reload()?;
        list::load_if_new(&self.operator).await;
        self.report_own_entry();
        // The list may have been refreshed, and a moved clock may have ended rights: every session looks again.
        self.operator.store.feed().rouse_all();
        Ok(())
    }

    /// Closes the doors, lets the current transactions end, then closes the store. Never longer than 5 s.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(GRACE, self.tasks.wait()).await.is_err() {
            tracing::warn!(domain = %self.operator.domain(), left = self.tasks.len(), "connections cut at the end of the grace period");
        }
        self.operator.store.close().await;
    }

    /// TRU-14: a hosted domain that the list does not give to our certificate cannot exchange mail; say so now, in the log.
    fn report_own_entry(&self) {
        for domain in &self.operator.config.domains {
            if !self.operator.declared(domain) {
                tracing::error!("Le domaine {domain} n'est pas déclaré avec notre certificat : aucun échange entre opérateurs");
            }
        }
    }

    fn relying_party(&self, entropy: Entropy) -> Outcome<identity::Psc> {
        let config = &self.operator.config;
        let (issuer, discovery_url) = config.psc_addresses();
        let settings = identity::PscConfig {
            issuer,
            discovery_url,
            client_id: config.psc.client_id.clone(),
            client_secret: read_secret(&config.psc.client_secret_file)?,
            min_acr: config.psc.min_acr.clone(),
            azp_allowed: config.psc.azp_allowed.clone(),
            preset: preset(config),
        };
        let copy = config.trust.state.join("psc-discovery.json");
        Ok(identity::Psc::keeping_discovery_in(copy, settings, self.operator.clock.clone(), entropy))
    }

    fn smtp_shared(&self, psc: identity::Psc, throttle: identity::throttle::Throttle, entropy: Entropy) -> Outcome<smtp::Shared> {
        let Operator { config, store, trust, clock } = &self.operator;
        Ok(smtp::Shared {
            store: store.clone(),
            trust: trust.clone(),
            psc,
            throttle,
            clock: clock.clone(),
            entropy,
            domains: config.domains.clone(),
            own_dn: self.operator.own_dn()?,
            host_name: config.host_name.clone(),
            discovery_url: config.psc_addresses().1,
            limits: config.limits.smtp(),
            peers: smtp::Peers::default(),
        })
    }

    fn imap_shared(&self, psc: identity::Psc, throttle: identity::throttle::Throttle, entropy: Entropy) -> imap::Shared {
        let Operator { config, store, trust, clock } = &self.operator;
        imap::Shared {
            store: store.clone(),
            trust: trust.clone(),
            psc,
            throttle,
            clock: clock.clone(),
            entropy,
            discovery_url: config.psc_addresses().1,
            seats: imap::seats::Seats::default(),
        }
    }

    fn routes(&self) -> Outcome<smtp::Routes> {
        let routes = &self.operator.config.routes;
        let read = |(domain, target): (&rules::Domain, &String)| {
            let wrong = || Failure::configuration(format!("routes.table : « {target} » n'est pas hôte:port (domaine {domain})"));
            let (host, port) = target.rsplit_once(':').ok_or_else(wrong)?;
            Ok((domain.clone(), (host.to_owned(), port.parse().map_err(|_| wrong())?)))
        };
        let table = routes.table.iter().map(read).collect::<Outcome<_>>()?;
        Ok(smtp::Routes { table, dns: routes.dns })
    }
}

fn preset(config: &Config) -> identity::prove::Preset {
    match config.psc.preset.get_ref() {
        Preset::Prod => identity::prove::Preset::Prod,
        Preset::Bas => identity::prove::Preset::Bas,
        Preset::Sim => identity::prove::Preset::Sim,
    }
}

pub(crate) fn read_secret(path: &std::path::Path) -> Outcome<SecretString> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::configuration(format!("{} : {error}", path.display())))?;
    Ok(SecretString::from(text.trim().to_owned()))
}
