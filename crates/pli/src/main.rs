//! The binary of Pli: command line in, exit code out. It wires; it decides nothing.
//!
//! | file | what |
//! |---|---|
//! | `cli` | the words of the command line |
//! | `clock` | the only reader of the system clock and of randomness |
//! | `config` | an operator's TOML file |
//! | `operator`, `node` | an operator opened; an operator running |
//! | `state`, `control` | the state folder, and the socket through which commands reach the running process |
//! | `commands` | one file a command |
//! | `serve`, `demo` | the two ways to run |
//! | `failure` | exit codes 1, 2, 78 |

mod cli;
mod clock;
mod commands;
mod config;
mod control;
mod demo;
mod failure;
mod logs;
mod node;
mod operator;
mod serve;
mod signals;
mod state;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use serde_json::Value;

use cli::{Cli, Common, Journal, Sim, Terms, Verb, Whitelist};
use failure::{Failure, Outcome};
use state::StateDir;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // Every TLS configuration of the process uses it; a second installation could only come from here.
    if rustls::crypto::aws_lc_rs::default_provider().install_default().is_err() {
        tracing::debug!("a TLS provider was installed already");
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return report(&Failure::ours("démarrage", error)),
    };
    let outcome = runtime.block_on(run(cli));
    // Sessions cut at the end of the grace period must not hold the process.
    runtime.shutdown_background();
    match outcome {
        Ok(code) => code,
        Err(failure) => report(&failure),
    }
}

fn report(failure: &Failure) -> ExitCode {
    // When even stderr is closed the exit code still speaks.
    let _ = writeln!(std::io::stderr(), "pli : {failure}");
    failure.exit_code()
}

async fn run(cli: Cli) -> Outcome<ExitCode> {
    let Cli { common, verb } = cli;
    let state = StateDir::at(&common.dir);
    let (value, table) = match verb.order() {
        Ok(order) => return carry_out(&state, &common, order).await,
        Err(Verb::Demo(options)) => return demo::run(&state, options).await.map(|()| ExitCode::SUCCESS),
        Err(Verb::Serve) => return serve::run(&state).await.map(|()| ExitCode::SUCCESS),
        Err(Verb::Whitelist(Whitelist::Synth(order))) => order.run(&state)?,
        Err(Verb::Sim(Sim::Token(order))) => order.run(&state).await?,
        Err(Verb::Sim(Sim::Psc(order))) => return order.run(&state, common.json).await.map(|()| ExitCode::SUCCESS),
        Err(Verb::Sim(Sim::Idp(order))) => return order.serve_idp(&state, common.json).await.map(|()| ExitCode::SUCCESS),
        Err(Verb::Journal(Journal::Verify(commands::journal::export::VerifyFile { file: Some(file) }))) => {
            let value = commands::journal::export::verify_file(&file)?;
            return judged(&common, &value, commands::show::facts(&value));
        }
        Err(Verb::Journal(Journal::CheckProof(order))) => {
            let value = order.run()?;
            return judged(&common, &value, commands::show::facts(&value));
        }
        Err(Verb::Terms(Terms::Publish(order))) => {
            return carry_out(&state, &common, commands::Order::TermsPublish(order.read()?)).await;
        }
        Err(other) => return Err(Failure::usage(format!("verbe incomplet : {other:?}"))),
    };
    print(&common, &value, &table)?;
    Ok(ExitCode::SUCCESS)
}

async fn carry_out(state: &StateDir, common: &Common, order: commands::Order) -> Outcome<ExitCode> {
    logs::to_stderr();
    let value = control::client::carry_out(state, common.operator.clone(), order.clone()).await?;
    print(common, &value, &order.table(&value))?;
    Ok(if order.failed(&value) { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// An answer that says `ok`; exit code 1 when it does not.
fn judged(common: &Common, value: &Value, table: String) -> Outcome<ExitCode> {
    print(common, value, &table)?;
    Ok(if value["ok"] == true { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// One JSON document, or the table. A closed pipe (`pli … | head`) is not an error.
fn print(common: &Common, value: &Value, table: &str) -> Outcome<()> {
    let mut out = std::io::stdout().lock();
    let written = if common.json { writeln!(out, "{value}") } else { writeln!(out, "{table}") };
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::ours("sortie", error)),
        _ => Ok(()),
    }
}
