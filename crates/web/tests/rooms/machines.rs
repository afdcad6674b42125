//! The machines of an APP mailbox: entered by whoever answers for it, refused to everybody else.

use rules::movement::Change;
use rules::{Author, Channel, Refusal};
use trust::pki::{Authority, Purpose, Request, Subject};

use crate::house::{CABINET, House, address};
use crate::*;

const LABO: &str = "cardiologie_auto@pli.mssante.test";

/// Anne answers for the laboratory's mailbox; Zoe's pharmacy has nothing to do with it.
async fn answered(house: &House) {
    let change = Change::ResponsableAdded { person: idnat(ANNE) };
    let (staff, reason) = (Author::staff("essai"), Some("essai".to_owned()));
    let labo = address(LABO);
    let made = house.store.move_mailbox(&labo, change, reason, true, staff, Channel::Cli, house.now(), |_, _| Ok(()));
    made.await.expect("she answers for it");
}

fn at(rest: &str) -> String {
    format!("/boites/{LABO}/{rest}")
}

/// A certificate of this structure, in PEM, and its key.
fn certificate(house: &House, unit: &str) -> (String, String) {
    let subject = Subject {
        common_name: "automate".to_owned(),
        unit: unit.to_owned(),
        organisation: "CENTRE HOSPITALIER DE VALCLAIR".to_owned(),
        state: "Ille-et-Vilaine (35)".to_owned(),
    };
    let request = Request { purpose: Purpose::Machine, ..Request::operator(subject, Vec::new(), house.now()) };
    let leaf = Authority::anchor("AC (LABO)", house.now()).expect("an authority").issue(&request).expect("a certificate");
    (leaf.cert_pem, leaf.key_pem)
}

/// Proves: BAL-01, PSC-41, LPS-22.
#[tokio::test]
async fn whoever_answers_for_a_machines_mailbox_enters_and_removes_its_certificates() {
    let house = House::open().await;
    answered(&house).await;
    let anne = house.seated(ANNE).await;
    says(&anne.get(&at("acces")).await, &format!("href=\"/boites/{LABO}/acces/machines\""));
    let page = anne.get(&at("acces/machines")).await;
    says(&page, "Aucune machine n'entre dans cette boîte.");
    let (pem, key) = certificate(&house, "1990000028");
    let page = anne.submit(&at("acces/machines"), &[("certificat", &pem)]).await;
    says(&page, "automate peut entrer dans cette boîte.");
    says(&page, "inscrit par Anne ALISIER");
    silent(&page, "autre structure");
    let [kept] = &house.store.certificates(&address(LABO)).await.expect("certificates")[..] else { panic!("one") };
    assert_eq!(kept.author.person(), Some(&idnat(ANNE)));
    // The same name, typed: it is there already.
    let page = anne.post(&at("acces/machines"), &[("certificat", &kept.dn)]).await;
    assert_eq!(page.status, 422);
    says(&page, &Refusal::AlreadyThere.french());
    let page = anne.submit(&at("acces/machines/retirer"), &[("certificat", &kept.dn)]).await;
    says(&page, "n'entre plus dans cette boîte.");
    let page = undo(&anne, &page).await;
    says(&page, "peut entrer dans cette boîte.");
    says(&anne.get(&at("historique")).await, "Anne ALISIER");
    for (wrong, told) in [("CN=", "ni un certificat"), ("bonjour", "ni un certificat"), (key.as_str(), "une clé privée")] {
        let page = anne.post(&at("acces/machines"), &[("certificat", wrong)]).await;
        assert_eq!(page.status, 422, "{told}");
        says(&page, told);
        silent(&page, "PRIVATE KEY");
    }
    house.close().await;
}

/// Proves: LPS-22.
#[tokio::test]
async fn another_structures_certificate_is_entered_with_the_name_of_who_approves_it_and_strangers_enter_none() {
    let house = House::open().await;
    answered(&house).await;
    let anne = house.seated(ANNE).await;
    let (pem, _) = certificate(&house, "399900000100019");
    let page = anne.post(&at("acces/machines"), &[("certificat", &pem)]).await;
    assert_eq!(page.status, 422);
    says(&page, &Refusal::OtherStructure.french());
    says(&page, "J'approuve que le certificat");
    says(&page, "BEGIN CERTIFICATE");
    says(&anne.submit(&at("acces/machines"), &[("certificat", &pem), ("approuve", "oui")]).await, "autre structure");
    let lines =
        house.store.journal_lines(store::history::Query { mailbox: Some(address(LABO)), ..Default::default() }).await.expect("lines");
    assert_eq!(lines.last().expect("a line").line.facts["approved_by"], "Anne ALISIER");
    let paul = house.seated(PAUL).await;
    let claire = house.seated(CLAIRE).await;
    for (browser, path) in
        [(&paul, at("acces/machines")), (&claire, room("acces/machines")), (&claire, format!("/boites/{CABINET}x/acces/machines"))]
    {
        assert!(browser.get(&path).await.status >= 400, "{path}");
        assert!(browser.post(&path, &[("certificat", &pem)]).await.status >= 400, "{path}");
        assert!(browser.post(&format!("{path}/retirer"), &[("certificat", "CN=automate")]).await.status >= 400, "{path}");
    }
    assert_eq!(house.store.certificates(&address(LABO)).await.expect("certificates").len(), 1);
    house.close().await;
}
