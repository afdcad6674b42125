//! `pli journal export`, `pli journal verify --file`: lines as they were hashed, in a file that anybody can verify without a store.
//!
//! Requirements: CAB-08, TRU-58, IND-50. One JSON object a line (NDJSON): chain, mailbox, the fields exactly as hashed, the hash.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use rules::usage::Month;
use rules::{Address, Moment};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::history::{Exported, Extent};

use crate::commands::address;
use crate::failure::{Failure, Outcome};
use crate::operator::Operator;

/// `journal export`.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Export {
    /// La boîte ; sans elle, toutes les chaînes, celle du registre et de l'opérateur comprise
    #[arg(long, value_name = "ADRESSE", value_parser = address)]
    pub mailbox: Option<Address>,
    /// Le mois, à Paris ; tout par défaut
    #[arg(long, value_name = "AAAA-MM", value_parser = month)]
    pub month: Option<String>,
    /// Le fichier à écrire ; il ne doit pas exister
    #[arg(long, value_name = "FICHIER", value_parser = absolute)]
    pub out: PathBuf,
}

/// `journal verify`, with a file or not.
#[derive(Debug, Clone, Args)]
pub struct VerifyFile {
    /// Un fichier de « pli journal export » : aucune base n'est ouverte
    #[arg(long, value_name = "FICHIER")]
    pub file: Option<PathBuf>,
}

/// Reads a month of the command line; kept as text, for it crosses the control socket.
fn month(text: &str) -> Result<String, String> {
    Month::parse(text).map(|month| month.to_string()).map_err(|_| format!("« {text} » n'est pas un mois : 2026-10"))
}

/// The running process may have another current folder.
fn absolute(text: &str) -> Result<PathBuf, String> {
    std::path::absolute(text).map_err(|error| error.to_string())
}

impl Export {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        let wrong = |error: std::io::Error| Failure::usage(format!("{} : {error}", self.out.display()));
        let period = self.period()?;
        // Never over something that exists: an export may be the only copy of what was sealed that day.
        let file = std::fs::File::options().write(true).create_new(true).open(&self.out).map_err(wrong)?;
        let mut out = BufWriter::new(file);
        let (mut lines, mut chains) = (0_u64, std::collections::BTreeSet::new());
        let extent = Extent { chain: self.mailbox.clone().map(Some), period };
        let mut each = |line: &Exported| {
            let failed = |error: &dyn std::fmt::Display| store::Error::Internal(format!("export: {error}"));
            serde_json::to_writer(&mut out, line).map_err(|error| failed(&error))?;
            out.write_all(b"\n").map_err(|error| failed(&error))?;
            lines += 1;
            chains.insert(line.chain);
            Ok(())
        };
        operator.store.export_journal(&extent, &mut each).await?;
        out.flush().and_then(|()| out.get_ref().sync_all()).map_err(wrong)?;
        Ok(json!({ "file": self.out, "chains": chains.len(), "lines": lines }))
    }

    fn period(&self) -> Outcome<Option<(Moment, Moment)>> {
        let Some(text) = &self.month else { return Ok(None) };
        let month = Month::parse(text).map_err(|_| Failure::usage(format!("« {text} » n'est pas un mois : 2026-10")))?;
        Ok(Some((month.begin(), month.end())))
    }
}

/// Computes every hash of an exported file again.
pub fn verify_file(path: &Path) -> Outcome<Value> {
    let wrong = |error: std::io::Error| Failure::usage(format!("{} : {error}", path.display()));
    let file = BufReader::new(std::fs::File::open(path).map_err(wrong)?);
    let mut chains: BTreeMap<i64, Last> = BTreeMap::new();
    let (mut lines, mut faults) = (0_u64, Vec::new());
    for (number, text) in file.lines().enumerate() {
        let text = text.map_err(wrong)?;
        lines += 1;
        let fault = match serde_json::from_str::<Exported>(&text) {
            Ok(line) => follow(&mut chains, &line).err(),
            Err(_) => Some("ce n'est pas une ligne d'export".to_owned()),
        };
        faults.extend(fault.map(|fault| format!("ligne {} du fichier : {fault}", number + 1)));
    }
    Ok(json!({ "ok": faults.is_empty(), "file": path, "chains": chains.len(), "lines": lines, "faults": faults }))
}

/// Where a chain stands.
struct Last {
    seq: i64,
    hash: [u8; 32],
}

fn follow(chains: &mut BTreeMap<i64, Last>, line: &Exported) -> Result<(), String> {
    let begins = match &line.previous {
        None => Last { seq: 0, hash: [0; 32] },
        Some(previous) => Last { seq: line.line.seq - 1, hash: hash_of(previous)? },
    };
    let last = match chains.get(&line.chain) {
        Some(Last { seq, hash }) if line.previous.is_none() => Last { seq: *seq, hash: *hash },
        Some(_) => return Err(format!("la chaîne {} commence deux fois", line.chain)),
        None => begins,
    };
    let written = hash_of(&line.hash)?;
    let computed = line.line.hash(&last.hash, line.chain);
    // What follows is judged by what is written here: one altered line is one fault.
    chains.insert(line.chain, Last { seq: line.line.seq, hash: written });
    if line.line.seq != last.seq + 1 {
        return Err(format!("l'acte {} de la chaîne {} manque", last.seq + 1, line.chain));
    }
    if computed != written {
        return Err(format!("l'acte {} de la chaîne {} n'est pas celui qui a été scellé", line.line.seq, line.chain));
    }
    Ok(())
}

fn hash_of(text: &str) -> Result<[u8; 32], String> {
    let mut hash = [0; 32];
    hex::decode_to_slice(text, &mut hash).map_err(|_| "une empreinte est mal formée".to_owned())?;
    Ok(hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rules::journal::proof::Raw;

    fn chain(from: i64, count: i64) -> Vec<Exported> {
        let mut hash = [0; 32];
        let mut lines = Vec::new();
        for seq in 1..from + count {
            let line = Raw {
                seq,
                at: Moment::from_secs(seq),
                author: "{}".to_owned(),
                act: "message.opened".to_owned(),
                object: seq.to_string(),
                channel: "imap".to_owned(),
                facts: String::new(),
            };
            let before = hash;
            hash = line.hash(&hash, 7);
            if seq >= from {
                let previous = (seq == from && from > 1).then(|| hex::encode(before));
                lines.push(Exported { chain: 7, mailbox: None, line, hash: hex::encode(hash), previous });
            }
        }
        lines
    }

    fn verified(lines: &[Exported]) -> Value {
        let file = tempfile::NamedTempFile::new().unwrap();
        let text: Vec<String> = lines.iter().map(|line| serde_json::to_string(line).unwrap()).collect();
        std::fs::write(file.path(), text.join("\n")).unwrap();
        verify_file(file.path()).unwrap()
    }

    /// Proves: TRU-58.
    #[test]
    fn a_file_is_verified_alone_whole_or_a_part_of_a_chain() {
        assert_eq!(verified(&chain(1, 5))["ok"], true);
        assert_eq!(verified(&chain(3, 5))["ok"], true);
        let mut altered = chain(1, 5);
        altered[2].line.object = "999".to_owned();
        let faults = verified(&altered)["faults"].clone();
        assert_eq!(faults.as_array().unwrap().len(), 1, "{faults}");
        assert!(faults[0].as_str().unwrap().contains("acte 3"), "{faults}");
        let mut cut = chain(1, 5);
        cut.remove(2);
        assert!(verified(&cut)["faults"][0].as_str().unwrap().contains("acte 3 de la chaîne 7 manque"));
        let mut headless = chain(3, 5);
        headless[0].previous = None;
        assert_eq!(verified(&headless)["ok"], false);
    }
}
