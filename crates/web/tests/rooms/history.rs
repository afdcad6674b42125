//! The history as its people read it, and as a file.

use rules::Author;

use crate::house::{CABINET, House};
use crate::*;

/// Proves: CAB-08, DEL-03.
#[tokio::test]
async fn the_whole_history_of_accesses_is_told_since_the_beginning() {
    let house = House::open().await;
    let claire = house.seated(CLAIRE).await;
    claire.post(&room("acces/donner"), &[("personne", ZOE), ("debut", "ouvert"), ("fin", "2026-11-23T08:00"), ("atteste", "oui")]).await;
    claire.post(&room("acces/retirer"), &[("personne", NADIA)]).await;
    house.advance(std::time::Duration::from_secs(10 * 3_600));
    let karim = house.seated(KARIM).await;
    let page = karim.get(&format!("{}?vue=acces", room("historique"))).await;
    for sentence in [
        "Claire TILLEUL a ouvert la boîte.",
        "Claire TILLEUL a nommé Karim AUBEPIN cotitulaire.",
        "Claire TILLEUL a donné accès à Nadia SUREAU, jusqu'à nouvel ordre.",
        "Claire TILLEUL a donné accès à Zoe MURIER, jusqu'au lundi 23 novembre 2026 à 8 h.",
        "Claire TILLEUL a retiré l'accès de Nadia SUREAU.",
        "L'accès de Zoe MURIER a pris fin à la date prévue ; il avait été donné par Claire TILLEUL le 22 novembre 2026.",
    ] {
        says(&page, sentence);
    }
    // The newest first.
    let (ended, opened) = (page.text.find("a pris fin").unwrap(), page.text.find("a ouvert la boîte").unwrap());
    assert!(ended < opened);
    // By person.
    let page = karim.get(&format!("{}?vue=acces&personne={ZOE}", room("historique"))).await;
    says(&page, "Zoe MURIER, jusqu'au");
    silent(&page, "a retiré l'accès de Nadia SUREAU");
    house.close().await;
}

/// Proves: CAB-16.
#[tokio::test]
async fn letters_and_entries_are_told_with_who_did_what_page_by_page() {
    let house = House::open().await;
    for number in 0..60 {
        closing::deliver(&house, &format!("Lettre-{number}")).await;
    }
    let nadia = house.seated(NADIA).await;
    let page = nadia.get(&format!("{}?vue=lettres", room("historique"))).await;
    says(&page, "Lettre reçue de voisin.mssante.test.");
    silent(&page, "Lettre-59");
    assert_eq!(page.text.matches("<time").count(), 50);
    let older = plain(page.between("class=\"actions\">", "Plus ancien").split("href=\"").last().unwrap().split('"').next().unwrap());
    let page = nadia.get(&older).await;
    assert_eq!(page.text.matches("<time").count(), 10);
    silent(&page, "Plus ancien");
    says(&nadia.get(&format!("{}?vue=entrees", room("historique"))).await, "Nadia SUREAU est entré(e) dans la boîte par le webmail.");
    says(&nadia.get(&room("acces")).await, "Nadia SUREAU est entré(e) dans la boîte");
    house.close().await;
}

/// Proves: CAB-08, DEL-03.
#[tokio::test]
async fn a_history_leaves_as_a_spreadsheet_in_which_nothing_is_a_formula() {
    let house = House::open().await;
    let mut nadia = house.store.person(&idnat(NADIA)).await.unwrap().unwrap();
    nadia.given = "=HYPERLINK(\"http://ailleurs.test\")".to_owned();
    house.store.put_person(&nadia, Author::task("import"), house.now()).await.unwrap();
    let (claire, browser) = (house.seated(CLAIRE).await, house.seated(NADIA).await);
    browser.get(&room("acces")).await;
    for number in 0..210 {
        closing::deliver(&house, &format!("Lettre-{number}")).await;
    }
    let file = claire.get(&format!("{}?format=csv", room("historique"))).await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert!(file.header("content-disposition").contains("historique-cabinet.des-lilas.csv"));
    let text = file.text.strip_prefix('\u{feff}').unwrap_or(&file.text);
    assert!(text.starts_with("Date;Heure;Auteur;"), "{}", &text[..80]);
    assert!(text.lines().count() > 215, "every page of the journal is in the file");
    for line in text.lines() {
        for cell in line.split(';') {
            let cell = cell.trim_start_matches('"');
            assert!(!cell.starts_with(['=', '+', '-', '@']), "{line}");
        }
    }
    assert!(text.contains("'=HYPERLINK"), "the name is there, as text");
    says(&claire.get(&room("historique")).await, "Claire TILLEUL a emporté l'historique.");
    let paper = claire.get(&format!("{}?vue=acces&format=impression", room("historique"))).await;
    says(&paper, "Établi le dimanche 22 novembre 2026 à 23 h par Claire TILLEUL.");
    says(&paper, "Claire TILLEUL a nommé Karim AUBEPIN cotitulaire.");
    assert!(!paper.text.contains("<a href=\"http://ailleurs.test"));
    let _ = CABINET;
    house.close().await;
}
