//! `pli directory extract`: the published mailboxes as the national text file, in its ZIP.
//!
//! Requirements: ANN-A, ANN-52. What is shown is decided in `rules::publish`; it is written by `directory`.

use std::path::PathBuf;

use clap::Args;
use directory::{Options, extract};
use rules::mailbox::Kind;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::failure::{Failure, Outcome};
use crate::operator::Operator;
use crate::state::write_whole;

/// `directory extract`.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Extract {
    /// Le dossier où écrire l'archive
    #[arg(long, value_name = "DOSSIER", default_value = ".", value_parser = absolute)]
    pub out: PathBuf,
    /// Les genres de boîtes
    #[arg(long, value_name = "GENRES", value_delimiter = ',', value_parser = kind, default_value = "PER,ORG,CAB,APP")]
    pub types: Vec<Kind>,
    /// Un séparateur de plus à la fin de chaque ligne, pour d'anciens lecteurs
    #[arg(long)]
    #[serde(default)]
    pub trailing_separator: bool,
}

fn kind(text: &str) -> Result<Kind, String> {
    let kinds = [Kind::Per, Kind::Org, Kind::App, Kind::Cab];
    let asked = text.trim().to_ascii_uppercase();
    kinds.into_iter().find(|kind| kind.as_str() == asked).ok_or_else(|| format!("« {text} » n'est pas un genre : PER, ORG, CAB ou APP"))
}

/// The running process may have another current folder.
fn absolute(text: &str) -> Result<PathBuf, String> {
    std::path::absolute(text).map_err(|error| error.to_string())
}

impl Extract {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        let options =
            Options { kinds: self.types.iter().copied().collect(), trailing_separator: self.trailing_separator, ..Options::default() };
        let extraction = extract(&operator.store, operator.domain(), &options, operator.clock.now()).await;
        let extraction = extraction.map_err(|error| match error {
            directory::Error::Store(error) => error.into(),
            archive @ directory::Error::Archive(_) => Failure::ours("extraction", archive),
        })?;
        let unwritable = |error: &dyn std::fmt::Display| Failure::usage(format!("{} : {error}", self.out.display()));
        std::fs::create_dir_all(&self.out).map_err(|error| unwritable(&error))?;
        let path = self.out.join(&extraction.name);
        write_whole(&path, &extraction.bytes).map_err(|error| unwritable(&error))?;
        Ok(json!({"file": path, "rows": extraction.rows, "bytes": extraction.bytes.len()}))
    }
}
