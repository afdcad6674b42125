//! `cargo xtask tidy`: the house rules that a machine can check. Each rule is one function from the tree to faults, in a file of its own.

mod layers;
mod leftovers;
mod links;
mod shape;
mod sql;

use crate::Report;
use crate::tree::Tree;

/// Runs every rule.
pub fn run(tree: &Tree) -> Report {
    let mut report = Report::default();
    layers::check(tree, &mut report);
    shape::check(tree, &mut report);
    leftovers::check(tree, &mut report);
    sql::check(tree, &mut report);
    links::check(tree, &mut report);
    report.summary = format!("tidy: {} files, {} faults, {} notes", tree.files.len(), report.faults.len(), report.remarks.len());
    report
}
