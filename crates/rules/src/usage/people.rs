//! The figures added up for pages: who did what in one mailbox, and one person's own figures.
//!
//! Requirements: IND-60, IND-A, IND-06. Nothing is counted here: rows of [`Figures`] are added, so that pages and files cannot disagree. Who may
//! see them is decided by the caller: a délégataire sees her own only.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::ids::{Address, IdNat};
use crate::usage::Figures;

/// One person or machine in one mailbox over the month, all channels and capacities together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Total {
    pub adresse_boite: String,
    /// `PROFESSIONNEL`, `LOCAL`, `APPLICATION`.
    pub type_acteur: &'static str,
    pub id_acteur: String,
    /// In which capacities, in byte order.
    pub qualites: BTreeSet<&'static str>,
    pub nb_visites: u64,
    pub nb_refus: u64,
    pub nb_emis: u64,
    /// Recipients of what was sent.
    pub nb_destinataires: u64,
    /// First readings.
    pub nb_lus: u64,
    pub nb_echecs: u64,
    /// `AAAA-MM-JJ`, of a login ever known up to the end of the month.
    pub derniere_connexion: Option<String>,
}

/// Everybody who did something in this mailbox, by number; for its owner, cotitulaires and responsables.
pub fn mailbox_people(figures: &Figures, mailbox: &Address) -> Vec<Total> {
    totals(figures, |address, _| address == mailbox.as_str())
}

/// One person's own figures, mailbox by mailbox.
pub fn person_mailboxes(figures: &Figures, person: &IdNat) -> Vec<Total> {
    totals(figures, |_, actor| actor == person.as_str())
}

fn totals(figures: &Figures, wanted: impl Fn(&str, &str) -> bool) -> Vec<Total> {
    let mut totals: BTreeMap<(&str, &str), Total> = BTreeMap::new();
    fn of<'a, 'b>(
        totals: &'b mut BTreeMap<(&'a str, &'a str), Total>,
        address: &'a str,
        kind: &'static str,
        actor: &'a str,
        capacity: Option<&'static str>,
    ) -> &'b mut Total {
        let total = totals.entry((address, actor)).or_default();
        if total.id_acteur.is_empty() {
            (total.adresse_boite, total.type_acteur, total.id_acteur) = (address.to_owned(), kind, actor.to_owned());
        }
        total.qualites.extend(capacity);
        total
    }
    for row in &figures.connexions {
        let (Some(kind), Some(actor)) = (row.type_acteur, row.id_acteur.as_deref()) else { continue };
        if wanted(&row.adresse_boite, actor) {
            let total = of(&mut totals, &row.adresse_boite, kind, actor, row.qualite);
            total.nb_visites += row.nb_visites;
            total.nb_refus += row.nb_refus;
            total.derniere_connexion = total.derniere_connexion.take().max(row.date_derniere_connexion.clone());
        }
    }
    for row in figures.echanges.iter().filter(|row| row.type_acteur != "SYSTEME" && wanted(&row.adresse_boite, &row.id_acteur)) {
        let total = of(&mut totals, &row.adresse_boite, row.type_acteur, &row.id_acteur, row.qualite);
        match row.sens {
            "EMIS" => {
                total.nb_emis += row.counts.nb_messages;
                total.nb_destinataires += row.counts.nb_dest_interne + row.counts.nb_dest_espace + row.counts.nb_dest_usager;
                total.nb_echecs += row.counts.nb_echecs;
            }
            _ => total.nb_lus += row.counts.nb_messages,
        }
    }
    totals.into_values().collect()
}
