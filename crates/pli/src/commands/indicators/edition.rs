//! `pli indicators compute`: the three files of a month and their manifest, in a folder.
//!
//! Requirements: IND-20, IND-40, IND-50, IND-51, IND-52. An edition is written once: computed again with the same result it stays as it is; with
//! another result it is refused, and a new edition with its reason is asked for. The manifest is written last: where it stands, the edition is whole.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use rules::Moment;
use rules::usage::{Corrected, Edition, Figures, File, Format, Manifest, Month, Roots, csv, file_name, manifest_name};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::Store;
use store::history::Day;

use super::{absolute, calendar, month, short_name};
use crate::failure::{Failure, Outcome};
use crate::node::figures::due;
use crate::operator::Operator;
use crate::state::write_whole;

/// `indicators compute`.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Compute {
    /// Le mois ; le dernier mois échu par défaut
    #[arg(long, value_name = "AAAA-MM", value_parser = month)]
    pub month: Option<String>,
    /// Le dossier où écrire les trois fichiers et leur manifeste
    #[arg(long, value_name = "DOSSIER", value_parser = absolute)]
    pub out: PathBuf,
    /// Le numéro de l'édition : 2 et plus pour une correction, avec --reason
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub edition: u32,
    /// Pourquoi cette correction
    #[arg(long, value_name = "TEXTE")]
    pub reason: Option<String>,
    /// Ce qui s'écrit quand la date de dernière connexion n'est pas connue, par exemple 1900-01-01
    #[arg(long, value_name = "TEXTE", default_value = "")]
    pub unknown_date: String,
}

/// What is to be written, where, under which name.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// Short name of the operator.
    pub operator: &'a str,
    pub month: Month,
    pub dir: &'a Path,
    pub edition: u32,
    pub reason: Option<&'a str>,
    pub format: Format,
    pub now: Moment,
}

impl Compute {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        let now = operator.clock.now();
        let month = match &self.month {
            Some(text) => calendar(text)?,
            None => due(now),
        };
        let name = short_name(operator.domain());
        let asked = Asked {
            operator: &name,
            month,
            dir: &self.out,
            edition: self.edition,
            reason: self.reason.as_deref(),
            format: Format { unknown_date: self.unknown_date.clone() },
            now,
        };
        write(&operator.store, &asked).await
    }
}

/// Writes the edition asked for; says `"unchanged": true` when it stands there already, the same to the byte.
pub async fn write(store: &Store, asked: &Asked<'_>) -> Outcome<Value> {
    if asked.now < asked.month.end() {
        return Err(Failure::usage(format!("{} n'est pas fini : ses chiffres ne sont pas encore à remettre", asked.month)));
    }
    let before = standing(asked)?;
    let figures = store.figures(asked.month, asked.now).await?;
    let texts: Vec<(File, String)> = File::ALL.map(|file| (file, csv(file, &figures, &asked.format))).into();
    if asked.dir.join(manifest_name(asked.operator, asked.month, asked.edition)).exists() {
        return unchanged(asked, &figures, &texts);
    }
    let corrected = match before {
        Some(before) => Some(differing(&before, &texts)?),
        None => None,
    };
    let edition = Edition {
        operator: asked.operator,
        number: asked.edition,
        reason: asked.reason,
        computed: asked.now,
        software: concat!("pli ", env!("CARGO_PKG_VERSION")),
        roots: roots(store, asked.month).await?,
        linked: store.linked_identities(&figures).await?,
        corrected,
    };
    let manifest = Manifest::of(&figures, &texts, edition);
    std::fs::create_dir_all(asked.dir).map_err(|error| unwritable(asked.dir, &error))?;
    for (file, text) in &texts {
        put(asked, &file_name(asked.operator, asked.month, *file, asked.edition), text)?;
    }
    let name = manifest_name(asked.operator, asked.month, asked.edition);
    put(asked, &name, &manifest.text())?;
    Ok(told(asked, &manifest, false))
}

/// The journal's daily roots of the eve of the month and of its last day (IND-40); null for a day that has none.
async fn roots(store: &Store, month: Month) -> Outcome<Roots> {
    let root = async |last: Moment| {
        let root = store.journal_root(Day::of(last)).await?;
        Outcome::Ok(root.map(|root| hex::encode(root.root)))
    };
    let second = Duration::from_secs(1);
    Ok(Roots { evenements: 0, racine_debut: root(month.begin().minus(second)).await?, racine_fin: root(month.end().minus(second)).await? })
}

/// The three files of the edition before, when this one corrects it.
fn standing(asked: &Asked<'_>) -> Outcome<Option<Vec<(File, String)>>> {
    match (asked.edition, asked.reason) {
        (1, None) => return Ok(None),
        (1, Some(_)) => return Err(Failure::usage("--reason accompagne une correction : donnez aussi --edition 2 ou plus")),
        (_, None) => return Err(Failure::usage("une correction dit pourquoi : ajoutez --reason \"…\"")),
        (_, Some(_)) => {}
    }
    let previous = asked.edition - 1;
    if !asked.dir.join(manifest_name(asked.operator, asked.month, previous)).exists() {
        let dir = asked.dir.display();
        return Err(Failure::refused(
            "EDITION-ABSENTE",
            format!("l'édition {previous} de {} n'est pas dans {dir} : rien à corriger", asked.month),
        ));
    }
    let read = |file| {
        let path = asked.dir.join(file_name(asked.operator, asked.month, file, previous));
        let text = std::fs::read_to_string(&path).map_err(|error| Failure::usage(format!("{} : {error}", path.display())))?;
        Ok((file, text))
    };
    File::ALL.into_iter().map(read).collect::<Outcome<Vec<_>>>().map(Some)
}

/// The edition is there already: the same, or in contradiction with what is computed now.
fn unchanged(asked: &Asked<'_>, figures: &Figures, texts: &[(File, String)]) -> Outcome<Value> {
    let name = manifest_name(asked.operator, asked.month, asked.edition);
    let text = std::fs::read_to_string(asked.dir.join(&name)).map_err(|error| Failure::usage(format!("{name} : {error}")))?;
    let manifest: Manifest =
        serde_json::from_str(&text).map_err(|error| Failure::refused("MANIFESTE-ILLISIBLE", format!("{name} : {error}")))?;
    let same = |(file, text): &(File, String)| {
        let path = asked.dir.join(file_name(asked.operator, asked.month, *file, asked.edition));
        std::fs::read(path).is_ok_and(|bytes| bytes == text.as_bytes())
    };
    if texts.iter().all(same) && manifest.journal.evenements == figures.events {
        return Ok(told(asked, &manifest, true));
    }
    let next = asked.edition + 1;
    let why = format!(
        "l'édition {} de {} existe et ses chiffres diffèrent de ceux du journal : elle n'est pas modifiée. \
         Vérifiez-la (pli indicators verify), puis corrigez par --edition {next} --reason \"…\"",
        asked.edition, asked.month
    );
    Err(Failure::refused("EDITION-EXISTE", why))
}

/// The keys of the rows that are not the same in both, file by file.
fn differing(before: &[(File, String)], after: &[(File, String)]) -> Outcome<Vec<Corrected>> {
    let mut corrected = Vec::new();
    for ((file, before), (_, after)) in before.iter().zip(after) {
        let (before, after) = (keyed(*file, before)?, keyed(*file, after)?);
        let changed = before.keys().chain(after.keys()).filter(|key| before.get(*key) != after.get(*key));
        corrected.extend(changed.map(|key| Corrected { fichier: *file, cle: key.clone() }));
    }
    corrected.sort_unstable();
    corrected.dedup();
    Ok(corrected)
}

fn keyed(file: File, text: &str) -> Outcome<BTreeMap<String, Vec<String>>> {
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(text.as_bytes());
    let mut rows = BTreeMap::new();
    for record in reader.records() {
        let record = record.map_err(|error| Failure::refused("FICHIER-ILLISIBLE", format!("{} : {error}", file.name())))?;
        let cells: Vec<String> = record.iter().map(str::to_owned).collect();
        rows.insert(cells[..file.key_columns().min(cells.len())].join(";"), cells);
    }
    Ok(rows)
}

fn put(asked: &Asked<'_>, name: &str, text: &str) -> Outcome<()> {
    let path = asked.dir.join(name);
    write_whole(&path, text.as_bytes()).map_err(|error| unwritable(&path, &error))
}

fn unwritable(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::usage(format!("{} : {error}", path.display()))
}

fn told(asked: &Asked<'_>, manifest: &Manifest, unchanged: bool) -> Value {
    json!({
        "month": asked.month, "edition": asked.edition, "dir": asked.dir, "unchanged": unchanged,
        "manifest": manifest_name(asked.operator, asked.month, asked.edition),
        "files": manifest.fichiers.iter().map(|file| &file.nom).collect::<Vec<_>>(),
        "corrected": manifest.corrige.as_ref().map(Vec::len),
    })
}
