//! The end of a mailbox: thirty days of reading, then its history alone.

use std::time::Duration;

use rules::access::Access;
use rules::movement::Change;
use rules::{Channel, Refusal};
use store::mail::Arrival;
use store::mail::search::Words;

use crate::coming_in::{large, objects_left};
use crate::house::{CABINET, CLAIRE, House, KINE, address, author, id, letter, on_both, refused};

const DAY: u64 = 24 * 3600;

/// An object; in both mailboxes: one for the two.
async fn object(house: &House, seed: u64, mailboxes: &[&str]) {
    let mut recipients = Vec::new();
    for mailbox in mailboxes {
        recipients.push(house.mailbox_id(mailbox).await);
    }
    let arrival = Arrival { bytes: large(seed), ..letter(recipients, &format!("large {seed}"), "Imagerie") };
    house.store.deliver(arrival, house.now).await.unwrap();
}

async fn index(house: &House, access: &Access) {
    let waiting = house.store.unindexed(access, 100, house.now).await.unwrap();
    let words =
        waiting.letters.iter().map(|letter| Words { message: letter.message, words: vec!["compte".to_owned(), "rendu".to_owned()] });
    house.store.index(access, words.collect(), house.now).await.unwrap();
}

on_both! {
    /// Proves: TRU-55, CAB-13.
    async fn thirty_days_after_its_closing_letters_and_key_are_gone_and_the_history_stays(house) {
        let cabinet = house.mailbox_id(CABINET).await;
        for n in 0..620 {
            house.letter(&format!("t{n}"), "Compte rendu").await;
        }
        object(house, 1, &[CABINET, KINE]).await;
        object(house, 2, &[CABINET]).await;
        let claire = house.claire().await;
        index(house, &claire).await;
        let tables = ["message", "body", "placement", "folder", "search_message", "search_term", "search_progress"];
        for table in tables {
            assert!(house.rows(table, cabinet).await > 0, "{table}: something to destroy");
        }
        house.later(1);
        let known = house.lines(Some(CABINET)).await.len();
        house.change(CABINET, Change::Closing).await;
        house.later(30 * DAY - 1);
        assert_eq!(house.store.close_due(house.now).await.unwrap(), 0);
        assert_eq!(house.store.destroy_due(house.now).await.unwrap(), 0, "it can still be reopened");
        assert_eq!(house.look(&house.knock(CABINET, CLAIRE).await.unwrap(), "INBOX").await.len(), 622);
        house.later(1);
        assert_eq!(house.store.close_due(house.now).await.unwrap(), 1);
        assert_eq!(house.store.destroy_due(house.now).await.unwrap(), 1);
        assert_eq!(house.store.destroy_due(house.now).await.unwrap(), 0, "once");
        for table in tables {
            assert_eq!(house.rows(table, cabinet).await, 0, "{table}");
        }
        assert_eq!(refused(house.knock(CABINET, CLAIRE).await), Refusal::NoRight);
        let lines = house.lines(Some(CABINET)).await;
        let last: Vec<_> = lines[known..].iter().map(|line| line.act.as_str()).collect();
        assert_eq!(last, ["movement.closing", "access.opened", "movement.closed", "content.destroyed", "access.refused"]);
        let karim = house.karim().await;
        assert_eq!(house.look(&karim, "INBOX").await.len(), 1, "what others hold is theirs, objects shared with them included");
        assert_eq!(objects_left(house, 1).await, 1);
    }
}

on_both! {
    /// Proves: TRU-55.
    async fn a_mailbox_reopened_in_time_loses_nothing(house) {
        house.letter("t1", "Compte rendu").await;
        house.change(CABINET, Change::Closing).await;
        house.later(29 * DAY);
        let claire = author(&id(CLAIRE));
        let at = address(CABINET);
        house.store.move_mailbox(&at, Change::Resumed, None, true, claire, Channel::Webmail, house.now, |_, _| Ok(())).await.unwrap();
        house.now = house.now.plus(Duration::from_secs(40 * DAY));
        assert_eq!((house.store.close_due(house.now).await.unwrap(), house.store.destroy_due(house.now).await.unwrap()), (0, 0));
        assert_eq!(house.look(&house.claire().await, "INBOX").await.len(), 1);
    }
}
