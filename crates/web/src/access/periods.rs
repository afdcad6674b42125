//! When an access begins and ends, in the few choices that people need, and a free date for the rest.
//!
//! Requirements: DEL-08, DEL-13. A date that is typed is one in Paris. A choice carries the moment it meant when the page was drawn, so that
//! a form sent after the hour does not mean another day.

use jiff::civil::{DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{ToSpan, Zoned};
use rules::Moment;

use crate::frame::Words;

/// Until further notice; also « from now ».
pub(crate) const OPEN: &str = "ouvert";
/// The date beside it counts.
pub(crate) const DATE: &str = "date";

/// One entry of a list of choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) text: String,
    pub(crate) selected: bool,
}

/// A date that is missing or cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadDate;

/// « À partir de … »: now, tomorrow morning, Monday morning, a date.
pub(crate) fn starts(w: Words, now: Moment, chosen: &str) -> Vec<Choice> {
    let today = now.paris();
    let presets = [
        Some((OPEN.to_owned(), w.start_now())),
        hour(&today, 1, 8).map(|at| (typed(at), w.start_tomorrow(w.clock(at)))),
        next(&today, Weekday::Monday, 8).map(|at| (typed(at), w.start_at(w.date_time(at)))),
    ];
    choices(presets, chosen, OPEN, |at| w.start_at(w.date_time(at)), w.start_date())
}

/// « jusqu'à … »: this evening, Friday evening, a fortnight, the end of the month, further notice, a date.
pub(crate) fn ends(w: Words, now: Moment, chosen: &str) -> Vec<Choice> {
    let today = now.paris();
    let soon = |at: &Moment| now.plus(std::time::Duration::from_secs(1_800)) < *at;
    let evening = hour(&today, 0, 20).filter(soon).map(|at| (typed(at), w.end_evening(w.clock(at))));
    let evening = evening.or_else(|| hour(&today, 1, 20).map(|at| (typed(at), w.end_tomorrow(w.clock(at)))));
    let friday = next(&today, Weekday::Friday, 18).map(|at| (typed(at), w.until(w.date_time(at))));
    let by_default = friday.as_ref().map_or(OPEN.to_owned(), |(value, _)| value.clone());
    let fortnight = hour(&today, 15, 20).map(|at| (typed(at), w.end_fortnight(w.date(at))));
    let month = month_end(&today).map(|(at, last)| (typed(at), w.end_month(w.date(last))));
    let presets = [evening, friday, fortnight, month, Some((OPEN.to_owned(), w.until_further_notice()))];
    choices(presets, chosen, &by_default, |at| w.until(w.date_time(at)), w.end_date())
}

fn choices<const N: usize>(
    presets: [Option<(String, String)>; N],
    chosen: &str,
    by_default: &str,
    said: impl Fn(Moment) -> String,
    free: String,
) -> Vec<Choice> {
    let chosen = if chosen.is_empty() { by_default } else { chosen };
    let mut list: Vec<(String, String)> = presets.into_iter().flatten().collect();
    list.push((DATE.to_owned(), free));
    if let (false, Some(at)) = (list.iter().any(|(value, _)| value == chosen), read(chosen)) {
        list.insert(0, (chosen.to_owned(), said(at)));
    }
    list.into_iter().map(|(value, text)| Choice { selected: value == chosen, value, text }).collect()
}

/// What was chosen, or the date typed beside it, which counts as soon as there is one. `None`: now, or until further notice.
pub(crate) fn chosen(choice: &str, free: &str) -> Result<Option<Moment>, BadDate> {
    match (choice.trim(), free.trim()) {
        (OPEN | "", "") => Ok(None),
        (DATE, "") => Err(BadDate),
        (choice, "") => read(choice).map(Some).ok_or(BadDate),
        (_, free) => read(free).map(Some).ok_or(BadDate),
    }
}

/// `2026-11-27T18:00` in Paris, as browsers write it; or a whole moment, as our own forms write it.
pub(crate) fn read(text: &str) -> Option<Moment> {
    if let Some(moment) = Moment::parse(text) {
        return Some(moment);
    }
    let civil: DateTime = text.parse().ok()?;
    moment(civil)
}

/// The same, to be put back into a field.
pub(crate) fn typed(at: Moment) -> String {
    at.paris().strftime("%Y-%m-%dT%H:%M").to_string()
}

fn moment(civil: DateTime) -> Option<Moment> {
    let paris = TimeZone::get("Europe/Paris").ok()?;
    let zoned = civil.to_zoned(paris).ok()?;
    Some(Moment::from_micros(zoned.timestamp().as_microsecond()))
}

fn hour(today: &Zoned, days: i64, hour: i8) -> Option<Moment> {
    moment(today.date().checked_add(days.days()).ok()?.at(hour, 0, 0, 0))
}

/// The first such day whose hour is still to come.
fn next(today: &Zoned, day: Weekday, at: i8) -> Option<Moment> {
    let now = Moment::from_micros(today.timestamp().as_microsecond());
    let ahead = i64::from(today.weekday().until(day));
    [ahead, ahead + 7].into_iter().filter_map(|days| hour(today, days, at)).find(|moment| *moment > now)
}

/// The first moment of next month, and the last day of this one.
fn month_end(today: &Zoned) -> Option<(Moment, Moment)> {
    let last = today.date().last_of_month();
    Some((moment(last.tomorrow().ok()?.at(0, 0, 0, 0))?, moment(last.at(12, 0, 0, 0))?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Lang;

    fn at(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    /// Proves: DEL-08.
    #[test]
    fn a_date_that_is_typed_is_one_in_paris_winter_and_summer() {
        assert_eq!(chosen(DATE, "2026-11-27T18:00"), Ok(Some(at("2026-11-27T17:00:00Z"))));
        assert_eq!(chosen(DATE, "2026-07-31T18:00"), Ok(Some(at("2026-07-31T16:00:00Z"))));
        assert_eq!(chosen("2026-11-27T18:00", ""), Ok(Some(at("2026-11-27T17:00:00Z"))));
        assert_eq!(chosen(OPEN, ""), Ok(None));
        assert_eq!(chosen(OPEN, "2026-11-27T18:00"), Ok(Some(at("2026-11-27T17:00:00Z"))), "a date that was typed is meant");
        for (choice, free) in [(DATE, ""), ("vendredi", ""), (DATE, "le 27 novembre"), ("2026-02-30T08:00", "")] {
            assert_eq!(chosen(choice, free), Err(BadDate), "{choice} {free}");
        }
    }

    /// Proves: DEL-08, DEL-13.
    #[test]
    fn the_choices_are_the_ones_people_need_and_friday_is_chosen() {
        let w = Words(Lang::Fr);
        // A Saturday, 23 h in Paris.
        let list = ends(w, at("2026-11-21T22:00:00Z"), "");
        let texts: Vec<&str> = list.iter().map(|choice| choice.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "jusqu'à demain soir 20 h",
                "jusqu'au vendredi 27 novembre 2026 à 18 h",
                "pendant 15 jours (jusqu'au 6 décembre 2026 au soir)",
                "jusqu'à la fin du mois (30 novembre 2026)",
                "jusqu'à nouvel ordre",
                "jusqu'à la date écrite ci-dessous",
            ]
        );
        assert_eq!(
            list.iter().filter(|choice| choice.selected).map(|choice| choice.value.as_str()).collect::<Vec<_>>(),
            ["2026-11-27T18:00"]
        );
        assert_eq!(chosen(&list[3].value, ""), Ok(Some(at("2026-11-30T23:00:00Z"))));
        // A Friday at noon: the same day's evening.
        assert_eq!(ends(w, at("2026-11-27T11:00:00Z"), "")[1].value, "2026-11-27T18:00");
        assert_eq!(ends(w, at("2026-11-27T17:00:00Z"), "")[1].value, "2026-12-04T18:00", "at six it is too late");
        // Dates given before are among the choices.
        let known = ends(w, at("2026-11-21T22:00:00Z"), "2026-12-12T18:00");
        assert_eq!((known[0].selected, known[0].text.as_str()), (true, "jusqu'au samedi 12 décembre 2026 à 18 h"));
        assert_eq!(starts(w, at("2026-11-21T22:00:00Z"), "")[2].text, "lundi 23 novembre 2026 à 8 h");
    }
}
