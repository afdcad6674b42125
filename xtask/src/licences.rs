//! Every crate that is linked has a licence that `deny.toml` allows. The short form of `cargo deny check licenses`, for machines without it.

use std::process::Command;

use serde::Deserialize;

use crate::Report;

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    source: Option<String>,
}

#[derive(Deserialize)]
struct Deny {
    licenses: Licenses,
}

#[derive(Deserialize)]
struct Licenses {
    allow: Vec<String>,
}

/// Asks cargo for the packages of this platform and judges each.
pub fn run() -> Result<Report, String> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let deny = std::fs::read_to_string(format!("{root}/deny.toml")).map_err(|fault| format!("deny.toml: {fault}"))?;
    let allowed = toml::from_str::<Deny>(&deny).map_err(|fault| format!("deny.toml: {fault}"))?.licenses.allow;
    let metadata: Metadata = serde_json::from_slice(&ask_cargo(root)?).map_err(|fault| format!("cargo metadata: {fault}"))?;
    let mut report = Report::default();
    for package in &metadata.packages {
        if let Err(why) = judge(package, &allowed) {
            report.faults.push(format!("{} {}: {why}", package.name, package.version));
        }
    }
    report.summary = format!("licences: {} packages, {} not allowed", metadata.packages.len(), report.faults.len());
    Ok(report)
}

fn ask_cargo(root: &str) -> Result<Vec<u8>, String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let version = Command::new("rustc").arg("-vV").output().map_err(|fault| format!("rustc: {fault}"))?;
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).ok_or("rustc -vV names no host")?;
    let arguments = ["metadata", "--format-version", "1", "--locked", "--filter-platform", host];
    let output = Command::new(cargo).args(arguments).current_dir(root).output().map_err(|fault| format!("cargo metadata: {fault}"))?;
    if output.status.success() { Ok(output.stdout) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

fn judge(package: &Package, allowed: &[String]) -> Result<(), String> {
    let expression = package.license.as_deref().ok_or("declares no licence")?;
    if package.source.as_deref().is_some_and(|source| source.starts_with("git+")) {
        return Err("comes from a git repository".into());
    }
    if allows(expression, allowed) { Ok(()) } else { Err(format!("{expression} is not in deny.toml")) }
}

/// SPDX: OR of ANDs, with parentheses; the old `MIT/Apache-2.0` means OR.
fn allows(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    any(&words, &mut at, allowed)
}

fn any(words: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let mut holds = all(words, at, allowed);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        holds |= all(words, at, allowed);
    }
    holds
}

fn all(words: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let mut holds = one(words, at, allowed);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        holds &= one(words, at, allowed);
    }
    holds
}

fn one(words: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let Some(word) = words.get(*at) else { return false };
    *at += 1;
    if *word == "(" {
        let holds = any(words, at, allowed);
        *at += 1;
        return holds;
    }
    let mut name = (*word).to_owned();
    if words.get(*at) == Some(&"WITH") {
        name = format!("{word} WITH {}", words.get(*at + 1).unwrap_or(&""));
        *at += 2;
    }
    allowed.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::allows;

    #[test]
    fn a_choice_needs_one_allowed_licence_and_a_sum_needs_all() {
        let allowed = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "Unicode-3.0"].map(String::from);
        for good in ["MIT", "MIT OR GPL-3.0", "GPL-2.0/MIT", "(MIT OR Apache-2.0) AND Unicode-3.0", "Apache-2.0 WITH LLVM-exception OR X"] {
            assert!(allows(good, &allowed), "{good}");
        }
        for bad in ["AGPL-3.0", "MIT AND GPL-3.0", "(MIT OR Apache-2.0) AND OpenSSL", "MIT WITH X-exception", ""] {
            assert!(!allows(bad, &allowed), "{bad}");
        }
    }
}
