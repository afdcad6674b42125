//! LIST and LSUB (RFC 3501 §6.3.8, §6.3.9), with RFC 3348 children and RFC 6154 special uses. Requirements: LPS-30, LPS-41.

use std::collections::{BTreeMap, BTreeSet};

use store::folders::{Folder, SpecialUse};

use crate::command::List;
use crate::name;
use crate::outcome::{Outcome, Reply};
use crate::session::Session;

pub(crate) async fn list(session: &mut Session, asked: &List) -> Outcome {
    if asked.pattern.is_empty() {
        // Only the delimiter is asked for.
        session.wire.line("* LIST (\\Noselect) \"/\" \"\"");
        return Ok(Reply::ok("LIST completed"));
    }
    let folders = folders(session).await?;
    let pattern = format!("{}{}", asked.reference, asked.pattern);
    for (Key(_, name), attributes) in listed(&folders, &pattern, asked) {
        session.wire.line(&format!("* LIST ({attributes}) \"/\" {}", name::quoted(name)));
        session.wire.relieve().await?;
    }
    Ok(Reply::ok("LIST completed"))
}

pub(crate) async fn lsub(session: &mut Session, reference: &str, pattern: &str) -> Outcome {
    let folders = folders(session).await?;
    for (Key(_, name), attributes) in subscribed(&folders, &format!("{reference}{pattern}")) {
        session.wire.line(&format!("* LSUB ({attributes}) \"/\" {}", name::quoted(name)));
        session.wire.relieve().await?;
    }
    Ok(Reply::ok("LSUB completed"))
}

async fn folders(session: &mut Session) -> Outcome<Vec<Folder>> {
    let store = session.shared.store.clone();
    Ok(store.folders(&session.inside()?.access).await?)
}

/// Folders that match, and the levels above them that are no folders themselves.
fn listed<'a>(folders: &'a [Folder], pattern: &str, asked: &List) -> BTreeMap<Key<'a>, String> {
    let parents: BTreeSet<&str> = folders.iter().flat_map(|folder| name::ancestors(&folder.name)).collect();
    let mut lines = BTreeMap::new();
    for folder in folders {
        let wanted = (!asked.only_special_use || folder.special_use.is_some()) && (!asked.only_subscribed || folder.subscribed);
        if wanted && name::matches(pattern, &folder.name) {
            lines.insert(Key::of(&folder.name), attributes(folder, parents.contains(folder.name.as_str()), asked));
        }
    }
    if !asked.only_special_use && !asked.only_subscribed {
        let missing = parents.into_iter().filter(|parent| folders.iter().all(|folder| folder.name != *parent));
        lines
            .extend(missing.filter(|name| name::matches(pattern, name)).map(|name| (Key::of(name), "\\Noselect \\HasChildren".to_owned())));
    }
    lines
}

fn attributes(folder: &Folder, has_children: bool, asked: &List) -> String {
    let mut words = vec![if has_children { "\\HasChildren" } else { "\\HasNoChildren" }];
    words.extend(folder.special_use.map(special_use));
    if asked.only_subscribed {
        words.push("\\Subscribed");
    }
    words.join(" ")
}

fn special_use(which: SpecialUse) -> &'static str {
    match which {
        SpecialUse::Sent => "\\Sent",
        SpecialUse::Drafts => "\\Drafts",
        SpecialUse::Trash => "\\Trash",
        SpecialUse::Archive => "\\Archive",
    }
}

/// Subscribed folders that match; with a final `%`, also the levels that stand above a subscribed one (RFC 3501 §6.3.9).
fn subscribed<'a>(folders: &'a [Folder], pattern: &str) -> BTreeMap<Key<'a>, &'static str> {
    let mut lines = BTreeMap::new();
    for folder in folders.iter().filter(|folder| folder.subscribed) {
        if name::matches(pattern, &folder.name) {
            lines.insert(Key::of(&folder.name), "");
        } else if pattern.ends_with('%') {
            for above in name::ancestors(&folder.name).filter(|above| name::matches(pattern, above)) {
                lines.entry(Key::of(above)).or_insert("\\Noselect");
            }
        }
    }
    lines
}

/// Alphabetical, INBOX first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a>(bool, &'a str);

impl<'a> Key<'a> {
    fn of(name: &'a str) -> Self {
        Self(name != "INBOX", name)
    }
}

#[cfg(test)]
mod tests {
    use store::folders::FolderId;

    use super::*;

    fn folder(name: &str, subscribed: bool, special_use: Option<SpecialUse>) -> Folder {
        Folder {
            id: FolderId(1),
            name: name.to_owned(),
            special_use,
            subscribed,
            uid_validity: 1,
            uid_next: 1,
            highest_modseq: 1,
            messages: 0,
            unseen: 0,
            size: 0,
        }
    }

    fn house() -> Vec<Folder> {
        vec![
            folder("Sent", true, Some(SpecialUse::Sent)),
            folder("Patients/2026/Mars", true, None),
            folder("Patients", false, None),
            folder("INBOX", true, None),
        ]
    }

    fn lines(pattern: &str, asked: &List) -> Vec<String> {
        listed(&house(), pattern, asked).into_iter().map(|(key, words)| format!("{} {words}", key.1)).collect()
    }

    #[test]
    fn a_level_that_is_no_folder_is_shown_as_such() {
        let all = List::default();
        assert_eq!(
            lines("*", &all),
            [
                "INBOX \\HasNoChildren",
                "Patients \\HasChildren",
                "Patients/2026 \\Noselect \\HasChildren",
                "Patients/2026/Mars \\HasNoChildren",
                "Sent \\HasNoChildren \\Sent",
            ]
        );
        assert_eq!(lines("%", &all).len(), 3);
        assert_eq!(lines("*", &List { only_special_use: true, ..List::default() }), ["Sent \\HasNoChildren \\Sent"]);
    }

    #[test]
    fn lsub_shows_the_way_to_a_subscribed_folder() {
        let house = house();
        let said = |pattern| subscribed(&house, pattern).into_iter().map(|(key, words)| format!("{} {words}", key.1)).collect::<Vec<_>>();
        assert_eq!(said("%"), ["INBOX ", "Patients \\Noselect", "Sent "]);
        assert_eq!(said("*"), ["INBOX ", "Patients/2026/Mars ", "Sent "]);
    }
}
