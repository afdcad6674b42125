//! `pli check`: is this operator fit to go live? Configuration, certificate, list, journal heads; every finding in words.
//!
//! Requirements: TRU-11, TRU-14, LPS-01, SIM-02. Reading the configuration already refused what cannot be accepted (exit 78).

use std::path::Path;

use serde_json::{Value, json};

use super::show;
use crate::failure::Outcome;
use crate::node::certificates::Certificates;
use crate::operator::Operator;

pub async fn run(operator: &Operator) -> Outcome<Value> {
    let findings = [configuration(operator), certificate(operator), list(operator), blobs(operator)];
    let ok = findings.iter().flatten().all(|finding| finding["ok"] == Value::Bool(true));
    let findings: Vec<Value> = findings.into_iter().flatten().collect();
    Ok(json!({"ok": ok, "operator": operator.domain(), "findings": findings}))
}

fn finding(what: &str, ok: bool, text: impl Into<String>) -> Value {
    json!({"what": what, "ok": ok, "text": text.into()})
}

fn configuration(operator: &Operator) -> Vec<Value> {
    let config = &operator.config;
    let mode = if config.is_sandbox() { "bac à sable : jamais pour de vrais patients" } else { "production" };
    vec![finding("configuration", true, format!("{} ({mode})", config.source.path.display()))]
}

/// The certificate and its key go together, and the DN declared to ANS is in the list for each hosted domain.
fn certificate(operator: &Operator) -> Vec<Value> {
    match Certificates::read(&operator.config.tls, &operator.config.host_name) {
        Ok(_) => vec![finding("certificat", true, operator.config.tls.chain.display().to_string())],
        Err(failure) => vec![finding("certificat", false, failure.to_string())],
    }
}

fn list(operator: &Operator) -> Vec<Value> {
    let snapshot = operator.trust.snapshot();
    let fresh = match snapshot.fresh(operator.clock.now()) {
        Ok(()) => finding("liste blanche", true, "présente et vérifiée"),
        Err(refusal) => finding("liste blanche", false, refusal.french()),
    };
    let domain = |domain: &rules::Domain| {
        let declared = operator.declared(domain);
        let text = if declared { "est déclaré avec notre certificat" } else { "n'est pas déclaré avec notre certificat" };
        finding("domaine", declared, format!("le domaine {domain} {text}"))
    };
    [fresh].into_iter().chain(operator.config.domains.iter().map(domain)).collect()
}

fn blobs(operator: &Operator) -> Vec<Value> {
    let at = &operator.config.blobs.at;
    if at.contains("://") {
        return vec![finding("pièces", true, format!("stockage d'objets {at}"))];
    }
    let writable = std::fs::create_dir_all(at).and_then(|()| probe(Path::new(at)));
    match writable {
        Ok(()) => vec![finding("pièces", true, at.clone())],
        Err(error) => vec![finding("pièces", false, format!("{at} : {error}"))],
    }
}

fn probe(dir: &Path) -> std::io::Result<()> {
    let file = dir.join(".pli-check");
    std::fs::write(&file, b"")?;
    std::fs::remove_file(file)
}

pub fn table(value: &Value) -> String {
    let rows = value.get("findings").cloned().unwrap_or_default();
    show::table(&rows, &[("QUOI", "what"), ("BON", "ok"), ("CONSTAT", "text")])
}
