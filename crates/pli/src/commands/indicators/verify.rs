//! `pli indicators verify`: do the files in a folder still say what the journal says?
//!
//! Requirements: IND-51, IND-50. Every file is compared with the hash of its manifest; the last edition of each month is computed again and compared to
//! the byte; the journal itself is verified. It changes nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};
use clap::Args;
use rules::Moment;
use rules::usage::{File, Format, Manifest, Month, csv, file_name};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::Store;

use super::absolute;
use crate::failure::{Failure, Outcome};
use crate::operator::Operator;

/// `indicators verify`.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Verify {
    /// Le dossier des fichiers
    #[arg(value_name = "DOSSIER", value_parser = absolute)]
    pub folder: PathBuf,
    /// Ce qui fut écrit pour une date inconnue, si ce n'est rien
    #[arg(long, value_name = "TEXTE", default_value = "")]
    pub unknown_date: String,
}

impl Verify {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        verify(&operator.store, &self.folder, &Format { unknown_date: self.unknown_date }, operator.clock.now()).await
    }
}

/// A fault is an answer: `"ok": false`, with each fault in words.
pub async fn verify(store: &Store, dir: &Path, format: &Format, now: Moment) -> Outcome<Value> {
    let manifests = manifests(dir)?;
    if manifests.is_empty() {
        return Err(Failure::refused("MANIFESTE-ABSENT", format!("aucun manifeste d'indicateurs dans {}", dir.display())));
    }
    let mut faults = Vec::new();
    let mut last: BTreeMap<(String, String), &Manifest> = BTreeMap::new();
    for (name, manifest) in &manifests {
        faults.extend(hashes(dir, manifest).into_iter().map(|fault| format!("{name} : {fault}")));
        let newest = last.entry((manifest.operateur.clone(), manifest.mois.clone())).or_insert(manifest);
        if newest.edition < manifest.edition {
            *newest = manifest;
        }
    }
    for manifest in last.values() {
        faults.extend(computed_again(store, dir, manifest, format, now).await?);
    }
    let journal = store.verify_journal().await?;
    faults.extend(journal.faults.iter().map(|fault| format!("journal, {fault}")));
    Ok(json!({
        "ok": faults.is_empty(), "manifests": manifests.keys().collect::<Vec<_>>(), "chains": journal.chains, "lines": journal.lines,
        "faults": faults,
    }))
}

fn manifests(dir: &Path) -> Outcome<BTreeMap<String, Manifest>> {
    let unreadable = |error: std::io::Error| Failure::usage(format!("{} : {error}", dir.display()));
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(dir).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name().to_string_lossy().into_owned();
        if !name.contains("_manifeste_v") || !name.ends_with(".json") {
            continue;
        }
        let text = std::fs::read_to_string(dir.join(&name)).map_err(unreadable)?;
        let manifest = serde_json::from_str(&text).map_err(|error| Failure::refused("MANIFESTE-ILLISIBLE", format!("{name} : {error}")))?;
        found.insert(name, manifest);
    }
    Ok(found)
}

fn hashes(dir: &Path, manifest: &Manifest) -> Vec<String> {
    let fault = |entry: &rules::usage::Entry| {
        // A name with a path in it is not one of ours.
        let inside = !entry.nom.contains(['/', '\\']);
        let Some(bytes) = inside.then(|| std::fs::read(dir.join(&entry.nom)).ok()).flatten() else {
            return Some(format!("{} est absent", entry.nom));
        };
        let same = hex::encode(digest(&SHA256, &bytes)) == entry.sha256;
        (!same).then(|| format!("{} n'est plus le fichier qui fut remis", entry.nom))
    };
    manifest.fichiers.iter().filter_map(fault).collect()
}

async fn computed_again(store: &Store, dir: &Path, manifest: &Manifest, format: &Format, now: Moment) -> Outcome<Vec<String>> {
    let Ok(month) = Month::parse(&manifest.mois) else {
        return Ok(vec![format!("« {} » n'est pas un mois", manifest.mois)]);
    };
    let figures = store.figures(month, now).await?;
    let mut faults = Vec::new();
    for file in File::ALL {
        let name = file_name(&manifest.operateur, month, file, manifest.edition);
        // A file that is not there was told already.
        let Ok(bytes) = std::fs::read(dir.join(&name)) else { continue };
        let text = csv(file, &figures, format);
        if bytes != text.as_bytes() {
            let line = bytes.split(|b| *b == b'\n').zip(text.as_bytes().split(|b| *b == b'\n')).position(|(is, computed)| is != computed);
            let place = line.map_or_else(|| "la fin".to_owned(), |line| format!("la ligne {}", line + 1));
            faults.push(format!("{name} : {place} diffère de ce que dit le journal"));
        }
    }
    if manifest.journal.evenements != figures.events {
        faults
            .push(format!("{} : le manifeste compte {} actes, le journal {}", manifest.mois, manifest.journal.evenements, figures.events));
    }
    Ok(faults)
}
