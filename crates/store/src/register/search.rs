//! People and places found by the beginnings of their words, in any order, accents and case folded, or by their numbers.
//!
//! Requirements: BAL-06, DEL-13. The words stand beside the facts they come from, written with them. Finding somebody opens nothing (PSC-E).

use std::collections::BTreeSet;

use rules::ids::Rpps;
use rules::register::{Person, Structure};
use rules::words::folded;
use rules::{IdNat, Moment};

use crate::engine::{Tx, params};
use crate::words::from_json;
use crate::{Result, Store};

/// Answers at most.
const MOST: u32 = 50;
/// Rows looked at before the best are chosen.
const LOOKED_AT: i64 = 400;
/// Words of a query that count; the longest first.
const WORDS: usize = 4;

/// Who may be found by name.
enum Among {
    /// Everybody with a number of her own.
    National,
    /// The people whom this structure alone knows.
    Structure(String),
}

impl Store {
    /// People whose names begin with these words, or with that number (RPPS, IdNat, ADELI). People known to one structure only are found by
    /// their whole number alone: [`Self::search_local`] finds them by name. `limit`: 50 at most.
    pub async fn search_people(&self, query: &str, limit: u32, now: Moment) -> Result<Vec<Person>> {
        let args = (query.to_owned(), limit.min(MOST), now);
        self.read_facts(args, |tx, args| Box::pin(people(tx, &args.0, &Among::National, args.1, args.2))).await
    }

    /// People whom this structure alone knows (its staff without national number), by name.
    pub async fn search_local(&self, structure: &str, query: &str, limit: u32, now: Moment) -> Result<Vec<Person>> {
        let args = (query.to_owned(), Among::Structure(structure.to_owned()), limit.min(MOST), now);
        self.read_facts(args, |tx, args| Box::pin(people(tx, &args.0, &args.1, args.2, args.3))).await
    }

    /// Places by name, sign or town, or by FINESS or SIRET number. `limit`: 50 at most.
    pub async fn search_structures(&self, query: &str, limit: u32) -> Result<Vec<Structure>> {
        let args = (query.to_owned(), limit.min(MOST));
        self.read_facts(args, |tx, args| Box::pin(structures(tx, &args.0, args.1))).await
    }
}

async fn people(tx: &mut Tx<'_>, query: &str, among: &Among, limit: u32, now: Moment) -> Result<Vec<Person>> {
    if let Some(number) = number(query) {
        return Ok(tx.person(&number).await?.into_iter().collect());
    }
    let words = asked(query);
    let mut found = Vec::new();
    for id in matching(tx, "person_word", "idnat", &words).await? {
        let row = tx.row("SELECT body FROM person WHERE idnat = $1", params![&id]).await?;
        let Some(mut row) = row else { continue };
        let person: Person = from_json(&row.take::<String>()?)?;
        let wanted = match (among, person.idnat.employer()) {
            (Among::National, employer) => employer.is_none(),
            (Among::Structure(structure), employer) => employer.as_ref() == Some(structure),
        };
        if wanted {
            found.push(person);
        }
    }
    // Whole words before beginnings, people who exercise before those who no longer do.
    let whole = |person: &Person| {
        let own: BTreeSet<String> = words_in(person);
        words.iter().filter(|word| own.contains(*word)).count()
    };
    found.sort_by_cached_key(|person| {
        let (exercises, name) = (person.admissible(now).is_ok(), (person.family.clone(), person.given.clone()));
        (!exercises, std::cmp::Reverse(whole(person)), name, person.idnat.clone())
    });
    found.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(found)
}

async fn structures(tx: &mut Tx<'_>, query: &str, limit: u32) -> Result<Vec<Structure>> {
    if let Some(structure) = tx.find_structure(query).await? {
        return Ok(vec![structure]);
    }
    let mut found = Vec::new();
    for id in matching(tx, "structure_word", "structure", &asked(query)).await? {
        found.extend(tx.structure(&id).await?);
    }
    found.sort_by(|a, b| (a.closed.is_some(), &a.name, &a.id).cmp(&(b.closed.is_some(), &b.name, &b.id)));
    found.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(found)
}

/// Places one of whose words is this very number.
pub(super) async fn structures_with(tx: &mut Tx<'_>, number: &str) -> Result<Vec<Structure>> {
    let word = number.to_ascii_lowercase();
    let mut found = Vec::new();
    for mut row in tx.rows("SELECT structure FROM structure_word WHERE word = $1 LIMIT 10", params![&word]).await? {
        found.extend(tx.structure(&row.take::<String>()?).await?);
    }
    Ok(found)
}

/// A number somebody typed: RPPS, ADELI, or an IdNat as Pro Santé Connect gives it.
fn number(query: &str) -> Option<IdNat> {
    let plain: String = query.chars().filter(|c| !c.is_whitespace()).collect();
    if let Ok(rpps) = Rpps::parse(&plain) {
        return Some(rpps.into());
    }
    if plain.len() == 9 && plain.bytes().skip(3).all(|b| b.is_ascii_digit()) {
        return IdNat::parse(&format!("0{}", plain.to_ascii_uppercase())).ok();
    }
    IdNat::parse(&plain).ok()
}

/// The words of a query that are looked for, the longest (the most telling) first; none if all are single letters.
fn asked(query: &str) -> Vec<String> {
    let mut words = folded(query);
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words.dedup();
    words.truncate(WORDS);
    if words.first().is_some_and(|word| word.len() > 1) { words } else { Vec::new() }
}

/// Who has, for each of these, a word that begins so. `table` and `id` are ours, never typed by anybody.
async fn matching(tx: &mut Tx<'_>, table: &str, id: &str, words: &[String]) -> Result<Vec<String>> {
    use std::fmt::Write;
    if words.is_empty() {
        return Ok(Vec::new());
    }
    // `{` comes right after `z`: everything that begins with the word stands before it.
    let ends: Vec<String> = words.iter().map(|word| format!("{word}{{")).collect();
    let mut sql = format!("SELECT DISTINCT w.{id} FROM {table} w WHERE w.word >= $1 AND w.word < $2");
    let mut values = vec![crate::engine::Param::from(&words[0]), crate::engine::Param::from(&ends[0])];
    for (word, end) in words.iter().zip(&ends).skip(1) {
        let n = values.len();
        let _ = write!(sql, " AND EXISTS (SELECT 1 FROM {table} x WHERE x.{id} = w.{id} AND x.word >= ${} AND x.word < ${})", n + 1, n + 2);
        values.extend([crate::engine::Param::from(word), crate::engine::Param::from(end)]);
    }
    let _ = write!(sql, " LIMIT ${}", values.len() + 1);
    values.push(LOOKED_AT.into());
    tx.rows(&sql, &values).await?.into_iter().map(|mut row| row.take()).collect()
}

/// Every word that finds this person: her names, and those under which she exercises.
fn words_in(person: &Person) -> BTreeSet<String> {
    let exercised = person.exercises.iter().flat_map(|exercise| [&exercise.family, &exercise.given]);
    let names = [&person.family, &person.given].into_iter().chain(exercised);
    let mut words = BTreeSet::new();
    for name in names {
        let parts = folded(name);
        // « Jean-Pierre » is also found as one word.
        if parts.len() > 1 {
            words.insert(parts.concat());
        }
        words.extend(parts);
    }
    words
}

pub(super) async fn words_of_person(tx: &mut Tx<'_>, person: &Person) -> Result<()> {
    tx.exec("DELETE FROM person_word WHERE idnat = $1", params![person.idnat.as_str()]).await?;
    for word in words_in(person) {
        tx.exec("INSERT INTO person_word (word, idnat) VALUES ($1, $2)", params![&word, person.idnat.as_str()]).await?;
    }
    Ok(())
}

pub(super) async fn words_of_structure(tx: &mut Tx<'_>, structure: &Structure) -> Result<()> {
    tx.exec("DELETE FROM structure_word WHERE structure = $1", params![&structure.id]).await?;
    let mut words: BTreeSet<String> = folded(&structure.name).into_iter().collect();
    words.extend(structure.sign.iter().flat_map(|sign| folded(sign)));
    words.extend(folded(&structure.address.line));
    words.extend([&structure.finess, &structure.siret].into_iter().flatten().map(|number| number.to_ascii_lowercase()));
    // `1`+FINESS, `3`+SIRET: the number within the id; the RPPS-rang of a practice finds nothing (CAB-21).
    words.extend(structure.id.strip_prefix(['1', '3']).map(str::to_ascii_lowercase));
    for word in words {
        tx.exec("INSERT INTO structure_word (word, structure) VALUES ($1, $2)", params![&word, &structure.id]).await?;
    }
    Ok(())
}

/// Words for those who were in the register before words were kept.
pub(crate) async fn fill(tx: &mut Tx<'_>) -> Result<()> {
    if tx.row("SELECT 1 FROM person_word LIMIT 1", &[]).await?.is_none() {
        for mut row in tx.rows("SELECT body FROM person", &[]).await? {
            words_of_person(tx, &from_json(&row.take::<String>()?)?).await?;
        }
    }
    if tx.row("SELECT 1 FROM structure_word LIMIT 1", &[]).await?.is_none() {
        for mut row in tx.rows("SELECT body FROM structure", &[]).await? {
            words_of_structure(tx, &from_json(&row.take::<String>()?)?).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: BAL-06.
    #[test]
    fn a_number_is_recognised_however_it_is_typed() {
        let read = |text| number(text).map(|id| id.to_string());
        assert_eq!(read("99790000014").as_deref(), Some("899790000014"));
        assert_eq!(read("997 9000 0014").as_deref(), Some("899790000014"));
        assert_eq!(read("899790000014").as_deref(), Some("899790000014"));
        assert_eq!(read("996000014").as_deref(), Some("0996000014"), "ADELI");
        assert_eq!(read("2a6000014").as_deref(), Some("02A6000014"), "ADELI of Corsica");
        assert_eq!((read("sureau"), read("12"), read("abcdefghi")), (None, None, None));
    }

    #[test]
    fn the_longest_words_of_a_query_lead() {
        assert_eq!(asked("Le Dr  Frêne-LAUZE"), ["frene", "lauze", "le", "dr"]);
        assert_eq!(asked("d"), [] as [&str; 0]);
        assert_eq!(asked(" % _ ' "), [] as [&str; 0]);
    }
}
