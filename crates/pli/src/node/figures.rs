//! The monthly job: on the 2nd at 03:00, Paris, the files of the month before are written.
//!
//! Requirements: IND-51. It may run late or twice: an edition that stands is left as it is.

use std::path::Path;
use std::time::Duration;

use rules::Moment;
use rules::usage::{Format, Month, manifest_name};
use serde_json::Value;

use crate::commands::indicators::edition::{Asked, write};
use crate::commands::indicators::short_name;
use crate::failure::Outcome;
use crate::operator::Operator;

/// The last month whose files are due at `now`: the month before, from the 2nd at 03:00 on; until then the one before that.
pub fn due(now: Moment) -> Month {
    let last = Month::of(Month::of(now).begin().minus(Duration::from_secs(1)));
    if first_hour(last) <= now { last } else { Month::of(last.begin().minus(Duration::from_secs(1))) }
}

/// The 2nd of the next month at 03:00 in Paris.
fn first_hour(month: Month) -> Moment {
    let first = month.end().paris();
    let hour = first.date().tomorrow().ok().and_then(|second| second.at(3, 0, 0, 0).to_zoned(first.time_zone().clone()).ok());
    hour.map_or(month.end(), |hour| Moment::from_micros(hour.timestamp().as_microsecond()))
}

/// Writes what is due into `dir`, once: `None` when it stands there already. To be called every so often by whoever holds the lease of the jobs;
/// a round that fails is made again.
pub async fn indicators_job(operator: &Operator, dir: &Path) -> Outcome<Option<Value>> {
    let (now, name) = (operator.clock.now(), short_name(operator.domain()));
    let month = due(now);
    if dir.join(manifest_name(&name, month, 1)).exists() {
        return Ok(None);
    }
    let asked = Asked { operator: &name, month, dir, edition: 1, reason: None, format: Format::default(), now };
    write(&operator.store, &asked).await.map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: IND-51.
    #[test]
    fn a_month_is_due_on_the_second_of_the_next_at_three_in_the_morning_in_paris() {
        let due = |text: &str| due(Moment::parse(text).unwrap()).to_string();
        assert_eq!(due("2026-11-02T01:59:59Z"), "2026-09");
        assert_eq!(due("2026-11-02T02:00:00Z"), "2026-10");
        assert_eq!(due("2026-11-30T22:59:59Z"), "2026-10");
        assert_eq!(due("2026-12-01T12:00:00Z"), "2026-10");
        assert_eq!(due("2027-01-02T02:00:00Z"), "2026-12");
        // The clocks change on the last Sunday of March: 03:00 of 2 April is 01:00 UTC.
        assert_eq!(due("2026-04-02T00:59:59Z"), "2026-02");
        assert_eq!(due("2026-04-02T01:00:00Z"), "2026-03");
    }
}
