//! Several nodes on one PostgreSQL: each hears what the others do, and finds it again after losing sight of them.

use std::time::Duration;

use rules::movement::Change;
use rules::{Channel, Entropy, Refusal};
use store::{Engine, Store};

use crate::house::{CABINET, House, KINE, NADIA, address, id, letter, postgres, refused};

const SOON: Duration = Duration::from_secs(10);

async fn second(house: &House) -> Store {
    Store::open(house.config.clone(), Entropy::seeded(2)).await.unwrap()
}

async fn heard(wait: impl Future<Output = ()>) {
    tokio::time::timeout(SOON, wait).await.expect("the other node hears it");
}

/// Proves: PSC-39, LPS-31.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_node_writes_wakes_the_sessions_of_the_other() {
    let mut house = House::postgres().await;
    let other = second(&house).await;
    let nadia = house.nadia().await;
    let mut told = other.feed().subscribe(nadia.mailbox());
    house.letter("t1", "Compte rendu").await;
    heard(told.changed()).await;
    assert_eq!(other.folder(&nadia, "INBOX").await.unwrap().messages, 1);

    assert!(other.recheck(&nadia, Channel::Imap, house.now).await.unwrap().is_none());
    house.later(1);
    house.change(CABINET, Change::DelegationEnded { person: id(NADIA) }).await;
    heard(told.changed()).await;
    assert_eq!(refused(other.recheck(&nadia, Channel::Imap, house.now).await), Refusal::RightLost);

    let kine = address(KINE);
    assert!(other.recipient(&kine).await.unwrap().is_some());
    let mut told = other.feed().subscribe(house.mailbox_id(KINE).await);
    house.change(KINE, Change::Closing).await;
    heard(told.changed()).await;
    let recipient = other.recipient(&kine).await.unwrap().unwrap();
    assert_eq!(rules::mail::accept(&recipient, house.now), Err(Refusal::MailboxClosed), "what was remembered was dropped");
    other.close().await;
    house.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_filing_at_once_number_messages_in_one_series() {
    let house = House::postgres().await;
    let other = second(&house).await;
    let (cabinet, kine) = (house.mailbox_id(CABINET).await, house.mailbox_id(KINE).await);
    let each = (0..40).map(|n| {
        let (store, now) = (if n % 2 == 0 { house.store.clone() } else { other.clone() }, house.now);
        // Recipients named in opposite orders must not wait for each other in a ring.
        let to = if n % 3 == 0 { vec![kine, cabinet] } else { vec![cabinet, kine] };
        tokio::spawn(async move { store.deliver(letter(to, &format!("t{}", n / 2), "x"), now).await })
    });
    for delivered in each.collect::<Vec<_>>() {
        delivered.await.unwrap().unwrap();
    }
    let claire = house.claire().await;
    let opened = other.open_folder(&claire, "INBOX").await.unwrap();
    assert_eq!(opened.uids, (1..=20).collect::<Vec<_>>(), "each transaction came from both nodes, and was filed once");
    other.close().await;
    house.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_lost_the_connection_looks_again_by_itself() {
    let house = House::postgres().await;
    let claire = house.claire().await;
    let mut told = house.store.feed().subscribe(claire.mailbox());
    let Engine::Postgres { schema, .. } = &house.config.engine else { panic!("PostgreSQL") };
    let listener = format!("query = 'LISTEN pli_{schema}' AND pid <> pg_backend_pid()");
    postgres(schema, &format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {listener}")).await;
    heard(told.changed()).await;
    // The listener is back when the sessions are told to look once more; from then on the others are heard again.
    heard(told.changed()).await;
    let other = second(&house).await;
    let cabinet = house.mailbox_id(CABINET).await;
    other.deliver(letter(vec![cabinet], "t1", "Compte rendu"), house.now).await.unwrap();
    heard(told.changed()).await;
    assert_eq!(house.look(&claire, "INBOX").await.len(), 1);
    other.close().await;
    house.end().await;
}
