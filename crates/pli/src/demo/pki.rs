//! The laboratory's certificates under `DIR/pki`, and what is signed with a date: the white list and the CRL.
//!
//! Requirements: TRU-21, LPS-02, LPS-21. Made once, kept over restarts; list and CRL are signed anew at each start and at each move of the clock.

use std::path::{Path, PathBuf};

use rules::{Domain, Moment};
use trust::list::Entry;
use trust::pki::{Lab, PkiError};

use crate::failure::{Failure, Outcome};
use crate::state::write_whole;

/// File names of the contract.
pub const CA: &str = "ca.pem";
pub const CRL: &str = "ca.crl";
pub const LIST: &str = "listeblanche.xml";
/// Certificate and key of a machine that opens an APP mailbox.
pub const MACHINE: (&str, &str) = ("app.pem", "app.key");

/// The name under which machines are let in, and the only one that asks for a certificate.
pub fn app_name(domain: &Domain) -> String {
    format!("app.mss.{domain}")
}

pub struct Pki {
    lab: Lab,
    dir: PathBuf,
    /// Domains of `--declare`, served with the second operator's certificate.
    declared: Vec<Domain>,
    peer: Domain,
}

impl Pki {
    /// Reads the laboratory of this folder, or makes one. The bad certificates imitate the second operator.
    pub fn open(dir: &Path, domains: &[Domain], declared: Vec<Domain>, now: Moment) -> Outcome<Self> {
        let peer = domains.last().ok_or_else(|| Failure::configuration("aucun domaine"))?;
        let lab = if dir.join(CA).exists() {
            Lab::load(domains, dir).map_err(wrong)?
        } else {
            let lab = Lab::create(domains, peer, now).map_err(wrong)?;
            // All at once: a start that was killed half-way makes the laboratory anew.
            let beside = dir.with_extension("new");
            let stored = lab.save(&beside).map_err(wrong);
            stored.and_then(|()| std::fs::rename(&beside, dir).map_err(|error| Failure::ours("certificats", error)))?;
            lab
        };
        let pki = Self { lab, dir: dir.to_owned(), declared, peer: peer.clone() };
        for domain in domains {
            pki.short_names(domain).map_err(|error| Failure::ours("certificats", error))?;
        }
        Ok(pki)
    }

    /// Signs list and CRL as of `now`.
    pub fn sign(&self, now: Moment) -> Outcome<()> {
        let crl = self.lab.crl(now).map_err(wrong)?;
        let mut entries = self.lab.entries(now).map_err(wrong)?;
        let dn = self.declared(&self.peer)?;
        entries.extend(self.declared.iter().map(|domain| Entry::new(domain.as_str(), &dn, now)));
        let list = self.lab.list(&entries, now).map_err(wrong)?;
        let write =
            |name: &str, bytes: &[u8]| write_whole(&self.dir.join(name), bytes).map_err(|error| Failure::ours("certificats", error));
        write(CRL, &crl)?;
        write(LIST, &list)
    }

    /// The DN declared in the list for a domain.
    pub fn declared(&self, domain: &Domain) -> Outcome<String> {
        let leaf = self.lab.operators.get(domain).ok_or_else(|| Failure::configuration(format!("pas de certificat pour {domain}")))?;
        leaf.declared().map_err(wrong)
    }

    /// The name in the certificate of the demo's machine (`app.pem`).
    pub fn machine(&self) -> Outcome<String> {
        self.lab.app.declared().map_err(wrong)
    }

    /// `voisin.pem` beside `voisin.mssante.test.pem`: the names the contract shows.
    fn short_names(&self, domain: &Domain) -> std::io::Result<()> {
        for extension in ["pem", "key"] {
            let link = self.dir.join(format!("{}.{extension}", short(domain)));
            if !link.exists() {
                std::os::unix::fs::symlink(format!("{domain}.{extension}"), link)?;
            }
        }
        Ok(())
    }
}

/// First label of a domain: `voisin`.
pub fn short(domain: &Domain) -> &str {
    domain.as_str().split('.').next().unwrap_or_default()
}

fn wrong(error: PkiError) -> Failure {
    Failure::ours("certificats d'essai", error)
}
