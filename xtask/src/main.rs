//! House rules made executable: `cargo xtask tidy`, `cargo xtask trace [--check]`, `cargo xtask licences`.
//!
//! Reads the sources of this workspace and nothing else; the only file it writes is `docs/conformity.md`.

mod licences;
mod source;
mod tidy;
mod trace;
mod tree;

use std::process::ExitCode;

use tree::Tree;

const HELP: &str = "cargo xtask tidy             house rules: layers, sizes, headers, doors, leftovers, SQL placeholders
cargo xtask trace [--check]  requirements <-> code <-> tests; writes docs/conformity.md, or checks that it is current
cargo xtask licences         every dependency's licence is in the list of deny.toml";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["tidy"] => Tree::read().map(|tree| tidy::run(&tree)),
        ["trace"] => Tree::read().and_then(|tree| trace::run(&tree, false)),
        ["trace", "--check"] => Tree::read().and_then(|tree| trace::run(&tree, true)),
        ["licences"] => licences::run(),
        _ => {
            println!("{HELP}");
            return if words.is_empty() || words == ["help"] { ExitCode::SUCCESS } else { ExitCode::from(2) };
        }
    };
    match outcome {
        Ok(report) => report.print(),
        Err(fault) => {
            eprintln!("xtask: {fault}");
            ExitCode::from(70)
        }
    }
}

/// What a task found. Faults fail the run, remarks do not.
#[derive(Debug, Default)]
pub struct Report {
    pub faults: Vec<String>,
    pub remarks: Vec<String>,
    pub summary: String,
}

impl Report {
    fn print(&self) -> ExitCode {
        for remark in &self.remarks {
            println!("note: {remark}");
        }
        for fault in &self.faults {
            println!("fault: {fault}");
        }
        println!("{}", self.summary);
        if self.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
