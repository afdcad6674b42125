//! The naming rule told while somebody types, and names proposed from the name of the practice.
//!
//! Requirements: CAB-03, CAB-04, BAL-01. [`NamingRule::check`] decides on the same points when the mailbox is created.

use crate::ids::Address;
use crate::mailbox::{Kind, NamingRule};
use crate::refusal::NamePoint;
use crate::register::Person;
use crate::words::folded;

/// One point of the rule, and whether what is typed keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advice {
    pub ok: bool,
    pub point: NamePoint,
}

/// Words that say what sort of place it is, or under which law: the name comes after them.
const SORTS: [&str; 26] = [
    "cabinet",
    "cab",
    "medical",
    "medicale",
    "medicaux",
    "dentaire",
    "infirmier",
    "infirmiers",
    "paramedical",
    "kinesitherapie",
    "orthophonie",
    "sage",
    "femme",
    "scm",
    "scp",
    "sel",
    "selarl",
    "selas",
    "sas",
    "sarl",
    "societe",
    "civile",
    "moyens",
    "groupe",
    "liberal",
    "association",
];

/// Names proposed at most.
const PROPOSALS: usize = 3;

impl NamingRule {
    /// Each point of the rule for this local part, in the order in which people read an address.
    pub fn explain(&self, kind: Kind, local: &str, people: &[&Person]) -> Vec<Advice> {
        let local = local.trim().to_ascii_lowercase();
        let rest = local.strip_prefix(self.cabinet_prefix.as_str());
        let plain = local.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
        let spelling = (plain && Address::parse(&format!("{local}@a.test")).is_ok(), NamePoint::Spelling);
        let points = if kind == Kind::Cab {
            let words = rest.map(folded).unwrap_or_default();
            vec![
                (rest.is_some(), NamePoint::Prefix),
                (!words.is_empty(), NamePoint::Practice),
                (!self.bears_a_name(&words, people), NamePoint::Nobody),
                spelling,
            ]
        } else {
            vec![(rest.is_none(), NamePoint::Reserved), spelling]
        };
        points.into_iter().map(|(ok, point)| Advice { ok, point }).collect()
    }

    /// Local parts for a cabinet, the best first, none that is `taken`; empty when the practice is called after a person and nothing else.
    pub fn propose(&self, structure_name: &str, people: &[&Person], taken: impl Fn(&str) -> bool) -> Vec<String> {
        let all = folded(structure_name);
        let own: Vec<&str> = all.iter().map(String::as_str).skip_while(|word| SORTS.contains(word)).collect();
        let longer: Vec<&str> = all.iter().map(String::as_str).skip_while(|word| matches!(*word, "cabinet" | "cab")).collect();
        let mut proposed: Vec<String> = Vec::new();
        if own.is_empty() {
            return proposed;
        }
        let numbered = (2..=9).map(|n| format!("{}-{n}", own.join("-")));
        for rest in [own.join("-"), longer.join("-")].into_iter().chain(numbered) {
            let local = format!("{}{rest}", self.cabinet_prefix);
            let address = Address::parse(&format!("{local}@a.test"));
            let fit = address.is_ok_and(|address| self.check(Kind::Cab, &address, people).is_ok());
            if fit && !proposed.contains(&local) && !taken(&local) {
                proposed.push(local);
            }
            if proposed.len() == PROPOSALS {
                break;
            }
        }
        proposed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::IdNat;

    fn claire() -> Person {
        Person {
            idnat: IdNat::parse("899790000014").unwrap(),
            family: "TILLEUL".to_owned(),
            given: "Claire".to_owned(),
            civility: String::new(),
            aliases: vec![],
            struck_off: None,
            exercises: vec![],
        }
    }

    /// Proves: CAB-04.
    #[test]
    fn the_rule_is_told_point_by_point_and_agrees_with_the_check() {
        let (rule, claire) = (NamingRule::default(), claire());
        let kept = |kind, local: &str| rule.explain(kind, local, &[&claire]).iter().map(|a| a.ok).collect::<Vec<_>>();
        assert_eq!(kept(Kind::Cab, "Cabinet.des-lilas"), [true, true, true, true]);
        assert_eq!(kept(Kind::Cab, "cabinet."), [true, false, true, false], "an address does not end with a dot");
        assert_eq!(kept(Kind::Cab, "cabinet.dr-tilleul"), [true, true, false, true]);
        assert_eq!(kept(Kind::Cab, "des lilas"), [false, false, true, false]);
        assert_eq!(kept(Kind::Org, "cabinet.cardiologie"), [false, true]);
        for local in ["cabinet.des-lilas", "cabinet.tilleul", "lilas", "cabinet.clairetilleul", "cabinet.---", "cabinet.des/lilas"] {
            let address = Address::parse(&format!("{local}@pli.mssante.test")).unwrap();
            let all = rule.explain(Kind::Cab, local, &[&claire]).iter().all(|a| a.ok);
            assert_eq!(all, rule.check(Kind::Cab, &address, &[&claire]).is_ok(), "{local}");
        }
    }

    /// Proves: CAB-04.
    #[test]
    fn names_are_proposed_after_the_practice_and_never_after_a_person() {
        let (rule, claire) = (NamingRule::default(), claire());
        let propose = |name: &str| rule.propose(name, &[&claire], |local| local == "cabinet.des-chenes");
        assert_eq!(propose("Cabinet médical des Lilas"), ["cabinet.des-lilas", "cabinet.medical-des-lilas", "cabinet.des-lilas-2"]);
        assert_eq!(propose("SELARL des Chênes")[0], "cabinet.selarl-des-chenes", "the first is taken");
        assert_eq!(propose("CABINET DU DR TILLEUL"), [] as [&str; 0]);
        assert_eq!(propose(""), [] as [&str; 0]);
    }
}
