//! What is refused, and to whom: strangers to the mailbox, addresses outside of the trust space, what would cheat.

use std::time::Duration;

use crate::house::{CABINET, House, address, idnat};
use crate::mail::{CLAIRE, LETTERS, NADIA, PAUL, WITH_FILES, acts, deliver, folder, letter, upload};

const WRITE: &str = "/boites/cabinet.des-lilas@pli.mssante.test/lettres/ecrire";

/// Proves: LPS-51, OPE-01.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_outside_of_the_trust_space_is_refused_at_once_and_nothing_typed_is_lost() {
    let house = House::open().await;
    let nadia = house.seated(NADIA).await;
    let told = nadia
        .post(&format!("{WRITE}/destinataires"), &[("a", "x@ailleurs.example, cardiologie@voisin.mssante.test, personne@pli.mssante.test")])
        .await;
    told.shows("x@ailleurs.example").shows("personne@pli.mssante.test").shows("Adresses vérifiées : 1");
    let fields = [
        ("a", "cardiologie@voisin.mssante.test, x@ailleurs.example"),
        ("objet", "Précieux"),
        ("texte", "long travail"),
        ("acte", "envoyer"),
    ];
    let page = upload(&house, &nadia, WRITE, &fields, &[("a.pdf", "application/pdf", b"%PDF")]).await;
    assert_eq!(page.status, 422);
    page.shows("x@ailleurs.example").shows("long travail").shows("a.pdf").shows("Précieux").shows("aria-invalid=\"true\"");
    assert!(acts(&house, "message.sent").await.is_empty());
    let draft = folder(&house, CABINET, NADIA, "Drafts").await;
    assert!(draft.len() == 1 && draft[0].contains("a.pdf"));
    nadia.post(WRITE, &[("a", ""), ("texte", "x"), ("acte", "envoyer")]).await.shows("dites à qui elle");
    // A mailbox of ours that takes no mail.
    nadia.post(WRITE, &[("a", "personne@pli.mssante.test"), ("acte", "envoyer")]).await.shows("personne@pli.mssante.test");
    assert!(acts(&house, "message.sent").await.is_empty());
    house.close().await;
}

/// Proves: PSC-E, MSG-10.
#[tokio::test(flavor = "multi_thread")]
async fn numbers_of_letters_open_nothing_to_somebody_of_another_mailbox() {
    let house = House::open().await;
    deliver(&house, CABINET, WITH_FILES).await;
    let paul = house.seated(PAUL).await;
    for path in ["", "/liste", "/1/1", "/1/1/html", "/1/1/source", "/1/1/piece/1", "/ecrire", "/recherche?q=compte", "/direct", "/dossiers"]
    {
        let page = paul.get(&format!("{LETTERS}{path}")).await;
        assert_eq!(page.status, 403, "{path}");
        page.hides("Compte rendu").hides("PDF");
    }
    // Through the door of her own mailbox, the same numbers show what is hers: nothing.
    let own = "/boites/paul.cedre@pli.mssante.test/lettres";
    for path in
        ["/1/1", "/1/1/html", "/1/1/source", "/1/1/piece/1", "/ecrire?repondre=1/1", "/ecrire?brouillon=1", "/ecrire?transferer=99/1"]
    {
        assert_eq!(paul.get(&format!("{own}{path}")).await.status, 404, "{path}");
    }
    assert_eq!(paul.post(&format!("{LETTERS}/actes"), &[("dossier", "1"), ("lettre", "1"), ("acte", "corbeille")]).await.status, 403);
    assert_eq!(paul.post(WRITE, &[("a", "x@y.test"), ("acte", "envoyer")]).await.status, 403);
    assert_eq!(house.browser().get(LETTERS).await.status, 303, "nobody at the keyboard");
    assert_eq!(folder(&house, CABINET, CLAIRE, "INBOX").await.len(), 1);
    // A forward in one's own mailbox cannot take the files of another.
    let fields = [
        ("a", "karim.aubepin@pli.mssante.test"),
        ("source", "t:1/1"),
        ("garder", "S1"),
        ("entiere", "1"),
        ("texte", "x"),
        ("acte", "envoyer"),
    ];
    paul.submit(&format!("{own}/ecrire"), &fields).await;
    let sent = folder(&house, "paul.cedre@pli.mssante.test", PAUL, "Sent").await;
    assert!(sent[0].contains("Paul_"), "a person signs in the national form: {}", sent[0]);
    assert!(sent.len() == 1 && !sent[0].contains("PDF") && !sent[0].contains("multipart"), "{sent:?}");
    house.close().await;
}

/// Proves: PSC-37.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_another_site_sends_nothing() {
    let house = House::open().await;
    let nadia = house.seated(NADIA).await;
    let fields = [("a", "cardiologie@voisin.mssante.test"), ("texte", "x"), ("acte", "envoyer")];
    assert_eq!(nadia.post_from("https://ailleurs.example", WRITE, &fields).await.status, 403);
    assert!(acts(&house, "message.sent").await.is_empty());
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_typed_becomes_a_field_of_the_header() {
    let house = House::open().await;
    let nadia = house.seated(NADIA).await;
    let fields = [
        ("a", "\"A\r\nBcc: x@ailleurs.example\" <cardiologie@voisin.mssante.test>"),
        ("objet", "Objet\r\nBcc: y@ailleurs.example\r\nX-MSS-MES: FIN"),
        ("texte", "corps"),
        ("jeton", "../../x"),
        ("source", "r:1/1\r\nBcc: z"),
        ("acte", "envoyer"),
    ];
    let page = nadia.submit(WRITE, &fields).await;
    let sent = folder(&house, CABINET, NADIA, "Sent").await;
    for message in &sent {
        let head = message.split_once("\r\n\r\n").expect("a header").0.to_lowercase();
        assert!(!head.contains("\nbcc:") && !head.contains("\nx-mss-mes"), "{head}");
    }
    assert!(sent.len() == 1 || page.status == 422);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_is_refused_while_it_comes_in() {
    let house = House::open().await;
    let nadia = house.seated(NADIA).await;
    let big = vec![b'x'; 38_000_000];
    let page = upload(
        &house,
        &nadia,
        WRITE,
        &[("a", "cardiologie@voisin.mssante.test"), ("acte", "envoyer")],
        &[("gros.bin", "application/octet-stream", &big)],
    )
    .await;
    assert!(page.status >= 400 && page.status < 500, "{}", page.status);
    page.shows("TAILLE");
    // Small enough to come in, too large once it is encoded.
    let big = vec![b'x'; 30_000_000];
    let page = upload(
        &house,
        &nadia,
        WRITE,
        &[("a", "cardiologie@voisin.mssante.test"), ("acte", "envoyer")],
        &[("gros.bin", "application/octet-stream", &big)],
    )
    .await;
    assert!(page.status >= 400, "{}", page.status);
    assert!(acts(&house, "message.sent").await.is_empty());
    house.close().await;
}

/// Proves: TRU-55, PSC-39.
#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_being_closed_is_read_and_nothing_leaves_it_and_a_right_that_ended_shows_nothing() {
    use rules::movement::Change;
    let house = House::open().await;
    deliver(&house, CABINET, &letter("Dernière", "x")).await;
    let (nadia, claire) = (house.seated(NADIA).await, house.seated(CLAIRE).await);
    let by = |person: &str| rules::Author::Person { id: idnat(person), capacity: None };
    let end = Change::DelegationEnded { person: idnat(NADIA) };
    nadia.open(&format!("{LETTERS}/1/1")).await.shows("Dernière");
    house
        .store
        .move_mailbox(&address(CABINET), end, None, true, by(CLAIRE), rules::Channel::Webmail, house.now(), |_, _| Ok(()))
        .await
        .expect("ended");
    let page = nadia.get(&format!("{LETTERS}/1/1")).await;
    assert_eq!(page.status, 403);
    page.hides("Dernière");
    house.advance(Duration::from_secs(60));
    let closing = Change::Closing;
    house
        .store
        .move_mailbox(&address(CABINET), closing, None, true, by(CLAIRE), rules::Channel::Webmail, house.now(), |_, _| Ok(()))
        .await
        .expect("closing");
    claire.open(LETTERS).await.shows("en cours de clôture").shows("Dernière");
    claire.open(&format!("{LETTERS}/1/1")).await.shows("Dernière").hides("Répondre à tous");
    assert_ne!(claire.get(WRITE).await.status, 200);
    assert_ne!(claire.post(WRITE, &[("a", "cardiologie@voisin.mssante.test"), ("acte", "envoyer")]).await.status, 303);
    assert!(acts(&house, "message.sent").await.is_empty());
    house.close().await;
}
