//! Writes `docs/conformity.md`: one line a rule, the mission's first. The same register and sources give the same bytes.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::Places;
use super::register::{Chapter, Register};

const HEAD: &str = "# Conformity

Written by `cargo xtask trace`; never edited by hand. A rule is *done* when code cites it (`Requirements:`) and a test shows it (`Proves:`);
until both stand it is *later*, whatever part of it works. The register, with sources and levels, is in [requirements/](requirements/README.md).
";

pub(super) fn write(register: &Register, places: &BTreeMap<String, Places>) -> String {
    let mut page = String::from(HEAD);
    let _ = writeln!(page, "\n| chapter | done | rules |\n|---|---|---|");
    for chapter in &register.chapters {
        let done = chapter.rules.iter().filter(|rule| places.get(&rule.id).is_some_and(Places::is_done)).count();
        let _ = writeln!(page, "| {} | {done} | {} |", chapter.title, chapter.rules.len());
    }
    for chapter in &register.chapters {
        write_chapter(chapter, places, &mut page);
    }
    page
}

fn write_chapter(chapter: &Chapter, places: &BTreeMap<String, Places>, page: &mut String) {
    let _ = writeln!(page, "\n## {}\n\n| rule | level | what it asks | state | code | tests |\n|---|---|---|---|---|---|", chapter.title);
    for rule in &chapter.rules {
        let none = Places::default();
        let found = places.get(&rule.id).unwrap_or(&none);
        let state = if found.is_done() { "done" } else { "later" };
        let text = rule.text.replace('|', "\\|").replace('<', "&lt;");
        let code = found.code.iter().map(|path| link(path, path)).collect::<Vec<_>>().join("<br>");
        let tests = found.tests.iter().map(|place| test_link(place)).collect::<Vec<_>>().join("<br>");
        let _ = writeln!(page, "| {} | {} | {text} | {state} | {code} | {tests} |", rule.id, rule.level);
    }
}

/// `smtp/src/inbound/rcpt.rs`, leading to the file.
fn link(shown: &str, path: &str) -> String {
    format!("[{}](../{path})", shown.trim_start_matches("crates/"))
}

fn test_link(place: &str) -> String {
    match place.split_once("::") {
        Some((path, name)) => link(name, path),
        None => link(place, place),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::register::Rule;

    #[test]
    fn a_rule_is_done_only_with_code_and_test() {
        let rule = |id: &str| Rule { id: id.into(), level: "must".into(), text: "a | b".into() };
        let register =
            Register { chapters: vec![Chapter { title: "T".into(), rules: vec![rule("CAB-01"), rule("CAB-02"), rule("CAB-03")] }] };
        let mut places: BTreeMap<String, Places> = BTreeMap::new();
        places.entry("CAB-01".into()).or_default().code.insert("crates/a/src/x.rs".into());
        places.entry("CAB-01".into()).or_default().tests.insert("crates/a/src/x.rs::shows_it".into());
        places.entry("CAB-02".into()).or_default().code.insert("crates/a/src/x.rs".into());
        let page = write(&register, &places);
        assert!(page.contains("| T | 1 | 3 |"));
        assert!(
            page.contains("| CAB-01 | must | a \\| b | done | [a/src/x.rs](../crates/a/src/x.rs) | [shows_it](../crates/a/src/x.rs) |")
        );
        assert!(page.contains("| CAB-02 | must | a \\| b | later | [a/src/x.rs](../crates/a/src/x.rs) |  |"));
        assert!(page.contains("| CAB-03 | must | a \\| b | later |  |  |"));
    }
}
