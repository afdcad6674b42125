//! Finds `Requirements: A-01, B-02.` and `Proves: A-01.` in comments, with the place that each stands for.

use super::register::Named;
use crate::source::{Line, is_test_attribute};
use crate::tree::File;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Code,
    Test,
    /// A `Proves:` that belongs to no test.
    Stray,
}

#[derive(Clone, Debug)]
pub(super) struct Mention {
    pub line: usize,
    pub kind: Kind,
    pub ids: Vec<Named>,
    /// File for code; file and name for a test. No line numbers: they would change with every edit.
    pub place: String,
}

/// Rust sources of the crates, and the scripts and dialogs of the end-to-end tests.
pub(super) fn may_mention(file: &File) -> bool {
    let rust = file.path.ends_with(".rs") && file.krate().is_some();
    let script = [".py", ".sh", ".dialog", ".txt"].iter().any(|end| file.path.ends_with(end)) && file.is_test();
    rust || script || (file.path.ends_with(".rs") && file.path.starts_with("tests/"))
}

pub(super) fn read(file: &File) -> Vec<Mention> {
    if file.path.ends_with(".rs") { in_rust(file) } else { in_script(file) }
}

fn in_rust(file: &File) -> Vec<Mention> {
    let source = file.source();
    let mut found = Vec::new();
    for (index, line) in source.lines.iter().enumerate() {
        // A test that cites a rule proves nothing by it, and code is what obeys.
        if let Some(at) = line.comment.find("Requirements: ")
            && file.is_code()
            && !line.test
            && let Some(ids) = named(&text_from(&source.lines, index, at + "Requirements: ".len()))
        {
            found.push(Mention { line: index + 1, kind: Kind::Code, ids, place: file.path.clone() });
        }
        if let Some(at) = line.comment.find("Proves: ") {
            let Some(ids) = named(&text_from(&source.lines, index, at + "Proves: ".len())) else { continue };
            let test = test_name(&source.lines, index, file.is_test());
            let kind = if test.is_some() { Kind::Test } else { Kind::Stray };
            found.push(Mention { line: index + 1, kind, ids, place: format!("{}::{}", file.path, test.unwrap_or_default()) });
        }
    }
    found
}

fn in_script(file: &File) -> Vec<Mention> {
    let lines = file.text.lines().enumerate().filter_map(|(index, line)| Some((index, line, line.find("Proves: ")?)));
    lines
        .filter(|(_, line, at)| line[..*at].trim_matches(|letter| matches!(letter, '#' | '/' | ' ' | '"')).is_empty())
        .map(|(index, line, at)| Mention {
            line: index + 1,
            kind: Kind::Test,
            ids: listed(&line[at + "Proves: ".len()..]),
            place: file.path.clone(),
        })
        .collect()
}

/// The rest of the comment from there on, over the lines of comment that follow.
fn text_from(lines: &[Line], index: usize, at: usize) -> String {
    let mut text = lines[index].comment[at..].to_owned();
    for line in lines[index + 1..].iter().take_while(|line| line.code.trim().is_empty() && !line.comment.is_empty()) {
        text.push(' ');
        text.push_str(line.comment.trim_start_matches(['/', '!']).trim());
    }
    text
}

/// The test that the comment at `index` documents: the comments and attributes around it lead to a function, one of the attributes
/// makes it a test, or it stands in a file of tests (where a macro may make the test).
fn test_name(lines: &[Line], index: usize, in_test_file: bool) -> Option<String> {
    let belongs = |line: &&Line| line.code.trim().is_empty() && !line.comment.is_empty() || line.code.trim_start().starts_with("#[");
    let before = lines[..index].iter().rev().take_while(belongs);
    let after = lines[index + 1..].iter().take_while(belongs);
    let attributed = before.chain(after).any(|line| is_test_attribute(&line.code));
    let item = lines[index + 1..].iter().find(|line| !belongs(line))?;
    let name: String = match format!(" {}", item.code).split_once(" fn ") {
        Some((_, rest)) => rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect(),
        // A list of names that a macro makes into tests: `dialogs! { /// Proves: … \n a_sentence, }`.
        None => Some(item.code.trim().trim_end_matches(',')).filter(|word| is_sentence(word))?.to_owned(),
    };
    ((attributed || in_test_file || item.test) && !name.is_empty()).then_some(name)
}

fn is_sentence(word: &str) -> bool {
    word.contains('_') && word.chars().all(|letter| letter.is_lowercase() || letter.is_numeric() || letter == '_')
}

/// `CAB-06`, `IND-A`: two to four capitals, and two digits or one letter.
pub(super) fn is_id(word: &str) -> bool {
    let Some((family, number)) = word.split_once('-') else { return false };
    let capitals = (2..=4).contains(&family.len()) && family.bytes().all(|byte| byte.is_ascii_uppercase());
    let digits = number.len() == 2 && number.bytes().all(|byte| byte.is_ascii_digit());
    capitals && (digits || number.len() == 1 && number.bytes().all(|byte| byte.is_ascii_uppercase()))
}

/// The ids that a comment names; `None` if it names an invariant of docs/architecture.md instead, which has no line in the register.
fn named(text: &str) -> Option<Vec<Named>> {
    let ids = listed(text);
    (!ids.is_empty() || !text.contains("invariant")).then_some(ids)
}

/// The ids at the head of a text: `A-01, A-02 (why), B-03..B-05, C-01 step 5.` The list ends with its sentence.
fn listed(text: &str) -> Vec<Named> {
    let mut ids = Vec::new();
    let mut rest = text;
    while let Some((named, after)) = leading(rest.trim_start()) {
        ids.push(named);
        match next_item(after) {
            Some(next) => rest = next,
            None => break,
        }
    }
    ids
}

fn leading(text: &str) -> Option<(Named, &str)> {
    let (first, after) = id_at(text)?;
    let last = after.strip_prefix("..").or_else(|| after.strip_prefix('…')).and_then(|rest| id_at(rest));
    Some(match last {
        Some((last, rest)) => (Named::Range(first, last), rest),
        None => (Named::One(first), after),
    })
}

fn id_at(text: &str) -> Option<(String, &str)> {
    let end = text.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-').unwrap_or(text.len());
    is_id(&text[..end]).then(|| (text[..end].to_owned(), &text[end..]))
}

/// What follows the next comma or `and`, past a remark in parentheses or a few words.
fn next_item(text: &str) -> Option<&str> {
    let mut rest = text.trim_start();
    if rest.starts_with('(') {
        rest = &rest[rest.find(')')? + 1..];
    }
    if let Some(next) = rest.trim_start().strip_prefix("and ") {
        return Some(next);
    }
    let end = rest.find([',', '.', ':', ';', '(']).unwrap_or(rest.len());
    rest[end..].strip_prefix(',').filter(|_| end < 24)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(id: &str) -> Named {
        Named::One(id.into())
    }

    #[test]
    fn a_list_of_ids_ends_with_its_sentence() {
        assert_eq!(listed("CAB-06, DEL-02."), [one("CAB-06"), one("DEL-02")]);
        assert_eq!(listed("SIM-03 (callback, tokens): PKCE of RFC-99, PSC-01"), [one("SIM-03")]);
        assert_eq!(listed("SIM-03 (introspection), PSC-21 step 5, IND-A. TRU-01"), [one("SIM-03"), one("PSC-21"), one("IND-A")]);
        assert_eq!(
            listed("IND-01..IND-06, CAB-01 and CAB-02"),
            [Named::Range("IND-01".into(), "IND-06".into()), one("CAB-01"), one("CAB-02")]
        );
        assert_eq!(listed("TRU-39, STF-03: states, never content"), [one("TRU-39"), one("STF-03")]);
        assert!(listed("none yet").is_empty());
    }

    fn mentions(path: &str, text: &str) -> Vec<(Kind, String)> {
        read(&File { path: path.into(), text: text.into() }).into_iter().map(|mention| (mention.kind, mention.place)).collect()
    }

    #[test]
    fn a_test_is_known_by_its_attribute_before_or_after_the_comment() {
        let text = "/// Proves: CAB-01.\n#[test]\nfn first() {}\n\n#[tokio::test]\n/// Proves: CAB-02.\nasync fn second() {}\n";
        let tests = mentions("crates/a/src/x.rs", text);
        assert_eq!(tests, [(Kind::Test, "crates/a/src/x.rs::first".into()), (Kind::Test, "crates/a/src/x.rs::second".into())]);
    }

    #[test]
    fn a_proof_on_anything_else_is_stray() {
        assert_eq!(mentions("crates/a/src/x.rs", "/// Proves: CAB-01.\nfn plain() {}\n")[0].0, Kind::Stray);
        assert_eq!(mentions("crates/a/src/x.rs", "//! Proves: CAB-01.\n\nuse a;\n")[0].0, Kind::Stray);
        assert_eq!(
            mentions("crates/a/tests/x.rs", "both! {\n/// Proves: CAB-01.\nasync fn made_by_a_macro(store) {}\n}\n")[0].0,
            Kind::Test
        );
    }

    #[test]
    fn rules_are_obeyed_in_code_and_not_in_tests() {
        assert_eq!(mentions("crates/a/src/x.rs", "//! Requirements: CAB-01.\n").len(), 1);
        assert!(mentions("crates/a/tests/x.rs", "//! Requirements: CAB-01.\n").is_empty());
        assert_eq!(mentions("tests/story.sh", "# Proves: CAB-01.\n"), [(Kind::Test, "tests/story.sh".into())]);
    }

    #[test]
    fn a_list_may_go_over_several_lines() {
        let file = File { path: "crates/a/src/x.rs".into(), text: "//! Requirements: CAB-01,\n//! CAB-02.\n".into() };
        assert_eq!(read(&file)[0].ids, [one("CAB-01"), one("CAB-02")]);
    }
}
