//! SQL placeholders are numbered in the order in which they first appear: SQLite numbers `$n` so, whatever n says.
//!
//! A piece of a longer statement begins where its statement stands; it is checked to rise by one from its first number on.

use crate::Report;
use crate::tree::Tree;

pub(super) fn check(tree: &Tree, report: &mut Report) {
    for file in tree.rust().filter(|file| file.is_code() && file.krate() == Some("store")) {
        let source = file.source();
        for literal in source.code_literals() {
            if let Err(why) = in_order(&literal.text) {
                report.faults.push(format!("{}:{}: {why}", file.path, literal.line));
            }
        }
    }
}

fn in_order(text: &str) -> Result<(), String> {
    let mut seen: Vec<usize> = Vec::new();
    for (number, after_insert) in placeholders(text) {
        if seen.contains(&number) {
            continue;
        }
        let expected = match seen.last() {
            Some(last) => last + 1,
            None if is_statement(text) => 1,
            None => number,
        };
        // What `format!` puts in between may bring placeholders of its own: then the numbers only have to rise.
        if number != expected && !(after_insert && number > expected) {
            return Err(format!("placeholder ${number} appears where ${expected} must"));
        }
        seen.push(number);
    }
    Ok(())
}

/// Each number with whether something is inserted (`{…}`) between it and the one before.
fn placeholders(text: &str) -> impl Iterator<Item = (usize, bool)> {
    let pieces: Vec<&str> = text.split('$').collect();
    let pairs: Vec<(usize, bool)> = pieces
        .windows(2)
        .filter_map(|pair| {
            let digits: String = pair[1].chars().take_while(char::is_ascii_digit).collect();
            Some((digits.parse().ok()?, pair[0].contains('{')))
        })
        .collect();
    pairs.into_iter()
}

fn is_statement(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].contains(&first.to_ascii_uppercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::in_order;

    #[test]
    fn numbers_rise_by_first_appearance_and_may_repeat() {
        assert!(in_order("SELECT a FROM b WHERE c = $1 AND d = $2 AND e = $1 AND f = $3").is_ok());
        assert!(in_order("UPDATE a SET b = $2 WHERE c = $1").is_err());
        assert!(in_order("SELECT $2").is_err());
        assert!(in_order("SELECT $1, $3").is_err());
        assert!(in_order(" AND uid > $4 AND uid < $5").is_ok(), "a piece begins where its statement stands");
        assert!(in_order(" AND uid > $5 AND uid < $4").is_err());
        assert!(in_order("UPDATE a SET {set} AND ($2 = 0 OR id = $2) AND b = $3").is_ok(), "the piece in front has $1");
        assert!(in_order("UPDATE a SET b = $1 WHERE c = $3").is_err());
        assert!(in_order("no SQL, $HOME").is_ok());
    }
}
