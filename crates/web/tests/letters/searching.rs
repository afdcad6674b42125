//! Search as people ask, whatever accents and endings they use.

use crate::house::{CABINET, House};
use crate::mail::{LETTERS, NADIA, PAUL, WITH_FILES, deliver, letter};

#[tokio::test(flavor = "multi_thread")]
async fn letters_are_found_by_any_form_of_their_words_by_their_people_and_by_their_dates() {
    let house = House::open().await;
    deliver(&house, CABINET, &letter("Hospitalisations de novembre", "Le médecin traitant est prévenu.")).await;
    deliver(&house, CABINET, &letter("Rendez-vous", "Rien à signaler.")).await;
    deliver(&house, CABINET, WITH_FILES).await;
    let nadia = house.seated(NADIA).await;
    let ask = async |q: &str| nadia.get(&format!("{LETTERS}/recherche?q={}", q.replace(' ', "%20"))).await;
    for q in ["medecin", "médecins", "MEDECIN", "hospitalisation", "hospitalisations prévenu"] {
        ask(q).await.shows("Hospitalisations de novembre").hides("Rendez-vous</span>");
    }
    ask("de:cardiologie").await.shows("Rendez-vous").shows("Hospitalisations").shows("Compte rendu");
    ask("de:medecin").await.shows("Aucune lettre ne répond");
    ask("pièce jointe").await.shows("Compte rendu").hides("Rendez-vous</span>");
    ask("échographie").await.shows("Compte rendu");
    ask("avant:01/01/2026").await.shows("Aucune lettre ne répond");
    ask("signaler après:01/01/2026").await.shows("Rendez-vous");
    ask("avant:hier signaler").await.shows("Filtre non compris").shows("Rendez-vous");
    ask("<script>alert(1)</script>").await.hides("<script>alert");
    nadia.get(&format!("{LETTERS}/recherche")).await.shows("Cherchez des mots");
    let paul = house.seated(PAUL).await;
    paul.get("/boites/paul.cedre@pli.mssante.test/lettres/recherche?q=medecin").await.shows("Aucune lettre ne répond");
    house.close().await;
}
