//! Folders as pages show them, drafts that replace each other, letters that leave once.

use bytes::Bytes;
use rules::Channel;
use rules::Refusal;
use store::Error;
use store::mail::draft::Draft;
use store::mail::page::{Place, Which};
use store::mail::{Flags, Leaving, SendTo, Sending, Want, flag};

use crate::house::{CABINET, House, NADIA, address, on_both, refused};

fn inbox() -> Which {
    Which::Name("INBOX".to_owned())
}

fn sending(transaction: &str) -> Sending {
    Sending {
        bytes: Bytes::from_static(b"From: cabinet.des-lilas@pli.mssante.test\r\nSubject: x\r\n\r\ny\r\n"),
        glance: Bytes::from_static(b"glance"),
        message_id: format!("<{transaction}@pli.mssante.test>"),
        recipients: vec![SendTo { address: address("cardiologie@voisin.mssante.test"), notify: None, original: None }],
        envelope_id: None,
        return_full: false,
        transaction: transaction.to_owned(),
        channel: Channel::Webmail,
        facts: serde_json::json!({ "azp": "pli" }),
        report: false,
        expires: rules::Moment::parse("2026-11-25T08:00:00Z").unwrap(),
    }
}

async fn folder_count(house: &House, name: &str) -> usize {
    let nadia = house.nadia().await;
    house.store.open_folder(&nadia, name).await.unwrap().uids.len()
}

on_both! {
    /// Proves: CAB-10, LPS-43.
    async fn a_page_shows_the_newest_letters_and_who_opened_them(house) {
        for n in 1..=7 {
            house.later(60);
            house.letter(&format!("t{n}"), &format!("lettre {n}")).await;
        }
        let (nadia, claire) = (house.nadia().await, house.claire().await);
        let page = house.store.mail_page(&nadia, &inbox(), Place::Newest, 3, house.now).await.unwrap();
        assert_eq!(page.label, "Cabinet médical des Lilas");
        assert_eq!(page.letters.iter().map(|l| l.uid).collect::<Vec<_>>(), [7, 6, 5]);
        assert_eq!(page.letters[0].glance.as_deref(), Some("glance of lettre 7".as_bytes()));
        assert!(page.letters.iter().all(|l| l.bytes.is_none()));
        assert_eq!((page.older, page.newer, page.folder.unseen, page.folders.len()), (true, false, 7, 5));
        assert!(page.opened.is_empty());

        let next = house.store.mail_page(&nadia, &inbox(), Place::Before(5), 3, house.now).await.unwrap();
        assert_eq!(next.letters.iter().map(|l| l.uid).collect::<Vec<_>>(), [4, 3, 2]);
        assert!(next.older && next.newer);
        let last = house.store.mail_page(&nadia, &inbox(), Place::Before(2), 3, house.now).await.unwrap();
        assert_eq!((last.letters.len(), last.older, last.newer), (1, false, true));
        let back = house.store.mail_page(&nadia, &inbox(), Place::After(4), 3, house.now).await.unwrap();
        assert_eq!(back.letters.iter().map(|l| l.uid).collect::<Vec<_>>(), [7, 6, 5]);
        assert!(back.older && !back.newer);
        let none = house.store.mail_page(&nadia, &inbox(), Place::Before(1), 3, house.now).await.unwrap();
        assert_eq!((none.letters.len(), none.older, none.newer), (0, false, true));

        let want = Want { glance: true, bytes: true, mark_seen: true, to_person: true };
        for (who, wait) in [(&nadia, 0), (&claire, 600)] {
            house.later(wait);
            house.store.read(who, page.folder.id, &[7], want, Channel::Webmail, house.now).await.unwrap();
        }
        let page = house.store.mail_page(&claire, &Which::Id(page.folder.id), Place::Newest, 3, house.now).await.unwrap();
        let opened = &page.opened[&page.letters[0].message];
        assert_eq!(opened.iter().map(|o| o.name.as_str()).collect::<Vec<_>>(), ["Nadia SUREAU"], "the letter was already seen when Claire read it");
        assert_eq!(page.folder.unseen, 6);
        assert_eq!(house.store.opened_by(&claire, &[page.letters[0].message], house.now).await.unwrap(), page.opened);
        assert_eq!(house.acts(CABINET, "message.fetched").await.len(), 2, "both are told in the journal");
    }
}

on_both! {
    async fn a_page_of_a_folder_of_another_mailbox_or_of_none_is_not_there(house) {
        let (nadia, karim) = (house.nadia().await, house.karim().await);
        house.letter("t1", "secret").await;
        let page = house.store.mail_page(&karim, &inbox(), Place::Newest, 50, house.now).await.unwrap();
        assert!(page.letters.is_empty());
        for which in [Which::Id(store::folders::FolderId(99)), Which::Name("Rien".to_owned())] {
            assert!(matches!(house.store.mail_page(&nadia, &which, Place::Newest, 50, house.now).await, Err(Error::NotFound(_))));
        }
        house.change(CABINET, rules::movement::Change::DelegationEnded { person: crate::house::id(NADIA) }).await;
        assert_eq!(refused(house.store.mail_page(&nadia, &inbox(), Place::Newest, 50, house.now).await), Refusal::RightLost);
        assert_eq!(refused(house.store.opened_by(&nadia, &[1], house.now).await), Refusal::RightLost);
    }
}

on_both! {
    /// Proves: CAB-10.
    async fn a_draft_takes_the_place_of_the_one_before_and_anybody_of_the_mailbox_takes_it_up(house) {
        let (nadia, claire) = (house.nadia().await, house.claire().await);
        let draft = |replaces, text: &str| Draft { bytes: crate::house::bytes(text), glance: Bytes::from_static(b"g"), replaces };
        let (folder, first) = house.store.save_draft(&nadia, draft(None, "début"), Channel::Webmail, house.now).await.unwrap();
        let (_, second) = house.store.save_draft(&claire, draft(Some(first), "suite"), Channel::Webmail, house.now).await.unwrap();
        assert!(second > first);
        assert_eq!(folder_count(house, "Drafts").await, 1);
        // Replacing one that is gone, or what is no draft, takes nothing away.
        house.store.save_draft(&nadia, draft(Some(first), "autre"), Channel::Webmail, house.now).await.unwrap();
        assert_eq!(folder_count(house, "Drafts").await, 2);
        let plain = store::mail::FlagChange::Remove(Flags { system: flag::DRAFT, keywords: vec![] });
        house.store.set_flags(&nadia, folder, &[second], plain, None, Channel::Webmail, house.now).await.unwrap();
        house.store.save_draft(&nadia, draft(Some(second), "encore"), Channel::Webmail, house.now).await.unwrap();
        assert_eq!(folder_count(house, "Drafts").await, 3);
        let by: Vec<_> = house.acts(CABINET, "message.appended").await.into_iter().map(|line| line.author).collect();
        assert_eq!(by[0].person(), nadia.person());
        assert_eq!(by[1].person(), claire.person(), "who wrote what is told apart");
    }
}

on_both! {
    /// Proves: CAB-16, IND-A.
    async fn a_letter_sent_twice_from_one_page_leaves_once_and_marks_what_it_answers(house) {
        let nadia = house.nadia().await;
        house.letter("t1", "question").await;
        let page = house.store.mail_page(&nadia, &inbox(), Place::Newest, 3, house.now).await.unwrap();
        let draft = Draft { bytes: crate::house::bytes("réponse"), glance: Bytes::from_static(b"g"), replaces: None };
        let (_, uid) = house.store.save_draft(&nadia, draft, Channel::Webmail, house.now).await.unwrap();
        let answered = Flags { system: flag::ANSWERED, keywords: vec![] };
        let leaving = Leaving { draft: Some(uid), marks: Some((page.folder.id, 1, answered)) };
        assert!(house.store.send_once(&nadia, sending("e1"), leaving.clone(), house.now).await.unwrap());
        assert!(!house.store.send_once(&nadia, sending("e1"), leaving, house.now).await.unwrap(), "the button was pressed twice");
        assert_eq!((folder_count(house, "Sent").await, folder_count(house, "Drafts").await), (1, 0));
        let sent = house.acts(CABINET, "message.sent").await;
        assert_eq!(sent.len(), 1);
        assert_eq!(sent[0].author.person(), nadia.person(), "the person, never the mailbox's owner");
        let page = house.store.mail_page(&nadia, &inbox(), Place::Newest, 3, house.now).await.unwrap();
        assert_eq!(page.letters[0].flags.system & flag::ANSWERED, flag::ANSWERED);
        // What no longer lies there does not keep a letter from leaving.
        let gone = Leaving { draft: Some(99), marks: Some((page.folder.id, 99, Flags::default())) };
        assert!(house.store.send_once(&nadia, sending("e2"), gone, house.now).await.unwrap());
    }
}
