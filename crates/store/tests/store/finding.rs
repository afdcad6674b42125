//! The register searched: names however they are typed, numbers old and new, places by any of theirs. Finding opens nothing.

use rules::mailbox::{Bearer, Kind};
use rules::register::{Person, Structure};
use rules::{Channel, Refusal};
use store::mailboxes::NewMailbox;

use crate::house::{CABINET, CLAIRE, House, KARIM, NADIA, address, id, on_both, physician, refused, secretary, staff};

const LUCIE: &str = "899790000030";

async fn lucie(house: &House) -> Person {
    let mut lucie = physician(LUCIE, "Marie-Lucie", "FRÊNE LAUZE");
    lucie.aliases = vec![id("0996000014")];
    house.store.put_person(&lucie, staff(), house.now).await.unwrap();
    lucie
}

async fn found(house: &House, query: &str) -> Vec<String> {
    let people = house.store.search_people(query, 50, house.now).await.unwrap();
    people.iter().map(Person::name).collect()
}

on_both! {
    /// Proves: BAL-06. In any order, accents and case aside, from the first letters.
    async fn somebody_is_found_by_the_beginnings_of_her_names(house) {
        lucie(house).await;
        for query in ["frene", "FRÊNE", "lauze marie", "Fr La", "mar-lu fre", "lucie", "marielucie", "  frêne,  Lucie "] {
            assert_eq!(found(house, query).await, ["Marie-Lucie FRÊNE LAUZE"], "{query}");
        }
        for query in ["", "f", "frenet", "lucie sureau", "%", "_", "rene", "frene' OR 1=1"] {
            assert!(found(house, query).await.is_empty(), "{query}");
        }
        assert_eq!(found(house, "sureau").await, ["Nadia SUREAU"]);
        let mut nadia = secretary(NADIA, "Nadia", "TILLEUL");
        house.store.put_person(&nadia, staff(), house.now).await.unwrap();
        assert_eq!(found(house, "til").await, ["Claire TILLEUL", "Nadia TILLEUL"]);
        assert!(found(house, "sureau").await.is_empty(), "a name she has no more");
        nadia.struck_off = Some(house.now);
        house.store.put_person(&nadia, staff(), house.now).await.unwrap();
        let mut second = physician("899790000113", "Jeanne", "TILLEULIER");
        house.store.put_person(&second, staff(), house.now).await.unwrap();
        assert_eq!(found(house, "tilleul").await, ["Claire TILLEUL", "Jeanne TILLEULIER", "Nadia TILLEUL"], "who exercises, then whole words");
        assert_eq!(house.store.search_people("tilleul", 1, house.now).await.unwrap().len(), 1);
        second.exercises[0].family = "GENEVRIER".to_owned();
        house.store.put_person(&second, staff(), house.now).await.unwrap();
        assert_eq!(found(house, "genev").await, ["Jeanne TILLEULIER"], "by the name she exercises under");
    }
}

on_both! {
    /// Proves: BAL-06, PSC-E.
    async fn somebody_is_found_by_any_number_and_that_opens_nothing(house) {
        lucie(house).await;
        for query in ["99790000030", "997 9000 0030", LUCIE, "996000014", "0996000014"] {
            assert_eq!(found(house, query).await, ["Marie-Lucie FRÊNE LAUZE"], "{query}");
        }
        assert!(found(house, "99790000097").await.is_empty(), "nobody's number");
        assert_eq!(refused(house.knock(CABINET, LUCIE).await), Refusal::NoRight);
    }
}

on_both! {
    /// Proves: DEL-11, LOC-01. The people of an establishment are found by it, not by cabinets that look for a name.
    async fn somebody_without_national_number_is_found_by_name_in_her_structure_only(house) {
        let mut denis = secretary(NADIA, "Denis", "ÉRABLE");
        denis.idnat = id("3990000028/SEC0042");
        denis.exercises[0].situations[0].structure = Some("1990000028".to_owned());
        house.store.put_person(&denis, staff(), house.now).await.unwrap();
        assert!(found(house, "erable").await.is_empty());
        assert_eq!(found(house, "3990000028/SEC0042").await, ["Denis ÉRABLE"]);
        let there = async |structure: &str| house.store.search_local(structure, "erable", 10, house.now).await.unwrap().len();
        assert_eq!((there("1990000028").await, there("1990000044").await), (1, 0));
    }
}

on_both! {
    /// Proves: BAL-06.
    async fn a_place_is_found_by_name_town_finess_or_siret(house) {
        let mut hospital = Structure {
            id: "1990000028".to_owned(),
            name: "CENTRE HOSPITALIER DE VALCLAIR".to_owned(),
            finess: Some("990000028".to_owned()),
            siret: Some("99900001100018".to_owned()),
            ..Default::default()
        };
        hospital.address.line = "99100 VALCLAIR CEDEX".to_owned();
        let practice = Structure { id: "499790000014017".to_owned(), name: "CABINET DES LILAS".to_owned(), ..Default::default() };
        for structure in [&hospital, &practice] {
            house.store.put_structure(structure, staff(), house.now).await.unwrap();
        }
        let names = async |query: &str| {
            let places = house.store.search_structures(query, 10).await.unwrap();
            places.into_iter().map(|s| s.name).collect::<Vec<_>>()
        };
        for query in ["valclair", "hosp centre", "990000028", "99900001100018", "999 000 011 00018", "1990000028"] {
            assert_eq!(names(query).await, ["CENTRE HOSPITALIER DE VALCLAIR"], "{query}");
        }
        assert_eq!(names("lilas").await, ["CABINET DES LILAS"]);
        assert!(names("99790000014017").await.is_empty(), "a technical number finds nothing by itself");
    }
}

on_both! {
    /// Proves: BAL-06, BAL-01. Old numbers are taken; what is written is what the register says.
    async fn a_mailbox_is_created_for_an_adeli_number_and_hangs_on_one_exercise(house) {
        let lucie = lucie(house).await;
        let situation = lucie.exercises[0].situations[0].id.clone();
        let ask = |local: &str, situation: &str| NewMailbox {
            address: address(&format!("{local}@pli.mssante.test")),
            kind: Kind::Per,
            bearer: Bearer::Person { idnat: id("0996000014"), situation: Some(situation.to_owned()) },
            label: "Lucie Frêne".to_owned(),
            structure: None,
            first: vec![],
        };
        let create = |new| house.store.create_mailbox(new, false, staff(), Channel::Cli, house.now);
        assert_eq!(refused(create(ask("lucie.frene", "autre")).await), Refusal::NotEligible, "not a situation of hers");
        create(ask("lucie.frene", &situation)).await.unwrap();
        let made = house.store.mailbox(&address("lucie.frene@pli.mssante.test")).await.unwrap().unwrap();
        assert_eq!(made.bearer, Bearer::Person { idnat: id(LUCIE), situation: Some(situation) });
        assert_eq!(house.store.mailboxes_of(&id("0996000014"), house.now).await.unwrap().len(), 1);
        let _ = (CLAIRE, KARIM);
    }
}
