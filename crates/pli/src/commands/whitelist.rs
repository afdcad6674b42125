//! `pli whitelist show|fetch|load|verify|synth`.
//!
//! Requirements: TRU-02, TRU-06, TRU-09, TRU-13, TRU-20. Contacts of the list (personal data) are never shown.

use std::path::PathBuf;

use clap::Args;
use rules::{Author, Channel, Domain, Moment};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use trust::space::Loaded;

use super::moment;
use crate::clock::ProcessClock;
use crate::failure::{Failure, Outcome};
use crate::node::list::{self, Origin};
use crate::operator::Operator;
use crate::state::{StateDir, write_whole};

/// `whitelist show`.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Show {
    /// Ce domaine est-il dans la liste ?
    #[arg(value_name = "DOMAINE")]
    pub domain: Option<Domain>,
}

/// `whitelist load`.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Load {
    #[arg(value_name = "FICHIER", value_parser = absolute)]
    pub file: PathBuf,
    /// Accepter une liste plus ancienne que celle en vigueur (avec --reason)
    #[arg(long, requires = "reason")]
    #[serde(default)]
    pub allow_older: bool,
    /// Pourquoi
    #[arg(long, value_name = "TEXTE")]
    pub reason: Option<String>,
    /// Qui, chez l'opérateur, fait ce geste
    #[arg(long, value_name = "LOGIN", default_value = "cli")]
    pub staff: String,
}

/// The running process may have another current folder.
fn absolute(text: &str) -> Result<PathBuf, String> {
    std::path::absolute(text).map_err(|error| error.to_string())
}

impl Show {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        let (status, snapshot) = (operator.trust.status(), operator.trust.snapshot());
        let about = |domain: &Domain| json!({"domain": domain, "listed": snapshot.lists(domain), "dns": snapshot.dns_of(domain)});
        let mut shown = json!({
            "generated": status.generated.map(|at| at.to_string()), "verified": status.verified_at.map(|at| at.to_string()),
            "freshness": format!("{:?}", status.freshness).to_lowercase(), "sha256": status.sha256,
            "signer": status.signer.map(|(name, _)| name), "entries": status.entries, "domains": status.domains,
            "set_aside": status.set_aside, "held": status.held.map(|held| held.reason),
            "own": operator.config.domains.iter().map(about).collect::<Vec<_>>(),
        });
        if let Some(domain) = self.domain {
            shown["domain"] = about(&domain);
        }
        Ok(shown)
    }
}

impl Load {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        let unreadable = |error: std::io::Error| Failure::usage(format!("{} : {error}", self.file.display()));
        let bytes = tokio::fs::read(&self.file).await.map_err(unreadable)?;
        let source = self.file.display().to_string();
        let origin = Origin {
            source: &source,
            author: Author::staff(&self.staff),
            channel: Channel::Cli,
            allow_older: self.reason.as_deref().filter(|_| self.allow_older),
        };
        let loaded = list::load(operator, bytes, origin).await?;
        shown(&loaded)
    }
}

/// `whitelist approve`: puts the held list in force.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Approve {
    /// Pourquoi
    #[arg(long, value_name = "TEXTE")]
    pub reason: String,
    /// Qui, chez l'opérateur, fait ce geste
    #[arg(long, value_name = "LOGIN", default_value = "cli")]
    pub staff: String,
}

impl Approve {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        let author = Author::staff(&self.staff);
        let origin = Origin { source: "approved", author, channel: Channel::Cli, allow_older: Some(&self.reason) };
        shown(&list::approve(operator, origin).await?)
    }
}

/// `whitelist verify`: as `load`, and nothing is installed.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Verify {
    #[arg(value_name = "FICHIER", value_parser = absolute)]
    pub file: PathBuf,
}

impl Verify {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        let bytes = tokio::fs::read(&self.file).await.map_err(|error| Failure::usage(format!("{} : {error}", self.file.display())))?;
        let trust = operator.trust.clone();
        let verified = tokio::task::spawn_blocking(move || trust.rehearse(&bytes)).await;
        shown(&verified.map_err(|error| Failure::ours("liste blanche", error))??)
    }
}

/// `whitelist synth`: a list of the real one's size and irregularities, signed by the laboratory of this folder (TRU-20).
#[derive(Debug, Clone, Args)]
pub struct Synth {
    /// La même graine donne les mêmes octets
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    #[arg(long, value_name = "N", default_value_t = trust::synth::REAL)]
    pub entries: usize,
    /// Date de génération ; maintenant par défaut
    #[arg(long, value_name = "T", value_parser = moment)]
    pub generated: Option<Moment>,
    /// Où l'écrire
    #[arg(long, value_name = "FICHIER")]
    pub out: PathBuf,
}

impl Synth {
    pub fn run(self, state: &StateDir) -> Outcome<(Value, String)> {
        let pki = state.join("pki");
        let read = |name: &str| {
            std::fs::read_to_string(pki.join(name)).map_err(|error| {
                Failure::configuration(format!(
                    "{} : {error} ; lancez « pli demo » d'abord : sa liste a un signataire",
                    pki.join(name).display()
                ))
            })
        };
        let signer = trust::pki::Leaf { cert_pem: read("signataire.pem")?, key_pem: read("signataire.key")? };
        let generated = self.generated.unwrap_or_else(|| ProcessClock::with_offset(state.clock_offset()).shared().now());
        let list =
            trust::synth::list(self.seed, self.entries, generated, &signer).map_err(|fault| Failure::refused(fault.code, fault.detail))?;
        write_whole(&self.out, &list).map_err(|error| Failure::usage(format!("{} : {error}", self.out.display())))?;
        let value = json!({"file": self.out, "bytes": list.len(), "entries": self.entries, "generated": generated.to_string()});
        let table = super::show::facts(&value);
        Ok((value, table))
    }
}

/// `whitelist fetch`: from the configured source, through the same verification.
pub async fn fetch(operator: &Operator) -> Outcome<Value> {
    shown(&list::take(operator).await?)
}

/// A list held for approval is not in force: the command did not succeed (TRU-10).
fn shown(loaded: &Loaded) -> Outcome<Value> {
    if let Some(why) = &loaded.held {
        return Err(Failure::refused("LB-REDUITE", format!("liste retenue pour approbation : {why}")));
    }
    Ok(json!({
        "unchanged": loaded.unchanged, "generated": loaded.generated.to_string(), "entries": loaded.entries, "domains": loaded.domains,
        "added": loaded.added, "removed": loaded.removed, "changed": loaded.changed, "set_aside": loaded.set_aside,
    }))
}
