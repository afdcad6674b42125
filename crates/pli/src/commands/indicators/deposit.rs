//! `pli indicators deposit`: the files of a month in the layout that somebody else asks for, put in a folder.
//!
//! Requirements: IND-53. Off unless asked for: the national deposit's procedure and columns are not public. A mapping file says how each column
//! is made from ours: a column, a constant, a sum of columns, a text with columns in it. To carry the folder away (SFTP, HTTPS) is another tool's task.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use rules::usage::{File, Month, file_name, manifest_name};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{absolute, calendar, month, short_name};
use crate::failure::{Failure, Outcome};
use crate::operator::Operator;
use crate::state::write_whole;

/// `indicators deposit`.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Deposit {
    /// Le dossier des fichiers calculés
    #[arg(value_name = "DOSSIER", value_parser = absolute)]
    pub folder: PathBuf,
    #[arg(long, value_name = "AAAA-MM", value_parser = month)]
    pub month: String,
    /// Comment faire leurs colonnes avec les nôtres (indicateurs.map.toml)
    #[arg(long, value_name = "FICHIER", value_parser = absolute)]
    pub map: PathBuf,
    /// Le dossier de dépôt
    #[arg(long, value_name = "DOSSIER", value_parser = absolute)]
    pub to: PathBuf,
}

/// The mapping file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mapping {
    fichier: Vec<Output>,
}

/// One file to make.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Output {
    /// `connexions`, `echanges` or `boites`.
    source: File,
    /// `{mois}` and `{operateur}` are replaced.
    nom: String,
    #[serde(default = "semicolon")]
    separateur: char,
    colonnes: Vec<Column>,
}

fn semicolon() -> char {
    ';'
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Column {
    titre: String,
    colonne: Option<String>,
    constante: Option<String>,
    somme: Option<Vec<String>>,
    /// A text with columns in braces: `{domaine}-{type_boite}`.
    texte: Option<String>,
}

type Row = BTreeMap<String, String>;

impl Deposit {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        deposit(&self.folder, &short_name(operator.domain()), calendar(&self.month)?, &self.map, &self.to)
    }
}

fn deposit(dir: &Path, operator: &str, month: Month, map: &Path, to: &Path) -> Outcome<Value> {
    let text = std::fs::read_to_string(map).map_err(|error| wrong(map, &error))?;
    let mapping: Mapping = toml::from_str(&text).map_err(|error| Failure::configuration(format!("{} : {error}", map.display())))?;
    let exists = |edition: &u32| dir.join(manifest_name(operator, month, *edition)).exists();
    let edition = (1..=999).take_while(exists).last();
    let absent =
        || Failure::refused("EDITION-ABSENTE", format!("{month} n'est pas calculé dans {} : pli indicators compute", dir.display()));
    let edition = edition.ok_or_else(absent)?;
    std::fs::create_dir_all(to).map_err(|error| wrong(to, &error))?;
    let mut written = Vec::new();
    for output in &mapping.fichier {
        let name = output.nom.replace("{mois}", &month.to_string()).replace("{operateur}", operator);
        if name.contains(['/', '\\']) || name.starts_with('.') {
            return Err(Failure::configuration(format!("{} : « {name} » n'est pas un nom de fichier", map.display())));
        }
        let source = dir.join(file_name(operator, month, output.source, edition));
        let text = std::fs::read_to_string(&source).map_err(|error| wrong(&source, &error))?;
        let made = output.make(&text).map_err(|why| Failure::configuration(format!("{} : {why}", map.display())))?;
        write_whole(&to.join(&name), made.as_bytes()).map_err(|error| wrong(to, &error))?;
        written.push(name);
    }
    Ok(json!({"month": month, "edition": edition, "to": to, "files": written}))
}

fn wrong(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::usage(format!("{} : {error}", path.display()))
}

impl Output {
    fn make(&self, source: &str) -> Result<String, String> {
        let separator = u8::try_from(self.separateur).map_err(|_| "separateur : un caractère ASCII est attendu".to_owned())?;
        let broken = |error: &dyn std::fmt::Display| error.to_string();
        let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(source.as_bytes());
        let header = reader.headers().map_err(|error| broken(&error))?.clone();
        let mut writer = csv::WriterBuilder::new().delimiter(separator).from_writer(Vec::new());
        writer.write_record(self.colonnes.iter().map(|column| &column.titre)).map_err(|error| broken(&error))?;
        let known: Row = header.iter().map(|name| (name.to_owned(), String::new())).collect();
        for column in &self.colonnes {
            column.value(&known)?;
        }
        for record in reader.records() {
            let record = record.map_err(|error| broken(&error))?;
            let row: Row = header.iter().zip(&record).map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            let values: Vec<String> = self.colonnes.iter().map(|column| column.value(&row)).collect::<Result<_, _>>()?;
            writer.write_record(&values).map_err(|error| broken(&error))?;
        }
        let bytes = writer.into_inner().map_err(|error| broken(&error))?;
        String::from_utf8(bytes).map_err(|error| broken(&error))
    }
}

impl Column {
    fn value(&self, row: &Row) -> Result<String, String> {
        let of = |name: &str| row.get(name).cloned().ok_or_else(|| format!("« {} » : pas de colonne {name}", self.titre));
        match (&self.colonne, &self.constante, &self.somme, &self.texte) {
            (Some(name), None, None, None) => of(name),
            (None, Some(constant), None, None) => Ok(constant.clone()),
            (None, None, Some(names), None) => {
                let mut sum: u64 = 0;
                for name in names {
                    let value = of(name)?;
                    let number = if value.is_empty() { Ok(0) } else { value.parse::<u64>() };
                    sum += number.map_err(|_| format!("« {} » : {name} n'est pas un nombre", self.titre))?;
                }
                Ok(sum.to_string())
            }
            (None, None, None, Some(text)) => filled(text, row).map_err(|name| format!("« {} » : pas de colonne {name}", self.titre)),
            _ => Err(format!("« {} » : une seule de colonne, constante, somme, texte", self.titre)),
        }
    }
}

/// `{domaine}-{mois}`; the name of a column that does not exist is the error.
fn filled(text: &str, row: &Row) -> Result<String, String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, beyond) = after.split_once('}').ok_or_else(|| after.to_owned())?;
        filled.push_str(before);
        filled.push_str(row.get(name).ok_or_else(|| name.to_owned())?);
        rest = beyond;
    }
    Ok(filled + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: &str = r#"
        [[fichier]]
        source = "echanges"
        nom = "Echanges_{operateur}_{mois}.csv"
        separateur = ","
        colonnes = [
            { titre = "Operateur", constante = "PLI" },
            { titre = "Date", colonne = "mois" },
            { titre = "Envois", somme = ["nb_dest_interne", "nb_dest_espace"] },
            { titre = "Boite", texte = "{type_boite}:{adresse_boite}" },
        ]
    "#;

    /// Proves: IND-53.
    #[test]
    fn another_layout_is_made_by_a_mapping_file_and_no_code() {
        let mapping: Mapping = toml::from_str(MAP).unwrap();
        let source =
            "mois;type_boite;adresse_boite;nb_dest_interne;nb_dest_espace\n2026-10;CAB;\"a;b@x.test\";2;3\n2026-10;PER;c@x.test;;1\n";
        let made = mapping.fichier[0].make(source).unwrap();
        assert_eq!(made, "Operateur,Date,Envois,Boite\nPLI,2026-10,5,CAB:a;b@x.test\nPLI,2026-10,1,PER:c@x.test\n");
    }

    #[test]
    fn a_mapping_that_names_nothing_of_ours_is_refused_even_for_an_empty_month() {
        let wrong = MAP.replace("\"mois\" }", "\"jour\" }");
        let mapping: Mapping = toml::from_str(&wrong).unwrap();
        assert!(mapping.fichier[0].make("mois;type_boite;adresse_boite;nb_dest_interne;nb_dest_espace\n").unwrap_err().contains("jour"));
        assert!(toml::from_str::<Mapping>(&MAP.replace("constante", "const")).is_err(), "an unknown key is an error");
    }

    /// Proves: IND-53.
    #[test]
    fn only_what_was_computed_is_deposited() {
        let (dir, month) = (tempfile::tempdir().unwrap(), Month::parse("2026-10").unwrap());
        let (map, to) = (dir.path().join("indicateurs.map.toml"), dir.path().join("depot"));
        std::fs::write(&map, MAP).unwrap();
        assert!(deposit(dir.path(), "pli", month, &map, &to).is_err(), "nothing computed yet");
        std::fs::write(dir.path().join("pli_2026-10_manifeste_v1.json"), "{}").unwrap();
        let header = "mois;type_boite;adresse_boite;nb_dest_interne;nb_dest_espace\n";
        std::fs::write(dir.path().join("pli_2026-10_echanges_v1.csv"), header).unwrap();
        let told = deposit(dir.path(), "pli", month, &map, &to).unwrap();
        assert_eq!(told["files"][0], "Echanges_pli_2026-10.csv");
        assert_eq!(std::fs::read_to_string(to.join("Echanges_pli_2026-10.csv")).unwrap(), "Operateur,Date,Envois,Boite\n");
    }
}
