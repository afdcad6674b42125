//! Numbers of persons: the national number RPPS, and the IdNat under which Pro Santé Connect names somebody.
//!
//! Requirements: REG-01, BAL-06, PSC-17, PSC-18, DEL-11, LOC-03.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{BadId, all_digits, bad, luhn, without_spaces};

text_id! {
    /// RPPS or RPPS+ number of a person: 11 digits, the last one a Luhn key (REG-01), e.g. `99790000014`.
    Rpps
}

impl Rpps {
    pub fn parse(text: &str) -> Result<Self, BadId> {
        let text = without_spaces(text);
        if text.len() != 11 || !all_digits(&text) {
            return Err(bad("numéro RPPS", "onze chiffres sont attendus"));
        }
        if !luhn(&text) {
            return Err(bad("numéro RPPS", "la clé ne correspond pas : un chiffre est faux"));
        }
        Ok(Self(text))
    }
}

text_id! {
    /// National identity number of a person as PSC gives it: `8`+RPPS, `0`+ADELI, structure-bound forms, ANS test ids (PSC-17).
    ///
    /// The form is always right; the key of an RPPS is told by [`IdNat::form`], since test platforms give numbers with wrong keys.
    IdNat
}

/// What an [`IdNat`] is made of (PSC-17).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdNatForm {
    /// `8` + RPPS with a right key.
    Rpps(Rpps),
    /// `8` + 11 digits whose key is wrong: refused in production, a warning elsewhere.
    RppsWrongKey,
    /// `0` + ADELI: accepted for years to come, as an alias of a person (BAL-06, REG-09).
    Adeli,
    /// Known to one structure only, by her number there: no RPPS (DEL-11, LOC-03). Holds the structure's national id.
    Local { structure: String },
    /// `ANS` + 14 digits: test platforms only.
    AnsTest,
}

impl IdNat {
    pub fn parse(text: &str) -> Result<Self, BadId> {
        let text = text.trim();
        if form_of(text).is_none() {
            return Err(bad("IdNat", "forme inattendue"));
        }
        Ok(Self(text.to_owned()))
    }

    pub fn form(&self) -> IdNatForm {
        form_of(&self.0).expect("parsing, the only way to an IdNat, found a form")
    }

    /// The RPPS number, when it is one and its key is right.
    pub fn rpps(&self) -> Option<Rpps> {
        match self.form() {
            IdNatForm::Rpps(rpps) => Some(rpps),
            _ => None,
        }
    }

    /// A person's own number, valid in every structure, as a CAB or PER mailbox asks (DEL-11). ADELI alone does not suffice.
    pub fn is_national(&self) -> bool {
        matches!(self.form(), IdNatForm::Rpps(_) | IdNatForm::RppsWrongKey | IdNatForm::AnsTest)
    }

    /// National id of the structure that alone knows this person, e.g. `1990000028` for `3990000028/SEC0042`.
    pub fn employer(&self) -> Option<String> {
        match self.form() {
            IdNatForm::Local { structure } => Some(structure),
            _ => None,
        }
    }

    /// Numbers of test cards and of invented people, refused in production (PSC-18).
    pub fn is_for_tests(&self) -> bool {
        self.0.starts_with("8997") || self.form() == IdNatForm::AnsTest
    }
}

impl From<Rpps> for IdNat {
    fn from(rpps: Rpps) -> Self {
        Self(format!("8{rpps}"))
    }
}

fn form_of(text: &str) -> Option<IdNatForm> {
    if let Some((register, inner)) = text.split_once('/') {
        return local(register, inner);
    }
    if let Some(digits) = text.strip_prefix("ANS") {
        return (digits.len() == 14 && all_digits(digits)).then_some(IdNatForm::AnsTest);
    }
    match text.split_at_checked(1)? {
        ("8", rest) if rest.len() == 11 && all_digits(rest) => Some(Rpps::parse(rest).map_or(IdNatForm::RppsWrongKey, IdNatForm::Rpps)),
        ("0", rest) if rest.len() == 9 && digits_or_ab(rest) => Some(IdNatForm::Adeli),
        _ => None,
    }
}

/// `3<FINESS>/id`, `5<SIRET>/id`, `6<RPPS-rang>/id`, `1<11 characters>/id`; the structure's own id has another first digit.
fn local(register: &str, inner: &str) -> Option<IdNatForm> {
    let inner_is_right = (1..=20).contains(&inner.len()) && inner.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    let (prefix, number) = register.split_at_checked(1)?;
    let structure_prefix = match prefix {
        "3" if number.len() == 9 && digits_or_ab(number) => '1',
        "5" if number.len() == 14 && all_digits(number) => '3',
        "6" if number.len() == 14 && all_digits(number) => '4',
        "1" if number.len() == 11 && number.bytes().all(|b| b.is_ascii_alphanumeric()) => '0',
        _ => return None,
    };
    inner_is_right.then(|| IdNatForm::Local { structure: format!("{structure_prefix}{number}") })
}

fn digits_or_ab(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit() || b == b'A' || b == b'B')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> IdNatForm {
        IdNat::parse(text).expect("a form of PSC-17").form()
    }

    /// Proves: PSC-17, BAL-06, REG-01.
    #[test]
    fn each_form_of_number_in_use_is_told_apart() {
        assert_eq!(form("899790000014"), IdNatForm::Rpps(Rpps::parse("99790000014").unwrap()));
        assert_eq!(form("899790000015"), IdNatForm::RppsWrongKey);
        assert_eq!(form("0996000014"), IdNatForm::Adeli);
        assert_eq!(form("02A6000014"), IdNatForm::Adeli);
        assert_eq!(form("3990000028/SEC0042"), IdNatForm::Local { structure: "1990000028".to_owned() });
        assert_eq!(form("599900001100018/12"), IdNatForm::Local { structure: "399900001100018".to_owned() });
        assert_eq!(form("699790000014017/12"), IdNatForm::Local { structure: "499790000014017".to_owned() });
        assert_eq!(form("ANS20000000000001"), IdNatForm::AnsTest);
    }

    /// Proves: PSC-17.
    #[test]
    fn what_has_no_form_is_no_idnat() {
        for text in ["", "8", "99790000014", "8997900000144", "099600001", "3990000028/", "3990000028/a b", "ANS1", "é", "8é99000001"] {
            assert!(IdNat::parse(text).is_err(), "{text:?} was taken");
        }
    }

    #[test]
    fn only_a_persons_own_number_is_national() {
        assert!(IdNat::parse("899790000014").unwrap().is_national());
        assert!(!IdNat::parse("0996000014").unwrap().is_national());
        assert!(!IdNat::parse("3990000028/SEC0042").unwrap().is_national());
    }

    /// Proves: PSC-18.
    #[test]
    fn invented_people_are_recognised_as_such() {
        assert!(IdNat::parse("899790000014").unwrap().is_for_tests());
        assert!(!IdNat::parse("810000000013").unwrap().is_for_tests());
    }

    #[test]
    fn an_rpps_number_may_be_typed_in_groups() {
        assert_eq!(Rpps::parse(" 99 790 000 014 ").unwrap().as_str(), "99790000014");
        assert!(Rpps::parse("99790000041").is_err(), "two digits swapped");
    }
}
