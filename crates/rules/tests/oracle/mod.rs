//! A second opinion on who may enter, written without looking at the first: for one person and one moment it rereads the whole list of
//! movements for each question, keeps no state and knows no interval. Slow and plain on purpose.

use rules::Moment;
use rules::access::Capacity;
use rules::ids::IdNat;
use rules::movement::{Change, Movement};

/// Everything written up to that moment.
fn known(movements: &[Movement], now: Moment) -> impl Iterator<Item = &Movement> {
    movements.iter().filter(move |m| m.at <= now)
}

/// The last movement that says yes or no for a capacity given until further notice says which.
fn last_word(movements: &[Movement], now: Moment, says: impl Fn(&Change) -> Option<bool>) -> bool {
    known(movements, now).filter_map(|m| says(&m.change)).last().unwrap_or(false)
}

pub fn is_owner(movements: &[Movement], person: &IdNat, now: Moment) -> bool {
    last_word(movements, now, |change| match change {
        Change::Opened { owner: Some(owner) } | Change::HandedOver { to: owner } => Some(owner == person),
        _ => None,
    })
}

pub fn is_cotitulaire(movements: &[Movement], person: &IdNat, now: Moment) -> bool {
    last_word(movements, now, |change| match change {
        Change::CotitulaireAdded { person: p } if p == person => Some(true),
        Change::CotitulaireRemoved { person: p } if p == person => Some(false),
        _ => None,
    })
}

pub fn is_responsable(movements: &[Movement], person: &IdNat, now: Moment) -> bool {
    last_word(movements, now, |change| match change {
        Change::ResponsableAdded { person: p } if p == person => Some(true),
        Change::ResponsableRemoved { person: p } if p == person => Some(false),
        _ => None,
    })
}

/// Only the last word about this person's delegation counts, and only between its two dates.
pub fn is_delegataire(movements: &[Movement], person: &IdNat, now: Moment) -> bool {
    let last = known(movements, now).filter(|m| match &m.change {
        Change::Delegated { person: p, .. } | Change::DelegationEnded { person: p } => p == person,
        _ => false,
    });
    match last.last().map(|m| &m.change) {
        Some(Change::Delegated { from, until, .. }) => from.is_none_or(|from| from <= now) && until.is_none_or(|until| now < until),
        _ => false,
    }
}

/// The highest capacity held, by asking for each.
pub fn capacity(movements: &[Movement], person: &IdNat, now: Moment) -> Option<Capacity> {
    if is_owner(movements, person, now) {
        Some(Capacity::Owner)
    } else if is_responsable(movements, person, now) {
        Some(Capacity::Responsable)
    } else if is_cotitulaire(movements, person, now) {
        Some(Capacity::Cotitulaire)
    } else if is_delegataire(movements, person, now) {
        Some(Capacity::Delegataire)
    } else {
        None
    }
}

/// Who was asked to take the cabinet over and has not been answered for: read backwards from now.
pub fn offer(movements: &[Movement], now: Moment) -> Option<&IdNat> {
    let written: Vec<&Movement> = known(movements, now).collect();
    let mut dropped = Vec::new();
    for movement in written.iter().rev() {
        match &movement.change {
            Change::HandedOver { .. } | Change::Closing | Change::Closed => return None,
            Change::HandOverDropped { to } => dropped.push(to),
            Change::HandOverOffered { to } => return (!dropped.contains(&to)).then_some(to),
            _ => {}
        }
    }
    None
}

/// Is there anything left for this person once these movements are written: held at that moment, or announced for later?
fn has_anything(movements: &[Movement], person: &IdNat, at: Moment) -> bool {
    let mut announced = movements.iter().filter(|m| match &m.change {
        Change::Delegated { person: p, .. } | Change::DelegationEnded { person: p } => p == person,
        _ => false,
    });
    let lent = match announced.next_back() {
        Some(Movement { at: given, change: Change::Delegated { from, until, .. }, .. }) => {
            let begins = from.map_or(*given, |from| from.max(*given));
            until.is_none_or(|until| at < until && begins < until)
        }
        _ => false,
    };
    lent || is_owner(movements, person, at) || is_cotitulaire(movements, person, at) || is_responsable(movements, person, at)
}

/// She said yes, and has never since been let in from nothing. The owner said yes by owning.
pub fn accepted(movements: &[Movement], person: &IdNat, now: Moment) -> bool {
    let mut yes = false;
    let count = known(movements, now).count();
    for (index, movement) in movements[..count].iter().enumerate() {
        let given = match &movement.change {
            Change::Opened { owner: Some(p) }
            | Change::HandedOver { to: p }
            | Change::ResponsableAdded { person: p }
            | Change::CotitulaireAdded { person: p }
            | Change::Delegated { person: p, .. } => p == person,
            _ => false,
        };
        if given && !has_anything(&movements[..index], person, movement.at) {
            yes = false;
        }
        yes |= matches!(&movement.change, Change::Accepted { person: p } if p == person);
    }
    yes || is_owner(movements, person, now)
}

/// Every moment at which something could change: each movement, each date written in one, and one microsecond around them.
pub fn moments(movements: &[Movement]) -> Vec<Moment> {
    let mut moments = Vec::new();
    for movement in movements {
        moments.push(movement.at);
        if let Change::Delegated { from, until, .. } = &movement.change {
            moments.extend(from.iter().chain(until));
        }
    }
    let micro = std::time::Duration::from_micros(1);
    let mut around: Vec<Moment> = moments.iter().flat_map(|m| [m.minus(micro), *m, m.plus(micro)]).collect();
    around.sort();
    around.dedup();
    around
}
