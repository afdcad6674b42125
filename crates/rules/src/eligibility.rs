//! Which professions and roles may own, hold or be lent a mailbox: a table, set by law and governance.
//!
//! Requirements: BAL-01, REG-07, DEL-01, DEL-12, PSC-19, RSK-06. The table is data (`tables/eligibility.csv`), never code; this file only reads it.
//! It says what a profession or a role may be given; who exercises what is in [`crate::register`], and neither opens a mailbox.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use crate::access::Capacity;
use crate::mailbox::{Bearer, Kind, Mailbox};
use crate::movement::standing;
use crate::refusal::Refusal;
use crate::register::{Lasting, Person};
use crate::time::Moment;

/// The national nomenclatures whose codes decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Nomenclature {
    /// Health professions.
    G15,
    /// Users of title (psychologists, osteopaths…).
    R95,
    /// Social professions.
    R94,
    /// Roles of those who have no regulated profession (secretaries, assistants…).
    R85,
}

impl Nomenclature {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "G15" => Self::G15,
            "R95" => Self::R95,
            "R94" => Self::R94,
            "R85" => Self::R85,
            _ => return None,
        })
    }
}

/// How sure a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// In the list of the governance.
    Settled,
    /// Rests on the law or on an equivalent code: the operator confirms it at installation (RSK-06).
    Review,
    /// The code is no longer given; another nomenclature may use it anew.
    Ended,
}

/// What one code opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub owner: bool,
    pub cotitulaire: bool,
    pub delegataire: bool,
    pub ground: Ground,
    /// The legal or official source, in words.
    pub source: String,
}

impl Row {
    /// The column of this capacity. A responsable answers for a mailbox as an owner does.
    pub fn allows(&self, capacity: Capacity) -> bool {
        match capacity {
            Capacity::Owner | Capacity::Responsable => self.owner,
            Capacity::Cotitulaire => self.cotitulaire,
            Capacity::Delegataire => self.delegataire,
        }
    }
}

/// A line of a table that cannot be read, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("table d'éligibilité, ligne {line} : {why}")]
pub struct BadTable {
    pub line: usize,
    pub why: &'static str,
}

/// The whole table.
#[derive(Clone, Debug, Default)]
pub struct Table {
    rows: BTreeMap<(Nomenclature, String), Row>,
}

/// Does the register entitle this person to that capacity *in this mailbox* now, and how long by what is known?
///
/// Requirements: PSC-19, DEL-09, DEL-11. A CAB or PER mailbox asks for a national number. Somebody known to one structure only may be
/// délégataire of an ORG mailbox of that same structure, as long as she works there, and nothing else. A PER mailbox that hangs on its
/// holder in one exercise is hers as long as that exercise lasts (BAL-01).
pub fn entitled(mailbox: &Mailbox, person: &Person, capacity: Capacity, now: Moment) -> Option<Lasting> {
    if let Some(structure) = person.idnat.employer() {
        let there = mailbox.kind == Kind::Org && matches!(&mailbox.bearer, Bearer::Structure { structure: bearer } if *bearer == structure);
        return if there && capacity == Capacity::Delegataire { person.service_at(&structure, now) } else { None };
    }
    let national_asked = matches!(mailbox.kind, Kind::Cab | Kind::Per);
    if national_asked && !person.idnat.is_national() {
        return None;
    }
    let lasting = person.capacities(now).of(capacity)?;
    match &mailbox.bearer {
        Bearer::Person { situation: Some(situation), .. } if capacity == Capacity::Owner && mailbox.kind == Kind::Per => {
            Some(shorter(lasting, in_situation(person, situation, now)?))
        }
        _ => Some(lasting),
    }
}

/// This very situation is active now, and how long by what is known.
pub(crate) fn in_situation(person: &Person, id: &str, now: Moment) -> Option<Lasting> {
    let mut situations = person.exercises.iter().flat_map(|exercise| &exercise.situations);
    let situation = situations.find(|situation| situation.id == id && situation.active_at(now))?;
    if person.struck_off_at(now) {
        return None;
    }
    let until = [situation.end, person.struck_off].into_iter().flatten().min();
    Some(until.map_or(Lasting::Open, Lasting::Until))
}

fn shorter(one: Lasting, other: Lasting) -> Lasting {
    [one.until(), other.until()].into_iter().flatten().min().map_or(Lasting::Open, Lasting::Until)
}

/// Could this person be given that capacity in this mailbox today? For pages that show it at once; the deciders of [`crate::movement`]
/// stay the authority, and look at the asker and at the state of the mailbox too.
pub fn judge(mailbox: &Mailbox, person: &Person, capacity: Capacity, now: Moment) -> Result<(), Refusal> {
    let of_kind = match capacity {
        Capacity::Owner | Capacity::Cotitulaire => mailbox.kind == Kind::Cab,
        Capacity::Responsable => matches!(mailbox.kind, Kind::Org | Kind::App),
        Capacity::Delegataire => mailbox.kind != Kind::App,
    };
    if !of_kind {
        return Err(Refusal::NotForThisKind);
    }
    let standing = standing(&mailbox.movements, now);
    let higher = standing.people().into_iter().any(|spell| spell.person == person.idnat && spell.capacity >= capacity);
    if higher {
        return Err(Refusal::AlreadyThere);
    }
    entitled(mailbox, person, capacity, now).ok_or(Refusal::NotEligible)?;
    let elsewhere = || mailbox.structure.as_deref().is_some_and(|practice| !person.practises_freely_at(practice, now));
    if capacity == Capacity::Owner && elsewhere() { Err(Refusal::NotEligible) } else { Ok(()) }
}

static STANDARD: LazyLock<Table> = LazyLock::new(|| {
    Table::parse(include_str!("../tables/eligibility.csv")).expect("the table is part of the crate and its tests read it whole")
});

static ADOPTED: OnceLock<Table> = OnceLock::new();

/// The operator's own table, in the place of the one the crate carries: said once, before anything is decided (DEL-12). Gives the table back
/// when another one was adopted already.
pub fn adopt(table: Table) -> Result<(), Table> {
    ADOPTED.set(table)
}

/// The table in force: the operator's, or the one the crate carries.
pub fn standard() -> &'static Table {
    ADOPTED.get().unwrap_or(&STANDARD)
}

impl Table {
    /// Reads `table;code;columns;standing;ground` lines. `#` begins a comment. A code given twice is refused: which one would hold?
    pub fn parse(text: &str) -> Result<Self, BadTable> {
        let mut table = Self::default();
        for (index, line) in text.lines().enumerate() {
            if line.is_empty() || line.starts_with('#') || line.starts_with("table;") {
                continue;
            }
            let bad = |why| BadTable { line: index + 1, why };
            let (key, row) = row(line).map_err(bad)?;
            if table.rows.insert(key, row).is_some() {
                return Err(bad("code donné deux fois"));
            }
        }
        Ok(table)
    }

    /// The row of a bare profession code, as Pro Santé Connect gives it: looked up in G15, then R95, then R94, skipping ended codes.
    /// An unknown code opens nothing.
    pub fn profession(&self, code: &str) -> Option<&Row> {
        [Nomenclature::G15, Nomenclature::R95, Nomenclature::R94]
            .into_iter()
            .filter_map(|table| self.rows.get(&(table, code.to_owned())))
            .find(|row| row.ground != Ground::Ended)
    }

    /// The row of a role (TRE_R85), e.g. `331` medical secretary.
    pub fn role(&self, code: &str) -> Option<&Row> {
        self.rows.get(&(Nomenclature::R85, code.to_owned()))
    }

    /// Every row, by nomenclature then code.
    pub fn rows(&self) -> impl Iterator<Item = (Nomenclature, &str, &Row)> {
        self.rows.iter().map(|((table, code), row)| (*table, code.as_str(), row))
    }
}

fn row(line: &str) -> Result<((Nomenclature, String), Row), &'static str> {
    let mut cells = line.splitn(5, ';');
    let mut cell = || cells.next().ok_or("il manque une colonne");
    let nomenclature = Nomenclature::parse(cell()?).ok_or("nomenclature inconnue")?;
    let code = cell()?;
    if code.is_empty() || !code.bytes().all(|b| b.is_ascii_digit()) {
        return Err("code mal formé");
    }
    let columns = cell()?;
    if columns != "-" && (columns.is_empty() || !columns.chars().all(|c| "OCD".contains(c))) {
        return Err("colonnes attendues : O, C, D ou -");
    }
    let ground = match cell()? {
        "settled" => Ground::Settled,
        "review" => Ground::Review,
        "ended" => Ground::Ended,
        _ => return Err("statut inconnu"),
    };
    let row = Row {
        owner: columns.contains('O'),
        cotitulaire: columns.contains('C'),
        delegataire: columns.contains('D'),
        ground,
        source: cell()?.to_owned(),
    };
    Ok(((nomenclature, code.to_owned()), row))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: DEL-01, REG-07.
    #[test]
    fn a_medical_secretary_and_a_medical_assistant_can_only_be_lent_a_mailbox() {
        for role in ["331", "332"] {
            let row = standard().role(role).expect("known role");
            assert_eq!((row.owner, row.cotitulaire, row.delegataire), (false, false, true), "role {role}");
        }
    }

    /// Proves: REG-07.
    #[test]
    fn a_bare_code_skips_the_ended_one_of_an_earlier_nomenclature() {
        let psychologist = standard().profession("93").expect("93 is a psychologist in R95, an ended code in G15");
        assert!(psychologist.allows(Capacity::Owner));
        assert_eq!(psychologist.ground, Ground::Review);
    }

    /// Proves: REG-07.
    #[test]
    fn an_unknown_code_opens_nothing() {
        assert_eq!(standard().profession("999"), None);
        assert_eq!(standard().role(""), None);
    }

    /// Proves: DEL-12.
    #[test]
    fn another_role_is_admitted_by_a_row_without_touching_the_code() {
        let table = Table::parse("R85;370;D;review;manipulateurs, décision de l'opérateur\n").expect("a readable table");
        assert!(table.role("370").is_some_and(|row| row.allows(Capacity::Delegataire) && !row.allows(Capacity::Owner)));
    }

    #[test]
    fn a_table_that_cannot_be_read_says_at_which_line() {
        assert_eq!(Table::parse("# ok\nR85;331;X;review;x").unwrap_err(), BadTable { line: 2, why: "colonnes attendues : O, C, D ou -" });
        assert_eq!(Table::parse("R85;331;D;review;x\nR85;331;D;review;y").unwrap_err().line, 2);
        assert_eq!(Table::parse("R85;331").unwrap_err().why, "il manque une colonne");
    }

    #[test]
    fn the_table_of_the_crate_has_its_hundred_and_forty_rows() {
        assert_eq!(
            standard().rows().count(),
            include_str!("../tables/eligibility.csv").lines().filter(|l| l.starts_with(['G', 'R'])).count()
        );
        assert!(standard().rows().count() > 130);
    }
}
