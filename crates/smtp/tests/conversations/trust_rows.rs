//! The audit scenarios of trust-space §6 as client, the same after a reload as server, and the list that moves under a live session.

use rules::movement::Change;
use rules::{Address, Author, Channel};
use trust::list::Entry;

use crate::house::{HOUR, House, Plan};
use crate::lab::{self, Shown};
use crate::script::Client;
use crate::strange_server::{Strange, Traits};

const CABINET: &str = "cabinet.des-lilas@pli.mssante.test";
const MAIL: &str = "MAIL FROM:<cardiologie@voisin.mssante.test>";

/// The secretary writes to cardiology at the neighbour's.
async fn write_to_cardiology(house: &House) {
    let mut client = Client::person(house, CABINET, "P04").await;
    client.tell("MAIL FROM:<cabinet.des-lilas@pli.mssante.test>").await;
    client.tell("RCPT TO:<cardiologie@voisin.mssante.test>").await;
    let accepted = client.data("From: <cabinet.des-lilas@pli.mssante.test>\r\nSubject: Avis\r\n\r\nBonjour\r\n").await;
    assert!(accepted.starts_with("250"), "{accepted}");
}

/// Waits for the journal to say that a try was made, then lets the four hours pass.
async fn give_up(house: &House) -> String {
    loop {
        if !house.acts(CABINET, "message.delayed").await.is_empty() {
            break;
        }
        house.store().feed().rouse_all();
        tokio::task::yield_now().await;
    }
    house.advance(HOUR * 4);
    let reports = house.wait_for(CABINET, "P01", "INBOX", 1).await;
    reports.into_iter().next().expect("a report")
}

async fn not_sent(shows: Shown, status: &str, code: &str) {
    let there = House::start(Plan { shows, ..Plan::of(lab::peer()) }).await;
    let here = House::ours().await.with_courier(&[("voisin.mssante.test", there.operators)]);
    write_to_cardiology(&here).await;
    let report = give_up(&here).await;
    assert!(report.contains(&format!("\r\nStatus: {status}\r\n")), "{report}");
    assert!(report.contains("\r\nAction: failed\r\n") && report.contains(code), "{report}");
    let delayed = &here.acts(CABINET, "message.delayed").await[0].facts;
    assert!(delayed["dn"].is_null() || delayed["dn"].is_string(), "{delayed}");
    assert_eq!(delayed["host"], "127.0.0.1");
    assert!(there.enter("cardiologie@voisin.mssante.test", "P09").await.until().is_none());
    let cardiology = there.enter("cardiologie@voisin.mssante.test", "P09").await;
    assert_eq!(there.folder(&cardiology, "INBOX").await, Vec::<String>::new());
    here.close().await;
    there.close().await;
}

/// Proves: TRU-21, TRU-31, TRU-32.
#[tokio::test]
async fn a_good_server_is_handed_the_message_and_the_journal_says_to_whom() {
    let there = House::start(Plan::of(lab::peer())).await;
    let here = House::ours().await.with_courier(&[("voisin.mssante.test", there.operators)]);
    write_to_cardiology(&here).await;
    let received = there.wait_for("cardiologie@voisin.mssante.test", "P09", "INBOX", 1).await;
    assert!(received[0].ends_with("\r\n\r\nBonjour\r\n"));
    while here.acts(CABINET, "message.delivered").await.is_empty() {
        tokio::task::yield_now().await;
    }
    let facts = &here.acts(CABINET, "message.delivered").await[0].facts;
    assert_eq!(facts["host"], "127.0.0.1");
    assert!(facts["dn"].as_str().is_some_and(|dn| dn.contains("mss.voisin.mssante.test")), "{facts}");
    assert!(facts["tls"].as_str().is_some_and(|tls| tls.starts_with("TLSv1.3 TLS13_")), "{facts}");
    assert!(facts["reply"].as_str().is_some_and(|reply| reply.starts_with("250 2.0.0 Accepted ")), "{facts}");
    here.close().await;
    there.close().await;
}

/// Proves: TRU-21, TRU-32.
#[tokio::test]
async fn a_server_with_an_expired_certificate_is_handed_nothing() {
    not_sent(Shown::Expired, "5.7.5", "TLS-EXPIRE").await;
}

/// Proves: TRU-21, TRU-32, TRU-35.
#[tokio::test]
async fn a_server_with_a_revoked_certificate_is_handed_nothing() {
    not_sent(Shown::Revoked, "5.7.5", "TLS-REVOQUE").await;
}

/// Proves: TRU-21, TRU-32, TRU-34.
#[tokio::test]
async fn a_server_with_a_foreign_certificate_is_handed_nothing() {
    not_sent(Shown::OtherCa, "5.7.5", "TLS-NON-IGC").await;
}

/// Proves: TRU-16, TRU-21, TRU-32.
#[tokio::test]
async fn a_server_with_an_undeclared_certificate_is_handed_nothing() {
    not_sent(Shown::WrongDn, "5.7.1", "LB-DN").await;
}

/// Proves: TRU-21, TRU-31. Never in clear.
#[tokio::test]
async fn a_server_without_starttls_is_told_nothing_of_the_message() {
    let strange = Strange::open(Traits { starttls: false, ..Traits::default() }).await;
    let here = House::ours().await.with_courier(&[("voisin.mssante.test", strange.at)]);
    write_to_cardiology(&here).await;
    let report = give_up(&here).await;
    assert!(report.contains("\r\nStatus: 5.7.10\r\n"), "{report}");
    assert!(strange.heard().iter().all(|line| line.starts_with("EHLO ") || line == "QUIT"), "{:?}", strange.heard());
    here.close().await;
}

/// Proves: TRU-46. Words that come with the answer to STARTTLS cannot be the server's: the connection is dropped.
#[tokio::test]
async fn words_behind_the_answer_to_starttls_are_not_believed() {
    let strange = Strange::open(Traits { injects: true, ..Traits::default() }).await;
    let here = House::ours().await.with_courier(&[("voisin.mssante.test", strange.at)]);
    write_to_cardiology(&here).await;
    while here.acts(CABINET, "message.delayed").await.is_empty() {
        tokio::task::yield_now().await;
    }
    let cause = here.acts(CABINET, "message.delayed").await[0].facts["cause"].clone();
    assert_eq!(cause, "the server spoke between STARTTLS and the handshake");
    here.close().await;
}

/// Proves: TRU-30. Listed when it was written to, gone when the mail is about to leave: told at once.
#[tokio::test]
async fn a_domain_that_left_the_list_gets_no_more_mail() {
    let here = House::ours().await;
    write_to_cardiology(&here).await;
    let only_ours: Vec<Entry> = lab::entries(&here.lab).into_iter().filter(|entry| entry.name != "voisin.mssante.test").collect();
    let later = here.now().plus(HOUR);
    let loaded = here.shared.trust.load(&lab::list_of(&here.lab, &only_ours, later), "test", false).expect("a list");
    if loaded.held.is_some() {
        here.shared.trust.approve().expect("approved");
    }
    let here = here.with_courier(&[]);
    let report = here.wait_for(CABINET, "P01", "INBOX", 1).await.remove(0);
    assert!(report.contains("\r\nStatus: 5.7.1\r\n") && report.contains("LB-ABSENT"), "{report}");
    here.close().await;
}

/// Proves: TRU-12, TRU-21, TRU-36. The transaction that was open keeps what it began with; the next MAIL meets the new list of revoked certificates.
#[tokio::test]
async fn a_certificate_revoked_while_connected_passes_no_further_mail() {
    let house = House::ours().await;
    let mut client = Client::operator(&house, Shown::Good).await;
    client.tell(MAIL).await;
    let revoked = house.lab.crl_with(&[&house.lab.operators[&lab::peer()]], house.now(), HOUR * 24).expect("a revocation list");
    std::fs::write(house.dir.path().join("liste.crl"), revoked).expect("written");
    house.shared.trust.reload().expect("reloaded");
    client.tell("RCPT TO:<cabinet.des-lilas@pli.mssante.test>").await;
    assert!(client.data("From: <cardiologie@voisin.mssante.test>\r\n\r\na\r\n").await.starts_with("250"));
    assert_eq!(client.tell(MAIL).await, "550 5.7.5 Certificat revoque");
    house.close().await;
}

/// Proves: TRU-11. Fourteen days without a verified list: mail waits, both ways.
#[tokio::test]
async fn an_old_list_stops_mail_with_temporary_answers() {
    let house = House::ours().await;
    house.advance(HOUR * 24 * 15);
    std::fs::write(house.dir.path().join("liste.crl"), house.lab.crl(house.now()).expect("a list")).expect("written");
    house.shared.trust.reload().expect("reloaded");
    let mut client = Client::operator(&house, Shown::Good).await;
    assert_eq!(client.tell(MAIL).await, "451 4.7.0 Donnees de confiance a mettre a jour, reessayer");
    house.close().await;
}

/// Proves: TRU-26. Closed between RCPT and the end of the message: refused, not lost.
#[tokio::test]
async fn a_mailbox_closed_during_the_message_takes_nothing() {
    let house = House::ours().await;
    let mut client = Client::operator(&house, Shown::Good).await;
    client.tell(MAIL).await;
    client.tell("RCPT TO:<cabinet.des-lilas@pli.mssante.test>").await;
    let cabinet = Address::parse(CABINET).expect("an address");
    let by = Author::staff("test");
    house
        .store()
        .move_mailbox(&cabinet, Change::Closing, Some("essai".to_owned()), false, by, Channel::Cli, house.now(), |_, _| Ok(()))
        .await
        .expect("closing");
    assert_eq!(client.data("From: <cardiologie@voisin.mssante.test>\r\n\r\na\r\n").await, "550 5.2.1 Boite fermee");
    house.close().await;
}

/// Proves: TRU-14. A domain that the list does not declare with our certificate is not open to the other operators.
#[tokio::test]
async fn a_hosted_domain_that_is_not_declared_takes_no_mail() {
    let house = House::ours().await;
    let without_us: Vec<Entry> = lab::entries(&house.lab).into_iter().filter(|entry| entry.name != "pli.mssante.test").collect();
    let later = house.now().plus(HOUR);
    let loaded = house.shared.trust.load(&lab::list_of(&house.lab, &without_us, later), "test", false).expect("a list");
    if loaded.held.is_some() {
        house.shared.trust.approve().expect("approved");
    }
    let mut client = Client::operator(&house, Shown::Good).await;
    assert!(client.tell(MAIL).await.starts_with("250"));
    let answer = client.tell("RCPT TO:<cabinet.des-lilas@pli.mssante.test>").await;
    assert_eq!(answer, "550 5.7.1 Relais refuse : destinataire non heberge ici");
    house.close().await;
}
