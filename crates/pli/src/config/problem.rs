//! A problem of configuration, shown with the line it is about and what to do. It never quotes a secret: secrets are not in the file.

use std::ops::Range;
use std::path::Path;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};

use super::Source;
use crate::failure::Failure;

/// One or several faults of one file.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    message: String,
    help: Option<String>,
    quoted: Option<NamedSource<String>>,
    labels: Vec<(Range<usize>, String)>,
}

impl Problem {
    pub fn unreadable(path: &Path, cause: &std::io::Error) -> Self {
        let help = "Indiquez un dossier d'état avec --dir, ou un fichier avec --config.".to_owned();
        Self { message: format!("{} : {cause}", path.display()), help: Some(help), quoted: None, labels: Vec::new() }
    }

    /// What the TOML reader did not understand.
    pub fn syntax(source: &Source, error: &toml::de::Error) -> Self {
        let labels = error.span().map(|span| (span, error.message().to_owned())).into_iter().collect();
        Self {
            message: format!("{} : configuration illisible : {}", source.path.display(), error.message()),
            help: Some("Les clés et leurs valeurs sont décrites dans docs/operate/first-node.md.".to_owned()),
            quoted: Some(source.named()),
            labels,
        }
    }

    /// A value that is well formed and cannot be accepted.
    pub fn value(source: &Source, span: Option<Range<usize>>, message: impl Into<String>, help: impl Into<String>) -> Self {
        let message = message.into();
        let labels = span.map(|span| (span, "ici".to_owned())).into_iter().collect();
        Self { message, help: Some(help.into()), quoted: Some(source.named()), labels }
    }

    /// The whole explanation as text, without colours: it goes through the control socket and into logs too.
    pub fn render(&self) -> String {
        let mut out = String::new();
        let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(110);
        match handler.render_report(&mut out, self) {
            Ok(()) => out.trim_end().to_owned(),
            Err(_) => self.message.clone(),
        }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::configuration(problem.render())
    }
}

impl Diagnostic for Problem {
    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.quoted.as_ref().map(|quoted| quoted as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = |(span, text): &(Range<usize>, String)| LabeledSpan::new_with_span(Some(text.clone()), span.clone());
        (!self.labels.is_empty()).then(|| Box::new(self.labels.iter().map(label)) as Box<dyn Iterator<Item = LabeledSpan>>)
    }
}

impl Source {
    fn named(&self) -> NamedSource<String> {
        NamedSource::new(self.path.to_string_lossy(), self.text.clone())
    }
}
