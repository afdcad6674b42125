//! Logs: lines to stderr or to `DIR/log`. Never a token, a subject, a body, a patient: the crates do not hand them over, and this file adds nothing.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Mutex;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::writer::BoxMakeWriter;

use crate::config::Log;
use crate::failure::{Failure, Outcome};

/// Where and how much: `PLI_LOG` (a filter like `info,smtp=debug`) beats the configuration.
fn filter(default: &str) -> EnvFilter {
    let text = std::env::var("PLI_LOG").unwrap_or_else(|_| default.to_owned());
    EnvFilter::try_new(&text).unwrap_or_else(|_| EnvFilter::new("info"))
}

/// A command speaks of warnings only.
pub fn to_stderr() {
    install(BoxMakeWriter::new(std::io::stderr), "warn", false);
}

/// A server writes to stderr: its supervisor keeps it.
pub fn for_server(log: &Log) {
    install(BoxMakeWriter::new(std::io::stderr), log.filter.as_deref().unwrap_or("info"), log.json);
}

/// The demo's page stays readable: its log is a file of the state folder.
pub fn to_file(path: &Path) -> Outcome<()> {
    let open = OpenOptions::new().create(true).append(true).mode(0o600).open(path);
    let file = open.map_err(|error| Failure::configuration(format!("{} : {error}", path.display())))?;
    install(BoxMakeWriter::new(Mutex::new(file)), "info", false);
    Ok(())
}

fn install(writer: BoxMakeWriter, default: &str, json: bool) {
    let lines = tracing_subscriber::fmt().with_env_filter(filter(default)).with_writer(writer).with_ansi(false);
    let installed = if json { lines.json().try_init() } else { lines.try_init() };
    if installed.is_err() {
        tracing::debug!("logs were set up already");
    }
}
