//! Machines at the door of submission: under their own host name, by their certificate, with EXTERNAL and nothing else.

use base64::Engine as _;
use rules::mailbox::{Bearer, Kind};
use rules::{Address, Author, Channel};
use store::mailboxes::{NewCertificate, NewMailbox};
use trust::Dn;
use trust::pki::Leaf;

use crate::house::House;
use crate::lab;
use crate::script::Client;

const RESULTS: &str = "cardiologie_auto@pli.mssante.test";
const IMAGES: &str = "radiologie_auto@pli.mssante.test";
const CABINET: &str = "cabinet.des-lilas@pli.mssante.test";
const CARDIOLOGIE: &str = "cardiologie@voisin.mssante.test";
const REFUSED: &str = "535 5.7.8 Certificat refuse";

fn address(text: &str) -> Address {
    Address::parse(text).expect("an address")
}

fn name(leaf: &Leaf) -> String {
    Dn::parse(&leaf.declared().expect("a DN")).expect("a DN").key()
}

fn external(mailbox: &str) -> String {
    format!("AUTH EXTERNAL {}", base64::engine::general_purpose::STANDARD.encode(mailbox))
}

/// The laboratory's machine, and the holder of the name that the bad certificates carry, open this mailbox.
async fn opens(house: &House, at: &str) {
    for leaf in [&house.lab.app, &house.lab.operators[&lab::peer()]] {
        let certificate = NewCertificate { dn: name(leaf), structure: None, approved_by: Some("Anne ALISIER".to_owned()) };
        let (at, by) = (address(at), Author::staff("test"));
        house.store().add_certificate(&at, certificate, by, Channel::Cli, house.now()).await.expect("entered");
    }
}

/// Our operator, with the hospital's machine in its register.
async fn house() -> House {
    let house = House::ours().await;
    opens(&house, RESULTS).await;
    house
}

fn letter(from: &str) -> String {
    format!("From: <{from}>\r\nTo: <{CARDIOLOGIE}>\r\nSubject: Resultats\r\n\r\nVoici.\r\n")
}

/// Proves: LPS-20, LPS-21, LPS-22, PSC-31, PSC-41, IND-13.
#[tokio::test]
async fn a_machine_sends_from_its_own_mailbox_and_the_journal_names_it() {
    let house = house().await;
    let (mut client, offered) = Client::machine(&house, Some(&house.lab.app)).await;
    assert_eq!(offered.as_deref(), Some("EXTERNAL"));
    assert_eq!(client.tell(&external(RESULTS)).await, "235 2.7.0 Authentication succeeded");
    let stranger = client.tell(&format!("MAIL FROM:<{CABINET}>")).await;
    assert_eq!(stranger, "553 5.7.1 Envoi depuis cette boite non autorise");
    for (from, code) in [(CABINET, "553 "), (RESULTS, "250 ")] {
        assert!(client.tell(&format!("MAIL FROM:<{RESULTS}>")).await.starts_with("250 "));
        assert!(client.tell(&format!("RCPT TO:<{CARDIOLOGIE}>")).await.starts_with("250 "));
        let answer = client.data(&letter(from)).await;
        assert!(answer.starts_with(code), "{from}: {answer}");
        client.tell("RSET").await;
    }
    let sent = house.acts(RESULTS, "message.sent").await;
    assert_eq!((sent.len(), &sent[0].author), (1, &Author::Machine { id: name(&house.lab.app) }));
    assert_eq!(sent[0].channel, Channel::Smtp);
    house.close().await;
}

/// Proves: LPS-21, LPS-22, PSC-28.
#[tokio::test]
async fn starttls_and_a_login_without_initial_response_lead_in_too() {
    let house = house().await;
    let mut client = Client::connect(house.submission).await;
    client.hear().await;
    client.tell("EHLO automate").await;
    client.tell("STARTTLS").await;
    client.tls_by(&house, lab::APP, Some(&house.lab.app)).await;
    assert_eq!(client.mechanisms().await.as_deref(), Some("EXTERNAL"));
    assert_eq!(client.tell("AUTH EXTERNAL").await, "334 ");
    let named = base64::engine::general_purpose::STANDARD.encode(RESULTS);
    assert_eq!(client.tell(&named).await, "235 2.7.0 Authentication succeeded");
    house.close().await;
}

/// Proves: LPS-22.
#[tokio::test]
async fn naming_no_mailbox_opens_the_only_one_and_no_other() {
    let house = house().await;
    let (mut client, _) = Client::machine(&house, Some(&house.lab.app)).await;
    assert_eq!(client.tell("AUTH EXTERNAL =").await, "235 2.7.0 Authentication succeeded");
    let (mut client, _) = Client::machine(&house, Some(&house.lab.app)).await;
    assert_eq!(client.tell("AUTH EXTERNAL").await, "334 ");
    assert_eq!(client.tell("").await, "235 2.7.0 Authentication succeeded");

    let bearer = Bearer::Structure { structure: "1990000028".to_owned() };
    let images =
        NewMailbox { address: address(IMAGES), kind: Kind::App, bearer, label: "Images".to_owned(), structure: None, first: Vec::new() };
    house.store().import_mailbox(images, Author::staff("test"), Channel::Cli, house.now()).await.expect("a mailbox");
    opens(&house, IMAGES).await;
    let (mut client, _) = Client::machine(&house, Some(&house.lab.app)).await;
    assert_eq!(client.tell("AUTH EXTERNAL =").await, REFUSED);
    assert_eq!(client.tell(&external(IMAGES)).await, "235 2.7.0 Authentication succeeded");
    house.close().await;
}

/// Proves: LPS-20, LPS-21.
#[tokio::test]
async fn without_a_good_certificate_nothing_is_offered_and_nothing_opens() {
    let house = house().await;
    let bad = &house.lab.bad;
    let (mut good, _) = Client::machine(&house, Some(&house.lab.operators[&lab::peer()])).await;
    assert_eq!(good.tell(&external(RESULTS)).await, "235 2.7.0 Authentication succeeded", "that name opens it");
    for (fault, shown) in
        [("expired", Some(&bad.expired)), ("revoked", Some(&bad.revoked)), ("foreign", Some(&bad.other_ca)), ("absent", None)]
    {
        let (mut client, offered) = Client::machine(&house, shown).await;
        assert_eq!(offered, None, "{fault}");
        assert_eq!(client.tell(&external(RESULTS)).await, REFUSED, "{fault}");
        assert_eq!(client.tell("AUTH EXTERNAL").await, REFUSED, "{fault}: no challenge");
        assert_eq!(client.tell(&format!("MAIL FROM:<{RESULTS}>")).await, "530 5.7.0 Authentication required", "{fault}");
    }
    house.close().await;
}

/// Proves: LPS-21, LPS-22, PSC-41.
#[tokio::test]
async fn each_name_has_its_own_mechanisms_and_people_have_their_own_mailboxes() {
    let house = house().await;
    let token = house.token(serde_json::json!({ "persona": "P04" })).await;
    let (mut machine, _) = Client::machine(&house, Some(&house.lab.app)).await;
    let xoauth2 = format!("AUTH XOAUTH2 {}", sandbox::xoauth2(CABINET, &token));
    assert_eq!(machine.tell(&xoauth2).await, "504 5.5.4 Mechanism not offered");
    for mailbox in [CABINET, "claire.tilleul@pli.mssante.test", "nulle.part@pli.mssante.test"] {
        assert_eq!(machine.tell(&external(mailbox)).await, REFUSED, "{mailbox}");
    }
    assert_eq!(machine.line().await, None, "the third failure was the last");

    let mut person = Client::connect(house.submissions).await;
    person.tls_by(&house, "mss.pli.mssante.test", Some(&house.lab.app)).await;
    person.hear().await;
    assert_eq!(person.mechanisms().await.as_deref(), Some("XOAUTH2 OAUTHBEARER"));
    assert_eq!(person.tell(&external(RESULTS)).await, "504 5.5.4 Mechanism not offered");
    assert_eq!(person.tell(&xoauth2).await, "235 2.7.0 Authentication succeeded", "a certificate does not stand in her way");
    house.close().await;
}

/// Proves: LPS-20, LPS-31, PSC-39.
#[tokio::test]
async fn a_withdrawn_certificate_ends_the_session_at_its_next_command() {
    let house = house().await;
    let (mut client, _) = Client::machine(&house, Some(&house.lab.app)).await;
    assert_eq!(client.tell(&external(RESULTS)).await, "235 2.7.0 Authentication succeeded");
    let (at, dn, by) = (address(RESULTS), name(&house.lab.app), Author::staff("test"));
    house.store().remove_certificate(&at, &dn, by, Channel::Cli, house.now()).await.expect("removed");
    assert_eq!(client.tell(&format!("MAIL FROM:<{RESULTS}>")).await, "421 4.7.0 L'acces a pris fin");
    assert_eq!(client.line().await, None);
    house.close().await;
}
