//! People's search: the same hits on both engines, no word readable at rest, nothing left of what was removed.

use store::Engine;
use store::mail::page::{Place, Which};
use store::mail::search::{Query, Words};

use crate::house::{House, on_both, refused};

/// Reads and indexes everything that waits; the words are those of the text, in lower case.
async fn index_all(house: &House) -> u64 {
    let nadia = house.nadia().await;
    let mut done = 0;
    loop {
        let waiting = house.store.unindexed(&nadia, 3, house.now).await.unwrap();
        if waiting.letters.is_empty() {
            assert_eq!(waiting.left, 0);
            return done;
        }
        let words = waiting.letters.iter().map(|letter| {
            let text = String::from_utf8_lossy(&letter.bytes).to_lowercase();
            let words = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_owned).collect();
            Words { message: letter.message, words }
        });
        let words: Vec<Words> = words.collect();
        done += words.len() as u64;
        house.store.index(&nadia, words.clone(), house.now).await.unwrap();
        house.store.index(&nadia, words, house.now).await.expect("twice does nothing");
    }
}

fn query(words: &[&[&str]]) -> Query {
    let words = words.iter().map(|forms| forms.iter().map(|f| (*f).to_owned()).collect()).collect();
    Query { words, from: None, until: None, before: None, limit: 50 }
}

async fn found(house: &House, query: Query) -> Vec<u32> {
    let nadia = house.nadia().await;
    house.store.search(&nadia, query, house.now).await.unwrap().into_iter().map(|hit| hit.stored.uid).collect()
}

on_both! {
    async fn letters_are_found_by_their_words_their_dates_and_page_by_page(house) {
        let texts = ["hospitalisation de madame X", "hospitalisation prévue", "ordonnance", "résultats de madame X", "rien"];
        for (n, text) in texts.iter().enumerate() {
            house.later(3600);
            house.letter(&format!("t{n}"), text).await;
        }
        assert_eq!(house.store.unindexed(&house.nadia().await, 2, house.now).await.unwrap().left, 3, "progress can be told");
        assert_eq!(index_all(house).await, 5);
        assert_eq!(found(house, query(&[&["hospitalisation"]])).await, [2, 1], "the newest first");
        assert_eq!(found(house, query(&[&["hospitalisation"], &["madame"]])).await, [1], "every word");
        assert_eq!(found(house, query(&[&["ordonnance", "résultats"]])).await, [4, 3], "any form of a word");
        assert!(found(house, query(&[&["absent"]])).await.is_empty());
        assert_eq!(found(house, query(&[])).await, [5, 4, 3, 2, 1]);
        let from = rules::Moment::parse("2026-11-21T10:00:00Z");
        let until = rules::Moment::parse("2026-11-21T12:00:00Z");
        assert_eq!(found(house, Query { from, until, ..query(&[]) }).await, [3, 2]);
        let nadia = house.nadia().await;
        let first = house.store.search(&nadia, Query { limit: 1, ..query(&[&["madame"]]) }, house.now).await.unwrap();
        assert_eq!((first.len(), first[0].stored.uid), (1, 4));
        assert!(first[0].stored.glance.is_some() && first[0].stored.bytes.is_none());
        assert_eq!(found(house, Query { before: Some(first[0].row), ..query(&[&["madame"]]) }).await, [1]);
        house.letter("t9", "madame arrive").await;
        assert_eq!(found(house, query(&[&["madame"]])).await, [4, 1], "not yet read for its words");
        assert_eq!(index_all(house).await, 1);
        assert_eq!(found(house, query(&[&["madame"]])).await, [6, 4, 1]);
    }
}

on_both! {
    /// Proves: CAB-10.
    async fn words_follow_a_letter_where_it_goes_and_vanish_with_it_and_other_mailboxes_find_nothing(house) {
        for n in 0..3 {
            house.letter(&format!("t{n}"), &format!("cardiologie numero{n} {}", (0..100).map(|w| format!("mot{n}x{w} ")).collect::<String>())).await;
        }
        index_all(house).await;
        let (nadia, karim) = (house.nadia().await, house.karim().await);
        assert!(house.store.search(&karim, query(&[&["cardiologie"]]), house.now).await.unwrap().is_empty());
        let inbox = house.store.mail_page(&nadia, &Which::Name("INBOX".into()), Place::Newest, 9, house.now).await.unwrap().folder.id;
        house.store.move_messages(&nadia, inbox, &[2], "Archive", rules::Channel::Webmail, house.now).await.unwrap();
        let hits = house.store.search(&nadia, query(&[&["numero1"]]), house.now).await.unwrap();
        assert_eq!(hits.len(), 1);
        assert_ne!(hits[0].folder, inbox);
        // A second copy of the same letter is one hit.
        house.store.copy(&nadia, inbox, &[1], "Archive", rules::Channel::Webmail, house.now).await.unwrap();
        assert_eq!(found(house, query(&[&["numero0"]])).await.len(), 1);
        let deleted = store::mail::FlagChange::Add(store::mail::Flags { system: store::mail::flag::DELETED, keywords: vec![] });
        house.store.set_flags(&nadia, inbox, &[3], deleted, None, rules::Channel::Webmail, house.now).await.unwrap();
        house.store.expunge(&nadia, inbox, None, rules::Channel::Webmail, house.now).await.unwrap();
        assert!(found(house, query(&[&["numero2"]])).await.is_empty());
        // The audit that ends this story sees that no word of it is left.
        house.change(crate::house::CABINET, rules::movement::Change::DelegationEnded { person: nadia.person().unwrap().clone() }).await;
        assert_eq!(refused(house.store.search(&nadia, query(&[]), house.now).await), rules::Refusal::RightLost);
        assert_eq!(refused(house.store.unindexed(&nadia, 5, house.now).await), rules::Refusal::RightLost);
    }
}

#[tokio::test]
async fn no_word_can_be_read_in_the_file() {
    let house = House::sqlite().await;
    house.letter("t1", "hospitalisation urgentissime de madame Chrysalide").await;
    index_all(&house).await;
    assert_eq!(found(&house, query(&[&["chrysalide"]])).await, [1]);
    house.store.close().await;
    let Engine::Sqlite { path } = &house.config.engine else { unreachable!("opened so above") };
    let files = std::fs::read_dir(path.parent().unwrap()).unwrap().filter_map(|entry| std::fs::read(entry.unwrap().path()).ok());
    for bytes in files {
        for word in ["hospitalisation", "chrysalide", "Chrysalide", "urgentissime"] {
            assert!(!bytes.windows(word.len()).any(|window| window == word.as_bytes()), "{word} stands in the file");
        }
    }
}
