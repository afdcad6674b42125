//! What a mailbox may be called when it is created.
//!
//! Requirements: CAB-04, CAB-20. Looks at words only; whether the address is free is the store's to say (TRU-51).

use serde::{Deserialize, Serialize};

use crate::ids::Address;
use crate::mailbox::Kind;
use crate::refusal::Refusal;
use crate::register::Person;
use crate::words::folded;

/// How names tell a cabinet's mailbox from an ORG one. The wording is still open at the national level: it is configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NamingRule {
    /// A CAB's local part begins with it, and no other kind's does.
    pub cabinet_prefix: String,
}

impl Default for NamingRule {
    fn default() -> Self {
        Self { cabinet_prefix: "cabinet.".to_owned() }
    }
}

/// A title announces a person's name.
const TITLES: [&str; 8] = ["dr", "drs", "docteur", "docteurs", "pr", "professeur", "mme", "monsieur"];

impl NamingRule {
    /// Is this a fit name for a mailbox of that kind? `people`: those it may not be named after, the owner first of all.
    /// The refusal names the first point that is not kept.
    pub fn check(&self, kind: Kind, address: &Address, people: &[&Person]) -> Result<(), Refusal> {
        match self.explain(kind, address.local(), people).into_iter().find(|advice| !advice.ok) {
            Some(advice) => Err(Refusal::NameNotAllowed { why: advice.point }),
            None => Ok(()),
        }
    }

    /// A title, or the name of one of these people.
    pub(super) fn bears_a_name(&self, words: &[String], people: &[&Person]) -> bool {
        words.iter().any(|word| TITLES.contains(&word.as_str())) || people.iter().any(|person| names(words, person))
    }
}

/// The family name stands in these words, in one piece or glued to the given name.
fn names(found: &[String], person: &Person) -> bool {
    let family = folded(&person.family);
    if family.is_empty() {
        return false;
    }
    let (glued, given) = (family.concat(), folded(&person.given).concat());
    let glued = [format!("{given}{glued}"), format!("{glued}{given}"), glued];
    found.windows(family.len()).any(|window| window == family) || found.iter().any(|word| glued.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::IdNat;
    use crate::refusal::NamePoint;

    fn person(given: &str, family: &str) -> Person {
        let idnat = IdNat::parse("899790000014").unwrap();
        Person {
            idnat,
            family: family.to_owned(),
            given: given.to_owned(),
            civility: String::new(),
            aliases: vec![],
            struck_off: None,
            exercises: vec![],
        }
    }

    fn check(kind: Kind, local: &str) -> Result<(), Refusal> {
        let address = Address::parse(&format!("{local}@pli.mssante.test")).unwrap();
        NamingRule::default().check(kind, &address, &[&person("Claire", "TILLEUL"), &person("Lucie", "FRÊNE LAUZE")])
    }

    /// Proves: CAB-04.
    #[test]
    fn a_cabinet_is_named_after_the_structure_never_after_a_person() {
        assert_eq!(check(Kind::Cab, "cabinet.des-lilas"), Ok(()));
        assert_eq!(check(Kind::Cab, "cabinet.des-tilleuls"), Ok(()), "a tree is not the owner");
        for local in ["tilleul", "claire.tilleul", "tilleul-aubepin", "clairetilleul", "dr-dupont", "medical.frene_lauze", "frenelauze"] {
            let refused = check(Kind::Cab, &format!("cabinet.{local}"));
            assert!(matches!(refused, Err(Refusal::NameNotAllowed { .. })), "cabinet.{local} was taken");
        }
    }

    /// Proves: CAB-04, CAB-20.
    #[test]
    fn the_name_alone_tells_a_cabinet_from_the_other_kinds() {
        for kind in [Kind::Per, Kind::Org, Kind::App] {
            assert!(check(kind, "cabinet.des-lilas").is_err(), "{kind:?}");
            assert_eq!(check(kind, "secretariat.cardiologie"), Ok(()), "{kind:?}");
        }
        assert!(check(Kind::Cab, "secretariat.des-lilas").is_err());
        assert!(check(Kind::Cab, "cabinet.-").is_err());
    }

    /// Proves: CAB-04.
    #[test]
    fn signs_that_an_address_may_have_by_its_grammar_are_not_given_to_a_mailbox() {
        for (kind, local) in [(Kind::Cab, "cabinet.des/lilas"), (Kind::Org, "accueil#1"), (Kind::Per, "anne+alisier"), (Kind::App, "a&b")] {
            assert_eq!(check(kind, local), Err(Refusal::NameNotAllowed { why: NamePoint::Spelling }), "{local}");
        }
    }

    /// Proves: CAB-04.
    #[test]
    fn the_wording_of_the_rule_is_configuration() {
        let rule = NamingRule { cabinet_prefix: "cab-".to_owned() };
        let address = Address::parse("cab-lilas@pli.mssante.test").unwrap();
        assert_eq!(rule.check(Kind::Cab, &address, &[]), Ok(()));
        assert!(rule.check(Kind::Org, &address, &[]).is_err());
    }
}
