//! The journal: one chain a mailbox, the same on both engines, where nothing can be altered unseen; and the leases.

use std::time::Duration;

use rules::journal::{Act, Entry};
use rules::{Author, Channel};
use store::history::{Placed, Query};
use store::mail::Want;

use crate::house::{CABINET, CLAIRE, House, NADIA, address, id, on_both, staff};

async fn some_life(house: &mut House) {
    house.letter("t1", "Un").await;
    house.later(60);
    house.letter("t2", "Deux").await;
    let nadia = house.nadia().await;
    let inbox = house.store.folder(&nadia, "INBOX").await.unwrap().id;
    let want = Want { bytes: true, mark_seen: true, to_person: true, glance: false };
    house.store.read(&nadia, inbox, &[1, 2], want, Channel::Imap, house.now).await.unwrap();
    house.later(60);
    house.claire().await;
}

async fn hashes(house: &House) -> Vec<String> {
    let mut hashes = Vec::new();
    for chain in [None, Some(CABINET)] {
        hashes.extend(house.lines(chain).await.into_iter().map(|line| line.hash));
    }
    hashes
}

/// Proves: invariant 5 and "two engines, one set of commands".
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_engines_write_the_same_chains() {
    let (mut sqlite, mut postgres) = (House::sqlite().await, House::postgres().await);
    some_life(&mut sqlite).await;
    some_life(&mut postgres).await;
    let one = hashes(&sqlite).await;
    assert_eq!(one.len(), 16);
    assert_eq!(one, hashes(&postgres).await);
    sqlite.end().await;
    postgres.end().await;
}

on_both! {
    /// Proves: CAB-08, CAB-16, DEL-03.
    async fn the_journal_is_asked_by_mailbox_time_and_author(house) {
        let begin = house.now;
        some_life(house).await;
        let ask = async |query: Query| {
            let query = Query { mailbox: Some(address(CABINET)), ..query };
            house.store.journal_lines(query).await.unwrap().into_iter().map(|p| p.line.act).collect::<Vec<_>>()
        };
        let nadia = ask(Query { author: Some(id(NADIA)), ..Query::default() }).await;
        assert_eq!(nadia, ["access.opened", "message.fetched", "message.opened", "message.opened"]);
        assert_eq!(ask(Query { since: Some(house.now), ..Query::default() }).await, ["access.opened"]);
        let first = ask(Query { until: Some(begin.plus(Duration::from_secs(1))), ..Query::default() }).await;
        assert_eq!(first, ["movement.opened", "movement.delegated", "message.received"]);
        assert_eq!(ask(Query { limit: Some(2), ..Query::default() }).await.len(), 2);
        let mut figures = std::collections::BTreeMap::new();
        let mut fold = |placed: &Placed| *figures.entry(placed.mailbox.clone()).or_insert(0) += 1;
        house.store.fold_journal(begin.plus(Duration::from_secs(30)), house.now.plus(Duration::from_secs(1)), &mut fold).await.unwrap();
        assert_eq!(figures.into_iter().collect::<Vec<_>>(), [(Some(address(CABINET)), 6)]);
    }
}

on_both! {
    /// Proves: TRU-58, invariant 5.
    async fn whoever_alters_a_line_is_found_out(house) {
        some_life(house).await;
        let sound = house.store.verify_journal().await.unwrap();
        assert_eq!((sound.chains, sound.faults.len()), (3, 0));
        assert!(sound.lines > 15);
        let chain = house.mailbox_id(CABINET).await.0;
        let kept = "CREATE TABLE kept AS SELECT * FROM journal";
        let back = "DELETE FROM journal; INSERT INTO journal SELECT * FROM kept";
        house.tamper(kept).await;
        let line = format!("chain = {chain} AND seq = 4");
        for (how, fault) in [
            (format!("UPDATE journal SET author = '{{\"type\":\"staff\",\"id\":\"x\"}}' WHERE {line}"), "line 4 is not"),
            (format!("UPDATE journal SET at = at + 1 WHERE {line}"), "line 4 is not"),
            (format!("UPDATE journal SET act = 'message.copied' WHERE {line}"), "line 4 is not"),
            (format!("UPDATE journal SET object = '7' WHERE {line}"), "line 4 is not"),
            (format!("UPDATE journal SET channel = 'cli' WHERE {line}"), "line 4 is not"),
            (format!("UPDATE journal SET facts = '{{}}' WHERE {line}"), "line 4 is not"),
            (format!("DELETE FROM journal WHERE {line}"), "line 4 is missing"),
            (format!("DELETE FROM journal WHERE chain = {chain} AND seq > 4"), "lines after 4 are missing"),
            (format!("INSERT INTO journal SELECT chain, seq + 1000, at, author, act, object, channel, facts, hash FROM journal WHERE {line}"), "after the head"),
        ] {
            house.tamper(&how).await;
            let faults = house.store.verify_journal().await.unwrap().faults;
            assert!(faults.len() == 1 && faults[0].starts_with(CABINET) && faults[0].contains(fault), "{how}: {faults:?}");
            house.tamper(back).await;
        }
        assert!(house.store.verify_journal().await.unwrap().faults.is_empty());
    }
}

on_both! {
    async fn an_altered_message_does_not_open(house) {
        some_life(house).await;
        let nadia = house.nadia().await;
        let chain = nadia.mailbox().0;
        let exchange = format!(
            "UPDATE body SET message = message + 100 WHERE mailbox = {chain}; UPDATE body SET message = 103 - message WHERE mailbox = {chain}"
        );
        house.tamper(&exchange).await;
        let inbox = house.store.folder(&nadia, "INBOX").await.unwrap().id;
        let want = Want { bytes: true, ..Want::default() };
        assert!(house.store.read(&nadia, inbox, &[1], want, Channel::Imap, house.now).await.is_err(), "the body of another message");
        assert_eq!(house.store.audit().await.unwrap().len(), 2);
        house.tamper(&exchange).await;
    }
}

on_both! {
    async fn others_add_their_lines_to_the_registers_chain(house) {
        let entry = Entry {
            at: house.now,
            author: Author::task("whitelist"),
            act: Act::ListAccepted,
            object: "12".to_owned(),
            channel: Channel::System,
            facts: serde_json::json!({ "entries": 6494 }),
        };
        house.store.journal(entry).await.unwrap();
        let last = house.lines(None).await.pop().unwrap();
        assert_eq!((last.act.as_str(), last.facts["entries"].as_u64()), ("list.accepted", Some(6494)));
        let structure = rules::register::Structure {
            id: "499790000014017".to_owned(),
            name: "Cabinet des Lilas".to_owned(),
            ..Default::default()
        };
        house.store.put_structure(&structure, staff(), house.now).await.unwrap();
        assert_eq!(house.store.structure("499790000014017").await.unwrap(), Some(structure));
        assert_eq!(house.store.structure("x").await.unwrap(), None);
        assert_eq!(house.store.person(&id(CLAIRE)).await.unwrap().unwrap().name(), "Claire TILLEUL");
    }
}

on_both! {
    async fn one_node_at_a_time_holds_a_lease(house) {
        let minute = Duration::from_secs(60);
        let take = async |house: &House, who: &str| house.store.lease("courier", who, minute, house.now).await.unwrap();
        assert!(take(house, "a").await);
        assert!(!take(house, "b").await);
        house.later(59);
        assert!(take(house, "a").await, "renewed");
        house.later(59);
        assert!(!take(house, "b").await);
        house.later(1);
        assert!(take(house, "b").await, "the first one is gone");
        assert!(!take(house, "a").await);
        assert!(house.store.lease("figures", "a", minute, house.now).await.unwrap(), "another job");
    }
}
