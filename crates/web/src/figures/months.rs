//! Which month a page shows: the one asked, else the current one; and the months beside it.

use rules::Moment;
use rules::usage::Month;
use serde::Deserialize;

use crate::frame::{Fault, Words};

/// `?mois=2026-11&format=csv`
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    pub mois: Option<String>,
    pub format: Option<String>,
}

/// The month shown, with its neighbours.
pub struct Shown {
    pub month: Month,
    /// `novembre 2026`.
    pub name: String,
    /// `2026-10`.
    pub before: String,
    /// Absent for the current month: nothing is counted before it happens.
    pub after: Option<String>,
}

impl Asked {
    pub fn shown(&self, w: Words, now: Moment) -> Result<Shown, Fault> {
        let current = Month::of(now);
        let month = match &self.mois {
            Some(text) => Month::parse(text).map_err(|error| Fault::BadForm(error.to_string()))?,
            None => current,
        };
        if month > current {
            return Err(Fault::NotFound);
        }
        let before = Month::of(month.begin().minus(std::time::Duration::from_secs(1)));
        let after = (month < current).then(|| Month::of(month.end()).to_string());
        Ok(Shown { month, name: w.month(month.begin()), before: before.to_string(), after })
    }

    pub fn is_csv(&self) -> bool {
        self.format.as_deref() == Some("csv")
    }
}
