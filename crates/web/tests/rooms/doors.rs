//! Somebody else's mailbox answers on every page as one that does not exist.

use crate::house::{CABINET, House};
use crate::*;

const UNKNOWN: &str = "personne.ici@pli.mssante.test";

const GETS: [&str; 9] = [
    "acces",
    "acces?qui=tilleul",
    "acces/transmettre",
    "acces/fermer",
    "historique",
    "historique?format=csv",
    "historique?format=impression",
    "export",
    "transmission",
];
const POSTS: [&str; 8] = [
    "acces/donner",
    "acces/retirer",
    "acces/renoncer",
    "acces/transmettre",
    "acces/transmettre/retirer",
    "acces/fermer",
    "acces/rouvrir",
    "invitation",
];

/// Proves: DEL-10.
#[tokio::test]
async fn a_foreign_mailbox_answers_as_an_unknown_one_on_every_page() {
    let house = House::open().await;
    let marthe = house.seated(MARTHE).await;
    let fields =
        [("personne", NADIA), ("atteste", "oui"), ("debut", "ouvert"), ("fin", "ouvert"), ("reponse", "accepter"), ("accepte", "oui")];
    for foreign in [CABINET, "claire.tilleul@pli.mssante.test"] {
        for path in GETS {
            let (theirs, nobodys) =
                (marthe.get(&format!("/boites/{foreign}/{path}")).await, marthe.get(&format!("/boites/{UNKNOWN}/{path}")).await);
            assert_eq!((theirs.status, theirs.text.replace(foreign, UNKNOWN)), (nobodys.status, nobodys.text), "GET {path}");
            assert_eq!(theirs.status, 403, "GET {path}");
        }
        for path in POSTS.into_iter().chain(["transmission"]) {
            let (theirs, nobodys) = (
                marthe.post(&format!("/boites/{foreign}/{path}"), &fields).await,
                marthe.post(&format!("/boites/{UNKNOWN}/{path}"), &fields).await,
            );
            assert_eq!((theirs.status, theirs.text.replace(foreign, UNKNOWN)), (nobodys.status, nobodys.text), "POST {path}");
            assert_eq!(theirs.status, 403, "POST {path}");
        }
    }
    // What is no address at all is answered alike.
    assert_eq!(marthe.get("/boites/rien/acces").await.status, 403);
    // Nadia works in the cabinet and in one of Karim's mailboxes: his other one is as closed to her as to anybody.
    let nadia = house.seated(NADIA).await;
    assert_eq!(nadia.get("/boites/karim.aubepin.valserein@pli.mssante.test/acces").await.status, 200);
    assert_eq!(nadia.get("/boites/karim.aubepin@pli.mssante.test/acces").await.status, 403);
    house.close().await;
}

#[tokio::test]
async fn nobody_sees_a_room_without_signing_in_nor_acts_from_elsewhere() {
    let house = House::open().await;
    let stranger = house.browser();
    let asked = ["/boites".to_owned(), "/boites/ouvrir".to_owned()].into_iter().chain(GETS.map(room));
    for path in asked {
        let page = stranger.get(&path).await;
        assert_eq!(page.status, 303, "{path}");
        assert!(page.location.as_deref().is_some_and(|to| to.starts_with("/connexion")), "{path} leads to {:?}", page.location);
    }
    let claire = house.seated(CLAIRE).await;
    let before = movements(&house, CABINET).await.len();
    let page = claire.post_from("http://ailleurs.test", &room("acces/donner"), &sentence(ZOE)).await;
    assert_eq!(page.status, 403);
    assert_eq!(movements(&house, CABINET).await.len(), before);
    house.close().await;
}
