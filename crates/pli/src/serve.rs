//! `pli serve`: one operator, from the configuration of its state folder.
//!
//! Requirements: SIM-02, SIM-12, PSC-18. In production it refuses everything that smells of the sandbox, with exit code 78.

use std::path::Path;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::clock::{self, ProcessClock};
use crate::config::{Config, vet};
use crate::control::server::Socket;
use crate::failure::{Failure, Outcome};
use crate::logs;
use crate::node::{Node, Sockets};
use crate::operator::Operator;
use crate::signals::{Asked, Signals};
use crate::state::StateDir;

pub async fn run(state: &StateDir) -> Outcome<()> {
    let mut signals = Signals::listen()?;
    let config = Config::read(&state.join(crate::config::FILE_NAME))?;
    logs::for_server(&config.log);
    if !config.is_sandbox() {
        refuse_lab_certificates(&config)?;
        refuse_simulator(&config).await?;
    }
    let _lock = state.lock()?;
    let sockets = Sockets::bind(&config)?;
    let operator = Operator::open(config, ProcessClock::default().shared(), clock::entropy()).await?;
    if !operator.config.is_sandbox() {
        refuse_personas(&operator).await?;
    }
    let node = Node::start(operator, sockets, clock::entropy()).await?;
    let control = Socket::bind(&state.socket())?;
    let stop = CancellationToken::new();
    let answering = tokio::spawn(control.answer(vec![node.clone()], stop.clone()));
    tracing::info!(domain = %node.operator.domain(), "ready");
    while signals.next().await == Asked::Reload {
        if let Err(failure) = node.reload().await {
            tracing::error!(%failure, "reload refused: the old certificates and lists stay in force");
        }
    }
    stop.cancel();
    node.stop().await;
    answering.abort();
    Ok(())
}

/// An anchor or our own certificate of the sandbox's CA has no place in production.
fn refuse_lab_certificates(config: &Config) -> Outcome<()> {
    let anchors = config.trust.anchors.get_ref().as_path();
    for file in [anchors, &config.tls.chain] {
        for name in certificate_names(file)? {
            if vet::is_lab_name(&name) {
                let help = "Installez les certificats IGC-Santé ; pour un bac à sable, écrivez mode = \"sandbox\".";
                let message = format!("{} : certificat de l'autorité d'essai ({name}), refusé en production", file.display());
                return Err(crate::config::problem::Problem::value(&config.source, Some(config.trust.anchors.span()), message, help).into());
            }
        }
    }
    Ok(())
}

/// Subjects and issuers of a PEM file.
fn certificate_names(path: &Path) -> Outcome<Vec<String>> {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;
    let wrong = |error: String| Failure::configuration(format!("{} : {error}", path.display()));
    let certificates = CertificateDer::pem_file_iter(path).map_err(|error| wrong(error.to_string()))?;
    let mut names = Vec::new();
    for certificate in certificates {
        let der = certificate.map_err(|error| wrong(error.to_string()))?;
        let (_, parsed) = x509_parser::parse_x509_certificate(&der).map_err(|error| wrong(error.to_string()))?;
        names.push(parsed.subject().to_string());
        names.push(parsed.issuer().to_string());
    }
    Ok(names)
}

/// A simulator says so in its discovery document. PSC being away is no reason not to start (PSC-24): logins fail closed by themselves.
async fn refuse_simulator(config: &Config) -> Outcome<()> {
    let (_, discovery) = config.psc_addresses();
    let client = reqwest::Client::builder().timeout(Duration::from_secs(3)).redirect(reqwest::redirect::Policy::none()).build();
    let Ok(client) = client else { return Ok(()) };
    let Ok(response) = client.get(&discovery).send().await else { return Ok(()) };
    let Ok(document) = response.json::<serde_json::Value>().await else { return Ok(()) };
    if vet::says_simulator(&document) {
        return Err(Failure::configuration(format!("{discovery} se déclare simulateur (pli_simulator) : refusé en production")));
    }
    Ok(())
}

/// A store that was filled by a demo cannot become a production one.
async fn refuse_personas(operator: &Operator) -> Outcome<()> {
    for mailbox in operator.store.mailboxes().await? {
        if let rules::mailbox::Bearer::Person { idnat, .. } = &mailbox.bearer
            && vet::is_test_person(idnat.as_str())
        {
            let message = format!("{} appartient à un personnage d'essai ({idnat}) : refusé en production", mailbox.address);
            return Err(Failure::configuration(message));
        }
    }
    Ok(())
}
