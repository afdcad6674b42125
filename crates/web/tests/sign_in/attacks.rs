//! What somebody would try: another site's form, a planted session, a return used twice, a return from elsewhere, a link that leads away.

use serde_json::json;

use crate::house::House;

/// Proves: PSC-37.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_on_another_site_changes_nothing() {
    let house = House::open().await;
    let claire = house.signed_in("P01").await;
    for path in ["/deconnexion", "/changer", "/moi/jetons", "/cgu", "/connexion/poste"] {
        let page = claire.post_from("https://ailleurs.test", path, &[("vers", "/")]).await;
        assert_eq!(page.status, 403, "{path}");
    }
    claire.open("/moi").await.shows("Claire TILLEUL");
    house.close().await;
}

/// Session fixation. Proves: PSC-37.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_planted_before_the_login_is_never_the_one_after_it() {
    let house = House::open().await;
    let attacker = house.signed_in("P02").await;
    let planted = attacker.cookie("pli").expect("a session");
    let victim = house.browser();
    victim.put_cookie("pli", &planted);
    house.sign_in(&victim, "P01", "/moi").await.shows("Claire TILLEUL");
    assert_ne!(victim.cookie("pli").expect("a session"), planted);
    // The planted session is over: nobody stays on it.
    attacker.open("/moi").await.hides("TILLEUL").shows("PRO SANTE CONNECT");
    house.close().await;
}

/// Proves: PSC-05.
#[tokio::test(flavor = "multi_thread")]
async fn a_return_serves_once_and_only_in_the_browser_that_began() {
    let house = House::open().await;
    let (claire, thief) = (house.browser(), house.browser());
    let begun = claire.get("/connexion/psc?vers=/moi").await;
    let back = house.approve(&begun.location.expect("a redirection"), "P01").await;
    // Stolen: another browser, with a secret of its own, gets nothing and spends nothing.
    thief.get("/connexion/psc").await;
    let stolen = thief.open(&back).await;
    assert_eq!(stolen.status, 401);
    stolen.shows("LOGIN_FAILED").shows("Réessayer");
    assert!(thief.cookie("pli").is_none());
    claire.open(&back).await.shows("Claire TILLEUL");
    // Replayed in the right browser: the state is spent.
    let replayed = claire.open(&back).await;
    assert_eq!(replayed.status, 401);
    replayed.shows("Réessayer");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_put_into_another_attempt_opens_nothing() {
    let house = House::open().await;
    let (claire, karim) = (house.browser(), house.browser());
    let mine = claire.get("/connexion/psc").await.location.expect("a redirection");
    let theirs = karim.get("/connexion/psc").await.location.expect("a redirection");
    let (mine, theirs) = (house.approve(&mine, "P01").await, house.approve(&theirs, "P02").await);
    let code = |url: &str| url.split("code=").nth(1).expect("a code").to_owned();
    // Karim's code with Claire's state: the verifier does not fit.
    let mixed = mine.replace(&code(&mine), &code(&theirs));
    let page = claire.open(&mixed).await;
    assert_eq!(page.status, 401, "{}", page.text);
    assert!(claire.cookie("pli").is_none());
    house.close().await;
}

/// Proves: PSC-06.
#[tokio::test(flavor = "multi_thread")]
async fn a_return_that_names_another_issuer_is_refused() {
    let house = House::open().await;
    let browser = house.browser();
    let begun = browser.get("/connexion/psc").await;
    let back = house.approve(&begun.location.expect("a redirection"), "P01").await;
    let (before, after) = back.split_once("&iss=").expect("an issuer");
    let rest = after.split_once('&').map_or("", |(_, rest)| rest);
    let page = browser.open(&format!("{before}&iss=https%3A%2F%2Fautre.test&{rest}")).await;
    assert_eq!(page.status, 401);
    assert!(browser.cookie("pli").is_none());
    house.close().await;
}

/// Proves: PSC-06.
#[tokio::test(flavor = "multi_thread")]
async fn only_state_and_code_are_required_of_a_return() {
    let house = House::open().await;
    let browser = house.browser();
    let begun = browser.get("/connexion/psc?vers=/moi").await;
    let back = house.approve(&begun.location.expect("a redirection"), "P01").await;
    let (path, query) = back.split_once('?').expect("a query");
    let bare: Vec<&str> = query.split('&').filter(|pair| pair.starts_with("state=") || pair.starts_with("code=")).collect();
    browser.open(&format!("{path}?{}", bare.join("&"))).await.shows("Claire TILLEUL");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_of_another_audience_issuer_or_key_seat_nobody() {
    let house = House::open().await;
    // A code that was given to another client of the provider.
    let browser = house.browser();
    let begun = browser.get("/connexion/psc").await.location.expect("a redirection");
    let back = house.approve(&begun.replace("client_id=pli-web&", "client_id=pli-web-voisin&"), "P01").await;
    assert_eq!(browser.open(&back).await.status, 401);
    assert!(browser.cookie("pli").is_none());
    for fault in [json!({"wrong_iss": true}), json!({"bad_sig": true}), json!({"alg_none": true}), json!({"ids_conflict": true})] {
        let browser = house.browser();
        let begun = browser.get("/connexion/psc").await.location.expect("a redirection");
        house.faults(fault.clone()).await;
        let back = house.approve(&begun, "P01").await;
        let page = browser.open(&back).await;
        house.faults(json!({})).await;
        assert!(page.status >= 400 && browser.cookie("pli").is_none(), "{fault}: {}", page.text);
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_never_leads_to_another_site() {
    let house = House::open().await;
    for away in ["https://ailleurs.test/", "//ailleurs.test", "/%5Cailleurs.test", "javascript:alert(1)"] {
        let browser = house.browser();
        let begun = browser.get(&format!("/connexion/psc?vers={away}")).await;
        let back = house.approve(&begun.location.expect("a redirection"), "P01").await;
        assert_eq!(browser.get(&back).await.location.as_deref(), Some("/boites"), "{away}");
    }
    let page = house.browser().open("/connexion?vers=https://ailleurs.test/").await;
    page.hides("ailleurs.test");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_host_name_is_never_given_to_the_provider() {
    let house = House::open().await;
    let page = house.browser().send(reqwest::Method::GET, "/connexion/psc", None, &[("host", "ailleurs.test")]).await;
    let to = page.location.expect("a redirection");
    assert!(!to.contains("ailleurs"), "{to}");
    house.close().await;
}
