//! How many sessions are open at once: 32 for one person (or machine) on one mailbox, 100 on one mailbox. Requirements: LPS-44.
//!
//! Counts of this node, in memory; a seat is given back when it is dropped.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use rules::access::Access;
use rules::mailbox::MailboxId;

const PER_PERSON: u32 = 32;
const PER_MAILBOX: u32 = 100;

/// Open sessions by holder: national number of a person, DN of a machine.
type Holders = HashMap<Box<str>, u32>;

/// The open sessions of one operator. Cheap to clone.
#[derive(Clone, Default)]
pub struct Seats(Arc<Mutex<HashMap<MailboxId, Holders>>>);

/// One open session.
pub struct Seat {
    seats: Seats,
    mailbox: MailboxId,
    holder: Box<str>,
}

impl Seats {
    /// A seat, or nothing when the mailbox or the person has too many.
    pub fn take(&self, access: &Access) -> Option<Seat> {
        self.take_for(access.mailbox(), access.holder().id())
    }

    fn take_for(&self, mailbox: MailboxId, holder: &str) -> Option<Seat> {
        let mut table = self.0.lock();
        let people = table.entry(mailbox).or_default();
        let all: u32 = people.values().sum();
        let mine = people.get(holder).copied().unwrap_or(0);
        if all >= PER_MAILBOX || mine >= PER_PERSON {
            return None;
        }
        people.insert(holder.into(), mine + 1);
        Some(Seat { seats: self.clone(), mailbox, holder: holder.into() })
    }

    /// Open sessions of one mailbox.
    pub fn open(&self, mailbox: MailboxId) -> u32 {
        self.0.lock().get(&mailbox).map_or(0, |people| people.values().sum())
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut table = self.seats.0.lock();
        let Some(people) = table.get_mut(&self.mailbox) else { return };
        if let Some(count) = people.get_mut(&self.holder) {
            *count -= 1;
            if *count == 0 {
                people.remove(&self.holder);
            }
        }
        if people.is_empty() {
            table.remove(&self.mailbox);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: LPS-44.
    #[test]
    fn a_person_has_thirty_two_seats_a_mailbox_a_hundred_and_they_come_back() {
        let seats = Seats::default();
        let people = ["899790000014", "899790000022", "899790000030", "CN=labo,OU=1990000028"];
        let mut taken: Vec<Seat> = (0..32).map(|_| seats.take_for(MailboxId(1), people[0]).unwrap()).collect();
        assert!(seats.take_for(MailboxId(1), people[0]).is_none());
        assert!(seats.take_for(MailboxId(2), people[0]).is_some(), "another mailbox counts apart");
        for person in &people[1..] {
            taken.extend(std::iter::from_fn(|| seats.take_for(MailboxId(1), person)));
        }
        assert_eq!((taken.len(), seats.open(MailboxId(1))), (100, 100));
        drop(taken);
        assert_eq!(seats.open(MailboxId(1)), 0);
        assert!(seats.0.lock().is_empty(), "nothing is kept of a mailbox nobody has open");
    }
}
