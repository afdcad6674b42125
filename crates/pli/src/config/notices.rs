//! The relay of ordinary e-mail, by which people outside the trust space are written to. Requirements: LOC-06, LOC-08.

use std::path::PathBuf;

use rules::Address;
use serde::Deserialize;
use toml::Spanned;

use super::problem::Problem;
use super::{Config, vet};

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notices {
    /// `smtps://relay.exemple.fr`, or `smtp://relay.exemple.fr:587?tls=required`.
    pub relay: Spanned<String>,
    /// Who writes: an address of an ordinary domain, since nothing of the trust space leaves it.
    pub from: Spanned<Address>,
    pub user: Option<String>,
    pub password_file: Option<PathBuf>,
}

impl Notices {
    /// The letters name people: they leave encrypted, and never in the name of a domain of the trust space.
    pub(super) fn vet(&self, config: &Config) -> Result<(), Problem> {
        let (relay, from) = (self.relay.get_ref(), self.from.get_ref());
        if config.domains.contains(&from.domain()) {
            let message = format!("notices.from « {from} » est une adresse de l'espace de confiance");
            let help = "Écrivez d'un domaine ordinaire : rien ne sort de l'espace de confiance en son nom.";
            return Err(Problem::value(&config.source, Some(self.from.span()), message, help));
        }
        if self.user.is_some() != self.password_file.is_some() {
            let help = "Donnez les deux, ou aucun.";
            return Err(Problem::value(&config.source, None, "notices : user et password_file vont ensemble", help));
        }
        let encrypted = relay.starts_with("smtps://") || relay.starts_with("smtp://") && relay.ends_with("?tls=required");
        let encrypted = encrypted
            || config.is_sandbox() && relay.strip_prefix("smtp:").is_some_and(|rest| vet::is_sandbox_address(&format!("https:{rest}")));
        if encrypted {
            return Ok(());
        }
        let message = format!("notices.relay « {relay} » n'impose pas de chiffrement");
        let help = "Écrivez smtps://relais.exemple.fr, ou smtp://relais.exemple.fr:587?tls=required.";
        Err(Problem::value(&config.source, Some(self.relay.span()), message, help))
    }
}
