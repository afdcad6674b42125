//! The shared desk: a tap, a number, an approval on the telephone.

use std::time::Duration;

use serde_json::{Value, json};

use crate::house::{Browser, House, Page};

const NADIA: &str = "899790000048";
const NADIA_RPPS: &str = "99790000048";

/// What waits on somebody's telephone.
async fn pending(house: &House, person: &str) -> Vec<Value> {
    house.ask(&format!("/pending?idnat={person}")).await.as_array().cloned().unwrap_or_default()
}

async fn answers(house: &House, person: &str, action: &str) {
    let waiting = pending(house, person).await;
    let id = waiting[0]["auth_req_id"].as_str().expect("a request");
    house.control(&format!("/phone/{person}/{id}"), json!({"action": action})).await;
}

async fn asks(browser: &Browser, fields: &[(&str, &str)]) -> Page {
    browser.submit("/connexion/poste", fields).await
}

/// Proves: PSC-33, PSC-C.
#[tokio::test(flavor = "multi_thread")]
async fn a_secretary_types_her_number_once_and_then_taps_her_name() {
    let house = House::open().await;
    let desk = house.browser();
    let page = asks(&desk, &[("numero", "99 79 000 00 48"), ("souvenir", "oui"), ("vers", "/moi")]).await;
    let waiting = page.url.clone();
    let shown = page.shows("Validez sur votre téléphone").between("big-number\">", "<").to_owned();
    assert!(shown.len() == 2 && shown.bytes().all(|b| b.is_ascii_digit()), "{shown}");
    assert_eq!(pending(&house, NADIA).await[0]["binding_message"], shown.as_str(), "the same number on the screen and on the telephone");
    desk.open(&waiting).await.shows("En attente");
    answers(&house, NADIA, "approve").await;
    house.advance(Duration::from_secs(2));
    desk.open(&waiting).await.shows("Nadia SUREAU").shows("Pro Santé Connect (e-CPS)");
    // She leaves; her tile is there, and one tap asks again.
    desk.submit("/changer", &[]).await.shows("Nadia SUREAU").shows("secrétaire");
    let page = asks(&desk, &[("personne", NADIA), ("souvenir", "oui"), ("vers", "/moi")]).await;
    page.shows("Validez sur votre téléphone");
    answers(&house, NADIA, "approve").await;
    house.advance(Duration::from_secs(2));
    let waiting = page.url.clone();
    // With the script: the page asks by itself, and is sent on.
    let path = waiting.split('?').next().expect("a path").to_owned();
    let state = desk.send(reqwest::Method::GET, &format!("{path}/etat?souvenir=oui"), None, &[("hx-request", "true")]).await;
    assert_eq!((state.status, state.header("hx-redirect")), (200, "/moi"));
    desk.open("/moi").await.shows("Nadia SUREAU");
    desk.submit("/changer", &[]).await;
    desk.submit("/connexion/poste/oublier", &[("personne", NADIA)]).await.hides("Nadia SUREAU");
    house.close().await;
}

/// Proves: PSC-33.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_on_the_telephone_and_a_request_too_old_are_told_apart() {
    let house = House::open().await;
    let desk = house.browser();
    let page = asks(&desk, &[("numero", NADIA_RPPS)]).await;
    answers(&house, NADIA, "refuse").await;
    house.advance(Duration::from_secs(2));
    desk.open(&page.url).await.shows("refusée sur le téléphone").shows("Recommencer");
    let page = asks(&desk, &[("numero", NADIA_RPPS)]).await;
    house.advance(Duration::from_secs(121));
    desk.open(&page.url).await.shows("expirée");
    assert!(desk.cookie("pli").is_none());
    house.close().await;
}

/// Proves: PSC-34.
#[tokio::test(flavor = "multi_thread")]
async fn a_telephone_rings_three_times_in_ten_minutes_and_no_more() {
    let house = House::open().await;
    for _ in 0..3 {
        let page = asks(&house.browser(), &[("numero", NADIA_RPPS)]).await;
        page.shows("Validez sur votre téléphone");
        house.advance(Duration::from_secs(5));
    }
    let page = asks(&house.browser(), &[("numero", NADIA_RPPS)]).await;
    assert_eq!(page.status, 429);
    page.shows("TOO_MANY_ATTEMPTS");
    house.advance(Duration::from_secs(600));
    asks(&house.browser(), &[("numero", NADIA_RPPS)]).await.shows("Validez sur votre téléphone");
    house.close().await;
}

/// Proves: PSC-34.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_belongs_to_its_browser_and_ends_when_the_page_is_left_or_another_begins() {
    let house = House::open().await;
    let (desk, other) = (house.browser(), house.browser());
    let page = asks(&desk, &[("numero", NADIA_RPPS)]).await;
    let path = page.url.split('?').next().expect("a path").to_owned();
    other.get("/connexion/psc").await;
    other.open(&page.url).await.hides("big-number").shows("a pris fin");
    // The page is left: what the telephone says now seats nobody.
    assert_eq!(desk.post(&format!("{path}/abandon"), &[]).await.status, 303);
    answers(&house, NADIA, "approve").await;
    house.advance(Duration::from_secs(2));
    desk.open(&page.url).await.shows("a pris fin");
    assert!(desk.cookie("pli").is_none());
    // One pending request a browser: a second one drops the first.
    let first = asks(&desk, &[("numero", NADIA_RPPS)]).await;
    asks(&desk, &[("numero", "99790000014")]).await.shows("Claire TILLEUL");
    desk.open(&first.url).await.shows("a pris fin");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_nobody_has_and_one_of_somebody_not_entitled_get_the_same_answer() {
    let house = House::open().await;
    let desk = house.browser();
    let unknown = asks(&desk, &[("numero", "10000000009")]).await;
    let struck_off = asks(&desk, &[("numero", "99790000121")]).await;
    for page in [&unknown, &struck_off] {
        page.shows("Impossible d&#39;envoyer la demande").shows("PHONE_NOT_ASKED");
    }
    assert_eq!(unknown.status, struck_off.status);
    assert!(pending(&house, "899790000121").await.is_empty());
    let wrong = asks(&desk, &[("numero", "99790000049")]).await;
    assert_eq!(wrong.status, 422);
    wrong.shows("pas un numéro RPPS").shows("aria-describedby=\"numero-erreur\"");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_tile_shows_nothing_but_what_the_register_says() {
    let house = House::open().await;
    let desk = house.browser();
    desk.put_cookie("poste", "899790000121.pas-un-numero.899790000014.<script>");
    let page = desk.open("/connexion/poste").await;
    page.shows("Claire TILLEUL").hides("BOULEAU").hides("<script>x").hides("pas-un-numero");
    house.close().await;
}
