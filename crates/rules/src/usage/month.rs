//! Calendar months of Europe/Paris.
//!
//! Requirements: IND-11. Months of 25-hour and 23-hour days included: the time zone decides, never a count of hours.

use std::fmt;

use jiff::civil::Date;
use serde::{Serialize, Serializer};

use crate::ids::{BadId, bad};
use crate::time::Moment;

/// A calendar month, e.g. `2026-11`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i16,
    month: i8,
}

impl Month {
    /// Reads `AAAA-MM`, from 2000 to 2199.
    pub fn parse(text: &str) -> Result<Self, BadId> {
        let shape = |(index, byte): (usize, u8)| if index == 4 { byte == b'-' } else { byte.is_ascii_digit() };
        let right = text.len() == 7 && text.bytes().enumerate().all(shape);
        match right.then(|| (text[..4].parse(), text[5..].parse())) {
            Some((Ok(year @ 2000..=2199), Ok(month @ 1..=12))) => Ok(Self { year, month }),
            _ => Err(bad("mois", "la forme attendue est AAAA-MM, par exemple 2026-11")),
        }
    }

    /// The month in which this moment falls in Paris.
    pub fn of(moment: Moment) -> Self {
        let date = moment.paris().date();
        Self { year: date.year(), month: date.month() }
    }

    /// Its first moment.
    pub fn begin(self) -> Moment {
        midnight(self.year, self.month)
    }

    /// The first moment of the next month.
    pub fn end(self) -> Moment {
        if self.month == 12 { midnight(self.year + 1, 1) } else { midnight(self.year, self.month + 1) }
    }

    /// When the stock is taken: the last moment of the month, or `now` while the month is not over.
    pub fn stock_at(self, now: Moment) -> Moment {
        now.min(self.end().minus(std::time::Duration::from_micros(1)))
    }
}

fn midnight(year: i16, month: i8) -> Moment {
    let paris = Moment::from_secs(0).paris().time_zone().clone();
    let first = Date::constant(year, month, 1).to_zoned(paris).expect("midnight of a first of the month exists in Paris, 2000 to 2200");
    Moment::from_micros(first.timestamp().as_microsecond())
}

/// `2026-11-21`, the date in Paris.
pub(super) fn date(moment: Moment) -> Date {
    moment.paris().date()
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: IND-11.
    #[test]
    fn a_month_begins_and_ends_at_midnight_in_paris() {
        let october = Month::parse("2026-10").unwrap();
        assert_eq!(october.begin(), Moment::parse("2026-09-30T22:00:00Z").unwrap());
        assert_eq!(october.end(), Moment::parse("2026-10-31T23:00:00Z").unwrap(), "after the change of hour");
        assert_eq!(Month::of(Moment::parse("2026-10-31T23:30:00Z").unwrap()).to_string(), "2026-11");
        assert_eq!(Month::parse("2026-12").unwrap().end(), Moment::parse("2026-12-31T23:00:00Z").unwrap());
    }

    #[test]
    fn what_is_no_month_is_refused() {
        for text in ["", "2026", "2026-13", "2026-00", "26-10", "+026-10", "2026-1", "2026-+1", "2026-10-1", "1999-12"] {
            assert!(Month::parse(text).is_err(), "{text:?} was taken");
        }
    }
}
