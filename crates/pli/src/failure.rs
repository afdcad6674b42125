//! Why a command of `pli` did not succeed, and the exit code that says so.
//!
//! The codes are part of the demo contract: 1 refused, 2 usage, 78 configuration (`EX_CONFIG`). Scripts rely on them.

use std::process::ExitCode;

use rules::Refusal;
use serde::{Deserialize, Serialize};

/// A failure by whose fault. It crosses the control socket as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "failure", rename_all = "lowercase")]
pub enum Failure {
    /// The rules, or the facts, say no.
    #[error("{message} [{code}]")]
    Refused { code: String, message: String },
    /// The command line asks for something that does not exist.
    #[error("{message}")]
    Usage { message: String },
    /// The configuration, or what it points at, cannot be used. `rendered` is already laid out for a person.
    #[error("{rendered}")]
    Configuration { rendered: String },
}

impl Failure {
    pub fn refused(code: &str, message: impl Into<String>) -> Self {
        Self::Refused { code: code.to_owned(), message: message.into() }
    }

    pub fn usage(message: impl Into<String>) -> Self {
        Self::Usage { message: message.into() }
    }

    pub fn configuration(rendered: impl Into<String>) -> Self {
        Self::Configuration { rendered: rendered.into() }
    }

    /// What is ours: a disk, a database, a socket. Exit code 1, like a refusal, with the cause in words.
    pub fn ours(what: &str, cause: impl std::fmt::Display) -> Self {
        Self::refused("INTERNE", format!("{what} : {cause}"))
    }

    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Refused { .. } => 1,
            Self::Usage { .. } => 2,
            Self::Configuration { .. } => 78,
        })
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::refused(refusal.code(), refusal.french())
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Refused(refusal) => refusal.into(),
            store::Error::NotFound(what) => Self::refused("ABSENT", format!("introuvable : {what}")),
            store::Error::Exists(what) => Self::refused("EXISTE", format!("existe déjà : {what}")),
            other => Self::ours("base", other),
        }
    }
}

impl From<trust::space::ListRefusal> for Failure {
    fn from(error: trust::space::ListRefusal) -> Self {
        match error {
            trust::space::ListRefusal::Refused { code, detail } => Self::refused(code, detail),
            trust::space::ListRefusal::Io(cause) => Self::ours("liste blanche", cause),
        }
    }
}

pub type Outcome<T> = Result<T, Failure>;
