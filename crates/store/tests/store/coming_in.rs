//! Messages that come in: filed once, whole, sealed, durable; all recipients or none.

use std::collections::BTreeSet;

use bytes::Bytes;
use rules::movement::Change;
use rules::{Channel, Refusal};
use store::Engine;
use store::mail::{FlagChange, Flags, flag};

use crate::house::{CABINET, House, KINE, address, bytes, letter, on_both, refused};

on_both! {
    /// Proves: TRU-28, CAB-16.
    async fn a_letter_is_filed_whole_and_the_journal_says_so(house) {
        house.letter("t1", "Compte rendu").await;
        let nadia = house.nadia().await;
        let inbox = house.store.folder(&nadia, "inbox").await.unwrap();
        let [message] = &house.look(&nadia, "INBOX").await[..] else { panic!("one letter") };
        let line = format!("Delivered-To: {CABINET}\r\n");
        assert_eq!(message.bytes.as_deref().unwrap(), [line.as_bytes(), &bytes("Compte rendu")].concat());
        assert_eq!(message.glance.as_deref().unwrap(), b"glance of Compte rendu");
        assert_eq!((message.glance_shift as usize, message.size as usize), (line.len(), line.len() + bytes("Compte rendu").len()));
        assert_eq!((message.uid, message.message, message.flags.system, message.internal_date), (1, 1, 0, house.now));
        assert_eq!((inbox.name.as_str(), inbox.messages, inbox.unseen, inbox.uid_next, inbox.size), ("INBOX", 1, 1, 2, message.size.into()));
        let [received] = &house.acts(CABINET, "message.received").await[..] else { panic!("one line") };
        assert_eq!((received.object.as_str(), received.channel), ("1", Channel::Smtp));
        assert_eq!(received.facts, serde_json::json!({ "nil": "I10", "size": message.size }));
    }
}

on_both! {
    async fn the_same_transaction_is_filed_once(house) {
        house.letter("t1", "Compte rendu").await;
        house.letter("t1", "Compte rendu").await;
        house.restart().await;
        house.letter("t1", "Compte rendu").await;
        house.letter("t2", "Un autre").await;
        assert_eq!(house.look(&house.nadia().await, "INBOX").await.len(), 2);
        assert_eq!(house.acts(CABINET, "message.received").await.len(), 2);
    }
}

on_both! {
    /// Proves: TRU-53.
    async fn a_mailbox_closed_meanwhile_takes_nothing_and_neither_do_the_others(house) {
        let both = vec![house.mailbox_id(CABINET).await, house.mailbox_id(KINE).await];
        house.store.deliver(letter(both.clone(), "t1", "Pour tous"), house.now).await.unwrap();
        house.change(KINE, Change::Closing).await;
        house.change(KINE, Change::Closed).await;
        let refusal = refused(house.store.deliver(letter(both, "t2", "Trop tard"), house.now).await);
        assert_eq!(refusal, Refusal::MailboxClosed);
        assert_eq!(house.look(&house.nadia().await, "INBOX").await.len(), 1);
        let recipient = house.store.recipient(&address(KINE)).await.unwrap().unwrap();
        assert_eq!(rules::mail::accept(&recipient, house.now), Err(Refusal::MailboxClosed), "the cache was dropped");
        assert_eq!(house.store.recipient(&address("personne@pli.mssante.test")).await.unwrap(), None);
    }
}

/// Text that zstd cannot shrink below 64 KiB.
pub fn large(seed: u64) -> Bytes {
    let entropy = rules::Entropy::seeded(seed);
    let lines = (0..2_000).map(|_| format!("{}\r\n", entropy.bytes::<32>().map(|b| format!("{b:02x}")).concat()));
    Bytes::from(format!("Subject: Imagerie\r\n\r\n{}", lines.collect::<String>()))
}

fn objects(house: &House) -> usize {
    let folders = std::fs::read_dir(house.dir.path().join("blobs")).unwrap();
    folders.flat_map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap()).count()
}

/// How many there are once so many are left: the removal goes on beside its caller, in a few milliseconds.
pub async fn objects_left(house: &House, wanted: usize) -> usize {
    for _ in 0..500 {
        if objects(house) == wanted {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    objects(house)
}

on_both! {
    async fn a_large_message_is_an_object_until_its_last_copy_goes(house) {
        let both = vec![house.mailbox_id(CABINET).await, house.mailbox_id(KINE).await];
        let arrival = store::mail::Arrival { bytes: large(1), ..letter(both, "t1", "Imagerie") };
        house.store.deliver(arrival.clone(), house.now).await.unwrap();
        house.store.deliver(arrival, house.now).await.unwrap();
        assert_eq!(objects(house), 1, "shared by its two copies, and filed once");
        for access in [house.nadia().await, house.karim().await] {
            assert_eq!(objects(house), 1);
            let [message] = &house.look(&access, "INBOX").await[..] else { panic!("one message") };
            assert_eq!(&message.bytes.as_deref().unwrap()[message.glance_shift as usize..], &large(1)[..]);
            let inbox = house.store.folder(&access, "INBOX").await.unwrap().id;
            let deleted = FlagChange::Add(Flags { system: flag::DELETED, keywords: vec![] });
            house.store.set_flags(&access, inbox, &[1], deleted, None, Channel::Imap, house.now).await.unwrap();
            assert_eq!(house.store.expunge(&access, inbox, None, Channel::Imap, house.now).await.unwrap(), [1]);
        }
        assert_eq!(objects_left(house, 0).await, 0);
    }
}

on_both! {
    /// Proves: invariant 12.
    async fn nothing_of_a_message_can_be_read_at_rest(house) {
        house.letter("t1", "Rectocolite hémorragique").await;
        let nadia = house.nadia().await;
        house.store.create_folder(&nadia, "Dossier de Monsieur Peuplier", rules::Channel::Imap, house.now).await.unwrap();
        let mut kept = Vec::new();
        match &house.config.engine {
            Engine::Sqlite { path } => {
                for suffix in ["", "-wal"] {
                    kept.extend(std::fs::read(format!("{}{suffix}", path.display())).unwrap_or_default());
                }
            }
            Engine::Postgres { schema, .. } => {
                let (client, connection) = tokio_postgres::connect(&crate::house::postgres_url(), tokio_postgres::NoTls).await.unwrap();
                tokio::spawn(connection);
                for table in ["message", "body", "folder", "placement", "journal", "mailbox", "delivered"] {
                    for row in client.query(&format!("SELECT CAST(t AS TEXT) FROM {schema}.{table} t"), &[]).await.unwrap() {
                        kept.extend(row.get::<_, String>(0).into_bytes());
                    }
                }
            }
        }
        let found = |word: &str| [word.to_owned(), hex::encode(word)].iter().any(|w| kept.windows(w.len()).any(|k| k == w.as_bytes()));
        assert!(found("cabinet.des-lilas"), "the search itself works");
        for word in ["Rectocolite", "Subject", "glance of", "cardiologie@", "t1@voisin", "Peuplier", "INBOX"] {
            assert!(!found(word), "{word} can be read");
        }
    }
}

on_both! {
    async fn sixty_four_deliveries_at_once_get_each_their_uid(house) {
        let cabinet = house.mailbox_id(CABINET).await;
        let each = (0..64).map(|n| {
            let (store, now) = (house.store.clone(), house.now);
            tokio::spawn(async move { store.deliver(letter(vec![cabinet], &format!("t{n}"), &format!("Lettre {n}")), now).await })
        });
        for delivered in each.collect::<Vec<_>>() {
            delivered.await.unwrap().unwrap();
        }
        let messages = house.look(&house.nadia().await, "INBOX").await;
        assert_eq!(messages.iter().map(|m| m.uid).collect::<Vec<_>>(), (1..=64).collect::<Vec<_>>());
        assert_eq!(messages.iter().map(|m| m.glance.clone()).collect::<BTreeSet<_>>().len(), 64);
        assert_eq!(house.acts(CABINET, "message.received").await.len(), 64);
    }
}

on_both! {
    /// Proves: invariant 4.
    async fn a_command_that_fails_in_a_batch_undoes_itself_alone(house) {
        house.change(KINE, Change::Closing).await;
        house.change(KINE, Change::Closed).await;
        let (cabinet, closed) = (house.mailbox_id(CABINET).await, house.mailbox_id(KINE).await);
        let each = (0..40).map(|n| {
            let (store, now) = (house.store.clone(), house.now);
            // Every other one is written in the cabinet first, then refused by the closed mailbox.
            let to = if n % 2 == 0 { vec![cabinet] } else { vec![cabinet, closed] };
            tokio::spawn(async move { store.deliver(letter(to, &format!("t{n}"), &format!("Lettre {n}")), now).await.is_ok() })
        });
        let mut filed = 0;
        for delivered in each.collect::<Vec<_>>() {
            filed += usize::from(delivered.await.unwrap());
        }
        assert_eq!(filed, 20);
        let messages = house.look(&house.nadia().await, "INBOX").await;
        assert_eq!(messages.iter().map(|m| m.uid).collect::<Vec<_>>(), (1..=20).collect::<Vec<_>>(), "no UID is lost");
        assert_eq!(house.acts(CABINET, "message.received").await.len(), 20);
    }
}

on_both! {
    async fn a_store_does_not_open_with_another_key(house) {
        let config = store::Config { kek: [8; 32], ..house.config.clone() };
        let Err(error) = store::Store::open(config, rules::Entropy::seeded(1)).await.map(|_| ()) else { panic!("opened") };
        assert!(error.to_string().contains("key-encryption key"), "{error}");
    }
}
