//! `pli journal show --proof`, `pli journal check-proof`: one act proved by the root of its day, and the proof checked without any store.
//!
//! Requirements: CAB-08, DEL-03, TRU-58, IND-40.

use std::path::PathBuf;

use clap::Args;
use rules::Address;
use rules::journal::proof::Proof;
use serde_json::{Value, json};

use crate::failure::{Failure, Outcome};
use crate::operator::Operator;

/// `journal check-proof`.
#[derive(Debug, Clone, Args)]
pub struct CheckProof {
    /// La preuve, telle que « pli journal show --proof » l'a écrite
    #[arg(value_name = "FICHIER")]
    pub file: PathBuf,
    /// La racine de ce jour, telle que vous l'avez gardée
    #[arg(long, value_name = "EMPREINTE")]
    pub root: Option<String>,
}

pub(super) async fn show(operator: &Operator, mailbox: Option<&Address>, seq: i64) -> Outcome<Value> {
    let proof = operator.store.inclusion_proof(mailbox, seq).await.map_err(|error| match error {
        store::Error::NotFound(_) => {
            let why = format!("aucun acte {seq} prouvable ici : un jour se scelle après minuit, à Paris ; réessayez demain");
            Failure::refused("ABSENT", why)
        }
        other => other.into(),
    })?;
    serde_json::to_value(proof).map_err(|error| Failure::ours("preuve", error))
}

impl CheckProof {
    /// Reads the file and nothing else.
    pub fn run(&self) -> Outcome<Value> {
        let wrong = |error: &dyn std::fmt::Display| Failure::usage(format!("{} : {error}", self.file.display()));
        let text = std::fs::read_to_string(&self.file).map_err(|error| wrong(&error))?;
        let proof: Proof = serde_json::from_str(&text).map_err(|error| wrong(&error))?;
        let line = &proof.line;
        let mut answer = json!({
            "ok": false, "day": proof.day, "mailbox": proof.mailbox, "seq": line.seq, "at": line.at.to_string(), "act": line.act,
            "object": line.object, "author": serde_json::from_str::<Value>(&line.author).unwrap_or_else(|_| json!(line.author)),
            "root": proof.root,
        });
        match (proof.check(), &self.root) {
            (Err(fault), _) => answer["fault"] = json!(fault.to_string()),
            (Ok(_), Some(kept)) if !kept.trim().eq_ignore_ascii_case(&proof.root) => {
                answer["fault"] = json!("cette preuve mène à une autre racine que celle que vous avez gardée");
            }
            (Ok(_), Some(_)) => answer["ok"] = json!(true),
            (Ok(_), None) => {
                answer["ok"] = json!(true);
                answer["note"] =
                    json!("la preuve se tient ; comparez sa racine à celle que quelqu'un d'autre a gardée pour ce jour (--root)");
            }
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rules::Moment;
    use rules::journal::merkle;
    use rules::journal::proof::{FORMAT, Raw};

    /// Proves: CAB-08, DEL-03, TRU-58.
    #[test]
    fn a_proof_is_checked_from_its_file_and_against_the_root_somebody_kept() {
        let line = Raw {
            seq: 1,
            at: Moment::from_secs(1_795_000_000),
            author: r#"{"type":"person","id":"899790000014"}"#.to_owned(),
            act: "movement.delegated".to_owned(),
            object: "899790000048".to_owned(),
            channel: "webmail".to_owned(),
            facts: String::new(),
        };
        let root = hex::encode(merkle::leaf(7, 1, &line.hash(&[0; 32], 7)));
        let proof = Proof {
            format: FORMAT.to_owned(),
            mailbox: None,
            chain: 7,
            previous: "00".repeat(32),
            line,
            after: vec![],
            day: "2026-11-18".to_owned(),
            index: 0,
            chains: 1,
            path: vec![],
            root: root.clone(),
        };
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), serde_json::to_string(&proof).unwrap()).unwrap();
        let check = |root: Option<&str>| CheckProof { file: file.path().to_owned(), root: root.map(str::to_owned) }.run().unwrap();
        assert_eq!(check(Some(&root.to_uppercase()))["ok"], true);
        assert_eq!((check(None)["ok"].clone(), check(None)["note"].is_string()), (json!(true), true));
        assert_eq!(check(Some(&"11".repeat(32)))["ok"], false);
        let forged = serde_json::to_string(&proof).unwrap().replace("899790000014", "899790000022");
        std::fs::write(file.path(), forged).unwrap();
        assert_eq!(check(None)["ok"], false);
    }
}
