//! `cargo xtask trace`: the register of requirements <-> `Requirements:` in code <-> `Proves:` in tests.
//!
//! Writes `docs/conformity.md`; with `--check` it only compares. Fails on an id that is not in the register, and on a `Proves:` that
//! stands on anything but a test. A rule is `done` with at least one code place and one test, `later` otherwise.

mod mentions;
mod page;
mod register;

use std::collections::{BTreeMap, BTreeSet};

use crate::Report;
use crate::tree::Tree;
use mentions::{Kind, Mention};
use register::Register;

const PAGE: &str = "docs/conformity.md";

/// Where one rule is obeyed and where that is shown.
#[derive(Clone, Debug, Default)]
struct Places {
    code: BTreeSet<String>,
    tests: BTreeSet<String>,
}

impl Places {
    fn is_done(&self) -> bool {
        !self.code.is_empty() && !self.tests.is_empty()
    }
}

pub fn run(tree: &Tree, check: bool) -> Result<Report, String> {
    let register = Register::read(tree)?;
    let mut report = Report::default();
    let places = gather(tree, &register, &mut report);
    let page = page::write(&register, &places);
    let done = register.rules().filter(|rule| places.get(&rule.id).is_some_and(Places::is_done)).count();
    report.summary = format!("trace: {done} of {} rules done, {} faults", register.rules().count(), report.faults.len());
    if check {
        if tree.text(PAGE) != Some(page.as_str()) {
            report.faults.push(format!("{PAGE} is not current: run `cargo xtask trace`"));
        }
    } else {
        std::fs::write(tree.root.join(PAGE), page).map_err(|fault| format!("{PAGE}: {fault}"))?;
    }
    Ok(report)
}

fn gather(tree: &Tree, register: &Register, report: &mut Report) -> BTreeMap<String, Places> {
    let mut places: BTreeMap<String, Places> = BTreeMap::new();
    for file in tree.files.iter().filter(|file| mentions::may_mention(file)) {
        for Mention { line, kind, ids, place } in mentions::read(file) {
            if kind == Kind::Stray {
                report.faults.push(format!("{}:{line}: `Proves:` on something that is not a test", file.path));
                continue;
            }
            if ids.is_empty() {
                report.faults.push(format!("{}:{line}: names no rule", file.path));
            }
            for id in &ids {
                match register.expand(id) {
                    Ok(known) => known.into_iter().for_each(|id| {
                        let entry = places.entry(id).or_default();
                        if kind == Kind::Code {
                            entry.code.insert(place.clone())
                        } else {
                            entry.tests.insert(place.clone())
                        };
                    }),
                    Err(why) => report.faults.push(format!("{}:{line}: {why}", file.path)),
                }
            }
        }
    }
    places
}
