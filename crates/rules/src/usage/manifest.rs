//! The manifest of a month: what was computed, from which journal, and the hash of each file.
//!
//! Requirements: IND-07, IND-24, IND-40, IND-52. Only `calcule_le` differs between two computations of the same month; it is in no other file.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::mailbox::Kind;
use crate::time::Moment;
use crate::usage::files::VERSION;
use crate::usage::{Figures, File, file_name};

/// As it is written beside the files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub version: u32,
    pub operateur: String,
    /// `AAAA-MM`
    pub mois: String,
    pub edition: u32,
    /// Why there is a second edition; null for the first.
    pub motif: Option<String>,
    /// RFC 3339, to the second.
    pub calcule_le: String,
    pub fuseau: String,
    pub logiciel: String,
    pub journal: Roots,
    pub fichiers: Vec<Entry>,
    /// By kind of mailbox; kinds are never added together (IND-C).
    pub totaux: BTreeMap<String, Totals>,
    pub identites_liees: Vec<Linked>,
    /// What differs from the edition before; null for the first.
    pub corrige: Option<Vec<Corrected>>,
}

/// Which journal it was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roots {
    pub evenements: u64,
    /// The journal's daily root of the eve of the month, hexadecimal; null when that day has none.
    pub racine_debut: Option<String>,
    /// That of its last day.
    pub racine_fin: Option<String>,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub nom: String,
    /// Without the header.
    pub lignes: u64,
    /// Hexadecimal.
    pub sha256: String,
}

/// One kind of mailbox. Every number can be counted again from the files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    pub boites: u64,
    /// Persons and machines with a visit, a sending or a reading.
    pub acteurs: u64,
    pub emis: u64,
    pub recus: u64,
}

/// Somebody who acted under a number that another one replaced since (IND-07).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Linked {
    pub ancien: String,
    pub nouveau: String,
}

/// A row that an edition changed, added or took away.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Corrected {
    pub fichier: File,
    /// The key columns, joined by `;`.
    pub cle: String,
}

/// What of a manifest does not come from the figures.
#[derive(Clone, Debug)]
pub struct Edition<'a> {
    pub operator: &'a str,
    pub number: u32,
    pub reason: Option<&'a str>,
    pub computed: Moment,
    /// E.g. `pli 0.9.0`.
    pub software: &'a str,
    /// `evenements` is taken from the figures.
    pub roots: Roots,
    pub linked: Vec<Linked>,
    pub corrected: Option<Vec<Corrected>>,
}

impl Manifest {
    /// `files`: the bytes of the three files as they are written.
    pub fn of(figures: &Figures, files: &[(File, String)], edition: Edition<'_>) -> Self {
        let entry = |(file, text): &(File, String)| Entry {
            nom: file_name(edition.operator, figures.month, *file, edition.number),
            lignes: file.rows(figures).len() as u64,
            sha256: hex::encode(Sha256::digest(text.as_bytes())),
        };
        Self {
            version: VERSION,
            operateur: edition.operator.to_owned(),
            mois: figures.month.to_string(),
            edition: edition.number,
            motif: edition.reason.map(str::to_owned),
            calcule_le: Moment::from_secs(edition.computed.secs()).to_string().replace(".000000Z", "Z"),
            fuseau: "Europe/Paris".to_owned(),
            logiciel: edition.software.to_owned(),
            fichiers: files.iter().map(entry).collect(),
            journal: Roots { evenements: figures.events, ..edition.roots },
            totaux: totals(figures),
            identites_liees: edition.linked,
            corrige: edition.corrected,
        }
    }

    /// As it is written: indented, with a last line end.
    pub fn text(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("a manifest holds texts, numbers and lists");
        text + "\n"
    }
}

fn totals(figures: &Figures) -> BTreeMap<String, Totals> {
    let of = |kind: &str| {
        let mut actors: BTreeSet<&str> = BTreeSet::new();
        let visited = figures.connexions.iter().filter(|row| row.type_boite == kind && row.nb_visites > 0);
        actors.extend(visited.filter_map(|row| row.id_acteur.as_deref()));
        let exchanged = || figures.echanges.iter().filter(move |row| row.type_boite == kind);
        actors.extend(exchanged().filter(|row| row.type_acteur != "SYSTEME").map(|row| row.id_acteur.as_str()));
        let messages = |sens: &str| exchanged().filter(|row| row.sens == sens).map(|row| row.counts.nb_messages).sum();
        Totals {
            boites: figures.boites.iter().filter(|row| row.type_boite == kind).count() as u64,
            acteurs: actors.len() as u64,
            emis: messages("EMIS"),
            recus: messages("RECU"),
        }
    };
    [Kind::Per, Kind::Org, Kind::App, Kind::Cab].map(|kind| (kind.as_str().to_owned(), of(kind.as_str()))).into()
}
