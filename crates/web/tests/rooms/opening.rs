//! « Ouvrir la boîte de mon cabinet »: who may, under which name, and the way shown to who may not.

use rules::Refusal;
use rules::access::Capacity;
use rules::mailbox::{Bearer, Kind};
use sha2::{Digest, Sha256};

use crate::house::{House, address};
use crate::*;

const VALSEREIN: &str = "499790000022028";
const NEW: &str = "cabinet.de-valserein@pli.mssante.test";

fn key(structure: &str) -> String {
    hex::encode(&Sha256::digest(structure.as_bytes())[..6])
}

/// Proves: CAB-01, CAB-02, CAB-04, CAB-05, CAB-20, CAB-21, BAL-04.
#[tokio::test]
async fn a_practice_gets_its_mailbox_under_its_own_name_on_one_page() {
    let house = House::open().await;
    let karim = house.seated(KARIM).await;
    says(&karim.get("/boites").await, "href=\"/boites/ouvrir\"");
    let key = key(VALSEREIN);
    let page = karim.get(&format!("/boites/ouvrir?cabinet={key}")).await;
    says(&page, "CABINET MEDICAL DE VALSEREIN, VALSEREIN");
    says(&page, "value=\"cabinet.de-valserein\"");
    says(&page, "Elle est libre.");
    speaks_plainly(&page);
    // The practice without a mailbox is chosen first; the one that has one is said to.
    says(&karim.get("/boites/ouvrir").await, "value=\"cabinet.de-valserein\"");
    says(&karim.get(&format!("/boites/ouvrir?cabinet={}", self::key("499790000014017"))).await, "Ce cabinet a déjà une boîte");
    let fields = [("cabinet", &*key), ("nom", "cabinet.de-valserein"), ("libelle", "Cabinet de Valserein")];
    let page = karim.post("/boites/ouvrir", &fields).await;
    assert_eq!(page.status, 422, "its owner says yes to what it means");
    says(&page, "cochez d'abord que vous acceptez d'en être propriétaire");
    let mut fields = fields.to_vec();
    fields.push(("accepte", "oui"));
    let page = karim.submit("/boites/ouvrir", &fields).await;
    says(&page, &format!("La boîte {NEW} est ouverte."));
    speaks_plainly(&page);
    let mailbox = house.store.mailbox(&address(NEW)).await.unwrap().expect("the mailbox");
    assert_eq!((mailbox.kind, mailbox.label.as_str()), (Kind::Cab, "Cabinet de Valserein"));
    assert_eq!(mailbox.bearer, Bearer::Person { idnat: idnat(KARIM), situation: None });
    assert_eq!(mailbox.structure.as_deref(), Some(VALSEREIN));
    assert_eq!(mailbox.movements[0].by.person(), Some(&idnat(KARIM)));
    // The address is not given twice.
    let page = karim.post("/boites/ouvrir", &fields).await;
    assert_eq!(page.status, 422);
    says(&page, "Elle n'est pas libre");
    house.close().await;
}

/// Proves: CAB-04.
#[tokio::test]
async fn the_name_is_explained_while_it_is_typed_and_never_that_of_a_person() {
    let house = House::open().await;
    let karim = house.seated(KARIM).await;
    let told = |name: &'static str| {
        let karim = &karim;
        async move { karim.get(&format!("/boites/ouvrir/nom?nom={name}")).await }
    };
    let good = told("cabinet.du-lavoir").await;
    silent(&good, "class=\"bad\"");
    says(&told("lavoir").await, "class=\"bad\"><span class=\"visually-hidden\">Pas encore :</span> Elle commence par « cabinet. ».");
    says(&told("cabinet.dr-aubepin").await, "Pas encore :</span> Elle ne porte le nom d'aucune personne");
    says(&told("cabinet.des-lilas").await, "Elle n'est pas libre");
    for name in ["cabinet.aubepin", "lavoir", "cabinet.dr-du-lavoir", "cabinet.le lavoir", "cabinet./etc"] {
        let fields = [("cabinet", &*key(VALSEREIN)), ("nom", name), ("accepte", "oui")];
        let page = karim.post("/boites/ouvrir", &fields).await;
        assert_eq!(page.status, 422, "{name} was taken");
        says(&page, "role=\"alert\"");
    }
    house.close().await;
}

/// Proves: CAB-03.
#[tokio::test]
async fn a_structure_with_a_finess_number_is_refused_with_the_reason_and_shown_its_own_way() {
    let house = House::open().await;
    let paul = house.seated(PAUL).await;
    let page = paul.get("/boites/ouvrir").await;
    says(&page, "PHARMACIE DE LA FONTAINE, VALCLAIR");
    says(&page, "numéro FINESS 990000044");
    says(&page, &Refusal::StructureHasFiness.french());
    says(&page, "pharmacie.fontaine@pli.mssante.test");
    silent(&page, "1. Votre cabinet");
    // A form made by hand meets the same rule.
    let fields = [("cabinet", &*key("1990000044")), ("nom", "cabinet.de-la-fontaine"), ("accepte", "oui")];
    let page = paul.post("/boites/ouvrir", &fields).await;
    assert_eq!(page.status, 422);
    assert!(house.store.mailbox(&address("cabinet.de-la-fontaine@pli.mssante.test")).await.unwrap().is_none());
    house.close().await;
}

/// Proves: CAB-05.
#[tokio::test]
async fn only_a_professional_in_liberal_practice_opens_one_and_only_for_her_own_practice() {
    let house = House::open().await;
    for person in [NADIA, ZOE, ANNE] {
        let browser = house.seated(person).await;
        let page = browser.get("/boites/ouvrir").await;
        says(&page, "NOT_ELIGIBLE");
        let fields = [("cabinet", &*key(VALSEREIN)), ("nom", "cabinet.de-valserein"), ("accepte", "oui")];
        says(&browser.post("/boites/ouvrir", &fields).await, "NOT_ELIGIBLE");
    }
    let claire = house.seated(CLAIRE).await;
    let fields = [("cabinet", &*key(VALSEREIN)), ("nom", "cabinet.de-valserein"), ("accepte", "oui")];
    let page = claire.post("/boites/ouvrir", &fields).await;
    says(&page, "Choisissez d'abord le cabinet.");
    assert!(house.store.mailbox(&address(NEW)).await.unwrap().is_none());
    house.close().await;
}

/// Proves: CAB-15, CAB-07, DEL-04.
#[tokio::test]
async fn people_are_invited_on_the_same_page_with_the_owners_attestation() {
    let house = House::open().await;
    let karim = house.seated(KARIM).await;
    let key = key(VALSEREIN);
    let (secretary, nurse) = (format!("delegataire {NADIA}"), format!("cotitulaire {MARTHE}"));
    let searching = [("cabinet", &*key), ("nom", "cabinet.du-lavoir"), ("qui", "genev"), ("inviter", &*secretary), ("chercher", "1")];
    let page = karim.post("/boites/ouvrir", &searching).await;
    assert_eq!(page.status, 200);
    says(&page, "Marthe GENEVRIER");
    says(&page, &format!("value=\"{secretary}\" checked"));
    says(&page, "value=\"cabinet.du-lavoir\"");
    let mut fields =
        vec![("cabinet", &*key), ("nom", "cabinet.du-lavoir"), ("accepte", "oui"), ("inviter", &*secretary), ("inviter", &*nurse)];
    let page = karim.post("/boites/ouvrir", &fields).await;
    assert_eq!(page.status, 422);
    says(&page, &Refusal::NotAttested.french());
    fields.push(("atteste", "oui"));
    let page = karim.submit("/boites/ouvrir", &fields).await;
    says(&page, "Nadia SUREAU");
    let written = movements(&house, "cabinet.du-lavoir@pli.mssante.test").await;
    let standing = standing(&written, house.now());
    assert_eq!(standing.now_in(Capacity::Cotitulaire).collect::<Vec<_>>(), [&idnat(MARTHE)]);
    assert_eq!(standing.now_in(Capacity::Delegataire).collect::<Vec<_>>(), [&idnat(NADIA)]);
    assert!(written.iter().all(|movement| movement.attested));
    house.close().await;
}
