//! Pro Santé Connect by redirection, for those who may come in and those who may not.

use serde_json::json;

use crate::house::{House, Plan};

fn query(url: &str, name: &str) -> String {
    let (_, query) = url.split_once('?').expect("a query");
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.filter(|(key, _)| *key == name).map(|(_, value)| value.to_owned()).next().unwrap_or_default()
}

/// Proves: PSC-10, CPS-05.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_page_offers_pro_sante_connect_as_a_plain_link_and_help_without_a_telephone() {
    let house = House::open().await;
    let page = house.browser().open("/").await;
    assert_eq!(page.status, 200);
    page.shows("S&#39;identifier avec PRO SANTE CONNECT").shows("href=\"/connexion/psc").shows("href=\"/connexion/poste").hides("<script>");
    let help = house.browser().open("/connexion/aide").await;
    help.shows("téléphone ou une tablette du cabinet")
        .shows("poste partagé")
        .shows("Elle n&#39;est jamais exigée")
        .shows("pas d&#39;autre entrée");
    house.close().await;
}

/// Proves: PSC-05.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_asks_for_the_right_level_with_a_challenge_and_a_browser_bound_state() {
    let house = House::open().await;
    let browser = house.browser();
    let begun = browser.get("/connexion/psc?vers=/boites").await;
    let to = begun.location.clone().expect("a redirection");
    assert!(to.starts_with(house.psc.login_page()), "{to}");
    assert_eq!(query(&to, "scope"), "openid%20scope_all");
    assert_eq!((query(&to, "acr_values"), query(&to, "code_challenge_method")), ("eidas1".to_owned(), "S256".to_owned()));
    assert_eq!((query(&to, "state").len(), query(&to, "nonce").len(), query(&to, "code_challenge").len()), (22, 22, 43));
    assert!(query(&to, "redirect_uri").ends_with("%2Fpsc%2Fretour"), "{to}");
    let cookie = begun.set_cookie("essai").expect("the browser's own secret");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Max-Age=600"), "{cookie}");
    let again = browser.get("/connexion/psc").await.location.expect("a redirection");
    assert_ne!(query(&to, "state"), query(&again, "state"));
    house.close().await;
}

/// Proves: PSC-13, PSC-A.
#[tokio::test(flavor = "multi_thread")]
async fn a_doctor_comes_back_with_a_session_and_no_token_stays_readable() {
    let house = House::open().await;
    let browser = house.browser();
    let begun = browser.get("/connexion/psc?vers=/moi").await;
    let back = house.approve(&begun.location.expect("a redirection"), "P01").await;
    let seated = browser.get(&back).await;
    assert_eq!((seated.status, seated.location.as_deref()), (303, Some("/moi")));
    let cookie = seated.set_cookie("pli").expect("a session");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"), "{cookie}");
    assert_eq!(browser.cookie("pli").expect("a session").len(), 43);
    browser.open("/moi").await.shows("Claire TILLEUL").shows("Pro Santé Connect (e-CPS)").shows("cette session");
    let opened = house.register().await.into_iter().find(|(act, _)| act == "session.opened").expect("a line");
    assert_eq!((opened.1["acr"].as_str(), opened.1["auth_mode"].as_str()), (Some("eidas1"), Some("MOBILE")));
    let kept = house.bytes();
    assert!(!kept.windows(5).any(|five| five == b"eyJhb"), "a token can be read in the store");
    let value = browser.cookie("pli").expect("a session");
    assert!(!kept.windows(value.len()).any(|run| run == value.as_bytes()), "the cookie can be read in the store");
    house.close().await;
}

/// Proves: PSC-B, PSC-D.
#[tokio::test(flavor = "multi_thread")]
async fn a_secretary_needs_no_card_and_a_card_works_as_well() {
    let house = House::open().await;
    house.signed_in("P04").await.open("/moi").await.shows("Nadia SUREAU").shows("(e-CPS)");
    house.signed_in("P02").await.open("/moi").await.shows("Karim AUBEPIN").shows("(carte)");
    // Social and medico-social populations too: a psychologist.
    house.signed_in("P11").await.open("/moi").await.shows("Jeanne SORBIER");
    house.close().await;
}

/// On TLS the cookie is bound to the host and never leaves it. Proves: PSC-37.
#[tokio::test(flavor = "multi_thread")]
async fn over_tls_the_cookie_bears_the_host_prefix_and_is_secure() {
    let house = House::built(Plan { origin: "https://mss.pli.mssante.test", ..Plan::default() }).await;
    let begun = house.browser().get("/connexion/psc").await;
    let cookie = begun.set_cookie("__Host-essai").expect("a cookie");
    assert!(cookie.contains("; Secure") && cookie.contains("Path=/") && !cookie.contains("Domain"), "{cookie}");
    assert!(begun.header("strict-transport-security").contains("max-age"));
    house.close().await;
}

/// Proves: PSC-06.
#[tokio::test(flavor = "multi_thread")]
async fn each_error_of_the_provider_is_a_french_page_with_a_way_to_try_again() {
    let house = House::open().await;
    for (error, words) in [
        ("access_denied", "refusée ou abandonnée"),
        ("login_required", "Il faut vous identifier"),
        ("temporarily_unavailable", "ne répond pas"),
        ("invalid_request", "pas abouti"),
    ] {
        let browser = house.browser();
        let begun = browser.get("/connexion/psc?vers=/moi").await;
        let state = query(&begun.location.expect("a redirection"), "state");
        let page = browser.open(&format!("/psc/retour?state={state}&error={error}&error_description=%3Cb%3E")).await;
        assert!(page.status >= 400, "{error}");
        page.shows(words).shows("Réessayer").shows("/connexion?vers=/moi").hides("<b>").hides("error_description");
        assert!(browser.cookie("pli").is_none());
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_pro_sante_connect_is_down_a_page_says_so_and_when_to_come_back() {
    let house = House::open().await;
    let browser = house.browser();
    let begun = browser.get("/connexion/psc").await;
    let back = house.approve(&begun.location.expect("a redirection"), "P01").await;
    house.faults(json!({"down": "http503"})).await;
    let page = browser.open(&back).await;
    assert_eq!((page.status, page.header("retry-after")), (503, "30"));
    page.shows("Pro Santé Connect ne répond pas").shows("Réessayer");
    assert!(browser.cookie("pli").is_none());
    house.faults(json!({})).await;
    house.close().await;
}

/// A perfect token is not enough: the register decides. Proves: PSC-E.
#[tokio::test(flavor = "multi_thread")]
async fn a_struck_off_doctor_is_shown_the_door_and_the_refusal_is_noted() {
    let house = House::open().await;
    let browser = house.browser();
    let page = house.sign_in(&browser, "P12", "/boites").await;
    assert_eq!(page.status, 403);
    page.shows("PERSON_NOT_ENTITLED").shows("Réessayer");
    assert!(browser.cookie("pli").is_none());
    let refused = house.register().await.into_iter().find(|(act, _)| act == "access.refused").expect("a line");
    assert_eq!((refused.1["code"].as_str(), refused.1["means"].as_str()), (Some("PERSON_NOT_ENTITLED"), Some("psc")));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_whom_the_register_does_not_know_is_told_where_to_be_registered() {
    let house = House::open().await;
    let browser = house.browser();
    let begun = browser.get("/connexion/psc").await;
    house.faults(json!({"id_form": "adeli"})).await;
    let back = house.approve(&begun.location.expect("a redirection"), "P01").await;
    let page = browser.open(&back).await;
    house.faults(json!({})).await;
    assert!(page.status >= 400 && browser.cookie("pli").is_none(), "{}", page.text);
    house.close().await;
}
