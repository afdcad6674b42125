//! Staff of the operator: invited by a link that serves once, given roles by two people, shut out at once.

use rules::staff::StaffRole::{Mailbox, Security, Support};
use rules::{Author, Refusal};
use secrecy::ExposeSecret;
use serde_json::json;
use store::accounts::{Asked, Holder, NewStaff, NewWebSession, Who};
use store::{Error, Store};

use crate::house::{House, on_both, refused};

fn somebody(login: &str, roles: &[rules::staff::StaffRole]) -> NewStaff {
    NewStaff { login: login.to_owned(), name: "Marie HOUX".to_owned(), roles: roles.to_vec() }
}

fn passkey(id: &str, counter: u32) -> serde_json::Value {
    json!({ "id": id, "public_key": "pQECAyYg", "counter": counter, "label": "clé bleue", "created": 0 })
}

/// Invited, and signed up with a passkey.
async fn join(house: &House, login: &str, roles: &[rules::staff::StaffRole], by: &Author) {
    let code = house.store.invite_staff(somebody(login, roles), by.clone(), house.now).await.unwrap();
    house.store.add_staff_passkey(login, passkey(login, 0), Some(code.expose_secret()), house.now).await.unwrap();
}

async fn roles(store: &Store, login: &str) -> Vec<rules::staff::StaffRole> {
    store.staff(login).await.unwrap().unwrap().roles
}

on_both! {
    async fn an_invitation_serves_once_within_a_day(house) {
        let console = Author::staff("console");
        let invite = async |house: &House| {
            let code = house.store.invite_staff(somebody("m.houx", &[Security]), console.clone(), house.now).await.unwrap();
            code.expose_secret().to_owned()
        };
        let first = invite(house).await;
        assert_eq!(house.store.staff_by_code(&first, house.now).await.unwrap().unwrap().roles, [Security]);
        let second = invite(house).await;
        assert!(house.store.staff_by_code(&first, house.now).await.unwrap().is_none(), "a new link, the old one forgotten");
        let add = async |house: &House, login: &str, key: &str, code: Option<&str>| {
            house.store.add_staff_passkey(login, passkey(key, 3), code, house.now).await
        };
        assert_eq!(refused(add(house, "m.houx", "k1", Some(&first)).await), Refusal::CodeSpent);
        assert_eq!(refused(add(house, "j.if", "k1", Some(&second)).await), Refusal::CodeSpent, "somebody else's");
        let member = add(house, "m.houx", "k1", Some(&second)).await.unwrap();
        assert_eq!(member.passkeys, [passkey("k1", 3)]);
        assert_eq!(refused(add(house, "m.houx", "k2", Some(&second)).await), Refusal::CodeSpent, "once");
        assert!(matches!(add(house, "m.houx", "k1", None).await, Err(Error::Exists(_))));
        let third = invite(house).await;
        house.later(24 * 3600);
        assert_eq!(refused(add(house, "m.houx", "k2", Some(&third)).await), Refusal::CodeSpent, "a day");
        assert!(!crate::accounts::dump(house, &["staff_code", "journal"]).await.contains(&third));
    }
}

on_both! {
    /// Proves: STF-02.
    async fn a_role_takes_a_second_person_where_two_exist(house) {
        let console = Author::staff("console");
        let (houx, charme) = (Author::staff("m.houx"), Author::staff("p.charme"));
        join(house, "m.houx", &[Security], &console).await;
        assert_eq!(roles(&house.store, "m.houx").await, [Security], "the first one");
        join(house, "p.charme", &[Security, Support], &houx).await;
        assert_eq!(roles(&house.store, "p.charme").await, [Support, Security], "she was alone to give it");

        join(house, "j.if", &[Mailbox], &houx).await;
        assert_eq!(roles(&house.store, "j.if").await, []);
        let waiting = house.store.staff_role_requests().await.unwrap();
        assert_eq!((waiting.len(), waiting[0].login.as_str(), waiting[0].role), (1, "j.if", Mailbox));
        let approve = async |by: &Author| house.store.approve_staff_role(waiting[0].id, by.clone(), house.now).await;
        for nobody in [&houx, &console, &Author::staff("j.if")] {
            assert_eq!(refused(approve(nobody).await), Refusal::StaffRoleRequired, "{nobody:?}");
        }
        assert_eq!(roles(&house.store, "j.if").await, [], "a refusal leaves the request");
        assert_eq!(approve(&charme).await.unwrap().roles, [Mailbox]);
        assert!(house.store.staff_role_requests().await.unwrap().is_empty());
        let given = house.lines(None).await.into_iter().rfind(|line| line.act == "staff.role_given").unwrap();
        assert_eq!((given.author, given.object.as_str()), (charme.clone(), "j.if"));
        assert_eq!(given.facts["asked_by"], json!(houx), "both names stay");

        let asked = house.store.ask_staff_role("j.if", Support, charme.clone(), house.now).await.unwrap();
        assert!(matches!(asked, Asked::Waiting(_)));
        assert_eq!(refused(house.store.ask_staff_role("m.houx", Support, houx.clone(), house.now).await), Refusal::StaffRoleRequired);
        house.store.take_staff_role("j.if", Support, houx.clone(), house.now).await.unwrap();
        assert!(house.store.staff_role_requests().await.unwrap().is_empty(), "dropped");
        house.store.take_staff_role("j.if", Mailbox, houx, house.now).await.unwrap();
        assert_eq!(roles(&house.store, "j.if").await, []);
    }
}

on_both! {
    /// Proves: STF-02, PSC-37.
    async fn somebody_shut_out_is_out_at_once(house) {
        let console = Author::staff("console");
        join(house, "m.houx", &[Security], &console).await;
        let session = NewWebSession {
            who: Who::Staff("m.houx".to_owned()),
            name: "Marie HOUX".to_owned(),
            acr: String::new(),
            auth_mode: "WEBAUTHN".to_owned(),
            sid: None,
            sub: None,
            issuer: None,
            auth_time: house.now,
            id_token: None,
            ip: None,
            agent: String::new(),
        };
        let cookie = house.store.open_web_session(session.clone(), house.now).await.unwrap();
        assert!(house.store.web_session(&cookie, true, house.now).await.unwrap().is_some());
        house.store.suspend_staff("m.houx", true, console.clone(), house.now).await.unwrap();
        assert!(house.store.web_session(&cookie, true, house.now).await.unwrap().is_none());
        let late = house.store.open_web_session(session, house.now).await.unwrap();
        assert!(house.store.web_session(&late, true, house.now).await.unwrap().is_none(), "nor by a page that was slower");
        house.store.suspend_staff("m.houx", false, console, house.now).await.unwrap();
        assert!(house.store.web_session(&late, true, house.now).await.unwrap().is_some());
    }
}

on_both! {
    /// Proves: LOC-05.
    async fn the_counter_of_a_key_only_goes_up(house) {
        let console = Author::staff("console");
        let code = house.store.invite_staff(somebody("m.houx", &[]), console, house.now).await.unwrap();
        house.store.add_staff_passkey("m.houx", passkey("counts", 3), Some(code.expose_secret()), house.now).await.unwrap();
        house.store.add_staff_passkey("m.houx", passkey("counts-not", 0), None, house.now).await.unwrap();
        let holder = Holder::Staff("m.houx".to_owned());
        assert_eq!(house.store.passkey_holder("counts").await.unwrap(), Some(holder.clone()));
        assert_eq!(house.store.passkey_holder("x").await.unwrap(), None);
        let used = async |key: &str, counter: u32| house.store.update_passkey_counter(key, counter, house.now).await;
        used("counts", 4).await.unwrap();
        assert_eq!(refused(used("counts", 4).await), Refusal::LoginFailed, "a copy of the key");
        assert_eq!(refused(used("counts", 0).await), Refusal::LoginFailed);
        for _ in 0..2 {
            used("counts-not", 0).await.expect("a key that does not count");
        }
        assert_eq!(house.store.passkeys_of(&holder).await.unwrap(), [passkey("counts", 4), passkey("counts-not", 0)]);
        assert!(!house.store.remove_passkey(&Holder::Staff("j.if".to_owned()), "counts", house.now).await.unwrap());
        assert!(house.store.remove_passkey(&holder, "counts", house.now).await.unwrap());
    }
}
