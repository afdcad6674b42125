//! Letters listed and read, folders kept in order.

use crate::house::{CABINET, House};
use crate::mail::{CLAIRE, LETTERS, NADIA, WITH_FILES, acts, deliver, folder, letter};

/// Proves: CAB-16, IND-A, DEL-06, LPS-43.
#[tokio::test(flavor = "multi_thread")]
async fn a_secretary_reads_the_letter_of_the_practice_and_everybody_sees_that_she_did() {
    let house = House::open().await;
    deliver(&house, CABINET, &letter("Mme Peuplier", "Bonjour,\n> ancien\nvoir https://a.test/b.")).await;
    let (nadia, claire) = (house.seated(NADIA).await, house.seated(CLAIRE).await);
    let list = nadia.open(LETTERS).await;
    list.shows("Mme Peuplier").shows("Cardiologie à Valclair").shows("1 lettre, non lue").shows("Courrier reçu");
    assert!(acts(&house, "message.fetched").await.is_empty(), "looking at the list reads nothing");
    let page = nadia.open(&format!("{LETTERS}/1/1")).await;
    assert_eq!(page.status, 200);
    page.shows("Cardiologie à Valclair").shows("cardiologie@voisin.mssante.test").shows("Ouverte par Nadia SUREAU");
    page.shows("<div class=\"quoted\">&#62; ancien").shows("href=\"https://a.test/b\"");
    let opened = acts(&house, "message.opened").await;
    assert_eq!(opened.len(), 1);
    assert_eq!(opened[0].author.person().map(|p| p.as_str()), Some(NADIA), "the person who read, not the owner");
    claire.open(LETTERS).await.shows("Ouverte par Nadia SUREAU à").shows("1 lettre<").hides("non lue<");
    claire.open(&format!("{LETTERS}/1/1")).await;
    assert_eq!(acts(&house, "message.opened").await.len(), 1, "a second reading is no first one");
    assert_eq!(acts(&house, "message.fetched").await.len(), 2);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_are_listed_page_by_page_newest_first() {
    let house = House::open().await;
    for n in 0..53 {
        deliver(&house, CABINET, &letter(&format!("lettre-{n:02}"), "x")).await;
    }
    let nadia = house.seated(NADIA).await;
    let first = nadia.open(LETTERS).await;
    first.shows("lettre-52").shows("lettre-03").hides("lettre-02").shows("Lettres plus anciennes").hides("Lettres plus récentes");
    let second = nadia.open(&format!("{LETTERS}?dossier=INBOX&avant=4")).await;
    second.shows("lettre-02").shows("lettre-00").hides("lettre-03").shows("Lettres plus récentes");
    assert!(first.text.len() < 200_000, "{}", first.text.len());
    nadia.open(&format!("{LETTERS}?dossier=77")).await.shows("lettre-52");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_of_a_letter_stands_in_a_frame_where_nothing_runs_and_its_files_are_only_files() {
    let house = House::open().await;
    deliver(&house, CABINET, WITH_FILES).await;
    let nadia = house.seated(NADIA).await;
    let page = nadia.open(&format!("{LETTERS}/1/1")).await;
    page.shows("/lettres/1/1/html").shows("sandbox=\"allow-same-origin allow-popups").hides("alert(1)").shows("Échographie n° 2.pdf");
    let frame = nadia.get(&format!("{LETTERS}/1/1/html")).await;
    let policy = frame.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("sandbox") && !policy.contains("script"), "{policy}");
    frame.shows("Bonjour").hides("alert").hides("evil.test").hides("onclick").shows("Une image distante n'est pas chargée");
    nadia.open(&format!("{LETTERS}/1/1?texte=1")).await.shows("<div class=\"letter-text\">").hides("<iframe");
    let pdf = nadia.get(&format!("{LETTERS}/1/1/piece/1")).await;
    assert_eq!((pdf.header("content-type"), pdf.text.as_str()), ("application/pdf", "%PDF-1.4\n"));
    assert!(
        pdf.header("content-disposition").starts_with("attachment; ")
            && pdf.header("content-disposition").contains("UTF-8''%C3%89chographie%20n%C2%B0%202.pdf")
    );
    assert!(nadia.get(&format!("{LETTERS}/1/1/piece/1?voir=1")).await.header("content-disposition").starts_with("inline; "));
    let evil = nadia.get(&format!("{LETTERS}/1/1/piece/2?voir=1")).await;
    assert_eq!(evil.header("content-type"), "application/octet-stream", "a page of somebody else is a file here");
    assert!(evil.header("content-disposition").starts_with("attachment") && evil.header("content-security-policy").contains("sandbox"));
    assert_eq!(evil.header("x-content-type-options"), "nosniff");
    let inner = nadia.get(&format!("{LETTERS}/1/1/piece/3")).await;
    assert!(inner.text.contains("Subject: dedans"), "{}", inner.text);
    let source = nadia.get(&format!("{LETTERS}/1/1/source")).await;
    assert!(source.header("content-type").starts_with("text/plain") && source.text.contains("Delivered-To:"));
    assert_eq!(nadia.get(&format!("{LETTERS}/1/1/piece/9")).await.status, 404);
    assert_eq!(nadia.get(&format!("{LETTERS}/1/1/piece/3.x")).await.status, 404);
    house.close().await;
}

/// Proves: CAB-10.
#[tokio::test(flavor = "multi_thread")]
async fn several_letters_are_handled_at_once_and_each_act_can_be_undone() {
    let house = House::open().await;
    for n in 0..3 {
        deliver(&house, CABINET, &letter(&format!("lettre-{n}"), "x")).await;
    }
    let nadia = house.seated(NADIA).await;
    let acts = format!("{LETTERS}/actes");
    let back = ("retour", LETTERS);
    nadia
        .submit(&acts, &[("dossier", "1"), ("lettre", "1"), ("lettre", "2"), ("acte", "lu"), back])
        .await
        .shows("Marquées comme lues : 2")
        .shows("3 lettres, dont 1 non lue");
    nadia.submit(&acts, &[("dossier", "1"), ("lettre", "1"), ("acte", "suivre"), back]).await.shows("suivie");
    let moved = nadia.submit(&acts, &[("dossier", "1"), ("lettre", "1"), ("lettre", "3"), ("acte", "corbeille"), back]).await;
    moved.shows("Déplacé vers « Corbeille » : 2 lettres").shows("Annuler cette action").hides("lettre-0");
    assert_eq!(folder(&house, CABINET, NADIA, "Trash").await.len(), 2);
    let undo = moved.between("<div class=\"notice good\"", "</div>");
    let fields: Vec<(String, String)> = undo
        .split("<input type=\"hidden\" name=\"")
        .skip(1)
        .map(|field| {
            let (name, rest) = field.split_once("\" value=\"").expect("a value");
            (name.to_owned(), rest.split_once('"').expect("closed").0.to_owned())
        })
        .collect();
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    nadia.submit(&acts, &fields).await;
    assert_eq!(folder(&house, CABINET, NADIA, "INBOX").await.len(), 3);
    nadia.submit(&acts, &[("dossier", "1"), ("acte", "archiver"), back]).await.shows("une ou plusieurs lettres");
    assert_eq!(nadia.post(&acts, &[("dossier", "1"), ("lettre", "2"), ("acte", "effacer")]).await.status, 400);
    let shelves = format!("{LETTERS}/dossiers");
    nadia.submit(&shelves, &[("acte", "creer"), ("nom", "Laboratoire/2026")]).await.shows("Laboratoire › 2026");
    nadia.submit(&shelves, &[("acte", "creer"), ("nom", "Sent")]).await.shows("Il y a déjà un dossier");
    let page = nadia.open(&shelves).await;
    let id = page.between("<input type=\"hidden\" name=\"dossier\" value=\"", "\"").to_owned();
    nadia.submit(&acts, &[("dossier", "1"), ("lettre", "2"), ("acte", "deplacer"), ("vers", &id), back]).await.shows("Laboratoire");
    nadia.submit(&shelves, &[("acte", "supprimer"), ("dossier", &id)]).await;
    assert_eq!(nadia.post(&shelves, &[("acte", "supprimer"), ("dossier", "1")]).await.status, 404, "the inbox stays");
    house.close().await;
}

/// Proves: MSG-30.
#[tokio::test(flavor = "multi_thread")]
async fn a_sender_is_told_that_its_letter_was_read_only_if_a_person_says_so_and_once() {
    let house = House::open().await;
    let asking = letter("Suite", "x").replacen("Subject:", "Disposition-Notification-To: cardiologie@voisin.mssante.test\nSubject:", 1);
    deliver(&house, CABINET, &asking).await;
    let nadia = house.seated(NADIA).await;
    nadia.open(&format!("{LETTERS}/1/1")).await.shows("demande à savoir si sa lettre a été lue");
    assert!(acts(&house, "message.sent").await.is_empty(), "nothing leaves by itself");
    nadia.submit(&format!("{LETTERS}/1/1/accuse"), &[("reponse", "oui")]).await.shows("est prévenu").hides("demande à savoir");
    let sent = acts(&house, "message.sent").await;
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].facts["report"], true);
    nadia.submit(&format!("{LETTERS}/1/1/accuse"), &[("reponse", "oui")]).await.shows("accusé de lecture à envoyer");
    assert_eq!(acts(&house, "message.sent").await.len(), 1);
    house.close().await;
}
