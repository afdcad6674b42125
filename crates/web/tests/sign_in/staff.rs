//! The operator's own people: a link once, a passkey always.

use std::time::Duration;

use rules::Author;
use rules::staff::StaffRole;
use secrecy::ExposeSecret;
use serde_json::Value;
use store::accounts::NewStaff;

use crate::authenticator::Authenticator;
use crate::house::{Browser, House};

/// Under a host name: keys do not belong to addresses of numbers.
pub fn at_localhost(house: &House) -> (Browser, String) {
    let port = house.base.rsplit_once(':').expect("a port").1;
    let base = format!("http://localhost:{port}");
    (Browser::new(&base), base)
}

pub fn authenticator(origin: &str, id: u8) -> Authenticator {
    let mut key = Authenticator::ec();
    (key.origin, key.rp, key.id) = (origin.to_owned(), "localhost".to_owned(), vec![id; 32]);
    key
}

/// The challenge of a question, whatever stands around it.
pub fn challenge(question: &str) -> String {
    let json: Value = serde_json::from_str(question).unwrap_or_else(|_| panic!("no question: {question}"));
    let inner = json.get("publicKey").unwrap_or(&json);
    inner["challenge"].as_str().expect("a challenge").to_owned()
}

async fn invited(house: &House) -> String {
    let new = NewStaff { login: "m.houx".to_owned(), name: "Marie HOUX".to_owned(), roles: vec![StaffRole::Support] };
    let code = house.store.invite_staff(new, Author::staff("console"), house.now()).await.expect("invited");
    code.expose_secret().to_owned()
}

/// Proves: STF-01.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_enrols_a_passkey_once_and_the_passkey_opens_the_desk() {
    let house = House::open().await;
    let code = invited(&house).await;
    let (browser, origin) = at_localhost(&house);
    browser.open(&format!("/bureau/inscription/{code}")).await.shows("Marie HOUX").shows("m.houx").hides("type=\"password\"");
    let mut key = authenticator(&origin, 1);
    let question = browser.post(&format!("/bureau/inscription/{code}/question"), &[]).await;
    let made = key.create(&challenge(&question.text), "none").to_string();
    let page = browser.submit(&format!("/bureau/inscription/{code}"), &[("reponse", &made), ("nom", "clé bleue")]).await;
    page.shows("La clé est enregistrée");
    // The link is spent.
    assert_eq!(browser.get(&format!("/bureau/inscription/{code}")).await.status, 403);
    key.counter = 2;
    let question = browser.post("/bureau/connexion/question", &[]).await;
    let signed = key.get(&challenge(&question.text)).to_string();
    let entered = browser.post("/bureau/connexion", &[("reponse", &signed)]).await;
    assert_eq!((entered.status, entered.location.as_deref()), (303, Some("/bureau")));
    // Replayed: the challenge was used, and the counter did not move.
    let replayed = browser.post("/bureau/connexion", &[("reponse", &signed)]).await;
    assert_eq!(replayed.status, 401);
    // The desk is not a mailbox's door.
    assert_eq!(browser.get("/boites").await.status, 404);
    house.close().await;
}

/// Proves: STF-01.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_of_yesterday_an_unverified_key_and_another_sites_answer_open_nothing() {
    let house = House::open().await;
    let code = invited(&house).await;
    let (browser, origin) = at_localhost(&house);
    let question = browser.post(&format!("/bureau/inscription/{code}/question"), &[]).await;
    let mut unverified = authenticator(&origin, 2);
    unverified.flags = 0x01;
    let made = unverified.create(&challenge(&question.text), "none").to_string();
    assert_eq!(browser.post(&format!("/bureau/inscription/{code}"), &[("reponse", &made)]).await.status, 401);
    let question = browser.post(&format!("/bureau/inscription/{code}/question"), &[]).await;
    let elsewhere = authenticator("https://ailleurs.test", 3).create(&challenge(&question.text), "none").to_string();
    assert_eq!(browser.post(&format!("/bureau/inscription/{code}"), &[("reponse", &elsewhere)]).await.status, 401);
    house.advance(Duration::from_secs(24 * 3600 + 1));
    assert_eq!(browser.get(&format!("/bureau/inscription/{code}")).await.status, 403);
    house.close().await;
}
