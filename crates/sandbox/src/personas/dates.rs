//! Civil dates and offsets of the file as moments. Dates are midnights of Europe/Paris; a day of an offset is 24 hours.

use jiff::SignedDuration;
use rules::Moment;

/// First instant of a civil date (`2026-06-30`) in Europe/Paris.
pub(super) fn midnight(date: &str) -> Option<Moment> {
    let paris = jiff::tz::TimeZone::get("Europe/Paris").ok()?;
    let day = date.parse::<jiff::civil::Date>().ok()?;
    Some(Moment::from_micros(day.to_zoned(paris).ok()?.timestamp().as_microsecond()))
}

/// An ISO 8601 duration (`-P2D`, `PT20H`) of days and smaller units, in microseconds.
pub(super) fn offset(text: &str) -> Option<i64> {
    let span = text.parse::<jiff::Span>().ok()?;
    if span.get_years() != 0 || span.get_months() != 0 {
        return None;
    }
    let length: SignedDuration = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
    i64::try_from(length.as_micros()).ok()
}

/// `start` moved by an offset.
pub(super) fn moved(start: Moment, text: &str) -> Option<Moment> {
    Some(Moment::from_micros(start.micros().checked_add(offset(text)?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_civil_date_begins_at_midnight_in_paris_in_summer_and_in_winter() {
        assert_eq!(midnight("2026-06-30"), Moment::parse("2026-06-29T22:00:00Z"));
        assert_eq!(midnight("2026-11-02"), Moment::parse("2026-11-01T23:00:00Z"));
        assert_eq!(midnight("2026-02-30"), None);
    }

    #[test]
    fn an_offset_goes_both_ways_and_a_month_is_refused() {
        let start = Moment::from_secs(1_000_000);
        assert_eq!(moved(start, "-P2D"), Some(Moment::from_secs(1_000_000 - 172_800)));
        assert_eq!(moved(start, "PT28H"), Some(Moment::from_secs(1_000_000 + 100_800)));
        assert_eq!(moved(start, "P1M"), None);
        assert_eq!(moved(start, "demain"), None);
    }
}
