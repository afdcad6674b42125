//! Who listens where in a demo: the ports of the contract, from one base. Loopback only.

use std::net::{Ipv4Addr, SocketAddr};

use rules::Domain;

/// Distance between our ports and the second operator's.
const PEER: u16 = 100;

/// The ports of a demo.
#[derive(Debug, Clone, Copy)]
pub struct Ports {
    base: u16,
}

/// The ports of one operator.
#[derive(Debug, Clone, Copy)]
pub struct OperatorPorts {
    base: u16,
}

/// `--declare DOMAIN=HOST:PORT`: one more domain of the list, for a vendor's or an auditor's own server.
#[derive(Debug, Clone)]
pub struct Declared {
    pub domain: Domain,
    /// `host:port`.
    pub at: String,
}

impl Declared {
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("« {text} » : la forme attendue est DOMAINE=HÔTE:PORT");
        let (domain, at) = text.split_once('=').ok_or_else(wrong)?;
        let (_, port) = at.rsplit_once(':').ok_or_else(wrong)?;
        port.parse::<u16>().map_err(|_| wrong())?;
        Ok(Self { domain: Domain::parse(domain).map_err(|error| error.to_string())?, at: at.to_owned() })
    }
}

impl Ports {
    pub fn from(base: u16) -> Self {
        Self { base }
    }

    /// 0: ours; 1: the second operator.
    pub fn operator(self, index: usize) -> OperatorPorts {
        OperatorPorts { base: self.base + if index == 0 { 0 } else { PEER } }
    }

    /// psc-sim: the issuer.
    pub fn psc(self) -> SocketAddr {
        loopback(self.base + 90)
    }

    /// psc-sim: login and phone pages, another origin as in reality.
    pub fn psc_pages(self) -> SocketAddr {
        loopback(self.base + 91)
    }

    /// The login of a structure, as an OpenID Connect provider of its own.
    pub fn structure_idp(self) -> SocketAddr {
        loopback(self.base + 93)
    }

    /// The relay of ordinary e-mail, whose letters end in the outbox.
    pub fn relay(self) -> SocketAddr {
        loopback(self.base + 94)
    }
}

impl OperatorPorts {
    pub fn smtp(self) -> SocketAddr {
        loopback(self.base + 25)
    }

    pub fn submission(self) -> SocketAddr {
        loopback(self.base + 587)
    }

    pub fn submissions(self) -> SocketAddr {
        loopback(self.base + 465)
    }

    pub fn imap(self) -> SocketAddr {
        loopback(self.base + 143)
    }

    pub fn imaps(self) -> SocketAddr {
        loopback(self.base + 993)
    }

    /// Pages, API, FHIR.
    pub fn web(self) -> SocketAddr {
        loopback(self.base + 80)
    }
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ports_are_those_of_the_contract() {
        let ports = Ports::from(20_000);
        let (ours, peer) = (ports.operator(0), ports.operator(1));
        let all = |o: OperatorPorts| [o.smtp(), o.submission(), o.submissions(), o.imap(), o.imaps()].map(|a| a.port());
        assert_eq!(all(ours), [20_025, 20_587, 20_465, 20_143, 20_993]);
        assert_eq!(all(peer), [20_125, 20_687, 20_565, 20_243, 21_093]);
        assert_eq!((ports.psc().port(), ports.psc_pages().port(), ports.structure_idp().port()), (20_090, 20_091, 20_093));
        assert_eq!((ours.web().port(), peer.web().port()), (20_080, 20_180));
    }
}
