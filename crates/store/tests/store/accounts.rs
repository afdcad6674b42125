//! Signing in: sessions that end by the clock or from afar, logins used once, telephones that do not ring too often, tokens, keys of requests.

use std::time::Duration;

use rules::{Author, IdNat, Moment, Refusal};
use rusqlite::types::ValueRef;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use store::accounts::{Attempt, Begin, NewToken, NewWebSession, PhoneRequest, TokenOwner, Who};
use store::{Engine, Error};
use tokio_postgres::SimpleQueryMessage;

use crate::house::{CLAIRE, House, NADIA, author, id, on_both, postgres_url, refused, staff};

const PSC: &str = "https://psc.test/auth";

fn signed_in(person: &str, sid: &str, auth_time: Moment) -> NewWebSession {
    NewWebSession {
        who: Who::Person(id(person)),
        name: "Claire TILLEUL".to_owned(),
        acr: "eidas1".to_owned(),
        auth_mode: "MOBILE".to_owned(),
        sid: Some(sid.to_owned()),
        sub: Some(format!("f:1:{person}")),
        issuer: Some(PSC.to_owned()),
        auth_time,
        id_token: Some(SecretString::from("ey.id.token")),
        ip: Some("192.0.2.7".parse().unwrap()),
        agent: "Firefox".to_owned(),
    }
}

on_both! {
    /// Proves: PSC-37.
    async fn a_web_session_ends_after_half_an_hour_without_anybody_and_after_four_hours_with(house) {
        let begun = house.now;
        let cookie = house.store.open_web_session(signed_in(CLAIRE, "s1", begun), begun).await.unwrap();
        assert_eq!(cookie.len(), 43);
        let session = house.store.web_session(&cookie, true, begun).await.unwrap().unwrap();
        assert_eq!((session.who, session.auth_time, session.agent.as_str()), (Who::Person(id(CLAIRE)), begun, "Firefox"));
        assert!(house.store.web_session("guess", true, begun).await.unwrap().is_none());

        // Somebody works: every 20 minutes something is done.
        for _ in 0..11 {
            let now = house.later(20 * 60);
            assert!(house.store.web_session(&cookie, true, now).await.unwrap().is_some(), "{now}");
        }
        house.later(20 * 60 - 1);
        assert!(house.store.web_session(&cookie, false, house.now).await.unwrap().is_some(), "one second before four hours");
        house.later(1);
        assert!(house.store.web_session(&cookie, true, house.now).await.unwrap().is_none(), "four hours from the proof");

        // A page left open polls, and that is nobody's doing.
        let cookie = house.store.open_web_session(signed_in(CLAIRE, "s2", house.now), house.now).await.unwrap();
        for _ in 0..2 {
            house.later(10 * 60);
            assert!(house.store.web_session(&cookie, false, house.now).await.unwrap().is_some());
        }
        house.later(10 * 60);
        assert!(house.store.web_session(&cookie, false, house.now).await.unwrap().is_none(), "half an hour idle");
        // A proof that was old already counts from its own moment.
        let old = signed_in(CLAIRE, "s3", house.now.minus(Duration::from_secs(4 * 3600 - 60)));
        let cookie = house.store.open_web_session(old, house.now).await.unwrap();
        assert!(house.store.web_session(&cookie, true, house.now).await.unwrap().is_some());
        house.later(60);
        assert!(house.store.web_session(&cookie, true, house.now).await.unwrap().is_none());
    }
}

on_both! {
    /// Proves: PSC-37.
    async fn somebody_sees_her_sessions_and_closes_one(house) {
        let now = house.now;
        let cookie = house.store.open_web_session(signed_in(CLAIRE, "s1", now), now).await.unwrap();
        house.later(60);
        let other = house.store.open_web_session(signed_in(CLAIRE, "s2", now), house.now).await.unwrap();
        let strange = house.store.open_web_session(signed_in(NADIA, "s3", now), house.now).await.unwrap();
        let (claire, nadia) = (Who::Person(id(CLAIRE)), Who::Person(id(NADIA)));
        let mine = house.store.web_sessions_of(&claire, house.now).await.unwrap();
        assert_eq!(mine.iter().map(|s| s.sid.as_deref().unwrap()).collect::<Vec<_>>(), ["s2", "s1"]);
        assert!(!house.store.end_web_session_by_id(&nadia, mine[0].id, house.now).await.unwrap(), "not hers");
        assert!(house.store.end_web_session_by_id(&claire, mine[0].id, house.now).await.unwrap());
        assert!(house.store.web_session(&other, true, house.now).await.unwrap().is_none());

        let ended = house.store.end_web_session(&cookie, house.now).await.unwrap().unwrap();
        assert_eq!(ended.id_token.unwrap().expose_secret(), "ey.id.token");
        assert_eq!(ended.issuer.as_deref(), Some(PSC));
        assert!(house.store.end_web_session(&cookie, house.now).await.unwrap().is_none());
        assert!(house.store.web_session(&strange, true, house.now).await.unwrap().is_some());
        let acts: Vec<_> = house.lines(None).await.into_iter().filter(|l| l.act.starts_with("session.")).collect();
        assert_eq!(acts.len(), 5);
        assert_eq!((acts[4].act.as_str(), acts[4].author.person()), ("session.ended", Some(&id(CLAIRE))));
    }
}

on_both! {
    /// Proves: PSC-36.
    async fn the_provider_ends_every_session_of_its_own_and_a_notice_counts_once(house) {
        let now = house.now;
        let mut over = house.store.feed().sessions_over();
        let first = house.store.open_web_session(signed_in(CLAIRE, "s1", now), now).await.unwrap();
        let twin = house.store.open_web_session(signed_in(CLAIRE, "s1", now), now).await.unwrap();
        let other = house.store.open_web_session(signed_in(CLAIRE, "s2", now), now).await.unwrap();
        assert!(house.store.note_logout_jti(PSC, "j1", now).await.unwrap());
        assert!(!house.store.note_logout_jti(PSC, "j1", now).await.unwrap(), "a replay");
        assert!(house.store.note_logout_jti("https://elsewhere.test", "j1", now).await.unwrap());

        assert_eq!(house.store.end_sessions_of("https://elsewhere.test", Some("s1"), None, now).await.unwrap(), 0);
        assert_eq!(house.store.end_sessions_of(PSC, Some("s1"), Some("f:1:899790000014"), now).await.unwrap(), 2);
        for cookie in [&first, &twin] {
            assert!(house.store.web_session(cookie, true, now).await.unwrap().is_none());
        }
        assert!(house.store.web_session(&other, true, now).await.unwrap().is_some(), "the sid was named, not the person");
        tokio::time::timeout(Duration::from_secs(10), over.perhaps(PSC, "s1")).await.expect("an IMAP session of s1 hears it");
        assert!(house.store.session_is_over(PSC, "s1").await.unwrap());
        assert!(!house.store.session_is_over(PSC, "s2").await.unwrap());
        let late = house.store.open_web_session(signed_in(CLAIRE, "s1", now), now).await;
        assert_eq!(refused(late), Refusal::SessionEnded, "the notice was faster than the return of the browser");

        assert_eq!(house.store.end_sessions_of(PSC, None, Some("f:1:899790000014"), now).await.unwrap(), 1);
        assert!(house.store.web_session(&other, true, now).await.unwrap().is_none());
        house.later(10 * 60);
        assert!(house.store.note_logout_jti(PSC, "j1", house.now).await.unwrap(), "kept ten minutes");
    }
}

fn attempt(state: &str) -> Attempt {
    Attempt {
        state: state.to_owned(),
        cookie: "browser".to_owned(),
        nonce: "n-0S6_WzA2Mj".to_owned(),
        verifier: SecretString::from("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
        redirect_uri: "https://mss.pli.mssante.test/psc/retour".to_owned(),
        return_to: "/boites".to_owned(),
        purpose: "login".to_owned(),
        issuer: PSC.to_owned(),
    }
}

on_both! {
    /// Proves: PSC-05.
    async fn a_login_is_finished_once_by_the_browser_that_began_it_within_ten_minutes(house) {
        house.store.keep_attempt(attempt("a"), house.now).await.unwrap();
        house.store.keep_attempt(attempt("b"), house.now).await.unwrap();
        assert!(house.store.take_attempt("a", "another browser", house.now).await.unwrap().is_none());
        assert!(house.store.take_attempt("c", "browser", house.now).await.unwrap().is_none());
        let took = house.store.take_attempt("a", "browser", house.now).await.unwrap().expect("the other browser spent nothing");
        assert_eq!((took.nonce.as_str(), took.return_to.as_str()), ("n-0S6_WzA2Mj", "/boites"));
        assert_eq!(took.verifier.expose_secret(), attempt("a").verifier.expose_secret());
        assert!(house.store.take_attempt("a", "browser", house.now).await.unwrap().is_none(), "once");
        house.later(10 * 60);
        assert!(house.store.take_attempt("b", "browser", house.now).await.unwrap().is_none(), "ten minutes");

        // A page sent twice at the same instant signs in once.
        house.store.keep_attempt(attempt("d"), house.now).await.unwrap();
        let tries = (0..8).map(|_| {
            let (store, now) = (house.store.clone(), house.now);
            tokio::spawn(async move { store.take_attempt("d", "browser", now).await.unwrap().is_some() })
        });
        let mut took = 0;
        for one in tries.collect::<Vec<_>>() {
            took += u32::from(one.await.unwrap());
        }
        assert_eq!(took, 1);
    }
}

on_both! {
    /// Proves: LOC-05.
    async fn the_challenge_of_a_passkey_serves_once(house) {
        let (now, soon) = (house.now, house.now.plus(Duration::from_secs(300)));
        house.store.keep_challenge("browser", "assert", json!({ "challenge": "old" }), soon, now).await.unwrap();
        house.store.keep_challenge("browser", "assert", json!({ "challenge": "new" }), soon, now).await.unwrap();
        assert!(house.store.take_challenge("browser", "register", now).await.unwrap().is_none());
        assert_eq!(house.store.take_challenge("browser", "assert", now).await.unwrap(), Some(json!({ "challenge": "new" })));
        assert!(house.store.take_challenge("browser", "assert", now).await.unwrap().is_none());
        house.store.keep_challenge("browser", "assert", json!({ "challenge": "late" }), soon, now).await.unwrap();
        assert!(house.store.take_challenge("browser", "assert", soon).await.unwrap().is_none());
    }
}

fn ringing(person: &str, browser: &str, now: Moment) -> PhoneRequest {
    PhoneRequest {
        browser: browser.to_owned(),
        person: id(person),
        number: "47".to_owned(),
        channel: "MOBILE".to_owned(),
        auth_req_id: SecretString::from("1c266114-a1be"),
        expires: now.plus(Duration::from_secs(120)),
        interval: 2,
        return_to: "/".to_owned(),
    }
}

on_both! {
    /// Proves: PSC-34.
    async fn one_request_at_a_time_waits_for_a_person_and_for_a_browser(house) {
        let store = house.store.clone();
        let first = store.keep_phone_request(ringing(CLAIRE, "one", house.now), house.now).await.unwrap();
        let waiting = store.phone_request(first, "one", house.now).await.unwrap().unwrap();
        assert_eq!((waiting.request.number.as_str(), waiting.due), ("47", false));
        assert_eq!(waiting.request.auth_req_id.expose_secret(), "1c266114-a1be");
        assert!(store.phone_request(first, "two", house.now).await.unwrap().is_none(), "another browser");

        // The provider is asked once an interval, whoever polls; and less often when it says so.
        house.later(2);
        assert!(store.phone_request(first, "one", house.now).await.unwrap().unwrap().due);
        assert!(!store.phone_request(first, "one", house.now).await.unwrap().unwrap().due);
        store.phone_slow_down(first).await.unwrap();
        house.later(6);
        assert!(!store.phone_request(first, "one", house.now).await.unwrap().unwrap().due);
        house.later(1);
        assert!(store.phone_request(first, "one", house.now).await.unwrap().unwrap().due);

        let second = store.keep_phone_request(ringing(CLAIRE, "two", house.now), house.now).await.unwrap();
        assert!(store.phone_request(first, "one", house.now).await.unwrap().is_none(), "the same person elsewhere");
        let third = store.keep_phone_request(ringing(NADIA, "two", house.now), house.now).await.unwrap();
        assert!(store.phone_request(second, "two", house.now).await.unwrap().is_none(), "the same browser for somebody else");
        store.drop_phone_request(third, "one").await.unwrap();
        assert!(store.phone_request(third, "two", house.now).await.unwrap().is_some(), "dropped by its own browser only");
        house.later(120);
        assert!(store.phone_request(third, "two", house.now).await.unwrap().is_none(), "its life is over");
    }
}

on_both! {
    /// Proves: PSC-34.
    async fn a_telephone_rings_three_times_in_ten_minutes_at_most(house) {
        let store = house.store.clone();
        let begun = house.now;
        for browser in ["one", "two", "three"] {
            store.reserve_phone_request(&id(CLAIRE), browser, house.now).await.unwrap();
            let kept = store.keep_phone_request(ringing(CLAIRE, browser, house.now), house.now).await.unwrap();
            store.drop_phone_request(kept, browser).await.unwrap();
            house.later(60);
        }
        let fourth = store.reserve_phone_request(&id(CLAIRE), "four", house.now).await;
        assert_eq!(refused(fourth), Refusal::TooManyAttempts);
        assert_eq!(refused(store.keep_phone_request(ringing(CLAIRE, "four", house.now), house.now).await), Refusal::TooManyAttempts);
        store.reserve_phone_request(&id(NADIA), "four", house.now).await.expect("another person");
        house.now = begun.plus(Duration::from_secs(600));
        // At the same instant from many browsers: the count holds.
        let tries = (0..6).map(|n| {
            let (store, now) = (house.store.clone(), house.now);
            tokio::spawn(async move { store.reserve_phone_request(&id(CLAIRE), &format!("b{n}"), now).await.is_ok() })
        });
        let mut rang = 0;
        for one in tries.collect::<Vec<_>>() {
            rang += u32::from(one.await.unwrap());
        }
        assert_eq!(rang, 1, "two of the three still count");
    }
}

async fn token(
    house: &House,
    owner: TokenOwner,
    scopes: &[&str],
    ends: Moment,
) -> Result<(store::accounts::TokenInfo, SecretString), Error> {
    let scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
    house.store.make_api_token(NewToken { name: "sauvegarde".to_owned(), owner, scopes, ends }, staff(), house.now).await
}

on_both! {
    /// Proves: STF-04.
    async fn a_token_is_shown_once_has_scopes_and_an_end_and_its_last_use_is_seen(house) {
        let tomorrow = house.now.plus(Duration::from_secs(86_400));
        let (info, secret) = token(house, TokenOwner::Operator, &["journal.read", "staff"], tomorrow).await.unwrap();
        assert!(secret.expose_secret().starts_with("pli_") && secret.expose_secret().len() == 47);
        assert!(info.may("journal.read") && !info.may("messages.read"));
        assert_eq!(info.last_used, None);
        house.later(30);
        let used = house.store.api_token(secret.expose_secret(), house.now).await.unwrap().unwrap();
        assert_eq!(used.last_used, Some(house.now));
        house.later(30);
        assert!(house.store.api_token("pli_guess", house.now).await.unwrap().is_none());
        assert_eq!(house.store.api_token(secret.expose_secret(), house.now).await.unwrap().unwrap().last_used, used.last_used, "to the minute");
        assert_eq!(house.store.api_tokens().await.unwrap().len(), 1);
        assert!(house.store.api_token(secret.expose_secret(), tomorrow).await.unwrap().is_none(), "its end");

        let (hers, secret) = token(house, TokenOwner::Person(id(CLAIRE)), &["messages.read"], tomorrow).await.unwrap();
        assert!(house.store.api_token(secret.expose_secret(), house.now).await.unwrap().is_some());
        house.store.revoke_api_token(hers.id, author(&id(CLAIRE)), house.now).await.unwrap();
        assert!(house.store.api_token(secret.expose_secret(), house.now).await.unwrap().is_none(), "revoked");
        house.later(60);
        let again = house.store.revoke_api_token(hers.id, staff(), house.now).await.unwrap();
        assert_eq!(again.revoked, Some(house.now.minus(Duration::from_secs(60))));

        assert_eq!(refused(token(house, TokenOwner::Operator, &["staff"], house.now).await), Refusal::BadPeriod);
        for scopes in [&[][..], &["everything"], &["staff"]] {
            let made = token(house, TokenOwner::Person(id(CLAIRE)), scopes, tomorrow).await;
            assert!(matches!(made, Err(Error::NotAllowed(_))), "{scopes:?}");
        }
        assert_eq!(refused(token(house, TokenOwner::Person(id("899790000071")), &["messages.read"], tomorrow).await), Refusal::PersonUnknown);
        let acts: Vec<_> = house.lines(None).await.into_iter().filter(|l| l.act.starts_with("token.")).collect();
        assert_eq!(acts.iter().map(|l| l.act.as_str()).collect::<Vec<_>>(), ["token.created", "token.created", "token.revoked"]);
        assert!(!format!("{acts:?}").contains(&secret.expose_secret()[4..]), "the journal does not know it");
    }
}

on_both! {
    async fn a_request_sent_twice_is_carried_out_once(house) {
        let store = house.store.clone();
        let ask = async |key: &str, request: u8, now: Moment| store.idempotent("token-1", key, [request; 32], now).await.unwrap();
        assert_eq!(ask("k", 1, house.now).await, Begin::New);
        assert_eq!(ask("k", 1, house.now).await, Begin::Busy);
        store.idempotent_done("token-1", "k", 201, b"{\"id\":7}".to_vec(), house.now).await.unwrap();
        assert_eq!(ask("k", 1, house.now).await, Begin::Replay { status: 201, body: b"{\"id\":7}".to_vec() });
        assert_eq!(ask("k", 2, house.now).await, Begin::Conflict);
        assert_eq!(store.idempotent("token-2", "k", [1; 32], house.now).await.unwrap(), Begin::New, "another program");
        assert_eq!(ask("gone", 1, house.now).await, Begin::New);
        store.idempotent_dropped("token-1", "gone").await.unwrap();
        assert_eq!(ask("gone", 1, house.now).await, Begin::New, "it had done nothing");
        store.idempotent_dropped("token-1", "k").await.unwrap();
        assert!(matches!(ask("k", 1, house.now).await, Begin::Replay { .. }), "what was answered stays");
        house.later(24 * 3600);
        assert_eq!(ask("k", 2, house.now).await, Begin::New, "kept a day");

        let tries = (0..8).map(|_| {
            let (store, now) = (house.store.clone(), house.now);
            tokio::spawn(async move { store.idempotent("token-1", "crowd", [1; 32], now).await.unwrap() })
        });
        let mut begun = Vec::new();
        for one in tries.collect::<Vec<_>>() {
            begun.push(one.await.unwrap());
        }
        assert_eq!(begun.iter().filter(|begin| **begin == Begin::New).count(), 1);
        assert_eq!(begun.iter().filter(|begin| **begin == Begin::Busy).count(), 7);
    }
}

on_both! {
    /// Proves: PSC-37, STF-04.
    async fn no_cookie_token_or_verifier_stands_in_the_database(house) {
        let now = house.now;
        let cookie = house.store.open_web_session(signed_in(CLAIRE, "s1", now), now).await.unwrap();
        let (_, secret) = token(house, TokenOwner::Operator, &["staff"], now.plus(Duration::from_secs(60))).await.unwrap();
        house.store.keep_attempt(attempt("state-of-128-bits"), now).await.unwrap();
        house.store.keep_phone_request(ringing(CLAIRE, "browser-secret", now), now).await.unwrap();
        house.store.idempotent("token-1", "k", [1; 32], now).await.unwrap();
        house.store.idempotent_done("token-1", "k", 200, b"Bonjour docteur".to_vec(), now).await.unwrap();
        let everything = dump(house, &["web_session", "api_token", "login_attempt", "phone_request", "idempotency", "journal"]).await;
        for secret in [cookie.as_str(), secret.expose_secret(), "ey.id.token", "state-of-128-bits", "n-0S6_WzA2Mj", "dBjftJeZ4CVP", "1c266114", "browser-secret", "Bonjour docteur"] {
            assert!(!everything.contains(secret), "{secret}");
        }
        assert!(everything.contains("Firefox"), "the dump shows what is there");
    }
}

/// Every cell of some tables as text, whatever the engine; bytes as if they were text.
pub async fn dump(house: &House, tables: &[&str]) -> String {
    let mut all = String::new();
    for table in tables {
        match &house.config.engine {
            Engine::Sqlite { path } => {
                let connection = rusqlite::Connection::open(path).unwrap();
                let mut statement = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
                let width = statement.column_count();
                let mut rows = statement.query([]).unwrap();
                while let Some(row) = rows.next().unwrap() {
                    for column in 0..width {
                        match row.get_ref(column).unwrap() {
                            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => all.push_str(&String::from_utf8_lossy(bytes)),
                            other => all.push_str(&format!("{other:?}")),
                        }
                        all.push('\n');
                    }
                }
            }
            Engine::Postgres { schema, .. } => {
                let (client, connection) = tokio_postgres::connect(&postgres_url(), tokio_postgres::NoTls).await.unwrap();
                tokio::spawn(connection);
                for message in client.simple_query(&format!("SELECT * FROM {schema}.{table}")).await.unwrap() {
                    let SimpleQueryMessage::Row(row) = message else { continue };
                    for column in 0..row.len() {
                        let cell = row.get(column).unwrap_or_default();
                        match cell.strip_prefix("\\x").map(hex::decode) {
                            Some(Ok(bytes)) => all.push_str(&String::from_utf8_lossy(&bytes)),
                            _ => all.push_str(cell),
                        }
                        all.push('\n');
                    }
                }
            }
        }
    }
    all
}

#[test]
fn an_author_of_a_session_is_the_person_herself() {
    let denis = IdNat::parse("3990000028/SEC0042").unwrap();
    assert_eq!(Who::Local(denis.clone()).author(), Author::Person { id: denis, capacity: None });
    assert_eq!(Who::Staff("m.houx".to_owned()).author(), Author::staff("m.houx"));
}
