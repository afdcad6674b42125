//! `echanges`: what was sent, received and read, by whom.
//!
//! Requirements: IND-A, IND-B, IND-03, IND-10, IND-12, IND-14, IND-15, IND-30, IND-31. A reception is nobody's act; who read is counted apart.
//! Documents found in archives and differences of INS come with the document engine: their columns are zero until then.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::author::Author;
use crate::journal::{Act, Line};
use crate::mail::Class;
use crate::mailbox::MailboxId;
use crate::usage::actor::{self, User};
use crate::usage::{MailboxFacts, Month};

/// One row; names and order of the columns are those of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Echange {
    pub mois: Month,
    pub domaine: String,
    pub adresse_boite: String,
    pub type_boite: &'static str,
    pub id_porteur: String,
    pub type_acteur: &'static str,
    pub id_acteur: String,
    pub canal: &'static str,
    pub qualite: Option<&'static str>,
    pub sens: &'static str,
    pub nil: Option<String>,
    #[serde(flatten)]
    pub counts: Counts,
    pub id_structure: Option<String>,
}

/// Columns 12 to 28.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub nb_messages: u64,
    pub nb_dest_interne: u64,
    pub nb_dest_espace: u64,
    pub nb_dest_usager: u64,
    pub nb_avec_xdm: u64,
    pub nb_documents: u64,
    pub nb_ins_o: u64,
    pub nb_ins_n: u64,
    pub nb_ins_ecart: u64,
    pub codes_cda_declares: BTreeMap<String, u64>,
    pub codes_cda_reels: BTreeMap<String, u64>,
    pub nb_mes_fin: u64,
    pub nb_mdn_demandes: u64,
    pub nb_mdn_emis: u64,
    pub nb_mdn_recus: u64,
    pub nb_echecs: u64,
    pub octets: u64,
}

/// Columns 6 to 11. `nil` is empty for LU.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub user: User,
    pub sens: &'static str,
    pub nil: String,
}

#[derive(Default)]
pub(super) struct Exchanges {
    counts: BTreeMap<(MailboxId, Key), Counts>,
    /// Who sent a message, for the failures that come later, in this month or in another one.
    senders: BTreeMap<(MailboxId, String), Key>,
}

impl Exchanges {
    /// Returns the row the line was counted in, if it was.
    pub(super) fn line(&mut self, mailbox: &MailboxFacts, act: Act, line: &Line, counted: bool) -> Option<Key> {
        match act {
            Act::MessageSent => self.sent(mailbox, line, counted),
            Act::MessageReceived if counted => Some(self.received(mailbox, line)),
            Act::MessageOpened if counted => self.read(mailbox, line),
            Act::MessageFailed if counted => self.failed(mailbox, line),
            _ => None,
        }
    }

    fn sent(&mut self, mailbox: &MailboxFacts, line: &Line, counted: bool) -> Option<Key> {
        let key = Key { user: author(mailbox, line)?, sens: "EMIS", nil: nil(&line.facts) };
        self.senders.insert((mailbox.id, message(line).to_owned()), key.clone());
        if !counted {
            return None;
        }
        let counts = self.counts.entry((mailbox.id, key.clone())).or_default();
        match Report::of(&line.facts) {
            Some(Report::Mdn) => counts.nb_mdn_emis += 1,
            Some(Report::Dsn) => {}
            None => {
                counts.message(&line.facts);
                counts.nb_dest_interne += number(&line.facts, "internal");
                counts.nb_dest_espace += number(&line.facts, "space");
                counts.nb_dest_usager += number(&line.facts, "citizens");
            }
        }
        Some(key)
    }

    /// Counted for the mailbox, under nobody's name (IND-30).
    fn received(&mut self, mailbox: &MailboxFacts, line: &Line) -> Key {
        let key = Key { user: actor::task("reception"), sens: "RECU", nil: nil(&line.facts) };
        let counts = self.counts.entry((mailbox.id, key.clone())).or_default();
        if flag(&line.facts, "mdn") {
            counts.nb_mdn_recus += 1;
        } else if !flag(&line.facts, "dsn") {
            counts.message(&line.facts);
            match text(&line.facts, "class") {
                Some(class) if class == Class::Interne.as_str() => counts.nb_dest_interne += 1,
                Some(class) if class == Class::Usager.as_str() => counts.nb_dest_usager += 1,
                _ => counts.nb_dest_espace += 1,
            }
        }
        key
    }

    fn read(&mut self, mailbox: &MailboxFacts, line: &Line) -> Option<Key> {
        let key = Key { user: actor::user(mailbox, line)?, sens: "LU", nil: String::new() };
        self.counts.entry((mailbox.id, key.clone())).or_default().nb_messages += set_size(&line.object);
        Some(key)
    }

    /// A final failure for one recipient is counted for whoever sent the message, whenever that was.
    fn failed(&mut self, mailbox: &MailboxFacts, line: &Line) -> Option<Key> {
        let sender = self.senders.get(&(mailbox.id, message(line).to_owned())).cloned();
        let key = sender.or_else(|| Some(Key { user: author(mailbox, line)?, sens: "EMIS", nil: nil(&line.facts) }))?;
        self.counts.entry((mailbox.id, key.clone())).or_default().nb_echecs += 1;
        Some(key)
    }

    pub(super) fn rows(self, month: Month, mailboxes: &BTreeMap<MailboxId, MailboxFacts>) -> Vec<Echange> {
        let told = self.counts.into_iter().filter(|(_, counts)| *counts != Counts::default());
        let mut rows: Vec<Echange> = told
            .filter_map(|((mailbox, key), counts)| {
                let facts = mailboxes.get(&mailbox)?;
                Some(Echange {
                    mois: month,
                    domaine: facts.address.domain().to_string(),
                    adresse_boite: facts.address.to_string(),
                    type_boite: facts.kind.as_str(),
                    id_porteur: facts.bearer.clone(),
                    type_acteur: key.user.type_acteur,
                    id_acteur: key.user.id_acteur,
                    canal: key.user.canal,
                    qualite: Some(key.user.qualite).filter(|q| !q.is_empty()),
                    sens: key.sens,
                    nil: Some(key.nil).filter(|nil| !nil.is_empty()),
                    counts,
                    id_structure: facts.structure.clone(),
                })
            })
            .collect();
        rows.sort_by(|a, b| a.key().cmp(&b.key()));
        rows
    }
}

impl Echange {
    /// Columns 1 to 11; a missing one sorts as empty.
    fn key(&self) -> impl Ord + '_ {
        (
            (self.domaine.as_str(), self.adresse_boite.as_str(), self.type_boite, self.id_porteur.as_str()),
            (self.type_acteur, self.id_acteur.as_str(), self.canal, self.qualite, self.sens, self.nil.as_deref()),
        )
    }
}

impl Counts {
    /// What a sent and a received message have in common.
    fn message(&mut self, facts: &Value) {
        self.nb_messages += 1;
        self.octets += number(facts, "size");
        self.nb_avec_xdm += u64::from(flag(facts, "xdm"));
        self.nb_ins_o += u64::from(text(facts, "ins") == Some("O"));
        self.nb_ins_n += u64::from(text(facts, "ins") == Some("N"));
        self.nb_mes_fin += u64::from(text(facts, "mes") == Some("FIN"));
        self.nb_mdn_demandes += u64::from(flag(facts, "mdn_asked"));
        for code in codes(facts) {
            *self.codes_cda_declares.entry(code).or_default() += 1;
        }
    }
}

/// A report is no message (IND-31).
enum Report {
    Mdn,
    Dsn,
}

impl Report {
    /// `report` of a sent message: `true` or `"mdn"` for a disposition notification, the only report a person may send; `"dsn"` for ours.
    fn of(facts: &Value) -> Option<Self> {
        match facts.get("report") {
            Some(Value::Bool(true)) => Some(Self::Mdn),
            Some(Value::String(kind)) if kind == "mdn" => Some(Self::Mdn),
            Some(Value::String(kind)) if kind == "dsn" => Some(Self::Dsn),
            _ => None,
        }
    }
}

/// The person, machine or task that sent; staff and peers send nothing from a mailbox.
fn author(mailbox: &MailboxFacts, line: &Line) -> Option<User> {
    match &line.author {
        Author::Task { id } => Some(actor::task(id)),
        _ => actor::user(mailbox, line),
    }
}

/// The message an act is about: the first word of the object.
pub(super) fn message(line: &Line) -> &str {
    line.object.split_whitespace().next().unwrap_or_default()
}

/// How many messages an IMAP set such as `12:15,18` names; anything else is one object.
fn set_size(object: &str) -> u64 {
    ranges(object).map(|range| range.map(|range| (range.end() - range.start()).saturating_add(1))).sum::<Option<u64>>().unwrap_or(1)
}

/// The numbers an IMAP set names; an entry that is no number is `None`.
pub(super) fn ranges(object: &str) -> impl Iterator<Item = Option<std::ops::RangeInclusive<u64>>> {
    object.split(',').map(|part| {
        let (from, to) = part.split_once(':').unwrap_or((part, part));
        let (from, to) = (from.parse::<u64>().ok()?, to.parse::<u64>().ok()?);
        Some(from.min(to)..=from.max(to))
    })
}

pub(super) fn number(facts: &Value, key: &str) -> u64 {
    facts.get(key).and_then(Value::as_u64).unwrap_or(0)
}

fn flag(facts: &Value, key: &str) -> bool {
    facts.get(key).and_then(Value::as_bool).unwrap_or(false)
}

fn text<'a>(facts: &'a Value, key: &str) -> Option<&'a str> {
    facts.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// Software as declared; `ABSENT` when it says nothing (IND-12). `INVALIDE` is written by who read the header.
fn nil(facts: &Value) -> String {
    text(facts, "nil").unwrap_or("ABSENT").to_owned()
}

/// Declared document codes: a list, or the header's own text.
fn codes(facts: &Value) -> Vec<String> {
    match facts.get("code_cda") {
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(header)) => header.split([',', ';']).map(str::trim).filter(|code| !code.is_empty()).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_messages_counts_each_of_them() {
        assert_eq!(set_size("12"), 1);
        assert_eq!(set_size("12:15,18"), 5);
        assert_eq!(set_size("01JDX"), 1, "a message id is one object");
        assert_eq!(set_size(""), 1);
    }

    #[test]
    fn document_codes_are_read_from_a_list_or_from_the_header_itself() {
        assert_eq!(codes(&serde_json::json!({"code_cda": ["34112-3", "11502-2"]})), ["34112-3", "11502-2"]);
        assert_eq!(codes(&serde_json::json!({"code_cda": "34112-3; 11502-2"})), ["34112-3", "11502-2"]);
        assert!(codes(&Value::Null).is_empty());
    }
}
