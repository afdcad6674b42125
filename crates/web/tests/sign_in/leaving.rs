//! The ends of a session: by hand, by the clock, by the provider; and proving anew who is there.

use std::time::Duration;

use rules::Moment;
use serde_json::json;
use store::accounts::Who;

use crate::house::{Browser, House, idnat};

const CLAIRE: &str = "899790000014";
const MINUTE: Duration = Duration::from_secs(60);

async fn is_in(browser: &Browser) -> bool {
    browser.get("/moi").await.status == 200
}

/// Proves: PSC-37.
#[tokio::test(flavor = "multi_thread")]
async fn half_an_hour_of_doing_nothing_ends_a_session_and_four_hours_end_it_whatever_one_does() {
    let house = House::open().await;
    let idle = house.signed_in("P01").await;
    house.advance(MINUTE * 29);
    assert!(is_in(&idle).await);
    house.advance(MINUTE * 31);
    assert!(!is_in(&idle).await);
    let busy = house.signed_in("P01").await;
    for _ in 0..11 {
        house.advance(MINUTE * 20);
        assert!(is_in(&busy).await);
    }
    house.advance(MINUTE * 21);
    assert!(!is_in(&busy).await, "four hours have passed");
    house.close().await;
}

/// Proves: PSC-35.
#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_session_here_first_and_leads_to_the_providers_end() {
    let house = House::open().await;
    let claire = house.signed_in("P01").await;
    let cookie = claire.cookie("pli").expect("a session");
    let page = claire.post("/deconnexion", &[]).await;
    assert_eq!(page.status, 200);
    let to = page.between("0; url=", "\"").replace("&#38;", "&").replace("&amp;", "&");
    assert!(
        to.starts_with(house.psc.issuer())
            && to.contains("id_token_hint=")
            && to.contains("post_logout_redirect_uri=")
            && to.contains("state="),
        "{to}"
    );
    assert!(claire.cookie("pli").is_none());
    claire.put_cookie("pli", &cookie);
    assert!(!is_in(&claire).await, "the old cookie is worth nothing");
    // Back from the provider, with a state or without.
    for back in ["/?state=abc", "/"] {
        assert_eq!(claire.open(back).await.status, 200);
    }
    house.close().await;
}

/// Proves: PSC-35.
#[tokio::test(flavor = "multi_thread")]
async fn signing_out_works_while_the_provider_is_down() {
    let house = House::open().await;
    let claire = house.signed_in("P01").await;
    let cookie = claire.cookie("pli").expect("a session");
    house.faults(json!({"down": "http503"})).await;
    assert!(claire.post("/deconnexion", &[]).await.status < 500);
    claire.put_cookie("pli", &cookie);
    assert!(!is_in(&claire).await);
    house.faults(json!({})).await;
    house.close().await;
}

async fn sid(house: &House, person: &str) -> String {
    let sessions = house.store.web_sessions_of(&Who::Person(idnat(person)), house.now()).await.expect("sessions");
    sessions[0].sid.clone().expect("a session at the provider")
}

/// Proves: PSC-36.
#[tokio::test(flavor = "multi_thread")]
async fn the_provider_ends_a_session_from_afar_and_defects_end_nothing() {
    let house = House::open().await;
    let (claire, karim) = (house.signed_in("P01").await, house.signed_in("P02").await);
    let sid = sid(&house, CLAIRE).await;
    for defect in ["bad_sig", "with_nonce", "no_events"] {
        house.faults(json!({"logout_token": defect})).await;
        let other = house.signed_in("P04").await;
        let theirs = house.store.web_sessions_of(&Who::Person(idnat("899790000048")), house.now()).await.expect("sessions");
        house.control(&format!("/sessions/{}/logout", theirs[0].sid.clone().expect("a sid")), json!({})).await;
        assert!(is_in(&other).await, "{defect}");
        house.faults(json!({})).await;
    }
    house.control(&format!("/sessions/{sid}/logout"), json!({})).await;
    assert!(!is_in(&claire).await);
    assert!(is_in(&karim).await, "another session is another's");
    house.close().await;
}

/// Proves: PSC-36.
#[tokio::test(flavor = "multi_thread")]
async fn a_notice_that_cannot_be_read_is_a_400_that_nobody_keeps() {
    let house = House::open().await;
    let nobody = house.browser();
    for fields in [&[][..], &[("logout_token", "")], &[("logout_token", "a.b.c")], &[("autre", "x")]] {
        // From a server: no Origin, no cookie.
        let page = nobody.send(reqwest::Method::POST, "/psc/backchannel-logout", Some(fields), &[]).await;
        assert_eq!((page.status, page.header("cache-control")), (400, "no-store"));
    }
    house.close().await;
}

/// Proves: PSC-37.
#[tokio::test(flavor = "multi_thread")]
async fn proving_anew_renews_the_moment_of_the_proof_for_the_same_person_only() {
    let house = House::open().await;
    let claire = house.signed_in("P01").await;
    let proved = |sessions: Vec<store::accounts::WebSession>| -> Vec<Moment> { sessions.into_iter().map(|s| s.auth_time).collect() };
    house.advance(MINUTE * 20);
    let page = claire.open("/connexion/confirmer?vers=/moi").await;
    page.shows("Confirmez que c&#39;est bien vous").shows("/connexion/confirmer/psc?vers=/moi");
    let asked = claire.get("/connexion/confirmer/psc?vers=/moi").await.location.expect("a redirection");
    assert!(asked.contains("prompt=login"), "{asked}");
    // Somebody else answers: refused, and the session under way stays what it was.
    let back = house.approve(&asked, "P02").await;
    assert_eq!(claire.open(&back).await.status, 401);
    claire.open("/moi").await.shows("Claire TILLEUL");
    let asked = claire.get("/connexion/confirmer/psc?vers=/moi").await.location.expect("a redirection");
    let back = house.approve(&asked, "P01").await;
    claire.open(&back).await.shows("Claire TILLEUL");
    let sessions = house.store.web_sessions_of(&Who::Person(idnat(CLAIRE)), house.now()).await.expect("sessions");
    assert_eq!(proved(sessions), [house.now()], "one session, proved now");
    house.close().await;
}

/// Proves: PSC-C.
#[tokio::test(flavor = "multi_thread")]
async fn changing_person_frees_the_seat_in_one_gesture_and_the_next_login_asks_who_is_there() {
    let house = House::open().await;
    let browser = house.signed_in("P01").await;
    let cookie = browser.cookie("pli").expect("a session");
    browser.open("/moi").await.shows("action=\"/changer\"").shows("Au clavier").shows("Claire TILLEUL");
    let page = browser.submit("/changer", &[]).await;
    page.shows("Poste partagé").shows("Le poste est libre").hides("TILLEUL");
    // Whoever clicks next is not Claire because her session at the provider lasts.
    let asked = browser.get("/connexion/psc").await.location.expect("a redirection");
    assert!(asked.contains("prompt=login"), "{asked}");
    browser.put_cookie("pli", &cookie);
    assert!(!is_in(&browser).await);
    house.close().await;
}
