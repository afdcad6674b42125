//! The end of a mailbox: what is lost, thirty days, the way back, every letter as one file.

use std::io::Read;
use std::time::Duration;

use rules::movement::Change;
use rules::{Author, Channel, Domain};
use store::mail::Arrival;

use crate::house::{Browser, CABINET, House, address};
use crate::*;

const DAY: Duration = Duration::from_secs(86_400);

/// A letter from another operator.
pub async fn deliver(house: &House, subject: &str) {
    let text = format!(
        "From: Cardiologie <cardiologie@voisin.mssante.test>\r\nTo: {CABINET}\r\nSubject: {subject}\r\nDate: Sun, 22 Nov 2026 22:30:00 +0100\r\n\
         Message-ID: <{subject}@voisin.mssante.test>\r\n\r\nBonjour,\r\n{subject}.\r\n"
    );
    let glance = message::Glance::of(text.as_bytes());
    let mailbox = house.store.mailbox(&address(CABINET)).await.expect("the store").expect("the cabinet");
    let arrival = Arrival {
        recipients: vec![mailbox.id],
        message_id: glance.message_id.clone(),
        glance: glance.encode().into(),
        bytes: text.into(),
        author: Author::Peer { id: Domain::parse("voisin.mssante.test").expect("a domain") },
        channel: Channel::Smtp,
        facts: serde_json::Value::Null,
        transaction: format!("essai-{subject}"),
    };
    house.store.deliver(arrival, house.now()).await.expect("a delivery");
}

/// The files of the archive: name and text.
pub async fn archive(house: &House, browser: &Browser, mailbox: &str) -> Vec<(String, String)> {
    let port = house.base.rsplit_once(':').expect("a port").1;
    let cookie = format!("pli-{port}={}", browser.cookie("pli").expect("signed in"));
    let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client");
    let reply = http.get(format!("{}/boites/{mailbox}/export", house.base)).header("cookie", cookie).send().await.expect("an answer");
    assert_eq!(reply.status().as_u16(), 200);
    assert_eq!(reply.headers()["content-type"], "application/zip");
    let bytes = reply.bytes().await.expect("the whole archive").to_vec();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("an archive");
    let mut files = Vec::new();
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).expect("a file");
        let mut text = String::new();
        file.read_to_string(&mut text).expect("a letter");
        files.push((file.name().expect("a name").into_owned(), text));
    }
    files
}

/// Proves: CAB-13.
#[tokio::test]
async fn a_cabinet_is_closed_after_its_owner_saw_what_is_lost_and_reopened_in_one_gesture() {
    let house = House::open().await;
    deliver(&house, "Compte-rendu").await;
    let claire = house.seated(CLAIRE).await;
    let page = claire.get(&room("acces/fermer")).await;
    says(&page, "Ses lettres (1) restent lisibles jusqu'au mardi 22 décembre 2026 à 23 h, puis elles sont détruites pour toujours.");
    says(&page, "L'adresse ne sera jamais redonnée");
    assert!(capacity(&house, CLAIRE).await.is_some());
    let page = claire.submit(&room("acces/fermer"), &[]).await;
    says(&page, "La boîte reste lisible jusqu'au mardi 22 décembre 2026 à 23 h.");
    says(&page, "Rouvrir la boîte");
    silent(&page, "Donner accès à");
    let page = undo(&claire, &page).await;
    says(&page, "La boîte est rouverte");
    says(&page, "Donner accès à");
    assert_eq!(last(&house).await.change, Change::Resumed);
    house.close().await;
}

/// Proves: CAB-13, CAB-08.
#[tokio::test]
async fn a_closing_mailbox_is_read_and_exported_for_thirty_days_then_its_history_alone_stays() {
    let house = House::open().await;
    deliver(&house, "Avant").await;
    let claire = house.seated(CLAIRE).await;
    claire.submit(&room("acces/fermer"), &[]).await;
    house.advance(29 * DAY);
    let (claire, nadia) = (house.seated(CLAIRE).await, house.seated(NADIA).await);
    says(&nadia.get(&room("acces")).await, "Fermeture demandée le 22 novembre 2026");
    silent(&nadia.get(&room("acces")).await, "Rouvrir la boîte");
    let files = archive(&house, &claire, CABINET).await;
    assert_eq!(files.len(), 1);
    assert!(files[0].0.starts_with("INBOX/2026-11-22-") && files[0].0.ends_with(".eml"), "{}", files[0].0);
    assert!(files[0].1.ends_with("Bonjour,\r\nAvant.\r\n"));
    house.advance(DAY);
    assert_eq!(house.store.close_due(house.now()).await.unwrap(), 1);
    assert_eq!(house.store.destroy_due(house.now()).await.unwrap(), 1);
    let claire = house.seated(CLAIRE).await;
    for path in ["acces", "historique", "export"] {
        assert_eq!(claire.get(&room(path)).await.status, 403, "{path}");
    }
    assert_eq!(claire.post(&room("acces/rouvrir"), &[]).await.status, 403);
    says(&claire.get("/boites").await, "Boîte fermée le 22 décembre 2026.");
    let kept = movements(&house, CABINET).await;
    assert_eq!(kept.last().map(|movement| &movement.change), Some(&Change::Closed));
    assert!(kept.len() >= 7, "the whole history stays with the operator");
    house.close().await;
}

/// Proves: CAB-16.
#[tokio::test]
async fn an_archive_holds_every_folder_and_says_who_took_it() {
    let house = House::open().await;
    for number in 0..12 {
        deliver(&house, &format!("Lettre-{number}")).await;
    }
    let nadia = house.seated(NADIA).await;
    let files = archive(&house, &nadia, CABINET).await;
    assert_eq!(files.len(), 12);
    let query = store::history::Query { mailbox: Some(address(CABINET)), author: Some(idnat(NADIA)), ..Default::default() };
    let acts: Vec<String> = house.store.journal_lines(query).await.unwrap().into_iter().map(|placed| placed.line.act).collect();
    assert!(acts.contains(&"mailbox.exported".to_owned()) && acts.contains(&"message.fetched".to_owned()), "{acts:?}");
    says(&nadia.get(&room("historique")).await, "Nadia SUREAU a emporté toutes les lettres de la boîte.");
    house.close().await;
}
