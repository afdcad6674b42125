//! Roles of staff, and accounts of a structure's own login: what follows from facts, without any store.

use std::time::Duration;

use rules::local::{Facts, Failures, LocalState, Step, Use, belongs, manages, may_enable, review};
use rules::register::Structure;
use rules::staff::{Colleague, Giving, PERSONAL_SCOPES, SCOPES, StaffRole, approve_role, ask_role, take_role};
use rules::{Author, IdNat, Moment, Refusal};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn noon() -> Moment {
    Moment::parse("2026-11-21T12:00:00Z").unwrap()
}

fn colleague(login: &str, roles: &[StaffRole], signs_in: bool) -> Colleague {
    Colleague { login: login.to_owned(), roles: roles.to_vec(), signs_in }
}

/// Proves: STF-02.
#[test]
fn a_role_takes_a_second_person_as_soon_as_two_exist() {
    let security = [StaffRole::Security];
    let (houx, if_) = (colleague("m.houx", &security, true), colleague("j.if", &security, true));
    let support = colleague("p.charme", &[StaffRole::Support], true);
    let (by_houx, by_if, console) = (Author::staff("m.houx"), Author::staff("j.if"), Author::staff("console"));
    assert_eq!(ask_role(&console, "m.houx", &[]), Ok(Giving::Now), "the house begins");
    let waiting = colleague("j.if", &security, false);
    assert_eq!(ask_role(&by_houx, "p.charme", &[houx.clone(), waiting]), Ok(Giving::Now), "the second one has no passkey yet");
    let house = [houx, if_, support];
    assert_eq!(ask_role(&by_houx, "p.charme", &house), Ok(Giving::Second));
    assert_eq!(ask_role(&console, "p.charme", &house), Ok(Giving::Second), "the console is bound too");
    assert_eq!(ask_role(&by_houx, "m.houx", &house), Err(Refusal::StaffRoleRequired), "not for oneself");
    assert_eq!(ask_role(&Author::staff("p.charme"), "x", &house), Err(Refusal::StaffRoleRequired), "support gives no roles");
    let person = Author::Person { id: IdNat::parse("899790000014").unwrap(), capacity: None };
    assert_eq!(ask_role(&person, "x", &house), Err(Refusal::StaffRoleRequired));
    assert_eq!(approve_role(&by_if, &by_houx, "p.charme", &house), Ok(()));
    for nobody in [&by_houx, &console, &Author::staff("p.charme"), &person] {
        assert_eq!(approve_role(nobody, &by_houx, "p.charme", &house), Err(Refusal::StaffRoleRequired), "{nobody:?}");
    }
    assert_eq!(approve_role(&by_if, &by_houx, "j.if", &house), Err(Refusal::StaffRoleRequired), "not for oneself");
    assert_eq!(take_role(&by_if, &house), Ok(()));
    assert_eq!(take_role(&Author::staff("p.charme"), &house), Err(Refusal::StaffRoleRequired));
}

/// Proves: STF-04.
#[test]
fn a_persons_token_is_never_given_the_operators_scopes() {
    assert!(PERSONAL_SCOPES.iter().all(|scope| SCOPES.contains(scope)));
    for scope in ["staff", "register.read", "webhooks.write", "indicators.read"] {
        assert!(SCOPES.contains(&scope) && !PERSONAL_SCOPES.contains(&scope), "{scope}");
    }
    for role in StaffRole::ALL {
        assert_eq!(StaffRole::parse(role.as_str()), Some(role));
    }
}

fn failures(times: &[u64]) -> Failures {
    times.iter().fold(Failures::default(), |failures, seconds| failures.after_failure(noon().plus(Duration::from_secs(*seconds))))
}

/// Proves: LOC-07.
#[test]
fn five_failures_in_a_row_lock_for_a_quarter_of_an_hour_and_ten_in_a_day_for_good() {
    let facts = |failures: Failures| Facts { begins: noon(), ends: None, enrolled: Some(noon()), suspended: None, failures };
    let at = |seconds: u64| noon().plus(Duration::from_secs(seconds));
    assert_eq!(facts(failures(&[1, 2, 3, 4])).state(at(4)), LocalState::Active);
    let five = failures(&[1, 2, 3, 4, 5]);
    assert_eq!(facts(five.clone()).state(at(5)), LocalState::Locked);
    assert_eq!(facts(five.clone()).state(at(5 + 15 * 60 - 1)), LocalState::Locked);
    assert_eq!(facts(five).state(at(5 + 15 * 60)), LocalState::Active);
    let interrupted = failures(&[1, 2, 3, 4]).after_success().after_failure(at(6));
    assert_eq!(facts(interrupted).state(at(6)), LocalState::Active, "a success breaks the row");
    let hourly: Vec<u64> = (0..10).map(|hour| hour * 3600).collect();
    assert_eq!(facts(failures(&hourly[..9])).state(at(40_000)), LocalState::Active);
    let blocked = facts(failures(&hourly));
    assert_eq!(blocked.state(at(1_000_000)), LocalState::Blocked, "no time unlocks it");
    assert!(blocked.keeps_sessions(at(40_000)), "a stranger at the door does not throw the person out");
    let slow: Vec<u64> = (0..30).map(|n| n * 3 * 3600).collect();
    assert_eq!(facts(failures(&slow)).failures.recent.len(), 8, "a day of failures is kept, no more");
}

/// Proves: LOC-08.
#[test]
fn an_account_ends_by_its_date_and_is_suspended_when_nobody_uses_or_confirms_it() {
    let open = Facts { begins: noon(), ends: Some(noon().plus(DAY)), enrolled: None, suspended: None, failures: Failures::default() };
    assert_eq!(open.state(noon().minus(DAY)), LocalState::NotBegun);
    assert_eq!(open.state(noon()), LocalState::Invited);
    assert_eq!(open.state(noon().plus(DAY)), LocalState::Ended);
    assert!(!open.keeps_sessions(noon().plus(DAY)));

    let mut account = Use { last: noon(), confirmed: noon(), reminders: 0, reminded: None };
    let at = |days: u32| noon().plus(DAY * days);
    assert_eq!(review(&account, at(89)), Step::Keep);
    assert_eq!(review(&account, at(90)), Step::Unused);
    account.last = at(180);
    assert_eq!(review(&account, at(182)), Step::Keep);
    assert_eq!(review(&account, at(183)), Step::Remind(1));
    (account.reminders, account.reminded) = (1, Some(at(183)));
    assert_eq!(review(&account, at(190)), Step::Keep, "there is time to answer");
    assert_eq!(review(&account, at(197)), Step::Remind(2));
    (account.reminders, account.reminded) = (2, Some(at(197)));
    assert_eq!(review(&account, at(210)), Step::Keep);
    assert_eq!(review(&account, at(211)), Step::Unconfirmed);
}

/// Proves: LOC-02, LOC-03.
#[test]
fn a_structure_needs_a_finess_a_commitment_and_people_of_its_own_to_manage() {
    let hospital = Structure { finess: Some("990000028".to_owned()), ..structure() };
    let head = IdNat::parse("899790000097").unwrap();
    let denis = IdNat::parse("3990000028/SEC0042").unwrap();
    let soon = Some(noon().plus(DAY));
    assert_eq!(may_enable(Some(&hospital), soon, std::slice::from_ref(&head), noon()), Ok(()));
    for (place, date, managers) in [
        (Some(&structure()), soon, vec![head.clone()]),
        (None, soon, vec![head.clone()]),
        (Some(&hospital), None, vec![head.clone()]),
        (Some(&hospital), Some(noon()), vec![head.clone()]),
        (Some(&hospital), soon, vec![]),
        (Some(&hospital), soon, vec![head.clone(); 6]),
        (Some(&hospital), soon, vec![denis.clone()]),
    ] {
        assert_eq!(may_enable(place, date, &managers, noon()), Err(Refusal::CommitmentRequired), "{date:?} {managers:?}");
    }
    assert_eq!(belongs(&denis, "1990000028"), Ok(()));
    assert_eq!(belongs(&denis, "1990000044"), Err(Refusal::NotEligible));
    assert_eq!(belongs(&head, "1990000028"), Err(Refusal::NotEligible));
    let by = |id: &IdNat| Author::Person { id: id.clone(), capacity: None };
    assert_eq!(manages(&by(&head), std::slice::from_ref(&head)), Ok(()));
    assert_eq!(manages(&by(&denis), std::slice::from_ref(&head)), Err(Refusal::NotGestionnaire));
    assert_eq!(manages(&Author::task("x"), &[head]), Err(Refusal::NotGestionnaire));
}

fn structure() -> Structure {
    serde_json::from_value(serde_json::json!({ "id": "1990000028", "name": "CENTRE HOSPITALIER DE VALCLAIR" })).unwrap()
}
