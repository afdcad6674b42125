//! Links between pages: every relative link of a Markdown file leads to a file that is there.

use std::path::{Component, Path, PathBuf};

use crate::Report;
use crate::tree::{File, Tree};

/// Generated links are checked by their generator.
const GENERATED: &str = "docs/conformity.md";

pub(super) fn check(tree: &Tree, report: &mut Report) {
    for file in tree.files.iter().filter(|file| file.path.ends_with(".md") && file.path != GENERATED) {
        for target in targets(&file.text) {
            if !leads_somewhere(tree, file, target) {
                report.faults.push(format!("{}: the link to `{target}` leads nowhere", file.path));
            }
        }
    }
}

/// `](target)` outside of addresses and anchors.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    let after = text.split("](").skip(1);
    let targets = after.filter_map(|rest| rest.split_once(')')).map(|(target, _)| target.split('#').next().unwrap_or_default());
    targets.filter(|target| !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:") && !target.contains(' '))
}

fn leads_somewhere(tree: &Tree, file: &File, target: &str) -> bool {
    let folder = Path::new(&file.path).parent().unwrap_or(Path::new(""));
    let mut path = PathBuf::new();
    for part in folder.join(target).components() {
        match part {
            Component::ParentDir if path.pop() => {}
            Component::ParentDir => return false,
            Component::CurDir => {}
            part => path.push(part),
        }
    }
    let path = path.to_string_lossy().replace('\\', "/");
    let folder = format!("{}/", path.trim_end_matches('/'));
    // The tree holds texts; a picture is looked for where it lies.
    let picture = || [".png", ".svg"].iter().any(|end| path.ends_with(end)) && tree.root.join(&path).is_file();
    path.is_empty() || tree.files.iter().any(|file| file.path == path || file.path.starts_with(&folder)) || picture()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_to_a_file_that_is_not_there_is_a_fault() {
        let file = |path: &str, text: &str| File { path: path.into(), text: text.into() };
        let text = "[a](../dev) [b](flows/) [c](x.md#part) [d](https://x.test) [e](#here) [f](gone.md) [g](../../out.md)";
        let tree = Tree {
            root: "".into(),
            files: vec![file("dev", ""), file("docs/a.md", text), file("docs/flows/b.md", ""), file("docs/x.md", "")],
        };
        let mut report = Report::default();
        check(&tree, &mut report);
        assert_eq!(report.faults.len(), 2, "{:?}", report.faults);
    }
}
