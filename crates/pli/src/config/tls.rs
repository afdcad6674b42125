//! `[tls]`: certificate files, and the host name under which machines are let in.
//!
//! Requirements: LPS-02, LPS-21. Names of files only; they are read by `node/certificates`.

use std::path::PathBuf;

use rules::Domain;
use serde::Deserialize;

/// Certificate files, PEM, leaf first and its intermediates after (LPS-02).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    pub chain: PathBuf,
    pub key: PathBuf,
    #[serde(default)]
    pub app: AppTls,
}

/// The host name under which machines open APP mailboxes, the only one that asks for a client certificate (LPS-21).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppTls {
    /// `app.<host_name>` when absent.
    pub name: Option<Domain>,
    /// Its own certificate and key; the operator's when both are absent, which then holds this name too.
    pub chain: Option<PathBuf>,
    pub key: Option<PathBuf>,
}

impl AppTls {
    pub fn name(&self, host_name: &Domain) -> String {
        self.name.as_ref().map_or_else(|| format!("app.{host_name}"), ToString::to_string)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: LPS-21.
    #[test]
    fn machines_have_a_host_name_of_their_own() {
        let read = |text: &str| toml::from_str::<Tls>(&format!("chain = \"c\"\nkey = \"k\"\n{text}")).expect("readable").app;
        let host = Domain::parse("mss.exemple.mssante.fr").expect("a domain");
        assert_eq!(read("").name(&host), "app.mss.exemple.mssante.fr");
        assert_eq!(read("[app]\nname = \"machines.exemple.mssante.fr\"").name(&host), "machines.exemple.mssante.fr");
    }
}
