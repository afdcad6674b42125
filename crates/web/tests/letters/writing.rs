//! Letters written: answers, forwards, drafts, files.

use message::Letter;

use crate::house::{CABINET, House};
use crate::mail::{CLAIRE, KARIM, LETTERS, NADIA, WITH_FILES, acts, deliver, folder, letter, upload};

const WRITE: &str = "/boites/cabinet.des-lilas@pli.mssante.test/lettres/ecrire";

/// Proves: CAB-10, CAB-16, DEL-06, IND-A, MSG-10, MSG-11.
#[tokio::test(flavor = "multi_thread")]
async fn a_secretary_answers_for_the_practice_and_the_owner_sees_it_and_the_figures_name_her() {
    let house = House::open().await;
    deliver(&house, CABINET, &letter("Mme Peuplier", "Bonjour,\nà revoir.")).await;
    let nadia = house.seated(NADIA).await;
    let page = nadia.open(&format!("{WRITE}?repondre=1/1")).await;
    page.shows("Re: Mme Peuplier").shows("cardiologie@voisin.mssante.test").shows("&#62; à revoir.").shows("a écrit :");
    page.shows("seulement si le patient est informé");
    let token = page.between("name=\"jeton\" value=\"", "\"").to_owned();
    let fields = [
        ("a", "cardiologie@voisin.mssante.test"),
        ("objet", "Re: Mme Peuplier"),
        ("texte", "Bien reçu.\n\n> à revoir."),
        ("source", "r:1/1"),
        ("jeton", &token),
        ("acte", "envoyer"),
    ];
    nadia.submit(WRITE, &fields).await.shows("Lettre envoyée à cardiologie@voisin.mssante.test").shows("répondue");
    let sent = folder(&house, CABINET, CLAIRE, "Sent").await;
    assert_eq!(sent.len(), 1, "the owner sees it");
    let text = &sent[0];
    assert!(text.starts_with("From: =?utf-8?") && text.contains("<cabinet.des-lilas@pli.mssante.test>"), "{text}");
    assert!(!text.to_lowercase().contains("sureau") && !text.contains("\r\nSender:"), "{text}");
    assert!(text.contains("\r\nIn-Reply-To: <") && text.contains("\r\nReferences: <") && text.contains("\r\nX-MSS-NIL: PLI-ESSAI\r\n"));
    assert!(!text.contains("X-Pli"));
    let lines = acts(&house, "message.sent").await;
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].author.person().map(|p| p.as_str()), Some(NADIA));
    assert_eq!(lines[0].facts["space"], 1);
    assert_eq!(lines[0].facts["azp"], "pli");
    let claire = house.seated(CLAIRE).await;
    claire.open(&format!("{LETTERS}?dossier=Sent")).await.shows("Re: Mme Peuplier").shows("À cardiologie@voisin");
    // The same page sent again: the letter leaves once.
    nadia.submit(WRITE, &fields).await.shows("déjà partie");
    assert_eq!(folder(&house, CABINET, CLAIRE, "Sent").await.len(), 1);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_all_leaves_the_practice_itself_out_and_a_forward_takes_the_files_along() {
    let house = House::open().await;
    deliver(&house, CABINET, &letter("Mme Peuplier", "x")).await;
    deliver(&house, CABINET, WITH_FILES).await;
    let nadia = house.seated(NADIA).await;
    let page = nadia.open(&format!("{WRITE}?tous=1/1")).await;
    assert_eq!(page.between("id=\"cc\" name=\"cc\" value=\"", "\""), "claire.tilleul@pli.mssante.test");
    let page = nadia.open(&format!("{WRITE}?transferer=1/2")).await;
    page.shows("Tr: Compte rendu").shows("Échographie n° 2.pdf").shows("value=\"S1\"").shows("Joindre aussi la lettre");
    let fields = [
        ("a", "karim.aubepin@pli.mssante.test"),
        ("objet", "Tr: Compte rendu"),
        ("texte", "Pour avis"),
        ("source", "t:1/2"),
        ("garder", "S1"),
        ("entiere", "1"),
        ("acte", "envoyer"),
    ];
    nadia.submit(WRITE, &fields).await.shows("Lettre envoyée").shows("transférée");
    let sent = folder(&house, CABINET, NADIA, "Sent").await;
    let letter = Letter::read(sent[0].as_bytes());
    let names: Vec<String> = letter.attachments().into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["Échographie n° 2.pdf", "Compte rendu.eml"]);
    assert_eq!(letter.attachment(&[1]).expect("there").1, b"%PDF-1.4\n");
    let whole = letter.attachment(&[2]).expect("there").1;
    assert_eq!(Letter::read(&whole).attachments().len(), 3, "the letter forwarded is whole");
    house.close().await;
}

/// Proves: CAB-10, DEL-06.
#[tokio::test(flavor = "multi_thread")]
async fn a_draft_begun_by_one_is_taken_up_by_another_and_goes_when_it_is_sent() {
    let house = House::open().await;
    let (nadia, karim) = (house.seated(NADIA).await, house.seated(KARIM).await);
    let fields = [
        ("a", "Cardio <cardiologie@voisin.mssante.test>, pas-fini"),
        ("objet", "Début"),
        ("texte", "à finir"),
        ("accuse", "1"),
        ("acte", "enregistrer"),
    ];
    let kept = upload(&house, &nadia, WRITE, &fields, &[("Note été.txt", "text/plain", b"\xe9t\xe9\n")]).await;
    assert_eq!(kept.status, 303, "{}", kept.text);
    let to = kept.location.expect("the draft");
    assert!(to.contains("brouillon=1"), "{to}");
    karim.open(&format!("{LETTERS}?dossier=Drafts")).await.shows("Début").shows("ecrire?brouillon=1");
    let page = karim.open(&to).await;
    page.shows("Début").shows("à finir").shows("Note été.txt").shows("value=\"D1\"").shows("name=\"accuse\" value=\"1\" checked");
    let fields = [
        ("a", "cardiologie@voisin.mssante.test"),
        ("objet", "Fin"),
        ("texte", "fini"),
        ("garder", "D1"),
        ("brouillon", "1"),
        ("acte", "envoyer"),
    ];
    karim.submit(WRITE, &fields).await.shows("Lettre envoyée");
    assert!(folder(&house, CABINET, NADIA, "Drafts").await.is_empty());
    let sent = folder(&house, CABINET, NADIA, "Sent").await;
    assert_eq!(Letter::read(sent[0].as_bytes()).attachment(&[1]).expect("there").1, b"\xe9t\xe9\n", "bit for bit");
    assert_eq!(acts(&house, "message.sent").await[0].author.person().map(|p| p.as_str()), Some(KARIM));
    // Discarded drafts can come back.
    nadia.submit(WRITE, &[("objet", "Autre"), ("texte", "x"), ("acte", "enregistrer")]).await.shows("gardé");
    nadia.submit(&format!("{WRITE}/abandonner"), &[("brouillon", "2")]).await.shows("corbeille").shows("Annuler cette action");
    assert_eq!(folder(&house, CABINET, NADIA, "Trash").await.len(), 1);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_keeps_its_draft_by_itself_is_told_its_number() {
    let house = House::open().await;
    let nadia = house.seated(NADIA).await;
    let fields = [("objet", "Seul"), ("texte", "x"), ("acte", "enregistrer")];
    let headers = [("origin", house.base.as_str()), ("sec-fetch-site", "same-origin"), ("x-pli-auto", "1")];
    let page = nadia.send(reqwest::Method::POST, WRITE, Some(&fields), &headers).await;
    assert_eq!((page.status, page.text.as_str()), (200, "1"));
    house.close().await;
}
