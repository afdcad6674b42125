//! The figures folded from a real journal: the same bytes on both engines, and a stock that is the folders' own.

use std::collections::BTreeMap;

use rules::Channel;
use rules::usage::{File, Format, Month, RowKey, csv};
use store::history::Placed;
use store::mail::{Append, FlagChange, Flags, Want, flag};

use crate::house::{CABINET, House, NADIA, bytes, on_both};

/// A month at the cabinet: letters come, are read, copied, moved, deleted; a folder is thrown away; the INBOX is renamed.
async fn a_month(house: &mut House) {
    for n in 1..=6 {
        house.letter(&format!("t{n}"), &format!("Lettre {n}")).await;
        house.later(60);
    }
    let (nadia, imap) = (house.nadia().await, Channel::Imap);
    let store = &house.store;
    let inbox = store.folder(&nadia, "INBOX").await.unwrap().id;
    let want = Want { bytes: true, mark_seen: true, to_person: true, glance: false };
    store.read(&nadia, inbox, &[1, 2], want, imap, house.now).await.unwrap();
    for folder in ["Cardiologie", "Vieux"] {
        store.create_folder(&nadia, folder, imap, house.now).await.unwrap();
    }
    let cardio = store.folder(&nadia, "Cardiologie").await.unwrap().id;
    store.copy(&nadia, inbox, &[1, 2, 3], "Cardiologie", imap, house.now).await.unwrap();
    store.copy(&nadia, inbox, &[1], "Cardiologie", imap, house.now).await.unwrap();
    store.move_messages(&nadia, inbox, &[4, 5], "Vieux", imap, house.now).await.unwrap();
    let draft = Append {
        folder: "Drafts".to_owned(),
        bytes: bytes("Brouillon"),
        glance: bytes("-"),
        message_id: None,
        flags: Flags::default(),
        internal_date: None,
    };
    store.append(&nadia, draft, imap, house.now).await.unwrap();
    let deleted = Flags { system: flag::DELETED, keywords: Vec::new() };
    store.set_flags(&nadia, cardio, &[1], FlagChange::Add(deleted), None, imap, house.now).await.unwrap();
    store.expunge(&nadia, cardio, None, imap, house.now).await.unwrap();
    store.delete_folder(&nadia, "Vieux", imap, house.now).await.unwrap();
    store.rename_folder(&nadia, "INBOX", "Avant", imap, house.now).await.unwrap();
    house.later(60);
    house.letter("t7", "Après").await;
    the_stock_is_that_of_the_folders(house).await;
}

async fn the_stock_is_that_of_the_folders(house: &House) {
    let month = Month::of(house.now);
    let figures = house.store.figures(month, house.now).await.unwrap();
    let held: BTreeMap<_, _> = house.store.stock().await.unwrap().into_iter().map(|stock| (stock.mailbox, stock)).collect();
    for light in house.store.mailboxes().await.unwrap() {
        let row = figures.boites.iter().find(|row| row.adresse_boite == light.address.as_str()).unwrap();
        let stock = &held[&light.id];
        assert_eq!((row.nb_messages_stock, row.octets_stock), (stock.messages, stock.bytes), "{}", light.address);
    }
}

async fn files(house: &House, month: Month) -> Vec<String> {
    let figures = house.store.figures(month, house.now).await.unwrap();
    File::ALL.map(|file| csv(file, &figures, &Format::default())).into()
}

/// Proves: IND-50, IND-23.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_engines_give_the_same_files_to_the_byte_and_the_next_month_changes_none_of_them() {
    let (mut sqlite, mut postgres) = (House::sqlite().await, House::postgres().await);
    a_month(&mut sqlite).await;
    a_month(&mut postgres).await;
    let month = Month::of(sqlite.now);
    sqlite.later(20 * 86_400);
    postgres.later(20 * 86_400);
    let told = files(&sqlite, month).await;
    assert_eq!(told, files(&postgres, month).await);
    assert!(told[0].contains(NADIA) && told[1].contains(";LU;"));
    // What happens in the next month leaves the files of this one as they are.
    assert_ne!(Month::of(sqlite.now), month);
    sqlite.letter("t8", "Le mois suivant").await;
    sqlite.nadia().await;
    assert_eq!(told, files(&sqlite, month).await);
    sqlite.end().await;
    postgres.end().await;
}

on_both! {
    /// Proves: IND-C.
    async fn the_stock_of_the_figures_is_the_one_of_the_folders(house) {
        a_month(house).await;
        let nadia = house.nadia().await;
        house.store.delete_folder(&nadia, "Avant", Channel::Imap, house.now).await.unwrap();
        the_stock_is_that_of_the_folders(house).await;
    }
}

on_both! {
    /// Proves: IND-60, IND-B.
    async fn a_row_is_traced_to_the_lines_of_its_mailbox(house) {
        a_month(house).await;
        let mut acts: BTreeMap<RowKey, Vec<(String, i64)>> = BTreeMap::new();
        let mut told = |placed: &Placed, rows: &[RowKey]| {
            let mailbox = placed.mailbox.as_ref().map(ToString::to_string).unwrap_or_default();
            for row in rows {
                acts.entry(row.clone()).or_default().push((mailbox.clone(), placed.line.seq));
            }
        };
        let month = Month::of(house.now);
        let figures = house.store.figures_traced(month, house.now, &mut told).await.unwrap();
        let read = File::Echanges.keys(&figures).into_iter().find(|key| key.to_string().contains(";LU;")).unwrap();
        assert_eq!(acts[&read].len(), 2, "two letters were read");
        assert!(acts[&read].iter().all(|(mailbox, seq)| mailbox == CABINET && *seq > 0));
    }
}
