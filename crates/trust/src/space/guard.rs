//! May a verified list take the place of the one in force? Pure decisions over the two.
//!
//! Requirements: TRU-09, TRU-10, TRU-13.

use std::time::Duration;

use rules::{Domain, Moment};

use super::Loaded;
use super::snapshot::WhiteList;
use crate::dn::Dn;
use crate::list::{FUTURE, Fault, OLDER};

/// A list generated further in the future than this is refused (TRU-09).
const FUTURE_LIMIT: Duration = Duration::from_secs(24 * 3_600);
/// Under this share of the domains in force, a list waits for a person (TRU-10). Percent.
const SHRINK_LIMIT: usize = 80;

/// What is to be done with a verified list.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Unchanged,
    Install,
    /// With the reason, for the person who decides.
    Hold(String),
}

/// Requirements: TRU-09, TRU-10.
pub(super) fn decide(
    old: Option<&WhiteList>,
    new: &WhiteList,
    own: &[(Domain, Dn)],
    now: Moment,
    allow_older: bool,
) -> Result<Decision, Fault> {
    dates(old, new, now, allow_older)?;
    let Some(old) = old else { return Ok(Decision::Install) };
    if old.sha256 == new.sha256 {
        return Ok(Decision::Unchanged);
    }
    if new.domains() * 100 < old.domains() * SHRINK_LIMIT {
        return Ok(Decision::Hold(format!("{} domains instead of {}", new.domains(), old.domains())));
    }
    // Only a pair that is there today can be lost; an operator that is not declared yet must go on receiving lists (TRU-14 tells it).
    let lost = own.iter().find(|(domain, dn)| old.declares(domain, dn) && !new.declares(domain, dn));
    Ok(lost.map_or(Decision::Install, |(domain, _)| Decision::Hold(format!("{domain} is no longer declared with our certificate"))))
}

/// Requirements: TRU-09.
pub(super) fn dates(old: Option<&WhiteList>, new: &WhiteList, now: Moment, allow_older: bool) -> Result<(), Fault> {
    if new.generated > now.plus(FUTURE_LIMIT) {
        return Err(Fault::new(FUTURE, format!("generated {}, more than 24 hours from now", new.generated)));
    }
    let Some(old) = old else { return Ok(()) };
    if new.generated < old.generated && !allow_older {
        return Err(Fault::new(OLDER, format!("generated {}, the one in force {}", new.generated, old.generated)));
    }
    if new.generated == old.generated && new.sha256 != old.sha256 {
        return Err(Fault::new(OLDER, "same date as the one in force, and other content"));
    }
    Ok(())
}

/// What installing the new list changes (TRU-13).
pub(super) fn difference(old: Option<&WhiteList>, new: &WhiteList) -> Loaded {
    let mut loaded = Loaded {
        unchanged: false,
        held: None,
        generated: new.generated,
        entries: new.entries.len(),
        domains: new.domains(),
        set_aside: new.aside.iter().map(ToString::to_string).collect(),
        added: new.domains(),
        removed: Vec::new(),
        changed: Vec::new(),
    };
    let Some(old) = old else { return loaded };
    loaded.added = new.names().filter(|domain| !old.lists(domain)).count();
    loaded.removed = old.names().filter(|domain| !new.lists(domain)).cloned().collect();
    loaded.changed = new.names().filter(|domain| old.lists(domain) && old.set(domain) != new.set(domain)).cloned().collect();
    loaded.removed.sort();
    loaded.changed.sort();
    loaded
}
