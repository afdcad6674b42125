//! Where a domain's mail goes: our own mailboxes, the table, or the DNS.
//!
//! RFC 5321 §5.1, RFC 7505. Requirements: TRU-31. A name found here gives no trust: the certificate is judged after the handshake.

use std::net::SocketAddr;

use hickory_resolver::TokioResolver;
use hickory_resolver::net::NetError;
use hickory_resolver::proto::rr::RData;
use rules::Domain;

use super::outcome::{Failure, Kind};
use crate::Routes;

const PORT: u16 = 25;
/// Servers tried for one domain.
const MOST: usize = 8;

/// What shares a connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Destination {
    /// Our own mailboxes: no socket.
    Here,
    /// A row of the table.
    Host(String, u16),
    /// A domain whose servers the DNS knows.
    Domain(Domain),
    /// Neither the table nor the DNS may be asked.
    Nowhere,
}

/// One server to try.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// Its name, for SNI and the traces.
    pub(super) name: String,
    pub(super) addresses: Vec<SocketAddr>,
}

pub(super) struct Router {
    routes: Routes,
    ours: Vec<Domain>,
    resolver: Option<TokioResolver>,
}

impl Router {
    pub(super) fn new(routes: Routes, ours: Vec<Domain>) -> Self {
        let resolver = routes.dns.then(|| TokioResolver::builder_tokio().and_then(|builder| builder.build()));
        let resolver =
            resolver.and_then(|built| built.inspect_err(|error| tracing::error!(%error, "no DNS: only the table routes mail")).ok());
        Self { routes, ours, resolver }
    }

    pub(super) fn destination(&self, domain: &Domain) -> Destination {
        if self.ours.contains(domain) {
            return Destination::Here;
        }
        match self.routes.table.get(domain) {
            Some((host, port)) => Destination::Host(host.clone(), *port),
            None if self.resolver.is_some() => Destination::Domain(domain.clone()),
            None => Destination::Nowhere,
        }
    }

    /// The servers of a destination, in the order to try them.
    pub(super) async fn targets(&self, destination: &Destination) -> Result<Vec<Target>, Failure> {
        match destination {
            Destination::Host(host, port) => Ok(vec![named(host, *port).await?]),
            Destination::Domain(domain) => self.exchangers(domain).await,
            Destination::Here | Destination::Nowhere => Err(Failure::of(Kind::Permanent, "5.4.4", "no route to this domain")),
        }
    }

    /// MX by preference; without any, the domain itself (implicit MX).
    async fn exchangers(&self, domain: &Domain) -> Result<Vec<Target>, Failure> {
        let Some(resolver) = &self.resolver else { return Err(Failure::of(Kind::Permanent, "5.4.4", "no DNS here")) };
        let mut names = match resolver.mx_lookup(format!("{domain}.")).await {
            Ok(found) => found.answers().iter().filter_map(|record| exchanger(&record.data)).collect(),
            Err(error) if error.is_nx_domain() => return Err(missing(domain, &error)),
            Err(error) if error.is_no_records_found() => vec![(0, domain.to_string())],
            Err(error) => return Err(missing(domain, &error)),
        };
        if names.iter().any(|(_, name)| name.is_empty()) {
            return Err(Failure::of(Kind::Permanent, "5.1.10", format!("{domain} says it takes no mail (null MX)")));
        }
        names.sort();
        let mut targets = Vec::new();
        let mut last = None;
        for (_, name) in names.into_iter().take(MOST) {
            match resolver.lookup_ip(format!("{name}.")).await {
                Ok(found) => targets.push(Target { addresses: found.iter().map(|ip| SocketAddr::new(ip, PORT)).collect(), name }),
                Err(error) => last = Some(missing(domain, &error)),
            }
        }
        match last {
            Some(failure) if targets.is_empty() => Err(failure),
            _ => Ok(targets),
        }
    }
}

fn exchanger(data: &RData) -> Option<(u16, String)> {
    match data {
        RData::MX(mx) => Some((mx.preference, mx.exchange.to_ascii().trim_end_matches('.').to_owned())),
        _ => None,
    }
}

/// The DNS of a listed domain may be repaired: tried again, and given up as "server not found".
fn missing(domain: &Domain, error: &NetError) -> Failure {
    Failure { status: "5.4.4".to_owned(), ..Failure::network(format!("DNS of {domain}: {error}")) }
}

async fn named(host: &str, port: u16) -> Result<Target, Failure> {
    let found = tokio::net::lookup_host((host, port)).await;
    let addresses: Vec<_> = found.map_err(|error| Failure::network(format!("{host}: {error}")))?.collect();
    Ok(Target { name: host.to_owned(), addresses })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domain(text: &str) -> Domain {
        Domain::parse(text).expect("a domain")
    }

    #[tokio::test]
    async fn our_domains_stay_here_the_table_comes_first_and_nothing_is_guessed() {
        let table = [(domain("voisin.mssante.test"), ("127.0.0.1".to_owned(), 20025))].into();
        let router = Router::new(Routes { table, dns: false }, vec![domain("pli.mssante.test")]);
        assert_eq!(router.destination(&domain("pli.mssante.test")), Destination::Here);
        let host = router.destination(&domain("voisin.mssante.test"));
        assert_eq!(host, Destination::Host("127.0.0.1".into(), 20025));
        let targets = router.targets(&host).await.expect("a target");
        assert_eq!(targets[0].addresses, ["127.0.0.1:20025".parse().expect("an address")]);
        let nowhere = router.destination(&domain("sub.voisin.mssante.test"));
        assert_eq!(nowhere, Destination::Nowhere);
        let failure = router.targets(&nowhere).await.expect_err("no route");
        assert_eq!((failure.kind, failure.status.as_str()), (Kind::Permanent, "5.4.4"));
    }
}
