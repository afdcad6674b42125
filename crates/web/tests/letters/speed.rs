//! How long pages of a full mailbox take. `PLI_LETTERS=10000 cargo nextest run -p web --test letters full_mailbox --no-capture` prints it.

use std::time::{Duration, Instant};

use bytes::Bytes;
use message::Glance;
use store::mail::{Append, Flags};

use crate::house::{CABINET, House};
use crate::mail::{LETTERS, NADIA, access, letter};

/// The median of some requests.
async fn median(times: usize, mut ask: impl AsyncFnMut()) -> Duration {
    let mut all = Vec::with_capacity(times);
    for _ in 0..times {
        let begun = Instant::now();
        ask().await;
        all.push(begun.elapsed());
    }
    all.sort();
    all[times / 2]
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_a_full_mailbox_are_drawn_and_timed() {
    let house = House::open().await;
    let count: u32 = std::env::var("PLI_LETTERS").ok().and_then(|text| text.parse().ok()).unwrap_or(300);
    let nadia = access(&house, CABINET, NADIA).await;
    let body = "Le patient a été revu ce jour en consultation. ".repeat(20);
    for n in 0..count {
        let bytes: Bytes = letter(&format!("Compte rendu numéro{n}"), &body).replace('\n', "\r\n").into();
        let glance = Glance::of(&bytes).encode().into();
        let append = Append { folder: "INBOX".into(), bytes, glance, message_id: None, flags: Flags::default(), internal_date: None };
        house.store.append(&nadia, append, rules::Channel::Imap, house.now()).await.expect("filed");
    }
    let browser = house.seated(NADIA).await;
    let list = median(21, async || drop(browser.get(LETTERS).await)).await;
    let middle = median(21, async || drop(browser.get(&format!("{LETTERS}?dossier=1&avant={}", count / 2)).await)).await;
    let open = median(21, async || drop(browser.get(&format!("{LETTERS}/1/{}", count - 7)).await)).await;
    let begun = Instant::now();
    let mut page = browser.get(&format!("{LETTERS}/recherche?q=numéro{}", count - 3)).await;
    while page.text.contains("n&#39;ont pas encore") {
        page = browser.get(&format!("{LETTERS}/recherche?q=numéro{}", count - 3)).await;
    }
    let indexed = begun.elapsed();
    page.shows(&format!("numéro{}", count - 3));
    let search = median(21, async || drop(browser.get(&format!("{LETTERS}/recherche?q=consultation")).await)).await;
    println!(
        "{count} letters: list {list:?}, page in the middle {middle:?}, open {open:?}, all words learnt in {indexed:?}, search {search:?}"
    );
    house.close().await;
}
