//! « Mes boîtes »: what each card says, and what people are warned of.

use std::time::Duration;

use rules::Author;

use crate::house::{CABINET, House, moment};
use crate::*;

/// Proves: BAL-01, BAL-04, CAB-02, CAB-20, CAB-21.
#[tokio::test]
async fn the_mailboxes_of_several_exercises_are_told_apart_by_their_place_in_plain_words() {
    let house = House::open().await;
    let karim = house.seated(KARIM).await;
    let page = karim.get("/boites").await;
    says(&page, "karim.aubepin@pli.mssante.test");
    says(&page, "karim.aubepin.valserein@pli.mssante.test");
    says(&page, "CABINET MEDICAL DES LILAS, VALCLAIR");
    says(&page, "CABINET MEDICAL DE VALSEREIN, VALSEREIN");
    for words in ["boîte personnelle", "boîte du cabinet", "titulaire", "capacity-cotitulaire"] {
        says(&page, words);
    }
    let anne = house.seated(ANNE).await;
    says(&anne.get("/boites").await, "boîte du service");
    speaks_plainly(&page);
    for person in [CLAIRE, NADIA] {
        let browser = house.seated(person).await;
        speaks_plainly(&browser.get("/boites").await);
        speaks_plainly(&browser.get(&room("acces")).await);
        speaks_plainly(&browser.get(&room("historique")).await);
    }
    house.close().await;
}

#[tokio::test]
async fn somebody_without_a_mailbox_is_told_what_to_do() {
    let house = House::open().await;
    let claire = house.seated(CLAIRE).await;
    // Hugo accepted nothing yet: the terms come first.
    let hugo = house.seated("899790000055").await;
    assert!(hugo.get("/boites").await.location.is_some_and(|to| to.starts_with("/cgu")));
    claire.post(&room("acces/donner"), &sentence(ZOE)).await;
    house.advance(Duration::from_secs(60));
    claire.post(&room("acces/retirer"), &[("personne", ZOE)]).await;
    let zoe = house.seated(ZOE).await;
    let page = zoe.get("/boites").await;
    says(&page, "Claire TILLEUL a retiré votre accès le dimanche 22 novembre 2026 à 23 h 01.");
    let lucie = house.seated(LUCIE).await;
    lucie.post(&room("acces/renoncer"), &[]).await;
    let page = lucie.get("/boites").await;
    says(&page, "Aucune boîte ne vous est ouverte pour l'instant.");
    says(&page, "demandez à son responsable de vous donner accès");
    silent(&page, "/boites/ouvrir");
    house.close().await;
}

/// Proves: CAB-17.
#[tokio::test]
async fn when_the_owner_is_gone_the_others_are_told_read_on_and_let_nobody_in() {
    let house = House::open().await;
    let mut owner = house.store.person(&idnat(CLAIRE)).await.unwrap().unwrap();
    owner.struck_off = Some(house.now());
    house.store.put_person(&owner, Author::task("import"), house.now()).await.unwrap();
    house.advance(Duration::from_secs(1));
    let karim = house.seated(KARIM).await;
    let told = "Le propriétaire de cette boîte n'exerce plus ici d'après le répertoire.";
    says(&karim.get("/boites").await, told);
    let page = karim.get(&room("acces")).await;
    assert_eq!(page.status, 200, "it stays readable");
    says(&page, told);
    let page = karim.post(&room("acces/donner"), &sentence(ZOE)).await;
    assert_eq!(page.status, 422);
    says(&page, &rules::Refusal::OwnerGone.french());
    assert_eq!(capacity(&house, ZOE).await, None);
    house.close().await;
}

/// Proves: CAB-19.
#[tokio::test]
async fn an_owner_whose_practice_is_about_to_end_is_led_to_a_hand_over_or_a_closing() {
    let house = House::open().await;
    let mut owner = house.store.person(&idnat(CLAIRE)).await.unwrap().unwrap();
    owner.exercises[0].situations[0].end = Some(moment("2026-12-31T23:00:00Z"));
    house.store.put_person(&owner, Author::task("import"), house.now()).await.unwrap();
    let (claire, karim) = (house.seated(CLAIRE).await, house.seated(KARIM).await);
    for page in [claire.get("/boites").await, claire.get(&room("acces")).await] {
        says(&page, "vous cessez d'exercer ici le 1er janvier 2027");
        says(&page, &format!("href=\"{}\"", room("acces/transmettre")));
        says(&page, &format!("href=\"{}\"", room("acces/fermer")));
    }
    says(&karim.get(&room("acces")).await, "le propriétaire de cette boîte cesse d'exercer ici le 1er janvier 2027");
    house.close().await;
}

/// Proves: CAB-18.
#[tokio::test]
async fn a_practice_that_gets_a_finess_number_is_shown_the_way_to_its_own_mailbox() {
    let house = House::open().await;
    let practice = house.store.mailbox(&address(CABINET)).await.unwrap().unwrap().structure.unwrap();
    let mut structure = house.store.structure(&practice).await.unwrap().unwrap();
    structure.finess = Some("990000099".to_owned());
    house.store.put_structure(&structure, Author::task("import"), house.now()).await.unwrap();
    let claire = house.seated(CLAIRE).await;
    let page = claire.get(&room("acces")).await;
    says(&page, "Votre structure a maintenant un numéro FINESS");
    says(&page, "href=\"/boites/ouvrir\"");
    let way = claire.get("/boites/ouvrir").await;
    says(&way, "numéro FINESS 990000099");
    says(&way, "prévenez vos correspondants de la nouvelle adresse");
    house.close().await;
}
