//! A cabinet changes owner: both sides, and who must say who she is again.

use std::time::Duration;

use rules::mailbox::Bearer;
use rules::movement::Change;

use crate::house::{CABINET, House};
use crate::*;

const OLD: Duration = Duration::from_secs(301);

/// Proves: CAB-12, CAB-05.
#[tokio::test]
async fn a_cabinet_is_handed_over_when_the_one_who_was_asked_consents() {
    let house = House::open().await;
    house.advance(Duration::from_secs(1));
    let claire = house.seated(CLAIRE).await;
    let page = claire.get(&room("acces/transmettre")).await;
    says(&page, "Karim AUBEPIN");
    says(&page, "Rien ne change tant que cette personne n'a pas accepté.");
    let page = claire.submit(&room("acces/transmettre"), &[("personne", KARIM)]).await;
    says(&page, "La transmission est proposée à Karim AUBEPIN");
    assert_eq!(capacity(&house, CLAIRE).await, Some("owner"), "nothing moved yet");
    let karim = house.seated(KARIM).await;
    says(&karim.get("/boites").await, "Claire TILLEUL vous a proposé le 22 novembre 2026 de devenir propriétaire de cette boîte.");
    says(&karim.get(&room("transmission")).await, "Le propriétaire répond de l'habilitation des personnes");
    // Not without saying yes to what it means.
    let page = karim.post(&room("transmission"), &[("reponse", "accepter")]).await;
    assert_eq!(page.status, 422);
    let page = karim.submit(&room("transmission"), &[("reponse", "accepter"), ("accepte", "oui")]).await;
    says(&page, "Vous êtes propriétaire de la boîte");
    let mailbox = house.store.mailbox(&address(CABINET)).await.unwrap().unwrap();
    assert_eq!(mailbox.bearer, Bearer::Person { idnat: idnat(KARIM), situation: None }, "the attachment in the directory moved");
    assert_eq!(capacity(&house, NADIA).await, Some("delegataire"), "the others stay");
    assert_eq!(claire.get(&room("acces")).await.status, 403);
    says(&claire.get("/boites").await, "Vous avez transmis cette boîte à Karim AUBEPIN le 22 novembre 2026.");
    says(&karim.get(&format!("{}?vue=acces", room("historique"))).await, "Karim AUBEPIN a repris la boîte et en est propriétaire.");
    house.close().await;
}

#[tokio::test]
async fn an_offer_is_declined_or_withdrawn_and_nothing_moved() {
    let house = House::open().await;
    let (claire, karim) = (house.seated(CLAIRE).await, house.seated(KARIM).await);
    claire.submit(&room("acces/transmettre"), &[("personne", KARIM)]).await;
    let page = karim.submit(&room("transmission"), &[("reponse", "decliner")]).await;
    says(&page, "Vous avez décliné la transmission");
    assert_eq!(last(&house).await.change, Change::HandOverDropped { to: idnat(KARIM) });
    let page = claire.submit(&room("acces/transmettre"), &[("personne", KARIM)]).await;
    undo(&claire, &page).await;
    assert_eq!(last(&house).await.by.person(), Some(&idnat(CLAIRE)));
    let late = karim.post(&room("transmission"), &[("reponse", "accepter"), ("accepte", "oui")]).await;
    says(&late, "NO_OFFER");
    assert_eq!(capacity(&house, CLAIRE).await, Some("owner"));
    // Somebody of another practice cannot own this one, and is told so.
    let page = claire.post(&room("acces/transmettre"), &[("personne", MARTHE)]).await;
    assert_eq!(page.status, 422);
    says(&page, &rules::Refusal::NotEligible.french());
    house.close().await;
}

/// Proves: PSC-37.
#[tokio::test]
async fn a_hand_over_and_a_closing_ask_again_who_is_there() {
    let house = House::open().await;
    let claire = house.seated(CLAIRE).await;
    claire.submit(&room("acces/transmettre"), &[("personne", KARIM)]).await;
    let karim = house.seated(KARIM).await;
    house.advance(OLD);
    let before = movements(&house, CABINET).await.len();
    let asks = |page: &Page, back: &str| {
        assert_eq!(page.status, 303, "{}", page.text);
        assert_eq!(page.location.as_deref(), Some(&*format!("/connexion/confirmer?vers=/boites/{CABINET}/{back}")));
    };
    asks(&claire.post(&room("acces/transmettre"), &[("personne", KARIM)]).await, "acces/transmettre");
    asks(&claire.post(&room("acces/fermer"), &[]).await, "acces/fermer");
    asks(&karim.post(&room("transmission"), &[("reponse", "accepter"), ("accepte", "oui")]).await, "transmission");
    for (browser, path) in [(&claire, "acces/transmettre"), (&claire, "acces/fermer"), (&karim, "transmission")] {
        says(&browser.get(&room(path)).await, "Confirmer mon identité");
    }
    assert_eq!(movements(&house, CABINET).await.len(), before);
    // Access is given and withdrawn without it.
    assert_eq!(claire.post(&room("acces/donner"), &sentence(ZOE)).await.status, 303);
    house.close().await;
}
