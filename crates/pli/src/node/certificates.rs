//! The TLS configurations of an operator, swapped whole when the files change.
//!
//! Requirements: LPS-01, LPS-02, LPS-21, TRU-37. A connection keeps the configuration it began with. Keys are read here and never logged.

use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwap;
use rules::Domain;
use rustls::{ClientConfig, ServerConfig};
use trust::tls::{Doors, Identity, TlsError};

use crate::config::Tls;
use crate::failure::{Failure, Outcome};

/// The configurations made from our certificate. Cheap to clone.
#[derive(Clone)]
pub struct Certificates {
    operators: Arc<ArcSwap<ServerConfig>>,
    doors: Arc<ArcSwap<Doors>>,
    client: Arc<ArcSwap<ClientConfig>>,
}

impl Certificates {
    pub fn read(files: &Tls, host_name: &Domain) -> Outcome<Self> {
        let built = build(files, host_name)?;
        Ok(Self {
            operators: Arc::new(ArcSwap::from(built.operators)),
            doors: Arc::new(ArcSwap::from_pointee(built.doors)),
            client: Arc::new(ArcSwap::from(built.client)),
        })
    }

    /// All or none: a broken new file leaves the old certificates in service.
    pub fn reload(&self, files: &Tls, host_name: &Domain) -> Outcome<()> {
        let built = build(files, host_name)?;
        self.operators.store(built.operators);
        self.doors.store(Arc::new(built.doors));
        self.client.store(built.client);
        Ok(())
    }

    /// Port 25: a client certificate is asked for.
    pub fn operators(&self) -> Arc<ServerConfig> {
        self.operators.load_full()
    }

    /// 143, 587, 993, 465, pages and API: people by the ordinary name, machines by that of APP access.
    pub fn doors(&self) -> Doors {
        Doors::clone(&self.doors.load())
    }

    /// The courier's, which follows a swap by itself.
    pub fn client(&self) -> Arc<ArcSwap<ClientConfig>> {
        Arc::clone(&self.client)
    }
}

struct Built {
    operators: Arc<ServerConfig>,
    doors: Doors,
    client: Arc<ClientConfig>,
}

fn build(files: &Tls, host_name: &Domain) -> Outcome<Built> {
    let own = identity(&files.chain, &files.key)?;
    let wrong = |error: TlsError| Failure::configuration(format!("certificat {} : {error}", files.chain.display()));
    let people = trust::tls::people_server(&own).map_err(wrong)?;
    let machines = match (&files.app.chain, &files.app.key) {
        (Some(chain), Some(key)) => trust::tls::machine_server(&identity(chain, key)?)
            .map_err(|error| Failure::configuration(format!("certificat {} : {error}", chain.display())))?,
        (None, None) => trust::tls::machine_server(&own).map_err(wrong)?,
        _ => return Err(Failure::configuration("tls.app : chain et key vont ensemble")),
    };
    Ok(Built {
        operators: trust::tls::operator_server(&own).map_err(wrong)?,
        doors: Doors::new(people).with_machines(&files.app.name(host_name), machines),
        client: trust::tls::operator_client(&own).map_err(wrong)?,
    })
}

fn identity(chain: &Path, key: &Path) -> Outcome<Identity> {
    let read =
        |path: &Path| std::fs::read(path).map_err(|error| Failure::configuration(format!("certificat {} : {error}", path.display())));
    Ok(Identity { chain_pem: read(chain)?, key_pem: read(key)? })
}
