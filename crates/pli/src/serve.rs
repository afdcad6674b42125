//! `pli serve`: one operator, from the configuration of its state folder.
//!
//! Requirements: SIM-02, SIM-12, PSC-18. In production it refuses everything that smells of the sandbox (`serve/guard.rs`), exit code 78.

mod guard;

use tokio_util::sync::CancellationToken;

use crate::clock::{self, ProcessClock};
use crate::config::{Config, FILE_NAME};
use crate::control::server::Socket;
use crate::failure::Outcome;
use crate::logs;
use crate::node::{Node, Sockets};
use crate::operator::Operator;
use crate::signals::{Asked, Signals};
use crate::state::StateDir;

pub async fn run(state: &StateDir) -> Outcome<()> {
    let mut signals = Signals::listen()?;
    let config = Config::read(&state.join(FILE_NAME))?;
    logs::for_server(&config.log);
    if !config.is_sandbox() {
        guard::refuse_lab_certificates(&config)?;
        guard::refuse_simulator(&config).await?;
    }
    let _lock = state.lock()?;
    let sockets = Sockets::bind(&config)?;
    let operator = Operator::open(config, ProcessClock::default().shared(), clock::entropy()).await?;
    if !operator.config.is_sandbox() {
        guard::refuse_personas(&operator).await?;
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
