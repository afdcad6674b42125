//! Dates, capacities and kinds in words: the same sentence everywhere.

use rules::Moment;
use rules::access::Capacity;
use rules::mailbox::Kind;

use super::words::{Lang, Words};

const DAYS: [[&str; 7]; 2] = [
    ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
];
const MONTHS: [[&str; 12]; 2] = [
    ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"],
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
];

impl Words {
    fn row(self) -> usize {
        match self.0 {
            Lang::Fr => 0,
            Lang::En => 1,
        }
    }

    /// `3 mars 2026`, in Paris.
    pub fn date(self, at: Moment) -> String {
        let day = at.paris();
        let month = MONTHS[self.row()][usize::from(day.month().unsigned_abs()) - 1];
        match (self.0, day.day()) {
            (Lang::Fr, 1) => format!("1er {month} {}", day.year()),
            (_, date) => format!("{date} {month} {}", day.year()),
        }
    }

    /// `novembre 2026`.
    pub fn month(self, at: Moment) -> String {
        let day = at.paris();
        format!("{} {}", MONTHS[self.row()][usize::from(day.month().unsigned_abs()) - 1], day.year())
    }

    /// `vendredi 27 novembre 2026 à 18 h 00`.
    pub fn date_time(self, at: Moment) -> String {
        let day = at.paris();
        let name = DAYS[self.row()][usize::from(day.weekday().to_monday_zero_offset().unsigned_abs())];
        let clock = self.clock(at);
        match self.0 {
            Lang::Fr => format!("{name} {} à {clock}", self.date(at)),
            Lang::En => format!("{name} {} at {clock}", self.date(at)),
        }
    }

    /// `18 h 30`, `18 h`; `18:30` in English.
    pub fn clock(self, at: Moment) -> String {
        let time = at.paris();
        match (self.0, time.minute()) {
            (Lang::Fr, 0) => format!("{} h", time.hour()),
            (Lang::Fr, minute) => format!("{} h {minute:02}", time.hour()),
            (Lang::En, minute) => format!("{:02}:{minute:02}", time.hour()),
        }
    }

    /// How long ago, in few words: `à l'instant`, `il y a 10 min`, `aujourd'hui 9 h 58`, `hier 18 h`, `3 mars 2026`.
    pub fn ago(self, at: Moment, now: Moment) -> String {
        let minutes = now.since(at).as_secs() / 60;
        let days = now.paris().date().since(at.paris().date()).map_or(i32::MAX, |span| span.get_days());
        match (self.0, minutes, days) {
            (Lang::Fr, 0, _) => "à l'instant".to_owned(),
            (Lang::En, 0, _) => "just now".to_owned(),
            (Lang::Fr, 1..60, _) => format!("il y a {minutes} min"),
            (Lang::En, 1..60, _) => format!("{minutes} min ago"),
            (Lang::Fr, _, 0) => format!("aujourd'hui {}", self.clock(at)),
            (Lang::En, _, 0) => format!("today {}", self.clock(at)),
            (Lang::Fr, _, 1) => format!("hier {}", self.clock(at)),
            (Lang::En, _, 1) => format!("yesterday {}", self.clock(at)),
            _ => self.date(at),
        }
    }

    pub fn capacity(self, capacity: Capacity, kind: Kind) -> &'static str {
        match (self.0, capacity, kind) {
            (Lang::Fr, Capacity::Owner, Kind::Per) => "titulaire",
            (Lang::Fr, Capacity::Owner, _) => "propriétaire",
            (Lang::Fr, Capacity::Cotitulaire, _) => "cotitulaire",
            (Lang::Fr, Capacity::Responsable, _) => "responsable",
            (Lang::Fr, Capacity::Delegataire, _) => "délégataire",
            (Lang::En, Capacity::Owner, Kind::Per) => "holder",
            (Lang::En, Capacity::Owner, _) => "owner",
            (Lang::En, Capacity::Cotitulaire, _) => "co-holder",
            (Lang::En, Capacity::Responsable, _) => "responsible",
            (Lang::En, Capacity::Delegataire, _) => "delegate",
        }
    }

    /// The kind in plain words (CAB-02): never an acronym.
    pub fn kind(self, kind: Kind) -> &'static str {
        match (self.0, kind) {
            (Lang::Fr, Kind::Per) => "boîte personnelle",
            (Lang::Fr, Kind::Org) => "boîte du service",
            (Lang::Fr, Kind::App) => "boîte d'une application",
            (Lang::Fr, Kind::Cab) => "boîte du cabinet",
            (Lang::En, Kind::Per) => "personal mailbox",
            (Lang::En, Kind::Org) => "department's mailbox",
            (Lang::En, Kind::App) => "application's mailbox",
            (Lang::En, Kind::Cab) => "practice's mailbox",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    #[test]
    fn moments_are_said_as_people_say_them() {
        let (fr, en) = (Words(Lang::Fr), Words(Lang::En));
        let noon = at("2026-11-27T17:00:00Z");
        assert_eq!(fr.date_time(noon), "vendredi 27 novembre 2026 à 18 h");
        assert_eq!(en.date_time(noon), "Friday 27 November 2026 at 18:00");
        assert_eq!(fr.date(at("2026-07-31T22:30:00Z")), "1er août 2026", "Paris is two hours ahead in summer");
        assert_eq!(fr.ago(at("2026-11-27T16:50:00Z"), noon), "il y a 10 min");
        assert_eq!(fr.ago(at("2026-11-27T08:58:00Z"), noon), "aujourd'hui 9 h 58");
        assert_eq!(fr.ago(at("2026-11-26T22:58:00Z"), noon), "hier 23 h 58");
        assert_eq!(fr.ago(noon, noon), "à l'instant");
    }
}
