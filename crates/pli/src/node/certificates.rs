//! The TLS configurations of an operator, swapped whole when the files change.
//!
//! Requirements: LPS-01, LPS-02, TRU-37. A connection keeps the configuration it began with. Keys are read here and never logged.

use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::{ClientConfig, ServerConfig};
use trust::tls::{Identity, TlsError};

use crate::config::Tls;
use crate::failure::{Failure, Outcome};

/// The three configurations made from one certificate. Cheap to clone.
#[derive(Clone)]
pub struct Certificates {
    operators: Arc<ArcSwap<ServerConfig>>,
    people: Arc<ArcSwap<ServerConfig>>,
    client: Arc<ArcSwap<ClientConfig>>,
}

impl Certificates {
    pub fn read(files: &Tls) -> Outcome<Self> {
        let (operators, people, client) = build(files)?;
        Ok(Self {
            operators: Arc::new(ArcSwap::from(operators)),
            people: Arc::new(ArcSwap::from(people)),
            client: Arc::new(ArcSwap::from(client)),
        })
    }

    /// All three or none: a broken new file leaves the old certificate in service.
    pub fn reload(&self, files: &Tls) -> Outcome<()> {
        let (operators, people, client) = build(files)?;
        self.operators.store(operators);
        self.people.store(people);
        self.client.store(client);
        Ok(())
    }

    /// Port 25: a client certificate is asked for.
    pub fn operators(&self) -> Arc<ServerConfig> {
        self.operators.load_full()
    }

    /// 143, 587, 993, 465.
    pub fn people(&self) -> Arc<ServerConfig> {
        self.people.load_full()
    }

    /// The courier's, which follows a swap by itself.
    pub fn client(&self) -> Arc<ArcSwap<ClientConfig>> {
        Arc::clone(&self.client)
    }
}

type Three = (Arc<ServerConfig>, Arc<ServerConfig>, Arc<ClientConfig>);

fn build(files: &Tls) -> Outcome<Three> {
    let read = |path: &std::path::Path| {
        std::fs::read(path).map_err(|error| Failure::configuration(format!("certificat {} : {error}", path.display())))
    };
    let identity = Identity { chain_pem: read(&files.chain)?, key_pem: read(&files.key)? };
    let wrong = |error: TlsError| Failure::configuration(format!("certificat {} : {error}", files.chain.display()));
    Ok((
        trust::tls::operator_server(&identity).map_err(wrong)?,
        trust::tls::people_server(&identity).map_err(wrong)?,
        trust::tls::operator_client(&identity).map_err(wrong)?,
    ))
}
