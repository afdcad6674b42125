//! The register: `docs/requirements/*.toml`, one line a rule.

use serde::Deserialize;

use crate::tree::Tree;

const FOLDER: &str = "docs/requirements/";
/// The mission's own rules stand first, the details after them in the order of the alphabet.
const FIRST: &str = "mission.toml";

/// One rule.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub id: String,
    pub level: String,
    pub text: String,
}

/// One file of the register: its title (first comment line) and its rules in order.
#[derive(Clone, Debug)]
pub(super) struct Chapter {
    pub title: String,
    pub rules: Vec<Rule>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Register {
    pub chapters: Vec<Chapter>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    level: String,
    text: String,
    #[serde(rename = "source")]
    _source: String,
}

/// What a comment names: one rule, or `A-01..A-05`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Named {
    One(String),
    Range(String, String),
}

impl Register {
    pub fn read(tree: &Tree) -> Result<Self, String> {
        let mut files: Vec<_> = tree.files.iter().filter(|file| file.path.starts_with(FOLDER) && file.path.ends_with(".toml")).collect();
        files.sort_by_key(|file| (!file.path.ends_with(FIRST), file.path.clone()));
        let mut register = Self::default();
        for file in files {
            let chapter = chapter(&file.text).map_err(|fault| format!("{}: {fault}", file.path))?;
            if let Some(doubled) = chapter.rules.iter().find(|rule| register.rules().any(|known| known.id == rule.id)) {
                return Err(format!("{}: {} is in another file too", file.path, doubled.id));
            }
            register.chapters.push(chapter);
        }
        if register.chapters.is_empty() { Err(format!("{FOLDER} holds no register")) } else { Ok(register) }
    }

    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.chapters.iter().flat_map(|chapter| &chapter.rules)
    }

    /// The ids that a comment names; an id that is not in the register is an error.
    pub fn expand(&self, named: &Named) -> Result<Vec<String>, String> {
        let known = |id: &str| self.rules().any(|rule| rule.id == id);
        match named {
            Named::One(id) if known(id) => Ok(vec![id.clone()]),
            Named::Range(first, last) if known(first) && known(last) => {
                let family = |id: &str| id.split('-').next().unwrap_or_default().to_owned();
                let inside =
                    |id: &str| id.len() == first.len() && family(id) == family(first) && id >= first.as_str() && id <= last.as_str();
                let ids: Vec<String> = self.rules().filter(|rule| inside(&rule.id)).map(|rule| rule.id.clone()).collect();
                if ids.is_empty() { Err(format!("{first}..{last} holds no rule")) } else { Ok(ids) }
            }
            Named::One(id) => Err(format!("{id} is not in {FOLDER}")),
            Named::Range(first, last) => Err(format!("{first}..{last}: an end is not in {FOLDER}")),
        }
    }
}

fn chapter(text: &str) -> Result<Chapter, String> {
    let title = text.lines().next().unwrap_or_default().trim_start_matches('#').trim().to_owned();
    // The order of the file is the order of the page, so the lines are read one by one.
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let rules = lines.map(rule).collect::<Result<Vec<_>, _>>()?;
    Ok(Chapter { title, rules })
}

fn rule(line: &str) -> Result<Rule, String> {
    let table: std::collections::BTreeMap<String, Entry> = toml::from_str(line).map_err(|fault| format!("{line}: {fault}"))?;
    let (id, entry) = table.into_iter().next().ok_or("an empty line of TOML")?;
    if super::mentions::is_id(&id) { Ok(Rule { id, level: entry.level, text: entry.text }) } else { Err(format!("{id} is no id")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn register() -> Register {
        let text = "# Title.\n# More.\n\nCAB-01 = { level = \"must\", text = \"a\", source = \"A2\" }\nCAB-02 = { level = \"must\", text = \"b\", source = \"A2\" }\n\
                    CAB-04 = { level = \"must\", text = \"c\", source = \"A2\" }\nIND-A = { level = \"must\", text = \"d\", source = \"A2\" }\n";
        Register { chapters: vec![chapter(text).expect("a good file")] }
    }

    #[test]
    fn one_line_is_one_rule_in_the_order_of_the_file() {
        let register = register();
        assert_eq!(register.chapters[0].title, "Title.");
        assert_eq!(register.rules().map(|rule| rule.id.as_str()).collect::<Vec<_>>(), ["CAB-01", "CAB-02", "CAB-04", "IND-A"]);
        assert!(chapter("# T\ncab1 = { level = \"must\", text = \"a\", source = \"x\" }").is_err());
        assert!(chapter("# T\nCAB-01 = { level = \"must\" }").is_err());
    }

    #[test]
    fn a_range_holds_what_the_register_has_between_its_ends() {
        let register = register();
        let range = |first: &str, last: &str| register.expand(&Named::Range(first.into(), last.into()));
        assert_eq!(range("CAB-01", "CAB-04"), Ok(vec!["CAB-01".into(), "CAB-02".into(), "CAB-04".into()]));
        assert!(range("CAB-01", "CAB-09").is_err());
        assert!(register.expand(&Named::One("CAB-03".into())).is_err());
    }
}
