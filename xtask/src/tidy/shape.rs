//! The shape of files: size, header, name; and no path of somebody's machine anywhere.

use crate::Report;
use crate::tree::{File, Tree};

/// Lines beyond which a file is refused, and beyond which it must give its reason in the header (`size: …`).
const MAX_LINES: usize = 800;
const GOOD_LINES: usize = 400;

/// Names that say nothing.
const EMPTY_NAMES: [&str; 6] = ["utils", "util", "helpers", "helper", "common", "manager"];

pub(super) fn check(tree: &Tree, report: &mut Report) {
    for file in tree.rust() {
        size(file, report);
        name(file, report);
        if file.is_code() && !has_header(&file.text) {
            report.faults.push(format!("{}: no module header (`//!` with what it is and what it may not do)", file.path));
        }
    }
    for file in &tree.files {
        machine_paths(file, report);
    }
}

fn size(file: &File, report: &mut Report) {
    let lines = file.text.lines().count();
    if lines > MAX_LINES {
        report.faults.push(format!("{}: {lines} lines; {MAX_LINES} at most", file.path));
    } else if lines > GOOD_LINES && !gives_reason(&file.text) {
        report.remarks.push(format!("{}: {lines} lines; over {GOOD_LINES} the header gives a reason (`size: …`)", file.path));
    }
}

fn name(file: &File, report: &mut Report) {
    let stem = file.path.rsplit('/').next().and_then(|name| name.strip_suffix(".rs")).unwrap_or_default();
    if EMPTY_NAMES.contains(&stem) {
        report.faults.push(format!("{}: `{stem}` says nothing; name the thing", file.path));
    }
}

fn header(text: &str) -> impl Iterator<Item = &str> {
    text.lines().take_while(|line| line.starts_with("//!") || line.starts_with("#!") || line.trim().is_empty())
}

fn has_header(text: &str) -> bool {
    header(text).any(|line| line.strip_prefix("//!").is_some_and(|words| words.trim().len() > 10))
}

fn gives_reason(text: &str) -> bool {
    header(text).any(|line| line.contains("size: "))
}

/// Written in pieces, so that this file does not hold what it forbids.
fn machine_prefixes() -> [String; 3] {
    ["work", "root", "home"].map(|folder| format!("/{folder}/"))
}

fn machine_paths(file: &File, report: &mut Report) {
    for prefix in machine_prefixes() {
        let found = file.text.match_indices(&prefix).find(|(at, _)| begins_a_path(&file.text[..*at]));
        if let Some((at, _)) = found {
            let line = file.text[..at].lines().count().max(1);
            report.faults.push(format!("{}:{line}: `{prefix}` is a path of one machine", file.path));
        }
    }
}

/// Nothing that belongs to a longer path or an address stands before it.
fn begins_a_path(before: &str) -> bool {
    !before
        .chars()
        .next_back()
        .is_some_and(|letter| letter.is_alphanumeric() || matches!(letter, '/' | '.' | '_' | '-' | '}' | '$' | '~' | '*' | '>'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(path: &str, text: &str) -> Report {
        let mut report = Report::default();
        let tree = Tree { root: "".into(), files: vec![File { path: path.into(), text: text.into() }] };
        check(&tree, &mut report);
        report
    }

    #[test]
    fn a_file_needs_a_header_that_says_something() {
        assert_eq!(judged("crates/smtp/src/x.rs", "fn a() {}\n").faults.len(), 1);
        assert_eq!(judged("crates/smtp/src/x.rs", "//! x\n").faults.len(), 1);
        assert!(judged("crates/smtp/src/x.rs", "//! Answers one RCPT.\n").faults.is_empty());
        assert!(judged("crates/smtp/tests/x.rs", "fn a() {}\n").faults.is_empty(), "tests explain themselves by their names");
    }

    #[test]
    fn a_long_file_needs_a_reason_and_a_very_long_one_is_refused() {
        let long =
            |lines: usize, header: &str| judged("crates/smtp/src/x.rs", &format!("//! A real header.{header}\n{}", "//\n".repeat(lines)));
        assert!(long(399, "").remarks.is_empty());
        assert_eq!(long(401, "").remarks.len(), 1);
        assert!(long(401, "\n//! size: one table.").remarks.is_empty());
        assert_eq!(long(801, "\n//! size: one table.").faults.len(), 1);
    }

    #[test]
    fn a_path_of_a_machine_is_found_and_an_address_is_not() {
        let [path, ..] = machine_prefixes();
        assert_eq!(judged("docs/a.md", &format!("cd {path}main")).faults.len(), 1);
        assert!(judged("docs/a.md", &format!("https://x.test{path}main")).faults.is_empty());
    }

    #[test]
    fn a_name_that_says_nothing_is_refused() {
        let name = ["ut", "ils"].concat();
        assert_eq!(judged(&format!("crates/smtp/src/{name}.rs"), "//! A real header.\n").faults.len(), 1);
    }
}
