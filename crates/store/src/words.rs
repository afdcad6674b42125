//! Domain values as the words that columns hold, and back. Nothing is decided here.

use rules::author::Channel;
use rules::mailbox::{Kind, State};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Error, Result};

pub(crate) fn kind_of(word: &str) -> Result<Kind> {
    read(word)
}

pub(crate) fn state_of(word: &str) -> Result<State> {
    read(word)
}

pub(crate) fn channel_of(word: &str) -> Result<Channel> {
    read(word)
}

pub(crate) fn state_word(state: State) -> &'static str {
    match state {
        State::Demandee => "DEMANDEE",
        State::Active => "ACTIVE",
        State::Suspendue => "SUSPENDUE",
        State::EnCloture => "EN_CLOTURE",
        State::Close => "CLOSE",
    }
}

/// A unit variant from its serde word.
fn read<T: DeserializeOwned>(word: &str) -> Result<T> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).map_err(|_| unreadable(word))
}

/// A JSON column.
pub(crate) fn json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| Error::Internal(format!("JSON: {e}")))
}

pub(crate) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T> {
    // The text itself may hold names: it is not repeated in the error.
    serde_json::from_str(text).map_err(|e| Error::Internal(format!("a JSON column of {}: {e}", std::any::type_name::<T>())))
}

/// An identifier column.
pub(crate) fn parse<T: std::str::FromStr>(text: &str) -> Result<T> {
    text.parse().map_err(|_| Error::Internal(format!("a column does not hold a {}", std::any::type_name::<T>())))
}

fn unreadable(word: &str) -> Error {
    Error::Internal(format!("unknown word {word:?} in a column"))
}

/// Numbers as an IMAP set, ascending: `1:3,7` (RFC 3501 §9 sequence-set).
pub(crate) fn imap_set(mut numbers: Vec<i64>) -> String {
    use std::fmt::Write;
    numbers.sort_unstable();
    numbers.dedup();
    let mut text = String::new();
    for run in numbers.chunk_by(|a, b| b - a == 1) {
        let comma = if text.is_empty() { "" } else { "," };
        let _ = match run {
            [only] => write!(text, "{comma}{only}"),
            [first, .., last] => write!(text, "{comma}{first}:{last}"),
            [] => Ok(()),
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_as_an_imap_set() {
        assert_eq!(imap_set(vec![]), "");
        assert_eq!(imap_set(vec![5]), "5");
        assert_eq!(imap_set(vec![3, 1, 2, 2, 9, 7]), "1:3,7,9");
    }

    #[test]
    fn every_state_reads_back() {
        for state in [State::Demandee, State::Active, State::Suspendue, State::EnCloture, State::Close] {
            assert_eq!(state_of(state_word(state)).unwrap(), state);
        }
        assert!(state_of("OUVERTE").is_err());
    }
}
