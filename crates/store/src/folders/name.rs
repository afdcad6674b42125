//! What a folder may be called. RFC 3501 §5.1; UTF-8 (the IMAP crate turns modified UTF-7 into it). Requirements: LPS-41.

use crate::{Error, Result};

/// Longest name, bytes of UTF-8, and most levels: more is a mistake or an attack.
const LONGEST: usize = 500;
const DEEPEST: usize = 20;

/// The name as it is kept: `INBOX` in capitals at the first level, no trailing delimiter.
pub(crate) fn canonical(name: &str) -> Result<String> {
    let name = name.strip_suffix('/').unwrap_or(name);
    let levels: Vec<&str> = name.split('/').collect();
    let sound = !name.is_empty()
        && name.len() <= LONGEST
        && levels.len() <= DEEPEST
        && levels.iter().all(|level| !level.is_empty())
        && !name.chars().any(char::is_control);
    if !sound {
        return Err(Error::NotAllowed("name"));
    }
    let first = levels[0];
    if first.eq_ignore_ascii_case("INBOX") { Ok(format!("INBOX{}", &name[first.len()..])) } else { Ok(name.to_owned()) }
}

/// The folders above this one, outermost first.
pub(super) fn parents(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices('/').map(|(place, _)| &name[..place])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inbox_is_one_folder_whatever_its_case() {
        assert_eq!(canonical("inbox").unwrap(), "INBOX");
        assert_eq!(canonical("Inbox/Labo").unwrap(), "INBOX/Labo");
        assert_eq!(canonical("Inboxes").unwrap(), "Inboxes");
        assert_eq!(canonical("Année/2026/").unwrap(), "Année/2026");
    }

    #[test]
    fn a_name_that_no_folder_can_have_is_refused() {
        for name in ["", "/", "/a", "a//b", "a\r\nb", "a\0b", &"x".repeat(501), &"a/".repeat(30)] {
            assert!(matches!(canonical(name), Err(Error::NotAllowed(_))), "{name:?}");
        }
    }

    #[test]
    fn parents_are_told_from_the_outermost() {
        assert_eq!(parents("a/b/c").collect::<Vec<_>>(), ["a", "a/b"]);
        assert_eq!(parents("a").count(), 0);
    }
}
