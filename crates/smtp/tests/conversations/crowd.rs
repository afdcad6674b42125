//! Many at once, and the limits that keep one from spoiling the others.

use std::sync::Arc;

use rules::movement::Change;
use rules::{Address, Author, Channel, Moment};
use tokio_util::sync::CancellationToken;

use crate::house::{HOUR, House, Plan};
use crate::lab::{self, Shown};
use crate::script::Client;

async fn limited(change: impl FnOnce(&mut smtp::Limits)) -> House {
    let mut plan = Plan::of(lab::ours());
    change(&mut plan.limits);
    House::start(plan).await
}

const MAIL: &str = "MAIL FROM:<cardiologie@voisin.mssante.test>";
const RCPT: &str = "RCPT TO:<cabinet.des-lilas@pli.mssante.test>";
const LETTER: &str = "From: <cardiologie@voisin.mssante.test>\r\n\r\nBonjour\r\n";

/// Proves: TRU-29, TRU-38.
#[tokio::test]
async fn a_peer_with_too_many_connections_is_told_so_and_others_are_not_concerned() {
    let house = limited(|limits| limits.connections_per_peer = 2).await;
    let first = Client::operator(&house, Shown::Good).await;
    let _second = Client::operator(&house, Shown::Good).await;
    let mut third = Client::connect(house.operators).await;
    third.hear().await;
    third.tell("STARTTLS").await;
    third.tls(&house, Shown::Good).await;
    assert_eq!(third.hear().await, "421 4.7.0 Trop de connexions");
    assert_eq!(third.line().await, None);
    let mut other = Client::operator(&house, Shown::WrongDn).await;
    assert!(other.tell("NOOP").await.starts_with("250"));
    drop(first);
    drop(other);
    house.close().await;
}

/// Proves: TRU-26, TRU-29, TRU-38.
#[tokio::test]
async fn a_recipient_too_many_waits_for_the_next_transaction() {
    let house = limited(|limits| limits.recipients = 1).await;
    let mut client = Client::operator(&house, Shown::Good).await;
    client.tell(MAIL).await;
    assert!(client.tell(RCPT).await.starts_with("250"));
    assert_eq!(client.tell("RCPT TO:<claire.tilleul@pli.mssante.test>").await, "452 4.5.3 Trop de destinataires");
    assert!(client.data(LETTER).await.starts_with("250 2.0.0"));
    assert_eq!(house.cabinet().await.len(), 1);
    house.close().await;
}

/// Proves: TRU-29, TRU-38. A sender that announces no size learns it at the end, and the session goes on.
#[tokio::test]
async fn a_message_too_big_is_refused_at_its_end() {
    let house = limited(|limits| limits.inbound_bytes = 2_000).await;
    let mut client = Client::operator(&house, Shown::Good).await;
    client.tell(MAIL).await;
    client.tell(RCPT).await;
    let long = format!("{LETTER}{}", "une ligne\r\n".repeat(250));
    assert_eq!(client.data(&long).await, "552 5.3.4 Message trop volumineux (limite 2000 octets)");
    client.tell(MAIL).await;
    client.tell(RCPT).await;
    assert!(client.data(LETTER).await.starts_with("250 2.0.0"));
    assert_eq!(house.cabinet().await.len(), 1);
    house.close().await;
}

/// Proves: TRU-26, TRU-53, TRU-55.
#[tokio::test]
async fn a_closed_mailbox_and_a_long_suspended_one_have_their_own_answers() {
    let house = House::ours().await;
    let move_to = async |address: &str, change: Change, at: Moment| {
        let address = Address::parse(address).expect("an address");
        let by = Author::staff("test");
        house
            .store()
            .move_mailbox(&address, change, Some("essai".to_owned()), false, by, Channel::Cli, at, |_, _| Ok(()))
            .await
            .expect("moved");
    };
    let long_ago = |days: u32| house.now().minus(HOUR * 24 * days);
    move_to("claire.tilleul@pli.mssante.test", Change::Suspended, long_ago(31)).await;
    move_to("karim.aubepin@pli.mssante.test", Change::Closing, house.now()).await;
    let mut client = Client::operator(&house, Shown::Good).await;
    client.tell(MAIL).await;
    assert_eq!(client.tell("RCPT TO:<claire.tilleul@pli.mssante.test>").await, "450 4.2.1 Boite suspendue");
    assert_eq!(client.tell("RCPT TO:<karim.aubepin@pli.mssante.test>").await, "550 5.2.1 Boite fermee");
    assert!(client.tell("RCPT TO:<marc.bouleau@pli.mssante.test>").await.starts_with("250"), "suspended today: it still receives");
    house.close().await;
}

/// Proves: TRU-27, TRU-28. One line of ours at the top, and the rest byte for byte; an author of another house is flagged.
#[tokio::test]
async fn what_was_sent_is_what_is_filed() {
    let house = House::ours().await;
    let letter = "X-Inconnu: \u{e9}\r\nFrom: <ami@ailleurs.test>\r\nMessage-Id: <a@ailleurs.test>\r\n\r\n\u{e9}l\u{e8}ve\r\n \r\n";
    let mut client = Client::operator(&house, Shown::Good).await;
    client.tell(MAIL).await;
    client.tell(RCPT).await;
    client.data(letter).await;
    let filed = &house.cabinet().await[0];
    let ours = filed.strip_suffix(letter).expect("unchanged");
    let lines: Vec<_> = ours.split("\r\n").collect();
    assert_eq!(lines[0], "Delivered-To: cabinet.des-lilas@pli.mssante.test");
    assert!(lines[1].starts_with("Received: from smtp.voisin.mssante.test"), "{ours}");
    assert!(ours.contains("by smtp.pli.mssante.test (Pli) with ESMTPS (TLSv1.3 TLS13_AES_256_GCM_SHA384)"), "{ours}");
    let facts = &house.acts("cabinet.des-lilas@pli.mssante.test", "message.received").await[0].facts;
    assert_eq!((&facts["from_unproved"], &facts["class"]), (&true.into(), &"ESPACE".into()));
    house.close().await;
}

/// Proves: TRU-12, TRU-29. A transaction that began before the operator stops is brought to its end.
#[tokio::test]
async fn an_operator_that_stops_finishes_the_message_and_says_goodbye() {
    let house = House::ours().await;
    let mut idle = Client::operator(&house, Shown::Good).await;
    let mut busy = Client::operator(&house, Shown::Good).await;
    busy.tell(MAIL).await;
    busy.tell(RCPT).await;
    house.stop.cancel();
    assert_eq!(idle.hear().await, "421 4.3.2 Service shutting down");
    assert!(busy.data(LETTER).await.starts_with("250 2.0.0"));
    assert_eq!(busy.hear().await, "421 4.3.2 Service shutting down");
    assert_eq!(house.cabinet().await.len(), 1);
    house.close().await;
}

/// An idle session costs its socket, its TLS state and little more: the task of a session is small.
#[tokio::test]
async fn the_task_of_a_session_is_small() {
    let house = House::ours().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = listener.local_addr().expect("an address");
    let (client, server) = tokio::join!(tokio::net::TcpStream::connect(at), listener.accept());
    let (tcp, from) = server.expect("accepted");
    let tls = trust::tls::operator_server(&house.lab.operators[&house.domain].identity()).expect("a configuration");
    let session = smtp::operator_session(tcp, from, Arc::clone(&house.shared), tls, CancellationToken::new());
    assert!(std::mem::size_of_val(&session) < 6 * 1024, "{} bytes", std::mem::size_of_val(&session));
    drop(client);
    house.close().await;
}
