//! Identifiers: parsing is the only way to one, so a held value is a valid value.
//!
//! Requirements: REG-01, BAL-06, CAB-21. Nothing here looks anything up: a well-formed number may belong to nobody.
//!
//! | file | identifiers |
//! |---|---|
//! | `person` | [`IdNat`] and its forms, [`Rpps`] |
//! | `place` | [`Finess`], [`Siret`] |
//! | `ins` | [`Ins`], which never shows itself whole |
//! | `mail` | [`Address`], [`Domain`] |

/// Why a text is not the identifier it claims to be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} invalide : {why}")]
pub struct BadId {
    pub what: &'static str,
    pub why: &'static str,
}

pub(crate) const fn bad(what: &'static str, why: &'static str) -> BadId {
    BadId { what, why }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadId;
            fn try_from(text: String) -> Result<Self, BadId> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                Self::parse(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

mod ins;
mod mail;
mod person;
mod place;

pub use ins::{Ins, without_ins};
pub use mail::{Address, Domain};
pub use person::{IdNat, IdNatForm, Rpps};
pub use place::{Finess, Siret};

/// Luhn's key over ASCII digits: from the right, every second digit doubled, minus 9 above 9; the sum is a multiple of 10.
fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(index, byte)| {
            let digit = u32::from(byte - b'0');
            match (index % 2, digit) {
                (0, digit) => digit,
                (_, digit) if digit > 4 => digit * 2 - 9,
                (_, digit) => digit * 2,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// What a person types: outer spaces and spaces between groups of digits do not count. Nothing is ever padded or repaired.
fn without_spaces(text: &str) -> String {
    text.chars().filter(|c| *c != ' ').collect()
}
