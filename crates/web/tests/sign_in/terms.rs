//! The terms of use: the gate of the first visit, and of each new version.

use std::time::Duration;

use rules::{Author, Channel};
use serde_json::json;
use store::mailboxes::Text;

use crate::house::{Browser, CABINET, House, idnat};

const HUGO: &str = "899790000055";

/// His e-CPS has just become active.
async fn newcomer(house: &House) -> Browser {
    house.control(&format!("/ecps/{HUGO}"), json!({"state": "ACTIVE"})).await;
    house.signed_in("P05").await
}

/// Proves: CGU-01, CGU-02, PSC-40, DEL-14.
#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_reads_who_invited_her_and_accepts_before_anything_opens() {
    let house = House::open().await;
    let hugo = newcomer(&house).await;
    let gate = hugo.open("/boites").await;
    assert!(gate.url.contains("/cgu?vers=/boites"), "{}", gate.url);
    gate.shows("Claire TILLEUL vous a donné accès")
        .shows(CABINET)
        .shows("délégataire")
        .shows("lire les lettres")
        .shows("mais pas y faire entrer");
    gate.shows("tenue au secret professionnel").shows("J&#39;accepte").shows("Refuser et quitter").shows("2026-01");
    gate.shows("name=\"vers\" value=\"/boites\"");
    // No page of a mailbox opens in between.
    let inside = hugo.get(&format!("/boites/{CABINET}/lettres")).await;
    assert!(inside.location.is_some_and(|to| to.starts_with("/cgu")));
    let field = |name: &str| gate.between(&format!("name=\"{name}\" value=\""), "\"").to_owned();
    let fields = [("version", field("version")), ("empreinte", field("empreinte")), ("vers", "/boites".to_owned())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let page = hugo.post("/cgu", &fields).await;
    assert_eq!(page.location.as_deref(), Some("/boites"));
    let accepted = house.store.terms_history(&idnat(HUGO)).await.expect("the history");
    let [one] = accepted.as_slice() else { panic!("{accepted:?}") };
    assert_eq!((one.version.as_str(), one.channel, one.at), ("2026-01", Channel::Webmail, house.now()));
    assert_eq!((one.ip.as_deref(), one.sha256.as_deref()), (Some("127.0.0.1"), Some(fields[1].1)));
    assert!(one.session.is_some());
    assert_eq!(hugo.get("/boites").await.status, 200);
    hugo.open("/moi").await.shows("/cgu?version=2026-01");
    house.close().await;
}

/// Proves: CGU-02, PSC-40.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_version_asks_again_and_the_old_one_stays_readable() {
    let house = House::open().await;
    let claire = house.signed_in("P01").await;
    assert_eq!(claire.get("/boites").await.status, 200);
    let text =
        Text::french("2027-01".to_owned(), "# Conditions\n\n## Nouveau\n\n<script>mal</script> Texte **gras**.".to_owned(), house.now());
    house.advance(Duration::from_secs(1));
    house.store.publish_terms(text, Author::staff("essai"), house.now()).await.expect("published");
    let gate = claire.open("/boites").await;
    gate.shows("depuis la version 2026-01")
        .shows("2027-01")
        .shows("&#60;script&#62;mal")
        .shows("<strong>gras</strong>")
        .hides("<script>mal");
    claire.open("/cgu?version=2026-01").await.shows("pas la version en vigueur").shows("répond de la boîte").hides("J&#39;accepte");
    // What is accepted is the text that was shown: the old fingerprint accepts nothing new.
    let sha256 = gate.between("name=\"empreinte\" value=\"", "\"").to_owned();
    let stale = [("version", "2027-01"), ("empreinte", &"0".repeat(64)), ("vers", "/boites")];
    claire.post("/cgu", &stale).await;
    assert_ne!(claire.get("/boites").await.status, 200);
    claire.post("/cgu", &[("version", "2027-01"), ("empreinte", &sha256), ("vers", "/boites")]).await;
    assert_eq!(claire.get("/boites").await.status, 200);
    house.close().await;
}

/// Proves: CGU-01.
#[tokio::test(flavor = "multi_thread")]
async fn declining_leaves_and_nothing_is_recorded() {
    let house = House::open().await;
    let hugo = newcomer(&house).await;
    hugo.open("/boites").await.shows("action=\"/deconnexion\"");
    hugo.post("/deconnexion", &[]).await;
    assert_ne!(hugo.get("/moi").await.status, 200);
    assert!(house.store.terms_history(&idnat(HUGO)).await.expect("the history").is_empty());
    house.close().await;
}

/// Proves: CGU-03, IND-72, DEL-14.
#[tokio::test(flavor = "multi_thread")]
async fn anybody_may_read_the_terms_and_they_say_what_the_mission_asks() {
    let house = House::open().await;
    let page = house.browser().open("/cgu").await;
    assert_eq!(page.status, 200);
    page.shows("répond de la boîte").shows("responsable du traitement").shows("sous-traitant").shows("ce contrat qui fait le lien");
    page.shows("secret professionnel")
        .shows("compté <strong>par personne</strong>")
        .shows("Pourquoi")
        .shows("Qui les reçoit")
        .hides("J&#39;accepte");
    assert_eq!(house.browser().get("/cgu?version=1999-01").await.status, 404);
    house.close().await;
}
