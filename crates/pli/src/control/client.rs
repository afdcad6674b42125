//! The command line's side: ask the running process, or, when none runs, open the folder and act alone.

use std::io::ErrorKind;

use rules::Domain;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;

use super::server::ShortPath;
use super::{Request, Response, execute};
use crate::clock::{self, ProcessClock};
use crate::commands::Order;
use crate::failure::{Failure, Outcome};
use crate::operator::Operator;
use crate::state::StateDir;

/// Has an order executed, by whoever may write in this folder now.
pub async fn carry_out(state: &StateDir, operator: Option<Domain>, order: Order) -> Outcome<Value> {
    let request = Request { operator, order };
    match connect(state).await? {
        Some(stream) => ask(stream, &request).await,
        None => alone(state, request).await,
    }
}

/// `None` when nobody listens: no socket, or one left by a process that was killed.
async fn connect(state: &StateDir) -> Outcome<Option<UnixStream>> {
    let path = state.socket();
    let wrong = |error: std::io::Error| Failure::ours("socket de commande", error);
    let short = match ShortPath::of(&path) {
        Ok(short) => short,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(wrong(error)),
    };
    match UnixStream::connect(short.as_path()).await {
        Ok(stream) => Ok(Some(stream)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => Ok(None),
        Err(error) => Err(wrong(error)),
    }
}

async fn ask(stream: UnixStream, request: &Request) -> Outcome<Value> {
    let broken = |error: &dyn std::fmt::Display| Failure::ours("socket de commande", error);
    let (reading, mut writing) = stream.into_split();
    let mut line = serde_json::to_vec(request).map_err(|error| broken(&error))?;
    line.push(b'\n');
    writing.write_all(&line).await.map_err(|error| broken(&error))?;
    let mut answer = Vec::new();
    BufReader::new(reading).read_until(b'\n', &mut answer).await.map_err(|error| broken(&error))?;
    if answer.is_empty() {
        return Err(broken(&"le processus s'est arrêté sans répondre"));
    }
    serde_json::from_slice::<Response>(&answer).map_err(|error| broken(&error))?.into()
}

async fn alone(state: &StateDir, request: Request) -> Outcome<Value> {
    let configs = state.configs()?;
    let _lock = state.lock()?;
    // Only a sandbox has a clock that can have been moved.
    let offset = if configs.iter().all(crate::config::Config::is_sandbox) { state.clock_offset() } else { 0 };
    let clock = ProcessClock::with_offset(offset).shared();
    let mut operators = Vec::new();
    for config in configs {
        operators.push(Operator::open(config, clock.clone(), clock::entropy()).await?);
    }
    let outcome = execute(&operators, request).await;
    for operator in &operators {
        operator.store.close().await;
    }
    outcome
}
