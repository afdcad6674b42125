//! Attempts that failed are counted per network address, per (address, mailbox) and per proved person; never per mailbox.
//!
//! Requirements: PSC-26. A stranger must not be able to shut a mailbox's people out, so a mailbox as a whole is never counted. Memory is bounded.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rules::{Address, IdNat, Moment, Refusal};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const QUARTER: Duration = Duration::from_secs(900);
/// Failures in a minute that close the door for a minute.
const PER_MINUTE: usize = 10;
/// Failures in an hour that close it for a quarter of an hour.
const PER_HOUR: usize = 50;
/// Subjects remembered; beyond, those that failed longest ago are forgotten.
const SUBJECTS: usize = 20_000;

/// Counters of failures of this node. Cheap to clone.
#[derive(Clone, Default)]
pub struct Throttle {
    failures: Arc<Mutex<HashMap<Subject, Failures>>>,
}

/// What is counted.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Subject {
    Network(IpAddr),
    NetworkAndMailbox(IpAddr, Address),
    Person(IdNat),
}

/// The last failures of one subject, oldest first.
#[derive(Default)]
struct Failures {
    at: VecDeque<Moment>,
    closed_until: Option<Moment>,
}

impl Throttle {
    /// `TooManyAttempts` when one of the three is over its limit: 10 a minute (for 60 s), 50 an hour (for 15 min).
    ///
    /// Requirements: PSC-26.
    pub fn check(&self, ip: IpAddr, mailbox: Option<&Address>, person: Option<&IdNat>, now: Moment) -> Result<(), Refusal> {
        let failures = self.failures.lock();
        let closed = |subject: Subject| failures.get(&subject).and_then(|f| f.closed_until).is_some_and(|until| now < until);
        if subjects(ip, mailbox, person).any(closed) { Err(Refusal::TooManyAttempts) } else { Ok(()) }
    }

    /// Counts a refusal (`PscUnavailable` and `TermsNotAccepted` do not count).
    ///
    /// Requirements: PSC-26.
    pub fn failed(&self, ip: IpAddr, mailbox: Option<&Address>, person: Option<&IdNat>, refusal: &Refusal, now: Moment) {
        // Being turned away by this throttle is not a further failure, or the door would never open again.
        if matches!(refusal, Refusal::PscUnavailable | Refusal::TermsNotAccepted { .. } | Refusal::TooManyAttempts) {
            return;
        }
        let mut failures = self.failures.lock();
        for subject in subjects(ip, mailbox, person) {
            failures.entry(subject).or_default().count(now);
        }
        if failures.len() > SUBJECTS {
            forget_some(&mut failures, now);
        }
    }
}

impl Failures {
    fn count(&mut self, now: Moment) {
        self.at.push_back(now);
        while self.at.len() > PER_HOUR || self.at.front().is_some_and(|first| now.since(*first) >= HOUR) {
            self.at.pop_front();
        }
        let since = |length: Duration| self.at.iter().rev().take_while(|at| now.since(**at) < length).count();
        let closed_for = match (since(HOUR) >= PER_HOUR, since(MINUTE) >= PER_MINUTE) {
            (true, _) => QUARTER,
            (false, true) => MINUTE,
            (false, false) => return,
        };
        self.closed_until = self.closed_until.max(Some(now.plus(closed_for)));
    }

    fn last(&self) -> Moment {
        self.at.back().copied().max(self.closed_until).unwrap_or(Moment::from_micros(0))
    }
}

fn subjects(ip: IpAddr, mailbox: Option<&Address>, person: Option<&IdNat>) -> impl Iterator<Item = Subject> {
    let network = network(ip);
    let with_mailbox = mailbox.map(|mailbox| Subject::NetworkAndMailbox(network, mailbox.clone()));
    let person = person.map(|person| Subject::Person(person.clone()));
    std::iter::once(Subject::Network(network)).chain(with_mailbox).chain(person)
}

/// An IPv6 host owns a whole /64: counting single addresses would count nothing.
fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 => v4,
    }
}

/// Drops what is over, then the quarter that moved longest ago: those under closure last.
fn forget_some(failures: &mut HashMap<Subject, Failures>, now: Moment) {
    failures.retain(|_, f| now.since(f.last()) < HOUR);
    if failures.len() <= SUBJECTS {
        return;
    }
    let mut ages: Vec<Moment> = failures.values().map(Failures::last).collect();
    let (_, quarter, _) = ages.select_nth_unstable(SUBJECTS / 4);
    let oldest_kept = *quarter;
    failures.retain(|_, f| f.last() > oldest_kept);
}

#[cfg(test)]
mod tests {
    use super::*;

    const IP: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));

    fn cabinet() -> Address {
        Address::parse("cabinet.des-lilas@pli.mssante.test").unwrap()
    }

    fn at(secs: i64) -> Moment {
        Moment::from_secs(1_800_000_000 + secs)
    }

    fn fail(throttle: &Throttle, times: i64, from: i64) {
        (0..times).for_each(|n| throttle.failed(IP, Some(&cabinet()), None, &Refusal::TokenInvalid, at(from + n)));
    }

    /// Proves: PSC-26.
    #[test]
    fn ten_failures_in_a_minute_close_the_door_for_a_minute() {
        let throttle = Throttle::default();
        fail(&throttle, 9, 0);
        assert_eq!(throttle.check(IP, None, None, at(9)), Ok(()));
        fail(&throttle, 1, 9);
        assert_eq!(throttle.check(IP, None, None, at(68)), Err(Refusal::TooManyAttempts));
        assert_eq!(throttle.check(IP, None, None, at(69)), Ok(()));
    }

    /// Proves: PSC-26.
    #[test]
    fn fifty_failures_in_an_hour_close_the_door_for_a_quarter_of_an_hour() {
        let throttle = Throttle::default();
        (0..50).for_each(|n| fail(&throttle, 1, n * 60));
        assert_eq!(throttle.check(IP, None, None, at(49 * 60 + 899)), Err(Refusal::TooManyAttempts));
        assert_eq!(throttle.check(IP, None, None, at(49 * 60 + 900)), Ok(()));
    }

    /// Proves: PSC-26.
    #[test]
    fn a_stranger_cannot_shut_the_people_of_a_mailbox_out() {
        let throttle = Throttle::default();
        fail(&throttle, 50, 0);
        let secretary = IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 1));
        assert_eq!(throttle.check(secretary, Some(&cabinet()), Some(&IdNat::parse("899790000048").unwrap()), at(50)), Ok(()));
    }

    /// Proves: PSC-26.
    #[test]
    fn a_proved_person_is_followed_from_one_address_to_another() {
        let throttle = Throttle::default();
        let person = IdNat::parse("899790000121").unwrap();
        for n in 0..10 {
            let ip = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, n));
            throttle.failed(ip, None, Some(&person), &Refusal::NoRight, at(i64::from(n)));
        }
        let elsewhere = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 1));
        assert_eq!(throttle.check(elsewhere, None, Some(&person), at(10)), Err(Refusal::TooManyAttempts));
        assert_eq!(throttle.check(elsewhere, None, None, at(10)), Ok(()));
    }

    /// Proves: PSC-26.
    #[test]
    fn an_outage_and_unaccepted_terms_are_nobodys_failure() {
        let throttle = Throttle::default();
        let terms = Refusal::TermsNotAccepted { url: String::new(), version: String::new() };
        for n in 0..60 {
            throttle.failed(IP, None, None, &Refusal::PscUnavailable, at(n));
            throttle.failed(IP, None, None, &terms, at(n));
        }
        assert_eq!(throttle.check(IP, None, None, at(60)), Ok(()));
    }

    #[test]
    fn addresses_of_one_ipv6_network_count_together() {
        let throttle = Throttle::default();
        for n in 0..10u16 {
            let ip = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 1, n, 0, 0, n));
            throttle.failed(ip, None, None, &Refusal::TokenInvalid, at(0));
        }
        let sibling = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 9, 9, 9, 9));
        assert_eq!(throttle.check(sibling, None, None, at(1)), Err(Refusal::TooManyAttempts));
        let neighbour = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 2, 9, 9, 9, 9));
        assert_eq!(throttle.check(neighbour, None, None, at(1)), Ok(()));
    }

    #[test]
    fn memory_stays_bounded_and_a_closed_door_stays_closed_under_a_flood() {
        let throttle = Throttle::default();
        (0..50).for_each(|n| fail(&throttle, 1, n));
        for n in 0..30_000u32 {
            let ip = IpAddr::V4(std::net::Ipv4Addr::from(0x0a00_0000 + n));
            throttle.failed(ip, None, None, &Refusal::TokenInvalid, at(60));
        }
        assert!(throttle.failures.lock().len() <= SUBJECTS);
        assert_eq!(throttle.check(IP, None, None, at(61)), Err(Refusal::TooManyAttempts));
    }
}
