//! `pli demo`: everything on loopback, in one process, on invented people (the demo contract: README, `docs/vendors`).
//!
//! | file | what |
//! |---|---|
//! | `demo.rs` | start, clock moves, stop |
//! | `demo/ports.rs` | who listens where, from `--base-port` |
//! | `demo/pki.rs` | the laboratory's certificates, list and CRL under `DIR/pki` |
//! | `demo/settings.rs` | the `pli.toml` of each operator |
//! | `demo/people.rs` | personas and mailboxes, loaded through the store |
//! | `demo/accounts.rs` | the hospital's own login, the operator's API token |
//! | `demo/load.rs`, `demo/fill.rs` | `--bulk-mailboxes`, `--fill-mailbox` |
//! | `demo/psc.rs` | psc-sim, and the clock it moves |
//! | `demo/fresh.rs` | `--fresh` |
//! | `demo/facts.rs` | `DIR/demo.json` |
//! | `demo/page.rs`, `demo/tries.rs` | the page for humans, and the files its commands use |
//!
//! Nothing is written outside DIR (and, with PostgreSQL, outside two schemas named after it). A restart continues.

mod accounts;
mod facts;
mod fill;
mod fresh;
mod load;
mod page;
mod people;
mod pki;
mod ports;
mod psc;
mod settings;
mod tries;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use rules::{Domain, Moment};
use tokio_util::sync::CancellationToken;

use crate::clock::{self, ProcessClock};
use crate::control::server::Socket;
use crate::failure::{Failure, Outcome};
use crate::logs;
use crate::node::{Node, Sockets};
use crate::operator::Operator;
use crate::signals::{Asked, Signals};
use crate::state::{DEMO_OPERATORS, StateDir};
use ports::Ports;

/// Options of `pli demo`, besides `--dir`.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// Premier port : 25 devient BASE+25, 143 devient BASE+143…
    #[arg(long, value_name = "BASE", default_value_t = 20_000, value_parser = clap::value_parser!(u16).range(1024..=60_000))]
    pub base_port: u16,
    /// Repartir de rien
    #[arg(long)]
    pub fresh: bool,
    /// sqlite, ou postgres://… (un schéma par opérateur)
    #[arg(long, value_name = "BASE", default_value = "sqlite")]
    pub store: String,
    /// Où vont les grandes pièces : un dossier, ou s3://…
    #[arg(long, value_name = "OU")]
    pub blobs: Option<String>,
    /// Un autre fichier de personnages
    #[arg(long, value_name = "FICHIER")]
    pub personas: Option<PathBuf>,
    /// Rendre reproductible ce que le simulateur tire au sort
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Déclarer un domaine de plus dans la liste, avec le certificat du voisin, servi à cette adresse
    #[arg(long, value_name = "DOMAINE=HÔTE:PORT", value_parser = ports::Declared::parse)]
    pub declare: Vec<ports::Declared>,
    /// Ne pas imprimer la page d'accueil
    #[arg(long)]
    pub quiet: bool,
    /// Ajouter N boîtes u0000@…, chacune à une personne inventée
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub bulk_mailboxes: u32,
    /// Remplir une boîte de messages médicaux inventés
    #[arg(long, value_name = "ADRESSE:NOMBRE:GRAINE", value_parser = fill::Fill::parse)]
    pub fill_mailbox: Vec<fill::Fill>,
}

/// Runs until it is told to stop.
pub async fn run(state: &StateDir, options: Options) -> Outcome<()> {
    let mut signals = Signals::listen()?;
    if options.fresh {
        fresh::wipe(state).await?;
    }
    make_private(state.root())?;
    let _lock = state.lock()?;
    forget_old_facts(state);
    logs::to_file(&state.join("log"))?;
    let demo = Demo::start(state, &options).await?;
    let facts = facts::gather(&demo).await?;
    tries::write(state, &facts)?;
    facts::write(state, &facts)?;
    if !options.quiet {
        page::print(&facts, state)?;
    }
    let stop = CancellationToken::new();
    let control = Socket::bind(&state.socket())?;
    let answering = tokio::spawn(control.answer(demo.nodes.clone(), stop.clone()));
    while signals.next().await == Asked::Reload {
        demo.stage.refresh(&demo.nodes).await?;
    }
    stop.cancel();
    demo.stop().await;
    answering.abort();
    forget_old_facts(state);
    Ok(())
}

/// Scripts that wait for `demo.json` must not find that of a demo that is over, or was killed.
fn forget_old_facts(state: &StateDir) {
    // It may not be there at all.
    let _ = std::fs::remove_file(state.join("demo.json"));
}

/// A demo that runs.
pub struct Demo {
    nodes: Vec<Node>,
    stage: Arc<Stage>,
    ports: Ports,
    psc: psc::Running,
    personas: Arc<sandbox::Personas>,
    started: Moment,
    admin_tokens: Vec<String>,
}

/// What a moved clock changes: the clock itself, and what is signed with a date.
pub struct Stage {
    clock: ProcessClock,
    pki: pki::Pki,
    state: StateDir,
    /// One move at a time: two lists signed at once would overwrite each other.
    moving: tokio::sync::Mutex<()>,
}

impl Stage {
    /// Moves the clock of everybody, then signs list and CRL anew, so that only what the test is about ends.
    async fn advance(&self, by: Duration, nodes: &[Node]) -> Outcome<Moment> {
        let _one = self.moving.lock().await;
        self.clock.advance(by);
        self.state.keep_clock_offset(self.clock.offset()).map_err(|error| Failure::ours("horloge", error))?;
        self.refresh(nodes).await?;
        Ok(self.clock.shared().now())
    }

    async fn refresh(&self, nodes: &[Node]) -> Outcome<()> {
        self.pki.sign(self.clock.shared().now())?;
        for node in nodes {
            node.reload().await?;
        }
        Ok(())
    }
}

impl Demo {
    async fn start(state: &StateDir, options: &Options) -> Outcome<Self> {
        let clock = ProcessClock::with_offset(state.clock_offset());
        let started = clock.shared().now();
        let ports = Ports::from(options.base_port);
        let personas = Arc::new(people::read(options.personas.as_deref())?);
        let domains = people::domains(&personas)?;
        let pki = {
            let (dir, domains) = (state.join("pki"), domains.clone());
            let declared = options.declare.iter().map(|declared| declared.domain.clone()).collect();
            let made = tokio::task::spawn_blocking(move || pki::Pki::open(&dir, &domains, declared, started));
            made.await.map_err(|error| Failure::ours("certificats", error))??
        };
        pki.sign(started)?;
        settings::write(state, options, &ports, &domains, &pki)?;
        let configs = state.configs()?;
        let sockets = configs.iter().map(Sockets::bind).collect::<Outcome<Vec<_>>>()?;
        let stage = Arc::new(Stage { clock, pki, state: state.clone(), moving: tokio::sync::Mutex::new(()) });
        let psc = psc::Running::start(&ports, Arc::clone(&personas), &domains, &stage, options.seed).await?;
        let (mut nodes, mut admin_tokens) = (Vec::new(), Vec::new());
        for (config, sockets) in configs.into_iter().zip(sockets) {
            let operator = Operator::open(config, stage.clock.shared(), clock::entropy()).await?;
            people::load(&operator, &personas, &stage.pki.machine()?, started).await?;
            admin_tokens.push(accounts::admin_token(&operator, state, DEMO_OPERATORS[nodes.len()]).await?);
            nodes.push(Node::start(operator, sockets, clock::entropy()).await?);
        }
        psc.may_move(nodes.clone());
        accounts::load(&nodes[0].operator, &personas, psc.structure_issuer(), started).await?;
        load::bulk(&nodes[0].operator, options.bulk_mailboxes).await?;
        for fill in &options.fill_mailbox {
            fill::fill(&nodes, fill, started).await?;
        }
        Ok(Self { nodes, stage, ports, psc, personas, started, admin_tokens })
    }

    async fn stop(self) {
        self.psc.stop().await;
        // Both at once: each may take its whole grace period.
        let stopping: Vec<_> = self.nodes.iter().cloned().map(|node| tokio::spawn(async move { node.stop().await })).collect();
        for node in stopping {
            if let Err(error) = node.await {
                tracing::error!(%error, "an operator did not stop cleanly");
            }
        }
    }

    fn domain(&self, operator: usize) -> &Domain {
        self.nodes[operator].operator.domain()
    }
}

fn make_private(dir: &Path) -> Outcome<()> {
    use std::os::unix::fs::DirBuilderExt;
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.map_err(|error| Failure::configuration(format!("{} : {error}", dir.display())))?;
    for operator in DEMO_OPERATORS {
        let dir = dir.join(operator);
        std::fs::create_dir_all(&dir).map_err(|error| Failure::configuration(format!("{} : {error}", dir.display())))?;
    }
    Ok(())
}
