//! The configuration of one operator: a TOML file, read strictly (an unknown key is an error), explained well when it is wrong.
//!
//! | file | what |
//! |---|---|
//! | `config.rs` | the shape, and reading it |
//! | `config/tls.rs` | certificate files, and the host name of machines |
//! | `config/web.rs`, `config/notices.rs` | the pages; letters to people outside |
//! | `config/problem.rs` | an error that points at the line |
//! | `config/vet.rs` | what the shape cannot say: production refuses the sandbox (SIM-02) |
//!
//! Secrets are never in this file: only names of files that hold them (PSC-09). Reading it opens nothing and contacts nobody.

mod notices;
pub mod problem;
mod tls;
pub mod vet;
mod web;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rules::mailbox::NamingRule;
use rules::{Domain, Moment};
use serde::Deserialize;
use toml::Spanned;

pub use notices::Notices;
use problem::Problem;
pub use tls::Tls;
pub use web::{JwtAlg, Web, WebClient};

/// Name of the file in a state folder.
pub const FILE_NAME: &str = "pli.toml";

/// Everything an operator's node needs to know before it opens anything.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `production` when absent (SIM-02).
    #[serde(default)]
    pub mode: Mode,
    /// Domains hosted here; the first names the operator.
    pub domains: Vec<Domain>,
    /// Name in greetings and `Received`, e.g. `smtp.pli.mssante.fr`.
    pub host_name: Domain,
    pub listen: Listen,
    pub tls: Tls,
    pub trust: Trust,
    pub psc: Psc,
    pub store: Store,
    pub blobs: Blobs,
    pub terms: Terms,
    /// How mailboxes are called (CAB-04).
    #[serde(default)]
    pub naming: NamingRule,
    /// The pages and the API; needed when `listen.web` is set.
    #[serde(default)]
    pub web: Option<Web>,
    /// The operator's own table of who may own, hold or be lent a mailbox (DEL-12); Pli's when absent. One for the whole process.
    #[serde(default)]
    pub eligibility_file: Option<PathBuf>,
    #[serde(default)]
    pub indicators: Indicators,
    /// How people who have no mailbox here are written to about their accounts (LOC-06); they are not, without it.
    #[serde(default)]
    pub notices: Option<Notices>,
    #[serde(default)]
    pub limits: Limits,
    #[serde(default)]
    pub routes: Routes,
    #[serde(default)]
    pub log: Log,
    /// Synthetic people to load; the sandbox only (SIM-12).
    #[serde(default)]
    pub personas: Option<Spanned<PathBuf>>,
    /// Where the file was: relative paths begin there, and errors quote it.
    #[serde(skip)]
    pub source: Source,
}

/// The text of the file, for errors.
#[derive(Debug, Clone, Default)]
pub struct Source {
    pub path: PathBuf,
    pub text: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    #[default]
    Production,
    Sandbox,
}

/// Addresses to listen on; one that is absent is not opened (`--roles` will come on top).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listen {
    pub smtp: Option<SocketAddr>,
    pub submission: Option<SocketAddr>,
    pub submissions: Option<SocketAddr>,
    pub imap: Option<SocketAddr>,
    pub imaps: Option<SocketAddr>,
    /// Pages and API: TLS when `web.base_url` begins with `https://`.
    pub web: Option<SocketAddr>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trust {
    /// Anchors of IGC-Santé, PEM (TRU-34).
    pub anchors: Spanned<PathBuf>,
    pub intermediates: Option<PathBuf>,
    #[serde(default)]
    pub crls: Vec<PathBuf>,
    pub state: PathBuf,
    #[serde(default = "default_signers")]
    pub signers: Vec<String>,
    #[serde(default = "default_signer_issuer")]
    pub signer_issuer: String,
    /// The DN declared to ANS for our certificate, most specific first (TRU-14).
    pub own_dn: String,
    #[serde(default)]
    pub list: List,
}

fn default_signers() -> Vec<String> {
    vec!["alb.mssante.fr".to_owned()]
}

fn default_signer_issuer() -> String {
    "AC IGC-SANTE ELEMENTAIRE ORGANISATIONS".to_owned()
}

/// Where the white list comes from (TRU-01): an address, or a file that something else puts there.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    pub url: Option<String>,
    pub file: Option<PathBuf>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Psc {
    pub preset: Spanned<Preset>,
    pub issuer: Option<Spanned<String>>,
    pub discovery_url: Option<String>,
    pub client_id: String,
    pub client_secret_file: PathBuf,
    #[serde(default = "default_acr")]
    pub min_acr: String,
    pub azp_allowed: Option<Vec<String>>,
}

fn default_acr() -> String {
    "eidas1".to_owned()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    Prod,
    Bas,
    Sim,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "engine", rename_all = "lowercase", deny_unknown_fields)]
pub enum Store {
    Sqlite { path: PathBuf, kek_file: PathBuf },
    Postgres { url: String, schema: String, kek_file: PathBuf },
}

impl Store {
    pub fn kek_file(&self) -> &Path {
        match self {
            Self::Sqlite { kek_file, .. } | Self::Postgres { kek_file, .. } => kek_file,
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blobs {
    /// A folder, or `s3://bucket/prefix`.
    pub at: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    pub version: String,
    pub url: String,
    /// The text people accept, in the small part of Markdown that pages show; the program carries one for those who have none yet.
    pub file: Option<PathBuf>,
    /// In force from then on, `2026-01-01T00:00:00+01:00`; always when absent.
    #[serde(default, deserialize_with = "moment")]
    pub since: Option<Moment>,
}

fn moment<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Moment>, D::Error> {
    let text = String::deserialize(from)?;
    let wrong = || serde::de::Error::custom(format!("« {text} » n'est pas un moment comme 2026-01-01T00:00:00+01:00"));
    Moment::parse(&text).map(Some).ok_or_else(wrong)
}

/// The monthly figures (IND-51).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Indicators {
    /// Where the files of each month are written, on the 2nd of the next.
    pub dir: PathBuf,
}

impl Default for Indicators {
    fn default() -> Self {
        Self { dir: "indicators".into() }
    }
}

/// Limits; the defaults are those of trust-space §11 and TRU-29. Sizes in bytes, times in seconds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    pub inbound_bytes: u64,
    pub submission_bytes: u64,
    pub recipients: usize,
    pub connections_per_peer: usize,
    /// Open connections of one listener.
    pub connections: usize,
    pub expire_s: u64,
    pub expire_trust_s: u64,
    pub delay_warning_s: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            inbound_bytes: 52_428_800,
            submission_bytes: 36_700_160,
            recipients: 100,
            connections_per_peer: 20,
            connections: 4_000,
            expire_s: 48 * 3600,
            expire_trust_s: 4 * 3600,
            delay_warning_s: 4 * 3600,
        }
    }
}

impl Limits {
    pub fn smtp(&self) -> smtp::Limits {
        smtp::Limits {
            inbound_bytes: self.inbound_bytes,
            submission_bytes: self.submission_bytes,
            recipients: self.recipients,
            connections_per_peer: self.connections_per_peer,
            expire: Duration::from_secs(self.expire_s),
            expire_trust: Duration::from_secs(self.expire_trust_s),
            delay_warning: Duration::from_secs(self.delay_warning_s),
        }
    }
}

/// Where a domain's mail goes: a table (`"voisin.mssante.test" = "127.0.0.1:20125"`), then the DNS.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Routes {
    pub dns: bool,
    pub table: BTreeMap<Domain, String>,
}

impl Default for Routes {
    fn default() -> Self {
        Self { dns: true, table: BTreeMap::new() }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    pub json: bool,
    /// A filter like `info,smtp=debug`.
    pub filter: Option<String>,
}

impl Config {
    /// Reads and vets the file. Every problem found is in the error, each with its line.
    pub fn read(path: &Path) -> Result<Self, Problem> {
        let text = std::fs::read_to_string(path).map_err(|cause| Problem::unreadable(path, &cause))?;
        Self::parse(path, text)
    }

    /// The same from a text already read.
    pub fn parse(path: &Path, text: String) -> Result<Self, Problem> {
        let source = Source { path: path.to_owned(), text };
        let mut config: Self = toml::from_str(&source.text).map_err(|error| Problem::syntax(&source, &error))?;
        config.source = source;
        config.rebase();
        vet::vet(&config)?;
        Ok(config)
    }

    /// The domain that names this operator.
    pub fn domain(&self) -> &Domain {
        // `vet` refused an empty list; a clear answer all the same if somebody builds a `Config` by hand.
        self.domains.first().unwrap_or(&self.host_name)
    }

    pub fn is_sandbox(&self) -> bool {
        self.mode == Mode::Sandbox
    }

    /// Issuer and discovery address of PSC, from the preset unless overridden (identity §1.1).
    pub fn psc_addresses(&self) -> (String, String) {
        let issuer = match (&self.psc.issuer, self.psc.preset.get_ref()) {
            (Some(issuer), _) => issuer.get_ref().clone(),
            (None, Preset::Bas) => "https://auth.bas.psc.esante.gouv.fr/auth/realms/esante-wallet".to_owned(),
            (None, _) => "https://auth.esw.esante.gouv.fr/auth/realms/esante-wallet".to_owned(),
        };
        let discovery = self.psc.discovery_url.clone().unwrap_or_else(|| format!("{issuer}/.well-known/wallet-openid-configuration"));
        (issuer, discovery)
    }

    /// Relative paths begin at the folder of the file.
    fn rebase(&mut self) {
        let base = self.source.path.parent().map(Path::to_owned).unwrap_or_default();
        let at = |path: &mut PathBuf| *path = base.join(&*path);
        at(&mut self.tls.chain);
        at(&mut self.tls.key);
        self.tls.app.chain.iter_mut().chain(&mut self.tls.app.key).for_each(&at);
        at(self.trust.anchors.get_mut());
        self.trust.intermediates.iter_mut().for_each(at);
        self.trust.crls.iter_mut().for_each(at);
        at(&mut self.trust.state);
        self.trust.list.file.iter_mut().for_each(at);
        at(&mut self.psc.client_secret_file);
        at(&mut self.indicators.dir);
        self.eligibility_file.iter_mut().for_each(at);
        self.notices.iter_mut().filter_map(|notices| notices.password_file.as_mut()).for_each(at);
        self.terms.file.iter_mut().for_each(at);
        self.web.iter_mut().flat_map(|web| web.client.files()).for_each(at);
        match &mut self.store {
            Store::Sqlite { path, kek_file } => {
                at(path);
                at(kek_file);
            }
            Store::Postgres { kek_file, .. } => at(kek_file),
        }
        if !self.blobs.at.contains("://") {
            self.blobs.at = base.join(&self.blobs.at).to_string_lossy().into_owned();
        }
        if let Some(personas) = &mut self.personas {
            at(personas.get_mut());
        }
    }
}
