//! `pli sim`: a Pro Santé Connect token of the sandbox, or a simulator alone, for tests and for software vendors.
//!
//! Requirements: SIM-01, SIM-02, SIM-03, SIM-08. `token` asks the control API of the running demo and prints the token to stdout and nowhere else (PSC-12);
//! `psc` and `idp` serve until they are told to stop, on this machine only unless `--lab`, and never beside a production configuration.

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use rules::Entropy;
use sandbox::Personas;
use sandbox::idp::{IdpConfig, StructureIdp};
use sandbox::psc::{PscSim, SimConfig, SimError, read_clients};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::clock::{self, ProcessClock};
use crate::config::FILE_NAME;
use crate::failure::{Failure, Outcome};
use crate::logs;
use crate::signals::{Asked, Signals};
use crate::state::StateDir;

/// Ports of the stand-alone simulators (SIM-03): the issuer; its pages are on the next one.
const PSC_PORT: u16 = 9443;
const IDP_PORT: u16 = 9446;

#[derive(Debug, Clone, Args)]
pub struct Token {
    /// P04, nadia.sureau ou un IdNat
    #[arg(long, value_name = "QUI")]
    pub persona: String,
    /// Le logiciel qui se connecte
    #[arg(long, value_name = "CLIENT", default_value = "lps-demo")]
    pub client: String,
    /// Durée en secondes (120 comme en vrai, 600 au plus pour être accepté)
    #[arg(long, value_name = "S")]
    pub ttl: Option<u32>,
    /// Imprimer la ligne base64 de SASL XOAUTH2 pour cette boîte
    #[arg(long, value_name = "ADRESSE")]
    pub xoauth2: Option<String>,
}

impl Token {
    pub async fn run(self, state: &StateDir) -> Outcome<(Value, String)> {
        let control = control_address(state)?;
        let key = if self.persona.bytes().next().is_some_and(|b| b.is_ascii_digit()) { "idnat" } else { "persona" };
        let mut body = json!({key: self.persona, "client": self.client});
        if let Some(ttl) = self.ttl {
            body["ttl_s"] = ttl.into();
        }
        let broken = |error: reqwest::Error| Failure::ours("simulateur", error);
        let request = reqwest::Client::new().post(format!("{control}/token")).header("X-Pli-Sim", "1").json(&body);
        let response = request.send().await.map_err(broken)?;
        if !response.status().is_success() {
            let status = response.status();
            let why = response.text().await.unwrap_or_default();
            return Err(Failure::refused("SIMULATEUR", format!("le simulateur répond {status} : {why}")));
        }
        let answer: Value = response.json().await.map_err(broken)?;
        let token = answer["access_token"].as_str().ok_or_else(|| Failure::refused("SIMULATEUR", "réponse sans jeton"))?;
        let printed = match &self.xoauth2 {
            Some(mailbox) => sandbox::xoauth2(mailbox, token),
            None => token.to_owned(),
        };
        Ok((answer, printed))
    }
}

fn control_address(state: &StateDir) -> Outcome<String> {
    let path = state.join("demo.json");
    let absent = || Failure::configuration(format!("{} : pas de démonstration en marche ici (pli demo --dir …)", path.display()));
    let text = std::fs::read_to_string(&path).map_err(|_| absent())?;
    let facts: Value = serde_json::from_str(&text).map_err(|_| absent())?;
    facts["psc"]["control"].as_str().map(str::to_owned).ok_or_else(absent)
}

/// What every stand-alone simulator is told.
#[derive(Debug, Clone, Args)]
pub struct Standalone {
    /// Où écouter, sur cette machine (psc : 127.0.0.1:9443, et le port suivant pour ses pages ; idp : 127.0.0.1:9446)
    #[arg(long, value_name = "ADRESSE:PORT")]
    pub listen: Option<SocketAddr>,
    /// Un autre fichier de personnages
    #[arg(long, value_name = "FICHIER")]
    pub personas: Option<PathBuf>,
    /// Rendre reproductible ce qui est tiré au sort
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Servir un réseau de laboratoire, hors de cette machine
    #[arg(long)]
    pub lab: bool,
}

#[derive(Debug, Clone, Args)]
pub struct Psc {
    #[command(flatten)]
    pub standalone: Standalone,
    /// Valider les demandes e-CPS sans attendre le téléphone
    #[arg(long)]
    pub auto_approve: bool,
    /// D'autres logiciels, en plus de ceux du bac à sable (un tableau JSON)
    #[arg(long, value_name = "FICHIER")]
    pub clients: Option<PathBuf>,
}

impl Psc {
    /// Serves Pro Santé Connect until told to stop.
    pub async fn run(self, state: &StateDir, as_json: bool) -> Outcome<()> {
        let ready = self.standalone.prepare(state)?;
        let at = self.standalone.address(PSC_PORT);
        // Port 0 asks for any port, for the pages too.
        let pages = SocketAddr::new(at.ip(), if at.port() == 0 { 0 } else { at.port().saturating_add(1) });
        let (clock, entropy) = (ready.clock, self.standalone.entropy());
        let mut config = SimConfig {
            personas: ready.personas,
            auto_approve: self.auto_approve,
            lab: self.standalone.lab,
            ..SimConfig::new(bind(at).await?, bind(pages).await?, clock.shared(), entropy)
        };
        config.on_clock = Arc::new(move |by| clock.advance(by));
        if let Some(file) = &self.clients {
            let text = read(file)?;
            config.clients.extend(read_clients(&text).map_err(|error| Failure::configuration(format!("{} : {error}", file.display())))?);
        }
        let sim = PscSim::start(config).await.map_err(refused)?;
        let facts = [
            ("issuer", sim.issuer().to_owned()),
            ("discovery", sim.discovery_url()),
            ("login_page", sim.login_page().to_owned()),
            ("phone", sim.phone_template()),
            ("outbox", sim.outbox_page()),
            ("control", sim.control().to_owned()),
        ];
        announce("Pro Santé Connect", &facts, as_json)?;
        until_stopped(ready.signals).await;
        sim.stop().await;
        Ok(())
    }
}

/// What a simulator starts from.
struct Ready {
    signals: Signals,
    clock: ProcessClock,
    personas: Arc<Personas>,
}

impl Standalone {
    /// Serves the structure's own login until told to stop.
    pub async fn serve_idp(self, state: &StateDir, as_json: bool) -> Outcome<()> {
        let ready = self.prepare(state)?;
        let config = IdpConfig {
            listener: bind(self.address(IDP_PORT)).await?,
            personas: ready.personas,
            clock: ready.clock.shared(),
            entropy: self.entropy(),
            lab: self.lab,
        };
        let idp = StructureIdp::start(config).await.map_err(refused)?;
        let discovery = format!("{}/.well-known/openid-configuration", idp.issuer());
        let facts = [("issuer", idp.issuer().to_owned()), ("discovery", discovery), ("control", idp.control().to_owned())];
        announce("connexion d'un établissement", &facts, as_json)?;
        until_stopped(ready.signals).await;
        idp.stop().await;
        Ok(())
    }

    fn prepare(&self, state: &StateDir) -> Outcome<Ready> {
        never_in_production(state)?;
        logs::to_stderr();
        let personas = match &self.personas {
            None => Personas::shipped(),
            Some(file) => Personas::read(&read(file)?).map_err(|error| Failure::configuration(format!("{} : {error}", file.display())))?,
        };
        Ok(Ready { signals: Signals::listen()?, clock: ProcessClock::default(), personas: Arc::new(personas) })
    }

    fn address(&self, port: u16) -> SocketAddr {
        self.listen.unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
    }

    fn entropy(&self) -> Entropy {
        self.seed.map_or_else(clock::entropy, Entropy::seeded)
    }
}

/// A folder that holds a production configuration, or one that cannot be read, starts no simulator.
fn never_in_production(state: &StateDir) -> Outcome<()> {
    if !state.join(FILE_NAME).exists() {
        return Ok(());
    }
    if state.configs()?.iter().all(crate::config::Config::is_sandbox) {
        return Ok(());
    }
    let path = state.join(FILE_NAME);
    Err(Failure::configuration(format!(
        "{} est une configuration de production : le simulateur n'y démarre pas (--dir pour un autre dossier)",
        path.display()
    )))
}

fn refused(error: SimError) -> Failure {
    match error {
        SimError::NotLoopback(at) => Failure::configuration(format!(
            "simulateur : {at} n'est pas une adresse de cette machine. Écoutez sur 127.0.0.1, ou ajoutez --lab et une adresse que les autres connaissent"
        )),
        other => Failure::ours("simulateur", other),
    }
}

fn read(file: &std::path::Path) -> Outcome<String> {
    std::fs::read_to_string(file).map_err(|error| Failure::configuration(format!("{} : {error}", file.display())))
}

async fn bind(at: SocketAddr) -> Outcome<TcpListener> {
    TcpListener::bind(at).await.map_err(|error| Failure::configuration(format!("simulateur : impossible d'écouter sur {at} : {error}")))
}

/// Says where everything is: one JSON line, or a few for people.
fn announce(what: &str, facts: &[(&str, String)], as_json: bool) -> Outcome<()> {
    let mut out = std::io::stdout().lock();
    let written = if as_json {
        let facts: serde_json::Map<String, Value> = facts.iter().map(|(name, at)| ((*name).to_owned(), at.clone().into())).collect();
        writeln!(out, "{}", Value::Object(facts))
    } else {
        // Red ground: nobody may take this for the real one.
        let lines: String = facts.iter().map(|(name, at)| format!("  {name:<10} {at}\n")).collect();
        writeln!(out, "\u{1b}[41;97m SIMULATEUR \u{1b}[0m {what}, avec des personnes inventées. Ctrl-C pour arrêter.\n{lines}")
    };
    written.and_then(|()| out.flush()).map_err(|error| Failure::ours("sortie", error))
}

async fn until_stopped(mut signals: Signals) {
    while signals.next().await == Asked::Reload {}
}
