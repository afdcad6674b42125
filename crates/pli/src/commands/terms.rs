//! `pli terms show|publish|accept`: the terms of use.
//!
//! Requirements: CGU-01, CGU-02, CGU-03. A published text never changes; a new one has a new version, and everybody is asked again. `accept`
//! exists in the sandbox only: elsewhere nobody accepts for somebody else.

use std::path::PathBuf;

use clap::Args;
use rules::{Author, Channel, IdNat, Moment};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::mailboxes::{Acceptance, Published, Text};

use super::{idnat, moment};
use crate::failure::{Failure, Outcome};
use crate::operator::Operator;

/// `terms accept`.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Accept {
    /// La personne qui accepte
    #[arg(long, value_name = "IDNAT", value_parser = idnat)]
    pub person: IdNat,
}

/// `terms show`.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Show {
    /// Une version passée ou à venir ; celle en vigueur par défaut
    #[arg(long, value_name = "VERSION")]
    pub version: Option<String>,
    /// Montrer plutôt ce que cette personne a accepté
    #[arg(long, value_name = "IDNAT", value_parser = idnat, conflicts_with = "version")]
    pub person: Option<IdNat>,
}

/// `terms publish`, as it is typed.
#[derive(Debug, Clone, Args)]
pub struct Publish {
    /// Le nom de la version, par exemple 2026-11
    #[arg(long, value_name = "VERSION")]
    pub version: String,
    /// Le fichier du texte (Markdown simple)
    #[arg(long, value_name = "FICHIER")]
    pub file: PathBuf,
    /// La langue du texte ; `fr` est celle qui fait foi
    #[arg(long, value_name = "LANGUE", default_value = "fr")]
    pub language: String,
    /// En vigueur à partir de ce moment ; maintenant par défaut
    #[arg(long, value_name = "T", value_parser = moment)]
    pub since: Option<Moment>,
    /// Qui, chez l'opérateur, fait ce geste
    #[arg(long, value_name = "LOGIN", default_value = "cli")]
    pub staff: String,
}

/// The same with the words of the file: the running process may not see the caller's folder.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Publication {
    pub version: String,
    pub language: String,
    pub body: String,
    pub since: Option<Moment>,
    pub staff: String,
}

impl Publish {
    pub fn read(self) -> Outcome<Publication> {
        let Self { version, file, language, since, staff } = self;
        let body = std::fs::read_to_string(&file).map_err(|error| Failure::usage(format!("{} : {error}", file.display())))?;
        if body.trim().is_empty() {
            return Err(Failure::usage(format!("{} : le texte est vide", file.display())));
        }
        Ok(Publication { version, language, body, since, staff })
    }
}

impl Publication {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        let now = operator.clock.now();
        let Self { version, language, body, since, staff } = self;
        let text = Text { version: version.clone(), language: language.clone(), body, since: since.unwrap_or(now) };
        operator.store.publish_terms(text, Author::staff(&staff), now).await?;
        let published = operator.store.terms_text_in(Some(&version), &language).await?;
        published.map(told).ok_or_else(|| Failure::refused("ABSENT", "le texte publié n'est pas retrouvé"))
    }
}

impl Show {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        if let Some(person) = &self.person {
            let history = operator.store.terms_history(person).await?;
            let row = |one: store::mailboxes::Accepted| json!({"version": one.version, "at": one.at.to_string(), "channel": one.channel, "ip": one.ip, "sha256": one.sha256});
            return Ok(history.into_iter().map(row).collect());
        }
        let published = operator.store.terms_text(self.version.as_deref()).await?;
        let mut shown = published.as_ref().map(|published| told(published.clone()));
        if let (Some(shown), Some(published)) = (&mut shown, published) {
            shown["text"] = json!(published.text.body);
        }
        shown.ok_or_else(|| Failure::refused("ABSENT", "cette version n'a jamais été publiée"))
    }

    pub fn table(&self, value: &Value) -> String {
        if self.person.is_some() {
            return super::show::table(value, &[("VERSION", "version"), ("LE", "at"), ("PAR", "channel"), ("DEPUIS", "ip")]);
        }
        let word = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
        format!("Version {} ({}), en vigueur depuis {}\n\n{}", word("version"), word("language"), word("since"), word("text"))
    }
}

fn told(published: Published) -> Value {
    let Published { text, sha256, at, author } = published;
    json!({
        "version": text.version, "language": text.language, "since": text.since.to_string(), "sha256": sha256, "published": at.to_string(),
        "author": author,
    })
}

impl Accept {
    pub async fn run(self, operator: &Operator) -> Outcome<Value> {
        if !operator.config.is_sandbox() {
            return Err(Failure::refused(
                "PRODUCTION",
                "les CGU s'acceptent en personne : cette commande n'existe que dans le bac à sable",
            ));
        }
        let version = operator.store.terms(&self.person).await?.current;
        let author = Author::Person { id: self.person.clone(), capacity: None };
        let acceptance = Acceptance::of(&version, Channel::Cli);
        operator.store.accept_terms(&self.person, acceptance, author, operator.clock.now()).await?;
        Ok(json!({"person": self.person, "version": version}))
    }
}
