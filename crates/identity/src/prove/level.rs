//! Step 6: was the person asked firmly enough? `eidas1 < eidas2 < eidas3`; a level that is missing or unknown is too low.
//!
//! Requirements: PSC-07.

use rules::Refusal;

const LEVELS: [&str; 3] = ["eidas1", "eidas2", "eidas3"];

/// The level reached, when the token and PSC's own answer (if it says one) both reach the wanted one.
pub(crate) fn reached(token: Option<&str>, psc: Option<&str>, wanted: &str) -> Result<String, Refusal> {
    let lowest = [token, psc].into_iter().flatten().map(rank).min().flatten().ok_or(Refusal::TokenWrongLevel)?;
    match rank(wanted) {
        Some(wanted) if lowest >= wanted => Ok(LEVELS[lowest].to_owned()),
        // A wanted level that we do not know lets nobody in.
        _ => Err(Refusal::TokenWrongLevel),
    }
}

/// `None` sorts below every level.
fn rank(acr: &str) -> Option<usize> {
    LEVELS.iter().position(|level| *level == acr)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: PSC-07.
    #[test]
    fn levels_are_ordered_and_the_unknown_is_below_all() {
        assert_eq!(reached(Some("eidas1"), None, "eidas1"), Ok("eidas1".to_owned()));
        assert_eq!(reached(Some("eidas3"), Some("eidas3"), "eidas2"), Ok("eidas3".to_owned()));
        assert_eq!(reached(Some("eidas3"), Some("eidas1"), "eidas1"), Ok("eidas1".to_owned()));
        for (token, psc, wanted) in [
            (None, None, "eidas1"),
            (Some("loa9"), None, "eidas1"),
            (Some("eidas1"), None, "eidas2"),
            (Some("eidas3"), Some("loa9"), "eidas1"),
            (Some("eidas3"), None, "strong"),
        ] {
            assert_eq!(reached(token, psc, wanted), Err(Refusal::TokenWrongLevel));
        }
    }
}
