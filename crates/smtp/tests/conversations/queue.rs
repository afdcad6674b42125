//! The queue over time, with a clock that is moved: tries, delays, failures, receipts; servers of other makes.

use std::sync::Arc;

use store::queue::QueueState;
use tokio::sync::Semaphore;

use crate::house::{HOUR, House, Plan};
use crate::lab;
use crate::script::Client;
use crate::strange_server::{Strange, Traits};

const CABINET: &str = "cabinet.des-lilas@pli.mssante.test";
const LETTER: &str =
    "From: <cabinet.des-lilas@pli.mssante.test>\r\nMessage-ID: <lettre@pli.mssante.test>\r\nSubject: Avis\r\n\r\n.un point\r\nBonjour\r\n";

/// The secretary writes to these recipients (address and parameters of RCPT).
async fn write(house: &House, mail: &str, recipients: &[&str]) {
    let mut client = Client::person(house, CABINET, "P04").await;
    assert!(client.tell(&format!("MAIL FROM:<{CABINET}>{mail}")).await.starts_with("250"));
    for recipient in recipients {
        assert!(client.tell(&format!("RCPT TO:{recipient}")).await.starts_with("250"), "{recipient}");
    }
    assert!(client.data(LETTER).await.starts_with("250"));
}

/// Waits until the journal of the cabinet holds so many acts of a name; the queue's own changes pace the looking.
async fn acts(house: &House, act: &str, count: usize) -> Vec<rules::journal::Line> {
    let look = async {
        loop {
            let lines = house.acts(CABINET, act).await;
            if lines.len() >= count {
                return lines;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), look).await.expect("the acts come")
}

/// An address where nobody listens.
async fn nobody() -> std::net::SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    listener.local_addr().expect("an address")
}

/// Proves: TRU-39, TRU-40. Tried on the schedule, told late after four hours, given up after forty-eight.
#[tokio::test]
async fn a_silent_server_makes_a_delay_then_a_failure() {
    let house = House::ours().await.with_courier(&[("voisin.mssante.test", nobody().await)]);
    write(&house, "", &["<cardiologie@voisin.mssante.test>"]).await;
    for (tries, minutes) in [1, 5, 15, 30, 60].into_iter().enumerate() {
        acts(&house, "message.delayed", tries + 1).await;
        house.advance(HOUR / 60 * minutes);
    }
    acts(&house, "message.delayed", 6).await;
    house.advance(HOUR * 4);
    let reports = house.wait_for(CABINET, "P01", "INBOX", 1).await;
    assert!(reports[0].contains("\r\nAction: delayed\r\n") && reports[0].contains("\r\nWill-Retry-Until: "), "{}", reports[0]);
    house.advance(HOUR * 48);
    let reports = house.wait_for(CABINET, "P01", "INBOX", 2).await;
    assert!(reports[1].contains("\r\nStatus: 5.4.7\r\n") && reports[1].contains("\r\nAction: failed\r\n"), "{}", reports[1]);
    let rows = house.store().queue().await.expect("the queue");
    assert!(rows.iter().all(|row| row.state == QueueState::Failed), "{rows:?}");
    assert_eq!(house.wait_for(CABINET, "P01", "INBOX", 2).await.len(), 2, "the delay was told once");
    house.close().await;
}

/// Proves: TRU-33, TRU-39. One recipient refused, the other served, in one transaction; the sender hears of the first at once.
#[tokio::test]
async fn a_partial_refusal_is_told_for_that_recipient_alone() {
    let there = House::start(Plan::of(lab::peer())).await;
    let house = House::ours().await.with_courier(&[("voisin.mssante.test", there.operators)]);
    write(&house, "", &["<personne@voisin.mssante.test>", "<cardiologie@voisin.mssante.test>"]).await;
    let received = there.wait_for("cardiologie@voisin.mssante.test", "P09", "INBOX", 1).await;
    assert!(received[0].ends_with(LETTER.split_once("\r\n\r\n").expect("a text").1), "dots survive the journey");
    let report = house.wait_for(CABINET, "P01", "INBOX", 1).await.remove(0);
    assert!(report.contains("Final-Recipient: rfc822;personne@voisin.mssante.test\r\nAction: failed\r\nStatus: 5.1.1\r\n"), "{report}");
    assert!(!report.contains("Final-Recipient: rfc822;cardiologie@"), "{report}");
    assert!(report.contains("Diagnostic-Code: smtp;550 5.1.1 No such mailbox [BAL-INCONNUE"), "{report}");
    house.close().await;
    there.close().await;
}

/// Proves: MSG-20, TRU-40. A receipt asked for across two operators comes back from the recipient's.
#[tokio::test]
async fn a_receipt_crosses_the_space_and_comes_back() {
    let there = House::start(Plan::of(lab::peer())).await;
    let house = House::ours().await.with_courier(&[("voisin.mssante.test", there.operators)]);
    let there = there.with_courier(&[("pli.mssante.test", house.operators)]);
    write(
        &house,
        " ENVID=lettre+2B1",
        &["<cardiologie@voisin.mssante.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;Cardiologie@voisin.mssante.test"],
    )
    .await;
    let receipt = house.wait_for(CABINET, "P01", "INBOX", 1).await.remove(0);
    for expected in [
        "From: \"Pli - service de distribution\" <postmaster@voisin.mssante.test>",
        "Original-Envelope-Id: lettre+1",
        "Reporting-MTA: dns;smtp.voisin.mssante.test",
        "Original-Recipient: rfc822;Cardiologie@voisin.mssante.test",
        "Action: delivered",
    ] {
        assert!(receipt.contains(expected), "{expected}: {receipt}");
    }
    house.close().await;
    there.close().await;
}

/// Proves: MSG-11, TRU-40. A colleague of the same house: no socket, one receipt, no name of the author.
#[tokio::test]
async fn mail_for_our_own_mailboxes_needs_no_network() {
    let house = House::ours().await.with_courier(&[]);
    write(&house, "", &["<claire.tilleul@pli.mssante.test> NOTIFY=SUCCESS"]).await;
    let received = house.wait_for("claire.tilleul@pli.mssante.test", "P01", "INBOX", 1).await;
    assert!(
        received[0].starts_with("Delivered-To: claire.tilleul@pli.mssante.test\r\nReceived: by smtp.pli.mssante.test"),
        "{}",
        received[0]
    );
    let line = &house.acts("claire.tilleul@pli.mssante.test", "message.received").await[0];
    assert_eq!(line.facts["class"], "INTERNE");
    assert_eq!(line.author, rules::Author::Peer { id: lab::ours() });
    let receipt = house.wait_for(CABINET, "P01", "INBOX", 1).await.remove(0);
    assert!(receipt.contains("\r\nAction: delivered\r\n"), "{receipt}");
    house.close().await;
}

/// Proves: TRU-33, TRU-40. A server without DSN gives no receipt: ours says how far the message went.
#[tokio::test]
async fn a_server_that_sends_no_receipts_makes_us_say_relayed() {
    let strange = Strange::open(Traits { offers: &["8BITMIME"], ..Traits::default() }).await;
    let house = House::ours().await.with_courier(&[("voisin.mssante.test", strange.at)]);
    write(&house, " ENVID=X", &["<cardiologie@voisin.mssante.test> NOTIFY=SUCCESS"]).await;
    let receipt = house.wait_for(CABINET, "P01", "INBOX", 1).await.remove(0);
    assert!(receipt.contains("\r\nAction: relayed\r\n"), "{receipt}");
    assert_eq!(strange.heard_that_begin("MAIL"), [format!("MAIL FROM:<{CABINET}> BODY=8BITMIME")]);
    assert_eq!(strange.heard_that_begin("RCPT"), ["RCPT TO:<cardiologie@voisin.mssante.test>"]);
    assert_eq!(strange.heard_that_begin(".."), ["..un point"]);
    house.close().await;
}

/// Proves: TRU-33. What was asked is passed on to a server that understands it.
#[tokio::test]
async fn notify_ret_envid_and_orcpt_are_passed_on() {
    let strange = Strange::open(Traits::default()).await;
    let house = House::ours().await.with_courier(&[("voisin.mssante.test", strange.at)]);
    write(&house, " RET=FULL ENVID=a+20b", &["<cardiologie@voisin.mssante.test> NOTIFY=NEVER ORCPT=rfc822;c+2Bd@voisin.mssante.test"])
        .await;
    acts(&house, "message.delivered", 1).await;
    let mail = strange.heard_that_begin("MAIL").remove(0);
    assert!(mail.contains(" SIZE=") && mail.ends_with(" BODY=8BITMIME RET=FULL ENVID=a+20b"), "{mail}");
    assert_eq!(
        strange.heard_that_begin("RCPT"),
        ["RCPT TO:<cardiologie@voisin.mssante.test> NOTIFY=NEVER ORCPT=rfc822;c+2Bd@voisin.mssante.test"]
    );
    house.close().await;
}

/// Proves: TRU-33. Too big for that server: told without sending a byte of it.
#[tokio::test]
async fn a_message_over_the_servers_size_is_not_sent() {
    let strange = Strange::open(Traits { offers: &["SIZE 100", "DSN"], ..Traits::default() }).await;
    let house = House::ours().await.with_courier(&[("voisin.mssante.test", strange.at)]);
    write(&house, "", &["<cardiologie@voisin.mssante.test>"]).await;
    let report = house.wait_for(CABINET, "P01", "INBOX", 1).await.remove(0);
    assert!(report.contains("\r\nStatus: 5.3.4\r\n"), "{report}");
    assert_eq!(strange.heard_that_begin("MAIL"), [""; 0]);
    house.close().await;
}

/// Proves: TRU-39. A 4xx is tried again, a 5xx is told at once.
#[tokio::test]
async fn a_temporary_refusal_waits_and_a_final_one_is_reported() {
    let answers = &[("RCPT TO:<attend@", "450 4.2.1 plus tard"), ("RCPT TO:<jamais@", "550 5.2.1 fermee")];
    let strange = Strange::open(Traits { answers, ..Traits::default() }).await;
    let house = House::ours().await.with_courier(&[("voisin.mssante.test", strange.at)]);
    write(&house, "", &["<attend@voisin.mssante.test>", "<jamais@voisin.mssante.test>"]).await;
    let report = house.wait_for(CABINET, "P01", "INBOX", 1).await.remove(0);
    assert!(
        report.contains("jamais@voisin.mssante.test\r\nAction: failed\r\nStatus: 5.2.1\r\n") && !report.contains("attend@"),
        "{report}"
    );
    let delayed = acts(&house, "message.delayed", 1).await;
    assert_eq!(delayed[0].facts["cause"], "450 4.2.1 plus tard");
    assert_eq!(strange.heard_that_begin("DATA"), [""; 0], "nobody was left to send to");
    house.close().await;
}

/// Proves: TRU-39. A connection is used for several messages, and a server that closes it costs nothing.
#[tokio::test]
async fn a_server_that_closes_after_each_message_gets_them_all() {
    let strange = Strange::open(Traits { messages: 1, ..Traits::default() }).await;
    let house = House::ours().await;
    for _ in 0..3 {
        write(&house, "", &["<cardiologie@voisin.mssante.test>"]).await;
    }
    let house = house.with_courier(&[("voisin.mssante.test", strange.at)]);
    acts(&house, "message.delivered", 3).await;
    assert!(house.acts(CABINET, "message.delayed").await.is_empty(), "a closed connection is no failed try");
    assert_eq!(strange.heard_that_begin("DATA").len(), 3);
    house.close().await;
}

/// Proves: TRU-39. The clock jumps over the lease while the server hesitates: the message still leaves once.
#[tokio::test]
async fn a_clock_that_jumps_during_a_try_does_not_send_twice() {
    let gate = Arc::new(Semaphore::new(0));
    let strange = Strange::open(Traits { gate: Arc::clone(&gate), ..Traits::default() }).await;
    let house = House::ours().await.with_courier(&[("voisin.mssante.test", strange.at)]);
    write(&house, "", &["<cardiologie@voisin.mssante.test>"]).await;
    while !strange.heard().contains(&".".to_owned()) {
        tokio::task::yield_now().await;
    }
    for _ in 0..3 {
        house.advance(HOUR);
        tokio::task::yield_now().await;
    }
    gate.add_permits(10);
    acts(&house, "message.delivered", 1).await;
    house.advance(HOUR);
    // A second letter goes through the same worker: if the first were to leave again, it would leave before.
    write(&house, "", &["<cardiologie@voisin.mssante.test>"]).await;
    acts(&house, "message.delivered", 2).await;
    assert_eq!(strange.heard_that_begin("DATA").len(), 2);
    house.close().await;
}

/// Proves: TRU-39. A row that a dead process had taken is tried at once by the next.
#[tokio::test]
async fn a_restart_takes_up_what_was_being_tried() {
    let strange = Strange::open(Traits::default()).await;
    let house = House::ours().await;
    write(&house, "", &["<cardiologie@voisin.mssante.test>"]).await;
    let taken = house.store().due("dead", 10, HOUR, house.now()).await.expect("the queue");
    assert_eq!(taken.len(), 1);
    let house = house.with_courier(&[("voisin.mssante.test", strange.at)]);
    acts(&house, "message.delivered", 1).await;
    house.close().await;
}

/// Proves: TRU-40. Nobody is told about a report: a reading receipt that cannot be delivered ends in the journal only.
#[tokio::test]
async fn a_report_that_fails_is_never_reported() {
    let answers = &[("RCPT", "550 5.1.1 inconnu")];
    let strange = Strange::open(Traits { answers, ..Traits::default() }).await;
    let house = House::ours().await.with_courier(&[("voisin.mssante.test", strange.at)]);
    let mut client = Client::person(&house, CABINET, "P04").await;
    client.tell("MAIL FROM:<>").await;
    client.tell("RCPT TO:<cardiologie@voisin.mssante.test>").await;
    let kind = "Content-Type: multipart/report; report-type=disposition-notification; boundary=b";
    let mdn = format!("From: <{CABINET}>\r\nMIME-Version: 1.0\r\n{kind}\r\n\r\n--b\r\n\r\nLu.\r\n--b--\r\n");
    assert!(client.data(&mdn).await.starts_with("250"));
    acts(&house, "message.failed", 1).await;
    assert_eq!(house.cabinet().await, Vec::<String>::new());
    house.close().await;
}

/// Proves: TRU-39. Many messages for one server share a few connections, and each arrives once.
#[tokio::test]
async fn a_hundred_messages_for_one_server_arrive_once_each() {
    let there = House::start(Plan::of(lab::peer())).await;
    let house = House::ours().await;
    let mut client = Client::person(&house, CABINET, "P04").await;
    for n in 0..100 {
        client.tell(&format!("MAIL FROM:<{CABINET}>")).await;
        client.tell("RCPT TO:<cardiologie@voisin.mssante.test>").await;
        let letter = LETTER.replace("<lettre@", &format!("<lettre{n:03}@"));
        assert!(client.data(&letter).await.starts_with("250"));
    }
    let house = house.with_courier(&[("voisin.mssante.test", there.operators)]);
    let received = there.wait_for("cardiologie@voisin.mssante.test", "P09", "INBOX", 100).await;
    acts(&house, "message.delivered", 100).await;
    let mut ids: Vec<_> = received.iter().filter_map(|m| m.split_once("Message-ID: <lettre")).map(|(_, rest)| &rest[..3]).collect();
    ids.sort_unstable();
    assert!(ids.into_iter().eq((0..100).map(|n| format!("{n:03}"))));
    house.close().await;
    there.close().await;
}
