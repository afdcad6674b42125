//! Somebody at the other end of a letter, as a header names them.
//!
//! RFC 5322 §3.4. Requirements: MSG-10. A name is what its writer says of itself: it proves nothing.

use mail_parser::Address;

/// A name, if one was given, and an address as it stood (lower case).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Correspondent {
    pub name: Option<String>,
    pub address: String,
}

impl Correspondent {
    pub fn new(name: Option<String>, address: &str) -> Self {
        Self { name: name.map(|name| tidy(&name)).filter(|name| !name.is_empty()), address: tidy(address).to_lowercase() }
    }

    /// What people call it: the name without the underscores of the national form (MSG-10), or the address.
    pub fn shown(&self) -> String {
        match &self.name {
            Some(name) => name.replace('_', " "),
            None => self.address.clone(),
        }
    }

    /// `Nom <adresse>`, or the address alone: what a field of a form takes back.
    pub fn written(&self) -> String {
        match &self.name {
            Some(name) => format!("\"{}\" <{}>", name.replace(['"', '\\'], ""), self.address),
            None => self.address.clone(),
        }
    }
}

/// Groups opened, in order; what has no address is left out.
pub(crate) fn of(list: &Address<'_>) -> Vec<Correspondent> {
    list.iter()
        .filter_map(|one| Some(Correspondent::new(one.name.as_deref().map(str::to_owned), one.address.as_deref()?)))
        .filter(|one| !one.address.is_empty())
        .collect()
}

/// One line: no control character, no run of blanks.
pub(crate) fn tidy(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_shown_without_the_underscores_of_the_national_form() {
        let one = Correspondent::new(Some("Dr_Claire_TILLEUL_Cabinet medical des Lilas".into()), "Claire.Tilleul@pli.mssante.test");
        assert_eq!(one.shown(), "Dr Claire TILLEUL Cabinet medical des Lilas");
        assert_eq!(one.written(), "\"Dr_Claire_TILLEUL_Cabinet medical des Lilas\" <claire.tilleul@pli.mssante.test>");
        assert_eq!(Correspondent::new(Some("  ".into()), "A@b.test").written(), "a@b.test");
    }
}
