//! Webhooks: told of every movement in the order of its mailbox, again and again until they hear, then laid aside where people see it.

use std::time::Duration;

use rules::movement::Change;
use rules::{Author, Channel, Moment};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use store::accounts::{Delivery, NewWebhook, Told, sign};

use crate::house::{CABINET, CLAIRE, House, KARIM, NADIA, address, id, on_both, staff};

const LEASE: Duration = Duration::from_secs(30);

async fn listen(house: &House, url: &str, events: &[&str]) -> i64 {
    let events = events.iter().map(|&event| event.to_owned()).collect();
    let new = NewWebhook { url: url.to_owned(), secret: Some(SecretString::from("clé d'essai")), events };
    house.store.put_webhook(new, staff(), house.now).await.unwrap().0.id
}

async fn due(house: &House) -> Vec<Delivery> {
    house.store.webhooks_due("worker", 10, LEASE, house.now).await.unwrap()
}

async fn settle(house: &House, delivery: &Delivery, told: Told) {
    house.store.settle_webhook(delivery.id, told, house.now).await.unwrap();
}

fn away() -> Told {
    Told::Failed { why: "HTTP 503".to_owned() }
}

fn body(delivery: &Delivery) -> Value {
    serde_json::from_str(&delivery.body).unwrap()
}

#[test]
fn a_signature_can_be_made_again_by_whoever_has_the_key() {
    // printf '1795258800.{"id":"evt-1-4"}' | openssl dgst -sha256 -hmac secret
    let signed = sign(&SecretString::from("secret"), Moment::from_micros(1_795_258_800_999_999), "{\"id\":\"evt-1-4\"}");
    assert_eq!(signed, SIGNED);
}

const SIGNED: &str = "t=1795258800,v1=e45896eb26ba782810b059d6209afeb6e72641e4a10870fcd4473ae5a28e28a8";

on_both! {
    /// Proves: ENR-51.
    async fn a_movement_is_told_with_who_for_whom_and_its_place(house) {
        listen(house, "https://lps.test/hook", &["movement.*"]).await;
        listen(house, "https://other.test/hook", &["movement.closed"]).await;
        house.letter("t1", "Compte rendu").await;
        assert!(due(house).await.is_empty(), "letters are nobody's business");
        house.later(1);
        house.change(CABINET, Change::DelegationEnded { person: id(NADIA) }).await;
        let told = due(house).await;
        assert_eq!(told.len(), 1);
        assert_eq!((told[0].url.as_str(), told[0].event.as_str()), ("https://lps.test/hook", "movement.delegation_ended"));
        assert_eq!(told[0].secret.expose_secret(), "clé d'essai");
        let line = house.acts(CABINET, "movement.delegation_ended").await.pop().unwrap();
        let chain = house.mailbox_id(CABINET).await.0;
        let expected = json!({
            "id": format!("evt-{chain}-{}", line.seq), "type": "movement.delegation_ended", "at": house.now.to_string(),
            "mailbox": CABINET, "person": NADIA, "by": { "type": "person", "id": CLAIRE }, "seq": line.seq,
        });
        assert_eq!(body(&told[0]), expected);
        assert!(due(house).await.is_empty(), "leased to that worker");
        settle(house, &told[0], Told::Delivered).await;
        house.later(3600);
        assert!(due(house).await.is_empty());
        assert_eq!(house.store.next_webhook_due().await.unwrap(), None);
    }
}

on_both! {
    /// Proves: ENR-51.
    async fn events_of_a_mailbox_wait_for_each_other_and_for_no_other_mailbox(house) {
        listen(house, "https://lps.test/hook", &[]).await;
        house.change(CABINET, Change::DelegationEnded { person: id(NADIA) }).await;
        house.change(CABINET, Change::Delegated { person: id(NADIA), from: None, until: Some(house.now.plus(LEASE)) }).await;
        house.change(crate::house::KINE, Change::Delegated { person: id(NADIA), from: None, until: None }).await;
        let first = due(house).await;
        let names = |told: &[Delivery]| told.iter().map(|d| format!("{} {}", body(d)["mailbox"].as_str().unwrap(), d.event)).collect::<Vec<_>>();
        assert_eq!(names(&first), [format!("{CABINET} movement.delegation_ended"), format!("{} movement.delegated", crate::house::KINE)]);
        settle(house, &first[0], away()).await;
        settle(house, &first[1], Told::Delivered).await;
        assert!(due(house).await.is_empty(), "the second of the cabinet waits for the first");
        house.later(10);
        let again = due(house).await;
        assert_eq!((names(&again), again[0].attempts), (vec![format!("{CABINET} movement.delegation_ended")], 1));
        settle(house, &again[0], Told::Delivered).await;
        let second = due(house).await;
        assert_eq!(names(&second), [format!("{CABINET} movement.delegated")]);
        assert_eq!(body(&second[0])["until"], json!(house.now.minus(Duration::from_secs(10)).plus(LEASE).to_string()));
        // A worker that died gives it back when its lease is over; the number of the event stays the same.
        house.later(LEASE.as_secs());
        let other = house.store.webhooks_due("another", 10, LEASE, house.now).await.unwrap();
        assert_eq!((other.len(), &other[0].body), (1, &second[0].body));
    }
}

on_both! {
    /// Proves: ENR-51.
    async fn tries_go_from_ten_seconds_to_a_day_then_the_letter_is_dead_and_seen(house) {
        let webhook = listen(house, "https://lps.test/hook", &[]).await;
        house.change(CABINET, Change::DelegationEnded { person: id(NADIA) }).await;
        let mut waits = Vec::new();
        loop {
            let [delivery] = &due(house).await[..] else { break };
            settle(house, delivery, away()).await;
            let Some(next) = house.store.next_webhook_due().await.unwrap() else { break };
            waits.push(next.since(house.now).as_secs());
            house.now = next.minus(Duration::from_micros(1));
            assert!(due(house).await.is_empty(), "not before its time");
            house.now = next;
        }
        assert_eq!((waits.first(), waits.last()), (Some(&10), Some(&86_400)));
        assert!(waits.windows(2).all(|pair| pair[0] < pair[1]), "{waits:?}");
        let dead = house.store.dead_webhooks().await.unwrap();
        assert_eq!((dead.len(), dead[0].attempts, dead[0].last.as_deref()), (1, 11, Some("HTTP 503")));
        assert_eq!(house.store.webhooks().await.unwrap()[0].dead, 1);
        house.store.revive_webhook(dead[0].id, staff(), house.now).await.unwrap();
        assert_eq!(due(house).await[0].attempts, 0);
        house.store.remove_webhook(webhook, staff(), house.now).await.unwrap();
        assert!(due(house).await.is_empty() && house.store.webhooks().await.unwrap().is_empty());
        let acts: Vec<_> = house.lines(None).await.into_iter().map(|line| line.act).filter(|act| act.starts_with("webhook.")).collect();
        assert_eq!(acts, ["webhook.added", "webhook.revived", "webhook.removed"]);
    }
}

on_both! {
    /// Proves: ENR-51.
    async fn a_movement_that_was_refused_is_told_to_nobody(house) {
        listen(house, "https://lps.test/hook", &[]).await;
        let by = Author::Person { id: id(CLAIRE), capacity: None };
        let change = Change::Delegated { person: id(KARIM), from: None, until: None };
        let cabinet = address(CABINET);
        let refused = house.store.move_mailbox(&cabinet, change, None, true, by, Channel::Webmail, house.now, |_, _| {
            Err(rules::Refusal::NotEligible)
        });
        assert!(refused.await.is_err());
        assert!(due(house).await.is_empty());
    }
}
