//! A page that stays open is told what comes, and when its right is over.

use std::time::Duration;

use crate::house::{CABINET, House, address, idnat};
use crate::mail::{CLAIRE, LETTERS, NADIA, deliver, letter};

/// Reads events until one of that name.
async fn until(reply: &mut reqwest::Response, seen: &mut String, name: &str) {
    let wait = async {
        while !seen.contains(&format!("event: {name}\n")) {
            match reply.chunk().await.expect("the stream goes on") {
                Some(bytes) => seen.push_str(&String::from_utf8_lossy(&bytes)),
                None => panic!("the stream ended: {seen}"),
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), wait).await.unwrap_or_else(|_| panic!("no {name}"));
}

/// Proves: PSC-39.
#[tokio::test(flavor = "multi_thread")]
async fn an_arrival_is_told_and_the_end_of_a_right_closes_the_page_within_five_seconds() {
    let house = House::open().await;
    let nadia = house.seated(NADIA).await;
    let port = house.base.rsplit_once(':').expect("a port").1;
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let cookie = format!("pli-{port}={}", nadia.cookie("pli").expect("signed in"));
    let mut reply = http.get(format!("{}{LETTERS}/direct", house.base)).header("cookie", cookie).send().await.expect("a stream");
    assert!(reply.headers()["content-type"].to_str().expect("text").starts_with("text/event-stream"));
    let mut seen = String::new();
    until(&mut reply, &mut seen, "ouvert").await;
    deliver(&house, CABINET, &letter("Nouvelle", "x")).await;
    until(&mut reply, &mut seen, "arrivee").await;
    assert!(seen.contains("data: 1 nouvelle lettre") && seen.contains("event: change") && !seen.contains("Nouvelle"), "{seen}");
    let end = rules::movement::Change::DelegationEnded { person: idnat(NADIA) };
    let by = rules::Author::Person { id: idnat(CLAIRE), capacity: None };
    let begun = std::time::Instant::now();
    house
        .store
        .move_mailbox(&address(CABINET), end, None, true, by, rules::Channel::Webmail, house.now(), |_, _| Ok(()))
        .await
        .expect("ended");
    until(&mut reply, &mut seen, "termine").await;
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert!(seen.contains("event: fin") && seen.contains("pris fin"), "{seen}");
    house.close().await;
}

/// Proves: DEL-08.
#[tokio::test(flavor = "multi_thread")]
async fn a_right_that_ends_by_itself_closes_the_page_too() {
    let house = House::open().await;
    // Lucie replaces for twelve days.
    let lucie = house.seated("899790000030").await;
    let port = house.base.rsplit_once(':').expect("a port").1;
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let cookie = format!("pli-{port}={}", lucie.cookie("pli").expect("signed in"));
    let mut reply = http.get(format!("{}{LETTERS}/direct", house.base)).header("cookie", cookie).send().await.expect("a stream");
    let mut seen = String::new();
    until(&mut reply, &mut seen, "ouvert").await;
    house.advance(Duration::from_secs(13 * 86_400));
    until(&mut reply, &mut seen, "fin").await;
    house.close().await;
}
