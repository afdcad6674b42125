//! A session after its login: rights that end, the four hours, too many tries.

use std::time::Duration;

use rules::movement::Change;
use rules::{Address, Author, Channel, IdNat};

use crate::house::{HOUR, House};
use crate::script::Client;

const CABINET: &str = "cabinet.des-lilas@pli.mssante.test";
const LETTER: &str = "From: <cabinet.des-lilas@pli.mssante.test>\r\nSubject: Avis\r\n\r\nBonjour\r\n";

async fn withdraw_secretary(house: &House) {
    let person = IdNat::parse("899790000048").expect("an id");
    let cabinet = Address::parse(CABINET).expect("an address");
    let change = Change::DelegationEnded { person };
    house
        .store()
        .move_mailbox(&cabinet, change, None, false, Author::staff("test"), Channel::Cli, house.now(), |_, _| Ok(()))
        .await
        .expect("ended");
}

/// Proves: DEL-05, LPS-31, PSC-39.
#[tokio::test]
async fn a_delegate_whose_contract_ends_is_shown_out_at_the_next_command() {
    let house = House::ours().await;
    let mut client = Client::person(&house, CABINET, "P04").await;
    assert_eq!(client.tell("NOOP").await, "250 2.0.0 OK");
    withdraw_secretary(&house).await;
    assert_eq!(client.tell("MAIL FROM:<cabinet.des-lilas@pli.mssante.test>").await, "421 4.7.0 L'acces a pris fin");
    assert_eq!(client.line().await, None);
    house.close().await;
}

/// Proves: PSC-39. Her right ended between the first and the last byte of the message: nothing is sent.
#[tokio::test]
async fn a_message_whose_sender_lost_her_right_while_it_came_in_is_not_sent() {
    let house = House::ours().await;
    let mut client = Client::person(&house, CABINET, "P04").await;
    client.tell("MAIL FROM:<cabinet.des-lilas@pli.mssante.test>").await;
    client.tell("RCPT TO:<cardiologie@voisin.mssante.test>").await;
    assert!(client.tell("DATA").await.starts_with("354"));
    client.say(LETTER.as_bytes());
    client.flush().await;
    withdraw_secretary(&house).await;
    assert_eq!(client.tell(".").await, "421 4.7.0 L'acces a pris fin");
    assert_eq!(client.line().await, None);
    assert!(house.store().queue().await.expect("the queue").is_empty());
    assert!(house.acts(CABINET, "message.sent").await.is_empty());
    house.close().await;
}

/// Proves: DEL-06, LPS-15, PSC-38.
#[tokio::test]
async fn a_session_ends_within_four_hours_whoever_holds_it() {
    let house = House::ours().await;
    let mut client = Client::person(&house, CABINET, "P01").await;
    house.advance(HOUR * 3 + HOUR / 2);
    assert_eq!(client.tell("NOOP").await, "250 2.0.0 OK");
    house.advance(HOUR / 2);
    assert_eq!(client.tell("NOOP").await, "421 4.7.0 Session de 4 h terminee");
    assert_eq!(client.line().await, None);
    house.close().await;
}

/// Proves: PSC-26.
#[tokio::test]
async fn ten_failures_in_a_minute_close_the_door_to_that_address_only_for_a_minute() {
    let house = House::ours().await;
    let bad = sandbox::xoauth2(CABINET, "hhh.ppp.sss");
    let mut last = String::new();
    for _ in 0..4 {
        let mut client = Client::connect(house.submissions).await;
        client.tls(&house, crate::lab::Shown::None).await;
        client.hear().await;
        client.tell("EHLO poste").await;
        for _ in 0..3 {
            last = client.tell(&format!("AUTH XOAUTH2 {bad}")).await;
            if last.starts_with("334") {
                last = client.tell("").await;
            }
            if last.starts_with("421") {
                break;
            }
        }
    }
    assert_eq!(last, "421 4.7.0 Trop d'essais");
    house.advance(Duration::from_secs(61));
    Client::person(&house, CABINET, "P04").await;
    house.close().await;
}

/// Proves: CAB-16, LPS-52, MSG-02, MSG-11, PSC-31. The message names the cabinet; the journal names the secretary and her software.
#[tokio::test]
async fn the_author_is_in_the_journal_and_not_in_the_message() {
    let house = House::ours().await;
    let mut client = Client::person(&house, CABINET, "P04").await;
    client.tell("MAIL FROM:<cabinet.des-lilas@pli.mssante.test>").await;
    client.tell("RCPT TO:<cardiologie@voisin.mssante.test>").await;
    client.tell("RCPT TO:<claire.tilleul@pli.mssante.test>").await;
    let accepted = client.data(&format!("X-MSS-NIL: DEV935997\r\n{LETTER}")).await;
    assert!(accepted.starts_with("250 2.0.0 Accepted "), "{accepted}");
    let line = &house.acts(CABINET, "message.sent").await[0];
    assert_eq!(line.author.person().map(IdNat::as_str), Some("899790000048"));
    for (fact, value) in [("azp", serde_json::json!("lps-demo")), ("nil", "DEV935997".into()), ("internal", 1.into()), ("space", 1.into())]
    {
        assert_eq!(line.facts[fact], value, "{fact}");
    }
    let owner = house.enter(CABINET, "P01").await;
    let sent = house.folder(&owner, "Sent").await;
    assert_eq!(sent.len(), 1);
    let (header, text) = sent[0].split_once("\r\n\r\n").expect("a header");
    assert!(!header.contains("SUREAU") && !header.contains("nadia") && !header.contains("127.0.0.1"), "{header}");
    // LPS-52: what was missing was added, the rest is as it was.
    assert!(header.contains("\r\nMessage-ID: <") && header.contains("\r\nDate: Sat, 21 Nov 2026 23:00:00 +0100\r\n"), "{header}");
    assert!(header.contains("Received: by smtp.pli.mssante.test (Pli) with ESMTPSA (TLSv1.3 "), "{header}");
    assert!(sent[0].ends_with(LETTER), "{text}");
    house.close().await;
}
