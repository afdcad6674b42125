//! Load driver for any SMTP and IMAP server on loopback: Pli, or a Postfix + Dovecot peer, in the same sitting.
//!
//! Three measures: `deliver` (durable delivery, counted when readable), `idle` (delivery to IDLE wake-up), `memory` (of idle sessions).
//! It prints one JSON line a run and a last one with min, median and max. Loopback only.

#![allow(clippy::disallowed_methods, reason = "a driver measures with the machine's clock")]

mod imap;
mod line;
mod measure;
mod process;
mod smtp;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Load driver: the same measures against any mail server on loopback.
#[derive(Parser)]
struct Options {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    server: Server,
    /// Runs of the measure.
    #[arg(long, default_value_t = 5, global = true)]
    runs: usize,
}

/// Where the server is, and how to enter.
#[derive(clap::Args)]
struct Server {
    /// Port of SMTP with STARTTLS and a client certificate.
    #[arg(long, default_value_t = 20025, global = true)]
    smtp: u16,
    /// Port of IMAP with implicit TLS.
    #[arg(long, default_value_t = 20993, global = true)]
    imap: u16,
    /// Client certificate and key, PEM.
    #[arg(long, default_value = "pli-demo/pki/voisin.pem", global = true)]
    cert: PathBuf,
    #[arg(long, default_value = "pli-demo/pki/voisin.key", global = true)]
    key: PathBuf,
    /// Envelope sender.
    #[arg(long, default_value = "cardiologie@voisin.mssante.test", global = true)]
    sender: String,
    /// Recipients: `{n}` becomes a number of four digits.
    #[arg(long, default_value = "u{n}@pli.mssante.test", global = true)]
    mailbox: String,
    /// First number, and how many mailboxes.
    #[arg(long, default_value_t = 0, global = true)]
    first: usize,
    #[arg(long, default_value_t = 16, global = true)]
    mailboxes: usize,
    /// Control API of the identity sandbox (`http://127.0.0.1:PORT/sim`): tokens are minted there and XOAUTH2 is used. Without it: AUTH PLAIN.
    #[arg(long, global = true)]
    control: Option<String>,
    #[arg(long, default_value = "pass", global = true)]
    password: String,
    /// Pids (or pid files) of the server's root processes, for CPU and memory.
    #[arg(long, global = true)]
    pid: Vec<String>,
}

#[derive(Subcommand)]
enum What {
    /// Durable deliveries a second, counted when every message is readable.
    Deliver {
        #[arg(long, default_value_t = 16)]
        connections: usize,
        #[arg(long, default_value_t = 2000)]
        messages: usize,
        /// Bytes of a message.
        #[arg(long, default_value_t = 10_240)]
        size: usize,
    },
    /// From the final dot to the IDLE wake-up of another session, milliseconds.
    Idle {
        #[arg(long, default_value_t = 50)]
        messages: usize,
        #[arg(long, default_value_t = 10_240)]
        size: usize,
    },
    /// KiB (PSS) of the server for each idle session.
    Memory {
        #[arg(long, default_value_t = 1000)]
        sessions: usize,
    },
}

fn main() -> std::io::Result<()> {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(measure::run(&options))
}
