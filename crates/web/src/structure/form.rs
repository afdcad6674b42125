//! Dates as people type them in a form: a day in Paris, begun or ended.

use rules::Moment;

/// The first moment of a day (`2026-11-30`) in Paris.
pub(super) fn begin_of(day: &str) -> Option<Moment> {
    midnight(day.trim().parse().ok()?)
}

/// The first moment after a day: the last day of an account is a whole day.
pub(super) fn end_of(day: &str) -> Option<Moment> {
    let day: jiff::civil::Date = day.trim().parse().ok()?;
    midnight(day.tomorrow().ok()?)
}

/// The last day of something that is over at `end`, as a form shows it.
pub(super) fn last_day(end: Moment) -> String {
    end.minus(std::time::Duration::from_micros(1)).paris().date().to_string()
}

fn midnight(day: jiff::civil::Date) -> Option<Moment> {
    let paris = jiff::tz::TimeZone::get("Europe/Paris").ok()?;
    let zoned = day.to_zoned(paris).ok()?;
    Some(Moment::from_micros(zoned.timestamp().as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_a_day_of_paris_and_its_end_is_the_next_midnight() {
        assert_eq!(begin_of("2026-11-30"), Moment::parse("2026-11-29T23:00:00Z"));
        assert_eq!(end_of("2026-10-25"), Moment::parse("2026-10-25T23:00:00Z"), "the day with 25 hours");
        assert_eq!(end_of("2026-11-30").map(last_day).as_deref(), Some("2026-11-30"));
        assert_eq!(begin_of("30/11/2026"), None);
    }
}
