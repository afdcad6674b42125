//! Who may depend on whom (docs/architecture.md). Dependencies of tests are exempt: an oracle may be anything.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::Report;
use crate::tree::Tree;

/// Our crates, and which of ours each may use.
const ALLOWED: [(&str, &[&str]); 11] = [
    ("rules", &[]),
    ("message", &["rules"]),
    ("store", &["rules", "message"]),
    ("trust", &["rules"]),
    ("identity", &["rules"]),
    ("smtp", &["rules", "message", "store", "trust", "identity"]),
    ("imap", &["rules", "message", "store", "trust", "identity"]),
    ("directory", &["rules", "store"]),
    ("web", &["rules", "message", "store", "trust", "identity", "directory"]),
    ("sandbox", &["rules", "message", "trust"]),
    ("pli", &["rules", "message", "store", "trust", "identity", "smtp", "imap", "directory", "web", "sandbox"]),
];

/// Libraries that only some crates may use: what does I/O, SQL or HTTP stays where the house has it.
const ONLY_IN: [(&str, &[&str]); 9] = [
    ("rusqlite", &["store"]),
    ("tokio-postgres", &["store"]),
    ("deadpool-postgres", &["store"]),
    ("object_store", &["store"]),
    ("tokio", &["store", "identity", "smtp", "imap", "web", "sandbox", "pli"]),
    ("reqwest", &["identity", "pli"]),
    ("axum", &["web", "sandbox", "pli"]),
    ("hyper", &["web", "sandbox", "pli"]),
    ("clap", &["pli"]),
];

/// `rules` decides and does nothing else.
const PURE: [&str; 7] = ["serde", "serde_json", "thiserror", "jiff", "unicode-normalization", "sha2", "hex"];

#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    dependencies: BTreeMap<String, toml::Value>,
}

pub(super) fn check(tree: &Tree, report: &mut Report) {
    for file in tree.files.iter().filter(|file| file.path.ends_with("/Cargo.toml")) {
        let Some(krate) = file.krate() else { continue };
        match toml::from_str::<Manifest>(&file.text) {
            Ok(manifest) => report.faults.extend(judge(krate, manifest.dependencies.keys().map(String::as_str))),
            Err(fault) => report.faults.push(format!("{}: {fault}", file.path)),
        }
    }
}

fn judge<'a>(krate: &str, dependencies: impl Iterator<Item = &'a str>) -> Vec<String> {
    let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == krate) else {
        return vec![format!("crates/{krate}: not in the map of crates; give it a place in docs/architecture.md and in xtask")];
    };
    let mut faults = Vec::new();
    for dependency in dependencies {
        let ours = ALLOWED.iter().any(|(name, _)| *name == dependency);
        let exclusive = ONLY_IN.iter().find(|(name, _)| *name == dependency);
        let fits = match exclusive {
            _ if ours => allowed.contains(&dependency),
            Some((_, crates)) => crates.contains(&krate),
            None => krate != "rules" || PURE.contains(&dependency),
        };
        if !fits {
            faults.push(format!("crates/{krate}: may not depend on `{dependency}` (docs/architecture.md)"));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::judge;

    #[test]
    fn a_shell_may_use_tools_and_no_other_shell() {
        assert!(judge("imap", ["rules", "store", "tokio", "bytes"].into_iter()).is_empty());
        assert_eq!(judge("imap", ["smtp"].into_iter()).len(), 1);
        assert_eq!(judge("message", ["store"].into_iter()).len(), 1);
    }

    #[test]
    fn sql_stays_in_the_store_and_rules_stay_pure() {
        assert_eq!(judge("pli", ["rusqlite"].into_iter()).len(), 1);
        assert_eq!(judge("rules", ["serde", "tokio", "regex"].into_iter()).len(), 2);
    }

    #[test]
    fn a_crate_without_a_place_is_a_fault() {
        assert_eq!(judge("helpers", [].into_iter()).len(), 1);
    }
}
