//! A structure's own login, as a hospital lives it: switched on by a commitment, people enrolled by a code, locked, reviewed, gone.
//! size: the stories of one hospital, which share their beginning.

use std::time::Duration;

use rules::access::{Access, Capacity};
use rules::local::LocalState;
use rules::mailbox::{Bearer, Kind};
use rules::movement::{Change, Right, standing};
use rules::notice::Notice;
use rules::register::Structure;
use rules::{Author, Channel, IdNat, Moment, Refusal};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use store::Error;
use store::accounts::{
    Commitment, Enrolment, LocalAccount, LocalKey, LocalLogin, LocalOidc, LocalStructure, NewLocalAccount, NewWebSession, Recorded, Told,
    Who,
};
use store::mailboxes::{Knock, NewMailbox};

use crate::house::{CLAIRE, House, NADIA, address, author, id, of, on_both, physician, refused, staff};

const HOSPITAL: &str = "1990000028";
const DENIS: &str = "3990000028/SEC0042";
const CARDIO: &str = "secretariat.cardiologie@pli.mssante.test";
const DAY: Duration = Duration::from_secs(24 * 3600);

fn hospital() -> Structure {
    serde_json::from_value(json!({ "id": HOSPITAL, "name": "CENTRE HOSPITALIER DE VALCLAIR", "finess": "990000028" })).unwrap()
}

fn login(house: &House) -> LocalStructure {
    LocalStructure {
        structure: HOSPITAL.to_owned(),
        enabled: true,
        commitment: Some(Commitment {
            document_sha256: "ab".repeat(32),
            factors: vec!["totp".to_owned(), "oidc".to_owned()],
            review_date: house.now.plus(DAY * 365),
        }),
        gestionnaires: vec![id(CLAIRE)],
        oidc: Some(LocalOidc {
            issuer: "https://idp.valclair.test".to_owned(),
            client_id: "pli".to_owned(),
            secret: SecretString::from("secret of the provider"),
            acr_strong: vec![],
            amr_strong: vec!["otp".to_owned()],
            id_claim: None,
        }),
    }
}

/// The hospital's login is on; Claire manages it.
async fn switched_on(house: &House) {
    house.store.put_structure(&hospital(), staff(), house.now).await.unwrap();
    house.store.put_local_structure(login(house), staff(), house.now).await.unwrap();
}

fn denis(house: &House, ends: Option<Moment>) -> NewLocalAccount {
    NewLocalAccount {
        person: id(DENIS),
        family: "ERABLE".to_owned(),
        given: "Denis".to_owned(),
        function: "secrétaire".to_owned(),
        email: "denis.erable@ch-valclair.test".to_owned(),
        login: "derable".to_owned(),
        begins: house.now,
        ends,
    }
}

async fn created(house: &House, ends: Option<Moment>) -> LocalAccount {
    house.store.create_local_account(denis(house, ends), [1; 32], author(&id(CLAIRE)), house.now).await.unwrap()
}

fn means() -> Enrolment {
    Enrolment::PasswordAndTotp {
        password: SecretString::from("$argon2id$v=19$…"),
        totp: SecretString::from("JBSWY3DPEHPK3PXP"),
        step: Some(100),
        recovery: vec![[11; 32], [12; 32]],
    }
}

async fn enrolled(house: &House, ends: Option<Moment>) {
    created(house, ends).await;
    house.store.enrol_local([1; 32], means(), house.now).await.unwrap();
}

async fn account(house: &House) -> LocalAccount {
    house.store.local_account(LocalKey::Person(&id(DENIS)), house.now).await.unwrap().unwrap()
}

async fn record(house: &House, login: LocalLogin) -> Recorded {
    house.store.record_local_login(&id(DENIS), login, house.now).await.unwrap()
}

async fn signed_in(house: &House) -> String {
    let session = NewWebSession {
        who: Who::Local(id(DENIS)),
        name: "Denis ERABLE".to_owned(),
        acr: String::new(),
        auth_mode: "LOCAL".to_owned(),
        sid: None,
        sub: None,
        issuer: None,
        auth_time: house.now,
        id_token: None,
        ip: None,
        agent: String::new(),
    };
    house.store.open_web_session(session, house.now).await.unwrap()
}

async fn is_in(house: &House, cookie: &str) -> bool {
    house.store.web_session(cookie, false, house.now).await.unwrap().is_some()
}

/// The secretariat's mailbox, lent to Denis.
async fn lent(house: &House) {
    let new = NewMailbox {
        address: address(CARDIO),
        kind: Kind::Org,
        bearer: Bearer::Structure { structure: HOSPITAL.to_owned() },
        label: "Secrétariat de cardiologie".to_owned(),
        structure: Some(HOSPITAL.to_owned()),
        first: vec![Change::ResponsableAdded { person: id(CLAIRE) }, Change::Delegated { person: id(DENIS), from: None, until: None }],
    };
    house.store.import_mailbox(new, staff(), Channel::Cli, house.now).await.unwrap();
    house.store.accept_terms(&id(DENIS), of("2026-01"), author(&id(DENIS)), house.now).await.unwrap();
}

/// At the only door there is for her (LOC-05).
async fn knock(house: &House) -> Result<Access, Error> {
    let knock = Knock {
        address: address(CARDIO),
        person: id(DENIS),
        channel: Channel::Webmail,
        azp: String::new(),
        acr: String::new(),
        auth_mode: "LOCAL".to_owned(),
        ip: None,
    };
    house.store.enter(knock, house.now).await
}

/// What people were written, and to whom.
async fn notices(house: &House) -> Vec<(String, Notice)> {
    let mut sent = Vec::new();
    for due in house.store.notices_due(10, DAY, house.now).await.unwrap() {
        house.store.settle_notice(due.id, Told::Delivered, house.now).await.unwrap();
        sent.push((due.to, due.notice));
    }
    sent
}

async fn right(house: &House) -> Right {
    let mailbox = house.store.mailbox(&address(CARDIO)).await.unwrap().unwrap();
    standing(&mailbox.movements, house.now).right_of(&id(DENIS))
}

on_both! {
    /// Proves: LOC-02.
    async fn the_login_of_a_structure_is_off_until_it_committed_itself_in_writing(house) {
        house.store.put_structure(&hospital(), staff(), house.now).await.unwrap();
        let early = house.store.create_local_account(denis(house, None), [1; 32], author(&id(CLAIRE)), house.now).await;
        assert_eq!(refused(early), Refusal::CommitmentRequired, "off by default");
        let good = login(house);
        for (wrong, refusal) in [
            (LocalStructure { commitment: None, ..good.clone() }, Refusal::CommitmentRequired),
            (LocalStructure { gestionnaires: vec![], ..good.clone() }, Refusal::CommitmentRequired),
            (LocalStructure { structure: "499790000014017".to_owned(), ..good.clone() }, Refusal::CommitmentRequired),
            (LocalStructure { gestionnaires: vec![id("899790000071")], ..good.clone() }, Refusal::PersonUnknown),
        ] {
            assert_eq!(refused(house.store.put_local_structure(wrong, staff(), house.now).await), refusal);
        }
        let mut vague = good.clone();
        vague.commitment = vague.commitment.map(|written| Commitment { document_sha256: "signed".to_owned(), ..written });
        assert_eq!(refused(house.store.put_local_structure(vague, staff(), house.now).await), Refusal::CommitmentRequired);
        house.store.put_local_structure(good.clone(), staff(), house.now).await.unwrap();
        let kept = house.store.local_structure(HOSPITAL).await.unwrap().unwrap();
        assert_eq!((kept.enabled, kept.gestionnaires, kept.commitment), (true, vec![id(CLAIRE)], good.commitment.clone()));
        assert_eq!(kept.oidc.unwrap().secret.expose_secret(), "secret of the provider");
        assert!(!crate::accounts::dump(house, &["local_structure"]).await.contains("secret of the provider"));
        let line = house.lines(None).await.pop().unwrap();
        assert_eq!((line.act.as_str(), line.facts["document_sha256"].as_str().unwrap().len()), ("local.changed", 64));

        enrolled(house, None).await;
        let cookie = signed_in(house).await;
        assert!(is_in(house, &cookie).await);
        house.store.put_local_structure(LocalStructure { enabled: false, ..good }, staff(), house.now).await.unwrap();
        assert!(!is_in(house, &cookie).await, "switched off: everybody is out");
        assert_eq!(record(house, LocalLogin::Totp { step: 200 }).await, Recorded::Closed);
        assert!(house.store.local_structures().await.unwrap().iter().all(|one| !one.enabled));
    }
}

on_both! {
    /// Proves: LOC-03.
    async fn a_local_person_is_known_by_her_number_which_is_never_given_twice(house) {
        switched_on(house).await;
        let made = created(house, None).await;
        assert_eq!((made.state, made.structure.as_str()), (LocalState::Invited, HOSPITAL));
        let person = house.store.person(&id(DENIS)).await.unwrap().unwrap();
        assert!(person.works_at(HOSPITAL, house.now) && person.admissible(house.now).is_ok());
        assert!(house.store.local_account(LocalKey::Login("derable"), house.now).await.unwrap().is_some());
        let create = async |new: NewLocalAccount, code: u8, by: Author| house.store.create_local_account(new, [code; 32], by, house.now).await;
        let claire = author(&id(CLAIRE));
        assert!(matches!(create(denis(house, None), 2, claire.clone()).await, Err(Error::Exists(_))));
        let twin = NewLocalAccount { person: id("3990000028/SEC0043"), ..denis(house, None) };
        assert!(matches!(create(twin.clone(), 2, claire.clone()).await, Err(Error::Exists(_))), "one login, one person");
        let twin = NewLocalAccount { login: "derable2".to_owned(), ..twin };
        assert_eq!(refused(create(twin.clone(), 2, author(&id(NADIA))).await), Refusal::NotGestionnaire);
        let elsewhere = NewLocalAccount { person: id("3990000044/SEC0042"), ..twin.clone() };
        assert_eq!(refused(create(elsewhere, 2, claire.clone()).await), Refusal::CommitmentRequired, "another structure");
        let national = NewLocalAccount { person: id(NADIA), ..twin.clone() };
        assert_eq!(refused(create(national, 2, claire.clone()).await), Refusal::NotEligible);
        let backwards = NewLocalAccount { ends: Some(house.now), ..twin.clone() };
        assert_eq!(refused(create(backwards, 2, claire.clone()).await), Refusal::BadPeriod);
        create(twin, 2, staff()).await.unwrap();
        assert_eq!(house.store.local_accounts(HOSPITAL, house.now).await.unwrap().len(), 2);

        let linked = house.store.link_local_account(&id(DENIS), &id(NADIA), claire.clone(), house.now).await.unwrap();
        assert_eq!((linked.linked_rpps, linked.person), (Some(id(NADIA)), id(DENIS)), "history keeps both");
        assert!(matches!(house.store.link_local_account(&id(DENIS), &id(CLAIRE), claire.clone(), house.now).await, Err(Error::Exists(_))));
        house.store.end_local_account(&id(DENIS), claire.clone(), house.now).await.unwrap();
        assert!(matches!(create(denis(house, None), 3, claire).await, Err(Error::Exists(_))), "not even after she is gone");
    }
}

on_both! {
    /// Proves: LOC-06.
    async fn a_code_enrols_once_within_a_day_and_a_reset_forgets_everything(house) {
        switched_on(house).await;
        created(house, None).await;
        assert_eq!(house.store.local_account_by_code([1; 32], house.now).await.unwrap().unwrap().person, id(DENIS));
        assert_eq!(refused(house.store.enrol_local([9; 32], means(), house.now).await), Refusal::CodeSpent);
        let account = house.store.enrol_local([1; 32], means(), house.now).await.unwrap();
        assert_eq!((account.state, account.recovery_codes_left), (LocalState::Active, 2));
        assert_eq!(account.totp.unwrap().expose_secret(), "JBSWY3DPEHPK3PXP");
        assert!(!crate::accounts::dump(house, &["local_account"]).await.contains("JBSWY3DPEHPK3PXP"));
        assert_eq!(refused(house.store.enrol_local([1; 32], means(), house.now).await), Refusal::CodeSpent, "once");
        let key = json!({ "id": "key-1", "counter": 0 });
        let account = house.store.change_local_means(&id(DENIS), Enrolment::Passkey(key), house.now).await.unwrap();
        assert_eq!(account.passkeys.len(), 1);

        lent(house).await;
        let cookie = signed_in(house).await;
        let claire = author(&id(CLAIRE));
        let reset = house.store.reset_local_account(&id(DENIS), [2; 32], claire, house.now).await.unwrap();
        assert!(reset.password.is_none() && reset.totp.is_none() && reset.passkeys.is_empty() && reset.recovery_codes_left == 0);
        assert_eq!(reset.state, LocalState::Invited);
        assert!(!is_in(house, &cookie).await);
        let name = |text: &str| text.to_owned();
        let told = Notice::AccountReset { person: name("Denis ERABLE"), structure: name("CENTRE HOSPITALIER DE VALCLAIR"), by: name("Claire TILLEUL") };
        let to = ["denis.erable@ch-valclair.test", CARDIO].map(str::to_owned);
        assert_eq!(notices(house).await, to.map(|to| (to, told.clone())), "Claire has no mailbox of her own: the one she answers for");
        house.later(24 * 3600);
        assert_eq!(refused(house.store.enrol_local([2; 32], means(), house.now).await), Refusal::CodeSpent, "a day");
        let acts: Vec<_> = house.lines(None).await.into_iter().map(|line| line.act).filter(|act| act.starts_with("local.")).collect();
        assert_eq!(acts, ["local.changed", "local.created", "local.enrolled", "local.enrolled", "local.reset"]);
    }
}

on_both! {
    /// Proves: LOC-05, LOC-07.
    async fn a_step_and_a_recovery_code_serve_once_even_at_the_same_instant(house) {
        switched_on(house).await;
        enrolled(house, None).await;
        assert_eq!(record(house, LocalLogin::Totp { step: 100 }).await, Recorded::Failed, "used at the enrolment");
        assert_eq!(record(house, LocalLogin::Totp { step: 101 }).await, Recorded::Accepted);
        assert_eq!(record(house, LocalLogin::Totp { step: 101 }).await, Recorded::Failed);
        assert_eq!(record(house, LocalLogin::Totp { step: 100 }).await, Recorded::Failed, "an older one");
        assert_eq!(record(house, LocalLogin::Recovery { code: [11; 32] }).await, Recorded::Accepted);
        assert_eq!(record(house, LocalLogin::Recovery { code: [11; 32] }).await, Recorded::Failed);
        assert_eq!(account(house).await.recovery_codes_left, 1);
        assert_eq!(record(house, LocalLogin::Strong).await, Recorded::Accepted);
        let tries = (0..4).map(|_| {
            let (store, now) = (house.store.clone(), house.now);
            tokio::spawn(async move { store.record_local_login(&id(DENIS), LocalLogin::Totp { step: 300 }, now).await.unwrap() })
        });
        let mut accepted = 0;
        for one in tries.collect::<Vec<_>>() {
            accepted += u32::from(one.await.unwrap() == Recorded::Accepted);
        }
        assert_eq!(accepted, 1);
    }
}

on_both! {
    /// Proves: LOC-07.
    async fn five_failures_lock_a_quarter_of_an_hour_and_ten_in_a_day_until_a_gestionnaire(house) {
        switched_on(house).await;
        enrolled(house, None).await;
        let cookie = signed_in(house).await;
        for _ in 0..4 {
            assert_eq!(record(house, LocalLogin::Failed).await, Recorded::Failed);
        }
        let until = house.now.plus(Duration::from_secs(15 * 60));
        assert_eq!(record(house, LocalLogin::Failed).await, Recorded::Locked { until });
        assert_eq!(record(house, LocalLogin::Totp { step: 200 }).await, Recorded::Locked { until }, "right factors too");
        assert!(is_in(house, &cookie).await, "a stranger does not throw her out");
        house.now = until;
        assert_eq!(record(house, LocalLogin::Totp { step: 200 }).await, Recorded::Accepted, "a locked try spent nothing");
        house.later(3600);
        for _ in 0..4 {
            assert_eq!(record(house, LocalLogin::Failed).await, Recorded::Failed);
        }
        assert_eq!(record(house, LocalLogin::Failed).await, Recorded::Blocked);
        house.later(3 * 24 * 3600);
        assert_eq!(record(house, LocalLogin::Totp { step: 300 }).await, Recorded::Blocked, "no time unlocks it");
        assert_eq!(account(house).await.state, LocalState::Blocked);
        assert_eq!(refused(house.store.unlock_local_account(&id(DENIS), author(&id(NADIA)), house.now).await), Refusal::NotGestionnaire);
        house.store.unlock_local_account(&id(DENIS), author(&id(CLAIRE)), house.now).await.unwrap();
        assert_eq!(record(house, LocalLogin::Totp { step: 300 }).await, Recorded::Accepted);
        let locked = house.lines(None).await.into_iter().filter(|line| line.act == "local.locked").count();
        assert_eq!(locked, 2);
    }
}

on_both! {
    /// Proves: LOC-08.
    async fn whoever_left_is_out_at_once_and_keeps_no_delegation(house) {
        switched_on(house).await;
        enrolled(house, None).await;
        lent(house).await;
        let denis = knock(house).await.unwrap();
        assert_eq!(denis.capacity(), Some(Capacity::Delegataire));
        let cookie = signed_in(house).await;
        let mut told = house.store.feed().subscribe(denis.mailbox());
        house.later(60);
        let claire = author(&id(CLAIRE));
        let gone = house.store.end_local_account(&id(DENIS), claire.clone(), house.now).await.unwrap();
        assert_eq!(gone.state, LocalState::Ended);
        tokio::time::timeout(Duration::from_secs(5), told.changed()).await.expect("open pages are told");
        assert!(!is_in(house, &cookie).await);
        assert!(matches!(right(house).await, Right::Ended { at, .. } if at == house.now));
        assert_eq!(refused(house.store.recheck(&denis, Channel::Webmail, house.now).await), Refusal::RightLost);
        let ended = house.acts(CARDIO, "movement.delegation_ended").await.pop().unwrap();
        assert_eq!(ended.author, claire, "by whoever removed her");
        assert_eq!(record(house, LocalLogin::Strong).await, Recorded::Closed);
        let again = house.store.extend_local_account(&id(DENIS), None, claire, house.now).await;
        assert!(matches!(again, Err(Error::NotAllowed(_))));
    }
}

on_both! {
    /// Proves: LOC-08.
    async fn an_end_date_needs_nobody_to_come_true(house) {
        switched_on(house).await;
        let friday = house.now.plus(DAY * 6);
        enrolled(house, Some(house.now.plus(DAY * 3))).await;
        house.store.extend_local_account(&id(DENIS), Some(friday), author(&id(CLAIRE)), house.now).await.unwrap();
        lent(house).await;
        let access = knock(house).await.unwrap();
        assert_eq!(access.until(), Some(friday));
        house.now = friday.minus(Duration::from_secs(1));
        let cookie = signed_in(house).await;
        assert!(is_in(house, &cookie).await);
        assert_eq!(house.store.local_review(house.now).await.unwrap().ended, []);
        house.now = friday;
        assert!(!is_in(house, &cookie).await, "to the second");
        assert!(knock(house).await.is_err());
        let review = house.store.local_review(house.now).await.unwrap();
        assert_eq!(review.ended, [id(DENIS)]);
        assert!(matches!(right(house).await, Right::Ended { .. }), "the delegation is ended in writing");
        assert_eq!(house.store.local_review(house.now).await.unwrap(), store::accounts::Review::default(), "once");
    }
}

on_both! {
    /// Proves: LOC-08.
    async fn an_account_nobody_uses_or_confirms_is_suspended(house) {
        switched_on(house).await;
        house.store.put_person(&physician("899790000097", "Anne", "ALISIER"), staff(), house.now).await.unwrap();
        enrolled(house, None).await;
        let claire = author(&id(CLAIRE));
        house.now = house.now.plus(DAY * 89);
        assert_eq!(record(house, LocalLogin::Strong).await, Recorded::Accepted);
        house.now = house.now.plus(DAY * 89);
        assert_eq!(house.store.local_review(house.now).await.unwrap(), store::accounts::Review::default());
        house.now = house.now.plus(DAY);
        assert_eq!(house.store.local_review(house.now).await.unwrap().suspended, [id(DENIS)], "90 days");
        assert_eq!(record(house, LocalLogin::Strong).await, Recorded::Closed);
        house.store.unlock_local_account(&id(DENIS), claire.clone(), house.now).await.unwrap();
        assert_eq!(house.store.local_review(house.now).await.unwrap(), store::accounts::Review::default(), "lifted");

        lent(house).await;
        let confirmed = house.now;
        let mut sent = Vec::new();
        for day in 1..=230 {
            house.now = confirmed.plus(DAY * day);
            if account(house).await.suspended.is_none() {
                assert_eq!(record(house, LocalLogin::Strong).await, Recorded::Accepted);
            }
            let review = house.store.local_review(house.now).await.unwrap();
            for reminder in review.reminders {
                assert_eq!((reminder.gestionnaires, reminder.people), (vec![id(CLAIRE)], vec![id(DENIS)]));
                sent.push((day, reminder.number, reminder.deadline.since(confirmed).as_secs() / 86_400));
                let (structure, people) = ("CENTRE HOSPITALIER DE VALCLAIR".to_owned(), vec!["Denis ERABLE".to_owned()]);
                let told = Notice::AccountsToConfirm { structure, people, number: reminder.number, deadline: reminder.deadline };
                assert_eq!(notices(house).await, [(CARDIO.to_owned(), told)]);
            }
            if !review.suspended.is_empty() {
                sent.push((day, 0, 0));
            }
        }
        assert_eq!(sent, [(183, 1, 211), (197, 2, 211), (211, 0, 0)], "two reminders, then suspended on the day they said");
        let confirm = async |people: Vec<IdNat>| house.store.confirm_local_accounts(HOSPITAL, people, claire.clone(), house.now).await;
        assert!(matches!(confirm(vec![id(NADIA)]).await, Err(Error::NotFound(_))));
        confirm(vec![id(DENIS)]).await.unwrap();
        assert_eq!(account(house).await.confirmed, house.now);
    }
}

on_both! {
    /// Proves: LOC-05.
    async fn the_structures_own_provider_finds_only_whom_a_gestionnaire_bound(house) {
        switched_on(house).await;
        created(house, None).await;
        let (issuer, subject) = ("https://idp.valclair.test", "7f3a");
        let find = async || house.store.local_account(LocalKey::Bound { issuer, subject }, house.now).await.unwrap();
        assert!(find().await.is_none(), "no account is made at login");
        let bound = Some((issuer.to_owned(), subject.to_owned()));
        let bind = async |person: &str, bound: Option<(String, String)>, by: &str| {
            house.store.bind_local_account(&id(person), bound, author(&id(by)), house.now).await
        };
        assert_eq!(refused(bind(DENIS, bound.clone(), NADIA).await), Refusal::NotGestionnaire);
        bind(DENIS, bound.clone(), CLAIRE).await.unwrap();
        assert_eq!(find().await.unwrap().person, id(DENIS));
        let other = NewLocalAccount { person: id("3990000028/SEC0043"), login: "x".to_owned(), ..denis(house, None) };
        house.store.create_local_account(other, [5; 32], staff(), house.now).await.unwrap();
        assert!(matches!(bind("3990000028/SEC0043", bound, CLAIRE).await, Err(Error::Exists(_))), "one subject, one person");
        bind(DENIS, None, CLAIRE).await.unwrap();
        assert!(find().await.is_none());
    }
}
