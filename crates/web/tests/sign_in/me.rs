//! My account: sessions, logins, acceptances, tokens.

use std::time::Duration;

use crate::house::House;

/// Proves: PSC-37.
#[tokio::test(flavor = "multi_thread")]
async fn my_sessions_are_listed_and_one_of_them_is_closed_from_another() {
    let house = House::open().await;
    let (desk, home) = (house.signed_in("P01").await, house.signed_in("P01").await);
    let page = desk.open("/moi").await;
    page.shows("Mes sessions ouvertes").shows("cette session").shows("Mes dernières connexions").shows("127.0.0.1");
    let ids: Vec<&str> = page.text.split("/moi/sessions/").skip(1).filter_map(|rest| rest.split('/').next()).collect();
    assert_eq!(ids.len(), 2);
    // Newest first: the session at home.
    desk.submit(&format!("/moi/sessions/{}/fermer", ids[0]), &[]).await.shows("La session est fermée");
    assert_ne!(home.get("/moi").await.status, 200);
    // Somebody else's session is nobody's here.
    let karim = house.signed_in("P02").await;
    assert_eq!(karim.post(&format!("/moi/sessions/{}/fermer", ids[1]), &[]).await.status, 404);
    assert_eq!(desk.get("/moi").await.status, 200);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_shown_once_and_is_withdrawn_by_its_person_only() {
    let house = House::open().await;
    let claire = house.seated("899790000014").await;
    let page = claire
        .submit("/moi/jetons", &[("nom", "sauvegarde"), ("jours", "30"), ("droit", "messages.read"), ("droit", "mailboxes.read")])
        .await;
    let token = page.shows("il ne sera plus jamais montré").between("class=\"secret\">", "<").to_owned();
    assert!(token.starts_with("pli_"), "{token}");
    assert!(house.store.api_token(&token, house.now()).await.expect("the store").is_some_and(|found| found.may("messages.read")));
    let list = claire.open("/moi/jetons").await;
    list.hides(&token).shows("sauvegarde").shows("lire les messages");
    let id = list.between("/moi/jetons/", "/revoquer").to_owned();
    let karim = house.seated("899790000022").await;
    assert_eq!(karim.post(&format!("/moi/jetons/{id}/revoquer"), &[]).await.status, 404);
    claire.submit(&format!("/moi/jetons/{id}/revoquer"), &[]).await.shows("n&#39;ouvre plus rien");
    assert!(house.store.api_token(&token, house.now()).await.expect("the store").is_none());
    // Rights that nobody may have for herself are refused.
    let page = claire.submit("/moi/jetons", &[("nom", "tout"), ("jours", "30"), ("droit", "staff")]).await;
    page.shows("Dites à quoi sert le jeton").hides("pli_");
    house.advance(Duration::from_secs(1));
    house.close().await;
}
