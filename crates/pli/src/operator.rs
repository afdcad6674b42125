//! One operator's facts, opened: store, trust space, clock. What commands act on, in the running process or alone.
//!
//! It listens nowhere and starts no task: that is `node`. Opening it twice at once on one state folder is prevented by `state::Lock`.

use std::path::Path;

use rules::{Clock, Domain, Entropy, Moment};
use store::Store;
use trust::TrustSpace;

use crate::config::{self, Config};
use crate::failure::{Failure, Outcome};

/// An operator with its doors closed. Cheap to clone.
#[derive(Clone)]
pub struct Operator {
    pub config: std::sync::Arc<Config>,
    pub store: Store,
    pub trust: TrustSpace,
    pub clock: Clock,
}

impl Operator {
    /// Opens (and migrates) the store, and re-verifies the stored white list (TRU-12).
    pub async fn open(config: Config, clock: Clock, entropy: Entropy) -> Outcome<Self> {
        adopt_table(&config)?;
        let store_config = store_config(&config, clock.now())?;
        let store = Store::open(store_config, entropy).await.map_err(|error| Failure::ours("ouverture de la base", error))?;
        let trust = open_trust(&config, clock.clone())?;
        Ok(Self { config: std::sync::Arc::new(config), store, trust, clock })
    }

    /// The DN declared for our certificate (TRU-14), in normal form.
    pub fn own_dn(&self) -> Outcome<trust::Dn> {
        let text = &self.config.trust.own_dn;
        trust::Dn::parse(text).map_err(|error| Failure::configuration(format!("trust.own_dn = « {text} » : {error}")))
    }

    /// The list in force gives this hosted domain to our certificate (TRU-14).
    pub fn declared(&self, domain: &Domain) -> bool {
        self.own_dn().is_ok_and(|dn| self.trust.snapshot().declares(domain, &dn))
    }

    /// The domain that names the operator.
    pub fn domain(&self) -> &Domain {
        self.config.domain()
    }

    pub fn hosts(&self, domain: &Domain) -> bool {
        self.config.domains.contains(domain)
    }
}

/// DEL-12: which professions and roles may do what is the operator's to say, in a table.
fn adopt_table(config: &Config) -> Outcome<()> {
    let Some(path) = &config.eligibility_file else { return Ok(()) };
    let wrong = |why: String| Failure::configuration(format!("{} : {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let table = rules::eligibility::Table::parse(&text).map_err(|error| wrong(error.to_string()))?;
    // A command run in the same process as another has the same configuration, hence the same table.
    let _ = rules::eligibility::adopt(table);
    Ok(())
}

fn store_config(config: &Config, now: Moment) -> Outcome<store::Config> {
    let kek = read_kek(config.store.kek_file())?;
    let engine = match &config.store {
        config::Store::Sqlite { path, .. } => {
            make_parent(path)?;
            store::Engine::Sqlite { path: path.clone() }
        }
        config::Store::Postgres { url, schema, .. } => store::Engine::Postgres { url: url.clone(), schema: schema.clone() },
    };
    let blobs = if config.blobs.at.contains("://") {
        store::Blobs::S3 { url: config.blobs.at.clone() }
    } else {
        store::Blobs::Local { dir: config.blobs.at.clone().into() }
    };
    let terms = &config.terms;
    Ok(store::Config {
        engine,
        blobs,
        kek,
        terms_version: terms.version.clone(),
        terms_text: terms_text(terms)?,
        terms_since: terms.since.unwrap_or(now),
        terms_url: terms.url.clone(),
        naming: config.naming.clone(),
    })
}

/// The words people accept: the operator's own, or those that the program carries.
fn terms_text(terms: &config::Terms) -> Outcome<String> {
    let Some(file) = &terms.file else { return Ok(web::default_terms().to_owned()) };
    std::fs::read_to_string(file).map_err(|error| Failure::configuration(format!("{} : {error}", file.display())))
}

fn make_parent(path: &Path) -> Outcome<()> {
    let Some(parent) = path.parent() else { return Ok(()) };
    std::fs::create_dir_all(parent).map_err(|error| Failure::configuration(format!("{} : {error}", parent.display())))
}

/// The key-encryption key: 64 hexadecimal digits in a file of its own.
fn read_kek(path: &Path) -> Outcome<[u8; 32]> {
    let wrong = |why: &str| Failure::configuration(format!("{} : {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| wrong(&error.to_string()))?;
    let mut key = [0; 32];
    hex::decode_to_slice(text.trim(), &mut key).map_err(|_| wrong("la clé de chiffrement doit tenir en 64 chiffres hexadécimaux"))?;
    Ok(key)
}

fn open_trust(config: &Config, clock: Clock) -> Outcome<TrustSpace> {
    let trust = &config.trust;
    std::fs::create_dir_all(&trust.state).map_err(|error| Failure::configuration(format!("{} : {error}", trust.state.display())))?;
    let settings = trust::space::Config {
        anchors: trust.anchors.get_ref().clone(),
        intermediates: trust.intermediates.clone(),
        crls: trust.crls.clone(),
        state_dir: trust.state.clone(),
        signers: trust.signers.clone(),
        signer_issuer: trust.signer_issuer.clone(),
        own: config.domains.iter().map(|domain| (domain.clone(), trust.own_dn.clone())).collect(),
    };
    TrustSpace::open(settings, clock).map_err(|error| Failure::configuration(format!("espace de confiance : {error}")))
}
