//! Dates of IMAP: `"21-Nov-2026 22:00:00 +0000"` and `21-Nov-2026` (RFC 3501 §9 `date-time`, `date`).
//!
//! INTERNALDATE is always written in UTC, and SEARCH BEFORE/ON/SINCE compares the same UTC days, so that both agree. Reads no clock.

use rules::Moment;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY: i64 = 86_400;

/// Days since 1970-01-01 of a civil date of the proleptic Gregorian calendar; `None` when there is no such day.
pub(crate) fn days(year: i32, month: u32, day: u32) -> Option<i32> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) || !(1..=9999).contains(&year) {
        return None;
    }
    // Years that begin in March: the leap day falls at the end.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let before = 365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let in_year = (153 * month + 2) / 5 + day - 1;
    Some(before + in_year as i32 - 719_468)
}

/// The civil date of a day since 1970-01-01.
fn civil(days: i64) -> (i64, usize, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, usize::try_from(month).unwrap_or(1), day)
}

/// Month by its English name of three letters, any case; 1 to 12.
pub(crate) fn month(name: &[u8]) -> Option<u32> {
    MONTHS.iter().position(|m| m.as_bytes().eq_ignore_ascii_case(name)).map(|at| at as u32 + 1)
}

/// UTC day of a moment, as SEARCH BEFORE/ON/SINCE compare it.
pub(crate) fn day_of(at: Moment) -> i32 {
    i32::try_from(at.secs().div_euclid(DAY)).unwrap_or(i32::MAX)
}

/// INTERNALDATE, without its quotes.
pub(crate) fn internal_date(at: Moment) -> String {
    let (year, month, day) = civil(at.secs().div_euclid(DAY));
    let of_day = at.secs().rem_euclid(DAY);
    let name = MONTHS[month - 1];
    format!("{day:02}-{name}-{year:04} {:02}:{:02}:{:02} +0000", of_day / 3600, of_day / 60 % 60, of_day % 60)
}

/// A `date` of SEARCH as it is written.
#[cfg(test)]
pub(crate) fn search_date(days: i32) -> String {
    let (year, month, day) = civil(i64::from(days));
    format!("{day}-{}-{year:04}", MONTHS[month - 1])
}

/// A moment from its civil parts and its zone (minutes east of UTC).
pub(crate) fn moment(day: i32, (hour, minute, second): (u32, u32, u32), zone_minutes: i32) -> Option<Moment> {
    // 60 is a leap second, RFC 3501 allows it.
    if hour > 23 || minute > 59 || second > 60 || zone_minutes.abs() >= 24 * 60 {
        return None;
    }
    let secs = i64::from(day) * DAY + i64::from(hour * 3600 + minute * 60 + second) - i64::from(zone_minutes) * 60;
    Some(Moment::from_secs(secs))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_known_day_is_read_and_written() {
        let at = Moment::parse("2026-11-21T22:00:05.9Z").unwrap();
        assert_eq!(internal_date(at), "21-Nov-2026 22:00:05 +0000");
        assert_eq!(days(1970, 1, 1), Some(0));
        assert_eq!(days(2026, 11, 21), Some(day_of(at)));
        assert_eq!(days(2026, 2, 29), None);
        assert_eq!(days(2024, 2, 29).map(search_date).as_deref(), Some("29-Feb-2024"));
        assert_eq!(days(2026, 13, 1), None);
    }

    proptest! {
        #[test]
        fn every_day_comes_back(day in -719_162_i32..2_932_896) {
            let (year, month, dom) = civil(i64::from(day));
            prop_assert_eq!(days(year as i32, month as u32, dom as u32), Some(day));
        }
    }
}
