//! What may not stay in code, and what may stand in some places only: doors, clocks, randomness, panics.

use crate::Report;
use crate::tree::{File, Tree};

/// A piece of code, where it may stand, and why not elsewhere.
struct Rule {
    code: &'static str,
    /// Crates where it may stand; empty is nowhere.
    only_in: &'static [&'static str],
    why: &'static str,
    /// Is it forbidden in tests too?
    in_tests: bool,
}

const fn everywhere(code: &'static str, why: &'static str) -> Rule {
    Rule { code, only_in: &[], why, in_tests: true }
}

const fn outside(code: &'static str, only_in: &'static [&'static str], why: &'static str) -> Rule {
    Rule { code, only_in, why, in_tests: false }
}

const CLOCK: &str = "only `pli` reads the clock; take `rules::Clock`";
const CHANCE: &str = "only `pli` draws randomness; take `rules::Entropy`";

const RULES: [Rule; 17] = [
    everywhere("todo!(", "write it or leave it out"),
    everywhere("unimplemented!(", "write it or leave it out"),
    everywhere("dbg!(", "left over"),
    everywhere("#[ignore", "a test runs or is not there"),
    outside(".unwrap()", &[], "no panic outside tests; `expect` with the reason it cannot happen"),
    outside("access::open(", &["rules", "store"], "one way into a mailbox: ask `store.enter`, which asks the rules"),
    outside("SystemTime::now", &["pli"], CLOCK),
    outside("Timestamp::now", &["pli"], CLOCK),
    outside("Zoned::now", &["pli"], CLOCK),
    outside("Utc::now", &["pli"], CLOCK),
    outside("rand::fill", &["pli"], CHANCE),
    outside("rand::random", &["pli"], CHANCE),
    outside("thread_rng", &["pli"], CHANCE),
    outside("OsRng", &["pli"], CHANCE),
    outside("getrandom", &["pli"], CHANCE),
    outside("unsafe ", &[], "the workspace forbids it"),
    outside("println!(", &["pli"], "only the command line prints; elsewhere `tracing`"),
];

pub(super) fn check(tree: &Tree, report: &mut Report) {
    for file in tree.rust().filter(|file| file.krate().is_some()) {
        look(file, report);
    }
}

fn look(file: &File, report: &mut Report) {
    let source = file.source();
    let krate = file.krate().unwrap_or_default();
    for (index, line) in source.lines.iter().enumerate() {
        let in_test = line.test || !file.is_code();
        for rule in RULES.iter().filter(|rule| !in_test || rule.in_tests) {
            if line.code.contains(rule.code) && !rule.only_in.contains(&krate) {
                report.faults.push(format!("{}:{}: `{}`: {}", file.path, index + 1, rule.code.trim(), rule.why));
            }
        }
        for word in ["FIXME", "TODO", "XXX:"] {
            if line.comment.contains(word) {
                report.faults.push(format!("{}:{}: `{word}` in a comment: do it, or open an issue", file.path, index + 1));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(path: &str, text: &str) -> Vec<String> {
        let mut report = Report::default();
        look(&File { path: path.into(), text: text.into() }, &mut report);
        report.faults
    }

    #[test]
    fn the_door_to_a_mailbox_is_opened_in_the_store_only() {
        let call = "fn a() { rules::access::open(x); }";
        assert_eq!(faults("crates/imap/src/a.rs", call).len(), 1);
        assert!(faults("crates/store/src/a.rs", call).is_empty());
        assert!(faults("crates/imap/tests/a.rs", call).is_empty());
    }

    #[test]
    fn clock_randomness_and_panics_are_kept_out_of_code_but_not_out_of_tests() {
        let code = "fn a() { SystemTime::now(); x.unwrap(); }";
        assert_eq!(faults("crates/smtp/src/a.rs", code).len(), 2);
        assert!(faults("crates/smtp/src/a.rs", &format!("#[cfg(test)]\nmod tests {{ {code} }}")).is_empty());
        assert_eq!(faults("crates/pli/src/a.rs", code).len(), 1);
    }

    #[test]
    fn placeholders_are_found_in_code_and_comments_but_not_in_strings() {
        assert_eq!(faults("crates/smtp/src/a.rs", "// TODO later\nfn a() { todo!() }").len(), 2);
        assert!(faults("crates/smtp/src/a.rs", "const A: &str = \"todo!() TODO\";").is_empty());
        assert_eq!(faults("crates/smtp/tests/a.rs", "#[ignore]\n#[test]\nfn a() {}").len(), 1);
    }
}
