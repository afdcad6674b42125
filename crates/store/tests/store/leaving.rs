//! Messages that leave: accepted in one transaction, tried under a lease, settled with their line and their report.

use std::time::Duration;

use rules::{Channel, Domain, Refusal};
use serde_json::json;
use store::Error;
use store::folders::FolderId;
use store::mail::{Append, FlagChange, Flags, SendTo, Sending, flag};
use store::queue::{Outcome, QueueAct, QueueId, QueueState, Report};

use crate::house::{CABINET, House, KINE, NADIA, address, bytes, id, on_both, refused, staff};

const LEASE: Duration = Duration::from_secs(120);
const SENT: FolderId = FolderId(2);

fn sending(house: &House, to: &[&str]) -> Sending {
    Sending {
        bytes: bytes("Réponse"),
        glance: bytes("glance"),
        message_id: "reponse-1@pli.mssante.test".to_owned(),
        recipients: to.iter().map(|to| SendTo { address: address(to), notify: Some(3), original: Some("rfc822;x".to_owned()) }).collect(),
        envelope_id: Some("env-1".to_owned()),
        return_full: true,
        transaction: "s1".to_owned(),
        channel: Channel::Smtp,
        facts: json!({ "azp": "lps-demo" }),
        report: false,
        expires: house.now.plus(Duration::from_secs(48 * 3600)),
    }
}

const PEER: &str = "cardiologie@voisin.mssante.test";

async fn due(house: &House, worker: &str) -> Vec<QueueId> {
    house.store.due(worker, 10, LEASE, house.now).await.unwrap().into_iter().map(|row| row.id).collect()
}

on_both! {
    /// Proves: CAB-16, LPS-53, MSG-11, invariant 10.
    async fn what_was_accepted_waits_with_its_author(house) {
        let nadia = house.nadia().await;
        assert_eq!(house.store.next_due().await.unwrap(), None);
        house.store.send(&nadia, sending(house, &[PEER, KINE]), house.now).await.unwrap();
        tokio::time::timeout(Duration::from_secs(5), house.store.feed().queue_changed()).await.expect("the courier is woken");
        house.restart().await;
        let [first, second] = &house.store.due("w1", 10, LEASE, house.now).await.unwrap()[..] else { panic!("two rows") };
        assert_eq!((&first.recipient, &second.recipient), (&address(PEER), &address(KINE)));
        assert_eq!((first.sender.clone(), first.author.person()), (Some(address(CABINET)), Some(&id(NADIA))));
        assert_eq!((first.message_id.as_str(), first.envelope_id.as_deref()), ("reponse-1@pli.mssante.test", Some("env-1")));
        assert_eq!((first.original.as_deref(), first.notify, first.return_full), (Some("rfc822;x"), Some(3), true));
        assert_eq!(first.message, second.message);
        assert_eq!(house.store.queued_bytes(first.id).await.unwrap(), bytes("Réponse"));
        let [copy] = &house.look(&house.nadia().await, "Sent").await[..] else { panic!("one copy") };
        assert_eq!((copy.flags.system, copy.bytes.clone().unwrap()), (flag::SEEN, bytes("Réponse")));
        let [sent] = &house.acts(CABINET, "message.sent").await[..] else { panic!("one line") };
        assert_eq!(sent.author.person(), Some(&id(NADIA)));
        assert_eq!(sent.facts, json!({ "azp": "lps-demo", "size": copy.size, "recipients": 2, "report": false }));
    }
}

on_both! {
    async fn a_leased_row_is_nobody_elses_until_the_lease_ends(house) {
        let nadia = house.nadia().await;
        house.store.send(&nadia, sending(house, &[PEER]), house.now).await.unwrap();
        assert_eq!(due(house, "w1").await.len(), 1);
        assert!(due(house, "w2").await.is_empty());
        assert_eq!(house.store.next_due().await.unwrap(), Some(house.now.plus(LEASE)), "when the worker may be thought dead");
        house.later(119);
        assert!(due(house, "w2").await.is_empty());
        house.later(1);
        assert_eq!(due(house, "w2").await.len(), 1);
    }
}

on_both! {
    async fn several_workers_share_the_rows_without_meeting(house) {
        let nadia = house.nadia().await;
        let to: Vec<String> = (0..30).map(|n| format!("r{n}@voisin.mssante.test")).collect();
        house.store.send(&nadia, sending(house, &to.iter().map(String::as_str).collect::<Vec<_>>()), house.now).await.unwrap();
        let workers = (0..5).map(|w| {
            let (store, now) = (house.store.clone(), house.now);
            tokio::spawn(async move {
                let mut mine = Vec::new();
                loop {
                    let taken = store.due(&format!("w{w}"), 4, LEASE, now).await.unwrap();
                    if taken.is_empty() {
                        return mine;
                    }
                    mine.extend(taken.into_iter().map(|row| row.id.0));
                }
            })
        });
        let mut all = Vec::new();
        for worker in workers.collect::<Vec<_>>() {
            all.extend(worker.await.unwrap());
        }
        // Rows that another worker was just taking are skipped, not waited for: whoever comes next gets them.
        all.extend(due(house, "last").await.into_iter().chain(due(house, "last").await).chain(due(house, "last").await).map(|id| id.0));
        all.sort_unstable();
        let taken = all.len();
        all.dedup();
        assert_eq!((taken, all.len()), (30, 30));
    }
}

on_both! {
    /// Proves: TRU-40.
    async fn a_try_is_settled_with_its_line(house) {
        let nadia = house.nadia().await;
        house.store.send(&nadia, sending(house, &[PEER, KINE]), house.now).await.unwrap();
        let [peer, here] = due(house, "w1").await[..] else { panic!("two rows") };
        let next = house.now.plus(Duration::from_secs(60));
        let retry = Outcome::Retry { next, cause: "451 4.3.0 SURCHARGE".to_owned(), facts: json!({ "host": "mss.voisin" }) };
        house.store.settle(peer, retry, None, house.now).await.unwrap();
        house.store.settle(here, Outcome::DeliveredHere, None, house.now).await.unwrap();
        assert!(due(house, "w1").await.is_empty());
        assert_eq!(house.store.next_due().await.unwrap(), Some(next));
        house.later(60);
        let [row] = &house.store.due("w1", 10, LEASE, house.now).await.unwrap()[..] else { panic!("one row") };
        assert_eq!((row.id, row.attempts, row.last.as_deref()), (peer, 1, Some("451 4.3.0 SURCHARGE")));
        let facts = json!({ "host": "mss.voisin", "dn": "CN=mss", "tls": "TLS1.3", "reply": "250 2.0.0 ok" });
        house.store.settle(peer, Outcome::Delivered { facts }, None, house.now).await.unwrap();
        let again = house.store.settle(peer, Outcome::DeliveredHere, None, house.now).await;
        assert!(matches!(again, Err(Error::NotFound(_))), "settled once");
        let lines = house.lines(Some(CABINET)).await;
        let told: Vec<_> = lines.iter().filter(|l| l.author == rules::Author::task("courier")).map(|l| (l.act.as_str(), &l.facts["to"])).collect();
        assert_eq!(told, [("message.delayed", &json!(PEER)), ("message.delivered", &json!(KINE)), ("message.delivered", &json!(PEER))]);
        assert!(house.store.queue().await.unwrap().iter().all(|row| row.state == QueueState::Delivered), "shown for a day");
        assert_eq!(house.look(&nadia, "Sent").await.len(), 1, "the copy stays");
        house.later(25 * 3600);
        house.store.send(&nadia, sending(house, &[PEER]), house.now).await.unwrap();
        let [last] = due(house, "w1").await[..] else { panic!("one row") };
        house.store.settle(last, Outcome::DeliveredHere, None, house.now).await.unwrap();
        assert_eq!(house.store.queue().await.unwrap().len(), 1, "the old ones are gone");
    }
}

fn report(house: &House, to: &str) -> Report {
    Report {
        to: address(to),
        bytes: bytes("Non remis"),
        glance: bytes("g"),
        message_id: "dsn-1@pli.mssante.test".to_owned(),
        transaction: format!("dsn-{to}"),
        expires: house.now.plus(Duration::from_secs(3600)),
    }
}

fn failed() -> Outcome {
    Outcome::Failed { cause: "550 5.1.1 BAL-INCONNUE".to_owned(), status: "5.1.1".to_owned(), facts: json!({}) }
}

on_both! {
    /// Proves: MSG-20.
    async fn a_failure_is_reported_in_the_same_transaction(house) {
        let nadia = house.nadia().await;
        house.store.send(&nadia, sending(house, &[PEER, KINE]), house.now).await.unwrap();
        let [peer, here] = due(house, "w1").await[..] else { panic!("two rows") };
        house.store.tell_delay(peer, Some(report(house, CABINET)), house.now).await.unwrap();
        assert!(house.store.queue().await.unwrap()[0].delay_told);
        house.store.settle(peer, failed(), Some(Report { transaction: "dsn-2".to_owned(), ..report(house, CABINET) }), house.now).await.unwrap();
        let inbox = house.look(&nadia, "INBOX").await;
        assert_eq!(inbox.len(), 2);
        assert!(inbox[0].bytes.as_deref().unwrap().ends_with(&bytes("Non remis")));
        assert_eq!(house.acts(CABINET, "message.failed").await[0].facts["status"], "5.1.1");

        house.store.settle(here, failed(), Some(report(house, PEER)), house.now).await.unwrap();
        let [dsn] = &house.store.due("w1", 10, LEASE, house.now).await.unwrap()[..] else { panic!("the report waits") };
        assert_eq!((dsn.mailbox, dsn.sender.clone(), &dsn.recipient, dsn.notify), (None, None, &address(PEER), Some(0)));
        assert_eq!(house.store.queued_bytes(dsn.id).await.unwrap(), bytes("Non remis"));
        house.store.settle(dsn.id, Outcome::DeliveredHere, None, house.now).await.unwrap();
        assert_eq!(house.lines(None).await.last().unwrap().act, "message.delivered", "our own reports are in the register's chain");
    }
}

on_both! {
    async fn a_message_waits_even_when_its_copy_is_gone(house) {
        let nadia = house.nadia().await;
        house.store.send(&nadia, sending(house, &[PEER]), house.now).await.unwrap();
        let deleted = FlagChange::Add(Flags { system: flag::DELETED, keywords: vec![] });
        house.store.set_flags(&nadia, SENT, &[1], deleted, None, Channel::Imap, house.now).await.unwrap();
        house.store.expunge(&nadia, SENT, None, Channel::Imap, house.now).await.unwrap();
        let [row] = due(house, "w1").await[..] else { panic!("one row") };
        assert_eq!(house.store.queued_bytes(row).await.unwrap(), bytes("Réponse"));
        house.store.settle(row, Outcome::DeliveredHere, None, house.now).await.unwrap();
        assert!(matches!(house.store.queued_bytes(row).await, Err(Error::NotFound(_))), "and goes when nobody waits any more");
    }
}

on_both! {
    /// Proves: LPS-53.
    async fn the_clients_copy_takes_the_place_of_the_servers(house) {
        let nadia = house.nadia().await;
        house.store.send(&nadia, sending(house, &[PEER]), house.now).await.unwrap();
        let own = |message_id: &str| Append {
            folder: "Sent".to_owned(),
            bytes: bytes("Réponse, vue du client"),
            glance: bytes("g"),
            message_id: Some(message_id.to_owned()),
            flags: Flags::default(),
            internal_date: None,
        };
        house.later(23 * 3600);
        let placed = house.store.append(&nadia, own("reponse-1@pli.mssante.test"), Channel::Imap, house.now).await.unwrap();
        assert_eq!(placed.uids, [(0, 2)]);
        let [copy] = &house.look(&nadia, "Sent").await[..] else { panic!("exactly one copy") };
        assert_eq!(copy.bytes.clone().unwrap(), bytes("Réponse, vue du client"));
        house.store.append(&nadia, own("autre@pli.mssante.test"), Channel::Imap, house.now).await.unwrap();
        assert_eq!(house.look(&nadia, "Sent").await.len(), 2, "another message takes nobody's place");
        let [row] = due(house, "w1").await[..] else { panic!("one row") };
        assert_eq!(house.store.queued_bytes(row).await.unwrap(), bytes("Réponse"), "what leaves is what was accepted");

        house.store.send(&nadia, Sending { message_id: "tard@pli".to_owned(), ..sending(house, &[PEER]) }, house.now).await.unwrap();
        house.later(24 * 3600);
        house.store.append(&nadia, own("tard@pli"), Channel::Imap, house.now).await.unwrap();
        assert_eq!(house.look(&nadia, "Sent").await.len(), 4, "after a day both stay");
    }
}

on_both! {
    async fn a_disposition_report_leaves_without_copy_and_without_sender(house) {
        let nadia = house.nadia().await;
        house.store.send(&nadia, Sending { report: true, ..sending(house, &[PEER]) }, house.now).await.unwrap();
        assert!(house.look(&nadia, "Sent").await.is_empty());
        let [row] = &house.store.due("w1", 10, LEASE, house.now).await.unwrap()[..] else { panic!("one row") };
        assert_eq!((row.sender.clone(), row.mailbox), (None, Some(nadia.mailbox())));
        house.store.settle(row.id, Outcome::DeliveredHere, None, house.now).await.unwrap();
    }
}

on_both! {
    async fn staff_holds_releases_and_retries(house) {
        let nadia = house.nadia().await;
        house.store.send(&nadia, sending(house, &[PEER, KINE]), house.now).await.unwrap();
        let voisin = Domain::parse("voisin.mssante.test").unwrap();
        let act = async |act, id, domain| house.store.queue_act(act, id, domain, staff(), house.now).await.unwrap();
        assert_eq!(act(QueueAct::Hold, None, Some(&voisin)).await, 1);
        assert_eq!(due(house, "w1").await.len(), 1);
        let held: Vec<_> = house.store.queue().await.unwrap().into_iter().filter(|row| row.state == QueueState::Held).collect();
        assert_eq!(act(QueueAct::Release, Some(held[0].id), None).await, 1);
        assert_eq!(act(QueueAct::Release, None, None).await, 0);
        assert_eq!(due(house, "w2").await, [held[0].id]);
        assert_eq!(act(QueueAct::Retry, None, None).await, 2, "a retry takes the leases back");
        assert_eq!(due(house, "w3").await.len(), 2);
        let lines = house.lines(None).await;
        let acts: Vec<_> = lines.iter().filter(|l| l.act.starts_with("queue.")).map(|l| l.act.as_str()).collect();
        assert_eq!(acts, ["queue.held", "queue.released", "queue.retried"]);
    }
}

on_both! {
    /// Proves: PSC-39.
    async fn nothing_is_accepted_from_somebody_who_lost_the_right(house) {
        let nadia = house.nadia().await;
        house.later(1);
        house.change(CABINET, rules::movement::Change::DelegationEnded { person: id(NADIA) }).await;
        assert_eq!(refused(house.store.send(&nadia, sending(house, &[PEER]), house.now).await), Refusal::RightLost);
        assert!(house.store.queue().await.unwrap().is_empty());
        assert!(house.look(&house.claire().await, "Sent").await.is_empty());
    }
}

on_both! {
    async fn rows_taken_by_mistake_are_given_back_and_those_of_the_dead_resumed(house) {
        let nadia = house.nadia().await;
        house.store.send(&nadia, sending(house, &[PEER, KINE]), house.now).await.unwrap();
        let rows = due(house, "w1").await;
        house.store.give_back("w2", rows.clone()).await.unwrap();
        assert!(due(house, "w2").await.is_empty(), "only who took them gives them back");
        house.store.give_back("w1", vec![rows[0]]).await.unwrap();
        assert_eq!(due(house, "w2").await, [rows[0]]);
        house.restart().await;
        house.store.resume_queue().await.unwrap();
        let alone = matches!(house.config.engine, store::Engine::Sqlite { .. });
        assert_eq!(due(house, "w3").await.len(), if alone { 2 } else { 0 }, "on PostgreSQL another node may be at work on them");
    }
}
