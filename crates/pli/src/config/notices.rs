//! The relay of ordinary e-mail, by which people outside the trust space are written to. Requirements: LOC-06, LOC-08.

use std::path::PathBuf;

use rules::Address;
use serde::Deserialize;
use toml::Spanned;

use super::Config;
use super::problem::Problem;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notices {
    /// `smtps://relay.exemple.fr`, `smtp://relay.exemple.fr:587?tls=required`, or a relay on this machine: `smtp://127.0.0.1:25`.
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
        if relay.starts_with("smtps://") || relay.starts_with("smtp://") && relay.ends_with("?tls=required") || on_this_machine(relay) {
            return Ok(());
        }
        let message = format!("notices.relay « {relay} » n'impose pas de chiffrement");
        let help = "Écrivez smtps://relais.exemple.fr, ou smtp://relais.exemple.fr:587?tls=required.";
        Err(Problem::value(&config.source, Some(self.relay.span()), message, help))
    }
}

/// `smtp://127.0.0.1:25`: what is said there is heard by nobody else.
fn on_this_machine(relay: &str) -> bool {
    let authority = relay.strip_prefix("smtp://").and_then(|rest| rest.split(['/', '?']).next()).unwrap_or_default();
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host).trim_matches(['[', ']']);
    host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::on_this_machine;

    #[test]
    fn in_clear_a_relay_is_spoken_to_on_this_machine_only() {
        for relay in ["smtp://127.0.0.1:25", "smtp://127.9.0.1", "smtp://[::1]:25/"] {
            assert!(on_this_machine(relay), "{relay}");
        }
        for relay in
            ["smtp://relay.exemple.fr:25", "smtp://127.0.0.1.exemple.fr", "smtp://user@127.0.0.1:x@exemple.fr", "http://127.0.0.1", ""]
        {
            assert!(!on_this_machine(relay), "{relay}");
        }
    }
}
