//! Reading, flagging, copying, moving, removing: the shared view of a mailbox, and the journal of who did what.

use rules::Channel;
use rules::movement::Change;
use store::Error;
use store::folders::FolderId;
use store::mail::{Append, Changes, FlagChange, Flags, Stored, Want, flag};

use crate::house::{CABINET, CLAIRE, House, NADIA, bytes, id, on_both};

const INBOX: FolderId = FolderId(1);
const WHOLE: Want = Want { glance: true, bytes: true, mark_seen: false, to_person: true };

fn flags(system: u8, keywords: &[&str]) -> Flags {
    Flags { system, keywords: keywords.iter().map(|k| (*k).to_owned()).collect() }
}

async fn read(house: &House, access: &rules::access::Access, uids: &[u32], want: Want) -> Vec<Stored> {
    house.store.read(access, INBOX, uids, want, Channel::Imap, house.now).await.unwrap()
}

async fn set(house: &House, access: &rules::access::Access, uids: &[u32], change: FlagChange) -> Vec<(u32, Flags, u64)> {
    house.store.set_flags(access, INBOX, uids, change, None, Channel::Imap, house.now).await.unwrap().0
}

async fn letters(house: &House, count: u32) {
    for n in 1..=count {
        house.letter(&format!("t{n}"), &format!("Lettre {n}")).await;
    }
}

on_both! {
    /// Proves: CAB-16, IND-A.
    async fn bytes_that_leave_for_a_person_are_one_line_a_call(house) {
        letters(house, 5).await;
        let nadia = house.nadia().await;
        assert_eq!(read(house, &nadia, &[1, 2, 3, 5, 9], WHOLE).await.len(), 4, "unknown UIDs are skipped");
        read(house, &nadia, &[1], Want { to_person: false, ..WHOLE }).await;
        read(house, &nadia, &[1], Want { bytes: false, ..WHOLE }).await;
        read(house, &nadia, &[7], WHOLE).await;
        let [fetched] = &house.acts(CABINET, "message.fetched").await[..] else { panic!("one line") };
        assert_eq!((fetched.object.as_str(), fetched.author.person()), ("1:3,5", Some(&id(NADIA))));
        assert!(house.acts(CABINET, "message.opened").await.is_empty(), "a peek opens nothing");
    }
}

on_both! {
    /// Proves: LPS-43, IND-A.
    async fn opening_counts_once_for_each_person(house) {
        letters(house, 2).await;
        let (claire, nadia) = (house.claire().await, house.nadia().await);
        let seen = Want { mark_seen: true, ..WHOLE };
        let [first] = &read(house, &nadia, &[1], seen).await[..] else { panic!("one") };
        assert_eq!((first.flags.system, house.store.folder(&nadia, "INBOX").await.unwrap().unseen), (flag::SEEN, 1));
        read(house, &nadia, &[1], seen).await;
        read(house, &claire, &[1], seen).await;
        assert_eq!(house.acts(CABINET, "message.opened").await.len(), 1, "already seen: Claire sets nothing");
        let unseen = || FlagChange::Remove(flags(flag::SEEN, &[]));
        set(house, &claire, &[1], unseen()).await;
        set(house, &claire, &[1], FlagChange::Add(flags(flag::SEEN, &[]))).await;
        set(house, &claire, &[1], unseen()).await;
        read(house, &nadia, &[1], seen).await;
        let opened = house.acts(CABINET, "message.opened").await;
        let who: Vec<_> = opened.iter().map(|line| (line.object.as_str(), line.author.person().unwrap().as_str())).collect();
        assert_eq!(who, [("1", NADIA), ("1", CLAIRE)]);
        let own = Append {
            folder: "Drafts".to_owned(),
            bytes: bytes("Brouillon"),
            glance: bytes("g"),
            message_id: None,
            flags: Flags::default(),
            internal_date: None,
        };
        house.store.append(&nadia, own, Channel::Imap, house.now).await.unwrap();
        let drafts = house.store.folder(&nadia, "Drafts").await.unwrap().id;
        house.store.read(&nadia, drafts, &[1], seen, Channel::Imap, house.now).await.unwrap();
        assert_eq!(house.acts(CABINET, "message.opened").await.len(), 2, "one's own draft is not a letter received");
    }
}

on_both! {
    async fn flags_and_keywords_are_shared_and_counted(house) {
        letters(house, 3).await;
        let (claire, nadia) = (house.claire().await, house.nadia().await);
        let became = set(house, &nadia, &[1, 3], FlagChange::Add(flags(flag::FLAGGED, &["$Urgent", "labo"]))).await;
        let modseq = became[0].2;
        assert_eq!(became, [(1, flags(flag::FLAGGED, &["$Urgent", "labo"]), modseq), (3, flags(flag::FLAGGED, &["$Urgent", "labo"]), modseq)]);
        let same = set(house, &nadia, &[1], FlagChange::Add(flags(flag::FLAGGED, &["LABO"]))).await;
        assert_eq!(same, [(1, flags(flag::FLAGGED, &["$Urgent", "labo"]), modseq)], "nothing changed, not even the modseq");
        set(house, &claire, &[1], FlagChange::Remove(flags(0, &["$urgent"]))).await;
        set(house, &claire, &[3], FlagChange::Replace(flags(flag::SEEN, &[]))).await;
        let opened = house.store.open_folder(&nadia, "INBOX").await.unwrap();
        assert_eq!((opened.keywords, opened.first_unseen_uid, opened.folder.unseen), (vec!["labo".to_owned()], Some(1), 2));
        let facts: Vec<_> = house.acts(CABINET, "message.flagged").await.iter().map(|l| (l.object.clone(), l.facts.to_string())).collect();
        assert_eq!(facts[0], ("1,3".to_owned(), r#"{"change":"add","flags":["flagged"],"keywords":2}"#.to_owned()));
        assert_eq!(facts.len(), 3);
        for bad in ["a b", "", "é", &"x".repeat(129)] {
            let refused = house.store.set_flags(&nadia, INBOX, &[1], FlagChange::Add(flags(0, &[bad])), None, Channel::Imap, house.now).await;
            assert!(matches!(refused, Err(Error::NotAllowed("keyword"))), "{bad:?}");
        }
    }
}

on_both! {
    async fn a_store_conditional_leaves_what_moved_alone(house) {
        letters(house, 2).await;
        let nadia = house.nadia().await;
        let known = house.store.folder(&nadia, "INBOX").await.unwrap().highest_modseq;
        set(house, &nadia, &[2], FlagChange::Add(flags(flag::ANSWERED, &[]))).await;
        let add = FlagChange::Add(flags(flag::FLAGGED, &[]));
        let result = house.store.set_flags(&nadia, INBOX, &[1, 2], add, Some(known), Channel::Imap, house.now).await.unwrap();
        assert_eq!((result.0.iter().map(|b| b.0).collect::<Vec<_>>(), result.1), (vec![1], vec![2]));
    }
}

on_both! {
    async fn a_session_learns_what_came_what_moved_and_what_went(house) {
        letters(house, 3).await;
        let nadia = house.nadia().await;
        let known = house.store.folder(&nadia, "INBOX").await.unwrap().highest_modseq;
        let mut told = house.store.feed().subscribe(nadia.mailbox());
        set(house, &nadia, &[1], FlagChange::Add(flags(flag::FLAGGED, &[]))).await;
        set(house, &nadia, &[2], FlagChange::Add(flags(flag::DELETED, &[]))).await;
        house.letter("t4", "Lettre 4").await;
        house.letter("t5", "Lettre 5").await;
        set(house, &nadia, &[5], FlagChange::Add(flags(flag::DELETED, &[]))).await;
        let gone = house.store.expunge(&nadia, INBOX, None, Channel::Imap, house.now).await.unwrap();
        assert_eq!(gone, [2, 5]);
        told.changed().await;
        let Changes { highest_modseq, vanished, arrived, flagged } = house.store.changes(&nadia, INBOX, known).await.unwrap();
        assert_eq!((vanished, arrived), (vec![2], vec![4]), "5 came and went: the session never knew it");
        assert_eq!(flagged.iter().map(|f| (f.0, f.1.system)).collect::<Vec<_>>(), [(1, flag::FLAGGED)]);
        assert!(highest_modseq > known && flagged[0].2 > known);
        let quiet = house.store.changes(&nadia, INBOX, highest_modseq).await.unwrap();
        assert!(quiet.vanished.is_empty() && quiet.arrived.is_empty() && quiet.flagged.is_empty());
        assert!(matches!(house.store.changes(&nadia, FolderId(99), 0).await, Err(Error::NotFound(_))));
    }
}

on_both! {
    async fn copies_and_moves_keep_flags_and_tell_both_uids(house) {
        letters(house, 4).await;
        let nadia = house.nadia().await;
        set(house, &nadia, &[2], FlagChange::Add(flags(flag::SEEN | flag::FLAGGED, &["labo"]))).await;
        house.store.create_folder(&nadia, "Labo", Channel::Imap, house.now).await.unwrap();
        let copied = house.store.copy(&nadia, INBOX, &[4, 2], "Labo", Channel::Imap, house.now).await.unwrap();
        assert_eq!(copied.uids, [(2, 1), (4, 2)]);
        let moved = house.store.move_messages(&nadia, INBOX, &[1, 2, 77], "Labo", Channel::Imap, house.now).await.unwrap();
        assert_eq!(moved.uids, [(1, 3), (2, 4)]);
        let labo = house.store.open_folder(&nadia, "Labo").await.unwrap();
        assert_eq!((labo.uids.clone(), labo.folder.unseen, labo.folder.uid_validity), (vec![1, 2, 3, 4], 2, copied.uid_validity));
        let there = house.look(&nadia, "Labo").await;
        assert_eq!(there.iter().map(|m| (m.message, m.flags.system)).collect::<Vec<_>>(), [(2, 5), (4, 0), (1, 0), (2, 5)]);
        assert_eq!(house.store.open_folder(&nadia, "INBOX").await.unwrap().uids, [3, 4]);
        assert_eq!(house.acts(CABINET, "message.moved").await[0].object, "1:2");
        assert_eq!(house.acts(CABINET, "message.copied").await[0].object, "2,4");
        assert!(matches!(house.store.copy(&nadia, INBOX, &[3], "Nulle part", Channel::Imap, house.now).await, Err(Error::NotFound(_))));
        let nothing = house.store.move_messages(&nadia, INBOX, &[88], "Labo", Channel::Imap, house.now).await.unwrap();
        assert!(nothing.uids.is_empty());
    }
}

on_both! {
    async fn expunge_takes_only_what_is_marked_and_asked(house) {
        letters(house, 4).await;
        let nadia = house.nadia().await;
        house.store.copy(&nadia, INBOX, &[1], "Archive", Channel::Imap, house.now).await.unwrap();
        set(house, &nadia, &[1, 2, 3], FlagChange::Add(flags(flag::DELETED, &[]))).await;
        assert_eq!(house.store.expunge(&nadia, INBOX, Some(&[2, 4]), Channel::Imap, house.now).await.unwrap(), [2]);
        assert_eq!(house.store.expunge(&nadia, INBOX, None, Channel::Imap, house.now).await.unwrap(), [1, 3]);
        assert!(house.store.expunge(&nadia, INBOX, None, Channel::Imap, house.now).await.unwrap().is_empty());
        let archived = house.look(&nadia, "Archive").await;
        assert!(archived[0].bytes.as_deref().unwrap().ends_with(&bytes("Lettre 1")), "the copy has its bytes still");
        assert_eq!(house.acts(CABINET, "message.expunged").await.len(), 2);
        assert_eq!(house.store.folder(&nadia, "INBOX").await.unwrap().uid_next, 5, "no UID is given twice");
        house.letter("t9", "Lettre 9").await;
        assert_eq!(house.store.open_folder(&nadia, "INBOX").await.unwrap().uids, [4, 5]);
    }
}

on_both! {
    async fn an_append_keeps_bytes_flags_and_date(house) {
        let nadia = house.nadia().await;
        let date = rules::Moment::parse("2019-05-01T12:00:00Z").unwrap();
        let append = |folder: &str| Append {
            folder: folder.to_owned(),
            bytes: bytes("Ancien"),
            glance: bytes("g"),
            message_id: Some("ancien@pli".to_owned()),
            flags: flags(flag::SEEN, &["$Import"]),
            internal_date: Some(date),
        };
        let placed = house.store.append(&nadia, append("archive"), Channel::Imap, house.now).await;
        assert!(matches!(placed, Err(Error::NotFound("folder"))), "only INBOX is known in any case");
        let placed = house.store.append(&nadia, append("Archive"), Channel::Imap, house.now).await.unwrap();
        assert_eq!(placed.uids, [(0, 1)]);
        let [message] = &house.look(&nadia, "Archive").await[..] else { panic!("one") };
        assert_eq!(message.bytes.as_deref().unwrap(), &bytes("Ancien")[..], "no line is added to one's own message");
        assert_eq!((message.internal_date, message.flags.clone(), message.glance_shift), (date, flags(flag::SEEN, &["$Import"]), 0));
        assert_eq!(house.acts(CABINET, "message.appended").await.len(), 1);
    }
}

on_both! {
    async fn messages_outlive_a_restart_and_a_removed_person(house) {
        letters(house, 1).await;
        house.change(CABINET, Change::DelegationEnded { person: id(NADIA) }).await;
        house.restart().await;
        let claire = house.claire().await;
        let before = house.store.folder(&claire, "INBOX").await.unwrap();
        let [message] = &house.look(&claire, "INBOX").await[..] else { panic!("one") };
        assert!(message.bytes.as_deref().unwrap().ends_with(&bytes("Lettre 1")));
        house.restart().await;
        assert_eq!(house.store.folder(&house.claire().await, "INBOX").await.unwrap().uid_validity, before.uid_validity);
    }
}
