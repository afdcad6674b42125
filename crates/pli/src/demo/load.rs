//! For load and conformance tools: many mailboxes, each owned by a synthetic person. They last over restarts and are made once.
//!
//! Contract: `--bulk-mailboxes N`; psc-sim mints for them by `{"mailbox":"u0000@pli.mssante.test"}`.

use rules::mailbox::{Bearer, Kind};
use rules::register::{Exercise, Person, Situation};
use rules::{Address, Author, Channel, Domain, IdNat, Moment};
use store::mailboxes::{Acceptance, NewMailbox};
use tokio::task::JoinSet;

use crate::failure::{Failure, Outcome};
use crate::operator::Operator;

/// Commands in flight at once: the store's writer batches them.
const AT_ONCE: usize = 64;
/// Bulk mailboxes at most: their numbers have six digits.
pub const MOST: u32 = 1_000_000;

/// `u0042@pli.mssante.test`.
pub fn bulk_address(n: u32, domain: &Domain) -> Option<Address> {
    Address::parse(&format!("u{n:04}@{domain}")).ok()
}

/// The synthetic person who owns a bulk mailbox; `None` for any other address.
pub fn bulk_owner(address: &Address, domain: &Domain) -> Option<IdNat> {
    let n: u32 = address.local().strip_prefix('u')?.parse().ok().filter(|n| *n < MOST)?;
    let known = bulk_address(n, domain)? == *address;
    known.then(|| number(n)).flatten()
}

/// `8` + RPPS `9978nnnnnn` + key: a block no persona uses.
fn number(n: u32) -> Option<IdNat> {
    let ten = format!("9978{n:06}");
    let sum: u32 = ten.bytes().rev().enumerate().map(|(i, digit)| luhn_share(u32::from(digit - b'0'), i % 2 == 0)).sum();
    IdNat::parse(&format!("8{ten}{}", (10 - sum % 10) % 10)).ok()
}

fn luhn_share(digit: u32, doubled: bool) -> u32 {
    match (doubled, digit * 2) {
        (false, _) => digit,
        (true, twice) if twice > 9 => twice - 9,
        (true, twice) => twice,
    }
}

/// Adds the bulk mailboxes that are not there yet.
pub async fn bulk(operator: &Operator, count: u32) -> Outcome<()> {
    let count = count.min(MOST);
    let there = operator.store.mailboxes().await?.iter().filter(|m| bulk_owner(&m.address, operator.domain()).is_some()).count();
    let mut work = JoinSet::new();
    for n in u32::try_from(there).unwrap_or(u32::MAX)..count {
        if work.len() >= AT_ONCE {
            joined(work.join_next().await)?;
        }
        work.spawn(one(operator.clone(), n));
    }
    while let Some(done) = work.join_next().await {
        joined(Some(done))?;
    }
    Ok(())
}

fn joined(done: Option<Result<Outcome<()>, tokio::task::JoinError>>) -> Outcome<()> {
    match done {
        None => Ok(()),
        Some(Ok(outcome)) => outcome,
        Some(Err(error)) => Err(Failure::ours("remplissage", error)),
    }
}

async fn one(operator: Operator, n: u32) -> Outcome<()> {
    let (Some(address), Some(idnat)) = (bulk_address(n, operator.domain()), number(n)) else { return Ok(()) };
    let now = operator.clock.now();
    let person = person(n, idnat.clone());
    operator.store.put_person(&person, Author::task("import"), now).await?;
    let herself = Author::Person { id: idnat.clone(), capacity: None };
    operator.store.accept_terms(&idnat, Acceptance::of(&operator.config.terms.version, Channel::Webmail), herself, now).await?;
    let new = NewMailbox {
        address,
        kind: Kind::Per,
        bearer: Bearer::Person { idnat, situation: None },
        label: person.name(),
        structure: None,
        first: Vec::new(),
    };
    operator.store.import_mailbox(new, Author::staff("demo"), Channel::System, now).await?;
    Ok(())
}

/// A general practitioner with a number for a name.
fn person(n: u32, idnat: IdNat) -> Person {
    let situation = Situation {
        id: format!("78{n:08}"),
        structure: None,
        role: String::new(),
        mode: "L".to_owned(),
        begin: Moment::from_secs(1_577_836_800), // 2020-01-01
        end: None,
        activity: Default::default(),
    };
    Person {
        idnat,
        family: format!("ESSAI{n:04}"),
        given: "Camille".to_owned(),
        civility: String::new(),
        aliases: Vec::new(),
        struck_off: None,
        exercises: vec![Exercise {
            profession: "10".to_owned(),
            category: "C".to_owned(),
            situations: vec![situation],
            ..Exercise::default()
        }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bulk_mailbox_and_its_owner_find_each_other() {
        let domain = Domain::parse("pli.mssante.test").unwrap();
        for n in [0, 1, 42, 9_999, 10_000, 999_999] {
            let address = bulk_address(n, &domain).unwrap();
            let owner = bulk_owner(&address, &domain).unwrap();
            assert!(owner.rpps().is_some() && owner.is_for_tests(), "{owner}: right key, test block");
        }
        for other in ["u042@pli.mssante.test", "u0042@voisin.mssante.test", "u00420@pli.mssante.test", "ursule@pli.mssante.test"] {
            assert_eq!(bulk_owner(&Address::parse(other).unwrap(), &domain), None, "{other}");
        }
    }
}
