//! Access given in one sentence, its dates, its withdrawal, and what each capacity may do.

use std::time::Duration;

use rules::movement::Change;
use rules::{Channel, Refusal};

use crate::house::{CABINET, House, address, moment};
use crate::*;

/// Proves: DEL-01, DEL-02, DEL-04, DEL-13, DEL-14, CAB-15.
#[tokio::test]
async fn access_is_given_in_one_sentence_and_five_clicks() {
    let house = House::open().await;
    let claire = house.seated(CLAIRE).await;
    // The first page after sign-in.
    let list = claire.get("/boites").await;
    says(&list, &format!("href=\"/boites/{CABINET}/acces\""));
    // 1: « Accès ».
    let page = claire.get(&room("acces")).await;
    says(&page, "Donner accès à");
    // 2: the name, Enter. The page says what she does, where, and that she can be let in: she is chosen already.
    let page = claire.get(&format!("{}?qui=muri", room("acces"))).await;
    says(&page, "Zoe MURIER</strong>, préparatrice en pharmacie");
    says(&page, "PHARMACIE DE LA FONTAINE, VALCLAIR");
    says(&page, &format!("value=\"{ZOE}\" required checked"));
    says(&page, "<strong>Zoe MURIER</strong> lit et écrit pour le cabinet.");
    says(&page, "<option value=\"2026-11-27T18:00\" selected>jusqu'au vendredi 27 novembre 2026 à 18 h</option>");
    says(&page, "J'atteste que cette personne est habilitée");
    // 3 and 4: another choice in the sentence, the attestation. 5: « Donner accès ».
    let fields = [("qui", "muri"), ("personne", ZOE), ("debut", "ouvert"), ("fin", "2026-11-27T18:00"), ("atteste", "oui")];
    let page = claire.submit(&room("acces/donner"), &fields).await;
    says(&page, "Zoe MURIER lit et écrit ici jusqu'au vendredi 27 novembre 2026 à 18 h.");
    let written = last(&house).await;
    assert_eq!(delegated(&written), (&idnat(ZOE), Some(moment("2026-11-27T17:00:00Z"))));
    assert!(written.attested, "the declaration records the attestation");
    assert_eq!(written.by.person(), Some(&idnat(CLAIRE)));
    // She is in at her first try, and never asked for a mailbox of her own.
    let zoe = house.seated(ZOE).await;
    says(&zoe.get("/boites").await, "Claire TILLEUL vous a donné accès le 22 novembre 2026.");
    assert_eq!(zoe.get(&room("acces")).await.status, 200);
    house.close().await;
}

/// Proves: CAB-15, DEL-14.
#[tokio::test]
async fn nobody_is_let_in_without_the_attestation_of_whoever_lets_her_in() {
    let house = House::open().await;
    let claire = house.seated(CLAIRE).await;
    let before = movements(&house, CABINET).await.len();
    for capacity in ["delegataire", "cotitulaire"] {
        let fields = [("personne", MARTHE), ("qualite", capacity), ("debut", "ouvert"), ("fin", "ouvert"), ("qui", "genev")];
        let page = claire.post(&room("acces/donner"), &fields).await;
        assert_eq!(page.status, 422);
        says(&page, &Refusal::NotAttested.french());
        says(&page, "Marthe GENEVRIER");
    }
    assert_eq!(movements(&house, CABINET).await.len(), before);
    house.close().await;
}

/// Proves: DEL-08.
#[tokio::test]
async fn a_replacement_begins_and_ends_by_itself_at_the_second_it_says() {
    let house = House::open().await;
    let claire = house.seated(CLAIRE).await;
    let fields = [
        ("personne", ZOE),
        ("debut", "ouvert"),
        ("debut_le", "2026-11-23T08:00"),
        ("fin", "ouvert"),
        ("fin_le", "2026-11-23T20:00"),
        ("atteste", "oui"),
    ];
    let page = claire.submit(&room("acces/donner"), &fields).await;
    says(&page, "à partir du lundi 23 novembre 2026 à 8 h");
    let early = house.seated(ZOE).await;
    says(&early.get("/boites").await, "Accès à venir");
    assert_eq!(early.get(&room("acces")).await.status, 403);
    house.advance(moment("2026-11-23T07:00:00Z").since(house.now()));
    let zoe = house.seated(ZOE).await;
    assert_eq!(zoe.get(&room("acces")).await.status, 200);
    house.advance(moment("2026-11-23T18:59:59Z").since(house.now()));
    let zoe = house.seated(ZOE).await;
    assert_eq!(zoe.get(&room("acces")).await.status, 200);
    house.advance(Duration::from_secs(1));
    let late = zoe.get(&room("acces")).await;
    assert_eq!(late.status, 403);
    says(&zoe.get("/boites").await, "Votre accès a pris fin le lundi 23 novembre 2026 à 20 h, à la date prévue.");
    house.close().await;
}

#[tokio::test]
async fn a_period_that_cannot_be_is_explained_beside_the_sentence() {
    let house = House::open().await;
    let claire = house.seated(CLAIRE).await;
    for (end, why) in [("2026-11-01T08:00", Refusal::BadPeriod.french()), ("un jour", "La date de fin ne peut pas être lue".to_owned())] {
        let fields = [("personne", ZOE), ("debut", "ouvert"), ("fin", "ouvert"), ("fin_le", end), ("atteste", "oui")];
        let page = claire.post(&room("acces/donner"), &fields).await;
        assert_eq!(page.status, 422);
        says(&page, &why);
        says(&page, "Zoe MURIER");
    }
    let page = claire.post(&room("acces/donner"), &[("atteste", "oui")]).await;
    says(&page, "Choisissez d'abord une personne");
    house.close().await;
}

/// Proves: DEL-02, CAB-08, DEL-03.
#[tokio::test]
async fn a_withdrawal_is_undone_with_the_same_dates_and_a_gift_too() {
    let house = House::open().await;
    let karim = house.seated(KARIM).await;
    let before = movements(&house, CABINET).await;
    let lucie = |all: &[rules::movement::Movement]| {
        let standing = standing(all, house.now());
        let spell = standing.people().into_iter().find(|spell| spell.person == idnat(LUCIE)).cloned();
        spell.map(|spell| spell.until)
    };
    let page = karim.submit(&room("acces/retirer"), &[("personne", LUCIE)]).await;
    says(&page, "n'a plus accès à cette boîte");
    assert_eq!(lucie(&movements(&house, CABINET).await), None);
    let page = undo(&karim, &page).await;
    assert_eq!(lucie(&movements(&house, CABINET).await), lucie(&before), "the dates are those she had");
    says(&page, "lit et écrit ici");
    // The gift that the undoing was can be undone as well.
    undo(&karim, &page).await;
    assert_eq!(capacity(&house, LUCIE).await, None);
    // Nothing was erased: three movements more.
    assert_eq!(movements(&house, CABINET).await.len(), before.len() + 3);
    house.close().await;
}

#[tokio::test]
async fn dates_are_changed_in_the_same_sentence_and_the_change_is_undone() {
    let house = House::open().await;
    let claire = house.seated(CLAIRE).await;
    let page = claire.get(&format!("{}?personne={NADIA}", room("acces"))).await;
    says(&page, "Modifier l'accès de Nadia SUREAU");
    says(&page, "<option value=\"ouvert\" selected>jusqu'à nouvel ordre</option>");
    let fields = [("personne", NADIA), ("debut", "ouvert"), ("fin", "2026-11-27T18:00"), ("atteste", "oui")];
    let page = claire.submit(&room("acces/donner"), &fields).await;
    says(&page, "L'accès de Nadia SUREAU est maintenant donné jusqu'au vendredi 27 novembre 2026 à 18 h.");
    assert_eq!(delegated(&last(&house).await).1, Some(moment("2026-11-27T17:00:00Z")));
    undo(&claire, &page).await;
    assert_eq!(delegated(&last(&house).await), (&idnat(NADIA), None));
    house.close().await;
}

/// Proves: DEL-02.
#[tokio::test]
async fn a_delegataire_manages_nobody_whatever_she_sends() {
    let house = House::open().await;
    house.advance(Duration::from_secs(1));
    let nadia = house.seated(NADIA).await;
    let page = nadia.get(&room("acces")).await;
    says(&page, "Claire TILLEUL");
    for hidden in ["Donner accès à", "Retirer l'accès", "Fermer la boîte", "Transmettre la boîte"] {
        silent(&page, hidden);
    }
    let before = movements(&house, CABINET).await.len();
    let fields = sentence(ZOE);
    let with_capacity = [("personne", ZOE), ("qualite", "cotitulaire"), ("atteste", "oui")];
    let posts: [(&str, &[(&str, &str)]); 8] = [
        ("acces/donner", &fields),
        ("acces/donner", &with_capacity),
        ("acces/retirer", &[("personne", LUCIE)]),
        ("acces/retirer", &[("personne", KARIM)]),
        ("acces/transmettre", &[("personne", KARIM)]),
        ("acces/transmettre/retirer", &[]),
        ("acces/fermer", &[]),
        ("acces/rouvrir", &[]),
    ];
    for (path, fields) in posts {
        let page = nadia.post(&room(path), fields).await;
        assert_eq!(page.status, 403, "{path}: {}", page.text);
    }
    for path in ["acces/transmettre", "acces/fermer"] {
        assert_eq!(nadia.get(&room(path)).await.status, 403, "{path}");
    }
    assert_eq!(movements(&house, CABINET).await.len(), before);
    // She may leave.
    let page = nadia.submit(&room("acces/renoncer"), &[]).await;
    says(&page, "Vous n'avez plus accès à la boîte");
    says(&page, "Vous avez renoncé à cet accès");
    assert_eq!(nadia.get(&room("acces")).await.status, 403);
    house.close().await;
}

/// Proves: CAB-06, CAB-07, DEL-02.
#[tokio::test]
async fn the_owner_alone_declares_and_withdraws_cotitulaires_who_manage_delegataires() {
    let house = House::open().await;
    let (claire, karim) = (house.seated(CLAIRE).await, house.seated(KARIM).await);
    // Marthe has a cabinet of her own and is no professional of this practice: no matter (CAB-07).
    let fields = [("personne", MARTHE), ("qualite", "cotitulaire"), ("atteste", "oui")];
    let refused = karim.post(&room("acces/donner"), &fields).await;
    assert_eq!(refused.status, 403);
    says(&refused, "NOT_OWNER");
    silent(&karim.get(&format!("{}?qui=genev", room("acces"))).await, "value=\"cotitulaire\"");
    says(&claire.get(&format!("{}?qui=genev", room("acces"))).await, "value=\"cotitulaire\"");
    let page = claire.submit(&room("acces/donner"), &fields).await;
    says(&page, "Marthe GENEVRIER est cotitulaire de cette boîte.");
    assert_eq!(capacity(&house, MARTHE).await, Some("cotitulaire"));
    assert!(last(&house).await.attested);
    assert_eq!(karim.post(&room("acces/retirer"), &[("personne", MARTHE)]).await.status, 403);
    // A cotitulaire manages délégataires.
    let page = karim.submit(&room("acces/donner"), &sentence(ZOE)).await;
    says(&page, "Zoe MURIER lit et écrit ici jusqu'à nouvel ordre.");
    let page = karim.submit(&room("acces/retirer"), &[("personne", ZOE)]).await;
    says(&page, "Zoe MURIER n'a plus accès à cette boîte.");
    // A secretary cannot be a cotitulaire, whoever asks.
    let secretary = [("personne", NADIA), ("qualite", "cotitulaire"), ("atteste", "oui")];
    let page = claire.post(&room("acces/donner"), &secretary).await;
    assert_eq!(page.status, 422);
    says(&page, &Refusal::NotEligible.french());
    let page = claire.submit(&room("acces/retirer"), &[("personne", MARTHE)]).await;
    says(&page, "Marthe GENEVRIER n'a plus accès à cette boîte.");
    undo(&claire, &page).await;
    assert_eq!(capacity(&house, MARTHE).await, Some("cotitulaire"));
    house.close().await;
}

/// Proves: DEL-01.
#[tokio::test]
async fn who_cannot_be_let_in_is_told_before_anybody_asks() {
    let house = House::open().await;
    let claire = house.seated(CLAIRE).await;
    let page = claire.get(&format!("{}?qui=bouleau", room("acces"))).await;
    says(&page, "N'exerce plus, d'après le répertoire.");
    says(&page, "disabled aria-describedby");
    says(&claire.get(&format!("{}?qui=sureau", room("acces"))).await, "A déjà accès à cette boîte");
    says(&claire.get(&format!("{}?qui=licorne", room("acces"))).await, "Personne au répertoire ne correspond");
    // The number finds her as well.
    says(&claire.get(&format!("{}?qui=99790000089", room("acces"))).await, "Zoe MURIER");
    let page = claire.post(&room("acces/donner"), &sentence("899790000121")).await;
    assert_eq!(page.status, 422);
    house.close().await;
}

/// The staff of a structure without national number is found in its own mailboxes, and nowhere else.
///
/// Proves: DEL-11.
#[tokio::test]
async fn people_without_a_national_number_are_found_by_their_own_structure_alone() {
    let house = House::open().await;
    let denis = serde_json::json!({
        "idnat": "3990000028/SEC0042", "family": "ERABLE", "given": "Denis",
        "exercises": [{ "situations": [{ "id": "L1", "structure": "1990000028", "role": "331", "mode": "S", "begin": 0 }] }]
    });
    let denis = serde_json::from_value(denis).expect("a person");
    house.store.put_person(&denis, rules::Author::task("import"), house.now()).await.expect("the register");
    let (anne, claire) = (house.seated(ANNE).await, house.seated(CLAIRE).await);
    let cardiology = "/boites/secretariat.cardiologie@pli.mssante.test/acces";
    let page = anne.get(&format!("{cardiology}?qui=erable")).await;
    says(&page, "Denis ERABLE");
    says(&page, "authentification locale – CENTRE HOSPITALIER DE VALCLAIR");
    let page = anne.submit(&format!("{cardiology}/donner"), &sentence("3990000028/SEC0042")).await;
    says(&page, "Denis ERABLE lit et écrit ici");
    says(&page, "authentification locale – CENTRE HOSPITALIER DE VALCLAIR");
    // For a cabinet she does not exist, by name or by number.
    for query in ["erable", "3990000028/SEC0042"] {
        says(&claire.get(&format!("{}?qui={query}", room("acces"))).await, "Personne au répertoire ne correspond");
    }
    let page = claire.post(&room("acces/donner"), &sentence("3990000028/SEC0042")).await;
    says(&page, "Choisissez d'abord une personne");
    house.close().await;
}

/// Proves: CAB-10.
#[tokio::test]
async fn owner_cotitulaire_and_delegataire_read_the_same_letters() {
    let house = House::open().await;
    closing::deliver(&house, "Compte rendu").await;
    let mut archives = Vec::new();
    for person in [CLAIRE, KARIM, NADIA] {
        let browser = house.seated(person).await;
        let page = browser.get(&room("acces")).await;
        for name in ["Claire TILLEUL", "Karim AUBEPIN", "Nadia SUREAU", "secrétaire médicale", "médecin généraliste"] {
            says(&page, name);
        }
        archives.push(closing::archive(&house, &browser, CABINET).await);
    }
    assert_eq!(archives[0].len(), 1);
    assert!(archives.windows(2).all(|pair| pair[0] == pair[1]));
    house.close().await;
}

/// An invitation is taken by a word or by coming, or declined.
#[tokio::test]
async fn an_invitation_is_taken_or_declined() {
    let house = House::open().await;
    let claire = house.seated(CLAIRE).await;
    for person in [ZOE, MARTHE] {
        claire.post(&room("acces/donner"), &sentence(person)).await;
    }
    says(&claire.get(&room("acces")).await, "n'a pas encore répondu");
    let zoe = house.seated(ZOE).await;
    says(&zoe.get("/boites").await, "Vous y lirez et y écrirez pour le cabinet, sous votre propre nom.");
    let page = zoe.submit(&room("invitation"), &[("reponse", "accepter")]).await;
    says(&page, "est dans votre liste");
    assert_eq!(last(&house).await.change, Change::Accepted { person: idnat(ZOE) });
    says(&page, "Ouvrir<span class=\"visually-hidden\"> Cabinet médical des Lilas");
    let marthe = house.seated(MARTHE).await;
    let page = marthe.submit(&room("invitation"), &[("reponse", "decliner")]).await;
    says(&page, "Vous n'avez plus accès");
    assert_eq!(capacity(&house, MARTHE).await, None);
    let journal = house.store.mailbox(&address(CABINET)).await.unwrap().unwrap();
    assert!(journal.movements.iter().all(|m| m.by.person().is_some()), "every movement has a person behind it: {:?}", Channel::Webmail);
    house.close().await;
}
