//! Folders: standard ones that stay, others that come and go, names that nobody else can read.

use rules::Channel;
use store::Error;
use store::folders::SpecialUse;

use crate::house::{CABINET, House, on_both};

async fn names(house: &House) -> Vec<String> {
    let nadia = house.nadia().await;
    house.store.folders(&nadia).await.unwrap().into_iter().map(|folder| folder.name).collect()
}

on_both! {
    /// Proves: LPS-41.
    async fn the_standard_folders_are_there_and_stay(house) {
        assert_eq!(names(house).await, ["INBOX", "Archive", "Drafts", "Sent", "Trash"]);
        let nadia = house.nadia().await;
        let sent = house.store.folder(&nadia, "Sent").await.unwrap();
        assert_eq!((sent.special_use, sent.subscribed, sent.uid_next), (Some(SpecialUse::Sent), true, 1));
        assert!(sent.highest_modseq > 0 && sent.uid_validity > 0);
        for name in ["INBOX", "inbox", "Sent", "Trash"] {
            assert!(matches!(house.store.delete_folder(&nadia, name, Channel::Imap, house.now).await, Err(Error::NotAllowed(_))), "{name}");
        }
        assert!(matches!(house.store.rename_folder(&nadia, "Sent", "Envoyés", Channel::Imap, house.now).await, Err(Error::NotAllowed(_))));
        assert!(matches!(house.store.delete_folder(&nadia, "Labo", Channel::Imap, house.now).await, Err(Error::NotFound(_))));
    }
}

on_both! {
    async fn a_folder_is_made_with_its_parents_and_renamed_with_its_children(house) {
        let nadia = house.nadia().await;
        house.store.create_folder(&nadia, "Année/2026/Labo", Channel::Imap, house.now).await.unwrap();
        assert!(matches!(house.store.create_folder(&nadia, "Année/2026", Channel::Imap, house.now).await, Err(Error::Exists(_))));
        assert!(matches!(house.store.delete_folder(&nadia, "Année", Channel::Imap, house.now).await, Err(Error::NotAllowed(_))));
        house.store.rename_folder(&nadia, "Année/2026", "Archive/Vieux/2026", Channel::Imap, house.now).await.unwrap();
        let all = ["INBOX", "Année", "Archive", "Archive/Vieux", "Archive/Vieux/2026", "Archive/Vieux/2026/Labo", "Drafts", "Sent", "Trash"];
        let mut sorted = names(house).await;
        sorted.sort();
        let mut expected = all.map(str::to_owned);
        expected.sort();
        assert_eq!(sorted, expected);
        let inside = house.store.rename_folder(&nadia, "Archive/Vieux", "Archive/Vieux/2027", Channel::Imap, house.now).await;
        assert!(matches!(inside, Err(Error::NotAllowed(_))));
        assert!(matches!(house.store.rename_folder(&nadia, "Année", "Trash", Channel::Imap, house.now).await, Err(Error::Exists(_))));
        house.store.subscribe(&nadia, "Année", true).await.unwrap();
        assert!(house.store.folder(&nadia, "Année").await.unwrap().subscribed);
        assert!(matches!(house.store.subscribe(&nadia, "Personne", true).await, Err(Error::NotFound(_))));
        let created = house.acts(CABINET, "folder.created").await;
        assert!(created.iter().all(|line| line.object.parse::<i64>().is_ok()), "the journal does not repeat names");
    }
}

on_both! {
    async fn renaming_inbox_moves_its_letters_and_leaves_it_empty(house) {
        house.letter("t1", "Un").await;
        house.letter("t2", "Deux").await;
        let nadia = house.nadia().await;
        house.store.create_folder(&nadia, "INBOX/Labo", Channel::Imap, house.now).await.unwrap();
        house.store.rename_folder(&nadia, "INBOX", "Novembre", Channel::Imap, house.now).await.unwrap();
        assert_eq!(house.look(&nadia, "Novembre").await.len(), 2);
        let inbox = house.store.open_folder(&nadia, "INBOX").await.unwrap();
        assert_eq!((inbox.uids.len(), inbox.folder.uid_next), (0, 3));
        assert!(house.store.folder(&nadia, "INBOX/Labo").await.is_ok(), "what is inside INBOX stays there");
    }
}

on_both! {
    async fn a_folder_made_again_has_another_uid_validity(house) {
        house.letter("t1", "Un").await;
        let nadia = house.nadia().await;
        house.store.create_folder(&nadia, "Labo", Channel::Imap, house.now).await.unwrap();
        let first = house.store.folder(&nadia, "Labo").await.unwrap();
        house.store.move_messages(&nadia, store::folders::FolderId(1), &[1], "Labo", rules::Channel::Imap, house.now).await.unwrap();
        house.store.delete_folder(&nadia, "Labo", Channel::Imap, house.now).await.unwrap();
        house.store.create_folder(&nadia, "Labo", Channel::Imap, house.now).await.unwrap();
        let second = house.store.folder(&nadia, "Labo").await.unwrap();
        assert!(second.uid_validity > first.uid_validity);
        assert_eq!((second.messages, second.uid_next), (0, 1));
    }
}
