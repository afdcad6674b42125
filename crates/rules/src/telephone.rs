//! How often a person's telephone may ring for a sign-in.
//!
//! Requirements: PSC-34, PSC-C. Nobody is worn out into approving: the fourth request in ten minutes is refused before it is sent.

use std::time::Duration;

use crate::refusal::Refusal;

/// Requests to one person's telephone are counted over this time.
pub const WINDOW: Duration = Duration::from_secs(10 * 60);
/// And refused beyond so many.
pub const MOST: u64 = 3;

/// May it ring once more, after so many requests within the window?
pub fn may_ring(within_the_window: u64) -> Result<(), Refusal> {
    if within_the_window < MOST { Ok(()) } else { Err(Refusal::TooManyAttempts) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: PSC-34, PSC-C. One telephone serves a shared desk, and never rings without end.
    #[test]
    fn a_telephone_rings_three_times_in_ten_minutes_and_not_a_fourth() {
        let rings: Vec<bool> = (0..5).map(|before| may_ring(before).is_ok()).collect();
        assert_eq!(rings, [true, true, true, false, false]);
    }
}
